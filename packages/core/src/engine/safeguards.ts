import { assert } from '../assert.ts'
import type { Clock } from '../clock/clock.ts'
import type { AccountBooks } from '../ledger/account-books.ts'
import { AccountMonitor } from '../ledger/account-monitor.ts'
import type { AccountSnapshot } from '../ledger/account-snapshot.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Asset } from '../market/money.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import { AccountExposure } from '../risk/account-exposure.ts'
import { BreakerPanel } from '../risk/breaker-panel.ts'
import type { BreakerState } from '../risk/circuit-breaker.ts'
import type { Condition, Mode } from '../risk/degradation.ts'
import { DegradedTrading, type UsualTrading } from '../risk/degraded-trading.ts'
import { EmergencyStop } from '../risk/emergency-stop.ts'
import { ExposureBook } from '../risk/exposure-book.ts'
import { HaltBoard, STOP_CAUSE } from '../risk/halt-board.ts'
import { LimitBook, type LimitChange } from '../risk/limit-book.ts'
import { LimitCheck } from '../risk/limit-check.ts'
import { type Marks, MarkValuation } from '../risk/mark-valuation.ts'
import type { OrderGuard } from '../risk/order-guard.ts'
import { limitFault, type ScopedLimit } from '../risk/scoped-limit.ts'
import { Standings } from '../risk/standings.ts'
import type { StopRecord } from '../risk/stop-record.ts'
import { type StopThresholds, StopWatch } from '../risk/stop-watch.ts'
import { type BreakerSpec, breakerFault } from '../risk/trading-breaker.ts'

/** What a safeguard writes down: for the journal before it takes effect, and for the audit. */
export type SafeguardEntry =
  | { readonly kind: 'limit'; readonly change: LimitChange }
  | { readonly kind: 'stop'; readonly record: StopRecord }
  | {
      readonly kind: 'breaker'
      readonly name: string
      readonly from: BreakerState
      readonly to: BreakerState
      readonly cause: string
      readonly at: number
    }
  | { readonly kind: 'mode'; readonly mode: Mode; readonly conditions: readonly Condition[]; readonly at: number }

/** How an account is guarded. Money in booked units of `currency`. */
export interface SafeguardOptions {
  readonly account: string
  readonly currency: Asset
  readonly limits: readonly ScopedLimit[]
  readonly breakers: readonly BreakerSpec[]
  /** When the emergency stop engages by itself, and whether it then closes positions. */
  readonly stop: StopThresholds
  readonly flattens: boolean
  /** See `AccountMonitor`. */
  readonly marginBps: (instrument: number) => number
  readonly usual: UsualTrading
  /** False when an entry could not be written. */
  readonly record: (entry: SafeguardEntry) => boolean
  /** False when no channel took it. */
  readonly alert: (words: string) => boolean
  /** Writes the present state to disk; false when it could not. */
  readonly persist: () => boolean
}

/** What the safeguards need of the session that they guard. */
export interface GuardedSession {
  readonly instruments: InstrumentTable
  readonly clock: Clock
  readonly accounts: AccountBooks
  readonly marks: Marks
  /** Asks the venue to cancel every open order; asked again, it asks again. */
  cancelAll(): void
  openOrders(): number
  /** Sends market orders that close what is held and not being closed already. */
  closePositions(): void
}

/** What is wrong with limits and breakers, in words that name the place; undefined when nothing is. */
export function safeguardFault(options: SafeguardOptions, instruments: InstrumentTable): string | undefined {
  for (const limit of options.limits) {
    const fault = limitFault(limit, instruments)
    if (fault !== undefined) return `limit ${limit.name}: ${fault}`
  }
  for (const breaker of options.breakers) {
    const fault = breakerFault(breaker, instruments)
    if (fault !== undefined) return `breaker ${breaker.name}: ${fault}`
  }
  const names = [...options.limits, ...options.breakers].map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `${twice}: the name occurs twice`
}

const TICK = 100_000
const UPDATE = 1_000_000

/**
 * Everything that guards one account, joined: halts, breakers, degraded modes and limits before each order, the monitor
 * and the watch of the emergency stop behind it. The session tells it what happens; orders pass it through `guards`.
 */
export class Safeguards {
  readonly exposure: ExposureBook
  readonly accountExposure: AccountExposure
  readonly limits: LimitBook
  readonly halts: HaltBoard
  readonly breakers: BreakerPanel
  readonly degraded: DegradedTrading
  readonly standings: Standings
  readonly monitor: AccountMonitor
  readonly stop: EmergencyStop
  readonly watch: StopWatch
  /** In the order in which they are asked. */
  readonly guards: readonly OrderGuard[]
  /** The account as of the last update. */
  snapshot: AccountSnapshot | undefined
  readonly #account: string
  readonly #clock: Clock
  #tickAt = Number.NEGATIVE_INFINITY
  #updateAt = Number.NEGATIVE_INFINITY

  /** @param options without a `safeguardFault` */
  constructor(options: SafeguardOptions, session: GuardedSession) {
    const { account, record } = options
    const { instruments, clock, marks } = session
    assert(safeguardFault(options, instruments) === undefined, 'the safeguards are well formed', account)
    this.#account = account
    this.#clock = clock
    this.exposure = new ExposureBook(instruments)
    this.accountExposure = new AccountExposure(this.exposure, account, marks)
    this.limits = new LimitBook(instruments, this.exposure, { record: change => record({ kind: 'limit', change }) })
    assert(this.limits.load(options.limits).ok, 'the limits are taken', this.limits.fault)
    this.halts = new HaltBoard(account, index => instruments.at(index).venue)
    this.standings = new Standings([account])
    const valuation = new MarkValuation(instruments, options.currency, marks)
    const { exposure, limits, standings } = this
    this.breakers = makePanel(options, session, standings)
    this.degraded = new DegradedTrading(options.usual, clock, {
      onMode: (mode, before, conditions) => {
        record({ kind: 'mode', mode, conditions, at: clock.now() })
        if (mode.cancelsPending && !before.cancelsPending) session.cancelAll()
        if (mode.alert !== 'none') options.alert(`${mode.posture}: ${conditions.join(', ')}`)
      },
    })
    const check = new LimitCheck({
      account,
      instruments,
      limits,
      exposure,
      valuation,
      marks,
      standing: standings,
      marginBps: options.marginBps,
      clock,
    })
    this.guards = [this.halts, this.breakers, this.degraded, check]
    this.monitor = new AccountMonitor({
      account,
      instruments,
      books: session.accounts,
      exposure,
      valuation,
      marks,
      standings,
      clock,
      marginBps: options.marginBps,
      listener: { onSnapshot: snapshot => this.#onSnapshot(snapshot) },
    })
    this.stop = this.#makeStop(options, session)
    this.watch = new StopWatch(options.stop, this.stop, options.flattens)
  }

  /** A mark changed. On the path of a market event. */
  onMark(instrument: number, mark: number, at: number): void {
    this.breakers.onMark(instrument, mark, at)
    if (at >= this.#tickAt) this.tick()
  }

  /** An order is new or has changed. */
  onOrderUpdate(order: OrderView): void {
    this.exposure.onOrder(this.#account, order)
    if (order.state === 'rejected') {
      this.breakers.onRejected(order, order.reason)
      this.watch.onRejected(this.#clock.now(), order.reason)
    } else if (order.state !== 'pending_submit' && order.state !== 'unknown') this.breakers.onAccepted(order)
    this.stop.tick()
  }

  /** An order was filled, and the books of account know it. */
  onFill(fill: Fill, order: OrderView): void {
    this.exposure.onFill(this.#account, order, fill.quantity)
  }

  /** Time has passed. Called by marks every 100 ms; a live session calls it as well, because markets fall silent. */
  tick(): void {
    const now = this.#clock.now()
    this.#tickAt = now + TICK
    this.breakers.tick()
    if (now >= this.#updateAt) {
      this.#updateAt = now + UPDATE
      this.monitor.update()
    }
    this.stop.tick()
  }

  #onSnapshot(snapshot: AccountSnapshot): void {
    this.snapshot = snapshot
    if (snapshot.dayDrawdownBps !== undefined) this.watch.onStanding(snapshot.dayDrawdownBps, snapshot.marginBps)
  }

  #makeStop(options: SafeguardOptions, session: GuardedSession): EmergencyStop {
    const { clock } = session
    return new EmergencyStop(
      {
        record: record => options.record({ kind: 'stop', record }),
        blockEntries: reason => void this.halts.halt({}, STOP_CAUSE, reason, clock.now()),
        allowEntries: () => {
          this.halts.lift({}, STOP_CAUSE)
          this.degraded.set('emergency_stop', false)
        },
        cancelAll: () => session.cancelAll(),
        openOrders: () => session.openOrders(),
        closePositions: () => session.closePositions(),
        openPositions: () =>
          session.instruments.all.filter(({ index }) => this.accountExposure.netLots(index) !== 0).length,
        persist: options.persist,
        alert: options.alert,
        observe: () => this.degraded.set('emergency_stop', true),
      },
      clock,
    )
  }
}

function makePanel(options: SafeguardOptions, session: GuardedSession, standings: Standings): BreakerPanel {
  const { account, record, alert } = options
  const { instruments, clock } = session
  const onBreaker = (spec: BreakerSpec, from: BreakerState, to: BreakerState, at: number, cause: string): void => {
    record({ kind: 'breaker', name: spec.name, from, to, cause, at })
    if (to === 'open') alert(`breaker ${spec.name} is open: ${cause}`)
  }
  const panel = BreakerPanel.of(
    { account, instruments, clock, standing: standings, listener: { onBreaker } },
    options.breakers,
  )
  assert(typeof panel !== 'string', 'the breakers are well formed', panel)
  return panel
}
