import type { Random } from '../clock/random.ts'
import type { MatchingEngine } from '../exchange/matching-engine.ts'
import { BUY, type Side } from '../market/side.ts'

/** Orders of the crowd that rest at once. */
const RESTING_MAX = 40
/** Price around which the crowd trades, in ticks, at the start. */
const START_PRICE = 10_000

/** Everybody else on one market: quotes around a wandering price, and people who take. */
export class Crowd {
  readonly #engine: MatchingEngine
  readonly #random: Random
  readonly #resting: number[] = []
  #price = START_PRICE
  #nextId = 1

  constructor(engine: MatchingEngine, random: Random) {
    this.#engine = engine
    this.#random = random
    for (let at = 0; at < RESTING_MAX; at++) this.#quote()
  }

  /** The price around which the crowd trades, in ticks. */
  get price(): number {
    return this.#price
  }

  /** Something happens on the market. */
  step(): void {
    const random = this.#random
    if (random.below(3) === 0) this.#price = Math.max(100, this.#price + random.below(3) - 1)
    if (random.below(10) < 3) this.#engine.market(this.#nextId++, this.#side(), 1 + random.below(12))
    else this.#quote()
    while (this.#resting.length > RESTING_MAX) this.#engine.cancel(this.#resting.shift()!)
  }

  #quote(): void {
    const side = this.#side()
    const id = this.#nextId++
    const price = this.#price - side * (1 + this.#random.below(8))
    if (this.#engine.limit(id, side, price, 1 + this.#random.below(20)) === 'rested') this.#resting.push(id)
  }

  #side(): Side {
    return this.#random.below(2) === 0 ? BUY : -1
  }
}
