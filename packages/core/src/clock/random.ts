import { assert } from '../assert.ts'

/**
 * Seeded random numbers: equal seeds give equal sequences on every machine. Not for secrets.
 *
 * sfc32 by Chris Doty-Humphrey (PractRand), seeded through splitmix32; 32-bit integer arithmetic only.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed a whole number; its low 53 bits count */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), 'seed is a safe integer', seed)
    let state = (seed | 0) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1)
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      let mixed = state ^ (state >>> 16)
      mixed = Math.imul(mixed, 0x21f0aaad)
      mixed ^= mixed >>> 15
      mixed = Math.imul(mixed, 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    for (let turn = 0; turn < 12; turn++) this.bits()
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + sum) | 0
    return sum
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 0x400_0000 + (this.bits() >>> 6)) / 0x20_0000_0000_0000
  }

  /** Uniform whole number in [0, bound). */
  below(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0, 'bound is a positive safe integer', bound)
    return Math.floor(this.uniform() * bound)
  }

  /** Exponential with the given mean: the waiting time of a Poisson process. */
  exponential(mean: number): number {
    return -Math.log(1 - this.uniform()) * mean
  }

  /** Standard normal, by Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }
}
