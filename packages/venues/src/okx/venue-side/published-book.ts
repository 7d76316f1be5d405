import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bookRows, type MarketSources } from './market-rows.ts'

/** A book that did not change is told to be alive after this. */
const ALIVE_AFTER_MS = 60_000

type Row = readonly string[]

/** A book as the readers of one channel have it: what was told last, and how it differs from what rests now. */
export class PublishedBook {
  readonly #sources: MarketSources
  readonly #instrument: Instrument
  readonly #depth: number
  readonly #told: Readonly<Record<Side, Map<string, Row>>> = { [BUY]: new Map(), [SELL]: new Map() }
  #seqId: number
  #toldAt: number

  constructor(sources: MarketSources, instrument: Instrument, depth: number) {
    this.#sources = sources
    this.#instrument = instrument
    this.#depth = depth
    this.#seqId = sources.seqId(instrument.index)
    this.#toldAt = sources.now()
    const { bids, asks } = bookRows(sources.exchange, instrument, depth)
    for (const row of bids) this.#told[BUY].set(row[0]!, row)
    for (const row of asks) this.#told[SELL].set(row[0]!, row)
  }

  /** The whole book as it was told last. @param now milliseconds */
  snapshot(now: number): unknown {
    const rows = (side: Side): Row[] =>
      [...this.#told[side].values()].sort((one, other) => side * (Number(other[0]) - Number(one[0])))
    return { asks: rows(SELL), bids: rows(BUY), ts: String(now), checksum: 0, prevSeqId: -1, seqId: this.#seqId }
  }

  /** What changed since it was told last; undefined when nothing did and nobody need be told that it lives. */
  change(now: number): unknown {
    const reached = this.#sources.seqId(this.#instrument.index)
    const prevSeqId = this.#seqId
    const isQuiet = reached === prevSeqId
    const rests = isQuiet ? undefined : bookRows(this.#sources.exchange, this.#instrument, this.#depth)
    const asks = rests === undefined ? [] : this.#difference(SELL, rests.asks)
    const bids = rests === undefined ? [] : this.#difference(BUY, rests.bids)
    // What came and went between two tellings, or lies too deep, is nothing that was seen.
    const isSeen = asks.length > 0 || bids.length > 0
    if (!isSeen && now - this.#toldAt < ALIVE_AFTER_MS) return undefined
    if (isSeen) this.#seqId = reached
    this.#toldAt = now
    return { asks, bids, ts: String(now), checksum: 0, prevSeqId, seqId: this.#seqId }
  }

  /** Rows that are new or other than told; those that went have the size 0. */
  #difference(side: Side, rows: readonly Row[]): Row[] {
    const told = this.#told[side]
    const present = new Set(rows.map(([price]) => price!))
    const gone = [...told.keys()].filter(price => !present.has(price))
    const changed = rows.filter(row => {
      const before = told.get(row[0]!)
      return before === undefined || before[1] !== row[1] || before[3] !== row[3]
    })
    for (const price of gone) told.delete(price)
    for (const row of changed) told.set(row[0]!, row)
    return [...changed, ...gone.map(price => [price, '0', '0', '0'])]
  }
}
