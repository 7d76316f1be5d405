/**
 * What a venue does with an order whose price or quantity is to change.
 *
 * none          it cannot: the order is canceled, and another one placed
 * only_shrinks  it takes quantity away, and the order stays where it is; for anything else as above
 * loses_place   it changes it, and whatever changed, the order goes to the back of its queue
 * keeps_place   the same, but an order that only becomes smaller stays where it is
 */
export type Amending = 'none' | 'only_shrinks' | 'loses_place' | 'keeps_place'

/** Whether an order that only becomes smaller stays where it is. */
export const keepsPlace = (amending: Amending): boolean => amending === 'keeps_place' || amending === 'only_shrinks'

/**
 * What an amendment comes to: the venue refuses it, the order stays where it is, or it goes to the back. An amendment that
 * changes nothing moves nothing.
 *
 * @param from and @param to price in ticks and total quantity in lots
 */
export function amendmentOf(
  amending: Amending,
  from: { readonly price: number | undefined; readonly quantity: number },
  to: { readonly price: number | undefined; readonly quantity: number },
): 'refused' | 'stays' | 'moves' {
  const isSmaller = to.price === from.price && to.quantity < from.quantity
  if (amending === 'none' || (amending === 'only_shrinks' && !isSmaller)) return 'refused'
  const isSame = to.price === from.price && to.quantity === from.quantity
  return isSame || (isSmaller && keepsPlace(amending)) ? 'stays' : 'moves'
}
