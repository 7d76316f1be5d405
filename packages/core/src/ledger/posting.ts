import type { Micros } from '../clock/micros.ts'
import { type Chart, type LedgerKind, ledgerNumber, Role, transferId } from './chart.ts'
import type { Transfer } from './transfer.ts'

/** Gathers the transfers of one event: signed amounts in, positive transfers with deterministic ids out. */
export class Posting {
  readonly transfers: Transfer[] = []
  readonly #chart: Chart
  readonly #number: number
  readonly #cause: string
  readonly #at: Micros

  /** @param number of the event in the account's life: 0, 1, 2, ... */
  constructor(chart: Chart, number: number, cause: string, at: Micros) {
    this.#chart = chart
    this.#number = number
    this.#cause = cause
    this.#at = at
  }

  /** We gain `amount` of an asset in a ledger (negative: lose it), against the market or the outside. Nothing for zero. */
  gain(kind: LedgerKind, code: string, amount: bigint, against: number = Role.market): void {
    this.#move(
      this.#chart.ofAsset(kind, Role.own, code),
      this.#chart.ofAsset(kind, against, code),
      amount,
      kind,
      this.#unitOf(code),
    )
  }

  /** Our position changes by lots. */
  position(own: bigint, market: bigint, instrument: number, lots: bigint): void {
    this.#move(own, market, lots, 2, instrument)
  }

  #unitOf(code: string): number {
    return this.#chart.assets.findIndex(asset => asset.code === code)
  }

  #move(own: bigint, other: bigint, amount: bigint, kind: LedgerKind, unit: number): void {
    if (amount === 0n) return
    const gains = amount > 0n
    this.transfers.push({
      id: transferId(this.#chart.owner, this.#number, this.transfers.length),
      debit: gains ? own : other,
      credit: gains ? other : own,
      amount: gains ? amount : -amount,
      ledger: ledgerNumber(kind, unit),
      kind: 'posted',
      pendingId: 0n,
      cause: this.#cause,
      at: this.#at,
    })
  }
}
