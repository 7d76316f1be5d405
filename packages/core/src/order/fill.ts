import type { Micros } from '../clock/micros.ts'
import type { Minor } from '../market/money.ts'
import type { Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'

/** FIX 851: whether the order rested (added liquidity) or arrived (removed it). */
export type Liquidity = 'maker' | 'taker'

/** Why a simulated venue filled an order: kept so that every fill can explain itself. Quantities in lots, prices in ticks. */
export interface FillCause {
  /**
   * taker:    our order arrived and met resting quantity
   * trade:    a print at our price after the queue ahead was used up
   * through:  a print at a worse price than ours for its aggressor: it would have met us first
   * crossing: the other side of the book moved to or through our price
   */
  readonly trigger: 'taker' | 'trade' | 'through' | 'crossing'
  /** Sequence on the tape of the record that caused it; for `taker`, of the last record the venue had seen. */
  readonly record: number
  /** Price and quantity of that record (for `taker`: of the level met). */
  readonly price: number
  readonly quantity: number
  /** Lots ahead of us when the order came to rest, and just before this fill; 0 for `taker`. */
  readonly queueAtEntry: number
  readonly queueBefore: number
}

/** One execution of ours. */
export interface Fill {
  /** Trade id of the venue, unique per venue and account: the key by which duplicates are dropped. */
  readonly tradeId: string
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly instrument: number
  readonly side: Side
  readonly price: Ticks
  /** Positive. */
  readonly quantity: Lots
  /** In booked units of `feeAsset`; positive is paid, negative is a rebate. */
  readonly fee: Minor
  /** Asset code. */
  readonly feeAsset: string
  readonly liquidity: Liquidity
  /** Venue's instant. */
  readonly at: Micros
  /** Only simulated venues can tell. */
  readonly cause?: FillCause
}
