import type { Random } from '../clock/random.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { Agenda } from './agenda.ts'
import type { FaultPlan } from './fault-plan.ts'

/** Why a request has no answer: it never left, or nobody knows. */
export type RequestFailure = 'not_sent' | 'unknown'

/** A client gives up waiting after this long, microseconds. */
const REQUEST_TIMEOUT = 3_000_000

/** What lies between us and the exchange: it delays, loses, doubles and reorders, and sometimes there is nothing at all. */
export class SimNetwork {
  /** Nothing gets through in either direction. */
  isPartitioned = false
  /** Questions are answered with an error. */
  areQuestionsDown = false
  plan: FaultPlan
  readonly #agenda: Agenda
  readonly #random: Random

  constructor(agenda: Agenda, random: Random, plan: FaultPlan) {
    this.#agenda = agenda
    this.#random = random
    this.plan = plan
  }

  /**
   * A request goes to the exchange, is worked on there, and its answer comes back: exactly one of `answered` and `failed`
   * is called, unless nobody waits any more. That a request failed says nothing about whether it was worked on.
   */
  request<T>(work: () => T, answered: (answer: T) => void, failed: (why: RequestFailure) => void): void {
    const random = this.#random
    let isOver = false
    const once = (act: () => void): void => {
      if (isOver) return
      isOver = true
      act()
    }
    if (this.isPartitioned && random.below(2) === 0) {
      this.#agenda.after(10_000, () => once(() => failed('not_sent')))
      return
    }
    this.#agenda.after(REQUEST_TIMEOUT, () => once(() => failed('unknown')))
    const arrive = (): void => {
      if (this.isPartitioned) return
      const answer = work()
      if (random.uniform() < this.plan.garbage) {
        this.#agenda.after(this.#delay(), () => once(() => failed('unknown')))
        return
      }
      if (this.#isLost()) return
      this.#agenda.after(this.#delay(), () => {
        if (!this.isPartitioned) once(() => answered(answer))
      })
    }
    if (!this.#isLost()) this.#agenda.after(this.#delay(), arrive)
    if (random.uniform() < this.plan.duplicate) this.#agenda.after(this.#delay(), arrive)
  }

  /** A word of the private stream. @param isUp whether the stream it was sent on still stands when it arrives */
  stream(report: ExecutionReport, isUp: () => boolean, deliver: (report: ExecutionReport) => void): void {
    if (this.isPartitioned || this.#random.uniform() < this.plan.streamLoss) return
    const arrive = (): void => {
      if (!this.isPartitioned && isUp()) deliver(report)
    }
    this.#agenda.after(this.#delay(), arrive)
    if (this.#random.uniform() < this.plan.duplicate) this.#agenda.after(this.#delay(), arrive)
  }

  #isLost(): boolean {
    return this.#random.uniform() < this.plan.loss
  }

  #delay(): number {
    const usual = 1000 + Math.round(this.#random.exponential(5000))
    return this.#random.uniform() < this.plan.spike ? usual + this.#random.below(this.plan.spikeMicros) : usual
  }
}
