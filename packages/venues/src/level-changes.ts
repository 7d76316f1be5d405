import type { Exchange } from '@velocimex/core/exchange/exchange'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'

/** Levels as [ticks, lots], best first. */
export type SideLevels = readonly (readonly [price: number, lots: number])[]

/** What has changed in a book since it was last asked; each price once, with what rests there now. */
export interface BookChanges {
  /** Changes counted from the first, by the numbers of the exchange's level events. */
  readonly first: number
  readonly last: number
  readonly bids: SideLevels
  readonly asks: SideLevels
}

/** Gathers the level changes of one instrument until a venue publishes them, once for each rhythm of publication. */
export class LevelChanges {
  readonly #exchange: Exchange
  readonly #instrument: number
  readonly #touched: Readonly<Record<Side, Set<number>>> = { [BUY]: new Set(), [SELL]: new Set() }
  #count: number
  #taken: number

  /** @param start number of the last change before the first that it will see */
  constructor(exchange: Exchange, instrument: number, start = 0) {
    this.#exchange = exchange
    this.#instrument = instrument
    this.#count = start
    this.#taken = start
  }

  /** Number of the last change seen. */
  get last(): number {
    return this.#count
  }

  /** The total at a price changed. */
  onLevel(side: Side, price: number): void {
    this.#count++
    this.#touched[side].add(price)
  }

  /** What changed since the last call; undefined when nothing did. */
  take(): BookChanges | undefined {
    if (this.#taken === this.#count) return undefined
    const first = this.#taken + 1
    this.#taken = this.#count
    const { book } = this.#exchange.engine(this.#instrument)
    const levels = (side: Side): SideLevels => {
      const prices = [...this.#touched[side]].sort((one, other) => side * (other - one))
      this.#touched[side].clear()
      return prices.map(price => [price, book.lotsAt(side, price)] as const)
    }
    return { first, last: this.#count, bids: levels(BUY), asks: levels(SELL) }
  }
}

/** The best levels of one side of a book, best first. */
export function bestLevels(exchange: Exchange, instrument: number, side: Side, count: number): SideLevels {
  const { book } = exchange.engine(instrument)
  const levels: (readonly [number, number])[] = []
  for (let at = book.best(side); Number.isFinite(at) && levels.length < count; at = book.worse(side, at))
    levels.push([at, book.lotsAt(side, at)])
  return levels
}
