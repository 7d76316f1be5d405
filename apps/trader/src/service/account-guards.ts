import { assert } from '@velocimex/core/assert'
import type { Clock } from '@velocimex/core/clock/clock'
import { resumeSafeguards, safeguardImage } from '@velocimex/core/engine/safeguard-image'
import { type SafeguardEntry, safeguardFault } from '@velocimex/core/engine/safeguard-options'
import { type GuardedSession, Safeguards } from '@velocimex/core/engine/safeguards'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { AccountBooks } from '@velocimex/core/ledger/account-books'
import type { Positions } from '@velocimex/core/ledger/portfolio-profit'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { Condition } from '@velocimex/core/risk/degradation'
import type { Actor, LimitChangeRefusal } from '@velocimex/core/risk/limit-book'
import { MarketGuard, type MarketView } from '@velocimex/core/risk/market-guard'
import type { OrderGuard } from '@velocimex/core/risk/order-guard'
import type { RiskGate } from '@velocimex/core/risk/risk-gate'
import type { InstrumentLimits, RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { AccountSenses, type Senses } from './account-senses.ts'
import { type GuardOptions, OPERATOR } from './guard-options.ts'
import { guardedDesk } from './guarded-desk.ts'
import { isHarmless } from './harmless-rejection.ts'
import { INSTRUMENT_LIMITS, type InstrumentLimitName, instrumentLimits, limitName } from './instrument-limits.ts'
import { SafeguardFile, withChange } from './safeguard-file.ts'
import { safeguardPlan } from './safeguard-plan.ts'

/** What the guards of an account work with. The functions are asked from the first tick on, not before. */
export interface GuardParts {
  /** Of a word for each account: halts and limits name it. */
  readonly account: string
  readonly instruments: InstrumentTable
  readonly clock: Clock
  readonly books: AccountBooks
  readonly desk: LiveOrderDesk
  readonly limits: RiskLimits
  readonly options: GuardOptions
  /** Beside the journal. */
  readonly directory: string
  gate(): RiskGate
  /** Books and orders of ours, against which an order is held. */
  market(): MarketView
  strategies(): readonly { readonly name: string; readonly positions: Positions }[]
  /** Makes orders and books durable; false when the disk did not take them. */
  persist(): boolean
  onAlert(words: string): void
}

/** The person at this machine: the local API is open to the owner of its folder and to nobody else. */
export const LOCAL_ADMIN: Actor = { name: 'local operator', role: 'admin', hasSteppedUp: true }

const KEEP_EVERY = 5_000_000

/**
 * The safeguards of a live account: every order passes them, marks, orders and fills are told to them, and what they must
 * not forget lies in a file before it takes effect. A stop that was engaged when the process died is engaged again, and
 * goes on with what it had not done, before the first order.
 */
export class AccountGuards {
  readonly safeguards: Safeguards
  /** Everything that is wrong now. */
  conditions: readonly Condition[] = []
  readonly #parts: GuardParts
  readonly #file: SafeguardFile
  readonly #marks: Float64Array
  readonly #senses: AccountSenses
  #isDirty = false
  #keptAt = Number.NEGATIVE_INFINITY

  /** @throws Error with words for a person when a limit or a breaker is not well formed */
  constructor(parts: GuardParts) {
    this.#parts = parts
    this.#file = new SafeguardFile(parts.directory)
    this.#senses = new AccountSenses(words => parts.onAlert(words))
    this.#marks = new Float64Array(parts.instruments.all.length).fill(Number.NaN)
    const options = safeguardPlan({
      ...{ account: parts.account, instruments: parts.instruments, limits: parts.limits, options: parts.options },
      record: entry => this.#record(entry),
      persist: () => parts.persist() && this.#keep(),
      alert: words => parts.onAlert(words),
    })
    const fault = safeguardFault(options, parts.instruments)
    if (fault !== undefined) throw new Error(fault)
    this.safeguards = new Safeguards(options, this.#session())
  }

  /** Takes up what the last life knew. To be called once, when the gate is there and before the first order. */
  resume(): void {
    const { desk, instruments, onAlert } = this.#parts
    const kept = this.#file.read()
    const orders = instruments.all.flatMap(({ index }) => [...desk.orders.manager.openOrders(index)])
    const image = kept.kind === 'kept' ? kept.image : safeguardImage(this.#parts.account, this.safeguards)
    const dropped = resumeSafeguards(this.safeguards, image, orders, this.#held())
    for (const name of dropped) onAlert(`limit ${name}: the configuration is newer than its change, which is dropped`)
    for (const { index } of instruments.all) this.#parts.gate().setLimits(index, this.limits(index))
    if (kept.kind === 'unreadable')
      this.safeguards.stop.trigger('health', `${this.#file.path} cannot be read: look at limits and halts`, false)
    this.#followDesk()
  }

  /** The books are open: from here on marks and time are judged. */
  begin(): void {
    this.#senses.begin(this.safeguards, this.#parts.clock.now())
  }

  /** What every order passes, in the order in which they are asked. */
  get guards(): readonly OrderGuard[] {
    return [...this.safeguards.guards, new MarketGuard(this.#parts)]
  }

  /** Whether the operator's dead-man switch has expired: then nobody may tell the venue that all is well. */
  get isForsaken(): boolean {
    return this.safeguards.deadMan.hasExpired
  }

  /** Middle of the market in ticks, the last one where there is none now; NaN before the first. */
  mark(instrument: number): number {
    return this.#marks[instrument]!
  }

  /** A message about an instrument was applied. On the path of a market event. @param mid NaN while a side is empty */
  onMark(instrument: number, mid: number): void {
    if (Number.isNaN(mid)) return
    this.#marks[instrument] = mid
    if (this.#senses.begunAt !== undefined) this.safeguards.onMark(instrument, mid, this.#parts.clock.now())
  }

  /** An order is new or has changed. */
  onOrderUpdate(order: OrderView): void {
    if (isHarmless(order, this.#parts.market().status(order.request.instrument))) {
      this.safeguards.exposure.onOrder(this.#parts.account, order)
      this.safeguards.breakers.onUnsent(order)
      this.safeguards.stop.tick()
    } else this.safeguards.onOrderUpdate(order)
  }

  /** An order was filled, and the books know it. */
  onFill(fill: Fill, order: OrderView): void {
    this.safeguards.onFill(fill, order)
  }

  /** A sign of life of the operator; without a dead-man rule it means nothing. */
  heard(): void {
    this.safeguards.deadMan.beat(OPERATOR, this.#parts.clock.now())
  }

  /** A condition holds, or no longer does: market data, the private stream, a database. */
  set(condition: Condition, holds: boolean): void {
    this.safeguards.degraded.set(condition, holds)
  }

  /** Time has passed, and this is how the account hears and writes now. To be called several times a second. */
  tick(senses: Senses): void {
    const now = this.#parts.clock.now()
    this.#senses.judge(senses, this.safeguards, now)
    this.#followDesk()
    this.#followBooks()
    if (this.#senses.begunAt !== undefined) this.safeguards.tick()
    else this.safeguards.stop.tick()
    if (!this.#isDirty && now - this.#keptAt < KEEP_EVERY) return
    this.#keptAt = now
    this.#isDirty = !this.#keep(false)
  }

  /** Engages the emergency stop. @param flattens whether positions are closed as well */
  stop(reason: string, flattens: boolean): void {
    const engaged = this.safeguards.stop.engage(LOCAL_ADMIN, reason, flattens)
    assert(engaged.ok, 'an admin may stop', reason)
  }

  /** An order to stop that an earlier life was given, and may have died over before it reached this account. */
  stopAgain({ reason, flattens }: { readonly reason: string; readonly flattens: boolean }): void {
    if (!this.safeguards.stop.isEngaged) this.stop(reason, flattens)
  }

  /** Releases the emergency stop. @returns why not, in words */
  release(reason: string): string | undefined {
    const { stop } = this.safeguards
    const released = stop.release(LOCAL_ADMIN, stop.record.number, reason)
    if (!released.ok) return released.reason.replaceAll('_', ' ')
    this.#parts.desk.releaseStop(reason)
    return undefined
  }

  /** Lets nothing enter until a person lifts it, over restarts; what reduces passes. */
  halt(cause: string, reason: string): void {
    const { halts } = this.safeguards
    const { account, clock, onAlert } = this.#parts
    halts.lift({ account }, cause) // What the last life knew of it is older.
    halts.halt({ account }, cause, reason, clock.now())
    this.#keep()
    onAlert(`halted, ${cause}: ${reason}`)
  }

  /** Lifts a halt that waits for a person, over restarts. @returns false when there is none */
  lift(cause: string, reason: string): boolean {
    const { halts } = this.safeguards
    const isLifted = halts.liftBy(LOCAL_ADMIN, { account: this.#parts.account }, cause, reason).ok
    if (isLifted) this.#keep()
    return isLifted
  }

  /** The limits of an instrument as they are now. */
  limits(instrument: number): InstrumentLimits {
    const { limits, instruments } = this.#parts
    const configured = limits.byInstrument[instrument]!
    return instrumentLimits(configured, instruments.at(instrument).symbol, name => this.safeguards.limits.find(name))
  }

  /**
   * Changes a limit of an instrument, at once and over restarts; on disk before it takes effect.
   * @param value lots, orders or bps, a whole number of at least 0
   */
  setLimit(instrument: number, name: InstrumentLimitName, value: number): LimitChangeRefusal | undefined {
    const { instruments } = this.#parts
    const full = limitName(instruments.at(instrument).symbol, name)
    const book = this.safeguards.limits
    const { kind } = INSTRUMENT_LIMITS[name]
    const limit: ScopedLimit = { name: full, scope: { instrument }, kind, value: BigInt(value) }
    const reason = 'asked for through the local API'
    const known = book.find(full) !== undefined
    const changed = known ? book.set(LOCAL_ADMIN, full, limit.value, reason) : book.add(LOCAL_ADMIN, limit, reason)
    if (!changed.ok) return changed.reason
    this.#parts.gate().setLimits(instrument, this.limits(instrument))
    return undefined
  }

  /** Writes down what must not be forgotten, durably. */
  keep(): void {
    this.#keep()
  }

  /** The desk stops by itself when something trades as us or its journal was damaged: then everything stops. */
  #followDesk(): void {
    const { stop: reason } = this.#parts.desk.orders
    if (reason !== undefined && !this.safeguards.stop.isEngaged) this.safeguards.stop.trigger('health', reason, false)
  }

  /** The books have the last word on what is held. */
  #followBooks(): void {
    const { account, books, instruments } = this.#parts
    const { exposure, accountExposure } = this.safeguards
    for (const { index } of instruments.all) {
      const by = books.portfolio.netLots(index) - accountExposure.netLots(index)
      if (by !== 0) exposure.correct(account, '', index, by)
    }
  }

  /** What the books hold, by strategy where there is only one who can have bought it. */
  #held(): { strategy: string; instrument: number; netLots: number }[] {
    const { books, instruments, strategies } = this.#parts
    const all = strategies()
    const strategy = all.length === 1 ? all[0]!.name : ''
    return instruments.all.map(({ index }) => ({
      strategy,
      instrument: index,
      netLots: books.portfolio.netLots(index),
    }))
  }

  #session(): GuardedSession {
    const { instruments, clock, books, desk, gate, strategies } = this.#parts
    const marks = { mark: (index: number) => this.#marks[index]! }
    const stop = () => this.safeguards.stop
    return {
      ...{ instruments, clock, accounts: books, marks, strategies },
      ...guardedDesk({ instruments, books, desk, gate, stop }),
    }
  }

  /** Limits and stops are on disk before they take effect; breakers and modes follow with the next tick. */
  #record(entry: SafeguardEntry): boolean {
    if (entry.kind === 'mode') this.conditions = entry.conditions
    if (entry.kind !== 'limit' && entry.kind !== 'stop') {
      this.#isDirty = true
      return true
    }
    const image = safeguardImage(this.#parts.account, this.safeguards)
    return this.#file.write(entry.kind === 'stop' ? { ...image, stop: entry.record } : withChange(image, entry.change))
  }

  #keep(isDurable = true): boolean {
    return this.#file.write(safeguardImage(this.#parts.account, this.safeguards), isDurable)
  }
}
