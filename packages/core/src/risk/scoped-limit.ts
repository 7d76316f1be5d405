import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Scope } from './limit-scope.ts'

/**
 * What a limit bounds. Everything about positions is judged at worst: resting, in flight and in doubt counted as filled.
 *
 * order_size     lots of one order
 * price_band     distance of a price from the mark on the side that costs us, bps
 * position       lots of each instrument on its own, long or short
 * notional       value of the position in each instrument on its own
 * exposure       value of all positions together, long and short added
 * leverage       exposure over equity, bps: 10,000 is once the equity
 * concentration  value of all positions in one base asset over equity, bps
 * margin_use     money that all positions bind over equity, bps: 10,000 is all that there is
 * open_orders    orders that are not closed
 * order_rate     placements and amendments within any window
 * daily_loss     equity at the day's start less equity now
 * drawdown       fall from the highest equity, bps of it
 */
export type LimitKind =
  | 'order_size'
  | 'price_band'
  | 'position'
  | 'notional'
  | 'exposure'
  | 'leverage'
  | 'concentration'
  | 'margin_use'
  | 'open_orders'
  | 'order_rate'
  | 'daily_loss'
  | 'drawdown'

/** Unit of the value of each kind; `minor` is booked units of the limits' currency. */
export const LIMIT_UNITS: Readonly<Record<LimitKind, 'lots' | 'bps' | 'minor' | 'orders'>> = {
  order_size: 'lots',
  price_band: 'bps',
  position: 'lots',
  notional: 'minor',
  exposure: 'minor',
  leverage: 'bps',
  concentration: 'bps',
  margin_use: 'bps',
  open_orders: 'orders',
  order_rate: 'orders',
  daily_loss: 'minor',
  drawdown: 'bps',
}

/** One limit. */
export interface ScopedLimit {
  /** Unique; the name by which it is changed and by which a refusal calls it. 1..100 characters. */
  readonly name: string
  readonly scope: Scope
  readonly kind: LimitKind
  /** Greatest allowed value in the unit of the kind; not negative. 0 allows nothing that adds. */
  readonly value: bigint
  /** Microseconds of the window; only and always for `order_rate`. */
  readonly window?: number
}

/** Most orders a rate limit can count. */
export const RATE_MAX = 100_000

const LOTS_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/** What is wrong with a limit, in words; undefined when nothing is. */
export function limitFault(limit: ScopedLimit, instruments: InstrumentTable): string | undefined {
  const { name, kind, value, window, scope } = limit
  if (name.length < 1 || name.length > 100) return 'name: give 1 to 100 characters'
  if (LIMIT_UNITS[kind] === undefined) return `kind: ${kind} is not one of ${Object.keys(LIMIT_UNITS).join(', ')}`
  if (typeof value !== 'bigint' || value < 0n) return `value: ${value} is not a whole number of at least 0`
  if (LIMIT_UNITS[kind] !== 'minor' && value > LOTS_MAX) return `value: ${value} is beyond 2^53; leave the limit out`
  if (scope.instrument !== undefined && instruments.all[scope.instrument] === undefined)
    return `scope.instrument: there is no instrument ${scope.instrument}`
  if (kind === 'order_rate' && (window === undefined || !Number.isSafeInteger(window) || window < 1))
    return 'window: an order rate needs one of at least 1 microsecond'
  if (kind === 'order_rate' && value > BigInt(RATE_MAX)) return `value: a rate counts at most ${RATE_MAX} orders`
  if (kind !== 'order_rate' && window !== undefined) return `window: ${kind} has none; leave it out`
  return undefined
}
