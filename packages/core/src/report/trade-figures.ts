import type { Instrument } from '../market/instrument.ts'
import type { Fill } from '../order/fill.ts'
import { MakerShare } from './maker-share.ts'

/** Figures of the fills of a run. Money in units of the settling asset (not booked units), as floats. */
export interface TradeFigures {
  readonly fills: number
  readonly buys: number
  readonly sells: number
  /** Share of the turnover that was made resting; undefined without fills. */
  readonly makerRatio: number | undefined
  readonly turnover: number
  readonly fees: number
  readonly rebates: number
  /** Fills that closed lots, and the share of them that made money before fees. */
  readonly closing: number
  readonly winRate: number | undefined
  /** Gains over losses of closing fills. */
  readonly profitFactor: number | undefined
  /** Mean distance of fills from the mid at the decision, in bps; positive is worse than the mid. */
  readonly slippageBps: number | undefined
  /** The gain of the best closing fill as a share of all gains. */
  readonly bestShare: number | undefined
}

/** Gathers figures of fills as they come. Constant memory. */
export class TradeTally {
  readonly #share = new MakerShare()
  #buys = 0
  #fees = 0
  #rebates = 0
  #closing = 0
  #wins = 0
  #gains = 0
  #losses = 0
  #best = 0
  #slippage = 0
  #slipped = 0

  /**
   * @param realised profit of what the fill closed, booked units
   * @param closed whether it closed lots
   * @param midAtDecision mid in ticks when the order was placed; NaN when there was none
   */
  take(fill: Fill, instrument: Instrument, realised: bigint, closed: boolean, midAtDecision: number): void {
    const unit = 10 ** instrument.settle.decimals
    this.#share.take(fill, instrument)
    if (fill.side === 1) this.#buys++
    const fee = Number(fill.fee) / unit
    if (fee > 0) this.#fees += fee
    else this.#rebates -= fee
    if (closed) {
      const profit = Number(realised) / unit
      this.#closing++
      if (profit > 0) {
        this.#wins++
        this.#gains += profit
        this.#best = Math.max(this.#best, profit)
      } else this.#losses -= profit
    }
    if (!Number.isNaN(midAtDecision)) {
      this.#slippage += ((fill.side * (fill.price - midAtDecision)) / midAtDecision) * 1e4
      this.#slipped++
    }
  }

  figures(): TradeFigures {
    const share = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined)
    const { fills, turnover, ratio } = this.#share
    return {
      fills,
      buys: this.#buys,
      sells: fills - this.#buys,
      makerRatio: ratio,
      turnover,
      fees: this.#fees,
      rebates: this.#rebates,
      closing: this.#closing,
      winRate: share(this.#wins, this.#closing),
      profitFactor: share(this.#gains, this.#losses),
      slippageBps: share(this.#slippage, this.#slipped),
      bestShare: share(this.#best, this.#gains),
    }
  }
}
