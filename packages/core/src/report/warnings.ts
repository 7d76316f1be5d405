import type { EquityFigures } from './equity-curve.ts'
import type { TradeFigures } from './trade-figures.ts'

/** What a person should doubt before being pleased with a result, most serious first. */
export function warningsOf(trades: TradeFigures, equity: EquityFigures): string[] {
  const warnings: string[] = []
  if (trades.fills < 100) warnings.push(`only ${trades.fills} fills: too few to tell skill from luck`)
  if ((equity.sharpe ?? 0) > 5)
    warnings.push(`Sharpe ${equity.sharpe!.toFixed(1)}: look for a mistake before believing it`)
  if ((trades.bestShare ?? 0) > 0.2)
    warnings.push(`${Math.round(trades.bestShare! * 100)} % of all gains come from one fill`)
  if (equity.sharpe === undefined) warnings.push('no Sharpe ratio: too short, or once without money')
  return warnings
}
