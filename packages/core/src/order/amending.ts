/**
 * What a venue does with an order whose price or quantity is to change.
 *
 * none          it cannot: the order is canceled, and another one placed
 * loses_place   it changes it, and whatever changed, the order goes to the back of its queue
 * keeps_place   the same, but an order that only becomes smaller stays where it is
 */
export type Amending = 'none' | 'loses_place' | 'keeps_place'
