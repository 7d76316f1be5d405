import type { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Timers } from '@velocimex/host/net/timers'
import { inRuns } from '@velocimex/venues/market-wire'
import type { ConnectorOptions } from './connector-options.ts'
import { MarketLine } from './market-line.ts'

const TICK_MS = 1_000

/**
 * The market data of one venue: sockets that live for months, books that are the venue's or say that they are not,
 * records into a sink. It reconnects, subscribes anew, fetches whole books, and replaces sockets before the venue cuts them.
 */
export class MarketConnector {
  readonly #lines: readonly MarketLine[]
  readonly #timers: Timers
  #takeBack: () => void = () => {}

  constructor(options: ConnectorOptions) {
    this.#timers = options.timers
    const { wire, channels, followed } = options
    const perInstrument = Math.max(1, wire.topics(followed[0]?.symbol ?? '', channels).length)
    const runs = inRuns(followed, Math.max(1, Math.floor(wire.topicsMax / perInstrument)))
    this.#lines = runs.map((own, number) => {
      const topics = own.flatMap(({ symbol }) => wire.topics(symbol, channels))
      return new MarketLine(options, number, own, topics)
    })
  }

  start(): void {
    for (const line of this.#lines) line.connection.start()
    const tick = (): void => {
      for (const line of this.#lines) line.tick()
      this.#takeBack = this.#timers.after(TICK_MS, tick)
    }
    this.#takeBack = this.#timers.after(TICK_MS, tick)
  }

  stop(): void {
    this.#takeBack()
    for (const line of this.#lines) line.connection.stop()
  }

  /** Every topic is subscribed on every socket. */
  get isReady(): boolean {
    return this.#lines.every(({ connection }) => connection.isReady)
  }

  /** Whether the book of an instrument equals the venue's. */
  isLive(instrument: number): boolean {
    return this.#lines.some(({ feed }) => feed.isLive(instrument))
  }

  /** Leaves an instrument: its topics are unsubscribed, its book is cleared. @returns false when it is not followed */
  unfollow(instrument: Instrument): boolean {
    return this.#lines.some(line => line.unfollow(instrument))
  }

  /** What the feeds have seen, one for each socket. */
  get feeds(): readonly MarketFeed[] {
    return this.#lines.map(({ feed }) => feed)
  }

  /** Drops the sockets and connects anew. */
  reconnect(): void {
    for (const { connection } of this.#lines) connection.reconnect()
  }

  /** Asks for every whole book anew, on the sockets that are open. */
  resync(): void {
    for (const line of this.#lines) line.resync()
  }
}
