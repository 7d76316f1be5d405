/**
 * What an equity curve says of itself. Ratios are undefined while there are too few samples to say anything, and where
 * there was once no money: what was gained or lost is then a share of nothing.
 */
export interface EquityFigures {
  readonly first: number
  readonly last: number
  /** Greatest fall from a peak, in money and as a share of the peak. */
  readonly maxDrawdown: number
  readonly maxDrawdownShare: number
  /** Longest time below a former peak, in seconds. */
  readonly longestDrawdownSeconds: number
  /** Mean over deviation of the returns per sample, annualised for 365 days; no risk-free rate. */
  readonly sharpe: number | undefined
  /** The same with the deviation of the losses alone. */
  readonly sortino: number | undefined
}

/** Samples below which a ratio says nothing. */
const SAMPLES_MIN = 30
const YEAR_SECONDS = 365 * 86_400

/**
 * Equity through time, taken at a fixed interval: keeps sums, not samples. Floats, because this is analysis; the money
 * itself is in the ledger.
 *
 * Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21(1), 1994; Sortino and Price, "Performance Measurement
 * in a Downside Risk Framework", Journal of Investing 3(3), 1994 (target return 0).
 */
export class EquityCurve {
  readonly #intervalSeconds: number
  #samples = 0
  #first = 0
  #last = 0
  #peak = Number.NEGATIVE_INFINITY
  #peakAt = 0
  #drawdown = 0
  #drawdownShare = 0
  #longest = 0
  #sum = 0
  #squares = 0
  #losses = 0
  #wasBroke = false

  /** @param intervalSeconds time between samples */
  constructor(intervalSeconds: number) {
    this.#intervalSeconds = intervalSeconds
  }

  /** Takes the next sample. */
  sample(equity: number): void {
    if (this.#samples === 0) this.#first = equity
    else if (this.#last <= 0) this.#wasBroke = true
    else {
      const back = equity / this.#last - 1
      this.#sum += back
      this.#squares += back * back
      if (back < 0) this.#losses += back * back
    }
    if (equity >= this.#peak) {
      this.#peak = equity
      this.#peakAt = this.#samples
    }
    this.#drawdown = Math.max(this.#drawdown, this.#peak - equity)
    if (this.#peak > 0) this.#drawdownShare = Math.max(this.#drawdownShare, (this.#peak - equity) / this.#peak)
    this.#longest = Math.max(this.#longest, this.#samples - this.#peakAt)
    this.#last = equity
    this.#samples++
  }

  figures(): EquityFigures {
    const returns = this.#samples - 1
    const mean = this.#sum / returns
    const scale = Math.sqrt(YEAR_SECONDS / this.#intervalSeconds)
    const deviation = Math.sqrt(Math.max(0, (this.#squares - returns * mean * mean) / (returns - 1)))
    const downside = Math.sqrt(this.#losses / returns)
    const enough = returns >= SAMPLES_MIN && !this.#wasBroke
    return {
      first: this.#first,
      last: this.#last,
      maxDrawdown: this.#drawdown,
      maxDrawdownShare: this.#drawdownShare,
      longestDrawdownSeconds: this.#longest * this.#intervalSeconds,
      sharpe: enough && deviation > 0 ? (mean / deviation) * scale : undefined,
      sortino: enough && downside > 0 ? (mean / downside) * scale : undefined,
    }
  }
}
