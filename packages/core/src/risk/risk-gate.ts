import type { Clock } from '../clock/clock.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { notional } from '../market/money.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import { RateWindow } from './rate-window.ts'
import type { InstrumentLimits, RiskLimits } from './risk-limits.ts'
import { NO_REFUSAL, type RefusalFigures, type RiskRefusal } from './risk-refusal.ts'

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
export type ApprovedOrder = OrderRequest & {
  readonly [approved]: true
  /** As the gate counted, it can only bring the position nearer to zero; absent where it may not. */
  readonly reduces?: true
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
  /** What halted trading, for the refusal to tell. */
  haltCause = ''
  /** Why and by how much the last wish was refused. */
  lastRefusal: RefusalFigures = NO_REFUSAL
  readonly #instruments: InstrumentTable
  readonly #exposure: Exposure
  readonly #clock: Clock
  readonly #rate: RateWindow
  readonly #guards: readonly OrderGuard[]
  #limits: RiskLimits

  /** @param guards further conditions, asked in this order after the gate's own */
  constructor(
    instruments: InstrumentTable,
    limits: RiskLimits,
    exposure: Exposure,
    clock: Clock,
    guards: readonly OrderGuard[] = [],
  ) {
    this.#guards = guards
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

  /** Reviews a new order. The approved order is an object of its own: by its identity it is known from here on. */
  review(order: OrderRequest): Result<ApprovedOrder, RiskRefusal> {
    const { side, quantity, price } = order
    const isReducing = this.#reduces(order.instrument, side, quantity)
    const refusal = this.#check(order, price, quantity, quantity, isReducing)
    if (refusal !== undefined) return refuse(refusal)
    const approved = isReducing ? { ...order, reduces: true } : { ...order }
    if (this.#guards.length > 0) {
      const wish = { order, price, quantity, added: quantity, isReducing, isReplace: false }
      const held = this.#ask(wish, approved)
      if (held !== undefined) return refuse(held)
    }
    return this.#approve(approved)
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
    const isReducing = this.#reduces(order.instrument, order.side, added)
    const refusal =
      quantity <= cumulative
        ? this.#refuse('malformed', 'quantity', order.instrument, cumulative, quantity, cumulative, 'lots')
        : this.#check(order, price, quantity, added, isReducing, true)
    if (refusal !== undefined) return refuse(refusal)
    const approved = { ...order, price, quantity }
    if (this.#guards.length > 0) {
      const held = this.#ask({ order, price, quantity, added, isReducing, isReplace: true }, approved)
      if (held !== undefined) return refuse(held)
    }
    return this.#approve(approved)
  }

  /**
   * Execution has taken what was approved. Every approved order and amendment must come back here, once: until then it
   * counts as if it could be filled.
   * @param clientOrderId its order; undefined when it was not sent
   */
  settle(approved: ApprovedOrder, clientOrderId: string | undefined): void {
    for (const guard of this.#guards) guard.onSettled(approved, clientOrderId)
  }

  #approve(order: OrderRequest): Result<ApprovedOrder, RiskRefusal> {
    this.#rate.take(this.#clock.now())
    return ok(order as ApprovedOrder)
  }

  /** Shows the wish to every guard, and tells all of them when none is against it. */
  #ask(wish: Wish, approved: OrderRequest): RiskRefusal | undefined {
    if (!wish.isReducing)
      for (const guard of this.#guards) {
        const refusal = guard.refusal(wish)
        if (refusal === undefined) continue
        this.lastRefusal = refusal
        return refusal.reason as RiskRefusal
      }
    for (const guard of this.#guards) guard.onApproved(wish, approved)
    return undefined
  }

  /** Whether `lots` more on a side can only bring the position nearer to zero, whatever else of that side is filled. */
  #reduces(instrument: number, side: number, lots: number): boolean {
    const net = this.#exposure.netLots(instrument)
    const open = side === BUY ? this.#exposure.openBuyLots(instrument) : this.#exposure.openSellLots(instrument)
    return net * side < 0 && open + lots <= Math.abs(net)
  }

  /** Lots that a wish may still close at worst. */
  #closable({ instrument, side }: OrderRequest): number {
    const open = side === BUY ? this.#exposure.openBuyLots(instrument) : this.#exposure.openSellLots(instrument)
    return Math.max(0, -side * this.#exposure.netLots(instrument) - open)
  }

  #check(
    order: OrderRequest,
    price: Ticks | undefined,
    quantity: number,
    added: number,
    reducing: boolean,
    isReplace = false,
  ): RiskRefusal | undefined {
    if (this.halted && !reducing) return this.#refuse('halted', this.haltCause, order.instrument, 0, 0, 0, '')
    const instrument = this.#instruments.all[order.instrument]
    const limits = this.#limits.byInstrument[order.instrument]
    if (instrument === undefined || limits === undefined || !isWellFormed(order, price, quantity))
      return this.#refuse('malformed', 'order', order.instrument, 0, 0, 0, '')
    return (
      this.#checkSize(instrument, limits, order, quantity, reducing) ??
      this.#checkPrice(instrument, limits, order, price, quantity, reducing) ??
      (order.reduceOnly && !reducing
        ? this.#refuse('not_reducing', 'reduceOnly', instrument.index, 0, added, this.#closable(order), 'lots')
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
    if (quantity < least)
      return this.#refuse('order_too_small', 'quantityMin', order.instrument, 0, quantity, least, 'lots')
    const venueMost = Math.min(
      bounds.quantityMax ?? Number.POSITIVE_INFINITY,
      order.type === 'market' ? (bounds.marketQuantityMax ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    )
    const most = reducing ? venueMost : Math.min(venueMost, limits.orderLotsMax)
    if (quantity <= most) return undefined
    const name = most < venueMost ? 'orderLotsMax' : 'quantityMax'
    return this.#refuse('order_too_large', name, order.instrument, 0, quantity, most, 'lots')
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
    if (price !== undefined && price < priceMin)
      return this.#refuse('price_out_of_bounds', 'priceMin', instrument.index, 0, price, priceMin, 'ticks')
    if (price !== undefined && price > priceMax)
      return this.#refuse('price_out_of_bounds', 'priceMax', instrument.index, 0, price, priceMax, 'ticks')
    const reference = this.#exposure.reference(instrument.index)
    const banded = limits.priceBandBps !== Number.POSITIVE_INFINITY
    if (Number.isNaN(reference) && (price === undefined || banded)) {
      // Without a book nobody can judge a price; who must get out then gets out all the same.
      if (reducing) return undefined
      return this.#refuse('no_reference_price', 'priceBandBps', instrument.index, 0, 0, 0, '')
    }
    if (price !== undefined && banded) {
      const limit = reference * (1 + (order.side * limits.priceBandBps) / 1e4)
      if (order.side * (price - limit) > 0)
        return this.#refuse('price_out_of_band', 'priceBandBps', instrument.index, reference, price, limit, 'ticks')
    }
    if (notionalMin === undefined && limits.orderNotionalMax === undefined) return undefined
    const value = notional((price ?? Math.round(reference)) as Ticks, quantity as Lots, instrument.contract)
    if (notionalMin !== undefined && value < notionalMin && !order.reduceOnly)
      return this.#refuse('notional_too_small', 'notionalMin', instrument.index, 0, value, notionalMin, 'minor')
    if (!reducing && limits.orderNotionalMax !== undefined && value > limits.orderNotionalMax)
      return this.#refuse(
        'notional_too_large',
        'orderNotionalMax',
        instrument.index,
        0,
        value,
        limits.orderNotionalMax,
        'minor',
      )
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
    const { positionLotsMax, openOrdersMax } = limits
    if (added > 0 && worst > positionLotsMax)
      return this.#refuse(
        'position_too_large',
        'positionLotsMax',
        instrument,
        worst - added,
        worst,
        positionLotsMax,
        'lots',
      )
    const before = this.#exposure.openOrders(instrument)
    const orders = before + (isReplace ? 0 : 1)
    if (orders > openOrdersMax)
      return this.#refuse('too_many_orders', 'openOrdersMax', instrument, before, orders, openOrdersMax, 'orders')
    if (!this.#rate.allows(this.#clock.now())) {
      const most = this.#limits.ordersPerWindowMax
      return this.#refuse('rate_exceeded', 'ordersPerWindowMax', instrument, most, most + 1, most, 'orders')
    }
    return undefined
  }

  #refuse(
    reason: RiskRefusal,
    name: string,
    instrument: number,
    value: number | bigint,
    would: number | bigint,
    limit: number | bigint,
    unit: string,
  ): RiskRefusal {
    this.lastRefusal = { reason, name, scope: { instrument }, value, would, limit, unit }
    return reason
  }
}

/** Whether the parts of an order fit together: a limit order has a price, a market order none and cannot rest. */
function isWellFormed(order: OrderRequest, price: Ticks | undefined, quantity: number): boolean {
  if (!Number.isSafeInteger(quantity) || quantity <= 0 || (order.side !== 1 && order.side !== -1)) return false
  if (order.type === 'market') return price === undefined && !order.postOnly
  return Number.isSafeInteger(price) && (price as number) > 0 && (!order.postOnly || order.timeInForce === 'gtc')
}
