import { FieldTable, FieldType } from '../wire/field-table.ts'

/** Which of the two markets of Bybit that are read. Their symbols are the same; their sockets and REST categories differ. */
export type Category = 'spot' | 'linear'

/** What a topic carries; `other` is one that is known and not read. */
export const Channel = { none: 0, orderbook: 1, publicTrade: 2, tickers: 3, kline: 4, other: 5 } as const
/** A number of `Channel`. */
export type Channel = (typeof Channel)[keyof typeof Channel]

/** Channels by the first word of a topic. */
export const TOPIC_CHANNELS: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['orderbook', Channel.orderbook],
  ['publicTrade', Channel.publicTrade],
  ['tickers', Channel.tickers],
  ['kline', Channel.kline],
  ...['allLiquidation', 'liquidation', 'priceLimit', 'insurance', 'adlAlert', 'system'].map(
    name => [name, Channel.other] as const,
  ),
])

/** Levels a side of the books that are read, by the second word of their topic; 0 for those of another shape. */
export const BOOK_DEPTHS: ReadonlyMap<string, number> = new Map([
  ...[1, 25, 50, 100, 200, 500, 1000].map(depth => [String(depth), depth] as const),
  ['rpi', 0],
  ['full', 0],
])

/** Lengths of a bar in seconds; a month counts 30 days. */
export const INTERVAL_SECONDS: Readonly<Record<string, number>> = {
  '1': 60,
  '3': 180,
  '5': 300,
  '15': 900,
  '30': 1800,
  '60': 3600,
  '120': 7200,
  '240': 14_400,
  '360': 21_600,
  '720': 43_200,
  D: 86_400,
  W: 604_800,
  M: 2_592_000,
}

/** Slots of the numbers of a message. The four lanes of each kind of record stand in a row; see `Lanes`. */
export const Slot = {
  /** 0, and three zeros behind it. */
  zero: 0,
  price: 4,
  lots: 5,
  id: 6,
  /** First 1 when the id was cut to 53 bits, then the id again: the lane of the first trade of an aggregate. */
  firstId: 7,
  // Quote, mark and funding: kept for each instrument from frame to frame, in this order.
  bid: 8,
  bidLots: 9,
  ask: 10,
  askLots: 11,
  mark: 12,
  index: 13,
  // 14 and 15 are never written.
  rate: 16,
  next: 17,
  // 18 and 19 are never written.
  open: 20,
  high: 21,
  low: 22,
  close: 23,
  volume: 24,
  // 25 and 26 are never written: the venue tells neither the trades of a bar nor who bought.
  turnover: 27,
  isSnapshot: 28,
  sent: 29,
  matched: 30,
  last: 31,
  isBuy: 32,
  traded: 33,
  isBlock: 34,
  bids: 35,
  asks: 37,
  opened: 39,
  seconds: 40,
  closed: 41,
  stamped: 42,
  topicAt: 43,
  code: 44,
  elsewhere: 45,
} as const

/** First slots of the lanes of the records. */
export const Lanes = {
  trade: Slot.price,
  quote: Slot.bid,
  mark: Slot.mark,
  funding: Slot.rate,
  bar: Slot.open,
  barVolume: Slot.volume,
} as const

const F = FieldType
const FRAME = [
  ['topic', F.place, Slot.topicAt],
  ['type', F.either, Slot.isSnapshot],
  ['ts', F.time, Slot.sent],
] as const
const SNAPSHOT_OR_DELTA = { word: 'snapshot', otherWord: 'delta' } as const

const BOOK = [
  ['s', F.symbol],
  ['b', F.levels, Slot.bids],
  ['a', F.levels, Slot.asks],
  ['u', F.int, Slot.last],
  ['seq', F.skip],
] as const

/** `orderbook.{depth}.{symbol}`. `cts`, the instant of the matching engine, is younger than the topic. */
export const ORDERBOOK = new FieldTable([...FRAME, ['data', F.object], ['cts', F.time, Slot.matched, 'optional']], {
  ...SNAPSHOT_OR_DELTA,
  inner: new FieldTable(BOOK),
})

/** One trade. `seq`, `RPI` and the tick direction `L` are not sent on every market. */
const TRADE = new FieldTable(
  [
    ['T', F.time, Slot.traded],
    ['s', F.symbol],
    ['S', F.either, Slot.isBuy],
    ['v', F.lots, Slot.lots],
    ['p', F.price, Slot.price],
    ['L', F.skip],
    ['i', F.textId, Slot.id],
    ['BT', F.bool, Slot.isBlock],
    ['RPI', F.skip],
    ['seq', F.skip],
  ],
  { word: 'Buy', otherWord: 'Sell' },
)

/** `publicTrade.{symbol}`. */
export const TRADES = new FieldTable([...FRAME, ['data', F.list]], { ...SNAPSHOT_OR_DELTA, inner: TRADE })

/** One bar. */
const BAR = new FieldTable([
  ['start', F.time, Slot.opened],
  ['end', F.skip],
  ['interval', F.interval, Slot.seconds],
  ['open', F.price, Slot.open],
  ['close', F.price, Slot.close],
  ['high', F.price, Slot.high],
  ['low', F.price, Slot.low],
  ['volume', F.lots, Slot.volume],
  ['turnover', F.float, Slot.turnover],
  ['confirm', F.bool, Slot.closed],
  ['timestamp', F.time, Slot.stamped],
])

/** `kline.{interval}.{symbol}`. */
export const BARS = new FieldTable([...FRAME, ['data', F.list]], { ...SNAPSHOT_OR_DELTA, inner: BAR })

/** Fields of a linear ticker that are kept from frame to frame: in a delta, those that are absent have not changed. */
export const KEPT_FIELDS = [
  ['bid1Price', F.priceOrNone, Slot.bid, 'optional'],
  ['bid1Size', F.lotsOrNone, Slot.bidLots, 'optional'],
  ['ask1Price', F.priceOrNone, Slot.ask, 'optional'],
  ['ask1Size', F.lotsOrNone, Slot.askLots, 'optional'],
  ['markPrice', F.fixed8OrNone, Slot.mark, 'optional'],
  ['indexPrice', F.fixed8OrNone, Slot.index, 'optional'],
  ['fundingRate', F.fixed12, Slot.rate, 'optional'],
  ['nextFundingTime', F.timeText, Slot.next, 'optional'],
] as const

/** What a linear ticker tells of an instrument. */
export const TICKER = new FieldTable([['symbol', F.symbol], ...KEPT_FIELDS])

/** `tickers.{symbol}` of the linear market. */
export const TICKER_FRAME = new FieldTable([...FRAME, ['data', F.object], ['cs', F.skip]], {
  ...SNAPSHOT_OR_DELTA,
  inner: TICKER,
})

/** `GET /v5/market/orderbook`. */
export const BOOK_ANSWER = new FieldTable(
  [
    ['retCode', F.int, Slot.code],
    ['retMsg', F.skip],
    ['result', F.object],
    ['retExtInfo', F.skip],
    ['time', F.skip],
  ],
  {
    inner: new FieldTable([...BOOK, ['ts', F.time, Slot.sent], ['cts', F.time, Slot.matched, 'optional']]),
  },
)

/** What tells frames apart: a topic; or, where nothing is unknown, the answer to a command. */
export const HEAD = new FieldTable([
  ['topic', F.place, Slot.topicAt, 'optional'],
  ...['op', 'success', 'ret_msg', 'conn_id', 'req_id', 'args', 'retCode', 'retMsg', 'connId'].map(
    key => [key, F.place, Slot.elsewhere, 'optional'] as const,
  ),
])
