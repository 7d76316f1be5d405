import type { VenueCall, VenueRequest } from './order-venue.ts'

/** A request that needs no key. @param path with its query */
export function openRequest(call: VenueCall, path: string): VenueRequest {
  return { call, method: 'GET', path, headers: {}, weight: 1, orders: 0, clientOrderId: '', instrument: -1 }
}
