import { OrderBook } from '@velocimex/core/book/order-book'
import type { Clock } from '@velocimex/core/clock/clock'
import { Scheduler } from '@velocimex/core/clock/scheduler'
import { type OrderRoute, StrategyDesk } from '@velocimex/core/engine/strategy-desk'
import { EventRecord, Kind, type RecordSink, type Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { LatencyHistogram } from '@velocimex/core/report/latency-histogram'
import type { RiskGate } from '@velocimex/core/risk/risk-gate'
import type { Strategy } from '@velocimex/core/strategy/strategy'

/** What becomes of the orders of a strategy: sent to the venue, or refused because it only watches. */
export type ExecutionMode = 'live' | 'observation'

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
  /** Nanoseconds of the monotonic clock, for latencies. */
  nanos(): number
  onRefusal(strategy: string, request: OrderRequest, reason: string): void
  /** A message was applied. @param mid in ticks, NaN while a side is empty */
  onMark(instrument: number, mid: number): void
}

const WATCHES = 'observation_only'

/** Books of an account and the strategies over them: records in, wishes out. */
export class LiveStrategies implements RecordSink {
  readonly books: readonly OrderBook[]
  readonly desks: readonly StrategyDesk[]
  /** Records taken. */
  events = 0
  /** From a message in our hands to every strategy being done with it, microseconds. */
  readonly perMessage = new LatencyHistogram()
  readonly #parts: StrategyParts
  readonly #watchers: readonly (readonly StrategyDesk[])[]
  readonly #byName = new Map<string, StrategyDesk>()
  readonly #timers = new Scheduler()
  #flyweight: EventRecord | undefined
  #hasBegun = false

  constructor(parts: StrategyParts) {
    this.#parts = parts
    const { instruments, clock, gate, strategies } = parts
    this.books = instruments.all.map(() => new OrderBook())
    const { books } = this
    this.desks = strategies.map(({ strategy, instruments: own, mode }, number) => {
      const orders = mode === 'live' ? parts.route : watching(parts.route)
      const told = { onRefusal: parts.onRefusal, onSignal: () => {} }
      const desk = { clock, table: instruments, books, gate, orders, timers: this.#timers, ...told }
      return new StrategyDesk(strategy, own, desk, number)
    })
    for (const desk of this.desks) this.#byName.set(desk.strategy.name, desk)
    this.#watchers = instruments.all.map(({ index }) =>
      this.desks.filter(desk => desk.instruments.some(own => own.index === index)),
    )
  }

  /** Strategies begin: they may ask for timers and orders from here on. */
  begin(): void {
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
      if (kind === Kind.level || kind === Kind.clear) this.books[instrument]!.apply(record)
      if (!record.isLast) continue
      this.#parts.onMark(instrument, this.mid(instrument))
      if (!this.#hasBegun) continue
      for (const desk of this.#watchers[instrument]!) desk.strategy.onMarketData(record)
    }
    this.perMessage.record((this.#parts.nanos() - began) / 1000)
  }

  /** Tells the strategies whose timers are due. */
  tick(now: number): void {
    while (this.#timers.nextAt <= now) {
      this.#timers.take()
      this.desks[this.#timers.owner]!.strategy.onTimer?.(this.#timers.tag)
    }
  }

  onFill(fill: Fill, order: OrderView): void {
    const desk = this.#byName.get(order.request.strategy)
    if (desk === undefined) return
    desk.portfolio.apply(fill)
    desk.strategy.onOrderFill(fill)
    desk.strategy.onPositionUpdate(desk.portfolio.position(fill.instrument))
  }

  onOrderUpdate(order: OrderView): void {
    this.#byName.get(order.request.strategy)?.strategy.onOrderUpdate?.(order)
  }

  /** Middle of the market in ticks; NaN while a side is empty. */
  mid(instrument: number): number {
    const book = this.books[instrument]!
    return book.isEmpty ? Number.NaN : (book.bestBid + book.bestAsk) / 2
  }
}

/** A route that sends nothing. */
const watching = (route: OrderRoute): OrderRoute => ({
  place: () => WATCHES,
  cancel: () => false,
  replace: () => false,
  find: id => route.find(id),
  openOrders: () => [],
})
