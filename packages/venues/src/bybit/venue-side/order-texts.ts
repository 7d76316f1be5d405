import { assert } from '@velocimex/core/assert'
import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, type Side } from '@velocimex/core/market/side'
import type { Category } from '../frame-fields.ts'

const UUID_HEAD = { order: '00000000-0000-4000-8000-', trade: '00000000-0000-5000-8000-' } as const
/** Spot numbers its orders and trades beyond 2^53. */
const SPOT_FIRST = 2_000_000_000_000_000_000n
/** Ids of clients that gave none are kept under this sign, which no client may use. */
export const UNNAMED = '~'

/** How an order ended where its own state does not say it. */
export interface OrderEnd {
  readonly status: 'Cancelled' | 'Rejected'
  readonly rejectReason: string
  readonly cancelType: string
}

/** Booked units as decimal text without zeros behind. */
export const amountText = (units: bigint, decimals: number): string => shortDecimal(formatScaled(units, decimals))

/** `Buy` or `Sell`. */
export const sideWord = (side: Side): string => (side === BUY ? 'Buy' : 'Sell')

const ms = (at: number): string => String(Math.floor(at / 1000))

/** Writes numbers and rows as the venue does: linear with all digits of the grid, spot without zeros behind. */
export class OrderTexts {
  readonly #category: Category

  constructor(category: Category) {
    this.#category = category
  }

  price({ price }: Instrument, ticks: number): string {
    return this.#shown(formatOnGrid(ticks, price))
  }

  lots({ quantity }: Instrument, lots: number): string {
    return lots === 0 ? '0' : this.#shown(formatOnGrid(lots, quantity))
  }

  /** Average price of a value over lots; empty for none. */
  average(instrument: Instrument, value: bigint, lots: number): string {
    if (lots === 0) return ''
    const { contract, price } = instrument
    assert(contract.kind === 'linear', 'contracts of this venue are linear', instrument.symbol)
    const decimals = price.decimals + 4
    const scaled = (value * BigInt(price.step) * 10_000n) / (BigInt(lots) * contract.minorPerTickLot)
    return shortDecimal(formatScaled(scaled, decimals))
  }

  /** The venue's id of an order: a number on spot, a UUID on linear. */
  orderId(id: number): string {
    return this.#id('order', id)
  }

  /** The order number behind an id of a client; NaN for none. */
  orderNumber(id: string): number {
    const digits = this.#category === 'spot' ? /^\d{19}$/.exec(id)?.[0] : undefined
    if (digits !== undefined) return Number(BigInt(digits) - SPOT_FIRST)
    const hex = id.startsWith(UUID_HEAD.order)
      ? /^[0-9a-f]{12}$/.exec(id.slice(UUID_HEAD.order.length))?.[0]
      : undefined
    return hex === undefined ? Number.NaN : Number(`0x${hex}`)
  }

  /** The venue's id of a public trade, or of an execution. */
  tradeId(id: number): string {
    return this.#id('trade', id)
  }

  /** An order as queries and the order topic tell it. */
  order(order: ExchangeOrder, end?: OrderEnd): Record<string, unknown> {
    const { instrument, cumulative, lots, status } = order
    const left = status === 'open' ? lots - cumulative : 0
    const told = end ?? this.#endOf(order)
    return {
      ...{ category: this.#category, symbol: instrument.symbol, orderId: this.orderId(order.id) },
      ...{ orderLinkId: linkOf(order), blockTradeId: '', side: sideWord(order.side), positionIdx: 0 },
      ...this.#terms(order),
      ...{ price: this.price(instrument, order.price), qty: this.lots(instrument, lots), orderStatus: told.status },
      ...{ cancelType: told.cancelType, rejectReason: told.rejectReason, isLeverage: '', lastPriceOnCreated: '' },
      avgPrice: this.average(instrument, order.value, cumulative),
      ...{ leavesQty: this.lots(instrument, left), leavesValue: '0', cumExecQty: this.lots(instrument, cumulative) },
      ...{ cumExecValue: amountText(order.value, instrument.settle.decimals), cumExecFee: '0', feeCurrency: '' },
      ...{ stopOrderType: '', orderIv: '', triggerPrice: '', takeProfit: '', stopLoss: '', tpTriggerBy: '' },
      ...{ slTriggerBy: '', triggerDirection: 0, triggerBy: '', reduceOnly: order.reduceOnly, closeOnTrigger: false },
      ...{ smpType: 'None', smpGroup: 0, smpOrderId: '', tpslMode: '', placeType: '', createType: 'CreateByUser' },
      ...{ createdTime: ms(order.createdAt), updatedTime: ms(order.updatedAt) },
    }
  }

  /** An execution as `execution/list` and the execution topic tell it. @param leaves lots left behind it */
  execution(fill: ExchangeFill, leaves: number): Record<string, unknown> {
    const { order, price, lots } = fill
    const { instrument } = order
    const { decimals } = [instrument.quote, instrument.base, instrument.settle].find(
      ({ code }) => code === fill.feeAsset,
    )!
    return {
      ...{ category: this.#category, symbol: instrument.symbol, closedSize: '0', execId: this.tradeId(fill.tradeId) },
      ...{ execFee: amountText(fill.fee, decimals), feeCurrency: fill.feeAsset, execType: 'Trade', tradeIv: '' },
      ...{ execPrice: this.price(instrument, price), execQty: this.lots(instrument, lots), markIv: '' },
      ...{ execValue: this.#value(instrument, price, lots), feeRate: this.#feeRate(fill), blockTradeId: '' },
      ...{ markPrice: '', indexPrice: '', underlyingPrice: '', leavesQty: this.lots(instrument, leaves) },
      ...{ orderId: this.orderId(order.id), orderLinkId: linkOf(order), side: sideWord(order.side), isLeverage: '0' },
      ...{ orderPrice: this.price(instrument, order.price), orderQty: this.lots(instrument, order.lots) },
      ...{ orderType: this.#terms(order).orderType, stopOrderType: 'UNKNOWN', execTime: ms(fill.at) },
      ...{ isMaker: fill.liquidity === 'maker', seq: fill.tradeId, createType: 'CreateByUser', extraFees: '' },
    }
  }

  #terms({ type, postOnly, timeInForce }: ExchangeOrder): { orderType: string; timeInForce: string } {
    if (type === 'market') return { orderType: 'Market', timeInForce: 'IOC' }
    return { orderType: 'Limit', timeInForce: postOnly ? 'PostOnly' : timeInForce.toUpperCase() }
  }

  /** What ran out is canceled, for want of quantity; on spot the venue tells apart what had been filled in part. */
  #endOf({ status, cumulative }: ExchangeOrder): Omit<OrderEnd, 'status'> & { readonly status: string } {
    const idle = { rejectReason: 'EC_NoError', cancelType: 'UNKNOWN' } as const
    if (status === 'open') return { status: cumulative === 0 ? 'New' : 'PartiallyFilled', ...idle }
    if (status === 'filled') return { status: 'Filled', ...idle }
    const word = cumulative > 0 && this.#category === 'spot' ? 'PartiallyFilledCanceled' : 'Cancelled'
    if (status === 'expired') return { status: word, rejectReason: 'EC_NoImmediateQtyToFill', cancelType: 'UNKNOWN' }
    return { status: word, rejectReason: 'EC_PerCancelRequest', cancelType: 'CancelByUser' }
  }

  #value(instrument: Instrument, price: number, lots: number): string {
    const { contract } = instrument
    assert(contract.kind === 'linear', 'contracts of this venue are linear', instrument.symbol)
    return amountText(BigInt(price) * BigInt(lots) * contract.minorPerTickLot, instrument.settle.decimals)
  }

  #feeRate({ order: { instrument }, liquidity }: ExchangeFill): string {
    return amountText(BigInt(instrument.fees[liquidity]), 8)
  }

  #id(kind: 'order' | 'trade', id: number): string {
    if (this.#category === 'spot') return String(SPOT_FIRST + BigInt(id))
    return UUID_HEAD[kind] + id.toString(16).padStart(12, '0')
  }

  #shown(text: string): string {
    return this.#category === 'spot' ? shortDecimal(text) : text
  }
}

/** The id that the client gave an order; empty for none. */
export const linkOf = ({ clientOrderId }: { readonly clientOrderId: string }): string =>
  clientOrderId.startsWith(UNNAMED) ? '' : clientOrderId
