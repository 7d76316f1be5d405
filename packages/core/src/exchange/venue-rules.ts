import { notional } from '../market/money.ts'
import { opposite } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { SimMarket } from './sim-market.ts'
import type { VenueOrder } from './venue-order.ts'

/** Orders of one instrument that a venue lets us have open at once. */
const OPEN_ORDERS_MAX = 200

/** Why the venue refuses an arriving order, in words; undefined when it takes it. */
export function whyRefused(market: SimMarket, order: VenueOrder): string | undefined {
  const { request, side, price } = order
  const lots = order.quantity - order.cumulative
  const { bounds, contract } = market.instrument
  const isMarket = request.type === 'market'
  if (!market.isOpen) return 'the market is not available'
  if (market.isHalted) return 'trading is halted'
  if (order.quantity < (bounds.quantityMin ?? 1)) return 'quantity below the minimum'
  if (order.quantity > (bounds.quantityMax ?? Number.POSITIVE_INFINITY)) return 'quantity above the maximum'
  if (isMarket && order.quantity > (bounds.marketQuantityMax ?? Number.POSITIVE_INFINITY))
    return 'quantity above the maximum of market orders'
  if (!isMarket && (price < (bounds.priceMin ?? 1) || price > (bounds.priceMax ?? Number.POSITIVE_INFINITY)))
    return 'price out of bounds'
  const valued = isMarket ? market.book.side(opposite(side)).best : price
  if (!Number.isFinite(valued)) return 'no price to execute at'
  const least = bounds.notionalMin
  if (least !== undefined && !request.reduceOnly && notional(valued as Ticks, order.quantity as Lots, contract) < least)
    return 'notional below the minimum'
  if (request.reduceOnly && !market.reduces(side, lots)) return 'would not reduce the position'
  if (request.postOnly && market.crosses(side, price)) return 'would take liquidity'
  if (market.meetsOurs(side, price, lots)) return 'would trade with our own order'
  if (market.orders(side).length >= OPEN_ORDERS_MAX) return 'too many open orders'
  return undefined
}
