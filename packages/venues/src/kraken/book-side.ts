/** Levels nearest to the best that are looked through one by one; beyond them, by halves. */
const NEAR = 16
/** Most levels that are moved one by one: for so few, the calls of `copyWithin` cost more than what they do. */
const FEW = 48

/**
 * Levels of one side, the best at the end: prices in ticks, and what else stood on the wire. They lie at [start, end) of the
 * arrays, with room on both sides, so that the fewer move when one comes or goes, and none where the worst is cut away.
 * Grows as it must.
 */
export class BookSide {
  start = 32
  end = 32
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

  get count(): number {
    return this.end - this.start
  }

  /**
   * Sets the quantity at a price; 0 removes it.
   * @returns how many levels are better than it
   */
  set(price: number, lots: number, places: number): number {
    const at = this.#behind(price)
    const better = this.end - at
    const isThere = at > this.start && this.prices[at - 1] === price
    if (lots > 0) {
      const slot = isThere ? at - 1 : this.#open(at)
      this.prices[slot] = price
      this.lots[slot] = lots
      this.places[slot] = places
      this.digits[slot] = 0
    } else if (isThere) this.#close(at - 1)
    return better
  }

  /** Takes the worst level away. Returns its price. */
  dropWorst(): number {
    return this.prices[this.start++]!
  }

  /** Where the first level stands that is better than a price; the end when there is none. */
  #behind(price: number): number {
    const { prices, start } = this
    const sign = this.#sign
    const key = price * sign
    let high = this.end
    const near = Math.max(start, high - NEAR)
    while (high > near && prices[high - 1]! * sign > key) high--
    if (high > near || near === start) return high
    let low = start
    while (low < high) {
      const middle = (low + high) >>> 1
      if (prices[middle]! * sign > key) high = middle
      else low = middle + 1
    }
    return high
  }

  /** Takes the level at `at` away. */
  #close(at: number): void {
    if (at - this.start < this.end - at) this.#up(this.start++, at)
    else this.#down(at + 1, this.end--)
  }

  /** Makes room for a level between that at `at` and the one before it. Returns where it is to stand. */
  #open(at: number): number {
    if (at - this.start < this.end - at && this.start > 0) {
      this.#down(this.start--, at)
      return at - 1
    }
    const before = this.start
    if (this.end === this.prices.length) this.#makeRoom()
    const slot = at + this.start - before
    this.#up(slot, this.end++)
    return slot
  }

  /** Moves the levels [from, to) one place towards the end. */
  #up(from: number, to: number): void {
    const { prices, lots, places, digits, parts } = this
    if (to - from > FEW) {
      this.#copy(from, to, from + 1)
      return
    }
    for (let at = to; at > from; at--) {
      prices[at] = prices[at - 1]!
      lots[at] = lots[at - 1]!
      places[at] = places[at - 1]!
      digits[at] = digits[at - 1]!
      parts[at] = parts[at - 1]!
    }
  }

  /** Moves the levels [from, to) one place towards the start. */
  #down(from: number, to: number): void {
    const { prices, lots, places, digits, parts } = this
    if (to - from > FEW) {
      this.#copy(from, to, from - 1)
      return
    }
    for (let at = from; at < to; at++) {
      prices[at - 1] = prices[at]!
      lots[at - 1] = lots[at]!
      places[at - 1] = places[at]!
      digits[at - 1] = digits[at]!
      parts[at - 1] = parts[at]!
    }
  }

  #copy(from: number, to: number, target: number): void {
    this.prices.copyWithin(target, from, to)
    this.lots.copyWithin(target, from, to)
    this.places.copyWithin(target, from, to)
    this.digits.copyWithin(target, from, to)
    this.parts.copyWithin(target, from, to)
  }

  /** Puts the levels into the middle of the arrays; of twice as long ones, when they fill more than half. */
  #makeRoom(): void {
    const { prices, lots, places, digits, parts, count } = this
    if (count * 2 > prices.length) {
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
    const start = (this.prices.length - count) >>> 1
    this.#copy(this.start, this.end, start)
    this.start = start
    this.end = start + count
  }
}
