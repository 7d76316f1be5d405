import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY } from '@velocimex/core/market/side'

/** Between a label and what tells it from the same label of another open order. */
const APART = '\u0000'

/** Price as the JSON number that the venue writes. */
export const priceOf = ({ price }: Instrument, ticks: number): number => Number(formatOnGrid(ticks, price))
/** Amount as the JSON number that the venue writes: USD of inverse contracts, base coins of all others. */
export const amountOf = ({ quantity }: Instrument, lots: number): number => Number(formatOnGrid(lots, quantity))
/** Units of an asset as a JSON number. */
export const unitsOf = (units: bigint, decimals: number): number => Number(formatScaled(units, decimals))
/** Milliseconds of an instant. */
export const millisOf = (micros: number): number => Math.floor(micros / 1000)

/** Id of an order as the venue writes it: those of one settling coin stand together. */
export const orderIdOf = ({ id, instrument }: ExchangeOrder): string =>
  instrument.settle.code === 'BTC' ? String(id) : `${instrument.settle.code}-${id}`

/** Number of the order with an id; 0 when it is none. */
export const numberOfId = (text: string): number => Number(/^(?:[A-Z]+-)?(\d{1,15})$/.exec(text)?.[1] ?? 0)

/** The client's label of an order. */
export const labelOf = ({ clientOrderId }: ExchangeOrder): string => clientOrderId.split(APART)[0]!

/** A client order id for a label, which several open orders may carry here. */
export const idOfLabel = (label: string, number: number): string => `${label}${APART}${number}`

const TIMES_IN_FORCE = { gtc: 'good_til_cancelled', ioc: 'immediate_or_cancel', fok: 'fill_or_kill' } as const
const STATES = { open: 'open', filled: 'filled', canceled: 'cancelled', expired: 'cancelled' } as const

/** Writes orders, executions and positions as the venue does. */
export class OrderTexts {
  /** Orders that were amended. */
  readonly replaced = new Set<number>()
  /** Why an order was cancelled, unless by its client. */
  readonly reasons = new Map<number, string>()
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  order(order: ExchangeOrder): Record<string, unknown> {
    const { instrument, status, lots, cumulative, type, price, postOnly, reduceOnly, timeInForce } = order
    const reason = this.reasons.get(order.id) ?? 'user_request'
    return {
      ...{ web: false, api: true, mmp: false, is_liquidation: false, risk_reducing: false, user_id: order.account },
      ...{ label: labelOf(order), order_id: orderIdOf(order), instrument_name: instrument.symbol },
      ...{ direction: order.side === BUY ? 'buy' : 'sell', order_type: type, order_state: STATES[status] },
      ...{ price: type === 'market' ? 'market_price' : priceOf(instrument, price), amount: amountOf(instrument, lots) },
      ...{ filled_amount: amountOf(instrument, cumulative), average_price: this.#average(order), contracts: lots },
      ...{
        time_in_force: order.expiresAt === undefined ? TIMES_IN_FORCE[timeInForce] : 'good_til_day',
        post_only: postOnly,
        reject_post_only: postOnly,
        reduce_only: reduceOnly,
      },
      ...{ replaced: this.replaced.has(order.id), creation_timestamp: millisOf(order.createdAt) },
      last_update_timestamp: millisOf(order.updatedAt),
      ...(status === 'canceled' ? { cancel_reason: reason } : {}),
    }
  }

  /** An execution as private calls and channels tell it. */
  fill(fill: ExchangeFill): Record<string, unknown> {
    const { order, price, lots, fee, feeAsset, liquidity, at, tradeId } = fill
    const { instrument } = order
    const mark = priceOf(instrument, this.#exchange.mark(instrument.index))
    return {
      ...{ trade_id: tradeIdOf(instrument, tradeId), trade_seq: tradeId, timestamp: millisOf(at), tick_direction: 1 },
      ...{
        price: priceOf(instrument, price),
        amount: amountOf(instrument, lots),
        contracts: lots,
        label: labelOf(order),
      },
      ...{ direction: order.side === BUY ? 'buy' : 'sell', instrument_name: instrument.symbol, index_price: mark },
      ...{ order_id: orderIdOf(order), order_type: order.type, state: STATES[order.status], mark_price: mark },
      ...{
        fee: unitsOf(fee, instrument.settle.decimals),
        fee_currency: feeAsset,
        matching_id: null,
        self_trade: false,
      },
      ...{ liquidity: liquidity === 'maker' ? 'M' : 'T', post_only: order.postOnly, reduce_only: order.reduceOnly },
      ...{
        api: true,
        mmp: false,
        risk_reducing: false,
        profit_loss: unitsOf(fill.realised, instrument.settle.decimals),
      },
      user_id: order.account,
    }
  }

  /** The position of an account in an instrument. */
  position(account: number, instrument: Instrument): Record<string, unknown> {
    const owner = this.#exchange.account(account)
    const { lots, cost, realised } = owner.position(instrument.index)
    const mark = this.#exchange.mark(instrument.index)
    const { decimals } = instrument.settle
    const total = owner.unrealised(instrument, mark)
    const average = this.#average({ instrument, cumulative: Math.abs(lots), value: cost } as ExchangeOrder)
    return {
      ...{
        instrument_name: instrument.symbol,
        kind: 'future',
        direction: lots === 0 ? 'zero' : lots > 0 ? 'buy' : 'sell',
      },
      ...{ size: amountOf(instrument, lots), size_currency: unitsOf(cost, decimals), average_price: average },
      ...{ mark_price: priceOf(instrument, mark), index_price: priceOf(instrument, mark), leverage: 50 },
      ...{ floating_profit_loss: unitsOf(total, decimals), total_profit_loss: unitsOf(total, decimals) },
      ...{ realized_profit_loss: unitsOf(realised, decimals), initial_margin: 0, maintenance_margin: 0, delta: 0 },
      ...{ open_orders_margin: 0, realized_funding: 0, settlement_price: priceOf(instrument, mark), interest_value: 0 },
    }
  }

  /** Price of what is executed: the value of inverse contracts falls as the price rises. */
  #average({ instrument, cumulative, value }: ExchangeOrder): number {
    const { contract, price } = instrument
    if (cumulative === 0 || value === 0n) return 0
    const [above, below] =
      contract.kind === 'linear'
        ? [value, BigInt(cumulative) * contract.minorPerTickLot]
        : [BigInt(cumulative) * contract.minorTicksPerLot, value]
    return unitsOf((above * BigInt(price.step) * 10_000n) / below, price.decimals + 4)
  }
}

/** Id of a trade as the venue writes it. */
export const tradeIdOf = ({ settle }: Instrument, id: number): string =>
  settle.code === 'BTC' ? String(id) : `${settle.code}-${id}`
