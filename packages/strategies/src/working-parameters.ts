import type { QuoteRules } from '@velocimex/core/execution/quote-rules'
import type { ParameterSet, ParameterSpec } from '@velocimex/core/strategy/parameters'

/** How a strategy's orders keep their places in the queue: parameters that all strategies with resting orders have. */
export const WORKING_PARAMETERS: readonly ParameterSpec[] = [
  {
    name: 'requoteBps',
    doc: 'how far the right price must go away from a quote before it follows, in bps; a tick at least',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1000,
  },
  {
    name: 'frontBps',
    doc: 'the same for a quote in the front of its queue, in bps; requoteBps at least',
    type: 'number',
    default: 0.2,
    min: 0,
    max: 1000,
  },
  {
    name: 'frontShare',
    doc: 'a quote is in front when at most this share of what rests at its price is ahead of it, 0..1',
    type: 'number',
    default: 0.25,
    min: 0,
    max: 1,
  },
  {
    name: 'adverseBps',
    doc: 'how far a quote may be better than is right before it is taken back, in bps; a tick at least',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1000,
  },
  {
    name: 'patienceMs',
    doc: 'how long a quote stands before it follows, in milliseconds; it is taken back at any age',
    type: 'number',
    default: 50,
    min: 0,
    max: 60_000,
  },
  {
    name: 'sizeOff',
    doc: 'share of its size by which a quote may be off before it is changed, 0..1',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1,
  },
  {
    name: 'improveFromTicks',
    doc: 'spread from which a quote stands a tick in front of the touch, in ticks; 0 never',
    type: 'number',
    default: 0,
    min: 0,
    max: 1e9,
  },
  {
    name: 'movesPerSecond',
    doc: 'most placements and amendments in a second; what takes a quote back or away is not held up',
    type: 'number',
    default: 20,
    min: 1,
    max: 1000,
  },
]

/** The rules of an instrument before its price is known. */
export function rulesOf(parameters: ParameterSet): QuoteRules {
  return {
    moveTicks: 1,
    frontTicks: 1,
    adverseTicks: 1,
    frontShare: parameters.number('frontShare'),
    restUs: parameters.number('patienceMs') * 1000,
    sizeOff: parameters.number('sizeOff'),
  }
}

/** Spread from which to improve; Infinity for never. */
export const improveFrom = (parameters: ParameterSet): number =>
  parameters.number('improveFromTicks') || Number.POSITIVE_INFINITY

/** Turns distances in basis points into ticks of an instrument, message by message, as its price goes. */
export class RuleScale {
  readonly #move: number
  readonly #front: number
  readonly #adverse: number

  constructor(parameters: ParameterSet) {
    this.#move = parameters.number('requoteBps') / 1e4
    this.#front = parameters.number('frontBps') / 1e4
    this.#adverse = parameters.number('adverseBps') / 1e4
  }

  /** @param price in ticks */
  apply(rules: QuoteRules, price: number): void {
    rules.moveTicks = Math.max(1, price * this.#move)
    rules.frontTicks = Math.max(rules.moveTicks, price * this.#front)
    rules.adverseTicks = Math.max(1, price * this.#adverse)
  }
}
