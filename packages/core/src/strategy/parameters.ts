import { parseOnGrid } from '../market/grid.ts'
import type { Instrument } from '../market/instrument.ts'
import { ok, type Result } from '../result.ts'
import type { StrategyParameters } from './strategy.ts'

/** What a strategy says of one of its parameters: enough to check it, to show it and to write a form for it. */
export interface ParameterSpec {
  readonly name: string
  /** What it means, in one sentence, with its unit. */
  readonly doc: string
  /** `number`, or `quantity`: a decimal text in base units that must lie on the instrument's grid. */
  readonly type: 'number' | 'quantity'
  readonly default: number | string
  /** Inclusive bounds of a number. */
  readonly min?: number
  readonly max?: number
}

/** A parameter that does not fit, in words a person can act on. */
export interface ParameterIssue {
  readonly name: string
  readonly words: string
}

/** Checked parameters: numbers as they are, quantities in lots of each instrument. */
export class ParameterSet {
  readonly #numbers: ReadonlyMap<string, number>
  readonly #lots: ReadonlyMap<string, readonly number[]>

  constructor(numbers: ReadonlyMap<string, number>, lots: ReadonlyMap<string, readonly number[]>) {
    this.#numbers = numbers
    this.#lots = lots
  }

  /** A number by its declared name. */
  number(name: string): number {
    return this.#numbers.get(name)!
  }

  /** A quantity in lots, one per instrument in the order they were given. */
  lots(name: string): readonly number[] {
    return this.#lots.get(name)!
  }
}

/**
 * Checks given parameters against the declared ones: unknown names, wrong types, bounds and grids. Reports all issues,
 * not only the first.
 */
export function readParameters(
  specs: readonly ParameterSpec[],
  given: StrategyParameters,
  instruments: readonly Instrument[],
): Result<ParameterSet, 'invalid'> & { readonly issues: readonly ParameterIssue[] } {
  const issues: ParameterIssue[] = []
  const numbers = new Map<string, number>()
  const lots = new Map<string, readonly number[]>()
  const known = new Set(specs.map(spec => spec.name))
  for (const name of Object.keys(given)) {
    if (!known.has(name)) issues.push({ name, words: `is not a parameter; known are ${[...known].join(', ')}` })
  }
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? given[spec.name]! : spec.default
    if (spec.type === 'number') readNumber(spec, value, numbers, issues)
    else readQuantity(spec, value, instruments, lots, issues)
  }
  return issues.length === 0
    ? { ...ok(new ParameterSet(numbers, lots)), issues }
    : { ok: false, reason: 'invalid', issues }
}

function readNumber(spec: ParameterSpec, value: unknown, numbers: Map<string, number>, issues: ParameterIssue[]): void {
  const { name, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec
  if (typeof value !== 'number' || !Number.isFinite(value))
    issues.push({ name, words: `must be a number, was ${JSON.stringify(value)}` })
  else if (value < min || value > max) issues.push({ name, words: `must lie in ${min}..${max}, was ${value}` })
  else numbers.set(name, value)
}

function readQuantity(
  spec: ParameterSpec,
  value: unknown,
  instruments: readonly Instrument[],
  lots: Map<string, readonly number[]>,
  issues: ParameterIssue[],
): void {
  const found: number[] = []
  for (const instrument of instruments) {
    const parsed = parseOnGrid(String(value), instrument.quantity)
    if (!parsed.ok || parsed.value <= 0) {
      const why = parsed.ok ? 'is not positive' : parsed.reason.replace('_', ' ')
      const step = `${instrument.quantity.step}e-${instrument.quantity.decimals}`
      issues.push({ name: spec.name, words: `${value} ${instrument.base.code}: ${why} (step ${step})` })
    } else found.push(parsed.value)
  }
  lots.set(spec.name, found)
}
