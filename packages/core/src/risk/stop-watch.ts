import { RateWindow } from './rate-window.ts'
import type { StopTrigger } from './stop-record.ts'

/** When the emergency stop engages by itself. */
export interface StopThresholds {
  /** Fall of equity from the day's highest, in bps of it. */
  readonly drawdownBpsMax: number
  /** Least equity over the value of what is held, in bps. */
  readonly marginBpsMin: number
  /** Rejections within `rejectWindow` microseconds that are still borne. */
  readonly rejectionsMax: number
  readonly rejectWindow: number
  /** Failed health checks of one critical service in a row that engage it. */
  readonly healthFailures: number
}

/** 5 % in a day, margin under 15 %, more than 10 rejections in a minute, 3 failed checks. */
export const STOP_THRESHOLDS: StopThresholds = {
  drawdownBpsMax: 500,
  marginBpsMin: 1500,
  rejectionsMax: 10,
  rejectWindow: 60_000_000,
  healthFailures: 3,
}

/** Nothing engages it but a person. */
export const ONLY_BY_HAND: StopThresholds = {
  drawdownBpsMax: Number.POSITIVE_INFINITY,
  marginBpsMin: Number.NEGATIVE_INFINITY,
  rejectionsMax: 100_000,
  rejectWindow: 1,
  healthFailures: Number.POSITIVE_INFINITY,
}

/** The stop, as its watch needs it. */
export interface Stoppable {
  readonly isEngaged: boolean
  trigger(trigger: StopTrigger, reason: string, flattens: boolean): unknown
}

const SERVICES_MAX = 1000
const percent = (bps: number): string => `${(bps / 100).toFixed(2)} %`

/** Watches the four things that engage the emergency stop without a person (the fifth is a person). S2-ESTOP-1 to 5. */
export class StopWatch {
  readonly #thresholds: StopThresholds
  readonly #stop: Stoppable
  readonly #flattens: boolean
  readonly #rejections: RateWindow
  readonly #failures = new Map<string, number>()

  /** @param flattens whether a stop that engages by itself closes positions as well */
  constructor(thresholds: StopThresholds, stop: Stoppable, flattens: boolean) {
    this.#thresholds = thresholds
    this.#stop = stop
    this.#flattens = flattens
    this.#rejections = new RateWindow(thresholds.rejectionsMax, thresholds.rejectWindow)
  }

  /**
   * The account as it stands now.
   * @param drawdownBps from the day's highest equity
   * @param marginBps equity over value of positions; undefined when nothing is held
   */
  onStanding(drawdownBps: number, marginBps: number | undefined): void {
    const { drawdownBpsMax, marginBpsMin } = this.#thresholds
    if (drawdownBps >= drawdownBpsMax)
      this.#engage('drawdown', `down ${percent(drawdownBps)} today, ${percent(drawdownBpsMax)} is the most`)
    if (marginBps !== undefined && marginBps < marginBpsMin)
      this.#engage('margin', `margin ${percent(marginBps)}, ${percent(marginBpsMin)} is the least`)
  }

  /** A venue rejected an order. */
  onRejected(now: number, reason: string): void {
    const { rejectionsMax, rejectWindow } = this.#thresholds
    const isOver = !this.#rejections.allows(now)
    this.#rejections.take(now)
    if (isOver)
      this.#engage('rejections', `more than ${rejectionsMax} rejections in ${rejectWindow / 1e6} s, last: ${reason}`)
  }

  /** A health check of a critical service. */
  onHealth(service: string, isHealthy: boolean): void {
    if (isHealthy) {
      this.#failures.delete(service)
      return
    }
    const failed = (this.#failures.get(service) ?? 0) + 1
    if (failed > 1 || this.#failures.size < SERVICES_MAX) this.#failures.set(service, failed)
    if (failed >= this.#thresholds.healthFailures)
      this.#engage('health', `${service} failed ${failed} health checks in a row`)
  }

  /** Once engaged, the same trouble goes on for a while; only the first trigger is told. */
  #engage(trigger: StopTrigger, reason: string): void {
    if (!this.#stop.isEngaged) this.#stop.trigger(trigger, reason, this.#flattens)
  }
}
