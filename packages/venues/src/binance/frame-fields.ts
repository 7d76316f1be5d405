import { FieldTable, FieldType } from '../wire/field-table.ts'

/** Which of the two dialects of Binance. */
export type Dialect = 'spot' | 'usdm'

/** What a stream carries. A bare frame has none; `other` is a stream that is not read. */
export const Channel = {
  none: 0,
  depth: 1,
  partialDepth: 2,
  trade: 3,
  aggTrade: 4,
  bookTicker: 5,
  kline: 6,
  markPrice: 7,
  other: 8,
  contract: 9,
} as const
/** A number of `Channel`. */
export type Channel = (typeof Channel)[keyof typeof Channel]

/** Events by the name in `e`: those that are read, and those of which we know that they exist. */
export const EVENT_CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['depthUpdate', Channel.depth],
  ['trade', Channel.trade],
  ['aggTrade', Channel.aggTrade],
  ['bookTicker', Channel.bookTicker],
  ['kline', Channel.kline],
  ['markPriceUpdate', Channel.markPrice],
  ['contractInfo', Channel.contract],
  ...[
    ...['24hrTicker', '24hrMiniTicker', '1hTicker', '4hTicker', '1dTicker', 'avgPrice', 'referencePrice', 'blockTrade'],
    ...['serverShutdown', 'forceOrder', 'compositeIndex', 'assetIndexUpdate', 'continuous_kline'],
    'tradingSession',
  ].map(name => [name, Channel.other] as const),
])

/** Lengths of a bar in seconds; a month counts 30 days. */
export const INTERVAL_SECONDS: Readonly<Record<string, number>> = {
  '1s': 1,
  '1m': 60,
  '3m': 180,
  '5m': 300,
  '15m': 900,
  '30m': 1800,
  '1h': 3600,
  '2h': 7200,
  '4h': 14_400,
  '6h': 21_600,
  '8h': 28_800,
  '12h': 43_200,
  '1d': 86_400,
  '3d': 259_200,
  '1w': 604_800,
  '1M': 2_592_000,
}

/**
 * Slots of the numbers of a message. The four lanes of each kind of record stand in a row, the first named in `Lanes`.
 * Those of levels are two: the first record, and the one behind the last.
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
  trades: 17,
  bought: 18,
  quoteVolume: 19,
  mark: 20,
  index: 21,
  settle: 22,
  // 23 is never written.
  rate: 24,
  next: 25,
  // 26 and 27 are never written.
  event: 28,
  time: 29,
  first: 30,
  last: 31,
  previous: 32,
  maker: 33,
  isMarket: 34,
  bids: 35,
  asks: 37,
  opened: 39,
  seconds: 40,
  closed: 41,
  aggregate: 42,
  streamAt: 43,
  dataAt: 44,
  eventAt: 45,
  elsewhere: 46,
  symbolAt: 47,
  stateAt: 48,
  /** A `MarketStatus`, and three that are never written. */
  state: 52,
} as const

/** First slots of the lanes of the records. */
export const Lanes = {
  trade: Slot.price,
  quote: Slot.bid,
  bar: Slot.open,
  barVolume: Slot.volume,
  mark: Slot.mark,
  funding: Slot.rate,
  status: Slot.state,
} as const

const F = FieldType
/** Fields that USD-M messages carry since 2026 and that say nothing which is read. */
const USDM_EXTRAS = [
  ['st', F.skip],
  ['ps', F.skip],
] as const

const DEPTH = [
  ['e', F.name],
  ['E', F.time, Slot.event],
  ['s', F.symbol],
  ['U', F.int, Slot.first],
  ['u', F.int, Slot.last],
  ['b', F.levels, Slot.bids],
  ['a', F.levels, Slot.asks],
] as const
const EXECUTION = [
  ['e', F.name],
  ['E', F.time, Slot.event],
  ['s', F.symbol],
  ['T', F.time, Slot.time],
  ['m', F.bool, Slot.maker],
  ['M', F.bool, Slot.elsewhere, 'optional'],
] as const
const PRICE_AND_LOTS = [
  ['p', F.price, Slot.price],
  ['q', F.lots, Slot.lots],
] as const
const AGGREGATE = [
  ...EXECUTION,
  ...PRICE_AND_LOTS,
  ['a', F.int, Slot.aggregate],
  ['f', F.int, Slot.firstId],
  ['l', F.int, Slot.id],
  ['nq', F.skip],
] as const
const TOUCH = [
  ['u', F.int, Slot.last],
  ['s', F.symbol],
  ['b', F.price, Slot.bid],
  ['B', F.lots, Slot.bidLots],
  ['a', F.price, Slot.ask],
  ['A', F.lots, Slot.askLots],
] as const
const BOOK = [
  ['e', F.never],
  ['lastUpdateId', F.int, Slot.last],
  ['bids', F.levels, Slot.bids],
  ['asks', F.levels, Slot.asks],
] as const
const BAR = new FieldTable(
  [['e', F.name], ['E', F.time, Slot.event], ['s', F.symbol], ['k', F.object], ...USDM_EXTRAS],
  {
    name: 'kline',
    inner: new FieldTable([
      ['t', F.time, Slot.opened],
      ['T', F.skip],
      ['s', F.symbol],
      ['i', F.interval, Slot.seconds],
      ['f', F.skip],
      ['L', F.skip],
      ['o', F.price, Slot.open],
      ['c', F.price, Slot.close],
      ['h', F.price, Slot.high],
      ['l', F.price, Slot.low],
      ['v', F.lots, Slot.volume],
      ['n', F.int, Slot.trades],
      ['x', F.bool, Slot.closed],
      ['q', F.float, Slot.quoteVolume],
      ['V', F.lots, Slot.bought],
      ['Q', F.skip],
      ['B', F.skip],
    ]),
  },
)

/** The messages of one dialect that are read. */
export interface FrameTables {
  readonly depth: FieldTable
  readonly trade: FieldTable
  readonly aggTrade: FieldTable
  readonly bookTicker: FieldTable
  readonly kline: FieldTable
  readonly book: FieldTable
}

/** Spot: web-socket-streams.md of binance-spot-api-docs, and `GET /api/v3/depth`. */
export const SPOT_TABLES: FrameTables = {
  depth: new FieldTable(DEPTH, { name: 'depthUpdate' }),
  trade: new FieldTable([...EXECUTION, ...PRICE_AND_LOTS, ['t', F.int, Slot.id]], { name: 'trade' }),
  aggTrade: new FieldTable(AGGREGATE, { name: 'aggTrade' }),
  bookTicker: new FieldTable([['e', F.name, Slot.zero, 'optional'], ...TOUCH], { name: 'bookTicker' }),
  kline: BAR,
  book: new FieldTable(BOOK),
}

/** USD-M: the market streams of the futures documentation, and `GET /fapi/v1/depth`. */
export const USDM_TABLES: FrameTables = {
  depth: new FieldTable([...DEPTH, ['T', F.time, Slot.time], ['pu', F.int, Slot.previous], ...USDM_EXTRAS], {
    name: 'depthUpdate',
  }),
  trade: new FieldTable(
    [...EXECUTION, ...PRICE_AND_LOTS, ['t', F.int, Slot.id], ['X', F.word, Slot.isMarket, 'optional'], ...USDM_EXTRAS],
    { name: 'trade', word: 'MARKET' },
  ),
  aggTrade: new FieldTable([...AGGREGATE, ...USDM_EXTRAS], { name: 'aggTrade' }),
  bookTicker: new FieldTable(
    [['e', F.name], ['E', F.time, Slot.event], ['T', F.time, Slot.time], ...TOUCH, ...USDM_EXTRAS],
    { name: 'bookTicker' },
  ),
  kline: BAR,
  book: new FieldTable([['E', F.time, Slot.event], ['T', F.time, Slot.time], ...BOOK]),
}

/** An execution of USD-M outside the book, whose price and quantity may be anything: they are not read. */
export const OUTSIDE_TRADE = new FieldTable([...EXECUTION, ['t', F.int, Slot.id], ['X', F.word, Slot.isMarket]], {
  name: 'trade',
  word: 'MARKET',
})

/** USD-M mark price, with the funding that is to come. */
export const MARK_PRICE = new FieldTable(
  [
    ['e', F.name],
    ['E', F.time, Slot.event],
    ['s', F.symbol],
    ['p', F.fixed8, Slot.mark],
    ['i', F.fixed8, Slot.index],
    ['P', F.fixed8, Slot.settle],
    ['r', F.fixed12, Slot.rate],
    ['T', F.time, Slot.next],
    ['ap', F.skip],
    ...USDM_EXTRAS,
  ],
  { name: 'markPriceUpdate' },
)

/** What USD-M tells of a contract that is listed, changed or ended: of any of the venue's, so both names are looked up. */
export const CONTRACT = new FieldTable(
  [
    ['e', F.name],
    ['E', F.time, Slot.event],
    ['s', F.place, Slot.symbolAt],
    ['cs', F.place, Slot.stateAt],
  ],
  { name: 'contractInfo' },
)

/** The wrapper of combined streams. */
export const WRAPPER = new FieldTable([
  ['stream', F.place, Slot.streamAt, 'optional'],
  ['data', F.place, Slot.dataAt, 'optional'],
])

/** What tells the kind of a bare message; and, where nothing is unknown, an answer to a command. */
export const HEAD = new FieldTable([
  ['e', F.place, Slot.eventAt, 'optional'],
  ['u', F.place, Slot.elsewhere, 'optional'],
  ['b', F.place, Slot.elsewhere, 'optional'],
  ['lastUpdateId', F.place, Slot.elsewhere, 'optional'],
  ['result', F.place, Slot.elsewhere, 'optional'],
  ['error', F.place, Slot.elsewhere, 'optional'],
  ['code', F.place, Slot.elsewhere, 'optional'],
  ['msg', F.place, Slot.elsewhere, 'optional'],
  ['id', F.place, Slot.elsewhere, 'optional'],
])
