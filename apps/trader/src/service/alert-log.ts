import type { Micros } from '@velocimex/core/clock/micros'

/** What an operator was told of one account. */
export interface Alert {
  /** When it was told last. */
  readonly at: Micros
  readonly words: string
  /** How often in a row. */
  readonly times: number
}

/** Alerts that are kept. */
const ALERTS_MAX = 100

/** The last alerts of an account, newest first. What is told again and again is one alert with a count. */
export class AlertLog {
  readonly #alerts: Alert[] = []

  tell(words: string, at: Micros): void {
    const last = this.#alerts[0]
    if (last?.words === words) this.#alerts[0] = { at, words, times: last.times + 1 }
    else this.#alerts.unshift({ at, words, times: 1 })
    if (this.#alerts.length > ALERTS_MAX) this.#alerts.pop()
  }

  /** The newest ones first. */
  last(count: number): readonly Alert[] {
    return this.#alerts.slice(0, count)
  }

  /** The newest ones that were told at or after an instant. */
  since(at: Micros, count: number): readonly Alert[] {
    return this.last(count).filter(alert => alert.at >= at)
  }
}
