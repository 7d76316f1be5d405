import { MarketStatus } from '@velocimex/core/market/event-kind'
import { NameTable } from '../wire/name-table.ts'
import { PlaceTable } from '../wire/place-table.ts'

/** What a frame of Advanced Trade carries. */
export const Channel = { control: 0, level2: 1, trades: 2, ticker: 3, candles: 4, status: 5 } as const

/** Channels of Advanced Trade by name (WebSocket channels); those that are known and not read are control. */
export const CHANNELS = new NameTable([
  ['l2_data', Channel.level2],
  ['market_trades', Channel.trades],
  ['ticker', Channel.ticker],
  ['ticker_batch', Channel.ticker],
  ['candles', Channel.candles],
  ['status', Channel.status],
  ['heartbeats', Channel.control],
  ['subscriptions', Channel.control],
  ['user', Channel.control],
  ['futures_balance_summary', Channel.control],
])

/** What a frame of the exchange feed carries. */
export const FeedType = { control: 0, snapshot: 1, change: 2, match: 3, lastMatch: 4, ticker: 5, status: 6 } as const

/** Messages of the exchange feed by type; those that are known and not read are control. */
export const FEED_TYPES = new NameTable([
  ['snapshot', FeedType.snapshot],
  ['l2update', FeedType.change],
  ['match', FeedType.match],
  ['last_match', FeedType.lastMatch],
  ['ticker', FeedType.ticker],
  ['status', FeedType.status],
  ...[
    ...[
      'heartbeat',
      'subscriptions',
      'error',
      'received',
      'open',
      'done',
      'change',
      'activate',
      'auction',
      'rfq_match',
    ],
  ].map(name => [name, FeedType.control] as const),
])

/** Whether an event is the whole state or a change. */
export const EVENT_TYPES = new NameTable([
  ['update', 0],
  ['snapshot', 1],
])

/** 1 for the bid. */
export const BOOK_SIDES = new NameTable([
  ['offer', 0],
  ['ask', 0],
  ['bid', 1],
])

/** 1 for the bid: the exchange feed names the sides of its book by the orders that rest there. */
export const FEED_SIDES = new NameTable([
  ['sell', 0],
  ['buy', 1],
])

/** 1 when the maker bought: Advanced Trade writes it in capitals. */
export const MAKER_SIDES = new NameTable([
  ['SELL', 0],
  ['BUY', 1],
])

/** States of a product by name. */
export const STATES = new NameTable([
  ['online', MarketStatus.trading],
  ['offline', MarketStatus.closed],
  ['internal', MarketStatus.closed],
  ['delisted', MarketStatus.closed],
])

/** The root of a frame, of both dialects; Advanced Trade has `channel`, the exchange feed `type`. */
export const ROOT = new PlaceTable(
  0,
  [
    ...['channel', 'timestamp', 'sequence_num', 'events', 'type', 'product_id', 'time', 'changes', 'bids', 'asks'],
    ...['trade_id', 'side', 'size', 'price', 'best_bid', 'best_ask', 'best_bid_size', 'best_ask_size', 'products'],
    'pricebook',
  ],
  [
    ...['client_id', 'sequence', 'maker_order_id', 'taker_order_id', 'last_size'],
    ...['open_24h', 'volume_24h', 'low_24h', 'high_24h', 'volume_30d'],
  ],
)
/** One event of Advanced Trade. */
export const EVENT = new PlaceTable(24, ['type', 'product_id', 'updates', 'trades', 'tickers', 'candles', 'products'])
/** One row of an event. */
export const UPDATE = new PlaceTable(32, ['side', 'event_time', 'price_level', 'new_quantity'])
/** A trade of Advanced Trade. */
export const TRADE = new PlaceTable(32, ['trade_id', 'product_id', 'price', 'size', 'side', 'time'])
/** A ticker of Advanced Trade. */
export const TICKER = new PlaceTable(32, [
  'product_id',
  'best_bid',
  'best_bid_quantity',
  'best_ask',
  'best_ask_quantity',
])
/** A five-minute candle. */
export const CANDLE = new PlaceTable(32, ['start', 'high', 'low', 'open', 'close', 'volume', 'product_id'])
/** The state of a product, in both dialects. */
export const PRODUCT = new PlaceTable(32, ['id', 'status'])
/** A book as REST answers it, `pricebook`. */
export const PRICE_BOOK = new PlaceTable(24, ['product_id', 'bids', 'asks', 'time'])
/** A level of it. */
export const PRICE_LEVEL = new PlaceTable(32, ['price', 'size'])

/** Slots of the numbers of a message; the lanes of each kind of record stand in a row. */
export const Slot = {
  /** Four zeros: an instant that is not known, empty lanes. */
  zero: 0,
  levelPrice: 4,
  levelLots: 5,
  /** Sequence number of the frame, 0 where it has none. Behind it a zero. */
  updateId: 6,
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
  /** Lots, and three zeros: trades and taker volume are not told. */
  volume: 20,
  /** A `MarketStatus`, and three zeros. */
  state: 24,
  /** Instants are two: microseconds and the nanoseconds beyond. */
  sent: 28,
  time: 30,
} as const

/** Length of Coinbase's candles in seconds. */
export const CANDLE_SECONDS = 300
