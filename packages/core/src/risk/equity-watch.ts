import { assert } from '../assert.ts'

/** What a watch must not forget over a restart. Booked units. */
export interface EquityRecord {
  /** Number of the trading day. */
  readonly day: number
  readonly equity: bigint
  readonly dayStart: bigint
  readonly dayPeak: bigint
  readonly peak: bigint
}

const DAY = 86_400_000_000
const BPS = 10_000n

/**
 * Follows the worth of an account or a strategy: where the day began, how high it has been. Money that comes in or goes
 * out moves all of these along, so that a deposit is no profit and a withdrawal no loss.
 */
export class EquityWatch {
  readonly #dayBegins: number
  #record: EquityRecord | undefined

  /** @param dayBegins microseconds after midnight UTC at which a trading day begins, 0..24 h */
  constructor(dayBegins = 0) {
    assert(dayBegins >= 0 && dayBegins < DAY, 'a day begins within a day', dayBegins)
    this.#dayBegins = dayBegins
  }

  /** Everything known; undefined before the first equity. */
  get record(): EquityRecord | undefined {
    return this.#record
  }

  /** Takes the record of the life before. */
  restore(record: EquityRecord): void {
    this.#record = record
  }

  /** Takes the worth at an instant. A day begins with the last worth of the day before. */
  take(equity: bigint, now: number): void {
    const day = Math.floor((now - this.#dayBegins) / DAY)
    const last = this.#record
    if (last === undefined) {
      this.#record = { day, equity, dayStart: equity, dayPeak: equity, peak: equity }
      return
    }
    const isNew = day > last.day
    const dayStart = isNew ? last.equity : last.dayStart
    const dayPeak = greater(equity, isNew ? last.equity : last.dayPeak)
    this.#record = { day: Math.max(day, last.day), equity, dayStart, dayPeak, peak: greater(equity, last.peak) }
  }

  /** Money came from outside (negative: went there). Tell it before the worth that holds it. */
  flow(amount: bigint): void {
    const last = this.#record
    if (last === undefined) return
    this.#record = {
      day: last.day,
      equity: last.equity + amount,
      dayStart: last.dayStart + amount,
      dayPeak: last.dayPeak + amount,
      peak: last.peak + amount,
    }
  }

  /** Profit of the day; undefined before the first equity. */
  get dayProfit(): bigint | undefined {
    const { equity, dayStart } = this.#record ?? {}
    return equity === undefined ? undefined : equity - dayStart!
  }

  /** Fall from the day's highest in bps of it, 0..10,000 and more when the equity is negative. */
  get dayDrawdownBps(): number | undefined {
    const last = this.#record
    return last === undefined ? undefined : fall(last.dayPeak, last.equity)
  }

  /** Fall from the highest so far in bps of it. */
  get drawdownBps(): number | undefined {
    const last = this.#record
    return last === undefined ? undefined : fall(last.peak, last.equity)
  }
}

const greater = (one: bigint, other: bigint): bigint => (one > other ? one : other)

/** Without anything to fall from, everything below it is all of it. */
function fall(peak: bigint, equity: bigint): number {
  if (equity >= peak) return 0
  return peak > 0n ? Number(((peak - equity) * BPS) / peak) : Number(BPS)
}
