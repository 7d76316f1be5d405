/** Levels of one side, the best at the end: prices in ticks, and what else stood on the wire. Grows as it must. */
export class BookSide {
  count = 0
  prices = new Float64Array(64)
  lots = new Float64Array(64)
  /** Digits behind the point of the price, and of the quantity times 256. */
  places = new Uint16Array(64)
  readonly #sign: number

  constructor(isBid: boolean) {
    this.#sign = isBid ? 1 : -1
  }

  /**
   * Sets the quantity at a price; 0 removes it.
   * @returns how many levels are better than it
   */
  set(price: number, lots: number, places: number): number {
    const { prices } = this
    const key = price * this.#sign
    let at = this.count
    while (at > 0 && prices[at - 1]! * this.#sign > key) at--
    const better = this.count - at
    const isThere = at > 0 && prices[at - 1] === price
    if (lots > 0) {
      if (!isThere) this.#open(at)
      const slot = isThere ? at - 1 : at
      this.prices[slot] = price
      this.lots[slot] = lots
      this.places[slot] = places
    } else if (isThere) this.#shift(at, at - 1)
    return better
  }

  /** Takes the worst level away. Returns its price. */
  dropWorst(): number {
    const price = this.prices[0]!
    this.#shift(1, 0)
    return price
  }

  /** Moves the levels from `from` on to `to`. */
  #shift(from: number, to: number): void {
    this.prices.copyWithin(to, from, this.count)
    this.lots.copyWithin(to, from, this.count)
    this.places.copyWithin(to, from, this.count)
    this.count += to - from
  }

  #open(at: number): void {
    if (this.count === this.prices.length) this.#grow()
    this.#shift(at, at + 1)
  }

  #grow(): void {
    const { prices, lots, places } = this
    this.prices = new Float64Array(prices.length * 2)
    this.lots = new Float64Array(prices.length * 2)
    this.places = new Uint16Array(prices.length * 2)
    this.prices.set(prices)
    this.lots.set(lots)
    this.places.set(places)
  }
}
