import { Random } from '../clock/random.ts'
import { ClearReason, Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { MatchingEngine, type MatchingListener } from './matching-engine.ts'
import { OrderFlowModel } from './order-flow-model.ts'
import type { OrderFlowParameters } from './order-flow-parameters.ts'

const ORDERS_MAX = 1 << 14
const RECORDS_MAX = 1 << 12

/** One instrument of the market: its matching, its flow, and the records of the event under way. */
class Stall implements MatchingListener {
  readonly engine: MatchingEngine
  readonly flow: OrderFlowModel
  readonly #instrument: number
  readonly #records = new Records(RECORDS_MAX)
  readonly #record = new EventRecord(this.#records)
  #count = 0
  #updateId = 0
  #tradeId = 0
  #now = 0
  readonly #touch = new Float64Array(4)

  constructor(instrument: number, parameters: OrderFlowParameters, random: Random, leader: Stall | undefined) {
    this.#instrument = instrument
    this.engine = new MatchingEngine({ orders: ORDERS_MAX, windowBits: 14 }, this)
    this.flow = new OrderFlowModel(parameters, this.engine, random, leader?.flow)
  }

  /** The book at the start as a snapshot. */
  open(at: number, sink: RecordSink): void {
    this.flow.open()
    this.#begin(at)
    this.#write(Kind.clear, Flag.snapshot).lanes(this.#updateId, ClearReason.snapshot, 0, 0)
    for (const side of [BUY, SELL] as const)
      for (
        let price = this.engine.book.best(side);
        Number.isFinite(price);
        price = this.engine.book.worse(side, price)
      ) {
        if (this.#count === RECORDS_MAX) this.#flush(sink)
        this.#level(side, price, Flag.snapshot)
      }
    this.#end(sink)
  }

  /** The next event happens at an instant. */
  step(at: number, sink: RecordSink): void {
    this.#begin(at)
    this.flow.step()
    if (this.#count > 0) this.#end(sink)
  }

  onTrade(_taker: number, _maker: number, side: Side, price: number, lots: number): void {
    if (this.#count >= RECORDS_MAX - 4) return
    const id = ++this.#tradeId
    this.#write(Kind.trade, Flag.last | (side === BUY ? Flag.aggressorBuy : 0))
      .lanes(price, lots, id, id)
      .withExtra(1)
  }

  onRested(): void {
    // The level that follows says it all.
  }

  onLevel(side: Side, price: number): void {
    if (this.#count < RECORDS_MAX - 2) this.#level(side, price, 0)
  }

  #begin(at: number): void {
    this.#now = at
    this.#count = 0
    this.#updateId++
  }

  /** Marks the last level, tells the touch when it changed, and hands everything over. */
  #end(sink: RecordSink): void {
    for (let slot = this.#count - 1; slot >= 0; slot--) {
      this.#record.at(slot)
      if (this.#record.kind !== Kind.level) continue
      this.#record.withFlags(this.#record.flags | Flag.last)
      break
    }
    const { book } = this.engine
    const [bid, ask] = [book.best(BUY), book.best(SELL)]
    const touch = [bid, book.lotsAt(BUY, bid), ask, book.lotsAt(SELL, ask)]
    if (touch.some((value, at) => value !== this.#touch[at]) && Number.isFinite(bid) && Number.isFinite(ask)) {
      this.#touch.set(touch)
      this.#write(Kind.quote, Flag.last).lanes(touch[0]!, touch[1]!, touch[2]!, touch[3]!)
    }
    this.#flush(sink)
  }

  #flush(sink: RecordSink): void {
    sink.append(this.#records, 0, this.#count)
    this.#count = 0
  }

  #level(side: Side, price: number, flags: number): void {
    this.#write(Kind.level, flags | (side === BUY ? Flag.bid : 0)).lanes(
      price,
      this.engine.book.lotsAt(side, price),
      this.#updateId,
      this.engine.book.ordersAt(side, price),
    )
  }

  #write(kind: Kind, flags: number): EventRecord {
    return this.#record.at(this.#count++).write(kind, flags | Flag.synthetic, 0, this.#instrument, this.#now, this.#now)
  }
}

/**
 * A market that is made up: order flow of several instruments through real matching, published as records in the order
 * of time. Equal seeds give equal markets on every machine.
 */
export class SyntheticMarket {
  /** Events so far. */
  events = 0
  readonly #stalls: readonly Stall[]
  readonly #next: Float64Array
  readonly #start: number
  readonly #sink: RecordSink

  /** @param start first instant, microseconds @param flows by instrument index */
  constructor(seed: number, start: number, flows: readonly OrderFlowParameters[], sink: RecordSink) {
    this.#start = start
    this.#sink = sink
    const stalls: Stall[] = []
    for (const [instrument, parameters] of flows.entries()) {
      const leader = parameters.leader === undefined ? undefined : stalls[parameters.leader]
      stalls.push(new Stall(instrument, parameters, new Random(seed * 1_000_003 + instrument), leader))
    }
    this.#stalls = stalls
    this.#next = new Float64Array(flows.length)
    for (const [at, stall] of this.#stalls.entries()) {
      stall.open(start, sink)
      this.#next[at] = start
    }
  }

  /** Lets everything happen up to an instant, microseconds. */
  runUntil(instant: number): void {
    for (;;) {
      let first = 0
      for (let at = 1; at < this.#next.length; at++) if (this.#next[at]! < this.#next[first]!) first = at
      if (this.#next[first]! > instant) return
      const stall = this.#stalls[first]!
      stall.step(Math.floor(this.#next[first]!), this.#sink)
      this.#next[first] = this.#start + stall.flow.at * 1e6
      this.events++
    }
  }
}
