/** What a channel carries. */
export const Channel = {
  /** `books`, `books-l2-tbt`, `books50-l2-tbt`: a whole book, then its changes. */
  books: 1,
  /** `books5`: the best five levels, complete in themselves. */
  books5: 2,
  /** `bbo-tbt`: the best level of each side. */
  bbo: 3,
  /** `trades`: what one aggressor took at one price, summed. */
  trades: 4,
  /** `trades-all`: every trade singly. */
  tradesAll: 5,
  tickers: 6,
  candle: 7,
  funding: 8,
  mark: 9,
  /** `instruments`: definitions, of which the state is read. */
  instruments: 10,
  /** A channel that is known and not read. */
  other: 11,
  /** Answers of REST only: the rates that were paid. */
  fundingPast: 12,
} as const
/** A number of `Channel`. */
export type Channel = (typeof Channel)[keyof typeof Channel]

/** Lengths of a bar in seconds; a month counts 30 days. Those from six hours on also exist with `utc` behind them. */
export const BAR_SECONDS: Readonly<Record<string, number>> = {
  '1s': 1,
  '1m': 60,
  '3m': 180,
  '5m': 300,
  '15m': 900,
  '30m': 1800,
  '1H': 3600,
  '2H': 7200,
  '4H': 14_400,
  '6H': 21_600,
  '12H': 43_200,
  '1D': 86_400,
  '2D': 172_800,
  '3D': 259_200,
  '5D': 432_000,
  '1W': 604_800,
  '1M': 2_592_000,
  '3M': 7_776_000,
}

/** Channels by name that are read, those of bars apart. */
export const READ_CHANNELS: Readonly<Record<string, Channel>> = {
  books: Channel.books,
  'books-l2-tbt': Channel.books,
  'books50-l2-tbt': Channel.books,
  books5: Channel.books5,
  'bbo-tbt': Channel.bbo,
  trades: Channel.trades,
  'trades-all': Channel.tradesAll,
  tickers: Channel.tickers,
  'funding-rate': Channel.funding,
  'mark-price': Channel.mark,
  instruments: Channel.instruments,
}

/** Channels of which we know that they exist, and which say nothing that is read here. */
export const UNREAD_CHANNELS: readonly string[] = [
  ...[
    'books-elp',
    'index-tickers',
    'price-limit',
    'open-interest',
    'liquidation-orders',
    'opt-summary',
    'option-trades',
  ],
  ...['estimated-price', 'status', 'adl-warning', 'economic-calendar', 'block-tickers', 'public-struc-block-trades'],
  ...['public-block-trades', 'call-auction-details', 'sprd-bbo-tbt', 'sprd-books5', 'sprd-books-l2-tbt'],
  ...['sprd-public-trades', 'sprd-tickers', 'account', 'positions', 'balance_and_position', 'orders', 'fills'],
  ...['orders-algo', 'algo-advance', 'liquidation-warning', 'account-greeks', 'sprd-orders', 'sprd-trades'],
]

/** Events of the socket itself: answers to commands, and notices. */
export const EVENTS: readonly string[] = [
  ...['subscribe', 'unsubscribe', 'error', 'login', 'notice', 'channel-conn-count', 'channel-conn-count-error'],
]

/** States of an instrument, and what a `MarketStatus` calls them: before the opening orders may rest but not match. */
export const STATE_NAMES = {
  trading: ['live'],
  halted: ['suspend', 'test', 'rebase'],
  auction: ['preopen', 'post_only'],
  closed: ['expired', 'settling'],
} as const

/** Bits of a channel's word that tell the channel; above them stand the seconds of its bars. */
export const CHANNEL_BITS = 4

/** Every channel by name, as a word: its number, and for bars the seconds of their length above it. */
export function channelWords(): Map<string, number> {
  const words = new Map<string, number>(Object.entries(READ_CHANNELS))
  for (const name of UNREAD_CHANNELS) words.set(name, Channel.other)
  for (const [length, seconds] of Object.entries(BAR_SECONDS))
    for (const zone of seconds >= BAR_SECONDS['6H']! ? ['', 'utc'] : ['']) {
      words.set(`candle${length}${zone}`, Channel.candle | (seconds << CHANNEL_BITS))
      words.set(`mark-price-candle${length}${zone}`, Channel.other)
      words.set(`index-candle${length}${zone}`, Channel.other)
      words.set(`sprd-candle${length}${zone}`, Channel.other)
    }
  return words
}
