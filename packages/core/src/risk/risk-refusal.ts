import type { Scope } from './limit-scope.ts'

/** Why a wish was refused, in order of precedence: the first that applies is the one reported. */
export type RiskRefusal =
  | 'halted'
  | 'malformed'
  | 'order_too_small'
  | 'order_too_large'
  | 'price_out_of_bounds'
  | 'no_reference_price'
  | 'price_out_of_band'
  | 'notional_too_small'
  | 'notional_too_large'
  | 'not_reducing'
  | 'position_too_large'
  | 'too_many_orders'
  | 'rate_exceeded'
  | 'breaker_open'
  | 'degraded'
  | 'exposure_too_large'
  | 'leverage_too_high'
  | 'concentration_too_high'
  | 'margin_too_small'
  | 'daily_loss_reached'
  | 'drawdown_reached'
  | 'no_valuation'
  | 'market_halted'
  | 'stale_market'
  | 'post_only_would_take'
  | 'self_trade'
  | 'insufficient_funds'

/** The numbers behind a refusal: what is, what would be, and what is allowed. */
export interface RefusalFigures {
  readonly reason: RiskRefusal | ''
  /** Name of the limit, breaker or halt; of the instrument's own limits the name of the field. */
  readonly name: string
  readonly scope: Scope
  /** As it is now, without the wish. */
  readonly value: number | bigint
  /** As it would be at worst, with the wish. */
  readonly would: number | bigint
  readonly limit: number | bigint
  /** `lots`, `ticks`, `minor` (booked units of money), `bps`, `orders`; empty when numbers say nothing. */
  readonly unit: string
}

/** No refusal yet. */
export const NO_REFUSAL: RefusalFigures = { reason: '', name: '', scope: {}, value: 0, would: 0, limit: 0, unit: '' }

/**
 * A refusal in one sentence for a person: `position too large: pos-btc of BTCUSDT on binance is 110 lots and would be 151;
 * the limit is 150`.
 * @param scopeText the scope in words, see `scopeName`
 */
export function refusalSentence(
  { reason, name, value, would, limit, unit }: RefusalFigures,
  scopeText: string,
): string {
  const head = `${reason.replaceAll('_', ' ')}: ${name === '' ? '' : `${name} of `}${scopeText}`
  if (unit === '') return head
  const is = value === would ? `is ${value} ${unit}` : `is ${value} ${unit} and would be ${would}`
  return `${head} ${is}; the limit is ${limit}`
}
