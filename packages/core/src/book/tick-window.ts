import { assert } from '../assert.ts'
import { Bitmap } from './bitmap.ts'

/** A page spans 2^PAGE_BITS ticks, as many as one word has bits. */
const PAGE_BITS = 5
/** Ticks of a page. */
export const PAGE_TICKS: number = 1 << PAGE_BITS
const INSIDE = PAGE_TICKS - 1
const START_PAGES = 8

/** Who takes the levels that a window leaves behind. */
export interface Leftovers {
  /** A level, greater than all that came before it. */
  set(key: number, lots: number): void
}

/**
 * Lots by slot, 0..span-1, where most slots are empty: pages of ticks that are there only where there are lots.
 *
 *     slot      = directory entry * 32 + tick inside the page
 *     directory   . . 3 . . . 1 2 . .      number of the page; 0 is no page
 *     in use      0 0 1 0 0 0 1 1 0 0      a `Bitmap` of the directory, to find the next page below
 *     page 3      . # . . # # . . ...      a float64 a tick; and a word with a bit for each tick that has lots
 *
 * So memory follows what is occupied (260 bytes a page), and moving or growing the window moves page numbers, not levels.
 * A page whose last level went stays: most get another soon. It is given back when a search passes it, or when a page is
 * wanted and there is none. So `put` has one branch, which is nearly never taken: levels come and go at random, and a
 * branch that nobody can foresee costs more than all the rest.
 */
export class TickWindow {
  /** Slots: a power of two, at least one page. */
  span: number
  /** Slots that have lots. */
  count = 0
  #directory: Uint16Array<ArrayBuffer>
  #inUse: Bitmap
  #lots = new Float64Array(START_PAGES << PAGE_BITS)
  #ticks = new Int32Array(START_PAGES)
  /** Numbers of the pages that are not in use, a stack. */
  #free = new Uint16Array(START_PAGES)
  #freed = 0

  /** @param spanBits the window spans 2^spanBits slots, 5..20 */
  constructor(spanBits: number) {
    assert(spanBits >= PAGE_BITS && spanBits <= 20, 'span bits are 5..20', spanBits)
    this.span = 1 << spanBits
    this.#directory = new Uint16Array(this.span >> PAGE_BITS)
    this.#inUse = new Bitmap(this.#directory.length)
    for (let page = START_PAGES - 1; page > 0; page--) this.#free[this.#freed++] = page
  }

  /** Bytes held by the arrays that grow. */
  get bytes(): number {
    return this.#directory.byteLength + this.#lots.byteLength + this.#ticks.byteLength + this.#free.byteLength
  }

  /** Lots in a slot; 0 when none. */
  lotsAt(slot: number): number {
    return this.#lots[(this.#directory[slot >> PAGE_BITS]! << PAGE_BITS) | (slot & INSIDE)]!
  }

  /** Sets the lots in a slot; 0 empties it. */
  put(slot: number, lots: number): void {
    let page = this.#directory[slot >> PAGE_BITS]!
    if (page === 0) {
      if (lots === 0) return
      page = this.#open(slot >> PAGE_BITS)
    }
    this.#lots[(page << PAGE_BITS) | (slot & INSIDE)] = lots
    const before = this.#ticks[page]!
    const occupied = Number(lots !== 0) // Not a branch.
    this.#ticks[page] = (before & ~(1 << (slot & INSIDE))) | (occupied << (slot & INSIDE))
    this.count += occupied - ((before >>> (slot & INSIDE)) & 1)
  }

  /** The greatest slot below this one that has lots; -1 when there is none. */
  below(slot: number): number {
    if (slot <= 0) return -1
    const at = slot - 1
    const ticks = this.#ticks[this.#directory[at >> PAGE_BITS]!]! & (-1 >>> (INSIDE - (at & INSIDE)))
    if (ticks !== 0) return (at | INSIDE) - Math.clz32(ticks)
    const entry = this.#pageBelow(at >> PAGE_BITS)
    return entry < 0 ? -1 : ((entry << PAGE_BITS) | INSIDE) - Math.clz32(this.#ticks[this.#directory[entry]!]!)
  }

  /** First slot of the lowest page in use at `slot` or above; Infinity when there is none. */
  lowestPageFrom(slot: number): number {
    let entry = Math.floor(slot / PAGE_TICKS)
    while (entry < this.#directory.length && this.#ticks[this.#directory[entry]!] === 0) entry++
    return entry < this.#directory.length ? entry << PAGE_BITS : Number.POSITIVE_INFINITY
  }

  /** Empties every slot. */
  clear(): void {
    const end = this.#directory.length
    for (let entry = this.#pageBelow(end); entry >= 0; entry = this.#pageBelow(entry)) {
      const page = this.#directory[entry]!
      this.#lots.fill(0, page << PAGE_BITS, (page + 1) << PAGE_BITS)
      this.#ticks[page] = 0
      this.#close(entry, page)
    }
    this.count = 0
  }

  /**
   * Moves the window by whole pages: what was in slot s is in slot s + pages * PAGE_TICKS now. What falls out below goes
   * to `leftovers` with its slot added to `base`; nothing may fall out above.
   */
  move(pages: number, base: number, leftovers: Leftovers): void {
    const directory = this.#directory
    const size = directory.length
    for (let entry = 0; entry < Math.min(size, -pages); entry++) {
      const page = directory[entry]!
      if (page !== 0) this.#leave(entry, page, base, leftovers)
    }
    const left = Math.min(size, Math.abs(pages))
    if (pages < 0) directory.copyWithin(0, left).fill(0, size - left)
    else directory.copyWithin(left, 0, size - left).fill(0, 0, left)
    this.#inUse.clear()
    for (let entry = 0; entry < size; entry++) if (directory[entry] !== 0) this.#inUse.add(entry)
  }

  /** Twice the span; all slots keep their numbers. */
  grow(): void {
    const directory = new Uint16Array(this.#directory.length * 2)
    directory.set(this.#directory)
    this.#directory = directory
    this.span *= 2
    this.#inUse = new Bitmap(directory.length)
    for (let entry = 0; entry < directory.length; entry++) if (directory[entry] !== 0) this.#inUse.add(entry)
  }

  /** The greatest directory entry below this one whose page has lots; -1 when there is none. Closes empty ones it meets. */
  #pageBelow(from: number): number {
    let entry = this.#inUse.below(from)
    while (entry >= 0) {
      const page = this.#directory[entry]!
      if (this.#ticks[page] !== 0) return entry
      this.#close(entry, page)
      entry = this.#inUse.below(entry)
    }
    return -1
  }

  /** Hands over the levels of a page, the lowest first. */
  #leave(entry: number, page: number, base: number, leftovers: Leftovers): void {
    const from = page << PAGE_BITS
    for (let tick = 0; tick < PAGE_TICKS; tick++) {
      const lots = this.#lots[from + tick]!
      if (lots === 0) continue
      leftovers.set(base + ((entry << PAGE_BITS) | tick), lots)
      this.#lots[from + tick] = 0
      this.count--
    }
    this.#ticks[page] = 0
    this.#close(entry, page)
  }

  #open(entry: number): number {
    if (this.#freed === 0) this.#makePages()
    const page = this.#free[--this.#freed]!
    this.#directory[entry] = page
    this.#inUse.add(entry)
    return page
  }

  #close(entry: number, page: number): void {
    this.#directory[entry] = 0
    this.#inUse.remove(entry)
    this.#free[this.#freed++] = page
  }

  /** Gives empty pages back; makes twice as many pages when that are few. */
  #makePages(): void {
    for (let entry = this.#directory.length; entry >= 0; ) entry = this.#pageBelow(entry)
    const pages = this.#ticks.length
    if (this.#freed * 4 >= pages) return
    const lots = new Float64Array((2 * pages) << PAGE_BITS)
    const ticks = new Int32Array(2 * pages)
    const free = new Uint16Array(2 * pages)
    lots.set(this.#lots)
    ticks.set(this.#ticks)
    free.set(this.#free)
    this.#lots = lots
    this.#ticks = ticks
    this.#free = free
    for (let page = 2 * pages - 1; page >= pages; page--) free[this.#freed++] = page
  }
}
