import type { Level3Book } from '../book/level3-book.ts'
import type { Random } from '../clock/random.ts'
import type { Side } from '../market/side.ts'

/** Orders of the model that rest on one side. What was filled or canceled meanwhile is forgotten when it is drawn. */
export class RestingOrders {
  readonly #side: Side
  readonly #book: Level3Book
  readonly #random: Random
  readonly #ids: number[] = []
  #added = 0

  constructor(side: Side, book: Level3Book, random: Random) {
    this.#side = side
    this.#book = book
    this.#random = random
  }

  /** Orders remembered: those that rest, and some that are gone. */
  get count(): number {
    return this.#ids.length
  }

  add(id: number): void {
    this.#ids.push(id)
    this.#added++
  }

  /** Forgets all that are gone, unless an eighth of what is remembered has not come since the last time: it costs a look at each. */
  prune(): void {
    if (this.#added * 8 < this.#ids.length) return
    this.#added = 0
    let kept = 0
    for (const id of this.#ids) if (this.#book.has(id)) this.#ids[kept++] = id
    this.#ids.length = kept
  }

  /** Takes out the nearest to the touch of some drawn at random; 0 when none is left. */
  takeNearest(draws: number): number {
    let best = -1
    for (let draw = 0; draw < draws; ) {
      if (this.#ids.length === 0) return 0
      const at = this.#random.below(this.#ids.length)
      if (!this.#book.has(this.#ids[at]!)) {
        if (best === this.#ids.length - 1) best = at
        this.#forget(at)
        continue
      }
      draw++
      if (best < 0 || this.#side * (this.#priceAt(at) - this.#priceAt(best)) > 0) best = at
    }
    const id = this.#ids[best]!
    this.#forget(best)
    return id
  }

  #priceAt(at: number): number {
    return this.#book.priceOf(this.#ids[at]!)
  }

  #forget(at: number): void {
    this.#ids[at] = this.#ids[this.#ids.length - 1]!
    this.#ids.pop()
  }
}
