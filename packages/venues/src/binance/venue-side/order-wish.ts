import type { NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import type { Dialect } from '../frame-fields.ts'
import { isFailure, type RequestParameters } from './parameters.ts'
import { type Failure, failure, missing } from './venue-failures.ts'

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/
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

/** The order that a client wishes for, or what is wrong with it. @param newId an id for an order that was given none */
export function wishOf(
  dialect: Dialect,
  instrument: Instrument,
  parameters: RequestParameters,
  newId: () => string,
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
  if (type === 'LIMIT' && !isPostOnly && !['GTC', 'IOC', 'FOK'].includes(timeInForce ?? ''))
    return failure(-1115, 'Invalid timeInForce.')
  const clientOrderId = parameters.get('newClientOrderId') ?? newId()
  if (!CLIENT_ID.test(clientOrderId))
    return failure(
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[.A-Z:/a-z0-9_-]{1,36}$'.",
    )
  if (parameters.get('quantity') === undefined) return missing('quantity')
  const lots = parameters.steps(dialect, 'quantity', instrument)
  if (isFailure(lots)) return lots
  if (type !== 'MARKET' && parameters.get('price') === undefined) return missing('price')
  const price = type === 'MARKET' ? 0 : parameters.steps(dialect, 'price', instrument)
  if (isFailure(price)) return price
  return {
    ...{ clientOrderId, instrument, price, lots, postOnly: isPostOnly },
    side: side === 'BUY' ? BUY : SELL,
    type: type === 'MARKET' ? 'market' : 'limit',
    timeInForce: type === 'LIMIT' && !isPostOnly ? (timeInForce!.toLowerCase() as TimeInForce) : 'gtc',
    reduceOnly: dialect === 'usdm' && parameters.get('reduceOnly') === 'true',
  }
}
