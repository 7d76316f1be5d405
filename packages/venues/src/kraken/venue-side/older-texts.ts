import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY } from '@velocimex/core/market/side'
import type { SideLevels } from '../../level-changes.ts'
import { olderPairName } from '../pair-names.ts'
import type { BookChange } from './book-channel.ts'
import { fillText, type PrivateCalls, reasonOf } from './private-calls.ts'
import { lotsText, orderText, priceText } from './venue-texts.ts'

/** An order or a trade by its id, with the fields that are told of it. */
export type OlderRow = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Microseconds as v1 writes an instant: seconds, in a text with six decimals. */
export const secondsText = (at: number): string =>
  `${Math.floor(at / 1e6)}.${String(Math.floor(at) % 1e6).padStart(6, '0')}`

/** The payloads of a change of a book: both sides of a snapshot in one, both sides of an update in two. */
export function olderBook(instrument: Instrument, { type, bids, asks, checksum, at }: BookChange): readonly object[] {
  const rows = (levels: SideLevels): readonly string[][] =>
    levels.map(([price, lots]) => [priceText(instrument, price), lotsText(instrument, lots), secondsText(at)])
  if (type === 'snapshot') return [{ as: rows(asks), bs: rows(bids) }]
  const c = String(checksum)
  if (bids.length === 0) return [{ a: rows(asks), c }]
  return asks.length === 0 ? [{ b: rows(bids), c }] : [{ a: rows(asks) }, { b: rows(bids), c }]
}

/** A print: price, lots, instant, side of the taker, limit or market, and nothing. */
export const olderTrade = ({ instrument, price, lots, at, takerSide }: ExchangeTrade): readonly string[] => [
  ...[priceText(instrument, price), lotsText(instrument, lots), secondsText(at)],
  ...[takerSide === BUY ? 'b' : 's', 'l', ''],
]

/** An execution of an account, as `ownTrades` tells it. */
export function olderFill(calls: PrivateCalls, fill: ExchangeFill): OlderRow {
  const pair = olderPairName(fill.order.instrument.symbol)
  return { [fillText(fill)]: { ...calls.tradeRow(fill), pair, time: secondsText(fill.at) } }
}

/** An order with all that was asked for, as `openOrders` tells it. */
export function olderOrder(calls: PrivateCalls, order: ExchangeOrder, status: 'pending' | 'open'): OlderRow {
  const { descr, price, ...row } = calls.orderRow(order)
  const pair = olderPairName(order.instrument.symbol)
  const times = {
    opentm: secondsText(order.createdAt),
    starttm: null,
    expiretm: order.expiresAt === undefined ? null : secondsText(order.expiresAt),
  }
  return {
    [orderText(order.id)]: { ...row, ...times, descr: { ...(descr as object), pair }, avg_price: price, status },
  }
}

/** What an event of an order adds to what was told of it, row after row. */
export function olderChanges(
  calls: PrivateCalls,
  event: ExchangeOrderEvent | 'filled' | 'executed',
  order: ExchangeOrder,
): readonly OlderRow[] {
  const id = orderText(order.id)
  const { vol_exec, cost, fee, price, userref } = calls.orderRow(order)
  const sum = { vol_exec, cost, fee, avg_price: price, userref, lastupdated: secondsText(order.updatedAt) }
  if (event === 'accepted') return [olderOrder(calls, order, 'pending'), { [id]: { status: 'open', userref } }]
  if (event === 'replaced') return [olderOrder(calls, order, 'open')]
  if (event === 'executed') return [{ [id]: sum }]
  if (event === 'filled') return [{ [id]: { ...sum, status: 'closed' } }]
  return [{ [id]: { ...sum, status: order.status, cancel_reason: reasonOf(order) } }]
}
