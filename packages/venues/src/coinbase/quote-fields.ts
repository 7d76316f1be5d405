import type { PlaceValues } from '../wire/place-values.ts'
import { Slot } from './frame-places.ts'

/** Whether four values are a whole best quote, 1 or 0; left in the slots. An absent or empty side is none; or a refusal. */
export function readQuote(values: PlaceValues, bid: number, bidLots: number, ask: number, askLots: number): number {
  const { slots } = values
  let isWhole = 1
  for (let lane = 0; lane < 4; lane++) {
    const p = lane === 0 ? bid : lane === 1 ? bidLots : lane === 2 ? ask : askLots
    const slot = Slot.bid + lane
    if (values.isAbsent(p)) {
      isWhole = 0
      continue
    }
    const refused = lane % 2 === 0 ? values.priceOrZero(p, slot) : values.lots(p, slot)
    if (refused < 0) return refused
    if (slots[slot] === 0) isWhole = 0
  }
  return isWhole
}
