import type { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL } from '../market/side.ts'
import type { Lots } from '../market/units.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Result } from '../result.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'

/** Orders, as getting out needs them; the order manager fits. */
export interface OpenOrders {
  openOrders(instrument: number): readonly OrderView[]
  cancel(clientOrderId: string): boolean
  /** Undefined when it was not sent. */
  place(approved: ApprovedOrder): OrderView | undefined
}

/** Risk, as getting out needs it; the gate fits. Closing a position is reviewed like everything else. */
export interface ClosingReview {
  review(order: OrderRequest): Result<ApprovedOrder, string>
  settle(approved: ApprovedOrder, clientOrderId: string | undefined): void
}

/** The strategy in whose name positions are closed. */
export const CLOSER = 'emergency stop'

/** Asks to cancel everything that is open and not being canceled already, but what closes positions. */
export function cancelAll(orders: OpenOrders, instruments: InstrumentTable): void {
  for (const { index } of instruments.all)
    for (const { clientOrderId, request } of [...orders.openOrders(index)])
      if (request.strategy !== CLOSER) orders.cancel(clientOrderId)
}

/** Orders that are not closed, those that close positions included. */
export const openOrders = (orders: OpenOrders, instruments: InstrumentTable): number =>
  instruments.all.reduce((sum, { index }) => sum + orders.openOrders(index).length, 0)

/**
 * Sends market orders that close every position as far as it is not being closed already. Lots that the venue does not
 * take in one order are left to the next call.
 */
export function closePositions(
  gate: ClosingReview,
  orders: OpenOrders,
  held: { netLots(instrument: number): number },
  instruments: InstrumentTable,
): void {
  for (const { index, bounds, kind } of instruments.all) {
    const net = held.netLots(index)
    const side = net > 0 ? SELL : BUY
    const closing = orders
      .openOrders(index)
      .reduce((sum, { request, exposure }) => sum + (request.side === side ? exposure : 0), 0)
    const most = Math.min(
      bounds.marketQuantityMax ?? Number.MAX_SAFE_INTEGER,
      bounds.quantityMax ?? Number.MAX_SAFE_INTEGER,
    )
    const quantity = Math.min(Math.abs(net) - closing, most) as Lots
    if (quantity <= 0) continue
    const reviewed = gate.review({
      instrument: index,
      side,
      type: 'market',
      quantity,
      timeInForce: 'ioc',
      postOnly: false,
      reduceOnly: kind !== 'spot', // Spot venues have no such orders.
      strategy: CLOSER,
    })
    if (reviewed.ok) gate.settle(reviewed.value, orders.place(reviewed.value)?.clientOrderId)
  }
}
