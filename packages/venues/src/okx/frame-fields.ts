import { FieldTable, FieldType } from '../wire/field-table.ts'
import { TextType } from './text-fields.ts'

/**
 * Slots of the numbers of a message. The four lanes of each kind of record stand in a row, the first named in `Lanes`.
 * Those of levels are two: the first record, and the one behind the last. The slots above 59 belong to the rows of books.
 */
export const Slot = {
  /** 0 and three zeros behind it: an absent instant, empty lanes. */
  zero: 0,
  price: 4,
  lots: 5,
  id: 6,
  firstId: 7,
  bid: 8,
  bidLots: 9,
  ask: 10,
  askLots: 11,
  open: 12,
  high: 13,
  low: 14,
  close: 15,
  volume: 16,
  // 17 and 18, trades and bought lots, are never written: the venue does not tell them.
  quoteVolume: 19,
  mark: 20,
  // 21 to 23 are never written.
  rate: 24,
  next: 25,
  // 26 and 27 are never written.
  time: 28,
  last: 30,
  previous: 31,
  checksum: 32,
  side: 33,
  count: 34,
  bids: 35,
  asks: 37,
  opened: 39,
  closed: 40,
  updateId: 41,
  argAt: 43,
  actionAt: 44,
  dataAt: 45,
  eventAt: 46,
  channelAt: 47,
  instIdAt: 48,
  stateAt: 49,
  codeAt: 50,
  /** Numbers that are read and not kept. */
  unused: 51,
  status: 52,
  // 53 to 55 are never written.
} as const

/** First slots of the lanes of the records. */
export const Lanes = {
  trade: Slot.price,
  quote: Slot.bid,
  bar: Slot.open,
  barVolume: Slot.volume,
  mark: Slot.mark,
  funding: Slot.rate,
  status: Slot.status,
} as const

const F = FieldType

/** A push, `{"arg":{...},"action":"...","data":[...]}`, or an event of the socket itself. */
export const ROOT = new FieldTable([
  ['arg', F.place, Slot.argAt, 'optional'],
  ['action', F.place, Slot.actionAt, 'optional'],
  ['data', F.place, Slot.dataAt, 'optional'],
  ['event', F.place, Slot.eventAt, 'optional'],
])

/** What a push is about. */
export const ARG = new FieldTable([
  ['channel', F.place, Slot.channelAt],
  ['instId', F.place, Slot.instIdAt, 'optional'],
])

/** A book, whole or changed, and the best levels: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel */
export const BOOK = new FieldTable([
  ['asks', TextType.rows, Slot.asks],
  ['bids', TextType.rows, Slot.bids],
  ['ts', TextType.time, Slot.time],
  ['checksum', TextType.signed, Slot.checksum, 'optional'],
  ['prevSeqId', TextType.signed, Slot.previous, 'optional'],
  ['seqId', F.int, Slot.last, 'optional'],
])

/** A trade, of either channel. */
export const TRADE = new FieldTable([
  ['instId', F.symbol],
  ['tradeId', TextType.int, Slot.id],
  ['px', F.price, Slot.price],
  ['sz', F.lots, Slot.lots],
  ['side', TextType.side, Slot.side],
  ['ts', TextType.time, Slot.time],
  ['count', TextType.int, Slot.count, 'optional'],
  ['source', F.skip],
  ['seqId', F.skip],
])

/** A ticker, of which the best quote is read. */
export const TICKER = new FieldTable([
  ['instId', F.symbol],
  ['askPx', TextType.priceOrNone, Slot.ask],
  ['askSz', TextType.lotsOrNone, Slot.askLots],
  ['bidPx', TextType.priceOrNone, Slot.bid],
  ['bidSz', TextType.lotsOrNone, Slot.bidLots],
  ['ts', TextType.time, Slot.time],
])

/** The rate that is paid at `fundingTime`. */
export const FUNDING = new FieldTable([
  ['instId', F.symbol],
  ['fundingRate', TextType.rate, Slot.rate],
  ['fundingTime', TextType.time, Slot.next],
  ['ts', TextType.time, Slot.time],
])

/** A rate that was paid, of `GET /api/v5/public/funding-rate-history`. */
export const FUNDING_PAST = new FieldTable([
  ['instId', F.symbol],
  ['realizedRate', TextType.rate, Slot.rate],
  ['fundingTime', TextType.time, Slot.next],
])

/** The mark price; its text is read apart, since it has as many decimals as the venue likes. */
export const MARK = new FieldTable([
  ['instId', F.symbol],
  ['markPx', F.place, Slot.mark],
  ['ts', TextType.time, Slot.time],
])

/** The definition of an instrument, of which the state is read. */
export const INSTRUMENT = new FieldTable([
  ['instId', F.place, Slot.instIdAt],
  ['state', F.place, Slot.stateAt],
])

/** An answer to a request. */
export const ANSWER = new FieldTable([
  ['code', F.place, Slot.codeAt],
  ['data', F.place, Slot.dataAt],
])
