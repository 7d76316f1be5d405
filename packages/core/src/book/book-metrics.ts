import { BUY, opposite, SELL, type Side } from '../market/side.ts'
import type { OrderBook } from './order-book.ts'

// Numbers read off a book. Nothing here allocates. A sum of lots is exact while it is below 2^53. What the book cannot
// answer is NaN, which no comparison lets pass; each function says when. Lots asked for are positive whole numbers.

/** Best ask less best bid in ticks; NaN while either side is empty. Negative only while a message is half applied. */
export function spread(book: OrderBook): number {
  return book.isEmpty ? Number.NaN : book.bestAsk - book.bestBid
}

/** (best bid + best ask) / 2 in ticks, in halves; NaN while either side is empty. */
export function mid(book: OrderBook): number {
  return book.isEmpty ? Number.NaN : book.bestBid + (book.bestAsk - book.bestBid) / 2
}

/**
 * Imbalance-weighted mid: the mid, pulled toward the side with less resting quantity.
 *
 *     (bid * askLots + ask * bidLots) / (bidLots + askLots)  =  bid + (ask - bid) * bidLots / (bidLots + askLots)
 *
 * People call it microprice; it is the "weighted mid-price" of Stoikov, "The micro-price", Quantitative Finance 18(12),
 * 2018, whose micro-price is an estimate on top of it.
 *
 * @returns ticks, fractional, within [bid, ask]; NaN while either side is empty
 */
export function weightedMid(book: OrderBook): number {
  if (book.isEmpty) return Number.NaN
  const { bestBid, bidLots } = book
  // The second form: its products are small, so large prices lose no digits.
  return bestBid + (book.bestAsk - bestBid) * (bidLots / (bidLots + book.askLots))
}

/** Lots resting at the best `levels` prices of a side; 0 when it is empty. */
export function depth(book: OrderBook, side: Side, levels: number): number {
  const ladder = book.side(side)
  let lots = 0
  let price = ladder.best
  for (let level = 0; level < levels && Number.isFinite(price); level++) {
    lots += ladder.lotsAt(price)
    price = ladder.worse(price)
  }
  return lots
}

/** Lots of a side resting at most `ticks` behind its best price; 0 when it is empty. */
export function depthWithin(book: OrderBook, side: Side, ticks: number): number {
  const ladder = book.side(side)
  const limit = side * ladder.best - ticks
  let lots = 0
  for (let price = ladder.best; Number.isFinite(price) && side * price >= limit; price = ladder.worse(price))
    lots += ladder.lotsAt(price)
  return lots
}

/**
 * (bid lots - ask lots) / (bid lots + ask lots) over the best `levels` prices of both sides: from -1 (only asks) to 1
 * (only bids). NaN while the book has no level at all.
 */
export function imbalance(book: OrderBook, levels: number): number {
  const bids = depth(book, BUY, levels)
  const asks = depth(book, SELL, levels)
  return (bids - asks) / (bids + asks)
}

/**
 * How far an order of `lots` would have to go: the price of the last level it meets, in ticks. `taker` is the side of
 * the order, so a buyer walks the asks. NaN when the book holds less, or `lots` is not positive.
 */
export function depthToSize(book: OrderBook, taker: Side, lots: number): number {
  const ladder = book.side(opposite(taker))
  if (!(lots > 0)) return Number.NaN
  let missing = lots
  for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price)) {
    missing -= ladder.lotsAt(price)
    if (missing <= 0) return price
  }
  return Number.NaN
}

/**
 * Average price in ticks that an order of `lots` of the side `taker` would pay:
 *
 *     sum(price * lots taken) / lots  =  best + sum((price - best) * lots taken) / lots
 *
 * over the levels it meets. NaN when the book holds less, or `lots` is not positive. The second sum is exact below 2^53.
 */
export function vwapToSize(book: OrderBook, taker: Side, lots: number): number {
  const ladder = book.side(opposite(taker))
  const { best } = ladder
  if (!(lots > 0)) return Number.NaN
  let missing = lots
  let beyond = 0 // The second form: large prices lose no digits.
  for (let price = best; Number.isFinite(price); price = ladder.worse(price)) {
    const taken = Math.min(missing, ladder.lotsAt(price))
    beyond += (price - best) * taken
    missing -= taken
    if (missing === 0) return best + beyond / lots
  }
  return Number.NaN
}
