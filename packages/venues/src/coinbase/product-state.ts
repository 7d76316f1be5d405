import { Refusal } from '@velocimex/core/feed/market-codec'
import type { PlaceValues } from '../wire/place-values.ts'
import { Slot, STATES } from './frame-places.ts'
import type { RecordMaker } from './record-maker.ts'

/** What `makeState` returns for a product that is not in the table. */
const NOBODYS = Refusal.unknownKind - 1

/**
 * Writes the state of a product.
 * @returns its instrument, a refusal, or less than all refusals for a product that is not in the table
 */
export function makeState(
  values: PlaceValues,
  make: RecordMaker,
  id: number,
  status: number,
  timeSlot: number,
): number {
  const state = values.name(status, STATES)
  if (state < 0) return status === 0 ? Refusal.missingField : Refusal.malformed
  const instrument = values.symbol(id)
  if (instrument === Refusal.unknownSymbol) return NOBODYS
  if (instrument < 0) return instrument
  values.slots[Slot.state] = state
  const refused = make.status(instrument, timeSlot)
  return refused < 0 ? refused : instrument
}
