import { MarketStatus } from '@velocimex/core/market/event-kind'
import { NameTable } from '../wire/name-table.ts'
import { PlaceTable } from '../wire/place-table.ts'

/** What a subscription carries, by the first part of its channel's name. */
export const Channel = {
  control: 0,
  book: 1,
  trades: 2,
  ticker: 3,
  quote: 4,
  perpetual: 5,
  chart: 6,
  instrument: 7,
} as const

/** First parts of the names of channels; those that are known and not read are control. */
export const CHANNELS = new NameTable([
  ['book', Channel.book],
  ['trades', Channel.trades],
  ['ticker', Channel.ticker],
  ['quote', Channel.quote],
  ['perpetual', Channel.perpetual],
  ['chart', Channel.chart],
  ['instrument', Channel.instrument],
  ...[
    ...['incremental_ticker', 'deribit_price_index', 'deribit_price_ranking', 'deribit_price_statistics', 'markprice'],
    ...['deribit_volatility_index', 'estimated_expiration_price', 'platform_state', 'announcements', 'user', 'rfq'],
    ...['block_rfq', 'block_trade_confirmations', 'combo_trades', 'mark_price', 'expiration_price'],
  ].map(name => [name, Channel.control] as const),
])

/** How often a channel tells. */
export const INTERVALS = new NameTable(['raw', '100ms', 'agg2'].map((name, at) => [name, at] as const))

/** Kinds of instrument that a channel of many may name. */
export const KINDS = new NameTable(
  ['future', 'option', 'spot', 'future_combo', 'option_combo', 'combo', 'any'].map((name, at) => [name, at] as const),
)

/** Lengths of a chart's bars in seconds. */
export const RESOLUTIONS = new NameTable([
  ...[1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720].map(minutes => [String(minutes), minutes * 60] as const),
  ['1D', 86_400],
])

/** The other words that channels hold. */
export const WORDS = new NameTable([
  ['none', 0],
  ['trades', 1],
  ['state', 2],
])

/** 1 for the whole book. */
export const BOOK_TYPES = new NameTable([
  ['change', 0],
  ['snapshot', 1],
])

/** What happens to a level: 0 for what leaves a quantity there. */
export const ACTIONS = new NameTable([
  ['new', 0],
  ['change', 0],
  ['delete', 1],
])

/** 1 when the taker bought. */
export const DIRECTIONS = new NameTable([
  ['sell', 0],
  ['buy', 1],
])

/** States of an instrument and of its book by name, as numbers of `MarketStatus`. */
export const STATE_WORDS: Readonly<Record<string, number>> = {
  started: MarketStatus.trading,
  open: MarketStatus.trading,
  locked: MarketStatus.halted,
  halted: MarketStatus.halted,
  ...Object.fromEntries(
    [
      ...['created', 'settled', 'closed', 'terminated'],
      ...['settlement', 'delivered', 'inactive', 'deactivated', 'archivized'],
    ].map(name => [name, MarketStatus.closed]),
  ),
}
/** The same, to be found in a frame. */
export const STATES = new NameTable(Object.entries(STATE_WORDS))

/** Methods of what the venue sends unasked. */
export const METHODS = new NameTable([
  ['heartbeat', 0],
  ['subscription', 1],
])

/** `"2.0"` is the only version. */
export const VERSIONS = new NameTable([['2.0', 0]])

/** The root of a frame: a notification, or the answer to a request. */
export const ROOT = new PlaceTable(0, ['jsonrpc', 'method', 'params', 'id', 'result', 'error'])
/** What a notification carries. */
export const PARAMS = new PlaceTable(6, ['channel', 'data'])
/** What tickers tell beside it. */
const PASSED = [
  ...[
    'stats',
    'settlement_price',
    'open_interest',
    'min_price',
    'max_price',
    'last_price',
    'interest_value',
    'funding_8h',
  ],
  ...[
    'underlying_price',
    'underlying_index',
    'mark_iv',
    'interest_rate',
    'greeks',
    'bid_iv',
    'ask_iv',
    'delivery_price',
  ],
]
/** The data of all channels whose data is an object. */
export const BODY = new PlaceTable(
  8,
  [
    ...['type', 'instrument_name', 'timestamp', 'change_id', 'prev_change_id', 'bids', 'asks'],
    ...['best_bid_price', 'best_bid_amount', 'best_ask_price', 'best_ask_amount', 'mark_price', 'index_price'],
    ...['estimated_delivery_price', 'current_funding', 'interest', 'state'],
    ...['tick', 'open', 'high', 'low', 'close', 'volume', 'cost'],
  ],
  PASSED,
)
/** A trade of the list that the trades channels send. */
export const TRADE = new PlaceTable(40, [
  ...['instrument_name', 'timestamp', 'price', 'amount', 'direction', 'trade_seq', 'trade_id', 'block_trade_id'],
])

/** Slots of the numbers of a message; the lanes of each kind of record stand in a row. */
export const Slot = {
  /** Four zeros. */
  zero: 0,
  levelPrice: 4,
  levelLots: 5,
  /** `change_id`; behind it a zero. */
  changeId: 6,
  price: 8,
  lots: 9,
  id: 10,
  /** Follows `id`: whether it is cut, until the record is written. */
  firstId: 11,
  bid: 12,
  bidLots: 13,
  ask: 14,
  askLots: 15,
  open: 16,
  high: 17,
  low: 18,
  close: 19,
  volume: 20,
  trades: 21,
  bought: 22,
  quoteVolume: 23,
  mark: 24,
  index: 25,
  settle: 26,
  /** 27 is never written. The rate has three zeros behind it: funding is paid all the time. */
  rate: 28,
  /** A `MarketStatus`, and three zeros. */
  state: 32,
  /** Instants are two: microseconds, and the nanoseconds beyond, always 0 here. */
  time: 36,
  previous: 38,
  sequence: 39,
} as const
