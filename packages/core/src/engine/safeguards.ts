import { assert } from '../assert.ts'
import type { Clock } from '../clock/clock.ts'
import type { AccountBooks } from '../ledger/account-books.ts'
import { AccountMonitor } from '../ledger/account-monitor.ts'
import type { AccountSnapshot } from '../ledger/account-snapshot.ts'
import { type Positions, portfolioProfit } from '../ledger/portfolio-profit.ts'
import { stressAccount } from '../ledger/stress-account.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderState } from '../order/order-state.ts'
import { AccountExposure } from '../risk/account-exposure.ts'
import { BreakerPanel } from '../risk/breaker-panel.ts'
import type { BreakerState } from '../risk/circuit-breaker.ts'
import { DeadManSwitch } from '../risk/dead-man-switch.ts'
import { DegradedTrading } from '../risk/degraded-trading.ts'
import { EmergencyStop } from '../risk/emergency-stop.ts'
import { ExposureBook } from '../risk/exposure-book.ts'
import { HaltBoard, STOP_CAUSE } from '../risk/halt-board.ts'
import { LimitBook } from '../risk/limit-book.ts'
import { LimitCheck } from '../risk/limit-check.ts'
import { type Marks, MarkValuation } from '../risk/mark-valuation.ts'
import { ModeAlerts } from '../risk/mode-alerts.ts'
import type { OrderGuard } from '../risk/order-guard.ts'
import { Standings } from '../risk/standings.ts'
import { StopWatch } from '../risk/stop-watch.ts'
import type { StressOutcome } from '../risk/stress.ts'
import type { StressScenario } from '../risk/stress-scenario.ts'
import type { BreakerSpec } from '../risk/trading-breaker.ts'
import { type TimerTarget, VenueTimer, type VenueTimerCommands } from '../risk/venue-timer.ts'
import { type SafeguardOptions, safeguardFault } from './safeguard-options.ts'

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
  /** What each strategy has traded. */
  strategies(): readonly { readonly name: string; readonly positions: Positions }[]
  /** Sends a venue its own dead-man timer; left out where no venue has one. */
  readonly venueTimers?: VenueTimerCommands
}

const TICK = 100_000
const UPDATE = 1_000_000
/** States that only the venue can bring about, having taken the order. */
const TAKEN: ReadonlySet<OrderState> = new Set(['submitted', 'partially_filled', 'filled', 'canceled', 'expired'])

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
  /** Tells of the degraded modes. */
  readonly modeAlerts: ModeAlerts
  readonly standings: Standings
  readonly monitor: AccountMonitor
  readonly stop: EmergencyStop
  readonly watch: StopWatch
  readonly deadMan: DeadManSwitch
  /** In the order in which they are asked. */
  readonly guards: readonly OrderGuard[]
  /** The account as of the last update. */
  snapshot: AccountSnapshot | undefined
  /** What the account was worth at first: the capital of strategies that were given none. */
  capital: bigint | undefined
  /** What they were made of. */
  readonly options: SafeguardOptions
  readonly session: GuardedSession
  readonly valuation: MarkValuation
  /** The venues' own dead-man timers; answers go to them. */
  readonly venueTimers: readonly VenueTimer[]
  #tickAt = Number.NEGATIVE_INFINITY
  #updateAt = Number.NEGATIVE_INFINITY

  /** @param options without a `safeguardFault` */
  constructor(options: SafeguardOptions, session: GuardedSession) {
    const { account } = options
    const { instruments, clock, marks } = session
    assert(safeguardFault(options, instruments) === undefined, 'the safeguards are well formed', account)
    this.options = options
    this.session = session
    this.exposure = new ExposureBook(instruments)
    this.accountExposure = new AccountExposure(this.exposure, account, marks)
    this.limits = new LimitBook(instruments, this.exposure, {
      record: change => options.record({ kind: 'limit', change }),
    })
    assert(this.limits.load(options.limits).ok, 'the limits are taken', this.limits.fault)
    this.halts = new HaltBoard(account, index => instruments.at(index).venue)
    this.standings = new Standings([account])
    const valuation = new MarkValuation(instruments, options.currency, marks)
    this.valuation = valuation
    const { exposure, limits, standings } = this
    this.breakers = this.#makePanel()
    this.modeAlerts = new ModeAlerts(words => void options.alert(words))
    this.degraded = this.#makeModes()
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
    this.stop = this.#makeStop()
    this.watch = new StopWatch(options.stop, this.stop, options.flattens)
    this.venueTimers = this.#makeTimers()
    this.deadMan = new DeadManSwitch(options.deadMan ?? [], {
      expired: (action, source, silentFor) => {
        const words = `${source} has not been heard for ${silentFor / 1e6} s`
        if (action === 'emergency_stop') this.stop.trigger('health', words, options.flattens)
        else {
          session.cancelAll()
          options.alert(words)
        }
      },
    })
  }

  /** A mark changed. On the path of a market event. */
  onMark(instrument: number, mark: number, at: number): void {
    this.breakers.onMark(instrument, mark, at)
    if (at >= this.#tickAt) this.tick()
  }

  /** An order is new or has changed. */
  onOrderUpdate(order: OrderView): void {
    this.exposure.onOrder(this.options.account, order)
    if (order.state === 'rejected') {
      this.breakers.onRejected(order, order.reason)
      this.watch.onRejected(this.session.clock.now(), order.reason)
    } else if (TAKEN.has(order.state)) this.breakers.onAccepted(order)
    this.stop.tick()
  }

  /** An order was filled, and the books of account know it. */
  onFill(fill: Fill, order: OrderView): void {
    this.exposure.onFill(this.options.account, order, fill.quantity)
  }

  /** Time has passed. Called by marks every 100 ms; a live session calls it as well, because markets fall silent. */
  tick(): void {
    const now = this.session.clock.now()
    this.#tickAt = now + TICK
    this.breakers.tick()
    this.deadMan.tick(now)
    for (const timer of this.venueTimers) timer.tick(now, this.#isOpenAt(timer.target), !this.deadMan.hasExpired)
    if (now >= this.#updateAt) {
      this.#updateAt = now + UPDATE
      this.monitor.update()
    }
    this.stop.tick()
  }

  #onSnapshot(snapshot: AccountSnapshot): void {
    this.snapshot = snapshot
    this.capital ??= snapshot.total
    const { clock, instruments, marks, strategies } = this.session
    for (const { name, positions } of strategies()) {
      const profit = portfolioProfit(positions, instruments, this.valuation, marks)
      const capital = this.options.capitalOf?.(name) ?? this.capital
      const worth = profit === undefined || capital === undefined ? undefined : capital + profit
      this.standings.takeStrategy(name, worth, clock.now())
    }
    if (snapshot.dayDrawdownBps !== undefined) this.watch.onStanding(snapshot.dayDrawdownBps, snapshot.marginBps)
  }

  /** What the account would lose in each scenario now, worst first; undefined while it cannot be valued. */
  stress(scenarios: readonly StressScenario[]): StressOutcome[] | undefined {
    const { instruments } = this.session
    return stressAccount(
      {
        snapshot: this.monitor.snapshot(),
        instruments,
        valuation: this.valuation,
        limits: this.limits.active.map(({ limit }) => limit),
        venues: [...new Set(instruments.all.map(({ venue }) => venue))],
      },
      scenarios,
    )
  }

  #makeTimers(): VenueTimer[] {
    const { venueTimers: commands } = this.session
    if (commands === undefined) return []
    const onUnprotected = ({ venue }: TimerTarget, silentFor: number): void =>
      void this.options.alert(`${venue} has not confirmed its dead-man timer for ${silentFor / 1e6} s`)
    return (this.options.venueTimers ?? []).map(
      ({ target, timeout }) => new VenueTimer(target, timeout, commands, { onUnprotected }),
    )
  }

  #isOpenAt({ venue, instrument }: TimerTarget): boolean {
    if (instrument !== undefined) return this.accountExposure.openOrders(instrument) > 0
    return this.exposure.totals({ account: this.options.account, venue }).orders > 0
  }

  #makeModes(): DegradedTrading {
    const { record, usual } = this.options
    const { clock } = this.session
    return new DegradedTrading(usual, clock, {
      onMode: (mode, before, conditions) => {
        record({ kind: 'mode', mode, conditions, at: clock.now() })
        if (mode.cancelsPending && !before.cancelsPending) this.session.cancelAll()
        this.modeAlerts.onConditions(conditions)
      },
    })
  }

  #makeStop(): EmergencyStop {
    const options = this.options
    const session = this.session
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

  #makePanel(): BreakerPanel {
    const { account, alert, breakers, record } = this.options
    const { instruments, clock } = this.session
    const onBreaker = (spec: BreakerSpec, from: BreakerState, to: BreakerState, at: number, cause: string): void => {
      record({ kind: 'breaker', name: spec.name, from, to, cause, at })
      if (to === 'open') alert(`breaker ${spec.name} is open: ${cause}`)
      if (isOfExecution(spec)) this.degraded.set('execution_failing', this.#isFailing())
    }
    const onOpenLong = ({ name }: BreakerSpec): void => void alert(`breaker ${name} has been open for a minute`)
    const parts = { account, instruments, clock, standing: this.standings, listener: { onBreaker, onOpenLong } }
    const panel = BreakerPanel.of(parts, breakers)
    assert(typeof panel !== 'string', 'the breakers are well formed', panel)
    return panel
  }

  #isFailing(): boolean {
    return this.breakers.states().some(({ spec, state }) => isOfExecution(spec) && state === 'open')
  }
}

/** Rejects of all that we send, not of one strategy or symbol: then it is the execution that fails. S2-DEG-2. */
const isOfExecution = ({ trigger, scope }: BreakerSpec): boolean =>
  trigger.cause === 'rejects' && scope.strategy === undefined && scope.instrument === undefined
