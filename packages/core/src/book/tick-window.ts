import { assert } from '../assert.ts'
import { Bitmap } from './bitmap.ts'

/** A page spans 2^PAGE_BITS ticks. */
const PAGE_BITS = 4
/** Ticks of a page: half a word has a bit for each. */
export const PAGE_TICKS: number = 1 << PAGE_BITS
const INSIDE = PAGE_TICKS - 1
/** The half of a directory entry that tells which ticks have lots; the other half is the number of the page. */
const TICKS = 0xffff
const NUMBER_BITS = 16
/** Page numbers are 1..65535, so the last page of 2^20 slots cannot be there. */
const PAGES_MAX = (1 << NUMBER_BITS) - 1
/** Slots of the widest window. */
export const SPAN_MAX: number = PAGES_MAX << PAGE_BITS
const START_PAGES = 16

/** Who takes the levels that a window leaves behind. */
export interface Leftovers {
  /** A level, greater than all that came before it. */
  set(key: number, lots: number): void
}

/**
 * Lots by slot, 0..span-1, where most slots are empty: pages of ticks that are there only where there are lots.
 *
 *     slot      = directory entry * 16 + tick inside the page
 *     directory   . . 3 . . . 1 2 . .      an int32: the page's number above 16 bits that tell which ticks have lots
 *     in use      0 0 1 0 0 0 1 1 0 0      a `Bitmap` of the directory, to find the next page below
 *     page 3      . # . . # # . . ...      a float64 a tick: two cache lines
 *
 * So memory follows what is occupied (128 bytes a page), and moving or growing the window moves directory entries, not
 * levels. A page whose last level went stays: most get another soon. It is given back when a search passes it, or when a
 * page is wanted and there is none. So `put` has one branch, which is nearly never taken: levels come and go at random,
 * and a branch that nobody can foresee costs more than all the rest. What remains is two arrays: each array touched
 * costs some ten instructions of checks, which is why the bits share a word with the number.
 */
export class TickWindow {
  /** Slots: a power of two, at least two pages; one page less than 2^20 at most. */
  span = 0
  /** Slots that have lots. */
  count = 0
  // Each field has a value of its final kind from the start: the engine then knows the kind and does not test it.
  #directory = new Int32Array(2)
  #inUse = new Bitmap(2)
  #lots = new Float64Array(START_PAGES << PAGE_BITS)
  /** Numbers of the pages that are not in use, a stack. */
  #free = new Uint16Array(START_PAGES)
  #freed = 0

  /** @param spanBits the window spans 2^spanBits slots, 5..20 */
  constructor(spanBits: number) {
    assert(spanBits > PAGE_BITS && spanBits <= 20, 'span bits are 5..20', spanBits)
    this.#spread(1 << (spanBits - PAGE_BITS))
    for (let page = START_PAGES - 1; page > 0; page--) this.#free[this.#freed++] = page
  }

  /** Bytes held by the arrays that grow. */
  get bytes(): number {
    return this.#directory.byteLength + this.#lots.byteLength + this.#free.byteLength
  }

  /** Lots in a slot; 0 when none. */
  lotsAt(slot: number): number {
    return this.#lots[((this.#directory[slot >> PAGE_BITS]! >>> NUMBER_BITS) << PAGE_BITS) | (slot & INSIDE)]!
  }

  /** Sets the lots in a slot; 0 empties it. */
  put(slot: number, lots: number): void {
    const directory = this.#directory
    let entry = directory[slot >> PAGE_BITS]!
    if (entry === 0) {
      if (lots === 0) return
      entry = this.#open(slot >> PAGE_BITS)
    }
    this.#lots[((entry >>> NUMBER_BITS) << PAGE_BITS) | (slot & INSIDE)] = lots
    const occupied = Number(lots !== 0) // Not a branch.
    directory[slot >> PAGE_BITS] = (entry & ~(1 << (slot & INSIDE))) | (occupied << (slot & INSIDE))
    this.count += occupied - ((entry >>> (slot & INSIDE)) & 1)
  }

  /** The greatest slot below this one that has lots; -1 when there is none. */
  below(slot: number): number {
    if (slot <= 0) return -1
    const at = slot - 1
    const ticks = this.#directory[at >> PAGE_BITS]! & (TICKS >> (INSIDE - (at & INSIDE)))
    if (ticks !== 0) return (at & ~INSIDE) + 31 - Math.clz32(ticks)
    const page = this.#pageBelow(at >> PAGE_BITS)
    return page < 0 ? -1 : (page << PAGE_BITS) + 31 - Math.clz32(this.#directory[page]! & TICKS)
  }

  /** First slot of the lowest page in use at `slot` or above; Infinity when there is none. */
  lowestPageFrom(slot: number): number {
    let page = Math.floor(slot / PAGE_TICKS)
    while (page < this.#directory.length && (this.#directory[page]! & TICKS) === 0) page++
    return page < this.#directory.length ? page << PAGE_BITS : Number.POSITIVE_INFINITY
  }

  /** Empties every slot. */
  clear(): void {
    const end = this.#directory.length
    for (let page = this.#pageBelow(end); page >= 0; page = this.#pageBelow(page)) this.#close(this.#empty(page))
    this.count = 0
  }

  /**
   * Moves the window by whole pages: what was in slot s is in slot s + pages * PAGE_TICKS now. What falls out below goes
   * to `leftovers` with its slot added to `base`; nothing may fall out above.
   */
  move(pages: number, base: number, leftovers: Leftovers): void {
    const directory = this.#directory
    const size = directory.length
    for (let page = 0; page < Math.min(size, -pages); page++)
      if (directory[page] !== 0) this.#leave(page, base, leftovers)
    const left = Math.min(size, Math.abs(pages))
    if (pages < 0) directory.copyWithin(0, left).fill(0, size - left)
    else directory.copyWithin(left, 0, size - left).fill(0, 0, left)
    this.#inUse.clear()
    this.#markUsed()
  }

  /** Twice the span; all slots keep their numbers. */
  grow(): void {
    const before = this.#directory
    this.#spread(before.length * 2)
    this.#directory.set(before)
    this.#markUsed()
  }

  /** An empty directory. */
  #spread(entries: number): void {
    this.#directory = new Int32Array(entries)
    this.#inUse = new Bitmap(entries)
    this.span = Math.min(entries, PAGES_MAX) << PAGE_BITS
  }

  #markUsed(): void {
    const directory = this.#directory
    for (let page = 0; page < directory.length; page++) if (directory[page] !== 0) this.#inUse.add(page)
  }

  /** The greatest directory entry below this one whose page has lots; -1 when there is none. Closes empty ones it meets. */
  #pageBelow(from: number): number {
    let page = this.#inUse.below(from)
    while (page >= 0) {
      if ((this.#directory[page]! & TICKS) !== 0) return page
      this.#close(page)
      page = this.#inUse.below(page)
    }
    return -1
  }

  /** Hands over the levels of a page, the lowest first. */
  #leave(page: number, base: number, leftovers: Leftovers): void {
    const from = (this.#directory[page]! >>> NUMBER_BITS) << PAGE_BITS
    for (let tick = 0; tick < PAGE_TICKS; tick++) {
      const lots = this.#lots[from + tick]!
      if (lots === 0) continue
      leftovers.set(base + ((page << PAGE_BITS) | tick), lots)
      this.count--
    }
    this.#close(this.#empty(page))
  }

  /** Gives a place in the directory a page without lots. Returns its entry. */
  #open(page: number): number {
    if (this.#freed === 0) this.#makePages()
    const entry = this.#free[--this.#freed]! << NUMBER_BITS
    this.#directory[page] = entry
    this.#inUse.add(page)
    return entry
  }

  /** Takes the lots of a page away; returns its place. */
  #empty(page: number): number {
    const from = (this.#directory[page]! >>> NUMBER_BITS) << PAGE_BITS
    this.#lots.fill(0, from, from + PAGE_TICKS)
    return page
  }

  /** Gives a page without lots back. */
  #close(page: number): void {
    this.#free[this.#freed++] = this.#directory[page]! >>> NUMBER_BITS
    this.#directory[page] = 0
    this.#inUse.remove(page)
  }

  /** Gives empty pages back; makes twice as many pages when that are few. */
  #makePages(): void {
    for (let page = this.#directory.length; page >= 0; ) page = this.#pageBelow(page)
    const pages = this.#free.length
    if (this.#freed * 4 >= pages) return
    const lots = new Float64Array((2 * pages) << PAGE_BITS)
    const free = new Uint16Array(2 * pages)
    lots.set(this.#lots)
    free.set(this.#free)
    this.#lots = lots
    this.#free = free
    for (let page = 2 * pages - 1; page >= pages; page--) free[this.#freed++] = page
  }
}
