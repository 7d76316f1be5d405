import type { Clock } from '../clock/clock.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { Actor } from './limit-book.ts'
import { NEVER_STOPPED, STOP_REPEATS_MAX, type StopRecord, type StopTrigger } from './stop-record.ts'

/**
 * What the stop makes others do. Every command may be given again: doing it twice is doing it once. None of them may
 * throw; what cannot be done now is said by the return value and asked for again.
 */
export interface StopActions {
  /** Writes the record down before it takes effect. False when it could not be written. */
  record(record: StopRecord): boolean
  /** Step 1: refuses everything that adds, from the return of this call on. */
  blockEntries(reason: string): void
  /** Entries may pass again. */
  allowEntries(): void
  /** Step 2: asks every venue to cancel everything of ours. */
  cancelAll(): void
  /** Orders that are not closed, those in doubt included. */
  openOrders(): number
  /** Step 3: sends market orders that close what is held; only what is not on its way already. */
  closePositions(): void
  /** Instruments in which something is held. */
  openPositions(): number
  /** Step 4: writes the present state to disk. False when it could not be written. */
  persist(): boolean
  /** Step 5: tells operators over every channel. False when not one of them took it. */
  alert(words: string): boolean
  /** Step 6: from here on strategies watch and do nothing. */
  observe(): void
}

/** Why the stop was not engaged or released. */
export type StopRefusal =
  | 'not_permitted'
  | 'no_second_factor'
  | 'no_reason'
  | 'not_engaged'
  | 'other_engagement'
  | 'still_stopping'
  | 'not_recorded'

/** How long the stop waits for venues before it asks again, and before it calls a person; microseconds. */
export interface StopPatience {
  readonly repeatAfter: number
  readonly alertAfter: number
}

/** Asks again after half a second, calls after two: by then a venue that works has canceled everything. */
export const STOP_PATIENCE: StopPatience = { repeatAfter: 500_000, alertAfter: 2_000_000 }

/**
 * The emergency stop. Engaged, it blocks entries, cancels all orders, closes all positions if told to, persists, alerts
 * and ends in observation.
 *
 *     armed --engage--> stopping --all six steps done--> observing --release--> armed
 *
 * The steps begin in this order, but none waits for a venue that does not answer: entries are blocked and the alert is out
 * before the first cancel is confirmed. Every step is asked for again until it is done. The record is written at every
 * change; restored from it after a crash, the stop is still engaged and goes on with what is missing.
 */
export class EmergencyStop {
  readonly #actions: StopActions
  readonly #clock: Clock
  readonly #patience: StopPatience
  #record: StopRecord = NEVER_STOPPED
  #isRecorded = true
  #isBusy = false
  #askedAt = Number.NEGATIVE_INFINITY
  #calledAt = Number.NEGATIVE_INFINITY

  constructor(actions: StopActions, clock: Clock, patience: StopPatience = STOP_PATIENCE) {
    this.#actions = actions
    this.#clock = clock
    this.#patience = patience
  }

  /** What it would remember now. */
  get record(): StopRecord {
    return this.#record
  }

  /** Entries are blocked by it. */
  get isEngaged(): boolean {
    return this.#record.phase !== 'armed'
  }

  /** Takes the record of the life before. An engaged stop blocks entries in this call and resumes its steps. */
  restore(record: StopRecord): void {
    this.#record = record
    if (record.phase === 'armed') return
    this.#actions.blockEntries(record.reason)
    // What rests now may have come after the cancel that was confirmed before the crash.
    this.#change({ phase: 'stopping', canceled: false, flattened: false })
    this.tick()
  }

  /** Engages it by hand: operators and admins, without a second factor. Engaging it again asks for everything again. */
  engage(actor: Actor, reason: string, flattens: boolean): Result<StopRecord, StopRefusal> {
    if (actor.role !== 'operator' && actor.role !== 'admin') return refuse('not_permitted')
    return ok(this.#engage('manual', actor.name, reason, flattens))
  }

  /** Engages it by one of the watchers. */
  trigger(trigger: StopTrigger, reason: string, flattens: boolean): StopRecord {
    return this.#engage(trigger, 'watch', reason, flattens)
  }

  /**
   * Releases an engagement: admins only, with a second factor and a reason.
   * @param number of the engagement, as the admin saw it
   * @returns `still_stopping` while orders, or positions that are to be closed, are open
   */
  release(actor: Actor, number: number, reason: string): Result<StopRecord, StopRefusal> {
    if (actor.role !== 'admin') return refuse('not_permitted')
    if (!actor.hasSteppedUp) return refuse('no_second_factor')
    if (reason.trim() === '') return refuse('no_reason')
    if (!this.isEngaged) return refuse('not_engaged')
    const { canceled, flattens, flattened } = this.#record
    if (number !== this.#record.number) return refuse('other_engagement')
    if (!canceled || (flattens && !flattened)) return refuse('still_stopping')
    const released: StopRecord = { ...this.#record, phase: 'armed', releasedBy: actor.name, releaseReason: reason }
    if (!this.#actions.record(released)) return refuse('not_recorded')
    this.#record = released
    this.#isRecorded = true
    this.#actions.allowEntries()
    return ok(released)
  }

  /** Goes on with what is not done. Call it on every order update and at least every 100 ms while engaged. */
  tick(): void {
    // Canceling tells of orders, and their updates come back here: a step is finished before the next is begun.
    if (!this.isEngaged || this.#isBusy) return
    this.#isBusy = true
    this.#goOn()
    this.#isBusy = false
  }

  #goOn(): void {
    if (!this.#isRecorded) this.#isRecorded = this.#actions.record(this.#record)
    if (this.#record.phase === 'observing') return
    this.#cancel()
    this.#flatten()
    if (!this.#record.persisted && this.#actions.persist()) this.#change({ persisted: true })
    if (!this.#record.alerted && this.#actions.alert(this.#words())) {
      this.#calledAt = this.#clock.now()
      this.#change({ alerted: true })
    }
    this.#callForHelp()
    const { canceled, flattens, flattened, persisted, alerted } = this.#record
    if (!canceled || (flattens && !flattened) || !persisted || !alerted) return
    this.#actions.observe()
    this.#change({ phase: 'observing' })
  }

  #engage(trigger: StopTrigger, by: string, reason: string, flattens: boolean): StopRecord {
    const at = this.#clock.now()
    if (this.isEngaged) {
      // The first reason stays the cause; who asks again is kept beside it, and told like the first.
      const repeats = [...this.#record.repeats, { trigger, by, reason, at, flattens }].slice(-STOP_REPEATS_MAX)
      this.#askedAt = Number.NEGATIVE_INFINITY
      const closes = this.#record.flattens || flattens
      this.#change({ phase: 'stopping', canceled: false, alerted: false, flattens: closes, repeats })
      this.tick()
      return this.#record
    }
    const number = this.#record.number + 1
    // Before anything else, also before the record: whatever fails from here on, nothing is added.
    this.#actions.blockEntries(reason)
    this.#askedAt = Number.NEGATIVE_INFINITY
    this.#calledAt = Number.NEGATIVE_INFINITY
    this.#record = { ...NEVER_STOPPED, number, phase: 'stopping', trigger, by, reason, at, flattens }
    this.#isRecorded = this.#actions.record(this.#record)
    this.tick()
    return this.#record
  }

  #cancel(): void {
    if (this.#record.canceled) return
    // Asked at least once, also when we know of no order: the venue may know more than we do.
    this.#askToCancel(this.#askedAt === Number.NEGATIVE_INFINITY)
    if (this.#actions.openOrders() === 0) this.#change({ canceled: true })
  }

  #flatten(): void {
    const { canceled, flattens, flattened } = this.#record
    if (!flattens || flattened || !canceled) return
    if (this.#actions.openPositions() === 0) {
      this.#change({ flattened: true })
      return
    }
    // What reduces always passes: a strategy may have put an order in the way since, and it may rest for ever.
    this.#askToCancel(false)
    this.#actions.closePositions()
  }

  #askToCancel(isUrgent: boolean): void {
    const now = this.#clock.now()
    const isDue = this.#actions.openOrders() > 0 && now - this.#askedAt >= this.#patience.repeatAfter
    if (!isUrgent && !isDue) return
    this.#askedAt = now
    this.#actions.cancelAll()
  }

  /** Calls again, and again, while the venues have not done what was asked. */
  #callForHelp(): void {
    const { at, canceled, flattens, flattened } = this.#record
    if (canceled && (!flattens || flattened)) return
    const now = this.#clock.now()
    if (now - at < this.#patience.alertAfter || now - this.#calledAt < this.#patience.alertAfter) return
    const orders = this.#actions.openOrders()
    const positions = flattens ? `, ${this.#actions.openPositions()} positions` : ''
    if (this.#actions.alert(`${this.#words()}: still open: ${orders} orders${positions}`)) this.#calledAt = now
  }

  #words(): string {
    const { number, trigger, by, reason, repeats } = this.#record
    const last = repeats.at(-1)
    const again = last === undefined ? '' : `; again by ${last.by} (${last.trigger}): ${last.reason}`
    return `emergency stop ${number} by ${by} (${trigger}): ${reason}${again}`
  }

  #change(change: Partial<StopRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#isRecorded = this.#actions.record(this.#record)
  }
}
