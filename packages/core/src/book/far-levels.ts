import { assert } from '../assert.ts'

/** Most far levels that one side keeps unless told otherwise: 8 MB a side at most, reached by doubling from 1 KB. */
export const FAR_LEVELS_MAX = 1 << 17

/**
 * Levels outside the window of a ladder: keys ascending, the nearest to the market at the end. They lie in the middle of
 * their arrays, so that a level put in or taken out moves only the shorter of the two parts: a snapshot read from best
 * to worst costs one step a level.
 *
 * There is a bound. Beyond it the farthest is given up, counted, and `horizon` remembers the nearest key given up, so
 * that nobody takes what is left for the whole.
 */
export class FarLevels {
  #keys = new Float64Array(64)
  #lots = new Float64Array(64)
  #start = 32
  #end = 32
  readonly #most: number
  #dropped = 0
  #horizon = Number.NEGATIVE_INFINITY

  /** @param most levels kept at once, at least 1 */
  constructor(most: number) {
    assert(most >= 1, 'there is room for a level', most)
    this.#most = most
  }

  /** How many levels were given up at the bound since the last `clear`. */
  get dropped(): number {
    return this.#dropped
  }

  /** The greatest key given up since the last `clear`; -Infinity when none was. */
  get horizon(): number {
    return this.#horizon
  }

  /** Levels kept. */
  get count(): number {
    return this.#end - this.#start
  }

  /** The greatest key; only asked when there is one. */
  get greatest(): number {
    return this.#keys[this.#end - 1]!
  }

  /** Lots at a key; 0 when none. */
  lotsAt(key: number): number {
    const at = this.#find(key)
    return at < this.#end && this.#keys[at] === key ? this.#lots[at]! : 0
  }

  /** The greatest key below `key`; -Infinity when none. */
  below(key: number): number {
    const at = this.#find(key)
    return at === this.#start ? Number.NEGATIVE_INFINITY : this.#keys[at - 1]!
  }

  /** The lowest key above `key`; Infinity when none. */
  above(key: number): number {
    const at = this.#find(key + 1)
    return at === this.#end ? Number.POSITIVE_INFINITY : this.#keys[at]!
  }

  /** Sets the lots at a key; 0 removes it. */
  set(key: number, lots: number): void {
    const at = this.#find(key)
    if (at < this.#end && this.#keys[at] === key) this.#changeAt(at, lots)
    else if (lots !== 0) this.#open(at, key, lots)
  }

  /** Sets the lots at a key that has some; 0 removes it. False, with nothing changed, when the key has none. */
  change(key: number, lots: number): boolean {
    const at = this.#find(key)
    if (at === this.#end || this.#keys[at] !== key) return false
    this.#changeAt(at, lots)
    return true
  }

  /** Removes the greatest key and returns its lots. */
  takeGreatest(): number {
    return this.#lots[--this.#end]!
  }

  /** Removes every level. */
  clear(): void {
    this.#dropped = 0
    this.#horizon = Number.NEGATIVE_INFINITY
    this.#start = this.#keys.length >> 1
    this.#end = this.#start
  }

  /** First position whose key is not below `key`. */
  #find(key: number): number {
    let low = this.#start
    let high = this.#end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #changeAt(at: number, lots: number): void {
    if (lots !== 0) this.#lots[at] = lots
    else this.#close(at)
  }

  #open(position: number, key: number, lots: number): void {
    let at = position
    if (this.count === this.#most) {
      this.#dropped++
      const farthest = at === this.#start ? key : this.#keys[this.#start]!
      if (farthest > this.#horizon) this.#horizon = farthest
      if (at === this.#start) return
      this.#start++
    }
    if (this.#start === 0 || this.#end === this.#keys.length) at += this.#spread()
    if (at - this.#start < this.#end - at) {
      this.#keys.copyWithin(this.#start - 1, this.#start, at)
      this.#lots.copyWithin(this.#start - 1, this.#start, at)
      this.#start--
      at--
    } else {
      this.#keys.copyWithin(at + 1, at, this.#end)
      this.#lots.copyWithin(at + 1, at, this.#end)
      this.#end++
    }
    this.#keys[at] = key
    this.#lots[at] = lots
  }

  #close(at: number): void {
    if (at - this.#start < this.#end - at) {
      this.#keys.copyWithin(this.#start + 1, this.#start, at)
      this.#lots.copyWithin(this.#start + 1, this.#start, at)
      this.#start++
    } else {
      this.#keys.copyWithin(at, at + 1, this.#end)
      this.#lots.copyWithin(at, at + 1, this.#end)
      this.#end--
    }
  }

  /** Brings the levels back to the middle, of larger arrays when they fill half of these. Returns how far they moved. */
  #spread(): number {
    const { count } = this
    const grow = count * 2 >= this.#keys.length
    const from = this.#start
    const start = ((grow ? 2 : 1) * this.#keys.length - count) >> 1
    this.#keys = moveTo(this.#keys, grow, start, from, this.#end)
    this.#lots = moveTo(this.#lots, grow, start, from, this.#end)
    this.#start = start
    this.#end = start + count
    return start - from
  }
}

/** The elements [from, end) of an array at `start`: of the same array, or of one twice as long. */
function moveTo(
  old: Float64Array<ArrayBuffer>,
  grow: boolean,
  start: number,
  from: number,
  end: number,
): Float64Array<ArrayBuffer> {
  if (!grow) return old.copyWithin(start, from, end)
  const longer = new Float64Array(old.length * 2)
  longer.set(old.subarray(from, end), start)
  return longer
}
