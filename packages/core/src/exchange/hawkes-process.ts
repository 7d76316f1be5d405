import { assert } from '../assert.ts'
import type { Random } from '../clock/random.ts'

/**
 * Mutually exciting arrivals of several kinds (Hawkes 1971) with exponential kernels of one decay:
 *
 *     intensity_i(t) = base_i + sum over past events of kind j of  excitation_ij * decay * exp(-decay * (t - t_j))
 *
 * so `excitation_ij` is how many events of kind i one event of kind j begets. Simulated exactly by thinning (Ogata 1981):
 * between events the total intensity only falls, so its present value bounds it.
 */
export class HawkesProcess {
  readonly #base: readonly number[]
  readonly #excitation: readonly (readonly number[])[]
  readonly #decay: number
  readonly #random: Random
  readonly #excited: Float64Array
  #at = 0

  /** @param base events a second by kind @param decay per second */
  constructor(base: readonly number[], excitation: readonly (readonly number[])[], decay: number, random: Random) {
    const kinds = base.map((_, kind) => kind)
    const offspring = kinds.map(from => kinds.reduce((sum, to) => sum + excitation[to]![from]!, 0))
    assert(
      Math.max(...offspring) < 1,
      'an event begets less than one other, or arrivals explode',
      Math.max(...offspring),
    )
    this.#base = base
    this.#excitation = excitation
    this.#decay = decay
    this.#random = random
    this.#excited = new Float64Array(base.length)
  }

  /** Time of the last event in seconds. */
  get at(): number {
    return this.#at
  }

  /** Moves to the next event and returns its kind. */
  next(): number {
    for (;;) {
      const bound = this.#total()
      const wait = this.#random.exponential(1 / bound)
      this.#at += wait
      const kept = Math.exp(-this.#decay * wait)
      for (let kind = 0; kind < this.#excited.length; kind++) this.#excited[kind]! *= kept
      let draw = this.#random.uniform() * bound
      for (let kind = 0; kind < this.#base.length; kind++) {
        draw -= this.#base[kind]! + this.#excited[kind]!
        if (draw >= 0) continue
        for (let to = 0; to < this.#base.length; to++) this.#excited[to]! += this.#excitation[to]![kind]! * this.#decay
        return kind
      }
    }
  }

  #total(): number {
    let total = 0
    for (let kind = 0; kind < this.#base.length; kind++) total += this.#base[kind]! + this.#excited[kind]!
    return total
  }
}
