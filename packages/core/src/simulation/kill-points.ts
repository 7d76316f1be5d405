import type { Journal } from '../bus/journal.ts'
import { JournalDisk } from '../bus/memory-journal.ts'
import type { Random } from '../clock/random.ts'
import type { LiveGateway } from '../execution/live-gateway.ts'
import { entryKind, type OrderEntry } from '../execution/order-entry.ts'
import type { OrderListener } from '../execution/order-manager.ts'

/** The marked points at which a process may die, R-KILL-02. */
export const KILL_POINTS = [
  'before_intent_written',
  'after_intent_written',
  'after_send',
  'before_report_written',
  'mid_batch',
  'mid_cancel',
  'mid_replace',
  'mid_fill',
  'mid_snapshot',
  'mid_rotation',
  'mid_recovery',
  'mid_audit',
  'mid_stop',
] as const
/** One of `KILL_POINTS`. */
export type KillPoint = (typeof KILL_POINTS)[number]

/** Thrown through a process to end it: what it had in memory is gone. Only the world catches it. */
export class ProcessKilled extends Error {
  readonly point: KillPoint
  constructor(point: KillPoint) {
    super(`killed at ${point}`)
    this.point = point
  }
}

/** Told that a process passes a marked point, before it does anything else. */
export interface Passage {
  /** @param kind of the journal's record that is written there, and its payload; absent where none is */
  pass(point: KillPoint, kind?: number, payload?: string): void
}

/** Decides at every marked point whether the process dies there. */
export class KillPoints implements Passage {
  /** Chance of dying at any point. */
  chance = 0
  /** Points at which the process dies the next time it passes, each as often as told. */
  readonly due = new Map<KillPoint, number>()
  /** How often the process has died at each. */
  readonly died = new Map<KillPoint, number>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** The process passes a point. @throws ProcessKilled when it dies there */
  pass(point: KillPoint): void {
    const due = this.due.get(point) ?? 0
    if (due > 0) this.due.set(point, due - 1)
    else if (this.chance === 0 || this.#random.uniform() >= this.chance) return
    this.died.set(point, (this.died.get(point) ?? 0) + 1)
    throw new ProcessKilled(point)
  }
}

/** A disk on which the process may die while it opens a segment. */
export class KillableDisk extends JournalDisk {
  readonly #points: KillPoints

  constructor(points: KillPoints) {
    super()
    this.#points = points
  }

  override open(firstSequence: number, epoch: number): ReturnType<JournalDisk['open']> {
    if (firstSequence > 1) this.#points.pass('mid_rotation')
    const segment = super.open(firstSequence, epoch)
    this.#points.pass('mid_rotation')
    return segment
  }
}

const kind = (name: OrderEntry['kind']): number => entryKind({ kind: name } as OrderEntry)
/** Points before and after a record of a kind is written. */
const BEFORE: ReadonlyMap<number, KillPoint> = new Map<number, KillPoint>([
  [kind('place'), 'before_intent_written'],
  [kind('report'), 'before_report_written'],
  [kind('conclude'), 'mid_audit'],
  [kind('adopt'), 'mid_audit'],
  [kind('audited'), 'mid_audit'],
  [kind('start'), 'mid_recovery'],
])
const AFTER: ReadonlyMap<number, KillPoint> = new Map<number, KillPoint>([
  [kind('place'), 'after_intent_written'],
  [kind('cancel'), 'mid_cancel'],
  [kind('replace'), 'mid_replace'],
  [kind('cancel_replace'), 'mid_replace'],
  [kind('start'), 'mid_recovery'],
  [kind('stop'), 'mid_stop'],
])

/** A journal around whose writing the process may die. */
export function killableJournal(journal: Journal, points: Passage): Journal {
  return {
    get writtenThrough() {
      return journal.writtenThrough
    },
    get syncedThrough() {
      return journal.syncedThrough
    },
    get isShort() {
      return journal.isShort
    },
    get isLagging() {
      return journal.isLagging ?? false
    },
    append(number, payload) {
      const before = BEFORE.get(number)
      if (before !== undefined) points.pass(before, number, payload)
      const written = journal.append(number, payload)
      const after = AFTER.get(number)
      if (after !== undefined) points.pass(after, number, payload)
      return written
    },
    sync: () => journal.sync(),
    saveSnapshot(state) {
      points.pass('mid_snapshot')
      const saved = journal.saveSnapshot(state)
      points.pass('mid_snapshot')
      return saved
    },
  }
}

/** A gateway around whose sending the process may die. */
export function killableGateway(gateway: LiveGateway, points: Passage): LiveGateway {
  return {
    place(command, stamp) {
      gateway.place(command, stamp)
      points.pass('after_send')
    },
    placeBatch(commands) {
      points.pass('mid_batch')
      gateway.placeBatch(commands)
      points.pass('mid_batch')
    },
    cancel(command, stamp) {
      gateway.cancel(command, stamp)
      points.pass('mid_cancel')
    },
    replace(command, stamp) {
      gateway.replace(command, stamp)
      points.pass('mid_replace')
    },
    cancelReplace(cancel, place, stamp) {
      gateway.cancelReplace(cancel, place, stamp)
      points.pass('mid_replace')
    },
    ask: question => gateway.ask(question),
  }
}

/** A listener during whose bookkeeping the process may die. */
export function killableListener(listener: OrderListener, points: Passage): OrderListener {
  return {
    onFill(fill, order) {
      points.pass('mid_fill')
      listener.onFill(fill, order)
      points.pass('mid_fill')
    },
    onOrderUpdate: order => listener.onOrderUpdate(order),
    onAlert: (alert, report, order) => listener.onAlert(alert, report, order),
  }
}
