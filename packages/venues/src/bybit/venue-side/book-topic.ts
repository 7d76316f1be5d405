import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import type { MarketSources } from './market-sources.ts'

/** Milliseconds between two messages of a book, by its depth. */
const RHYTHM: Readonly<Record<number, number>> = { 1: 10, 50: 20, 200: 100, 1000: 200 }
/** One level is told again after so long without a change. */
const REPEAT_MS = 3000

/**
 * A book cut to a depth, as the venue publishes it: a snapshot for whoever comes, then what changed, each message numbered one
 * higher. A level that falls out of the depth is deleted, one that comes in is set. One level comes in snapshots only.
 */
export class BookTopic {
  readonly every: number
  readonly #sources: MarketSources
  readonly #instrument: Instrument
  readonly #depth: number
  readonly #shown: Readonly<Record<Side, Map<number, number>>> = { [BUY]: new Map(), [SELL]: new Map() }
  #updateId: number
  #isTouched = true
  #toldAt = 0

  /** Undefined for a depth that is not offered. */
  static of(sources: MarketSources, instrument: Instrument, depth: number): BookTopic | undefined {
    return RHYTHM[depth] === undefined ? undefined : new BookTopic(sources, instrument, depth)
  }

  private constructor(sources: MarketSources, instrument: Instrument, depth: number) {
    this.#sources = sources
    this.#instrument = instrument
    this.#depth = depth
    this.every = RHYTHM[depth]!
    this.#updateId = 100_000 + depth
    this.#differences()
  }

  /** The total at a price of the instrument changed. */
  touch(): void {
    this.#isTouched = true
  }

  /** The whole book as it was last told: what comes next connects to it. */
  snapshot(now: number): Record<string, unknown> {
    const rows = (side: Side): unknown =>
      [...this.#shown[side]]
        .sort(([one], [other]) => side * (other - one))
        .map(([price, lots]) => this.#row(price, lots))
    return this.#message('snapshot', rows(BUY), rows(SELL), now)
  }

  /** What is due; undefined when nothing is. @param now milliseconds */
  message(now: number): Record<string, unknown> | undefined {
    const changes = this.#isTouched ? this.#differences() : undefined
    this.#isTouched = false
    const isRepeat = this.#depth === 1 && now - this.#toldAt >= REPEAT_MS
    if (changes === undefined && !isRepeat) return undefined
    if (changes !== undefined) this.#updateId++
    this.#toldAt = now
    if (this.#depth === 1) return this.snapshot(now)
    return this.#message('delta', changes!.bids, changes!.asks, now)
  }

  /** Brings what is shown up to date. Undefined when nothing differs. */
  #differences(): { readonly bids: unknown[]; readonly asks: unknown[] } | undefined {
    const ofSide = (side: Side): unknown[] => {
      const shown = this.#shown[side]
      const best = new Map(bestLevels(this.#sources.exchange, this.#instrument.index, side, this.#depth))
      const gone = [...shown.keys()].filter(price => !best.has(price)).map(price => [price, 0] as const)
      const changed = [...best].filter(([price, lots]) => shown.get(price) !== lots)
      const all = [...gone, ...changed]
      for (const [price, lots] of all) {
        if (lots === 0) shown.delete(price)
        else shown.set(price, lots)
      }
      return all.map(([price, lots]) => this.#row(price, lots))
    }
    const [bids, asks] = [ofSide(BUY), ofSide(SELL)]
    return bids.length + asks.length === 0 ? undefined : { bids, asks }
  }

  #row(price: number, lots: number): readonly string[] {
    const { texts } = this.#sources
    return [texts.price(this.#instrument, price), texts.lots(this.#instrument, lots)]
  }

  /** Spot and linear order the fields of a frame differently. */
  #message(type: string, b: unknown, a: unknown, now: number): Record<string, unknown> {
    const { symbol, index } = this.#instrument
    const topic = `orderbook.${this.#depth}.${symbol}`
    const data = { s: symbol, b, a, u: this.#updateId, seq: this.#sources.sequence(index) }
    const head = this.#sources.category === 'spot' ? { topic, ts: now, type } : { topic, type, ts: now }
    return { ...head, data, cts: now }
  }
}
