import type { InstrumentTable } from '../market/instrument-table.ts'
import { type BreakerRule, type BreakerState, CircuitBreaker } from './circuit-breaker.ts'
import type { Scope } from './limit-scope.ts'
import { PriceMove } from './price-move.ts'

/**
 * What opens a breaker of trading.
 *
 * volatility    the mark moved by `moveBps` within `within`
 * rejects       the venue rejected `rule.failures` orders within `rule.window`
 * stale_market  no mark came for `silentFor`
 * latency       deciding took longer than `latencyMax`, `rule.failures` times within `rule.window`
 * loss          equity fell by `lossMax` from its highest within `within`
 *
 * Durations in microseconds, money in booked units of the limits' currency.
 */
export type BreakerTrigger =
  | { readonly cause: 'volatility'; readonly moveBps: number; readonly within: number }
  | { readonly cause: 'rejects' }
  | { readonly cause: 'stale_market'; readonly silentFor: number }
  | { readonly cause: 'latency'; readonly latencyMax: number }
  | { readonly cause: 'loss'; readonly lossMax: bigint; readonly within: number }

/** A breaker as it is configured. */
export interface BreakerSpec {
  /** Unique. */
  readonly name: string
  /** Whose entries it holds back, and whose events it counts. */
  readonly scope: Scope
  readonly rule: BreakerRule
  readonly trigger: BreakerTrigger
}

/** What is wrong with a breaker, in words; undefined when nothing is. */
export function breakerFault({ name, rule, trigger, scope }: BreakerSpec, table: InstrumentTable): string | undefined {
  const positive = (value: number): boolean => Number.isSafeInteger(value) && value > 0
  if (name === '') return 'name: give one'
  if (!positive(rule.failures) || rule.failures > 10_000) return 'failures: give 1 to 10000'
  if (!positive(rule.window) || !positive(rule.openFor) || !positive(rule.probes))
    return 'window, openFor, probes: give whole numbers above 0'
  if (scope.instrument !== undefined && table.all[scope.instrument] === undefined)
    return `scope.instrument: there is no instrument ${scope.instrument}`
  switch (trigger.cause) {
    case 'volatility':
      if (!positive(trigger.moveBps)) return 'moveBps: give a whole number above 0'
      return positive(trigger.within) && trigger.within >= 32 ? undefined : 'within: give at least 32 microseconds'
    case 'stale_market':
      return positive(trigger.silentFor) ? undefined : 'silentFor: give microseconds above 0'
    case 'latency':
      return positive(trigger.latencyMax) ? undefined : 'latencyMax: give microseconds above 0'
    case 'loss':
      if (!positive(trigger.within)) return 'within: give microseconds above 0'
      return trigger.lossMax > 0n ? undefined : 'lossMax: give an amount above 0'
    case 'rejects':
      return undefined
  }
}

/** Samples of equity that a loss breaker remembers; closer ones are thinned out. */
const SAMPLES = 64

/** A breaker at work, with what it has seen. */
export class TradingBreaker {
  readonly spec: BreakerSpec
  readonly breaker: CircuitBreaker
  /** State that listeners were told last. */
  told: BreakerState = 'closed'
  /** Since when it has not been closed, as listeners know it; NaN while it is. */
  openSince = Number.NaN
  /** Listeners were told that this has been long. */
  isLong = false
  #heardAt: number
  readonly #moves: (PriceMove | undefined)[] = []
  #samples: { at: number; equity: bigint }[] = []

  /** @param now silence is counted from here until the first mark */
  constructor(spec: BreakerSpec, now: number) {
    this.spec = spec
    this.breaker = new CircuitBreaker(spec.rule)
    this.#heardAt = now
  }

  /** A mark of an instrument in its scope. Allocates only when an instrument is met for the first time. */
  onMark(instrument: number, mark: number, now: number): void {
    const { trigger } = this.spec
    this.#heardAt = now
    if (trigger.cause !== 'volatility') return
    let move = this.#moves[instrument]
    if (move === undefined) {
      move = new PriceMove(trigger.within)
      this.#moves[instrument] = move
    }
    if (move.take(mark, now) >= trigger.moveBps) this.breaker.trip(now)
  }

  /** How long a decision in its scope took, microseconds. */
  onLatency(latency: number, now: number): void {
    const { trigger } = this.spec
    if (trigger.cause === 'latency' && latency > trigger.latencyMax) this.breaker.fail(now)
  }

  /** Time has passed: silence is measured, and equity when it is known. */
  tick(now: number, equity: bigint | undefined): void {
    const { trigger } = this.spec
    if (trigger.cause === 'stale_market' && now - this.#heardAt >= trigger.silentFor) this.breaker.trip(now)
    if (
      trigger.cause === 'loss' &&
      equity !== undefined &&
      this.#fall(equity, now, trigger.within) >= trigger.lossMax
    ) {
      this.breaker.trip(now)
      // Measured anew from here: the same fall does not open it again when it has come back.
      this.#samples = [{ at: now, equity }]
    }
  }

  /** Fall from the highest equity within a window, this one included. */
  #fall(equity: bigint, now: number, within: number): bigint {
    this.#samples = this.#samples.filter(({ at }) => now - at < within)
    const last = this.#samples.at(-1)
    // Of samples closer together than the window's 64th part, the higher one stays: the fall is never understated.
    if (last === undefined || now - last.at >= within / SAMPLES) this.#samples.push({ at: now, equity })
    else if (equity > last.equity) this.#samples[this.#samples.length - 1] = { at: last.at, equity }
    let highest = equity
    for (const sample of this.#samples) if (sample.equity > highest) highest = sample.equity
    return highest - equity
  }
}
