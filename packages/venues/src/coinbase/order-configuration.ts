import { formatOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { OrderRequest } from '@velocimex/core/order/order-request'

import { assertSayable } from '../order-refusal.ts'

/** Why an order is in none of the venue's configurations, for a person: none of them is reduce-only. */
export function refusalOf({ reduceOnly }: OrderRequest): string | undefined {
  return reduceOnly ? 'Coinbase has no reduce-only orders: ask for an ordinary one' : undefined
}

/** Exactly one of the venue's kinds of order; `sor_limit_ioc` is its immediate-or-cancel. */
export function configurationOf(order: OrderRequest, { price, quantity }: Instrument): Record<string, object> {
  assertSayable(refusalOf(order))
  const base_size = formatOnGrid(order.quantity, quantity)
  if (order.type === 'market')
    return { [order.timeInForce === 'fok' ? 'market_market_fok' : 'market_market_ioc']: { base_size } }
  const limit = { base_size, limit_price: formatOnGrid(order.price!, price) }
  if (order.timeInForce === 'ioc') return { sor_limit_ioc: limit }
  if (order.timeInForce === 'fok') return { limit_limit_fok: limit }
  return { limit_limit_gtc: { ...limit, post_only: order.postOnly } }
}
