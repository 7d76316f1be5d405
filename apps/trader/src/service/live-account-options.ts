import type { Instrument } from '@velocimex/core/market/instrument'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { ClockOffset } from '@velocimex/host/net/clock-offset'
import type { Timers } from '@velocimex/host/net/timers'
import type { Cryptography } from '@velocimex/venues/cryptography'
import type { MarketVenue } from '@velocimex/venues/market-venue'
import type { MarketWire } from '@velocimex/venues/market-wire'
import type { Credentials, OrderVenue } from '@velocimex/venues/order-venue'
import type { AccountSeams } from './account-seams.ts'
import type { GuardOptions } from './guard-options.ts'
import type { LiveStrategy } from './live-strategies.ts'

/** What a live account is made of. */
export interface LiveAccountOptions {
  readonly venue: MarketVenue
  readonly wire: MarketWire
  readonly orders: OrderVenue
  readonly credentials: Credentials
  readonly cryptography: Cryptography
  /** What it trades, with dense indexes. */
  readonly instruments: readonly Instrument[]
  readonly strategies: readonly LiveStrategy[]
  readonly limits: RiskLimits
  /** What guards it beyond these limits. */
  readonly guards?: GuardOptions
  /** Other addresses than the venue's own: a simulated venue. */
  readonly sockets?: string
  readonly rest?: string
  /** How many sockets carry each instrument, see `ConnectorOptions`; 1 unless told. */
  readonly redundancy?: 1 | 2
  readonly privateSockets: string
  /** Where order entry has a socket of its own; the private address unless told. See `ORDER_SOCKETS`. */
  readonly orderSockets?: string
  /** Where journal and books lie. */
  readonly directory: string
  /** Bytes that the journal keeps free for an emergency; 64 MB unless told. */
  readonly reserveBytes?: number
  /** Which account of the installation: part of its client order ids, 0..2^20-1. */
  readonly instance: number
  /** What stands around its parts; nothing in production. */
  readonly seams?: AccountSeams
  readonly timers: Timers
  /** How far the venue's clock is ahead of ours, as far as that was measured. */
  readonly venueClock?: ClockOffset
  /** Nanoseconds of the monotonic clock. */
  nanos(): number
  onFill(fill: Fill, realised: bigint, words: string): void
  /** A step of an order, told again at recovery. */
  onOrderUpdate?(order: OrderView): void
  onRefusal(strategy: string, request: OrderRequest, reason: string): void
  onAlert(words: string): void
  /** The process must end: it starts again by recovery. */
  onFatal(words: string): void
}
