import { assert } from '../assert.ts'
import type { Random } from '../clock/random.ts'

/** A part of the memory of arrivals: how fast it fades, and which share of the offspring falls to it. */
export interface Fading {
  /** Per second. */
  readonly decay: number
  /** Above 0; the shares of all parts together are 1. */
  readonly share: number
}

/**
 * Mutually exciting arrivals of several kinds (Hawkes 1971) whose kernel is a sum of exponentials:
 *
 *     intensity_i(t) = base_i + sum over past events of kind j of
 *                      excitation_ij * sum over parts p of  share_p * decay_p * exp(-decay_p * (t - t_j))
 *
 * so `excitation_ij` is how many events of kind i one event of kind j begets, some at once and some after seconds: a few
 * exponentials stand for the power law that markets show (Hardiman, Bercot and Bouchaud 2013). Simulated exactly by
 * thinning (Ogata 1981): between events the total intensity only falls, so its present value bounds it.
 */
export class HawkesProcess {
  readonly #base: readonly number[]
  readonly #excitation: readonly (readonly number[])[]
  readonly #memory: readonly Fading[]
  readonly #random: Random
  /** Excited intensity by part, then by kind. */
  readonly #excited: Float64Array
  #at = 0

  /** @param base events a second by kind */
  constructor(
    base: readonly number[],
    excitation: readonly (readonly number[])[],
    memory: readonly Fading[],
    random: Random,
  ) {
    const kinds = base.map((_, kind) => kind)
    const offspring = kinds.map(from => kinds.reduce((sum, to) => sum + excitation[to]![from]!, 0))
    assert(
      Math.max(...offspring) < 1,
      'an event begets less than one other, or arrivals explode',
      Math.max(...offspring),
    )
    assert(Math.min(...base) >= 0 && Math.max(...base) > 0, 'bases are rates, and something happens', base)
    const shares = memory.reduce((sum, { share }) => sum + share, 0)
    assert(Math.abs(shares - 1) < 1e-9, 'the shares of a memory are 1 together', shares)
    this.#base = base
    this.#excitation = excitation
    this.#memory = memory
    this.#random = random
    this.#excited = new Float64Array(base.length * memory.length)
  }

  /** Time of the last event in seconds. */
  get at(): number {
    return this.#at
  }

  /** Moves to the next event and returns its kind. */
  next(): number {
    const kinds = this.#base.length
    for (;;) {
      const bound = this.#total()
      const wait = this.#random.exponential(1 / bound)
      this.#at += wait
      for (let part = 0; part < this.#memory.length; part++) {
        const kept = Math.exp(-this.#memory[part]!.decay * wait)
        for (let kind = 0; kind < kinds; kind++) this.#excited[part * kinds + kind]! *= kept
      }
      let draw = this.#random.uniform() * bound
      for (let kind = 0; kind < kinds; kind++) {
        draw -= this.#intensity(kind)
        if (draw >= 0) continue
        this.#excite(kind)
        return kind
      }
    }
  }

  #excite(from: number): void {
    const kinds = this.#base.length
    for (let part = 0; part < this.#memory.length; part++) {
      const { decay, share } = this.#memory[part]!
      for (let to = 0; to < kinds; to++)
        this.#excited[part * kinds + to]! += this.#excitation[to]![from]! * share * decay
    }
  }

  #intensity(kind: number): number {
    let intensity = this.#base[kind]!
    for (let at = kind; at < this.#excited.length; at += this.#base.length) intensity += this.#excited[at]!
    return intensity
  }

  #total(): number {
    let total = 0
    for (let kind = 0; kind < this.#base.length; kind++) total += this.#intensity(kind)
    return total
  }
}

/**
 * Bases with which kinds come at the rates asked for, offspring counted: rate less what the others beget.
 * A kind that would beget more than its rate gets 0 and comes more often than asked.
 */
export function basesFor(rates: readonly number[], excitation: readonly (readonly number[])[]): number[] {
  return rates.map((rate, to) =>
    Math.max(
      0,
      rates.reduce((left, other, from) => left - excitation[to]![from]! * other, rate),
    ),
  )
}
