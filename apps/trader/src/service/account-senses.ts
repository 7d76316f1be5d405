import type { Micros } from '@velocimex/core/clock/micros'
import type { Safeguards } from '@velocimex/core/engine/safeguards'
import { ClockWatch } from './clock-watch.ts'

/** How an account hears and writes: what the degraded modes are made of. */
export interface Senses {
  /** Every book equals the venue's. */
  readonly isMarketLive: boolean
  /** The private stream is logged in. */
  readonly isStreamUp: boolean
  /** The journal has no room but its reserve. */
  readonly isJournalShort: boolean
  /** Microseconds by which our clock and the venue's certainly differ. */
  readonly clockSkew: number
  /** It takes too long from an event to an order. */
  readonly isSlow: boolean
}

/** How long the private stream may be away before we hold that fills may be missing; microseconds. */
const SILENCE = 1_000_000
/** How long after the start the first books may take before somebody is told; microseconds. */
const FETCHING_MAX = 10_000_000

/** Turns how an account hears and writes into the conditions that hold. */
export class AccountSenses {
  readonly #clockWatch: ClockWatch
  #begunAt: Micros | undefined
  #hasSeenMarket = false
  #heardAt = Number.NEGATIVE_INFINITY

  constructor(onAlert: (words: string) => void) {
    this.#clockWatch = new ClockWatch(onAlert)
  }

  /** When conditions were judged first; undefined before. */
  get begunAt(): Micros | undefined {
    return this.#begunAt
  }

  /** From here on conditions are judged. Books that are being fetched for the first time are expected to be away. */
  begin({ modeAlerts }: Safeguards, now: Micros): void {
    this.#begunAt = now
    modeAlerts.expect('market_data_unavailable', true)
  }

  /** This is how it hears and writes now. To be called several times a second. */
  judge(senses: Senses, { degraded, modeAlerts }: Safeguards, now: Micros): void {
    this.#heardAt = senses.isStreamUp ? now : Math.max(this.#heardAt, now - SILENCE)
    if (this.#begunAt === undefined) return
    degraded.set('market_data_unavailable', !senses.isMarketLive)
    this.#hasSeenMarket ||= senses.isMarketLive || now - this.#begunAt >= FETCHING_MAX
    if (this.#hasSeenMarket) modeAlerts.expect('market_data_unavailable', false)
    degraded.set('reports_silent', now - this.#heardAt >= SILENCE)
    degraded.set('journal_unavailable', senses.isJournalShort)
    degraded.set('clock_skewed', this.#clockWatch.isTooFar(senses.clockSkew))
    degraded.set('high_latency', senses.isSlow)
  }
}
