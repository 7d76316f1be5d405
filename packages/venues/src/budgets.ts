/** One limit of a venue: so much in such a time, by the name under which the venue's headers count it where they do. */
export interface VenueWindow {
  readonly name: string
  readonly limit: number
  readonly lengthMs: number
  /** Counts fall evenly, a full one to nothing in that time; otherwise each leaves at its end. */
  readonly falls?: boolean
}

/** What a venue lets an address and an account send. */
export interface VenueBudget {
  /** Counted by the weight of every request. */
  readonly address: readonly VenueWindow[]
  /** Counted by placements and amendments. */
  readonly account: readonly VenueWindow[]
}

const window = (name: string, limit: number, seconds: number): VenueWindow => ({
  name,
  limit,
  lengthMs: seconds * 1000,
})

/** A counter that may stand at so much and falls by so much a second. */
const counter = (name: string, limit: number, perSecond: number): VenueWindow => ({
  ...window(name, limit, limit / perSecond),
  falls: true,
})

/**
 * Limits by venue id, of the lowest tier, as their documents give them in 2026; venues that count several kinds of request
 * apart are held to the narrowest.
 */
export const VENUE_BUDGETS: ReadonlyMap<string, VenueBudget> = new Map([
  ['binance-spot', { address: [window('weight-1m', 6000, 60)], account: [window('orders-10s', 50, 10)] }],
  ['binance-usdm', { address: [window('weight-1m', 2400, 60)], account: [window('orders-10s', 300, 10)] }],
  ['bybit-spot', { address: [window('requests-5s', 600, 5)], account: [window('orders-1s', 20, 1)] }],
  ['bybit-linear', { address: [window('requests-5s', 600, 5)], account: [window('orders-1s', 10, 1)] }],
  ['okx', { address: [window('requests-2s', 40, 2)], account: [window('orders-2s', 60, 2)] }],
  ['kraken', { address: [counter('counter', 15, 1 / 3)], account: [window('orders-60s', 60, 60)] }],
  ['coinbase', { address: [window('requests-1s', 30, 1)], account: [window('orders-1s', 30, 1)] }],
  ['deribit', { address: [window('requests-1s', 20, 1)], account: [window('orders-1s', 5, 1)] }],
])
