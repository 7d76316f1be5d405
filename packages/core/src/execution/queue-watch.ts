import type { OrderBook } from '../book/order-book.ts'
import type { QueueModel } from '../book/queue-model.ts'
import { passPrint, passTotal, type QueuePlace } from '../book/queue-place.ts'
import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { type Amending, amendmentOf } from '../order/amending.ts'
import type { OrderView } from '../order/order.ts'
import { isTerminal } from '../order/order-state.ts'

/** Orders of one instrument whose places are followed; further ones have none. */
export const WATCHED_MAX = 64

/** After this long at the latest, microseconds, a published book has what we rest in it. */
const SHOWN_AFTER = 1_000_000

/** Where an order of ours is thought to stand. */
export interface RestingPlace extends QueuePlace {
  /** Lots ahead when the place began. */
  entered: number
}

/** An order of ours that rests, and where it is thought to stand. */
interface WatchedOrder extends RestingPlace {
  readonly clientOrderId: string
  readonly side: Side
  price: number
  /** Total, what is filled included; and what is filled. */
  quantity: number
  cumulative: number
  /** Open lots. */
  own: number
  /** From this instant on the published total at its price has it. */
  shownAt: number
  /** Until then the book may be older than the word that it rests. */
  settledAt: number
  /** Lots that left its queue by a total, and until when a print of them may still come. */
  credit: number
  creditUntil: number
}

/** What a watch looks at. */
export interface QueueWatchParts {
  /** Our books, by instrument. */
  readonly books: readonly OrderBook[]
  readonly model: QueueModel
  /** Whether the books show our own orders: those of a venue do, a recording of a market without us does not. */
  readonly showsOurs: boolean
  /** How far book, prints and the word about our orders may come apart, microseconds: a venue's book waits for company. */
  readonly lag: number
  /** By instrument: what its venue does with an order that is amended. */
  readonly amending: readonly Amending[]
}

/**
 * Where our resting orders stand in their queues, estimated from published totals and prints: what the venue knows and
 * does not tell. A place is 0..total at the price and only ever shrinks while the order stands; an amendment that gives up
 * the place begins a new one, behind everybody, our own earlier orders included.
 *
 * The venue's word that an order rests comes later than the order came to rest, and the book that shows it later still, so
 * whoever is there by then counts as ahead. The total that includes us comes at an instant that nobody tells: our own lots
 * are taken off only after it must have come. A print may follow the total that lacks it: it is not counted twice. All of
 * this errs to the safe side, by no more than who came meanwhile, and our own size.
 *
 * S2-OMS-33.
 */
export class QueueWatch {
  /** By instrument: what its venue does with an order that is amended. */
  readonly amending: readonly Amending[]
  readonly #books: readonly OrderBook[]
  readonly #model: QueueModel
  readonly #showsOurs: boolean
  readonly #lag: number
  /** By instrument, in the order in which they queued. */
  readonly #orders: WatchedOrder[][]
  readonly #byId = new Map<string, WatchedOrder>()
  /** Instruments whose book was begun anew: what a snapshot does not name is gone. */
  readonly #begunAnew: Uint8Array

  constructor({ books, model, showsOurs, lag, amending }: QueueWatchParts) {
    this.#lag = lag
    this.#books = books
    this.#model = model
    this.#showsOurs = showsOurs
    this.amending = amending
    this.#orders = books.map(() => [])
    this.#begunAnew = new Uint8Array(books.length)
  }

  /** Takes a record of the market. To be called before the book takes it. */
  onRecord(event: EventRecord): void {
    const { instrument } = event
    const orders = this.#orders[instrument]!
    if (orders.length === 0) return
    const { kind } = event
    if (kind === Kind.level) {
      if (this.#begunAnew[instrument] === 1 && !event.isSnapshot) this.#recount(instrument)
      this.#onLevel(orders, event)
    } else if (kind === Kind.trade) this.#onTrade(orders, event)
    else if (kind === Kind.clear) this.#begunAnew[instrument] = 1
  }

  /** Takes an update of an order of ours. @param now microseconds of our clock */
  onOrderUpdate(order: OrderView, now: number): void {
    const known = this.#byId.get(order.clientOrderId)
    if (isTerminal(order.state)) {
      if (known !== undefined) this.#forget(known, order.request.instrument, order.cumulative)
    } else if (known !== undefined) this.#change(known, order, now)
    else if (order.state === 'submitted' || order.state === 'partially_filled') this.#add(order, now)
  }

  /** Where an order stands; undefined when it does not rest or is one too many. It changes while the order rests. */
  placeOf(clientOrderId: string): Readonly<RestingPlace> | undefined {
    return this.#byId.get(clientOrderId)
  }

  /**
   * Best price of a side at which somebody else rests: our own quote is not a price to join.
   * @returns ticks; -Infinity for bids and Infinity for asks when there is nobody
   */
  touch(instrument: number, side: Side): number {
    const ladder = this.#books[instrument]!.side(side)
    let price = ladder.best
    if (!this.#showsOurs) return price
    const orders = this.#orders[instrument]!
    // A total of exactly our lots is ours; a smaller one does not show us yet.
    while (Number.isFinite(price) && ladder.lotsAt(price) === ownAt(orders, side, price)) price = ladder.worse(price)
    return price
  }

  #onLevel(orders: readonly WatchedOrder[], event: EventRecord): void {
    const side = event.isBid ? BUY : SELL
    const { price } = event
    let total = -1
    let own = 0
    // From the last on: neither an order nor what we placed behind it is ahead of it.
    for (let at = orders.length - 1; at >= 0; at--) {
      const order = orders[at]!
      if (order.price !== price || order.side !== side) continue
      if (total < 0) total = this.#books[event.instrument]!.side(side).lotsAt(price)
      if (this.#showsOurs && order.shownAt <= event.receiveTime) own += order.own
      if (event.receiveTime < order.settledAt) {
        order.ahead = event.quantity
        order.entered = order.ahead
        continue
      }
      const { ahead, traded } = order
      passTotal(order, this.#model, Math.max(0, total - own), Math.max(0, event.quantity - own))
      const unprinted = ahead - order.ahead - traded
      if (unprinted > 0) this.#credit(order, unprinted, event.receiveTime)
    }
  }

  /** So many lots left the queue ahead of an order: a print of them may be on its way. */
  #credit(order: WatchedOrder, lots: number, now: number): void {
    order.credit = (now < order.creditUntil ? order.credit : 0) + lots
    order.creditUntil = now + this.#lag
  }

  #onTrade(orders: readonly WatchedOrder[], event: EventRecord): void {
    const side = event.aggressorBuy ? SELL : BUY
    const { price } = event
    for (let at = 0; at < orders.length; at++) {
      const order = orders[at]!
      // While the book may be older than the order, so may a print: the totals tell what it did.
      if (order.side !== side || event.receiveTime < order.settledAt) continue
      const better = side * (order.price - price)
      if (better === 0) passPrint(order, event.quantity - creditFor(order, event))
      else if (better > 0) order.ahead = 0 // Whoever traded beyond our price met all who were there first.
    }
  }

  #add(order: OrderView, now: number): void {
    const { clientOrderId, request, price } = order
    const orders = this.#orders[request.instrument]!
    if (price === undefined || request.timeInForce !== 'gtc' || orders.length >= WATCHED_MAX) return
    const watched: WatchedOrder = {
      clientOrderId,
      side: request.side,
      price,
      quantity: order.quantity,
      cumulative: order.cumulative,
      own: order.leaves,
      ...{ ahead: 0, entered: 0, traded: 0, shownAt: 0, settledAt: 0, credit: 0, creditUntil: 0 },
    }
    this.#queue(watched, request.instrument, now)
    orders.push(watched)
    this.#byId.set(clientOrderId, watched)
  }

  #change(known: WatchedOrder, order: OrderView, now: number): void {
    const { price, quantity, cumulative } = order
    if (order.leaves === 0) return // It is about to be told as closed.
    const { instrument } = order.request
    const isSmaller = quantity < known.quantity
    // What the venue has done it cannot have refused.
    const stays =
      (quantity === known.quantity && price === known.price) ||
      amendmentOf(this.amending[instrument]!, known, order) === 'stays'
    if (stays && isSmaller) this.#explain(known, instrument, known.quantity - quantity)
    if (cumulative > known.cumulative) known.ahead = 0 // Who is filled was first.
    known.price = price ?? known.price
    known.quantity = quantity
    known.cumulative = cumulative
    known.own = order.leaves
    // The total may lose it before we hear so: from here on it counts as somebody else's, which errs to the safe side.
    const isGoing = order.state !== 'submitted' && order.state !== 'partially_filled'
    if (isGoing) known.shownAt = Number.POSITIVE_INFINITY
    else if (known.shownAt === Number.POSITIVE_INFINITY) known.shownAt = now + SHOWN_AFTER
    if (stays) return
    const orders = this.#orders[instrument]!
    orders.push(orders.splice(orders.indexOf(known), 1)[0]!)
    this.#queue(known, instrument, now)
  }

  /** Begins a place: behind all who are at the price by now. */
  #queue(order: WatchedOrder, instrument: number, now: number): void {
    order.ahead = this.#books[instrument]!.side(order.side).lotsAt(order.price)
    order.entered = order.ahead
    order.traded = 0
    order.shownAt = now + SHOWN_AFTER
    order.settledAt = now + this.#lag
    order.credit = 0
  }

  #forget(order: WatchedOrder, instrument: number, cumulative: number): void {
    const orders = this.#orders[instrument]!
    orders.splice(orders.indexOf(order), 1)
    this.#byId.delete(order.clientOrderId)
    this.#explain(order, instrument, order.own - (cumulative - order.cumulative))
  }

  /** Lots of an order of ours go without a print: the others at its price learn nothing from it. */
  #explain(gone: WatchedOrder, instrument: number, lots: number): void {
    if (!this.#showsOurs || lots <= 0) return
    for (const order of this.#orders[instrument]!)
      if (order.side === gone.side && order.price === gone.price) order.traded += lots
  }

  /** The book is whole again: nobody is ahead of us who is not in it. */
  #recount(instrument: number): void {
    this.#begunAnew[instrument] = 0
    const book = this.#books[instrument]!
    for (const order of this.#orders[instrument]!) {
      order.ahead = Math.min(order.ahead, book.side(order.side).lotsAt(order.price))
      order.traded = 0
    }
  }
}

/** Takes from a print what a total has told of it already. */
function creditFor(order: WatchedOrder, { quantity, receiveTime }: EventRecord): number {
  if (receiveTime >= order.creditUntil) return 0
  const told = Math.min(order.credit, quantity)
  order.credit -= told
  return told
}

/** Lots of ours at a price. */
function ownAt(orders: readonly WatchedOrder[], side: Side, price: number): number {
  let lots = 0
  for (let slot = 0; slot < orders.length; slot++) {
    const order = orders[slot]!
    if (order.price === price && order.side === side) lots += order.own
  }
  return lots
}
