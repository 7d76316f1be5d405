import { assert } from '@velocimex/core/assert'
import type { ExchangeFill, ExchangeOrder, ExchangeOrderEvent } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY } from '@velocimex/core/market/side'
import { toUnits } from '../../amounts.ts'
import type { Dialect } from '../frame-fields.ts'

/** Decimals that spot writes everything with. */
const SPOT_DECIMALS = 8

/** An amount in decimal text with the venue's digits. */
export const amountText = (units: bigint, decimals: number): string =>
  formatScaled(toUnits({ units, decimals }, SPOT_DECIMALS), SPOT_DECIMALS)

/** Writes prices and quantities as a dialect does: spot with eight decimals, USD-M with those of the grid. */
export class NumberTexts {
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  price({ price }: Instrument, ticks: number): string {
    return this.#padded(formatOnGrid(ticks, price), price.decimals)
  }

  lots({ quantity }: Instrument, lots: number): string {
    return this.#padded(formatOnGrid(lots, quantity), quantity.decimals)
  }

  /** Average price of what is executed of an order; zero before. */
  average(order: ExchangeOrder): string {
    const { instrument, cumulative, value } = order
    if (cumulative === 0) return '0.00000'
    const { contract, price } = instrument
    assert(contract.kind === 'linear', 'contracts of this venue are linear', instrument.symbol)
    const scaled = (value * BigInt(price.step) * 10n ** 5n) / (BigInt(cumulative) * contract.minorPerTickLot)
    return formatScaled(scaled / 10n ** BigInt(price.decimals), 5)
  }

  #padded(text: string, decimals: number): string {
    if (this.#dialect === 'usdm' || decimals >= SPOT_DECIMALS) return text
    return `${decimals === 0 ? `${text}.` : text}${'0'.repeat(SPOT_DECIMALS - decimals)}`
  }
}

/** The venue's word for where an order stands. */
export function statusOf({ status, cumulative }: ExchangeOrder): string {
  if (status !== 'open') return status.toUpperCase()
  return cumulative === 0 ? 'NEW' : 'PARTIALLY_FILLED'
}

/** BUY or SELL. */
export const sideWord = ({ side }: { readonly side: number }): string => (side === BUY ? 'BUY' : 'SELL')

/** Type and time in force: post-only is the type LIMIT_MAKER on spot and the time in force GTX on USD-M. */
export function termsOf(
  dialect: Dialect,
  order: ExchangeOrder,
): { readonly type: string; readonly timeInForce: string } {
  const timeInForce = order.timeInForce.toUpperCase()
  if (order.type === 'market') return { type: 'MARKET', timeInForce: 'GTC' }
  if (!order.postOnly) return { type: 'LIMIT', timeInForce: order.expiresAt === undefined ? timeInForce : 'GTD' }
  return dialect === 'spot' ? { type: 'LIMIT_MAKER', timeInForce: 'GTC' } : { type: 'LIMIT', timeInForce: 'GTX' }
}

const ms = (at: number): number => Math.floor(at / 1000)
const EXECUTION_TYPES: Readonly<Record<ExchangeOrderEvent, readonly [spot: string, usdm: string]>> = {
  accepted: ['NEW', 'NEW'],
  canceled: ['CANCELED', 'CANCELED'],
  expired: ['EXPIRED', 'EXPIRED'],
  replaced: ['REPLACED', 'AMENDMENT'],
}

/** Texts of orders and executions in one dialect. */
export class OrderTexts {
  readonly numbers: NumberTexts
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
    this.numbers = new NumberTexts(dialect)
  }

  /** An order as queries tell it. */
  order(order: ExchangeOrder): Record<string, unknown> {
    const { instrument } = order
    const { numbers } = this
    const common = {
      symbol: instrument.symbol,
      orderId: order.id,
      clientOrderId: order.clientOrderId,
      price: numbers.price(instrument, order.price),
      origQty: numbers.lots(instrument, order.lots),
      executedQty: numbers.lots(instrument, order.cumulative),
      status: statusOf(order),
      ...termsOf(this.#dialect, order),
      side: sideWord(order),
      time: ms(order.createdAt),
      updateTime: ms(order.updatedAt),
    }
    const value = amountText(order.value, instrument.settle.decimals)
    if (this.#dialect === 'spot') {
      const stop = { stopPrice: '0.00000000', icebergQty: '0.00000000', isWorking: true, workingTime: common.time }
      return {
        ...common,
        orderListId: -1,
        cummulativeQuoteQty: value,
        origQuoteOrderQty: '0.00000000',
        ...stop,
        selfTradePreventionMode: 'NONE',
      }
    }
    return {
      ...common,
      avgPrice: numbers.average(order),
      cumQuote: value,
      cumQty: common.executedQty,
      reduceOnly: order.reduceOnly,
      ...{
        closePosition: false,
        positionSide: 'BOTH',
        stopPrice: '0',
        workingType: 'CONTRACT_PRICE',
        priceProtect: false,
      },
      ...{
        origType: common.type,
        priceMatch: 'NONE',
        selfTradePreventionMode: 'NONE',
        goodTillDate: ms(order.expiresAt ?? 0),
      },
    }
  }

  /** An execution as `myTrades` or `userTrades` tells it. */
  trade(fill: ExchangeFill): Record<string, unknown> {
    const { order, price, lots } = fill
    const { instrument } = order
    const isBuyer = order.side === BUY
    const isMaker = fill.liquidity === 'maker'
    const decimals = feeDecimals(fill)
    const common = {
      symbol: instrument.symbol,
      id: fill.tradeId,
      orderId: order.id,
      price: this.numbers.price(instrument, price),
      qty: this.numbers.lots(instrument, lots),
      quoteQty: this.#value(instrument, price, lots),
      commissionAsset: fill.feeAsset,
      time: ms(fill.at),
    }
    if (this.#dialect === 'spot')
      return {
        ...common,
        orderListId: -1,
        commission: amountText(fill.fee, decimals),
        isBuyer,
        isMaker,
        isBestMatch: true,
      }
    const realizedPnl = amountText(fill.realised, instrument.settle.decimals)
    const commission = amountText(-fill.fee, decimals)
    return {
      ...common,
      commission,
      buyer: isBuyer,
      maker: isMaker,
      realizedPnl,
      side: sideWord(order),
      positionSide: 'BOTH',
    }
  }

  /** An executionReport of spot, or the `o` of an ORDER_TRADE_UPDATE. @param cancelId of the request that canceled it */
  execution(order: ExchangeOrder, event: ExchangeOrderEvent | ExchangeFill, cancelId = ''): Record<string, unknown> {
    const { instrument } = order
    const { numbers } = this
    const fill = typeof event === 'string' ? undefined : event
    const type = typeof event === 'string' ? EXECUTION_TYPES[event][this.#dialect === 'spot' ? 0 : 1] : 'TRADE'
    const { type: o, timeInForce: f } = termsOf(this.#dialect, order)
    const fee = fill === undefined ? '0' : amountText(fill.fee, feeDecimals(fill))
    const common = {
      s: instrument.symbol,
      S: sideWord(order),
      o,
      f,
      q: numbers.lots(instrument, order.lots),
      p: numbers.price(instrument, order.price),
      x: type,
      X: statusOf(order),
      i: order.id,
      l: numbers.lots(instrument, fill?.lots ?? 0),
      z: numbers.lots(instrument, order.cumulative),
      L: numbers.price(instrument, fill?.price ?? 0),
      n: fee,
      N: fill?.feeAsset ?? null,
      T: ms(order.updatedAt),
      m: fill?.liquidity === 'maker',
    }
    if (this.#dialect === 'spot')
      return {
        e: 'executionReport',
        E: ms(order.updatedAt),
        ...common,
        ...{ c: cancelId === '' ? order.clientOrderId : cancelId, C: cancelId === '' ? '' : order.clientOrderId },
        ...{
          P: '0.00000000',
          F: '0.00000000',
          g: -1,
          r: 'NONE',
          t: fill?.tradeId ?? -1,
          I: 0,
          w: order.status === 'open',
        },
        ...{ M: false, O: ms(order.createdAt), Z: amountText(order.value, instrument.settle.decimals) },
        Y: fill === undefined ? '0.00000000' : this.#value(instrument, fill.price, fill.lots),
        ...{ Q: '0.00000000', W: ms(order.createdAt), V: 'NONE' },
      }
    return {
      ...common,
      ...{ c: order.clientOrderId, ap: numbers.average(order), sp: '0', t: fill?.tradeId ?? 0, b: '0', a: '0' },
      ...{ R: order.reduceOnly, wt: 'CONTRACT_PRICE', ot: o, ps: 'BOTH', cp: false, pP: false, si: 0, ss: 0 },
      ...{
        rp: amountText(fill?.realised ?? 0n, instrument.settle.decimals),
        V: 'NONE',
        pm: 'NONE',
        gtd: ms(order.expiresAt ?? 0),
        er: '0',
      },
    }
  }

  #value(instrument: Instrument, price: number, lots: number): string {
    const { contract } = instrument
    assert(contract.kind === 'linear', 'contracts of this venue are linear', instrument.symbol)
    return amountText(BigInt(price) * BigInt(lots) * contract.minorPerTickLot, instrument.settle.decimals)
  }
}

/** Booked decimals of the asset in which a fee is charged. */
export function feeDecimals({ feeAsset, order: { instrument } }: ExchangeFill): number {
  return [instrument.quote, instrument.base, instrument.settle].find(({ code }) => code === feeAsset)!.decimals
}
