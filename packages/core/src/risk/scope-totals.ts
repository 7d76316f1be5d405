import { BUY, type Side } from '../market/side.ts'
import type { Scope } from './limit-scope.ts'

/** Position and open lots of one instrument in one account, as far as a scope counts them. Lots; `net` is signed. */
export interface ExposureSlot {
  readonly account: string
  readonly instrument: number
  net: number
  buys: number
  sells: number
  /** Orders that are not closed, reservations included. */
  orders: number
}

/** Lots of the largest position that can come about, long or short, if everything open of one side is filled. */
export const worstLots = ({ net, buys, sells }: ExposureSlot): number =>
  Math.max(Math.abs(net), net + buys, sells - net)

/** The same if `added` lots more were open on a side. */
export function worstLotsWith(slot: ExposureSlot, side: Side, added: number): number {
  const { net, buys, sells } = slot
  return side === BUY
    ? Math.max(Math.abs(net), net + buys + added, sells - net)
    : Math.max(Math.abs(net), net + buys, sells + added - net)
}

/**
 * Everything that one scope counts. Positions of one instrument in one account net each other, because the venue nets
 * them; different accounts and different instruments never do.
 */
export class ScopeTotals {
  readonly scope: Scope
  /** In the order in which they were met. */
  readonly slots: ExposureSlot[] = []
  /** The same of all slots together. */
  orders = 0
  readonly #byAccount = new Map<string, (ExposureSlot | undefined)[]>()

  constructor(scope: Scope) {
    this.scope = scope
  }

  /** The slot of an instrument in an account; all zero when it is new. */
  slot(account: string, instrument: number): ExposureSlot {
    let byInstrument = this.#byAccount.get(account)
    if (byInstrument === undefined) {
      byInstrument = []
      this.#byAccount.set(account, byInstrument)
    }
    let slot = byInstrument[instrument]
    if (slot === undefined) {
      slot = { account, instrument, net: 0, buys: 0, sells: 0, orders: 0 }
      byInstrument[instrument] = slot
      this.slots.push(slot)
    }
    return slot
  }
}
