import { assert } from '../assert.ts'

/**
 * A set of slots 0..size-1 that finds the next lower member in a few steps: three levels of 32-bit words, where a bit of
 * a higher level says that the word below it is not empty.
 */
export class Bitmap {
  readonly #leaf: Int32Array
  readonly #middle: Int32Array
  readonly #top: Int32Array

  /** @param size a power of two, 1..2^20 */
  constructor(size: number) {
    assert(size >= 1 && size <= 1 << 20 && (size & (size - 1)) === 0, 'size is a power of two, 1..2^20', size)
    this.#leaf = new Int32Array(Math.max(1, size >> 5))
    this.#middle = new Int32Array(Math.max(1, size >> 10))
    this.#top = new Int32Array(Math.max(1, size >> 15))
  }

  add(slot: number): void {
    this.#leaf[slot >> 5]! |= 1 << (slot & 31)
    this.#middle[slot >> 10]! |= 1 << ((slot >> 5) & 31)
    this.#top[slot >> 15]! |= 1 << ((slot >> 10) & 31)
  }

  remove(slot: number): void {
    const leaf = this.#leaf[slot >> 5]! & ~(1 << (slot & 31))
    this.#leaf[slot >> 5] = leaf
    if (leaf !== 0) return
    const middle = this.#middle[slot >> 10]! & ~(1 << ((slot >> 5) & 31))
    this.#middle[slot >> 10] = middle
    if (middle === 0) this.#top[slot >> 15]! &= ~(1 << ((slot >> 10) & 31))
  }

  /** The greatest member below `slot`; -1 when there is none. */
  below(slot: number): number {
    if (slot <= 0) return -1
    const at = slot - 1
    const bits = this.#leaf[at >> 5]! & (-1 >>> (31 - (at & 31)))
    if (bits !== 0) return (at & ~31) + 31 - Math.clz32(bits)
    return this.#belowWord((at >> 5) - 1)
  }

  clear(): void {
    this.#leaf.fill(0)
    this.#middle.fill(0)
    this.#top.fill(0)
  }

  /** The greatest member in leaf words 0..word. */
  #belowWord(word: number): number {
    if (word < 0) return -1
    const bits = this.#middle[word >> 5]! & (-1 >>> (31 - (word & 31)))
    let leaf = (word & ~31) + 31 - Math.clz32(bits)
    if (bits === 0) {
      const middle = this.#belowMiddle((word >> 5) - 1)
      if (middle < 0) return -1
      leaf = (middle << 5) + 31 - Math.clz32(this.#middle[middle]!)
    }
    return (leaf << 5) + 31 - Math.clz32(this.#leaf[leaf]!)
  }

  /** The last middle word in 0..word that is not empty; -1 when all are. */
  #belowMiddle(word: number): number {
    if (word < 0) return -1
    let at = word >> 5
    let bits = this.#top[at]! & (-1 >>> (31 - (word & 31)))
    while (bits === 0) {
      if (--at < 0) return -1
      bits = this.#top[at]!
    }
    return (at << 5) + 31 - Math.clz32(bits)
  }
}
