import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { lotsForMoney } from '@velocimex/core/exchange/money-order'
import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import { moneyUnits } from '../../quote-money.ts'
import type { Asked } from './asked.ts'
import { type Failure, failure, isFailure, wrong } from './venue-failures.ts'

const CLIENT_ID = /^[A-Za-z0-9]{1,32}$/
const TAG = /^[A-Za-z0-9]{1,16}$/
/** Older ways to attach orders that wait. */
const ATTACHED = ['tpTriggerPx', 'slTriggerPx']
const FORCES: Readonly<Record<string, TimeInForce>> = {
  limit: 'gtc',
  post_only: 'gtc',
  market: 'gtc',
  fok: 'fok',
  ioc: 'ioc',
  optimal_limit_ioc: 'ioc',
}

/** Decimal text as whole steps; the error where it is none of the grid's. */
export function stepsOf(
  asked: Asked,
  key: string,
  { price, quantity }: Instrument,
  isPrice: boolean,
): number | Failure {
  const text = asked.get(key)
  if (text === undefined) return wrong(key)
  const steps = parseOnGrid(text, isPrice ? price : quantity)
  if (steps.ok) return steps.value
  if (steps.reason === 'malformed') return wrong(key)
  return isPrice
    ? failure('51150', 'The precision of the number of trades or the price exceeds the limit.')
    : failure('51121', 'Order quantity must be a multiple of the lot size.')
}

/** Spot is paid from cash; contracts are crossed, in one position of an instrument. Isolated margin is not offered. */
function modeFault(asked: Asked, instrument: Instrument): Failure | undefined {
  const mode = asked.get('tdMode')
  if (mode === undefined) return wrong('tdMode')
  const isSpot = instrument.kind === 'spot'
  if (!['cash', 'cross', 'isolated'].includes(mode)) return wrong('tdMode')
  if (mode !== (isSpot ? 'cash' : 'cross'))
    return failure('51010', "You can't complete this request under your current account mode.")
  const side = asked.get('posSide')
  return side === undefined || side === 'net' ? undefined : wrong('posSide')
}

/** What a client wishes, or what is wrong with it. @param unnamed the id of an order that was given none */
export function wishOf(
  exchange: Exchange,
  asked: Asked,
  instrument: Instrument,
  unnamed: string,
): NewExchangeOrder | Failure {
  const fault = modeFault(asked, instrument)
  if (fault !== undefined) return fault
  const side = asked.get('side')
  if (side !== 'buy' && side !== 'sell') return wrong('side')
  const ordType = asked.get('ordType') ?? ''
  const timeInForce = Object.hasOwn(FORCES, ordType) ? FORCES[ordType] : undefined
  if (timeInForce === undefined) return wrong('ordType')
  const clientOrderId = asked.get('clOrdId') ?? unnamed
  if (clientOrderId !== unnamed && !CLIENT_ID.test(clientOrderId)) return wrong('clOrdId')
  if (!TAG.test(asked.get('tag') ?? 'none')) return wrong('tag')
  const attached = ATTACHED.find(key => asked.get(key) !== undefined)
  if (attached !== undefined) return wrong(attached)
  if (asked.nests('attachAlgoOrds')) return wrong('attachAlgoOrds')
  const isMarket = ordType === 'market' || ordType === 'optimal_limit_ioc'
  const price = isMarket ? 0 : stepsOf(asked, 'px', instrument, true)
  if (isFailure(price)) return price
  const isSpot = instrument.kind === 'spot'
  const target = asked.get('tgtCcy') ?? (side === 'buy' ? 'quote_ccy' : 'base_ccy')
  const isMoney = isSpot && isMarket && target === 'quote_ccy'
  const lots = isMoney ? lotsFor(exchange, asked, instrument, side === 'buy') : stepsOf(asked, 'sz', instrument, false)
  if (isFailure(lots)) return lots
  return {
    ...{ clientOrderId, instrument, price, lots, timeInForce, postOnly: ordType === 'post_only' },
    side: side === 'buy' ? BUY : SELL,
    type: isMarket ? 'market' : 'limit',
    reduceOnly: !isSpot && asked.get('reduceOnly') === 'true',
  }
}

/** Lots that a sum of quote money buys or sells at the prices that rest now. */
function lotsFor(exchange: Exchange, asked: Asked, instrument: Instrument, isBuy: boolean): number | Failure {
  const units = moneyUnits(asked.get('sz') ?? '', instrument)
  if (units === undefined) return wrong('sz')
  return lotsForMoney(exchange, instrument, isBuy ? BUY : SELL, units)
}
