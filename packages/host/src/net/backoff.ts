import type { Random } from '@velocimex/core/clock/random'

/**
 * Waits between attempts: 1, 2, 4, ... 60 seconds, each with up to 10 % of chance so that a thousand clients do not come
 * back in one instant. Chance makes a wait longer, and the longest ones shorter: none is over the cap.
 */
export class Backoff {
  readonly #random: Random
  readonly #firstMs: number
  readonly #capMs: number
  #failures = 0

  /** @param firstMs the first wait in milliseconds @param capMs the longest */
  constructor(random: Random, firstMs = 1_000, capMs = 60_000) {
    this.#random = random
    this.#firstMs = firstMs
    this.#capMs = capMs
  }

  /** How long to wait after one more failure, in milliseconds. */
  next(): number {
    const wait = Math.min(this.#firstMs * 2 ** Math.min(this.#failures++, 30), this.#capMs)
    const chance = wait * 0.1 * this.#random.uniform()
    return wait * 1.1 <= this.#capMs ? wait + chance : wait - chance
  }

  /** It went well: the next wait is the first again. */
  reset(): void {
    this.#failures = 0
  }
}
