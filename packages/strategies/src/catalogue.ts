import type { Instrument } from '@velocimex/core/market/instrument'
import { ok, type Result } from '@velocimex/core/result'
import {
  type ParameterIssue,
  type ParameterSet,
  type ParameterSpec,
  readParameters,
} from '@velocimex/core/strategy/parameters'
import type { Strategy, StrategyParameters } from '@velocimex/core/strategy/strategy'
import { MARKET_MAKER_PARAMETERS, MarketMaker } from './market-maker.ts'
import { MOMENTUM_PARAMETERS, Momentum } from './momentum.ts'

/** A kind of strategy that can be asked for by name. */
export interface CatalogueEntry {
  readonly kind: string
  readonly doc: string
  readonly parameters: readonly ParameterSpec[]
  readonly make: (name: string, parameters: ParameterSet) => Strategy
}

/** Every strategy that ships with the platform. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    kind: 'market-maker',
    doc: 'quotes both sides at the touch and shifts against its inventory',
    parameters: MARKET_MAKER_PARAMETERS,
    make: (name, parameters) => new MarketMaker(name, parameters),
  },
  {
    kind: 'momentum',
    doc: 'follows a short move that trades confirm, resting first and taking in haste',
    parameters: MOMENTUM_PARAMETERS,
    make: (name, parameters) => new Momentum(name, parameters),
  },
]

/**
 * Makes a strategy of a kind for instruments.
 * @param name in orders and reports; the kind unless told
 * @returns the strategy, or every parameter that does not fit; an unknown kind is the issue `kind`
 */
export function makeStrategy(
  kind: string,
  given: StrategyParameters,
  instruments: readonly Instrument[],
  name = kind,
): Result<Strategy, 'invalid'> & { readonly issues: readonly ParameterIssue[] } {
  const entry = CATALOGUE.find(candidate => candidate.kind === kind)
  if (entry === undefined) {
    const known = CATALOGUE.map(candidate => candidate.kind).join(', ')
    return {
      ok: false,
      reason: 'invalid',
      issues: [{ name: 'kind', words: `${kind} is not known; known are ${known}` }],
    }
  }
  const read = readParameters(entry.parameters, given, instruments)
  return read.ok ? { ...ok(entry.make(name, read.value)), issues: [] } : read
}
