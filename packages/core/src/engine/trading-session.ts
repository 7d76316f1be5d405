import { assert } from '../assert.ts'
import { mid } from '../book/book-metrics.ts'
import { OrderBook } from '../book/order-book.ts'
import type { QueueModel } from '../book/queue-model.ts'
import type { Micros } from '../clock/micros.ts'
import { Scheduler } from '../clock/scheduler.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { LatencyModel } from '../exchange/latency-model.ts'
import { SimVenue } from '../exchange/sim-venue.ts'
import { ClientOrderIds } from '../execution/client-order-id.ts'
import { OrderManager } from '../execution/order-manager.ts'
import { QueueWatch } from '../execution/queue-watch.ts'
import { AccountBooks } from '../ledger/account-books.ts'
import type { FeeRates, Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { SELL } from '../market/side.ts'
import type { Ticks } from '../market/units.ts'
import type { Amending } from '../order/amending.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import { EquityCurve } from '../report/equity-curve.ts'
import { LatencyHistogram } from '../report/latency-histogram.ts'
import { QueueTally } from '../report/queue-tally.ts'
import { TradeTally } from '../report/trade-figures.ts'
import { RiskGate } from '../risk/risk-gate.ts'
import type { RiskLimits } from '../risk/risk-limits.ts'
import type { Strategy } from '../strategy/strategy.ts'
import { type Parts, runUntil } from './engine.ts'
import { cancelAll, closePositions, openOrders } from './get-out.ts'
import type { MarketSource } from './market-source.ts'
import type { SafeguardOptions } from './safeguard-options.ts'
import { type GuardedSession, Safeguards } from './safeguards.ts'
import type { SessionObserver } from './session-observer.ts'
import { type DeskParts, StrategyDesk } from './strategy-desk.ts'

/** What a session is made of. */
export interface SessionOptions {
  readonly instruments: InstrumentTable
  readonly strategies: readonly { readonly strategy: Strategy; readonly instruments: readonly Instrument[] }[]
  readonly venueSide: MarketSource
  readonly ourSide: MarketSource
  readonly latency: LatencyModel
  readonly queue: QueueModel
  readonly fees?: FeeRates
  /** By instrument; an order that becomes smaller keeps its place where it is left out. */
  readonly amending?: readonly Amending[]
  readonly limits: RiskLimits
  /** Limits by scope, breakers, degraded modes and the emergency stop; none when left out. */
  readonly safeguards?: SafeguardOptions
  /** Opening cash in booked units, by asset code. */
  readonly capital: readonly { readonly code: string; readonly amount: bigint }[]
  /** Asset in which equity is measured. */
  readonly currency: string
  /** Microseconds between two samples of equity. */
  readonly equityInterval: number
  readonly observer?: SessionObserver
}

/**
 * One account trading on one simulated venue with any number of strategies: builds the parts of the engine, closes the
 * circle from fill to ledger to risk, and gathers the report.
 */
export class TradingSession {
  readonly books: readonly OrderBook[]
  readonly accounts: AccountBooks
  readonly orders: OrderManager
  readonly venue: SimVenue
  readonly gate: RiskGate
  /** Where our orders stand as far as we can see, on a tape that does not show them; the venue knows better. */
  readonly queues: QueueWatch
  readonly safeguards: Safeguards | undefined
  readonly desks: readonly StrategyDesk[]
  readonly curve: EquityCurve
  readonly tally = new TradeTally()
  /** Placement to the venue's acknowledgement, and placement to first fill; simulated microseconds. */
  readonly acknowledged = new LatencyHistogram()
  readonly filledAfter = new LatencyHistogram()
  /** Refused wishes by reason. */
  readonly refusals = new Map<string, number>()
  /** Decisions about working orders by reason. */
  readonly decisions = new Map<string, number>()
  readonly places = new QueueTally()
  alerts = 0
  fills = 0
  /** Fills that cannot say why they happened; none, ever. */
  unexplained = 0
  readonly #options: SessionOptions
  readonly #observer: SessionObserver
  readonly #parts: Parts
  readonly #clock: SimClock
  readonly #desksByName = new Map<string, StrategyDesk>()
  readonly #midAtDecision = new Map<string, number>()
  readonly #marks: Float64Array
  #sampleAt = Number.NaN

  constructor(options: SessionOptions) {
    const { instruments } = options
    this.#options = options
    this.#observer = options.observer ?? {}
    const start = Number.isFinite(options.ourSide.at) ? options.ourSide.at - options.latency.feed : 0
    this.#clock = new SimClock(start as Micros)
    this.books = instruments.all.map(() => new OrderBook())
    this.#marks = new Float64Array(instruments.all.length).fill(Number.NaN)
    this.curve = new EquityCurve(options.equityInterval / 1e6)
    const { observer } = options
    this.accounts = new AccountBooks(instruments, {
      owner: 1,
      allowShort: true,
      ...(observer === undefined ? {} : { sink: { onPosting: transfers => observer.onPosting?.(transfers) } }),
    })
    this.venue = new SimVenue({
      instruments,
      latency: options.latency,
      queue: options.queue,
      ...(options.amending === undefined ? {} : { amending: options.amending }),
      ...(options.fees === undefined ? {} : { fees: options.fees }),
    })
    const listener = {
      onFill: (fill: Fill, order: OrderView) => this.#onFill(fill, order),
      onOrderUpdate: (order: OrderView) => this.#onOrderUpdate(order),
      onAlert: (alert: string, report: { readonly clientOrderId: string }) => {
        this.alerts++
        this.#observer.onAlert?.(alert, report.clientOrderId, this.#clock.now())
      },
    }
    this.orders = new OrderManager(this.venue, new ClientOrderIds(1, 0), listener, this.#clock, instruments.all.length)
    this.safeguards = options.safeguards === undefined ? undefined : new Safeguards(options.safeguards, this.#guarded())
    const exposure = this.safeguards?.accountExposure ?? this.#exposure()
    this.gate = new RiskGate(instruments, options.limits, exposure, this.#clock, this.safeguards?.guards)
    const { books } = this
    const { amending } = this.venue
    this.queues = new QueueWatch({ books, model: options.queue, showsOurs: false, lag: 0, amending })
    const timers = new Scheduler()
    const { gate, orders, queues } = this
    const deskParts = { clock: this.#clock, table: instruments, books, gate, orders, queues, timers, ...this.#told() }
    this.desks = options.strategies.map(
      ({ strategy, instruments: own }, number) => new StrategyDesk(strategy, own, deskParts, number),
    )
    for (const desk of this.desks) {
      assert(!this.#desksByName.has(desk.strategy.name), 'a strategy name occurs once', desk.strategy.name)
      this.#desksByName.set(desk.strategy.name, desk)
    }
    this.#parts = {
      clock: this.#clock,
      venueSide: options.venueSide,
      ourSide: options.ourSide,
      books,
      watchers: instruments.all.map(({ index }) =>
        this.desks.filter(desk => desk.instruments.some(own => own.index === index)),
      ),
      desks: this.desks,
      venue: this.venue,
      orders,
      queues,
      timers,
      onMessage: instrument => this.#onMessage(instrument),
    }
    for (const { code, amount } of options.capital)
      if (amount !== 0n) this.accounts.deposit(code, amount, this.#clock.now())
    for (const desk of this.desks) desk.strategy.initialize(desk)
  }

  /** The session's present instant. */
  get now(): Micros {
    return this.#clock.now()
  }

  /** Plays everything up to an instant; Infinity plays the tape to its end. Returns the steps taken. */
  run(until: number): number {
    const steps = runUntil(this.#parts, until)
    if (until === Number.POSITIVE_INFINITY) this.#sample(this.#clock.now())
    return steps
  }

  /** Last mid of an instrument in ticks, rounded to a whole tick; 0 before the first. */
  mark(instrument: number): Ticks {
    const mark = this.#marks[instrument]!
    return (Number.isNaN(mark) ? 0 : Math.round(mark)) as Ticks
  }

  /** Worth of the account in the session's currency, booked units. */
  equity(): bigint {
    return this.accounts.equity(this.#options.currency, instrument => this.mark(instrument))
  }

  #exposure(): ConstructorParameters<typeof RiskGate>[2] {
    return {
      netLots: instrument => this.accounts.portfolio.netLots(instrument),
      openBuyLots: instrument => this.orders.openBuyLots(instrument),
      openSellLots: instrument => this.orders.openLots(instrument, SELL),
      openOrders: instrument => this.orders.openOrders(instrument).length,
      reference: instrument => mid(this.books[instrument]!),
    }
  }

  /** What strategies want, are refused and decide is counted and handed on. */
  #told(): Pick<DeskParts, 'onRefusal' | 'onSignal' | 'onDecision'> {
    const count = (counts: Map<string, number>, of: string): void => void counts.set(of, (counts.get(of) ?? 0) + 1)
    return {
      onRefusal: (strategy, request, reason) => {
        count(this.refusals, reason)
        this.#observer.onRefusal?.(strategy, request, reason, this.#clock.now())
      },
      onSignal: (strategy, signal) => this.#observer.onSignal?.(strategy, signal),
      onDecision: (order, decision) => {
        count(this.decisions, decision.reason)
        this.places.take(decision, order.state === 'pending_cancel', this.queues.placeOf(order.clientOrderId)?.entered)
        this.#observer.onDecision?.(order, decision, this.#clock.now())
      },
    }
  }

  #guarded(): GuardedSession {
    return {
      instruments: this.#options.instruments,
      clock: this.#clock,
      accounts: this.accounts,
      marks: { mark: instrument => this.#marks[instrument]! },
      cancelAll: () => cancelAll(this.orders, this.#options.instruments),
      openOrders: () => openOrders(this.orders, this.#options.instruments),
      strategies: () => this.desks.map(({ strategy, portfolio }) => ({ name: strategy.name, positions: portfolio })),
      closePositions: () => closePositions(this.gate, this.orders, this.accounts.portfolio, this.#options.instruments),
    }
  }

  #onMessage(instrument: number): void {
    const at = this.#clock.now()
    const book = this.books[instrument]!
    if (!book.isEmpty) {
      this.#marks[instrument] = (book.bestBid + book.bestAsk) / 2
      this.safeguards?.onMark(instrument, this.#marks[instrument]!, at)
    }
    if (at < this.#sampleAt) return
    if (!Number.isNaN(this.#sampleAt)) this.#sample(this.#sampleAt)
    const { equityInterval } = this.#options
    this.#sampleAt = (Math.floor(at / equityInterval) + 1) * equityInterval
  }

  #sample(at: number): void {
    const { instruments, currency } = this.#options
    let realised = 0n
    let unrealised = 0n
    let unit = 0
    for (const { index, settle } of instruments.all) {
      if (settle.code !== currency) continue
      unit = settle.decimals
      realised += this.accounts.portfolio.position(index).realised
      unrealised += this.accounts.portfolio.unrealised(index, this.mark(index))
    }
    const equity = this.equity()
    this.curve.sample(Number(equity) / 10 ** unit)
    this.#observer.onEquity?.(at, equity, realised, unrealised)
  }

  #onFill(fill: Fill, order: OrderView): void {
    const held = this.accounts.portfolio.netLots(fill.instrument)
    const realised = this.accounts.fill(fill)
    const desk = this.#desksByName.get(order.request.strategy)
    const instrument = this.#options.instruments.at(fill.instrument)
    this.safeguards?.onFill(fill, order)
    this.fills++
    if (fill.cause === undefined) this.unexplained++
    const closed = held * fill.side < 0
    this.tally.take(fill, instrument, realised, closed, this.#midAtDecision.get(fill.clientOrderId) ?? Number.NaN)
    this.filledAfter.record(this.#clock.now() - order.createdAt)
    this.#observer.onFill?.(fill, realised, this.accounts.portfolio.position(fill.instrument), this.#clock.now())
    if (desk === undefined) return
    desk.onFill(fill)
    desk.strategy.onOrderFill(fill)
    desk.strategy.onPositionUpdate(desk.portfolio.position(fill.instrument))
  }

  #onOrderUpdate(order: OrderView): void {
    const { clientOrderId, state, request } = order
    if (state === 'pending_submit') this.#midAtDecision.set(clientOrderId, mid(this.books[request.instrument]!))
    else if (state === 'submitted' && order.createdAt !== order.updatedAt && order.cumulative === 0)
      this.#acknowledge(order)
    this.queues.onOrderUpdate(order, this.#clock.now())
    this.safeguards?.onOrderUpdate(order)
    this.#observer.onOrderUpdate?.(order, this.#clock.now())
    this.#desksByName.get(request.strategy)?.strategy.onOrderUpdate?.(order)
    if (order.leaves === 0) this.#midAtDecision.delete(clientOrderId)
  }

  /** The first `submitted` of an order is its acknowledgement; later ones come from amendments. */
  #acknowledge(order: OrderView): void {
    if (this.#acked.has(order.clientOrderId)) return
    this.#acked.add(order.clientOrderId)
    if (this.#acked.size > 10_000) this.#acked.delete(this.#acked.values().next().value!)
    this.acknowledged.record(order.updatedAt - order.createdAt)
  }

  readonly #acked = new Set<string>()
}
