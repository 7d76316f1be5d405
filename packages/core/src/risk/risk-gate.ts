import type { Clock } from '../clock/clock.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { notional } from '../market/money.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { ok, type Result, refuse } from '../result.ts'
import { RateWindow } from './rate-window.ts'
import type { InstrumentLimits, RiskLimits } from './risk-limits.ts'

/** What the gate must know about us and the market. Order manager, portfolio and books happen to fit. */
export interface Exposure {
  /** Position in lots, signed. */
  netLots(instrument: number): number
  /** Lots that may still be bought: resting, in flight and in doubt. */
  openBuyLots(instrument: number): number
  /** The same for sells. */
  openSellLots(instrument: number): number
  /** Orders that are not closed. */
  openOrders(instrument: number): number
  /** Mid of our book in ticks; NaN while there is none. */
  reference(instrument: number): number
}

declare const approved: unique symbol
/** An order that risk has allowed. Only `RiskGate` makes one, and execution accepts nothing else. */
export type ApprovedOrder = OrderRequest & { readonly [approved]: true }

/** Why a wish was refused, in order of precedence: the first that applies is the one reported. */
export type RiskRefusal =
  | 'halted'
  | 'malformed'
  | 'order_too_small'
  | 'order_too_large'
  | 'price_out_of_bounds'
  | 'no_reference_price'
  | 'price_out_of_band'
  | 'notional_too_small'
  | 'notional_too_large'
  | 'not_reducing'
  | 'position_too_large'
  | 'too_many_orders'
  | 'rate_exceeded'

/** The numbers behind the last refusal: what would have been, and what is allowed. */
export interface RefusalFigures {
  readonly reason: RiskRefusal | ''
  readonly would: number
  readonly limit: number
  readonly unit: string
}

/**
 * Turns a wish into an approved order, or says why not. Positions are judged at their worst: as if everything that rests,
 * is in flight or in doubt were filled on the side of the wish, and nothing on the other.
 *
 * A wish that can only bring the position nearer to zero, even at its worst, passes while trading is halted and is not
 * held back by limits of position, number or rate: whoever must get out, gets out.
 */
export class RiskGate {
  halted = false
  /** Why and by how much the last wish was refused. */
  lastRefusal: RefusalFigures = { reason: '', would: 0, limit: 0, unit: '' }
  readonly #instruments: InstrumentTable
  readonly #exposure: Exposure
  readonly #clock: Clock
  readonly #rate: RateWindow
  #limits: RiskLimits

  constructor(instruments: InstrumentTable, limits: RiskLimits, exposure: Exposure, clock: Clock) {
    this.#instruments = instruments
    this.#limits = limits
    this.#exposure = exposure
    this.#clock = clock
    this.#rate = new RateWindow(limits.ordersPerWindowMax, limits.rateWindow)
  }

  /** Replaces the limits of one instrument, at once. */
  setLimits(instrument: number, limits: InstrumentLimits): void {
    const byInstrument = this.#limits.byInstrument.map((old, at) => (at === instrument ? limits : old))
    this.#limits = { ...this.#limits, byInstrument }
  }

  /** Reviews a new order. */
  review(order: OrderRequest): Result<ApprovedOrder, RiskRefusal> {
    const { side, quantity } = order
    const reducing = this.#reduces(order.instrument, side, quantity)
    const refusal = this.#check(order, order.price, quantity, quantity, reducing)
    return refusal === undefined ? this.#approve(order) : refuse(refusal)
  }

  /**
   * Reviews an amendment of an open order to a new price and total quantity.
   * @param leaves what of it is still open now @param cumulative what of it is filled
   */
  reviewReplace(
    order: OrderRequest,
    price: Ticks,
    quantity: Lots,
    leaves: number,
    cumulative: number,
  ): Result<ApprovedOrder, RiskRefusal> {
    // Until the venue answers, the old and the new order may both be filled up to their quantities, but never both whole:
    // what can be added at worst is the growth.
    const added = Math.max(0, quantity - cumulative - leaves)
    const reducing = this.#reduces(order.instrument, order.side, added)
    const refusal =
      quantity <= cumulative
        ? this.#refuse('malformed', quantity, cumulative, 'lots')
        : this.#check(order, price, quantity, added, reducing, true)
    return refusal === undefined ? this.#approve({ ...order, price, quantity }) : refuse(refusal)
  }

  #approve(order: OrderRequest): Result<ApprovedOrder, RiskRefusal> {
    this.#rate.take(this.#clock.now())
    return ok(order as ApprovedOrder)
  }

  /** Whether `lots` more on a side can only bring the position nearer to zero, whatever else of that side is filled. */
  #reduces(instrument: number, side: number, lots: number): boolean {
    const net = this.#exposure.netLots(instrument)
    const open = side === BUY ? this.#exposure.openBuyLots(instrument) : this.#exposure.openSellLots(instrument)
    return net * side < 0 && open + lots <= Math.abs(net)
  }

  #check(
    order: OrderRequest,
    price: Ticks | undefined,
    quantity: number,
    added: number,
    reducing: boolean,
    isReplace = false,
  ): RiskRefusal | undefined {
    if (this.halted && !reducing) return this.#refuse('halted', 1, 0, '')
    const instrument = this.#instruments.all[order.instrument]
    const limits = this.#limits.byInstrument[order.instrument]
    if (instrument === undefined || limits === undefined || !isWellFormed(order, price, quantity))
      return this.#refuse('malformed', quantity, 0, 'lots')
    return (
      this.#checkSize(instrument, limits, order, quantity, reducing) ??
      this.#checkPrice(instrument, limits, order, price, quantity, reducing) ??
      (order.reduceOnly && !reducing
        ? this.#refuse('not_reducing', added, Math.abs(this.#exposure.netLots(order.instrument)), 'lots')
        : undefined) ??
      (reducing ? undefined : this.#checkExposure(limits, order, added, isReplace))
    )
  }

  #checkSize(
    { bounds }: Instrument,
    limits: InstrumentLimits,
    order: OrderRequest,
    quantity: number,
    reducing: boolean,
  ): RiskRefusal | undefined {
    const least = bounds.quantityMin ?? 1
    if (quantity < least) return this.#refuse('order_too_small', quantity, least, 'lots')
    const venueMost = Math.min(
      bounds.quantityMax ?? Number.POSITIVE_INFINITY,
      order.type === 'market' ? (bounds.marketQuantityMax ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    )
    const most = reducing ? venueMost : Math.min(venueMost, limits.orderLotsMax)
    return quantity > most ? this.#refuse('order_too_large', quantity, most, 'lots') : undefined
  }

  /** Price bounds, price band and value; a market order is valued at the reference price. */
  #checkPrice(
    instrument: Instrument,
    limits: InstrumentLimits,
    order: OrderRequest,
    price: Ticks | undefined,
    quantity: number,
    reducing: boolean,
  ): RiskRefusal | undefined {
    const { priceMin = Number.NEGATIVE_INFINITY, priceMax = Number.POSITIVE_INFINITY, notionalMin } = instrument.bounds
    if (price !== undefined && price < priceMin) return this.#refuse('price_out_of_bounds', price, priceMin, 'ticks')
    if (price !== undefined && price > priceMax) return this.#refuse('price_out_of_bounds', price, priceMax, 'ticks')
    const reference = this.#exposure.reference(instrument.index)
    const banded = limits.priceBandBps !== Number.POSITIVE_INFINITY
    if (Number.isNaN(reference) && (price === undefined || banded)) return this.#refuse('no_reference_price', 0, 0, '')
    if (price !== undefined && banded) {
      const limit = reference * (1 + (order.side * limits.priceBandBps) / 1e4)
      if (order.side * (price - limit) > 0) return this.#refuse('price_out_of_band', price, limit, 'ticks')
    }
    if (notionalMin === undefined && limits.orderNotionalMax === undefined) return undefined
    const value = notional((price ?? Math.round(reference)) as Ticks, quantity as Lots, instrument.contract)
    if (notionalMin !== undefined && value < notionalMin && !order.reduceOnly)
      return this.#refuse('notional_too_small', Number(value), Number(notionalMin), 'minor')
    if (!reducing && limits.orderNotionalMax !== undefined && value > limits.orderNotionalMax)
      return this.#refuse('notional_too_large', Number(value), Number(limits.orderNotionalMax), 'minor')
    return undefined
  }

  #checkExposure(
    limits: InstrumentLimits,
    order: OrderRequest,
    added: number,
    isReplace: boolean,
  ): RiskRefusal | undefined {
    const { instrument, side } = order
    const open = side === BUY ? this.#exposure.openBuyLots(instrument) : this.#exposure.openSellLots(instrument)
    const worst = side * this.#exposure.netLots(instrument) + open + added
    if (added > 0 && worst > limits.positionLotsMax)
      return this.#refuse('position_too_large', worst, limits.positionLotsMax, 'lots')
    const orders = this.#exposure.openOrders(instrument) + (isReplace ? 0 : 1)
    if (orders > limits.openOrdersMax) return this.#refuse('too_many_orders', orders, limits.openOrdersMax, 'orders')
    if (!this.#rate.allows(this.#clock.now()))
      return this.#refuse(
        'rate_exceeded',
        this.#limits.ordersPerWindowMax + 1,
        this.#limits.ordersPerWindowMax,
        'orders a window',
      )
    return undefined
  }

  #refuse(reason: RiskRefusal, would: number, limit: number, unit: string): RiskRefusal {
    this.lastRefusal = { reason, would, limit, unit }
    return reason
  }
}

/** Whether the parts of an order fit together: a limit order has a price, a market order none and cannot rest. */
function isWellFormed(order: OrderRequest, price: Ticks | undefined, quantity: number): boolean {
  if (!Number.isSafeInteger(quantity) || quantity <= 0 || (order.side !== 1 && order.side !== -1)) return false
  if (order.type === 'market') return price === undefined && !order.postOnly
  return Number.isSafeInteger(price) && (price as number) > 0 && (!order.postOnly || order.timeInForce === 'gtc')
}
