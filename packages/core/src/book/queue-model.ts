/**
 * Where an order of ours stands in the queue at its price, when only totals are published. Prints at the price move it
 * forward in every model; the models differ in what a smaller total without a print means.
 */
export interface QueueModel {
  /**
   * The total at our price changed.
   * @param ahead lots ahead of us so far @param before total before @param after total now
   * @param traded lots printed at the price since the last change: they explain as much of a decrease
   * @returns lots ahead of us now, 0..ahead
   */
  onLevel(ahead: number, before: number, after: number, traded: number): number
}

/** Assumes that whoever leaves the queue stood behind us: only prints help, and the total bounds what can be ahead. */
export class RiskAverseQueue implements QueueModel {
  onLevel(ahead: number, _before: number, after: number): number {
    return Math.min(ahead, after)
  }
}

/**
 * Shares an unexplained decrease between ahead and behind: the share from ahead is f(ahead) / (f(ahead) + f(behind)) with
 * f(x) = x^power. Power 1 is proportional; a greater power lets the larger part lose more. Deterministic.
 *
 * The family is the one that hftbacktest's documentation calls probability queue models with power functions.
 */
export class ProbabilityQueue implements QueueModel {
  readonly #power: number

  constructor(power: number) {
    this.#power = power
  }

  onLevel(ahead: number, before: number, after: number, traded: number): number {
    const gone = before - after - traded
    let left = ahead
    if (gone > 0 && ahead > 0) {
      const front = ahead ** this.#power
      const back = Math.max(0, before - traded - ahead) ** this.#power
      left = Math.max(0, ahead - Math.ceil((gone * front) / (front + back)))
    }
    return Math.min(left, after)
  }
}
