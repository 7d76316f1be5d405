import type { NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import { moneyUnits } from '../../quote-money.ts'
import type { Dialect } from '../frame-fields.ts'
import { isFailure, type RequestParameters } from './parameters.ts'
import { type Failure, failure, missing } from './venue-failures.ts'

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/
/** A dated order lives at least so long. */
const DATED_LEAST_MS = 600_000
/** Terms of other kinds of order than ours. */
const OF_OTHER_ORDERS = ['stopPrice', 'trailingDelta', 'activationPrice', 'callbackRate', 'closePosition', 'priceMatch']

/** Why an order is not taken that asks for more than a limit or market order has. */
function unfitFor(dialect: Dialect, parameters: RequestParameters): Failure | undefined {
  const asks = (key: string): boolean => !['', '0', 'false', 'NONE'].includes(parameters.get(key) ?? '')
  const unfit = OF_OTHER_ORDERS.find(asks)
  if (unfit !== undefined) return failure(-1106, `Parameter '${unfit}' sent when not required.`)
  if (asks('icebergQty')) return failure(-1013, 'Iceberg orders are not supported for this symbol.')
  return dialect === 'usdm' && !['', 'BOTH'].includes(parameters.get('positionSide') ?? '')
    ? failure(-4061, "Order's position side does not match user's setting.")
    : undefined
}

/** When a dated order ends, microseconds: the whole second of `goodTillDate`, ten minutes from now at the earliest. */
function endOf(parameters: RequestParameters, now: number): number | Failure {
  if (parameters.get('goodTillDate') === undefined) return missing('goodTillDate')
  const at = parameters.int('goodTillDate', -1)
  return at >= now + DATED_LEAST_MS
    ? Math.floor(at / 1000) * 1_000_000
    : failure(-1130, "Data sent for parameter 'goodTillDate' is not valid.")
}

/**
 * Lots of a market order of spot by money, or undefined when it is one by quantity.
 * @param lotsFor lots that booked units of the quote buy or sell now
 */
function moneyLots(
  instrument: Instrument,
  parameters: RequestParameters,
  side: Side,
  lotsFor: MoneyLots,
): number | undefined | Failure {
  const text = parameters.get('quoteOrderQty')
  if (text === undefined || parameters.get('type') !== 'MARKET') return undefined
  if (parameters.get('quantity') !== undefined)
    return failure(-1106, "Parameter 'quoteOrderQty' sent when not required.")
  const units = moneyUnits(text, instrument)
  if (units === undefined) return failure(-1100, "Illegal characters found in parameter 'quoteOrderQty'.")
  return lotsFor(instrument, side, units)
}

/** Lots that a sum, booked units of the quote, buys or sells at the prices that rest now. */
export type MoneyLots = (instrument: Instrument, side: Side, units: bigint) => number

/**
 * The order that a client wishes for, or what is wrong with it.
 * @param newId an id for an order that was given none
 * @param now milliseconds
 */
export function wishOf(
  dialect: Dialect,
  instrument: Instrument,
  parameters: RequestParameters,
  newId: () => string,
  now: number,
  lotsFor: MoneyLots,
): NewExchangeOrder | Failure {
  const side = parameters.get('side')
  if (side === undefined) return missing('side')
  if (side !== 'BUY' && side !== 'SELL') return failure(-1117, 'Invalid side.')
  const type = parameters.get('type')
  if (type === undefined) return missing('type')
  const isMaker = type === 'LIMIT_MAKER' && dialect === 'spot'
  if (dialect === 'usdm' && /^(STOP|TAKE_PROFIT|TRAILING)/.test(type))
    return failure(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    )
  if (type !== 'LIMIT' && type !== 'MARKET' && !isMaker) return failure(-1116, 'Invalid orderType.')
  const unfit = unfitFor(dialect, parameters)
  if (unfit !== undefined) return unfit
  const timeInForce = parameters.get('timeInForce')
  if (type === 'LIMIT' && timeInForce === undefined) return missing('timeInForce')
  const isPostOnly = isMaker || (dialect === 'usdm' && timeInForce === 'GTX')
  const isDated = dialect === 'usdm' && timeInForce === 'GTD'
  if (type === 'LIMIT' && !isPostOnly && !isDated && !['GTC', 'IOC', 'FOK'].includes(timeInForce ?? ''))
    return failure(-1115, 'Invalid timeInForce.')
  const until = isDated && type === 'LIMIT' ? endOf(parameters, now) : undefined
  if (isFailure(until)) return until
  const clientOrderId = parameters.get('newClientOrderId') ?? newId()
  if (!CLIENT_ID.test(clientOrderId))
    return failure(
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[.A-Z:/a-z0-9_-]{1,36}$'.",
    )
  const direction = side === 'BUY' ? BUY : SELL
  const bought = dialect === 'spot' ? moneyLots(instrument, parameters, direction, lotsFor) : undefined
  if (bought === undefined && parameters.get('quantity') === undefined) return missing('quantity')
  const lots = bought ?? parameters.steps(dialect, 'quantity', instrument)
  if (isFailure(lots)) return lots
  if (type !== 'MARKET' && parameters.get('price') === undefined) return missing('price')
  const price = type === 'MARKET' ? 0 : parameters.steps(dialect, 'price', instrument)
  if (isFailure(price)) return price
  return {
    ...{ clientOrderId, instrument, price, lots, postOnly: isPostOnly },
    side: direction,
    ...(until === undefined ? {} : { expiresAt: until }),
    type: type === 'MARKET' ? 'market' : 'limit',
    timeInForce: type === 'LIMIT' && !isPostOnly && !isDated ? (timeInForce!.toLowerCase() as TimeInForce) : 'gtc',
    reduceOnly: dialect === 'usdm' && parameters.get('reduceOnly') === 'true',
  }
}
