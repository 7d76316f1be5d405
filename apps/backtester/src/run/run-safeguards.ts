import type { SafeguardOptions } from '@velocimex/core/engine/safeguard-options'
import type { Asset } from '@velocimex/core/market/money'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { stopThresholds } from '@velocimex/host/config/risk-section'
import type { BacktestConfig } from './backtest-config.ts'

/** The account of a backtest, as limits name it. */
export const BACKTEST_ACCOUNT = 'backtest'
/** Alerts that a report keeps; the others are counted. */
const ALERTS_MAX = 20

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
    stop: stopThresholds(risk),
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
