import type { SafeguardOptions } from '@velocimex/core/engine/safeguard-options'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Asset } from '@velocimex/core/market/money'
import { type LimitText, readLimit } from '@velocimex/core/risk/read-limit'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { ONLY_BY_HAND, STOP_THRESHOLDS, type StopThresholds } from '@velocimex/core/risk/stop-watch'
import type { BacktestConfig } from './backtest-config.ts'

/** The account of a backtest, as limits name it. */
export const BACKTEST_ACCOUNT = 'backtest'
/** Alerts that a report keeps; the others are counted. */
const ALERTS_MAX = 20

/** Reads the limits by scope of a configuration; what is wrong is added to `issues`. */
export function readLimits(
  { risk }: BacktestConfig,
  instruments: InstrumentTable,
  currency: Asset,
  issues: string[],
): ScopedLimit[] {
  const limits: ScopedLimit[] = []
  for (const text of risk.limits ?? []) {
    const limit = readLimit(text as LimitText, instruments, currency)
    if (typeof limit === 'string') issues.push(`risk.limits: ${limit}`)
    else if (limits.some(({ name }) => name === limit.name))
      issues.push(`risk.limits: limit ${limit.name}: the name occurs twice`)
    else if (limit.scope.account !== undefined && limit.scope.account !== BACKTEST_ACCOUNT)
      issues.push(`risk.limits: limit ${limit.name}: account: a backtest has one, ${BACKTEST_ACCOUNT}`)
    else limits.push(limit)
  }
  return limits
}

/**
 * What guards a run; undefined when neither limits by scope nor the emergency stop are configured.
 * @param alerts gets what an operator would be told, at most 20 lines
 */
export function runSafeguards(
  { risk }: BacktestConfig,
  limits: readonly ScopedLimit[],
  currency: Asset,
  alerts: string[],
): SafeguardOptions | undefined {
  if (limits.length === 0 && risk.emergencyStop === undefined) return undefined
  return {
    account: BACKTEST_ACCOUNT,
    currency,
    limits,
    breakers: [],
    stop: thresholds(risk.emergencyStop),
    flattens: risk.emergencyStop?.closePositions ?? false,
    // The simulated venue asks for no margin, so everything binds its whole value.
    marginBps: () => 10_000,
    usual: { orderLots: () => Number.POSITIVE_INFINITY, ordersPerSecond: risk.maxOrdersPerSecond },
    record: () => true,
    alert: words => {
      if (alerts.length < ALERTS_MAX) alerts.push(words)
      return true
    },
    persist: () => true,
  }
}

function thresholds(stop: BacktestConfig['risk']['emergencyStop']): StopThresholds {
  if (stop === undefined) return ONLY_BY_HAND
  return {
    ...STOP_THRESHOLDS,
    drawdownBpsMax: stop.maxDayDrawdownBps,
    marginBpsMin: stop.minMarginBps,
    rejectionsMax: stop.maxRejections,
  }
}
