/** Kraken takes a UUID, 32 hexadecimal digits, or free text of at most 18 characters. Ours are one character longer. */
const OURS = /^V([0-9A-HJKMNP-TV-Z]{18})$/
const OURS_ON_THE_WIRE = /^[0-9A-HJKMNP-TV-Z]{18}$/

/** A client order id as it is sent (`cl_ord_id`): ours without their first letter, which is always V; any other as it is. */
export const wireOrderId = (id: string): string => OURS.exec(id)?.[1] ?? id

/** The client order id that was sent as this: the inverse of `wireOrderId`. */
export const ownOrderId = (wire: string): string => (OURS_ON_THE_WIRE.test(wire) ? `V${wire}` : wire)
