import { MarketStatus } from '@velocimex/core/market/event-kind'
import type { OrderView } from '@velocimex/core/order/order'
import { EXHAUSTED } from '@velocimex/host/net/venue-rest'

/**
 * Whether an order was rejected though nothing is wrong: what would have taken and was told not to is how makers quote, what
 * came too soon for the venue's limits was never sent, and who wants to get out of a halted market is refused every time.
 *
 * @param status what the venue said last of the order's instrument, a number of `MarketStatus`
 */
export function isHarmless({ state, reason, request }: OrderView, status: number): boolean {
  if (state !== 'rejected') return false
  if (status > MarketStatus.trading) return true
  return reason === EXHAUSTED || (request.postOnly && /post.?only|maker/i.test(reason))
}
