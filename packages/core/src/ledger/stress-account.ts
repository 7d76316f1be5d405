import type { InstrumentTable } from '../market/instrument-table.ts'
import type { MarkValuation } from '../risk/mark-valuation.ts'
import type { ScopedLimit } from '../risk/scoped-limit.ts'
import { type StressLimit, type StressOutcome, stress } from '../risk/stress.ts'
import type { StressScenario } from '../risk/stress-scenario.ts'
import type { AccountSnapshot } from './account-snapshot.ts'

/** An account as it stands, and what it is held against. */
export interface StressedAccount {
  readonly snapshot: AccountSnapshot
  readonly instruments: InstrumentTable
  readonly valuation: MarkValuation
  /** Those of daily loss, drawdown and leverage count, unless they are a strategy's. */
  readonly limits: readonly ScopedLimit[]
  /** Venues at which the account's money lies; with several it is counted as lost with each, for nobody can say where it is. */
  readonly venues: readonly string[]
}

const BPS = 10_000n

/**
 * What every scenario would cost an account now, worst first. Undefined while its total is not known.
 *
 * Goods bought on a spot market are shocked as positions, so their worth is taken out of the money.
 */
export function stressAccount(
  { snapshot, instruments, valuation, limits, venues }: StressedAccount,
  scenarios: readonly StressScenario[],
): StressOutcome[] | undefined {
  const { total, positions, balances } = snapshot
  if (total === undefined) return undefined
  let cash = balances.reduce((sum, { worth }) => sum + worth!, 0n)
  for (const { instrument, netLots, value } of positions)
    if (instruments.at(instrument).kind === 'spot') cash -= netLots > 0 ? (value ?? 0n) : -(value ?? 0n)
  return stress(
    {
      instruments,
      positions: positions.map(({ instrument, netLots, mark, unrealised }) => ({
        instrument,
        netLots,
        mark,
        unrealised: unrealised ?? 0n,
      })),
      cashAt: new Map(venues.map(venue => [venue, cash])),
      equity: total,
      convert: (amount, code) => valuation.convert(amount, code),
      limits: limits.flatMap(limit => stressLimits(limit, snapshot, total)),
    },
    scenarios,
  )
}

/** A limit as a loss that may still be made, or as a leverage. */
function stressLimits(
  { name, kind, value, scope }: ScopedLimit,
  snapshot: AccountSnapshot,
  total: bigint,
): StressLimit[] {
  const isOurs = scope.account === undefined || scope.account === snapshot.account
  if (!isOurs || scope.strategy !== undefined) return []
  if (kind === 'leverage') return [{ name, kind, value }]
  if (kind === 'drawdown') return [{ name, kind: 'loss', value: total > 0n ? (total * value) / BPS : 0n }]
  // What the day has lost already is not there to be lost again.
  if (kind === 'daily_loss') return [{ name, kind: 'loss', value: value + (snapshot.dayProfit ?? 0n) }]
  return []
}
