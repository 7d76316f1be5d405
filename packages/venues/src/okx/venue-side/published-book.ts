import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import { levelRow, type MarketSources } from './market-rows.ts'
import { priceText } from './texts.ts'

/** A book that did not change is told to be alive after this. */
const ALIVE_AFTER_MS = 60_000

/** A level as it was told: its row, and the numbers in it. */
interface Told {
  readonly lots: number
  readonly orders: number
  readonly row: readonly string[]
}

/** A book as the readers of one channel have it: what was told last, and how it differs from what rests now. */
export class PublishedBook {
  readonly #sources: MarketSources
  readonly #instrument: Instrument
  readonly #depth: number
  readonly #told: Readonly<Record<Side, Map<number, Told>>> = { [BUY]: new Map(), [SELL]: new Map() }
  #seqId: number
  #toldAt: number

  constructor(sources: MarketSources, instrument: Instrument, depth: number) {
    this.#sources = sources
    this.#instrument = instrument
    this.#depth = depth
    this.#seqId = sources.seqId(instrument.index)
    this.#toldAt = sources.now()
    this.#difference(BUY)
    this.#difference(SELL)
  }

  /** The whole book as it was told last. @param now milliseconds */
  snapshot(now: number): unknown {
    const rows = (side: Side): (readonly string[])[] =>
      [...this.#told[side]].sort(([one], [other]) => side * (other - one)).map(([, { row }]) => row)
    return { asks: rows(SELL), bids: rows(BUY), ts: String(now), checksum: 0, prevSeqId: -1, seqId: this.#seqId }
  }

  /** What changed since it was told last; undefined when nothing did and nobody need be told that it lives. */
  change(now: number): unknown {
    const reached = this.#sources.seqId(this.#instrument.index)
    const prevSeqId = this.#seqId
    const isQuiet = reached === prevSeqId
    const asks = isQuiet ? [] : this.#difference(SELL)
    const bids = isQuiet ? [] : this.#difference(BUY)
    // What came and went between two tellings, or lies too deep, is nothing that was seen.
    const isSeen = asks.length > 0 || bids.length > 0
    if (!isSeen && now - this.#toldAt < ALIVE_AFTER_MS) return undefined
    if (isSeen) this.#seqId = reached
    this.#toldAt = now
    return { asks, bids, ts: String(now), checksum: 0, prevSeqId, seqId: this.#seqId }
  }

  /** Rows that are new or other than told, which are told by this; those that went have the size 0. */
  #difference(side: Side): (readonly string[])[] {
    const { exchange } = this.#sources
    const told = this.#told[side]
    const { book } = exchange.engine(this.#instrument.index)
    const rows: (readonly string[])[] = []
    const present = new Set<number>()
    for (const [price, lots] of bestLevels(exchange, this.#instrument.index, side, this.#depth)) {
      present.add(price)
      const orders = book.ordersAt(side, price)
      const before = told.get(price)
      if (before?.lots === lots && before.orders === orders) continue
      const row = levelRow(exchange, this.#instrument, side, price)
      told.set(price, { lots, orders, row })
      rows.push(row)
    }
    for (const price of told.keys()) {
      if (present.has(price)) continue
      told.delete(price)
      rows.push([priceText(this.#instrument, price), '0', '0', '0'])
    }
    return rows
  }
}
