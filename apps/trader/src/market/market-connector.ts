import type { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Timers } from '@velocimex/host/net/timers'
import { inRuns, topicsByPath } from '@velocimex/venues/market-wire'
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
    // Of a venue with several sockets, the one with the books comes first: by its number it is known in a recording.
    const paths = new Set([
      wire.path,
      ...followed.flatMap(({ symbol }) => [...topicsByPath(wire, symbol, channels).keys()]),
    ])
    const sockets = [...paths].flatMap(path => {
      const topicsOf = ({ symbol }: Instrument): readonly string[] =>
        topicsByPath(wire, symbol, channels).get(path) ?? []
      const carried = followed.filter(each => topicsOf(each).length > 0)
      const perInstrument = Math.max(1, ...carried.map(each => topicsOf(each).length))
      const runs = inRuns(carried, Math.max(1, Math.floor(wire.topicsMax / perInstrument)))
      return runs.map(own => ({ path, topics: new Map(own.map(each => [each, topicsOf(each)])) }))
    })
    this.#lines = sockets.map((socket, number) => new MarketLine(options, number, socket))
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
    return this.#lines.filter(line => line.unfollow(instrument)).length > 0
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
