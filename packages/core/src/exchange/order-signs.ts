import { assert } from '../assert.ts'
import type { Random } from '../clock/random.ts'
import { BUY, SELL, type Side } from '../market/side.ts'

/** Orders whose sides are remembered. */
const MEMORY = 128
/** The share of copies from more than k orders ago is k^-EXPONENT. */
const EXPONENT = 0.7

/**
 * Sides of orders that take, with a long memory: whoever buys much buys in many pieces (Lillo and Farmer 2004). Each side
 * is a copy of an earlier one, found by a power law of how long ago it was, or drawn anew: a discrete autoregressive
 * process (Jacobs and Lewis 1978; Taranto, Bormetti, Bouchaud, Lillo and Toth 2018).
 */
export class OrderSigns {
  readonly #copied: number
  readonly #random: Random
  readonly #past = new Int8Array(MEMORY)
  #count = 0

  /** @param copied share of orders that copy an earlier one, 0..1 */
  constructor(copied: number, random: Random) {
    assert(copied >= 0 && copied <= 1, 'a share is 0..1', copied)
    this.#copied = copied
    this.#random = random
  }

  /** The side of the next order. */
  next(): Side {
    const copied = this.#random.uniform() < this.#copied
    const ago = Math.floor((1 - this.#random.uniform()) ** (-1 / EXPONENT))
    const drawn: Side = this.#random.uniform() < 0.5 ? BUY : SELL
    const side =
      copied && ago <= Math.min(this.#count, MEMORY) ? (this.#past[(this.#count - ago) % MEMORY] as Side) : drawn
    this.#past[this.#count++ % MEMORY] = side
    return side
  }
}
