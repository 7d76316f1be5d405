import type { Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'

/** FIX 40, the two that every venue has. */
export type OrderType = 'limit' | 'market'
/** FIX 59: until canceled; fill what can be and cancel the rest; fill all at once or nothing. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok'

/** A wish, unchecked. Only risk can turn it into something that execution accepts. */
export interface OrderRequest {
  /** Index in the instrument table. */
  readonly instrument: number
  readonly side: Side
  readonly type: OrderType
  readonly quantity: Lots
  /** Absent for market orders. */
  readonly price?: Ticks
  readonly timeInForce: TimeInForce
  /** Refused by the venue rather than executed on arrival. FIX 18=6. */
  readonly postOnly: boolean
  /** May only bring the position nearer to zero. */
  readonly reduceOnly: boolean
  /** Name of the strategy that wishes. */
  readonly strategy: string
}
