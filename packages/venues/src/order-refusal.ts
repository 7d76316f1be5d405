import { assert } from '@velocimex/core/assert'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { OrderRequest } from '@velocimex/core/order/order-request'

/**
 * Why an order cannot be said in the words of a venue whose reduce-only is for contracts alone, for a person; undefined
 * where it can. A spot market knows no position: sent without the word the order would be an ordinary one.
 */
export function spotRefusal({ kind, symbol }: Instrument, { reduceOnly }: OrderRequest): string | undefined {
  if (kind !== 'spot' || !reduceOnly) return undefined
  return `${symbol} is a spot market, which has no reduce-only orders: ask for an ordinary one`
}

/** Stops us from writing an order that the venue would understand as another. */
export function assertSayable(refusal: string | undefined): void {
  assert(refusal === undefined, 'an order that has a refusal is not written', refusal)
}
