import { MarketStatus } from '@velocimex/core/market/event-kind'
import { NameTable } from '../wire/name-table.ts'

/** Channels of v2. `other` are those of which we know that they exist. */
export const Channel = {
  none: -1,
  book: 0,
  trade: 1,
  ticker: 2,
  ohlc: 3,
  status: 4,
  instrument: 5,
  other: 6,
  level3: 7,
} as const

/** Channels by the name in `channel`. */
export const CHANNELS = new NameTable([
  ['book', Channel.book],
  ['trade', Channel.trade],
  ['ticker', Channel.ticker],
  ['ohlc', Channel.ohlc],
  ['status', Channel.status],
  ['instrument', Channel.instrument],
  ['heartbeat', Channel.other],
  ['level3', Channel.level3],
  ['executions', Channel.other],
  ['balances', Channel.other],
])

/** Events of v1, the frames that are objects, by the name in `event`. */
export const EVENTS = new NameTable([
  ['systemStatus', Channel.status],
  ...['heartbeat', 'subscriptionStatus', 'pong', 'error'].map(name => [name, Channel.other] as const),
])

/** What `type` says: 1 for a snapshot. */
export const TYPES = new NameTable([
  ['snapshot', 1],
  ['update', 0],
])

/** What the system or a pair says of itself. Nobody can take where only makers may enter, so that is a halt too. */
export const STATUSES = new NameTable([
  ['online', MarketStatus.trading],
  ['limit_only', MarketStatus.trading],
  ['reduce_only', MarketStatus.trading],
  ['maintenance', MarketStatus.halted],
  ['cancel_only', MarketStatus.halted],
  ['post_only', MarketStatus.halted],
  ['work_in_progress', MarketStatus.halted],
  ['delisted', MarketStatus.closed],
])
