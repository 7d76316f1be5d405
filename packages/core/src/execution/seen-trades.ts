/**
 * The trades that were booked, by instrument and the venue's trade id, so that none is booked twice. Bounded by time: once
 * an audit has covered everything up to an instant, older trades are forgotten, and an unknown trade from before the
 * floor is `stale`: it cannot be told whether it was booked.
 */
export class SeenTrades {
  readonly #at = new Map<string, number>()
  #floor = Number.NEGATIVE_INFINITY

  /** Trades remembered. */
  get size(): number {
    return this.#at.size
  }

  /** Whether a trade was booked. */
  look(instrument: number, tradeId: string, at: number): 'new' | 'seen' | 'stale' {
    if (this.#at.has(keyOf(instrument, tradeId))) return 'seen'
    return at < this.#floor ? 'stale' : 'new'
  }

  /** A trade is booked. `at` is the venue's instant in microseconds. */
  add(instrument: number, tradeId: string, at: number): void {
    this.#at.set(keyOf(instrument, tradeId), at)
  }

  /** Trades before an instant will not be told again. The floor only rises. */
  forgetBefore(floor: number): void {
    if (floor <= this.#floor) return
    this.#floor = floor
    // In the order of booking, which is nearly that of time: one that is younger than the floor keeps those behind it.
    for (const [key, at] of this.#at) {
      if (at >= floor) return
      this.#at.delete(key)
    }
  }

  /** What a snapshot keeps. */
  get image(): { readonly floor: number | null; readonly trades: readonly (readonly [string, number])[] } {
    return { floor: Number.isFinite(this.#floor) ? this.#floor : null, trades: [...this.#at] }
  }

  /** Takes what a snapshot kept. */
  restore(image: SeenTrades['image']): void {
    this.#floor = image.floor ?? Number.NEGATIVE_INFINITY
    for (const [key, at] of image.trades) this.#at.set(key, at)
  }
}

const keyOf = (instrument: number, tradeId: string): string => `${instrument} ${tradeId}`
