import { formatOnGrid, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument, InstrumentKind } from '@velocimex/core/market/instrument'
import { BUY } from '@velocimex/core/market/side'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
import type { Parameters } from './signing.ts'

/** What the venue calls the types of instruments. */
export const INST_TYPES: Readonly<Record<InstrumentKind, string>> = {
  spot: 'SPOT',
  perpetual: 'SWAP',
  future: 'FUTURES',
  option: 'OPTION',
}

/** How an instrument is traded: spot from the account's own cash unless it is one of several currencies, all else crossed. */
export type SpotMode = 'cash' | 'cross'

/** Time in force and post-only are part of the type. */
function typeOf({ type, postOnly, timeInForce }: OrderRequest): string {
  if (type === 'market') return 'market'
  if (postOnly) return 'post_only'
  return timeInForce === 'gtc' ? 'limit' : timeInForce
}

/** Shortest text of a number of steps: `20000`, not `20000.0`. */
export const plainSteps = (steps: number, grid: Instrument['price']): string => shortDecimal(formatOnGrid(steps, grid))

/** The fields of a new order behind the name of its instrument. The quantity of a market order of spot is in base coin. */
export function orderFields(
  instrument: Instrument,
  order: OrderRequest,
  clientOrderId: string,
  spotMode: SpotMode,
): Parameters {
  assertSayable(spotRefusal(instrument, order))
  const isSpot = instrument.kind === 'spot'
  return [
    ['tdMode', isSpot ? spotMode : 'cross'],
    ['side', order.side === BUY ? 'buy' : 'sell'],
    ['ordType', typeOf(order)],
    ['sz', plainSteps(order.quantity, instrument.quantity)],
    ['px', order.price === undefined ? undefined : plainSteps(order.price, instrument.price)],
    ['clOrdId', clientOrderId],
    ['tgtCcy', isSpot && order.type === 'market' ? 'base_ccy' : undefined],
    ['reduceOnly', !isSpot && order.reduceOnly ? true : undefined],
  ]
}

/** The pair that an instrument derives from: `BTC-USDT`. */
export const familyOf = ({ symbol }: Instrument): string => symbol.split('-').slice(0, 2).join('-')
