import { assert } from '../assert.ts'
import { divideHalfEven } from '../market/money.ts'

/** Which lots a closing fill closes: all alike at their average cost, or the oldest first. */
export type CostMethod = 'average' | 'fifo'

/**
 * What the open lots cost. Signed: costs of a long position are what was paid, of a short one minus what was received.
 * Invariant: the costs put in less the costs released is `cost`, exactly; releasing all lots releases all of it.
 */
export class CostBasis {
  /** Cost of the open lots in booked units. */
  cost = 0n
  /** Open lots, not signed. */
  lots = 0
  readonly #method: CostMethod
  #oldest: { lots: number; cost: bigint }[] = []

  constructor(method: CostMethod) {
    this.#method = method
  }

  /** Goes on with open lots of which only the sum is known: possible at average cost alone. */
  carry(lots: number, cost: bigint): void {
    assert(this.#method === 'average' && this.lots === 0, 'an average is carried into nothing', this.#method)
    this.lots = lots
    this.cost = cost
  }

  /** Opens lots at a cost. */
  add(lots: number, cost: bigint): void {
    this.lots += lots
    this.cost += cost
    if (this.#method === 'fifo') this.#oldest.push({ lots, cost })
  }

  /** Closes lots, at most the open ones. Returns what they had cost. */
  release(lots: number): bigint {
    const released = this.#method === 'fifo' ? this.#releaseOldest(lots) : share(this.cost, lots, this.lots)
    this.lots -= lots
    this.cost -= released
    return released
  }

  #releaseOldest(lots: number): bigint {
    let released = 0n
    for (let missing = lots; missing > 0; ) {
      const first = this.#oldest[0]!
      const taken = Math.min(missing, first.lots)
      const cost = share(first.cost, taken, first.lots)
      released += cost
      missing -= taken
      first.lots -= taken
      first.cost -= cost
      if (first.lots === 0) this.#oldest.shift()
    }
    return released
  }
}

/** The part of a cost that belongs to `part` of `whole` lots, rounded half to even; all of it for all of them. */
const share = (cost: bigint, part: number, whole: number): bigint => divideHalfEven(cost * BigInt(part), BigInt(whole))
