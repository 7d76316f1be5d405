import { assert } from '@velocimex/core/assert'
import type { Random } from '@velocimex/core/clock/random'
import type { RecordSink } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RestClient } from '@velocimex/host/net/rest-client'
import type { MarketChannel } from '@velocimex/venues/market-wire'
import { MarketConnector } from '../market/market-connector.ts'
import { type FeedSource, MarketFeeds } from '../market/market-feeds.ts'
import type { LiveAccountOptions } from './live-account-options.ts'

/** Whether an instrument is traded is wanted by whoever sends orders. */
const CHANNELS: readonly MarketChannel[] = ['book', 'trades', 'status']

/** What the market of an account needs beside the account's options. */
export interface AccountMarketParts {
  readonly options: LiveAccountOptions
  readonly instruments: InstrumentTable
  readonly rest: RestClient
  readonly random: Random
  /** Told every record of every instrument. */
  readonly sink: RecordSink
  onAlert(words: string): void
}

/** The market data of one account: the connector of its venue, and the feeds that share it out. */
export class AccountMarket {
  readonly connector: MarketConnector
  readonly feeds: MarketFeeds

  constructor({ options, instruments, rest, random, sink, onAlert }: AccountMarketParts) {
    const { venue, wire, timers, sockets, redundancy = 1 } = options
    const sources = new Map<string, FeedSource>()
    this.feeds = new MarketFeeds(sources, instruments.all.length)
    this.connector = new MarketConnector({
      ...{ venue, wire, instruments, followed: [], channels: CHANNELS, rest, timers, random, redundancy },
      ...{ restOrigin: options.rest ?? wire.rest, sink: this.feeds },
      ...(sockets === undefined ? {} : { sockets }),
      onAlert: ({ kind, words }) => onAlert(`market ${kind}: ${words}`),
    })
    for (const instrument of instruments.all) {
      sources.set(instrument.venue, this.connector)
      const joined = this.feeds.subscribe(instrument, ['book', 'trades'], sink, timers.now())
      assert(joined.ok, 'an account can follow what it trades', joined.ok ? '' : joined.reason)
    }
  }
}
