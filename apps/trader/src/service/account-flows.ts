import type { AccountMonitor } from '@velocimex/core/ledger/account-monitor'
import { formatScaled } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toUnits } from '@velocimex/venues/amounts'
import type { CashFlow } from '@velocimex/venues/cash-flow'
import type { AccountJournal } from './account-journal.ts'
import { decimalsOf } from './account-truth.ts'

/** Where payments go. */
export interface FlowParts {
  readonly instruments: InstrumentTable
  readonly journal: AccountJournal
  /** Measure equity: from where it is with what comes from outside. */
  readonly guards: {
    readonly safeguards: { readonly monitor: Pick<AccountMonitor, 'onFlow'> }
    keep(): void
  }
  onAlert(words: string): void
}

/**
 * Takes the payments that a venue tells on its private stream into the books: each once, funding as profit or loss, what
 * comes from outside as neither. Whatever is not told is found by reconciliation.
 */
export class AccountFlows {
  readonly #parts: FlowParts
  readonly #decimals: ReadonlyMap<string, number>

  constructor(parts: FlowParts) {
    this.#parts = parts
    this.#decimals = decimalsOf(parts.instruments)
  }

  /** The venue tells a payment. */
  take({ kind, asset: code, amount, id, at, instrument }: CashFlow): void {
    const { journal, instruments, guards, onAlert } = this.#parts
    const decimals = this.#decimals.get(code)
    // What is not traded here is not in the books; what was there at the opening is in it.
    if (decimals === undefined || journal.opening === undefined || at <= journal.opening.at) return
    const units = toUnits(amount, decimals)
    if (units === 0n || journal.flows.has({ code, id, at })) return
    const isFound = journal.isCorrectedSince(code, at)
    const paidFor = instrument ?? (kind === 'funding' ? this.#onlyHeld(code) : undefined)
    const flow = {
      ...{ kind, code, units: String(units), id, at },
      ...(paidFor === undefined ? {} : { symbol: instruments.at(paidFor).symbol }),
      ...(isFound ? { isFound } : {}),
    }
    // A life that ends between the two finds the money by reconciliation: equity is measured rightly in either.
    if (kind !== 'funding' && !isFound) {
      guards.safeguards.monitor.onFlow(code, units)
      guards.keep()
    }
    try {
      journal.flows.book(flow)
      if (kind !== 'funding') onAlert(`${kind} of ${formatScaled(units, decimals)} ${code}`)
    } catch (cause) {
      onAlert(`a ${kind} could not be kept, and is left to reconciliation: ${(cause as Error).message}`)
    }
  }

  /** The only derivative that we hold of those which settle in an asset: nothing else can have paid funding. */
  #onlyHeld(code: string): number | undefined {
    const { instruments, journal } = this.#parts
    const held = instruments.all.filter(
      ({ kind, settle, index }) =>
        kind === 'perpetual' && settle.code === code && journal.books.portfolio.netLots(index) !== 0,
    )
    return held.length === 1 ? held[0]!.index : undefined
  }
}
