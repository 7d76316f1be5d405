import { assert } from '@velocimex/core/assert'
import type { Random } from '@velocimex/core/clock/random'
import { Backoff } from './backoff.ts'
import { FallingCounter } from './falling-counter.ts'
import { WeightWindow } from './weight-window.ts'

/** One limit of a venue: so much weight in such a time. */
export interface BudgetWindow {
  /** As the venue names it: `REQUEST_WEIGHT`, `ORDERS_10S`. */
  readonly name: string
  readonly limit: number
  readonly lengthMs: number
  /** What was counted falls evenly, a full count to nothing in that time; otherwise each weight leaves at its end. */
  readonly falls?: boolean
}

/**
 * What a request is for. Cancels may use all of a limit, everything else leaves them a part; upkeep, which can wait, leaves
 * half of it to commands and to questions about them.
 */
export type Purpose = 'cancel' | 'other' | 'upkeep'

/** Weights of one request by the names of windows; windows that are not named are not touched. */
export type Weights = Readonly<Record<string, number>>

/** Whether a request may go, and when it might. `retryAt` in microseconds; Infinity when the weight never fits. */
export type BudgetAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'exhausted' | 'paused' | 'banned'; readonly retryAt: number }

/** A request that draws on one budget. */
export interface Draw {
  readonly budget: RateBudget
  readonly weights: Weights
}

const PROBE_MS = 60_000
/** What upkeep may use of a limit. */
const SHARE_OF_UPKEEP = 0.5
const ALLOWED = { ok: true } as const

/**
 * What a venue lets one party send: one budget for an IP address, one for each account. Whatever happens, no window of a
 * limit's length holds more than the limit, and no counter that falls stands above it. After a 429 nothing is sent for as long as the venue wishes; after a 418 or
 * 403 nothing but one probe a minute until an answer to such a probe is good. Instants in microseconds.
 */
export class RateBudget {
  readonly #windows = new Map<string, WeightWindow | FallingCounter>()
  readonly #shareOfOthers: number
  readonly #backoff: Backoff
  #pausedUntil = Number.NEGATIVE_INFINITY
  #isBanned = false
  #probeAt = Number.NEGATIVE_INFINITY
  #tickets = 0
  /** The last request taken before the venue told us to slow down or to stop. */
  #trouble = 0

  /** @param reserve the part of every limit that only cancels use, 0.1 or more */
  constructor(windows: readonly BudgetWindow[], random: Random, reserve = 0.1) {
    assert(reserve >= 0.1 && reserve < 1, 'cancels have a tenth of a budget or more', reserve)
    for (const { name, limit, lengthMs, falls } of windows)
      this.#windows.set(name, new (falls === true ? FallingCounter : WeightWindow)(limit, lengthMs))
    this.#shareOfOthers = 1 - reserve
    this.#backoff = new Backoff(random)
  }

  /** Whether the venue has banned us, as far as we know. */
  get isBanned(): boolean {
    return this.#isBanned
  }

  /** Whether a window of this name is among its own. */
  has(name: string): boolean {
    return this.#windows.has(name)
  }

  /** Asks whether a request may go. Takes nothing. */
  ask(weights: Weights, purpose: Purpose, now: number): BudgetAnswer {
    if (this.#isBanned && now < this.#probeAt) return { ok: false, reason: 'banned', retryAt: this.#probeAt }
    if (now < this.#pausedUntil) return { ok: false, reason: 'paused', retryAt: this.#pausedUntil }
    let retryAt = now
    for (const [name, weight] of Object.entries(weights)) {
      const window = this.#window(name)
      retryAt = Math.max(retryAt, window.fitsAt(weight, this.#ceiling(window, purpose), now))
    }
    return retryAt === now ? ALLOWED : { ok: false, reason: 'exhausted', retryAt }
  }

  /** Counts a request that was allowed at the same instant. @returns its ticket, to report its answer with */
  take(weights: Weights, now: number): number {
    for (const [name, weight] of Object.entries(weights)) this.#window(name).take(weight, now)
    if (this.#isBanned) this.#probeAt = now + PROBE_MS * 1000
    return ++this.#tickets
  }

  /** Weight used in a window, and its limit. */
  usage(name: string, now: number): { readonly used: number; readonly limit: number } {
    const window = this.#window(name)
    return { used: window.used(now), limit: window.limit }
  }

  /**
   * The venue says how much it has counted: more than we know of was sent by somebody else on this address or account,
   * and is counted from now. Less says nothing: its window begins at another instant, and answers are late.
   */
  observe(name: string, used: number, now: number): void {
    const window = this.#window(name)
    if (Number.isFinite(used) && used > window.used(now)) window.take(used - window.used(now), now)
  }

  /** The venue changed a limit. */
  setLimit(name: string, limit: number): void {
    this.#window(name).limit = limit
  }

  /** The venue answered 429. @param retryAfterMs its wish; undefined when it said none, and waits then grow */
  slow(retryAfterMs: number | undefined, now: number): void {
    const wait = retryAfterMs ?? this.#backoff.next()
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.ceil(wait * 1000))
    this.#trouble = this.#tickets
  }

  /** The venue answered 418 or 403. @param retryAfterMs when the ban ends, if it said so */
  ban(retryAfterMs: number | undefined, now: number): void {
    this.#isBanned = true
    this.#probeAt = Math.max(this.#probeAt, now + Math.max(PROBE_MS, retryAfterMs ?? 0) * 1000)
    this.#trouble = this.#tickets
  }

  /** A request was answered, and not with a wish to slow down. What was sent before the trouble says nothing about it. */
  passed(ticket: number): void {
    if (ticket <= this.#trouble) return
    this.#isBanned = false
    this.#backoff.reset()
  }

  #window(name: string): WeightWindow | FallingCounter {
    const window = this.#windows.get(name)
    assert(window !== undefined, 'a budget knows its windows by name', name)
    return window
  }

  /** At least one unit is left to others, so that a limit of one is usable. */
  #ceiling({ limit }: WeightWindow | FallingCounter, purpose: Purpose): number {
    if (purpose === 'cancel') return limit
    const share = purpose === 'upkeep' ? Math.min(SHARE_OF_UPKEEP, this.#shareOfOthers) : this.#shareOfOthers
    return Math.max(1, Math.floor(limit * share))
  }
}

/** The refusal that lasts longest among several budgets; `ok` when all allow. Takes nothing. */
export function askAll(draws: readonly Draw[], purpose: Purpose, now: number): BudgetAnswer {
  let worst: BudgetAnswer = ALLOWED
  for (const { budget, weights } of draws) {
    const answer = budget.ask(weights, purpose, now)
    if (!answer.ok && (worst.ok || answer.retryAt > worst.retryAt)) worst = answer
  }
  return worst
}
