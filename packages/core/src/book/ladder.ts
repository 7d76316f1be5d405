import { assert } from '../assert.ts'
import { BUY, type Side } from '../market/side.ts'
import { FAR_LEVELS_MAX, FarLevels } from './far-levels.ts'
import { PAGE_TICKS, SPAN_MAX, TickWindow } from './tick-window.ts'

/** A window starts with this many bits and grows when levels rest farther away: enough for most instruments. */
const START_BITS = 11

/**
 * One side of an L2 book.
 *
 * Prices near the best one index a window of slots directly; bitmaps find the next occupied slot. Levels too far behind
 * for the window rest in a sorted array. The window moves when the market leaves it, and grows to the span it may have
 * when levels rest farther behind: a quiet instrument needs 4 KB, BTCUSDT two thirds of a megabyte.
 *
 *     key = side * price, so that on both sides a greater key is a better price
 *
 *        far levels (sorted)      |  window: slot = key - base                    |
 *     ... k0 < k1 < k2 < base     |  . . # . # # . . # . . # B . . . . . . . . .  |   nothing beyond
 *                                 base                       best                 base + span
 *
 * Invariant: every far key is below `base`, and the best level lies in the window whenever there is a level. So a lone
 * price far in front of the market takes the window with it: that is right (it is the best price) and stays right, but
 * the levels left behind cost a binary search until it is gone.
 *
 * Memory is bounded: the window, and at most `farLevels` far levels. Beyond them the farthest is given up, and the ladder
 * says so (`dropped`, `horizon`): prices better than the horizon are always complete.
 */
export class Ladder {
  // Each field has a value of its final kind from the start: the engine then knows the kind and does not test it.
  /** BUY for bids. */
  readonly side: Side = BUY
  readonly #spanMax: number = SPAN_MAX
  readonly #window: TickWindow = new TickWindow(START_BITS)
  readonly #far: FarLevels
  /** The key of slot 0: a multiple of a page, so that it is exact for every price. */
  #base = 0
  /** The price of slot 0, and how many slots from there are found in 32-bit arithmetic: all of them, or none. */
  #origin = 0
  #reach = 0
  /** Slot of the best level; -1 when there is none. */
  #best = -1
  /** Price of the best level, while there is one: asked for far more often than it changes. */
  #bestPrice = 0

  /**
   * @param side BUY for bids
   * @param windowBits the window spans at most 2^windowBits ticks, 5..20; it takes memory for what is in it
   * @param farLevels most levels kept behind the window
   */
  constructor(side: Side, windowBits = 20, farLevels = FAR_LEVELS_MAX) {
    assert(windowBits >= 5 && windowBits <= 20, 'window bits are 5..20', windowBits)
    this.side = side
    this.#spanMax = Math.min(1 << windowBits, SPAN_MAX)
    if (windowBits < START_BITS) this.#window = new TickWindow(windowBits)
    this.#far = new FarLevels(farLevels)
    this.#reach = this.#window.span
  }

  /** Best price in ticks; -Infinity for empty bids, Infinity for empty asks. */
  get best(): number {
    return this.#best < 0 ? -this.side * Number.POSITIVE_INFINITY : this.#bestPrice
  }

  /** Lots at the best price; 0 when empty. */
  get bestLots(): number {
    return this.#best < 0 ? 0 : this.#window.lotsAt(this.#best)
  }

  /** Number of levels. */
  get count(): number {
    return this.#window.count + this.#far.count
  }

  /** Far levels given up since the last `clear`, because there were more than the bound; 0 in any sane market. */
  get dropped(): number {
    return this.#far.dropped
  }

  /**
   * The best price ever given up since the last `clear`: what is better is complete, what is there or behind may miss
   * levels. -Infinity for bids and Infinity for asks while nothing was given up.
   */
  get horizon(): number {
    return this.side * this.#far.horizon + 0
  }

  /**
   * Sets the total quantity resting at a price; 0 removes the level, and removing what is not there is fine.
   * @param price ticks, any safe integer @param lots a safe integer, not negative
   */
  set(price: number, lots: number): void {
    // Records hold float64, and nearly all prices and lots fit 32 bits: seen so, the usual change needs no other test.
    const at = price | 0
    const amount = lots | 0
    const slot = Math.imul(this.side, (at - this.#origin) | 0)
    if (at === price && amount === lots && (slot | amount) >= 0 && slot < this.#reach) this.#setSlot(slot, amount)
    else this.#setAny(this.side * price, lots)
  }

  /** Lots resting at a price; 0 when none. */
  lotsAt(price: number): number {
    const at = price | 0
    const slot = Math.imul(this.side, (at - this.#origin) | 0)
    if (at === price && slot >= 0 && slot < this.#reach) return this.#window.lotsAt(slot)
    return this.#lotsAtAny(this.side * price)
  }

  /**
   * The next price behind `price` that has lots: lower for bids, higher for asks; -Infinity or Infinity when none.
   * @param price ticks, whether or not there is a level; an infinite one in front gives the best price
   */
  worse(price: number): number {
    const slot = this.side * price - this.#base
    if (slot > 0 && this.#best >= 0) {
      const next = slot > this.#best ? this.#best : this.#window.below(slot)
      if (next >= 0) return this.side * (this.#base + next) + 0 // Never -0.
    }
    const key = this.#far.below(slot >= 0 ? this.#base : this.side * price)
    return this.side * key + 0
  }

  /** Removes every level. */
  clear(): void {
    this.#window.clear()
    this.#far.clear()
    this.#best = -1
  }

  #setSlot(slot: number, lots: number): void {
    this.#window.put(slot, lots)
    if (slot < this.#best) return
    if (lots !== 0) this.#becomesBest(slot)
    else if (slot === this.#best) this.#lostBest()
  }

  #becomesBest(slot: number): void {
    this.#best = slot
    this.#bestPrice = this.side * (this.#base + slot) + 0 // Never -0.
  }

  #lostBest(): void {
    this.#becomesBest(this.#window.below(this.#best))
    if (this.#best < 0 && this.#far.count > 0) this.#center(this.#far.greatest, this.#far.greatest)
  }

  /** A change that 32-bit arithmetic did not find fit for the window. */
  #setAny(key: number, lots: number): void {
    assert(Number.isSafeInteger(lots) && lots >= 0, 'lots is a non-negative safe integer', lots)
    assert(Number.isSafeInteger(key), 'price is a safe integer', key)
    const slot = key - this.#base
    if (slot >= 0 && slot < this.#window.span) this.#setSlot(slot, lots)
    else this.#setOutside(key, lots)
  }

  #lotsAtAny(key: number): number {
    const slot = key - this.#base
    if (slot < 0) return this.#far.lotsAt(key)
    return slot < this.#window.span && Number.isInteger(slot) ? this.#window.lotsAt(slot) : 0
  }

  /** A key outside the window: far behind it goes to the far levels; otherwise the window moves. */
  #setOutside(key: number, lots: number): void {
    const best = this.#base + this.#best
    if (this.#best >= 0 && best - key >= this.#spanMax >> 1) this.#far.set(key, lots)
    else if (key < this.#base && this.#far.change(key, lots)) return
    else if (lots !== 0) {
      if (this.#best < 0 || key > best) this.#center(key, key)
      else this.#center(best, key)
      this.#place(key, lots)
    }
  }

  /**
   * Moves the window so that `key`, the best to be, has a quarter of the window in front of it and the rest behind: the
   * market must move by a quarter of the window before it moves again. It grows first, until half of it holds the level
   * to come at `lowest` and all there are within half of the greatest span. Costs a step for each page of the window,
   * and one for each level that it leaves behind or meets.
   */
  #center(key: number, lowest: number): void {
    const window = this.#window
    const reach = key - (this.#spanMax >> 1)
    const kept = this.#base + window.lowestPageFrom(Math.max(0, reach - this.#base))
    const wanted = Math.min(lowest, kept, this.#far.above(reach))
    while (window.span < this.#spanMax && key - wanted >= window.span >> 1) window.grow()
    const pagesBehind = Math.floor((0.75 * window.span) / PAGE_TICKS)
    const base = (Math.floor(key / PAGE_TICKS) - pagesBehind) * PAGE_TICKS
    window.move((this.#base - base) / PAGE_TICKS, this.#base, this.#far)
    this.#stand(base)
    while (this.#far.count > 0 && this.#far.greatest >= base) {
      const slot = this.#far.greatest - base
      window.put(slot, this.#far.takeGreatest())
    }
    this.#becomesBest(window.below(window.span))
  }

  /**
   * Slot 0 stands at `base` now. With a base of up to 2^30 no price of 32 bits is 2^32 - 2^30 ticks away or more, so none
   * outside the window looks like one inside when its distance is cut to 32 bits.
   */
  #stand(base: number): void {
    const isNear = Math.abs(base) <= 1 << 30
    this.#base = base
    this.#origin = isNear ? this.side * base + 0 : 0 // Never -0.
    this.#reach = isNear ? this.#window.span : 0
  }

  /** A level that is not in front of the window. */
  #place(key: number, lots: number): void {
    if (key >= this.#base) this.#setSlot(key - this.#base, lots)
    else this.#far.set(key, lots)
  }
}
