import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Asset } from '@velocimex/core/market/money'
import { type LimitText, readLimit } from '@velocimex/core/risk/read-limit'
import type { InstrumentLimits, RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { ONLY_BY_HAND, STOP_THRESHOLDS, type StopThresholds } from '@velocimex/core/risk/stop-watch'
import { z } from 'zod'
import { decimal } from './decimal-text.ts'

/** The `risk` of a configuration, the same for a backtest and for an account that trades live. */
export const riskSection = z
  .strictObject({
    maxOrderQuantity: decimal.optional(),
    maxPosition: decimal.optional(),
    maxOrderNotional: decimal.optional(),
    maxOpenOrders: z.int().min(1).default(50),
    priceBandBps: z.number().min(0).default(100),
    maxOrdersPerSecond: z.int().min(1).max(100_000).default(50),
    /** Limits by scope; see `LimitText` for what a value can be. */
    limits: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(100),
          kind: z.string(),
          symbol: z.string().optional(),
          venue: z.string().optional(),
          strategy: z.string().optional(),
          account: z.string().optional(),
          value: z.string('must be a text in quotes, such as "0.5", "5%" or "10/1s"'),
        }),
      )
      .max(1000)
      .optional(),
    /** Ends the trading of a run that goes wrong: everything is canceled and, unless told not to, closed. */
    emergencyStop: z
      .strictObject({
        maxDayDrawdownBps: z.int().min(1).max(10_000).default(500),
        minMarginBps: z.int().min(0).max(10_000).default(1500),
        maxRejections: z.int().min(1).max(10_000).default(10),
        closePositions: z.boolean().default(true),
      })
      .optional(),
  })
  .prefault({})

/** A checked `risk` section with its defaults. */
export type RiskSection = z.infer<typeof riskSection>

/** Names of all keys of the section. */
export const RISK_KEYS: readonly string[] = [
  'maxOrderQuantity',
  'maxPosition',
  'maxOrderNotional',
  'maxOpenOrders',
  'priceBandBps',
  'maxOrdersPerSecond',
  'limits',
  'kind',
  'symbol',
  'venue',
  'account',
  'value',
  'emergencyStop',
  'maxDayDrawdownBps',
  'minMarginBps',
  'maxRejections',
  'closePositions',
]

const SECOND = 1_000_000

/** The limits of each instrument and the rate. @param issues gets what does not fit an instrument */
export function riskLimits(risk: RiskSection, instruments: readonly Instrument[], issues: string[]): RiskLimits {
  return {
    byInstrument: instruments.map(instrument => instrumentLimits(risk, instrument, issues)),
    ordersPerWindowMax: risk.maxOrdersPerSecond,
    rateWindow: SECOND,
  }
}

/** The limits by scope. @param issues gets what is wrong, each with the name of its limit @param account its only one */
export function scopedLimits(
  { limits = [] }: RiskSection,
  instruments: InstrumentTable,
  currency: Asset,
  account: string,
  issues: string[],
): ScopedLimit[] {
  const read: ScopedLimit[] = []
  for (const text of limits) {
    const limit = readLimit(text as LimitText, instruments, currency)
    if (typeof limit === 'string') issues.push(`risk.limits: ${limit}`)
    else if (read.some(({ name }) => name === limit.name))
      issues.push(`risk.limits: limit ${limit.name}: the name occurs twice`)
    else if (limit.scope.account !== undefined && limit.scope.account !== account)
      issues.push(`risk.limits: limit ${limit.name}: account: the only one here is ${account}`)
    else read.push(limit)
  }
  return read
}

/** When the emergency stop engages by itself; never where the section has none. */
export function stopThresholds({ emergencyStop: stop }: RiskSection): StopThresholds {
  if (stop === undefined) return ONLY_BY_HAND
  return {
    ...STOP_THRESHOLDS,
    drawdownBpsMax: stop.maxDayDrawdownBps,
    marginBpsMin: stop.minMarginBps,
    rejectionsMax: stop.maxRejections,
  }
}

/** Decimal text as booked units; digits beyond the asset's are cut. */
export function bookedUnits(text: string, decimals: number): bigint {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
}

function instrumentLimits(risk: RiskSection, instrument: Instrument, issues: string[]): InstrumentLimits {
  const lots = (name: 'maxOrderQuantity' | 'maxPosition'): number => {
    const text = risk[name]
    if (text === undefined) return Number.POSITIVE_INFINITY
    const parsed = parseOnGrid(text, instrument.quantity)
    if (parsed.ok) return parsed.value
    issues.push(
      `risk.${name}: ${text} is not a number of lots of ${instrument.symbol} (${parsed.reason.replace('_', ' ')})`,
    )
    return 0
  }
  return {
    orderLotsMax: lots('maxOrderQuantity'),
    positionLotsMax: lots('maxPosition'),
    orderNotionalMax:
      risk.maxOrderNotional === undefined ? undefined : bookedUnits(risk.maxOrderNotional, instrument.settle.decimals),
    openOrdersMax: risk.maxOpenOrders,
    priceBandBps: risk.priceBandBps,
  }
}
