import type { OrderBook } from '../book/order-book.ts'
import type { QueuePlace } from '../book/queue-place.ts'
import type { Clock } from '../clock/clock.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Amending } from '../order/amending.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderDecision } from '../order/order-decision.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Position } from '../order/position.ts'
import type { Signal } from '../signal/signal.ts'

/** Configured numbers, words and switches of a strategy, as the configuration file gives them. */
export type StrategyParameters = Readonly<Record<string, number | string | boolean>>

/** What a strategy tells about itself: numbers and words for screens, reports and snapshots. */
export type StrategyState = Readonly<Record<string, number | string | boolean>>

/**
 * Everything a strategy may do and ask. One per strategy, made by the engine; calls are synchronous and return at once,
 * what comes of an order arrives through `onOrderUpdate` and `onOrderFill`.
 */
export interface Desk {
  readonly clock: Clock
  /** The instruments this strategy trades and watches, by index. */
  readonly instruments: readonly Instrument[]
  /** Our book of an instrument: what we have seen, not what the venue holds now. */
  book(instrument: number): OrderBook
  /** Present position; the object is replaced, never changed, when the position changes. */
  position(instrument: number): Position
  /** Our orders of an instrument that can still be filled, oldest first. Lent for the call. */
  openOrders(instrument: number): readonly OrderView[]
  /** Best price of a side at which others rest: infinite when nobody does. Our own quotes are no prices to join. */
  touch(instrument: number, side: Side): number
  /** What the venue does with an order that is amended. */
  amending(instrument: number): Amending
  /** Where a resting order of ours is thought to stand; it goes on changing. Undefined when it does not rest. */
  queuePlace(clientOrderId: string): Readonly<QueuePlace> | undefined
  /**
   * Asks for an order.
   * @param decision why, kept with the order
   * @returns its client order id, or the empty string when it was refused on the spot (`refusal` then says why)
   */
  place(request: OrderRequest, decision?: OrderDecision): string
  /** Why the last `place`, `cancel` or `replace` was refused; empty when it was not. */
  readonly refusal: string
  /** Asks for a cancel. False when the order is closed, unknown or already being canceled. */
  cancel(clientOrderId: string, decision?: OrderDecision): boolean
  /** Asks for a new price and total quantity. False when it was refused. The order may lose its place in the queue. */
  replace(clientOrderId: string, price: Ticks, quantity: Lots, decision?: OrderDecision): boolean
  /** Publishes a number with a name, for probes, logs and screens. */
  signal(signal: Signal): void
  /** Asks for `onTimer(tag)` at or after an instant of the clock. */
  wakeAt(instant: number, tag: number): void
}

/**
 * A strategy: events in, wishes out. On the path of a market event it allocates nothing, awaits nothing and keeps no
 * reference to what it was handed. S2-STR-14 to 19.
 */
export interface Strategy {
  /** Unique in a run; orders carry it. */
  readonly name: string
  /** Called once, before any event. Parameters were given to the constructor. */
  initialize(desk: Desk): void
  /**
   * After each market message of an instrument of ours, once our book has taken all of it (never in the middle of one,
   * when the book may look crossed). `event` is the message's last record, lent for the call.
   */
  onMarketData(event: EventRecord): void
  /** After a fill of ours; the position has it already. */
  onOrderFill(fill: Fill): void
  /** After the position changed, for whatever reason. */
  onPositionUpdate(position: Position): void
  /** After an order of ours changed its state. */
  onOrderUpdate?(order: OrderView): void
  /** At an instant asked for by `wakeAt`. */
  onTimer?(tag: number): void
  /** Why a resting order of its own stands where it does, in one word; undefined when it cannot tell. Called rarely. */
  standing?(clientOrderId: string): string | undefined
  /** For screens and reports; called rarely, may allocate. */
  getState(): StrategyState
}
