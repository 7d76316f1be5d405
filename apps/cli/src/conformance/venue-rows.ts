import { binanceSpotOrders, binanceUsdmOrders } from '@velocimex/venues/binance/binance-orders'
import { bybitLinearOrders, bybitSpotOrders } from '@velocimex/venues/bybit/bybit-orders'
import { coinbaseOrders } from '@velocimex/venues/coinbase/coinbase-orders'
import { deribitOrders } from '@velocimex/venues/deribit/deribit-orders'
import { krakenOrders } from '@velocimex/venues/kraken/kraken-orders'
import type { MarketVenue } from '@velocimex/venues/market-venue'
import type { MarketWire } from '@velocimex/venues/market-wire'
import { okxOrders } from '@velocimex/venues/okx/okx-orders'
import type { OrderVenue } from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import type { VenueSide } from '@velocimex/venues/venue-dialect'
import { VENUES } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'

/** What the suite must know of a venue beside its code. */
interface VenueTraits {
  readonly orders: OrderVenue
  /** Levels a side of the book that is followed; Infinity for all of them. */
  readonly depth: number
  /** A text that every frame of changes of the followed book has, and no other frame while nobody subscribes. */
  readonly bookMark: string
  /** A text that the acknowledgement of a subscription has; empty where none names its topic. */
  readonly ackMark: string
  /** The venue cancels all orders of the account when its private socket ends. */
  readonly cancelsWhenCut?: boolean
  /** Rows that the venue does not offer, with the reason, by the id of the row. */
  readonly omits: Readonly<Record<string, string>>
  /** Rows that are known to fail, with what is wrong; once they pass, the suite asks for the line to be taken out. */
  readonly fails?: Readonly<Record<string, string>>
}

/** A venue as the suite runs it. */
export interface VenueRow extends VenueTraits {
  readonly name: string
  readonly side: VenueSide
  readonly venue: MarketVenue
  readonly wire: MarketWire
}

const NO_MARKS = 'spot has no mark price'
const NO_FUNDING = 'spot has no funding'
const NO_POSITIONS = 'spot has no positions'
/** What no spot market has. */
const SPOT = {
  D50: NO_MARKS,
  D52: NO_FUNDING,
  E89: NO_FUNDING,
  E15: NO_POSITIONS,
  E16: NO_POSITIONS,
  E82: NO_POSITIONS,
}
/** What markets of contracts have, and spot markets have not. */
const CONTRACTS = { E17: 'contracts have reduce-only orders: see E15 and E16' }
/** Reconciliation finds what is told by nothing else. */
const NO_FLOWS = 'the private stream tells what is left, not what came or went: found by reconciliation'
const AS_SWAP = 'tried as okx-swap'
const NO_CANCEL_ALL = 'no such request: open orders are listed and canceled one by one'
const NO_NUMBERS = 'changes carry no number of the venue: the books of the leading line are lost with it, see S0-MDS-4c'
const HAS_NUMBERS = 'changes carry numbers of the venue: see S0-MDS-4a'
const NO_AMEND = 'only takes quantity away: cancel and place anew'
const NO_SWITCH = 'no dead-man switch of the venue'
const NO_RENEWAL = 'a session lasts as long as its socket'
const NO_SOCKET = 'no order entry over a socket'
/** Rows of commands over a socket, where there is none. */
const REST_ONLY = Object.fromEntries(['0', '1', '2', '3', '4', '5', '6', '7'].map(digit => [`E9${digit}`, NO_SOCKET]))
const NO_REQUESTS = 'whole books come over the socket alone'
const NO_ACKS = 'an answer names no topic: asking is having'

const TRAITS: Readonly<Record<string, VenueTraits>> = {
  'binance-spot': {
    orders: binanceSpotOrders,
    depth: 5000,
    bookMark: 'depthUpdate',
    ackMark: '',
    omits: { ...SPOT, 'R-WS-06a': NO_ACKS, E30: NO_AMEND, E91: NO_AMEND, E44: NO_SWITCH, E87: NO_RENEWAL },
  },
  'binance-usdm': {
    orders: binanceUsdmOrders,
    depth: 1000,
    bookMark: 'depthUpdate',
    ackMark: '',
    omits: { ...CONTRACTS, 'R-WS-06a': NO_ACKS },
  },
  'bybit-linear': {
    orders: bybitLinearOrders,
    depth: 200,
    bookMark: '"type":"delta"',
    ackMark: '"op":"subscribe"',
    omits: { ...CONTRACTS, E88: NO_FLOWS },
  },
  'bybit-spot': {
    orders: bybitSpotOrders,
    depth: 200,
    bookMark: '"type":"delta"',
    ackMark: '"op":"subscribe"',
    omits: { ...SPOT, E88: NO_FLOWS },
  },
  coinbase: {
    orders: coinbaseOrders,
    depth: Number.POSITIVE_INFINITY,
    bookMark: 'l2_data',
    ackMark: '"subscriptions"',
    omits: { ...SPOT, ...REST_ONLY, E88: NO_FLOWS, E41: NO_CANCEL_ALL, E44: NO_SWITCH, E87: NO_RENEWAL },
  },
  kraken: {
    orders: krakenOrders,
    depth: 100,
    bookMark: '"channel":"book","type":"update"',
    ackMark: '"method":"subscribe"',
    omits: { ...SPOT, E85: 'the venue does not tell what a key may do' },
  },
  deribit: {
    orders: deribitOrders,
    cancelsWhenCut: true,
    depth: Number.POSITIVE_INFINITY,
    bookMark: '"type":"change"',
    ackMark: '"result":["',
    omits: {
      ...CONTRACTS,
      E88: NO_FLOWS,
      E89: NO_FLOWS,
      E66: 'a wrong time is refused as a wrong key is: our clock is compared with the venue’s beforehand',
      E70: 'several open orders may carry one label: an order whose answer is lost is never sent again',
    },
  },
  okx: {
    orders: okxOrders,
    depth: 400,
    bookMark: '"action":"update"',
    ackMark: '"event":"subscribe"',
    omits: { E41: NO_CANCEL_ALL, E89: AS_SWAP, E15: AS_SWAP, E16: AS_SWAP, E82: AS_SWAP },
  },
  'okx-spot': {
    orders: okxOrders,
    depth: 400,
    bookMark: '"action":"update"',
    ackMark: '"event":"subscribe"',
    omits: { E41: NO_CANCEL_ALL, ...SPOT },
  },
  'okx-swap': {
    orders: okxOrders,
    depth: 400,
    bookMark: '"action":"update"',
    ackMark: '"event":"subscribe"',
    omits: { ...CONTRACTS, E41: NO_CANCEL_ALL },
  },
}

/** Several venues at one address: its parts are tried one by one. */
const TRIED_APART: ReadonlySet<string> = new Set(['bybit'])

/** Every venue that can be simulated, with what the suite must know of it. */
export const VENUE_ROWS: readonly VenueRow[] = [...SIDES]
  .filter(([name]) => !TRIED_APART.has(name))
  .map(([name, side]) => {
    const traits = TRAITS[name]
    const group = VENUES.get(name)
    const wire = WIRES.get(side.id)
    if (traits === undefined || group === undefined || wire === undefined)
      throw new Error(`${name} can be simulated, and the conformance suite does not know it: add it to venue-rows.ts`)
    const [venue] = group.members
    const twins: VenueRow['omits'] =
      venue.sequencing.connects === 'arrival'
        ? { 'S0-MDS-4a': NO_NUMBERS, 'S0-MDS-4d': NO_NUMBERS }
        : { 'S0-MDS-4c': HAS_NUMBERS }
    const answers: VenueRow['omits'] = wire.snapshotPath('BTC') === undefined ? { 'S0-MDS-4e': NO_REQUESTS } : {}
    return { name, side, venue, wire, ...traits, omits: { ...twins, ...answers, ...traits.omits } }
  })
