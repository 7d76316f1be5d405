import { CircuitBreaker } from './circuit-breaker.ts'
import { askAll, type Draw, type Purpose } from './rate-budget.ts'
import type { NotSentReason, RestClient, RestOutcome, RestRequest } from './rest-client.ts'
import type { Timers } from './timers.ts'
import { readRetryAfter } from './websocket-handshake.ts'

/** A request and what it costs. */
export interface PaidRequest extends RestRequest {
  /** Every budget that it draws on: that of our address, that of the account. */
  readonly draws: readonly Draw[]
  readonly purpose: Purpose
}

/** An answer of a venue: `answered` among the outcomes. */
export type Answer = Extract<RestOutcome, { kind: 'answered' }>

/** What our own limits held back. */
export type NotSent = Extract<RestOutcome, { kind: 'not_sent' }>

/** What an answer says about our limits, as a venue's own function reads it. */
export interface LimitSigns {
  /** `slow` for a wish to wait, `ban` for a full stop, `denied` when our key or signature is refused. */
  readonly verdict: 'well' | 'slow' | 'ban' | 'denied'
  /** Milliseconds that the venue wishes us to wait. */
  readonly retryAfterMs?: number | undefined
  /** What the venue has counted, by the names of windows; those that none of the request's budgets has are left out. */
  readonly used?: readonly { readonly window: string; readonly count: number }[]
}

/** What our own bounds held back says nothing about the venue. */
const OURS: ReadonlySet<NotSentReason> = new Set(['busy', 'stopped', 'malformed'])

/** The words of a request for which our own count of the venue's limits left no room: nothing is wrong, it was too soon. */
export const EXHAUSTED = 'exhausted: held back by our own limits'

/** Somebody is to be told, and entries are to be halted. */
export type RestAlert = 'slow' | 'ban' | 'breaker_open'

/** By status alone: 429 slow, 418 and 403 ban, 401 denied. A venue that says more has a function of its own. */
export function readStatus({ status, headers }: Pick<Answer, 'status' | 'headers'>, now: number): LimitSigns {
  const retryAfterMs = readRetryAfter(headers['retry-after'], now / 1000)
  if (status === 429) return { verdict: 'slow', retryAfterMs }
  if (status === 418 || status === 403) return { verdict: 'ban', retryAfterMs }
  return { verdict: status === 401 ? 'denied' : 'well' }
}

/**
 * All requests to one venue: within its budgets, not while its breaker is open (but for cancels), each sent once. What is
 * not let out is `not_sent` with the reason and the instant at which it may be tried.
 */
export class VenueRest {
  readonly breaker = new CircuitBreaker()
  /** Of another way than HTTP: while it is open, HTTP is the way. */
  readonly otherBreaker = new CircuitBreaker()
  readonly #client: RestClient
  readonly #timers: Timers
  readonly #readSigns: (answer: Answer, now: number) => LimitSigns
  readonly #alert: (alert: RestAlert, words: string) => void

  /** @param readSigns what an answer says about limits: `readStatus`, or the venue's own */
  constructor(
    client: RestClient,
    timers: Timers,
    readSigns: (answer: Answer, now: number) => LimitSigns,
    alert: (alert: RestAlert, words: string) => void,
  ) {
    this.#client = client
    this.#timers = timers
    this.#readSigns = readSigns
    this.#alert = alert
  }

  /** Sends a request when it may go. Always answers, by the deadline at the latest. */
  async request(request: PaidRequest): Promise<RestOutcome> {
    const { draws, purpose } = request
    const now = this.#timers.now()
    const allowed = askAll(draws, purpose, now)
    if (!allowed.ok) return notSent(allowed.reason, allowed.retryAt)
    const number = this.breaker.enter(now)
    // A resting order is what a cancel is to save us from while a venue stumbles; its outcome then moves nothing.
    if (number === 0 && purpose !== 'cancel') return notSent('breaker_open', this.breaker.retryAt(now))
    const tickets = draws.map(({ budget, weights }) => budget.take(weights, now))
    const outcome = await this.#client.request(request)
    const at = this.#timers.now()
    if (outcome.kind === 'answered') this.#learn(outcome, draws, tickets, number, at)
    else if (outcome.kind === 'not_sent' && OURS.has(outcome.reason)) this.breaker.withdraw(number, at)
    else this.#report(number, false, outcome.words, at)
    return outcome
  }

  /**
   * Sends by another way than HTTP: out of the same budgets, behind a breaker of its own.
   * @param send writes it at once; undefined where nothing was written. Resolves with what the answer says about limits,
   * and without where none came
   * @returns undefined where nothing was written and nothing spent, so that HTTP may be tried; otherwise what `send`
   * resolves with, or why it may not go
   */
  through<Said extends { readonly signs: LimitSigns | undefined; readonly words: string }>(
    { draws, purpose }: Pick<PaidRequest, 'draws' | 'purpose'>,
    send: () => Promise<Said> | undefined,
  ): Promise<Said | NotSent> | undefined {
    const now = this.#timers.now()
    // What has no answer there is asked about over HTTP: while HTTP stumbles, nothing goes either way but cancels.
    if (purpose !== 'cancel' && this.breaker.state(now) !== 'closed') return undefined
    const allowed = askAll(draws, purpose, now)
    if (!allowed.ok) return Promise.resolve(notSent(allowed.reason, allowed.retryAt))
    const number = this.otherBreaker.enter(now)
    if (number === 0) return undefined
    const sending = send()
    if (sending === undefined) {
      this.otherBreaker.withdraw(number, now)
      return undefined
    }
    const tickets = draws.map(({ budget, weights }) => budget.take(weights, now))
    return sending.then(said => {
      const at = this.#timers.now()
      const { signs, words } = said
      this.otherBreaker.exit(number, signs !== undefined, at)
      if (signs !== undefined) this.#take(signs, words, draws, tickets, at)
      return said
    })
  }

  /** The words of an answer asked for what its status did not: some venues answer 200 to whatever they refuse. */
  heed(signs: LimitSigns, words: string, draws: readonly Draw[]): void {
    this.#take(signs, words, draws, [], this.#timers.now())
  }

  #learn(answer: Answer, draws: readonly Draw[], tickets: readonly number[], number: number, now: number): void {
    const { status } = answer
    const signs = this.#readSigns(answer, now)
    this.#take(signs, `status ${status}`, draws, tickets, now)
    if (signs.verdict !== 'denied') this.#report(number, status < 500, `status ${status}`, now)
  }

  #take(signs: LimitSigns, words: string, draws: readonly Draw[], tickets: readonly number[], now: number): void {
    const { verdict, retryAfterMs, used = [] } = signs
    for (const [at, { budget }] of draws.entries()) {
      for (const { window, count } of used) if (budget.has(window)) budget.observe(window, count, now)
      if (verdict === 'slow') budget.slow(retryAfterMs, now)
      else if (verdict === 'ban') budget.ban(retryAfterMs, now)
      else if (tickets[at] !== undefined) budget.passed(tickets[at])
    }
    if (verdict === 'slow' || verdict === 'ban') this.#alert(verdict, words)
    if (verdict !== 'denied') return
    this.breaker.trip(now)
    this.#alert('breaker_open', words)
  }

  #report(number: number, isGood: boolean, words: string, now: number): void {
    const before = this.breaker.state(now)
    this.breaker.exit(number, isGood, now)
    if (before !== 'open' && this.breaker.state(now) === 'open') this.#alert('breaker_open', words)
  }
}

const notSent = (reason: 'exhausted' | 'paused' | 'banned' | 'breaker_open', retryAt: number): NotSent => ({
  kind: 'not_sent',
  reason,
  words: `${reason}: held back by our own limits`,
  retryAt,
})
