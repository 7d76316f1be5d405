import { assert } from '../assert.ts'
import type { Side } from '../market/side.ts'
import { Bitmap } from './bitmap.ts'
import { FAR_LEVELS_MAX, FarLevels } from './far-levels.ts'

/**
 * One side of an L2 book.
 *
 * Prices near the best one index a window of slots directly; a bitmap finds the next occupied slot. Levels too far behind
 * for the window rest in a sorted array. The window moves when the market leaves it.
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
  /** BUY for bids. */
  readonly side: Side
  readonly #span: number
  readonly #lots: Float64Array
  readonly #occupied: Bitmap
  readonly #far: FarLevels
  readonly #moved: FarLevels
  #base = 0
  #best = -1
  #inWindow = 0

  /**
   * @param side BUY for bids
   * @param windowBits the window spans 2^windowBits ticks, 5..20; 8 bytes a tick
   * @param farLevels most levels kept behind the window
   */
  constructor(side: Side, windowBits = 14, farLevels = FAR_LEVELS_MAX) {
    assert(windowBits >= 5 && windowBits <= 20, 'window bits are 5..20', windowBits)
    this.side = side
    this.#span = 1 << windowBits
    this.#lots = new Float64Array(this.#span)
    this.#occupied = new Bitmap(this.#span)
    this.#far = new FarLevels(farLevels)
    this.#moved = new FarLevels(this.#span)
  }

  /** Best price in ticks; -Infinity for empty bids, Infinity for empty asks. */
  get best(): number {
    return this.#best < 0 ? -this.side * Number.POSITIVE_INFINITY : this.side * (this.#base + this.#best) + 0 // Never -0.
  }

  /** Lots at the best price; 0 when empty. */
  get bestLots(): number {
    return this.#best < 0 ? 0 : this.#lots[this.#best]!
  }

  /** Number of levels. */
  get count(): number {
    return this.#inWindow + this.#far.count
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
    const distance = this.side * price - this.#base
    const slot = distance | 0
    if (slot === distance && slot >>> 0 < this.#span) this.#setSlot(slot, lots)
    else this.#setOutside(this.side * price, lots)
  }

  /** Lots resting at a price; 0 when none. */
  lotsAt(price: number): number {
    const distance = this.side * price - this.#base
    const slot = distance | 0
    if (slot === distance && slot >>> 0 < this.#span) return this.#lots[slot]!
    return distance < 0 ? this.#far.lotsAt(this.side * price) : 0
  }

  /**
   * The next price behind `price` that has lots: lower for bids, higher for asks; -Infinity or Infinity when none.
   * @param price ticks, whether or not there is a level; an infinite one in front gives the best price
   */
  worse(price: number): number {
    const slot = this.side * price - this.#base
    if (slot > 0 && this.#inWindow > 0) {
      const next = slot >= this.#span ? this.#best : this.#occupied.below(slot)
      if (next >= 0) return this.side * (this.#base + next) + 0 // Never -0.
    }
    const key = this.#far.below(slot >= 0 ? this.#base : this.side * price)
    return this.side * key + 0
  }

  /** Removes every level. */
  clear(): void {
    for (let slot = this.#best; slot >= 0; slot = this.#occupied.below(slot)) this.#lots[slot] = 0
    this.#occupied.clear()
    this.#far.clear()
    this.#best = -1
    this.#inWindow = 0
  }

  #setSlot(slot: number, lots: number): void {
    assert(Number.isSafeInteger(lots) && lots >= 0, 'lots is a non-negative safe integer', lots)
    const before = this.#lots[slot]!
    this.#lots[slot] = lots
    if (lots !== 0) {
      if (before !== 0) return
      this.#inWindow++
      this.#occupied.add(slot)
      if (slot > this.#best) this.#best = slot
    } else if (before !== 0) {
      this.#inWindow--
      this.#occupied.remove(slot)
      if (slot === this.#best) this.#lostBest(slot)
    }
  }

  #lostBest(slot: number): void {
    this.#best = this.#occupied.below(slot)
    if (this.#best < 0 && this.#far.count > 0) this.#center(this.#far.greatest)
  }

  /** A key outside the window: far behind it goes to the far levels; otherwise the window moves. */
  #setOutside(key: number, lots: number): void {
    assert(Number.isSafeInteger(key), 'price is a safe integer', key)
    assert(Number.isSafeInteger(lots) && lots >= 0, 'lots is a non-negative safe integer', lots)
    if (key < this.#base && (lots === 0 || this.#far.lotsAt(key) !== 0)) {
      this.#far.set(key, lots)
      return
    }
    if (lots === 0) return
    if (this.#best < 0 || key > this.#base) this.#center(key)
    else if (this.#base + this.#best - key < this.#span >> 1) this.#center(this.#base + this.#best)
    this.#place(key, lots)
  }

  /**
   * Moves the window so that `key`, the best to be, has a quarter of the window in front of it and the rest behind: the
   * market must move by a quarter of the window before it moves again. Costs a step for each level that moves.
   */
  #center(key: number): void {
    const base = key - 0.75 * this.#span
    const moved = this.#moved
    for (let slot = this.#best; slot >= 0; slot = this.#occupied.below(slot)) {
      moved.append(this.#base + slot, this.#lots[slot]!)
      this.#lots[slot] = 0
    }
    this.#occupied.clear()
    this.#inWindow = 0
    this.#best = -1
    this.#base = base
    // From the worst on, so that each level that is far now is nearer than all far ones before it.
    for (let at = moved.count - 1; at >= 0; at--) this.#place(moved.keyAt(at), moved.lotsOf(at))
    moved.clear()
    while (this.#far.count > 0 && this.#far.greatest >= base) {
      const far = this.#far.greatest
      this.#setSlot(far - base, this.#far.takeGreatest())
    }
  }

  /** A level that is not in front of the window. */
  #place(key: number, lots: number): void {
    if (key >= this.#base) this.#setSlot(key - this.#base, lots)
    else this.#far.set(key, lots)
  }
}
