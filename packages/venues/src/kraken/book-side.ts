/** Levels nearest to the best that are looked through one by one, and moved so; beyond, in greater steps. */
const NEAR = 16

/** Levels of one side, the best at the end: prices in ticks, and what else stood on the wire. Grows as it must. */
export class BookSide {
  count = 0
  prices = new Float64Array(64)
  lots = new Float64Array(64)
  /** Digits behind the point of the price, and of the quantity times 256. */
  places = new Uint16Array(64)
  /** How many digits a checksum reads of the level, and the part of it that they are (`crcJoin`); 0 digits: not known yet. */
  digits = new Uint8Array(64)
  parts = new Int32Array(64)
  readonly #sign: number

  constructor(isBid: boolean) {
    this.#sign = isBid ? 1 : -1
  }

  /**
   * Sets the quantity at a price; 0 removes it.
   * @returns how many levels are better than it
   */
  set(price: number, lots: number, places: number): number {
    const at = this.#behind(price)
    const better = this.count - at
    const isThere = at > 0 && this.prices[at - 1] === price
    if (lots > 0) {
      if (!isThere) this.#open(at)
      const slot = isThere ? at - 1 : at
      this.prices[slot] = price
      this.lots[slot] = lots
      this.places[slot] = places
      this.digits[slot] = 0
    } else if (isThere) this.#close(at)
    return better
  }

  /** Takes the worst level away. Returns its price. */
  dropWorst(): number {
    const price = this.prices[0]!
    this.#close(1)
    return price
  }

  /** How many levels are not better than a price. */
  #behind(price: number): number {
    const { prices } = this
    const sign = this.#sign
    const key = price * sign
    let high = this.count
    const near = Math.max(0, high - NEAR)
    while (high > near && prices[high - 1]! * sign > key) high--
    if (high > near || near === 0) return high
    let low = 0
    while (low < high) {
      const middle = (low + high) >>> 1
      if (prices[middle]! * sign > key) high = middle
      else low = middle + 1
    }
    return high
  }

  /** Takes away the level before `at`. */
  #close(at: number): void {
    const { prices, lots, places, digits, parts, count } = this
    this.count--
    if (count - at > NEAR) {
      this.#move(at, at - 1, count)
      return
    }
    for (; at < count; at++) {
      prices[at - 1] = prices[at]!
      lots[at - 1] = lots[at]!
      places[at - 1] = places[at]!
      digits[at - 1] = digits[at]!
      parts[at - 1] = parts[at]!
    }
  }

  /** Makes room for a level at `at`. */
  #open(at: number): void {
    if (this.count === this.prices.length) this.#grow()
    const { prices, lots, places, digits, parts, count } = this
    this.count++
    if (count - at > NEAR) {
      this.#move(at, at + 1, count)
      return
    }
    for (let to = count; to > at; to--) {
      prices[to] = prices[to - 1]!
      lots[to] = lots[to - 1]!
      places[to] = places[to - 1]!
      digits[to] = digits[to - 1]!
      parts[to] = parts[to - 1]!
    }
  }

  /** Moves many levels, from `from` on, to `to`. For few, the calls cost more than what they do. */
  #move(from: number, to: number, end: number): void {
    this.prices.copyWithin(to, from, end)
    this.lots.copyWithin(to, from, end)
    this.places.copyWithin(to, from, end)
    this.digits.copyWithin(to, from, end)
    this.parts.copyWithin(to, from, end)
  }

  #grow(): void {
    const { prices, lots, places, digits, parts } = this
    const size = prices.length * 2
    this.prices = new Float64Array(size)
    this.lots = new Float64Array(size)
    this.places = new Uint16Array(size)
    this.digits = new Uint8Array(size)
    this.parts = new Int32Array(size)
    this.prices.set(prices)
    this.lots.set(lots)
    this.places.set(places)
    this.digits.set(digits)
    this.parts.set(parts)
  }
}
