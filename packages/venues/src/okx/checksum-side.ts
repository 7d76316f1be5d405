/** Bytes kept of one level, `price:quantity`; a longer one is kept as missing. */
export const TEXT_BYTES = 64
const ROOM = 512
/** Most levels that are kept on a side: twenty times what the venue sends. */
const LEVELS_MAX = 8192

const QUOTE = 34
const COLON = 58

/**
 * One side of a book with the digits of its levels as the venue wrote them, best level last. Nothing is allocated but
 * when the room is doubled.
 */
export class ChecksumSide {
  /** Levels kept. */
  count = 0
  /** Digits by place: `TEXT_BYTES` each. */
  texts = new Uint8Array(ROOM * TEXT_BYTES)
  /** Length of the digits by place; 0 when they were too long to be kept. */
  lengths = new Uint8Array(ROOM)
  readonly #sign: 1 | -1
  /** Price times sign, rising, and the place of its digits. */
  #keys = new Float64Array(ROOM)
  #places = Int32Array.from({ length: ROOM }, (_, place) => place)

  constructor(isBid: boolean) {
    this.#sign = isBid ? 1 : -1
  }

  clear(): void {
    this.count = 0
  }

  /** Place of the digits of the level `rank`, 0 the best. */
  placeOf(rank: number): number {
    return this.#places[this.count - 1 - rank]!
  }

  /** Where the digits of a place begin. */
  startOf(place: number): number {
    return place * TEXT_BYTES
  }

  /**
   * Sets a level; 0 lots removes it.
   * @param priceAt where in the frame the digits of the price begin @param lotsAt those of the quantity
   * @returns false when there is no room for another
   */
  set(price: number, lots: number, frame: Uint8Array, priceAt: number, lotsAt: number): boolean {
    const key = this.#sign * price
    let at = this.count
    while (at > 0 && this.#keys[at - 1]! > key) at--
    const found = at > 0 && this.#keys[at - 1] === key
    if (lots === 0) {
      if (found) this.#close(at - 1)
      return true
    }
    if (!found && !this.#open(at, key)) return false
    this.#write(this.#places[found ? at - 1 : at]!, frame, priceAt, lotsAt)
    return true
  }

  /** The places behind `count` are free: a level that goes leaves its place there. */
  #close(at: number): void {
    const place = this.#places[at]!
    this.count--
    this.#keys.copyWithin(at, at + 1, this.count + 1)
    this.#places.copyWithin(at, at + 1, this.count + 1)
    this.#places[this.count] = place
  }

  #open(at: number, key: number): boolean {
    if (this.count === this.#keys.length && !this.#grow()) return false
    const place = this.#places[this.count]!
    this.#keys.copyWithin(at + 1, at, this.count)
    this.#places.copyWithin(at + 1, at, this.count)
    this.#keys[at] = key
    this.#places[at] = place
    this.count++
    return true
  }

  #grow(): boolean {
    const room = this.count * 2
    if (room > LEVELS_MAX) return false
    const keys = new Float64Array(room)
    keys.set(this.#keys)
    const places = Int32Array.from({ length: room }, (_, place) => place)
    places.set(this.#places)
    const texts = new Uint8Array(room * TEXT_BYTES)
    texts.set(this.texts)
    const lengths = new Uint8Array(room)
    lengths.set(this.lengths)
    this.#keys = keys
    this.#places = places
    this.texts = texts
    this.lengths = lengths
    return true
  }

  #write(place: number, frame: Uint8Array, priceAt: number, lotsAt: number): void {
    const { texts } = this
    const start = this.startOf(place)
    const end = start + TEXT_BYTES
    let to = start
    for (let at = priceAt; frame[at] !== QUOTE && to < end; at++) texts[to++] = frame[at]!
    if (to < end) texts[to++] = COLON
    for (let at = lotsAt; frame[at] !== QUOTE && to < end; at++) texts[to++] = frame[at]!
    this.lengths[place] = to < end ? to - start : 0
  }
}
