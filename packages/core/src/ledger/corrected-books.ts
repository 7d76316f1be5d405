import type { Micros } from '../clock/micros.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import { BUY, SELL } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import type { ExposureBook } from '../risk/exposure-book.ts'
import type { Marks, MarkValuation } from '../risk/mark-valuation.ts'
import type { ReconciledBooks } from './account-reconciliation.ts'
import type { AccountDifference } from './account-truth.ts'

/** The books of an account, as correcting them needs them; `AccountBooks` fits. */
export interface CorrectableBooks {
  readonly chart: { readonly assets: readonly { readonly code: string }[] }
  readonly portfolio: { netLots(instrument: number): number }
  cash(code: string): bigint
  /** Sets cash to what the venue holds, as a balanced posting against the outside. */
  reconcileCash(code: string, held: bigint, reason: string, at: Micros): void
  fill(fill: Fill): unknown
}

/** Whose books, and what moves with them. */
export interface CorrectedBooksParts {
  readonly account: string
  /** The venue that is asked; its derivatives are compared. */
  readonly venue: string
  readonly instruments: InstrumentTable
  readonly books: CorrectableBooks
  readonly exposure: ExposureBook
  readonly valuation: MarkValuation
  readonly marks: Marks
}

/** The strategy to which positions belong that no strategy of ours has traded. */
export const EXTERNAL = 'external'

/**
 * Books what the venue says. A position follows by a fill of its own at the mark, named after the reconciliation and
 * without fee, so that ledger, portfolio and exposure move as they do for any fill and the trial balance stays zero. The
 * profit which that books is then corrected with the balance, to what the venue says.
 */
export class CorrectedBooks implements ReconciledBooks {
  readonly #parts: CorrectedBooksParts

  constructor(parts: CorrectedBooksParts) {
    this.#parts = parts
  }

  /** Every asset of the books. */
  codes(): readonly string[] {
    return this.#parts.books.chart.assets.map(({ code }) => code)
  }

  /** Cash held. */
  cash(code: string): bigint {
    return this.#parts.books.cash(code)
  }

  /** Derivatives of the venue. */
  instruments(): readonly number[] {
    const { instruments, venue: asked } = this.#parts
    return instruments.all.filter(({ venue, kind }) => venue === asked && kind !== 'spot').map(({ index }) => index)
  }

  /** Position in lots, signed. */
  netLots(instrument: number): number {
    return this.#parts.books.portfolio.netLots(instrument)
  }

  /** Value of what differs, at the marks. */
  worth(difference: AccountDifference): bigint | undefined {
    const { valuation } = this.#parts
    const off = difference.venues - difference.ours
    const size = off < 0n ? -off : off
    if (difference.kind === 'balance') return valuation.convert(size, difference.code)
    return valuation.value(difference.instrument, Number(size))
  }

  /** Books a difference. False for a position without a mark: at what price it came about cannot be said. */
  correct(difference: AccountDifference, reason: string, at: number): boolean {
    const { account, books, exposure, instruments, marks } = this.#parts
    if (difference.kind === 'balance') {
      books.reconcileCash(difference.code, difference.venues, reason, at as Micros)
      return true
    }
    const { instrument } = difference
    const mark = marks.mark(instrument)
    if (!(mark > 0)) return false
    const change = Number(difference.venues) - this.netLots(instrument)
    if (change === 0) return true
    books.fill({
      tradeId: `RECON ${at} ${instrument}`,
      clientOrderId: '',
      venueOrderId: '',
      instrument,
      side: change > 0 ? BUY : SELL,
      price: Math.round(mark) as Ticks,
      quantity: Math.abs(change) as Lots,
      fee: toMinor(0n),
      feeAsset: instruments.at(instrument).settle.code,
      liquidity: 'taker',
      at: at as Micros,
    })
    exposure.correct(account, EXTERNAL, instrument, change)
    return true
  }
}
