import { tellBook } from '@velocimex/core/book/book-records'
import { OrderBook } from '@velocimex/core/book/order-book'
import { RiskAverseQueue } from '@velocimex/core/book/queue-model'
import type { Clock } from '@velocimex/core/clock/clock'
import { Scheduler } from '@velocimex/core/clock/scheduler'
import { PaperAccount } from '@velocimex/core/engine/paper-account'
import { type OrderRoute, StrategyDesk } from '@velocimex/core/engine/strategy-desk'
import { ConstantLatency } from '@velocimex/core/exchange/latency-model'
import { QueueWatch, type RestingPlace } from '@velocimex/core/execution/queue-watch'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type RecordSink, type Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Amending } from '@velocimex/core/order/amending'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderDecision } from '@velocimex/core/order/order-decision'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { LatencyHistogram } from '@velocimex/core/report/latency-histogram'
import type { MarketView } from '@velocimex/core/risk/market-guard'
import type { RiskGate } from '@velocimex/core/risk/risk-gate'
import type { RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { Strategy } from '@velocimex/core/strategy/strategy'
import { type ExecutionMode, type StrategyMode, watching } from './execution-modes.ts'
import type { FillHistory } from './fill-history.ts'
import type { ModeFile } from './mode-file.ts'
import { notFound, notPossible, type Refusal } from './refusal.ts'
import { StrategyModes } from './strategy-modes.ts'
import { TradingWatch } from './trading-watch.ts'

/** A strategy that runs on an account. */
export interface LiveStrategy {
  readonly strategy: Strategy
  readonly instruments: readonly Instrument[]
  readonly mode: ExecutionMode
}

/** What the strategies of an account work with. */
export interface StrategyParts {
  readonly instruments: InstrumentTable
  readonly clock: Clock
  readonly gate: RiskGate
  readonly route: OrderRoute
  readonly strategies: readonly LiveStrategy[]
  /** Modes that a person has chosen: they stand over those of `strategies`. */
  readonly modes: ModeFile
  /** Limits of the paper account, and what it begins with, booked units by asset code. */
  readonly limits: RiskLimits
  capital(): readonly { readonly code: string; readonly amount: bigint }[]
  /** Nanoseconds of the monotonic clock, for latencies. */
  nanos(): number
  /** By instrument: what the venue does with an order that is amended. */
  readonly amending: readonly Amending[]
  /** A message kept the strategies busy for so many microseconds. On the path of a market event. */
  onTaken(duration: number): void
  onRefusal(strategy: string, request: OrderRequest, reason: string): void
  /** A message was applied. @param mid in ticks, NaN while a side is empty */
  onMark(instrument: number, mid: number): void
  /** Why an order was placed, amended or canceled, live or on paper. */
  onDecision(order: OrderView, decision: OrderDecision): void
  /** What happens to orders on paper. */
  onPaperFill(fill: Fill, order: OrderView): void
  onPaperUpdate(order: OrderView): void
  onAlert(words: string): void
}

/** What an order on paper waits on its way to the venue, and its report on the way back, microseconds. */
const PAPER_LATENCY = 5_000

/** How far a venue's book, its prints and its word about our orders come apart: the slowest book comes every 100 ms. */
const BOOK_LAG = 150_000

/** Books of an account and the strategies over them: records in, wishes out. */
export class LiveStrategies implements RecordSink, MarketView {
  readonly books: readonly OrderBook[]
  readonly desks: readonly StrategyDesk[]
  /** Microseconds to add to our clock for the venue's. */
  clockOffset = 0
  /** Records taken. */
  events = 0
  /** From a message in our hands to every strategy being done with it, microseconds. */
  readonly perMessage = new LatencyHistogram()
  readonly #parts: StrategyParts
  readonly #watchers: readonly (readonly StrategyDesk[])[]
  readonly #byName = new Map<string, StrategyDesk>()
  readonly #modes: StrategyModes
  readonly #timers = new Scheduler()
  /** Where our orders are thought to stand: those at the venue are in its books, those on paper are in nobody's. */
  readonly #queues: QueueWatch
  readonly #paperQueues: QueueWatch
  readonly #delays: Float64Array
  readonly #trading: TradingWatch
  #paper: PaperAccount | undefined
  #flyweight: EventRecord | undefined
  #hasBegun = false

  constructor(parts: StrategyParts) {
    this.#parts = parts
    const { instruments, strategies } = parts
    this.books = instruments.all.map(() => new OrderBook())
    const watch = { books: this.books, model: new RiskAverseQueue(), amending: parts.amending }
    this.#queues = new QueueWatch({ ...watch, showsOurs: true, lag: BOOK_LAG })
    this.#paperQueues = new QueueWatch({ ...watch, showsOurs: false, lag: 0 })
    this.#delays = new Float64Array(this.books.length)
    this.#trading = new TradingWatch(instruments, words => parts.onAlert(words))
    this.#modes = new StrategyModes(parts.modes, new Map(strategies.map(each => [each.strategy.name, each.mode])))
    this.desks = strategies.map(
      ({ strategy, instruments: own }, number) =>
        new StrategyDesk(strategy, own, this.#deskParts(this.#modes.get(strategy.name)!), number),
    )
    for (const desk of this.desks) this.#byName.set(desk.strategy.name, desk)
    this.#watchers = instruments.all.map(({ index }) =>
      this.desks.filter(desk => desk.instruments.some(own => own.index === index)),
    )
  }

  /**
   * Strategies begin: they may ask for timers and orders from here on.
   * @param fills of the account so far: each strategy holds again what it held
   */
  begin(fills: FillHistory): void {
    for (const { strategy, portfolio, instruments } of this.desks) {
      const before = fills.portfolioBefore(strategy.name)
      for (const { index } of instruments) portfolio.carry(before.position(index))
    }
    for (const fill of fills.recent) this.#byName.get(fill.strategy)?.onFill(fill)
    for (const desk of this.desks)
      if (this.#modes.get(desk.strategy.name)!.resume(isFlat(desk)))
        this.#parts.onAlert(`${desk.strategy.name} holds what was traded live: it observes until that is closed`)
    if (this.#modes.fault !== '') this.#parts.onAlert(this.#modes.fault)
    if (this.#modes.hasPaper) this.#openPaper()
    this.#hasBegun = true
    for (const desk of this.desks) desk.strategy.initialize(desk)
  }

  append(records: Records, from: number, to: number): void {
    const began = this.#parts.nanos()
    this.#flyweight ??= new EventRecord(records)
    const record = this.#flyweight.wrap(records)
    for (let slot = from; slot < to; slot++) {
      record.at(slot)
      this.events++
      const { kind, instrument } = record
      this.#paper?.onMarket(record)
      this.#queues.onRecord(record)
      this.#paperQueues.onRecord(record)
      this.#trading.onRecord(record)
      if (kind === Kind.level || kind === Kind.clear) this.books[instrument]!.apply(record)
      if (!record.isLast && kind !== Kind.status) continue
      const { venueTime } = record
      if (venueTime > 0) this.#delays[instrument] = record.receiveTime + this.clockOffset - venueTime
      this.#parts.onMark(instrument, this.mid(instrument))
      if (!this.#hasBegun) continue
      for (const desk of this.#watchers[instrument]!) desk.strategy.onMarketData(record)
    }
    const took = (this.#parts.nanos() - began) / 1000
    this.perMessage.record(took)
    this.#parts.onTaken(took)
  }

  book(instrument: number): OrderBook {
    return this.books[instrument]!
  }

  delay(instrument: number): number {
    return this.#delays[instrument]!
  }

  status(instrument: number): number {
    return this.#trading.status(instrument)
  }

  openOrders(instrument: number): readonly OrderView[] {
    return this.#parts.route.openOrders(instrument)
  }

  /** Desks whose strategies hold what they hold at the venue. */
  get live(): readonly StrategyDesk[] {
    return this.desks.filter(({ strategy }) => this.#modes.get(strategy.name)!.holds === 'live')
  }

  /** The account on paper; undefined while no strategy has needed one. */
  get paper(): PaperAccount | undefined {
    return this.#paper
  }

  /** By a strategy's name; undefined when there is none. */
  modeOf(strategy: string): ExecutionMode | undefined {
    return this.#modes.get(strategy)?.mode
  }

  /** Changes what becomes of the orders of a strategy. @returns why that is not possible; undefined when it is done */
  setMode(strategy: string, mode: ExecutionMode): Refusal | undefined {
    const desk = this.#byName.get(strategy)
    if (desk === undefined) return notFound('strategy', strategy, [...this.#byName.keys()], 'here')
    if (mode === 'simulation') this.#openPaper()
    const refusal = this.#modes.change(strategy, mode, {
      isFlat: () => isFlat(desk),
      openOrders: () => desk.instruments.flatMap(({ index }) => desk.openOrders(index).map(each => each.clientOrderId)),
      cancel: id => void desk.cancel(id),
    })
    return refusal === undefined ? undefined : notPossible(refusal)
  }

  /** Tells the strategies whose timers are due. */
  tick(now: number): void {
    this.#paper?.advance(now)
    while (this.#timers.nextAt <= now) {
      this.#timers.take()
      this.desks[this.#timers.owner]!.strategy.onTimer?.(this.#timers.tag)
    }
  }

  onFill(fill: Fill, order: OrderView): void {
    const desk = this.#byName.get(order.request.strategy)
    if (desk === undefined) return
    desk.onFill(fill)
    desk.strategy.onOrderFill(fill)
    desk.strategy.onPositionUpdate(desk.portfolio.position(fill.instrument))
  }

  /** Takes an update of an order at the venue. */
  onOrderUpdate(order: OrderView): void {
    this.#queues.onOrderUpdate(order, this.#parts.clock.now())
    this.#tell(order)
  }

  /** Where an order stands, live or on paper; undefined when it does not rest. */
  placeOf(clientOrderId: string): Readonly<RestingPlace> | undefined {
    return this.#queues.placeOf(clientOrderId) ?? this.#paperQueues.placeOf(clientOrderId)
  }

  #tell(order: OrderView): void {
    this.#byName.get(order.request.strategy)?.strategy.onOrderUpdate?.(order)
  }

  /** Why an order of a strategy stands where it does, in one word; undefined when nobody can tell. */
  standing(order: OrderView): string | undefined {
    return this.#byName.get(order.request.strategy)?.strategy.standing?.(order.clientOrderId)
  }

  /** Middle of the market in ticks; NaN while a side is empty. */
  mid(instrument: number): number {
    const book = this.books[instrument]!
    return book.isEmpty ? Number.NaN : (book.bestBid + book.bestAsk) / 2
  }

  /** A desk asks for its gate and its route with each order, so a change of mode takes effect with the next one. */
  #deskParts(state: StrategyMode): ConstructorParameters<typeof StrategyDesk>[2] {
    const { parts, books, timers, paper, queues, paperQueues } = {
      ...{ parts: this.#parts, books: this.books, timers: this.#timers },
      ...{ paper: () => this.#paper!, queues: this.#queues, paperQueues: this.#paperQueues },
    }
    return {
      ...{ clock: parts.clock, table: parts.instruments, books, timers },
      onRefusal: parts.onRefusal,
      onSignal: () => {},
      onDecision: parts.onDecision,
      get queues() {
        return state.holds === 'simulation' ? paperQueues : queues
      },
      get gate() {
        return state.mode === 'simulation' ? paper().gate : parts.gate
      },
      get orders() {
        const route = state.holds === 'simulation' ? paper().route : parts.route
        return state.mode === 'observation' ? watching(route) : route
      },
    }
  }

  /** The account on paper comes late to the market: it is told the books as they are, and what is halted. */
  #openPaper(): void {
    if (this.#paper !== undefined) return
    const { instruments, clock, limits, amending, capital, onPaperFill, onPaperUpdate } = this.#parts
    const paper = new PaperAccount({
      ...{ instruments, clock, limits, amending, capital: capital() },
      ...{ latency: new ConstantLatency(0, PAPER_LATENCY, PAPER_LATENCY), queue: new RiskAverseQueue() },
      mid: instrument => this.mid(instrument),
      onFill: (fill, order) => {
        onPaperFill(fill, order)
        this.onFill(fill, order)
      },
      onOrderUpdate: order => {
        onPaperUpdate(order)
        this.#paperQueues.onOrderUpdate(order, clock.now())
        this.#tell(order)
      },
    })
    for (const [instrument, book] of this.books.entries())
      if (!book.isEmpty) tellBook(book, instrument, clock.now(), record => paper.onMarket(record))
    this.#trading.tell(clock.now(), record => paper.onMarket(record))
    this.#paper = paper
  }
}

const isFlat = (desk: StrategyDesk): boolean =>
  desk.instruments.every(({ index }) => desk.position(index).netLots === 0)
