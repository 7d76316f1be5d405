import type { Micros } from '../clock/micros.ts'
import type { SimClock } from '../clock/sim-clock.ts'
import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { MatchingEngine } from './matching-engine.ts'
import type { OrderFlowModel } from './order-flow-model.ts'

/** Orders that nobody owns, by which a simulated venue has a market. Both kinds are moved to an instant by their owner. */
export interface ExchangeFlow {
  /** Lets everything happen up to an instant; the exchange's clock stands at each event while it happens. */
  runUntil(instant: number): void
  /**
   * The clock jumps: what would have happened in between does not, and the rest comes so much later.
   * @param micros microseconds, 0 or more
   */
  skip(micros: number): void
}

/** How long a halted market stands before it is looked at again, microseconds. */
const HALT_LOOK = 10_000

/** Flow of a seeded model: see `OrderFlowModel`. A market that is halted stands still, and goes on where it stood. */
export class ModelFlow implements ExchangeFlow {
  readonly #flows: readonly OrderFlowModel[]
  readonly #next: Float64Array
  #start: number
  readonly #clock: SimClock
  readonly #isOpen: readonly boolean[]
  /** Microseconds that each market has stood. */
  readonly #stood: Float64Array

  /**
   * @param start first instant, microseconds
   * @param flows by instrument index; their books are filled here
   * @param isOpen by instrument index, looked at again and again: false while trading is halted
   */
  constructor(flows: readonly OrderFlowModel[], start: number, clock: SimClock, isOpen: readonly boolean[]) {
    this.#isOpen = isOpen
    this.#stood = new Float64Array(flows.length)
    this.#flows = flows
    this.#start = start
    this.#clock = clock
    this.#next = new Float64Array(flows.length).fill(start)
    for (const flow of flows) flow.open()
  }

  runUntil(instant: number): void {
    for (;;) {
      let first = 0
      for (let at = 1; at < this.#next.length; at++) if (this.#next[at]! < this.#next[first]!) first = at
      const at = this.#next[first]!
      if (!(at <= instant)) return
      this.#clock.advanceTo(Math.max(this.#clock.now(), Math.floor(at)) as Micros)
      const flow = this.#flows[first]!
      if (this.#isOpen[first] === true) flow.step()
      else this.#stood[first]! += HALT_LOOK
      this.#next[first] = this.#start + flow.at * 1e6 + this.#stood[first]!
    }
  }

  skip(micros: number): void {
    this.#start += micros
    for (let at = 0; at < this.#next.length; at++) this.#next[at]! += micros
  }
}

/** A tape as the flow reads it: the next record, and when it happened. */
export interface TapeReader {
  readonly record: EventRecord
  /** Instant of the next record in microseconds; Infinity at the end. */
  readonly at: number
  advance(): void
}

/**
 * Flow of a recorded market. Levels rest as anonymous orders: what a level gains joins the back of the queue, what it
 * loses leaves from the back, and prints take from the front. So orders of accounts stand in a queue that moves as the
 * recorded one did; what they take is gone until the tape says otherwise.
 */
export class TapeFlow implements ExchangeFlow {
  readonly #tape: TapeReader
  readonly #engines: readonly MatchingEngine[]
  readonly #clock: SimClock
  /** Microseconds that are added to the tape's instants. */
  #shift: number
  readonly #resting = new Map<string, number[]>()
  #id = 0

  constructor(tape: TapeReader, engines: readonly MatchingEngine[], clock: SimClock, start: number) {
    this.#tape = tape
    this.#engines = engines
    this.#clock = clock
    this.#shift = Number.isFinite(tape.at) ? start - tape.at : 0
  }

  runUntil(instant: number): void {
    const tape = this.#tape
    while (tape.at + this.#shift <= instant) {
      this.#clock.advanceTo(Math.max(this.#clock.now(), tape.at + this.#shift) as Micros)
      const { record } = tape
      const engine = this.#engines[record.instrument]!
      if (record.kind === Kind.level) this.#level(engine, record.instrument, record.isBid ? BUY : SELL, record)
      else if (record.kind === Kind.trade)
        engine.limit(++this.#id, record.aggressorBuy ? BUY : SELL, record.price, record.quantity, 'ioc')
      else if (record.kind === Kind.clear) this.#clear(engine, record.instrument)
      tape.advance()
    }
  }

  skip(micros: number): void {
    this.#shift += micros
  }

  /** Brings the anonymous lots at a price to what the tape says, without meeting the other side. */
  #level(engine: MatchingEngine, instrument: number, side: Side, { price, quantity }: EventRecord): void {
    const key = `${instrument} ${side} ${price}`
    const orders = (this.#resting.get(key) ?? []).filter(id => engine.book.has(id))
    let lots = orders.reduce((sum, id) => sum + engine.book.lotsOf(id), 0)
    while (lots > quantity) {
      const last = orders.at(-1)!
      const held = engine.book.lotsOf(last)
      if (lots - held >= quantity) {
        engine.cancel(last)
        orders.pop()
        lots -= held
      } else {
        engine.amend(last, price, held - (lots - quantity))
        lots = quantity
      }
    }
    if (lots < quantity && engine.limit(++this.#id, side, price, quantity - lots) === 'rested') orders.push(this.#id)
    if (orders.length === 0) this.#resting.delete(key)
    else this.#resting.set(key, orders)
  }

  #clear(engine: MatchingEngine, instrument: number): void {
    for (const [key, orders] of this.#resting) {
      if (!key.startsWith(`${instrument} `)) continue
      for (const id of orders) engine.cancel(id)
      this.#resting.delete(key)
    }
  }
}
