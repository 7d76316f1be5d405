import type { InstrumentTable } from '../market/instrument-table.ts'

/**
 * Whom a limit, a breaker or a halt is about: every part that is named must match, an absent part matches everybody.
 * `{}` is the whole platform; `{ strategy: 'mm', instrument: 3 }` is one strategy in one instrument.
 */
export interface Scope {
  readonly account?: string
  readonly venue?: string
  /** Index in the instrument table. */
  readonly instrument?: number
  readonly strategy?: string
}

/** One concrete place of exposure: an order, a position. */
export interface Subject {
  readonly account: string
  readonly venue: string
  readonly instrument: number
  readonly strategy: string
}

/** The five kinds of scope by the narrowest part that is named. */
export type ScopeLevel = 'symbol' | 'strategy' | 'venue' | 'account' | 'global'

/** Whether a scope speaks about a subject. */
export const covers = (scope: Scope, subject: Subject): boolean =>
  (scope.instrument === undefined || scope.instrument === subject.instrument) &&
  (scope.strategy === undefined || scope.strategy === subject.strategy) &&
  (scope.venue === undefined || scope.venue === subject.venue) &&
  (scope.account === undefined || scope.account === subject.account)

/** The level of a scope. */
export function scopeLevel(scope: Scope): ScopeLevel {
  if (scope.instrument !== undefined) return 'symbol'
  if (scope.strategy !== undefined) return 'strategy'
  if (scope.venue !== undefined) return 'venue'
  return scope.account === undefined ? 'global' : 'account'
}

/** A scope in words: `BTCUSDT on binance, strategy mm`, `account main`, `the whole platform`. */
export function scopeName(scope: Scope, instruments: InstrumentTable): string {
  const words: string[] = []
  if (scope.instrument !== undefined) {
    const instrument = instruments.all[scope.instrument]
    words.push(
      instrument === undefined ? `instrument ${scope.instrument}` : `${instrument.symbol} on ${instrument.venue}`,
    )
  }
  if (scope.strategy !== undefined) words.push(`strategy ${scope.strategy}`)
  if (scope.venue !== undefined) words.push(`venue ${scope.venue}`)
  if (scope.account !== undefined) words.push(`account ${scope.account}`)
  return words.length === 0 ? 'the whole platform' : words.join(', ')
}

/** A text that is the same for the same scope, for maps. */
export const scopeKey = ({ account, venue, instrument, strategy }: Scope): string =>
  JSON.stringify([account ?? null, venue ?? null, instrument ?? null, strategy ?? null])
