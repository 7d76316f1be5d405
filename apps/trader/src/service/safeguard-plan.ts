import type { SafeguardEntry, SafeguardOptions } from '@velocimex/core/engine/safeguard-options'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { DEFAULT_BREAKER } from '@velocimex/core/risk/circuit-breaker'
import { readLimit } from '@velocimex/core/risk/read-limit'
import type { RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { STOP_THRESHOLDS } from '@velocimex/core/risk/stop-watch'
import type { BreakerSpec } from '@velocimex/core/risk/trading-breaker'
import { type GuardOptions, OPERATOR } from './guard-options.ts'
import { scopedLimits } from './instrument-limits.ts'

/** Five rejections within thirty seconds: entries wait for half a minute, then three probes. */
const REJECTS: BreakerSpec = { name: 'rejections', scope: {}, rule: DEFAULT_BREAKER, trigger: { cause: 'rejects' } }

/** What a plan is made of. */
export interface PlanParts {
  readonly account: string
  readonly instruments: InstrumentTable
  readonly limits: RiskLimits
  readonly options: GuardOptions
  record(entry: SafeguardEntry): boolean
  persist(): boolean
  alert(words: string): void
}

/**
 * How an account is guarded, with everything that was left out filled in. Positions bind their whole value: leverage is
 * not counted on. @throws Error naming a limit that cannot be read
 */
export function safeguardPlan(parts: PlanParts): SafeguardOptions {
  const { account, instruments, limits, options } = parts
  const { byInstrument, ordersPerWindowMax, rateWindow } = limits
  const currency = instruments.at(0).settle
  const { deadMan } = options
  const scoped = (options.limits ?? []).map((text): ScopedLimit => {
    const read = readLimit(text, instruments, currency)
    if (typeof read === 'string') throw new Error(read)
    return read
  })
  return {
    ...{ account, currency },
    limits: [...scopedLimits(limits, instruments.all), ...scoped],
    breakers: options.breakers ?? [REJECTS],
    stop: options.stop ?? STOP_THRESHOLDS,
    flattens: options.flattens ?? false,
    ...(deadMan === undefined ? {} : { deadMan: [{ source: OPERATOR, ...deadMan }] }),
    marginBps: () => 10_000,
    usual: {
      orderLots: index => byInstrument[index]!.orderLotsMax,
      ordersPerSecond: Math.min(100_000, Math.max(1, Math.floor((ordersPerWindowMax * 1e6) / rateWindow))),
    },
    record: entry => parts.record(entry),
    alert(words) {
      parts.alert(words)
      return true
    },
    persist: () => parts.persist(),
  }
}
