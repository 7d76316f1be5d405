import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentLimits, RiskLimits } from '@velocimex/core/risk/risk-limits'
import { type LimitKind, RATE_MAX, type ScopedLimit } from '@velocimex/core/risk/scoped-limit'

/** A limit of one instrument as a person calls it. */
export type InstrumentLimitName = 'order' | 'position' | 'open-orders' | 'price-band-bps'

interface Place {
  readonly field: 'orderLotsMax' | 'positionLotsMax' | 'openOrdersMax' | 'priceBandBps'
  readonly kind: LimitKind
}

/** Where each limit of an instrument stands: its field, and its kind among limits by scope. */
export const INSTRUMENT_LIMITS: Readonly<Record<InstrumentLimitName, Place>> = {
  order: { field: 'orderLotsMax', kind: 'order_size' },
  position: { field: 'positionLotsMax', kind: 'position' },
  'open-orders': { field: 'openOrdersMax', kind: 'open_orders' },
  'price-band-bps': { field: 'priceBandBps', kind: 'price_band' },
}

const NAMES = Object.keys(INSTRUMENT_LIMITS) as readonly InstrumentLimitName[]

/** The name among limits by scope of one limit of an instrument. */
export const limitName = (symbol: string, name: InstrumentLimitName): string => `${symbol} ${name}`

/** The limits of an account's instruments and its rate, as limits by scope: so they can be kept, changed and shown. */
export function scopedLimits(limits: RiskLimits, instruments: readonly Instrument[]): ScopedLimit[] {
  const own = instruments.flatMap(({ index, symbol }) =>
    NAMES.flatMap((name): ScopedLimit[] => {
      const { field, kind } = INSTRUMENT_LIMITS[name]
      const value = limits.byInstrument[index]![field]
      if (!Number.isSafeInteger(value)) return [] // Infinity: there is none.
      return [{ name: limitName(symbol, name), scope: { instrument: index }, kind, value: BigInt(value) }]
    }),
  )
  const { ordersPerWindowMax: orders, rateWindow: window } = limits
  if (!Number.isSafeInteger(orders) || orders > RATE_MAX) return own
  return [...own, { name: 'order rate', scope: {}, kind: 'order_rate', value: BigInt(orders), window }]
}

/** The limits of an instrument with what limits by scope say of it now; of the rest what was configured. */
export function instrumentLimits(
  configured: InstrumentLimits,
  symbol: string,
  find: (name: string) => ScopedLimit | undefined,
): InstrumentLimits {
  const changed = NAMES.flatMap(name => {
    const limit = find(limitName(symbol, name))
    return limit === undefined ? [] : [[INSTRUMENT_LIMITS[name].field, Number(limit.value)] as const]
  })
  return { ...configured, ...Object.fromEntries(changed) }
}
