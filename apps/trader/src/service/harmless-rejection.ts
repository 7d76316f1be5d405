import type { OrderView } from '@velocimex/core/order/order'
import { EXHAUSTED } from '@velocimex/host/net/venue-rest'

/**
 * Whether an order was rejected though nothing is wrong: what would have taken and was told not to is how makers quote, and
 * what came too soon for the venue's limits was never sent.
 */
export function isHarmless({ state, reason, request }: OrderView): boolean {
  if (state !== 'rejected') return false
  return reason === EXHAUSTED || (request.postOnly && /post.?only|maker/i.test(reason))
}
