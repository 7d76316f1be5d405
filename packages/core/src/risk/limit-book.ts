import type { InstrumentTable } from '../market/instrument-table.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { ExposureBook } from './exposure-book.ts'
import { scopeKey } from './limit-scope.ts'
import { RateWindow } from './rate-window.ts'
import type { ScopeTotals } from './scope-totals.ts'
import { limitFault, type ScopedLimit } from './scoped-limit.ts'

/** Who asks for a change of a safeguard. */
export interface Actor {
  readonly name: string
  readonly role: 'viewer' | 'strategy' | 'operator' | 'admin'
  /** A second factor was shown for this very action. */
  readonly hasSteppedUp: boolean
}

/** A change of one limit, as it is journaled before it takes effect. `undefined` before: it is new; after: it is gone. */
export interface LimitChange {
  readonly actor: string
  readonly reason: string
  readonly before: ScopedLimit | undefined
  readonly after: ScopedLimit | undefined
  readonly direction: 'lower' | 'raise'
}

/** Where changes are written down. */
export interface LimitJournal {
  /** Returns false when the change could not be written; then it does not happen. */
  record(change: LimitChange): boolean
}

/** Why a limit was not changed, in order of precedence. */
export type LimitChangeRefusal =
  | 'malformed'
  | 'unknown_limit'
  | 'name_taken'
  | 'too_many_limits'
  | 'not_permitted'
  | 'no_reason'
  | 'not_recorded'

/** A limit that stands otherwise than in the configuration. */
export interface ChangedLimit {
  readonly configured: ScopedLimit | undefined
  readonly now: ScopedLimit | undefined
}

/** A limit at work: with the totals of its scope and, for a rate, its window. */
export interface ActiveLimit {
  readonly limit: ScopedLimit
  readonly totals: ScopeTotals
  readonly rate: RateWindow | undefined
  /** The value as a number; for kinds that count lots, bps and orders. */
  readonly count: number
}

const LIMITS_MAX = 1000

/**
 * All limits by scope. They are changed while trading: lowering (or adding one) takes effect with the next order and is
 * allowed to operators; raising (or removing one) takes an admin with a second factor. Every change gives a reason and is
 * journaled first.
 */
export class LimitBook {
  /** Goes up with every change. */
  revision = 0
  /** What was wrong with the last malformed limit, in words. */
  fault = ''
  readonly #instruments: InstrumentTable
  readonly #exposure: ExposureBook
  readonly #journal: LimitJournal
  #active: ActiveLimit[] = []
  #configured: readonly ScopedLimit[] = []

  constructor(instruments: InstrumentTable, exposure: ExposureBook, journal: LimitJournal) {
    this.#instruments = instruments
    this.#exposure = exposure
    this.#journal = journal
  }

  /** Every limit, in the order in which they were set; the first that is broken is the one reported. */
  get active(): readonly ActiveLimit[] {
    return this.#active
  }

  /** A limit by its name. */
  find(name: string): ScopedLimit | undefined {
    return this.#active.find(({ limit }) => limit.name === name)?.limit
  }

  /** Takes limits from the configuration at start, all or none. Not a change of the journal: the file is the record. */
  load(limits: readonly ScopedLimit[]): Result<number, 'malformed' | 'name_taken' | 'too_many_limits'> {
    if (limits.length > LIMITS_MAX) return refuse('too_many_limits')
    for (const limit of limits) {
      const fault = limitFault(limit, this.#instruments)
      if (fault === undefined) continue
      this.fault = `${limit.name}: ${fault}`
      return refuse('malformed')
    }
    if (new Set(limits.map(({ name }) => name)).size !== limits.length) return refuse('name_taken')
    this.#active = limits.map(limit =>
      this.#activate(
        limit,
        this.#active.find(({ limit: { name } }) => name === limit.name),
      ),
    )
    this.#configured = limits
    this.revision++
    return ok(limits.length)
  }

  /** Limits that were changed since they were loaded: what a restart must not forget. */
  get changed(): readonly ChangedLimit[] {
    const names = new Set([...this.#configured, ...this.#active.map(({ limit }) => limit)].map(({ name }) => name))
    return [...names]
      .map(name => ({ configured: this.#configured.find(limit => limit.name === name), now: this.find(name) }))
      .filter(({ configured, now }) => !isSame(configured, now))
  }

  /**
   * Takes up the changes of the life before. A limit that the configuration now says otherwise than it did then stands as
   * configured: the file is newer.
   * @returns names of the changes that were not taken up
   */
  resume(changed: readonly ChangedLimit[]): string[] {
    const dropped: string[] = []
    let limits = this.#active.map(({ limit }) => limit)
    for (const { configured, now } of changed) {
      const name = (configured ?? now)!.name
      const isStale = !isSame(
        this.#configured.find(limit => limit.name === name),
        configured,
      )
      if (isStale || (now !== undefined && limitFault(now, this.#instruments) !== undefined)) dropped.push(name)
      else {
        limits = now === undefined ? limits.filter(limit => limit.name !== name) : put(limits, now)
      }
    }
    this.#active = limits.map(limit => this.#activate(limit, undefined))
    this.revision++
    return dropped
  }

  /** Adds a limit, which lowers what is allowed. */
  add(actor: Actor, limit: ScopedLimit, reason: string): Result<ScopedLimit, LimitChangeRefusal> {
    const fault = limitFault(limit, this.#instruments)
    if (fault !== undefined) {
      this.fault = `${limit.name}: ${fault}`
      return refuse('malformed')
    }
    if (this.find(limit.name) !== undefined) return refuse('name_taken')
    if (this.#active.length >= LIMITS_MAX) return refuse('too_many_limits')
    return this.#change(actor, undefined, limit, reason)
  }

  /** Sets the value of a limit. */
  set(actor: Actor, name: string, value: bigint, reason: string): Result<ScopedLimit, LimitChangeRefusal> {
    const before = this.find(name)
    if (before === undefined) return refuse('unknown_limit')
    const after = { ...before, value }
    const fault = limitFault(after, this.#instruments)
    if (fault !== undefined) {
      this.fault = `${name}: ${fault}`
      return refuse('malformed')
    }
    return this.#change(actor, before, after, reason)
  }

  /** Removes a limit, which raises what is allowed. */
  remove(actor: Actor, name: string, reason: string): Result<ScopedLimit, LimitChangeRefusal> {
    const before = this.find(name)
    return before === undefined ? refuse('unknown_limit') : this.#change(actor, before, undefined, reason)
  }

  #change(
    actor: Actor,
    before: ScopedLimit | undefined,
    after: ScopedLimit | undefined,
    reason: string,
  ): Result<ScopedLimit, LimitChangeRefusal> {
    const raises = before !== undefined && (after === undefined || after.value > before.value)
    const isAdmin = actor.role === 'admin'
    const permitted = raises ? isAdmin && actor.hasSteppedUp : isAdmin || actor.role === 'operator'
    if (!permitted) return refuse('not_permitted')
    if (reason.trim() === '') return refuse('no_reason')
    const direction = raises ? 'raise' : 'lower'
    if (!this.#journal.record({ actor: actor.name, reason, before, after, direction })) return refuse('not_recorded')
    const at = this.#active.findIndex(({ limit }) => limit.name === before?.name)
    if (after === undefined) this.#active = this.#active.filter(({ limit }) => limit !== before)
    else if (at < 0) this.#active = [...this.#active, this.#activate(after, undefined)]
    else this.#active = this.#active.map((old, index) => (index === at ? this.#activate(after, old) : old))
    this.revision++
    return ok((after ?? before)!)
  }

  /** A changed rate limit remembers what was counted: lowering it takes effect within the running window. */
  #activate(limit: ScopedLimit, old: ActiveLimit | undefined): ActiveLimit {
    const totals = this.#exposure.totals(limit.scope)
    const count = Number(limit.value)
    if (limit.window === undefined || count === 0) return { limit, totals, rate: undefined, count }
    const sameWindow = old?.limit.window === limit.window
    const rate = sameWindow && old.rate !== undefined ? old.rate.resized(count) : new RateWindow(count, limit.window)
    return { limit, totals, rate, count }
  }
}

/** The list with a limit in the place of that of its name, or at the end. */
const put = (limits: readonly ScopedLimit[], limit: ScopedLimit): ScopedLimit[] =>
  limits.some(({ name }) => name === limit.name)
    ? limits.map(old => (old.name === limit.name ? limit : old))
    : [...limits, limit]

const isSame = (one: ScopedLimit | undefined, other: ScopedLimit | undefined): boolean =>
  one?.name === other?.name &&
  one?.kind === other?.kind &&
  one?.value === other?.value &&
  one?.window === other?.window &&
  scopeKey(one?.scope ?? {}) === scopeKey(other?.scope ?? {})
