import type { Clock } from '@velocimex/core/clock/clock'
import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import type { ExchangeTerms } from '@velocimex/core/exchange/exchange-view'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Cryptography } from './cryptography.ts'

/** A request as a client sent it. */
export interface ClientRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As sent, without the question mark: signatures are over these bytes. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the venue answers. */
export interface VenueReply {
  readonly status: number
  /** Beyond `content-type: application/json`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** A client's socket as the venue holds it. */
export interface ClientSocket {
  send(text: string): void
  /** @param code as in RFC 6455, section 7.4 */
  close(code: number, reason: string): void
}

/** How a venue keeps a connection, whatever is said on it. A rule that is absent is none of the venue's. */
export interface SocketRules {
  /** The venue sends a ping of RFC 6455 so often, milliseconds. */
  readonly pingEveryMs?: number
  /** It ends the connection of a client that has not answered one for so long, milliseconds. */
  readonly pongWithinMs?: number
  /** It ends every connection after so long, milliseconds. */
  readonly lifeMs?: number
  /** It ends the connection of a client that sends more in a second, pings and pongs included. */
  readonly messagesPerSecond?: number
}

/** What the venue does with one socket. */
export interface SocketSession {
  /** Absent for a venue that pings nobody and lets connections live. */
  readonly rules?: SocketRules
  onText(text: string): void
  onClosed(): void
}

/** A key that the simulated venue knows. */
export interface ClientKey {
  readonly apiKey: string
  readonly secret: string
  readonly passphrase?: string
  /** The account of the exchange that it trades. */
  readonly account: number
  readonly canTrade: boolean
  readonly canWithdraw: boolean
}

/**
 * The protocol of one venue, spoken to clients: the venue's side of the wire over an `Exchange` that knows no protocol.
 * It is told what happens there as a listener, answers requests, and writes to sockets. Pure: time is the exchange's
 * clock, and whatever a venue does by itself (batches, heartbeats, expiries) happens in `tick`.
 */
export interface VenueDialect extends ExchangeListener {
  /** Answers a request; never throws, whatever was sent. */
  answer(request: ClientRequest): VenueReply
  /** A socket was asked for. Undefined when the venue has nothing at that address: the handshake fails with 404. */
  open(path: string, query: string, socket: ClientSocket): SocketSession | undefined
  /** Time has passed; called every few milliseconds of the exchange's clock. */
  tick(now: Micros): void
  /** Forgets which requests it has counted, as after a long rest: for trials that start a client anew more often than a person would. */
  forgetUsage?(): void
}

/** What a dialect is made with. */
export interface DialectOptions {
  readonly exchange: Exchange
  readonly clock: Clock
  readonly cryptography: Cryptography
  readonly keys: readonly ClientKey[]
  readonly random: Random
}

/** The venue side of a venue. */
export interface VenueSide {
  /** As `MarketVenue.id`. */
  readonly id: string
  readonly terms: ExchangeTerms
  /** What it lists when it is told nothing else, with dense indexes. */
  readonly instruments: readonly Instrument[]
  /** Keys that it knows when it is told no others, where its clients sign with another kind than a shared secret. */
  readonly keys?: readonly ClientKey[]
  makeDialect(options: DialectOptions): VenueDialect
}
