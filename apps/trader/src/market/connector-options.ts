import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import type { RecordSink } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RestClient } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import type { MarketVenue } from '@velocimex/venues/market-venue'
import type { MarketChannel, MarketWire } from '@velocimex/venues/market-wire'

/** Something that a person should know about a connector. */
export interface ConnectorAlert {
  readonly kind: 'lost' | 'missing' | 'refused' | 'snapshot_failed' | 'status_failed'
  readonly words: string
}

/** Told what comes, as it was sent, before it is understood. */
export interface RawListener {
  /** A frame in `bytes` at [from, to), lent for the call. @param conn which socket, `ws1` */
  onFrame(conn: string, bytes: Uint8Array, from: number, to: number, at: Micros): void
  onOpen(conn: string, url: string, at: Micros): void
  onAnswer(conn: string, url: string, body: Buffer, at: Micros): void
}

/** What a connector is made of. */
export interface ConnectorOptions {
  readonly venue: MarketVenue
  readonly wire: MarketWire
  readonly instruments: InstrumentTable
  /** Those of the table to follow; all are the venue's. */
  readonly followed: readonly Instrument[]
  readonly channels: readonly MarketChannel[]
  /** Other addresses than the venue's own: a simulated venue, a proxy. */
  readonly sockets?: string
  /**
   * How many sockets carry each instrument; 1 unless told. With 2, what comes first on either is what the sink sees, and
   * the loss of one leaves no gap where the venue numbers its changes (`MergeFeeds`). Costs twice the reading, and twice
   * the venue's limits. What a `raw` listener is told is of both.
   */
  readonly redundancy?: 1 | 2
  /** Where the second of two sockets connects to, if elsewhere: another access of the venue, another way to it. */
  readonly secondSockets?: string
  readonly rest: RestClient
  readonly restOrigin: string
  readonly timers: Timers
  readonly random: Random
  readonly sink: RecordSink
  readonly onAlert: (alert: ConnectorAlert) => void
  readonly raw?: RawListener
}
