import type { Random } from '../clock/random.ts'

/** How long things take on the way, in microseconds. */
export interface LatencyModel {
  /** From the venue's book to ours. Constant within a run, because it shifts the tape. */
  readonly feed: number
  /** From our decision to the venue's matching. */
  entry(): number
  /** From the venue's matching back to us. */
  response(): number
}

/** The same every time. */
export class ConstantLatency implements LatencyModel {
  readonly feed: number
  readonly #entry: number
  readonly #response: number

  constructor(feed: number, entry: number, response: number) {
    this.feed = feed
    this.#entry = entry
    this.#response = response
  }

  entry(): number {
    return this.#entry
  }

  response(): number {
    return this.#response
  }
}

/** A floor plus an exponential tail: most orders are fast, a few wait. Deterministic by its seed. */
export class TailedLatency implements LatencyModel {
  readonly feed: number
  readonly #entry: number
  readonly #response: number
  readonly #tail: number
  readonly #random: Random

  /** @param tail mean of the exponential part, microseconds */
  constructor(feed: number, entry: number, response: number, tail: number, random: Random) {
    this.feed = feed
    this.#entry = entry
    this.#response = response
    this.#tail = tail
    this.#random = random
  }

  entry(): number {
    return Math.round(this.#entry + this.#random.exponential(this.#tail))
  }

  response(): number {
    return Math.round(this.#response + this.#random.exponential(this.#tail))
  }
}
