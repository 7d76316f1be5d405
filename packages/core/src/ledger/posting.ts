import type { Micros } from '../clock/micros.ts'
import type { Instrument } from '../market/instrument.ts'
import { type Chart, type LedgerKind, Role, transferId } from './chart.ts'
import { CAUSE_MAX, type TransferRequest } from './transfer.ts'
import { TransferCode } from './transfer-code.ts'

/** Gathers the transfers of one event: signed amounts in, positive transfers with deterministic ids out. */
export class Posting {
  readonly transfers: TransferRequest[] = []
  readonly #chart: Chart
  readonly #number: number
  readonly #cause: string
  readonly #at: Micros

  /** @param number of the event in the account's life: 0, 1, 2, ... */
  constructor(chart: Chart, number: number, cause: string, at: Micros) {
    this.#chart = chart
    this.#number = number
    this.#cause = cause.slice(0, CAUSE_MAX)
    this.#at = at
  }

  /** We gain `amount` of an asset in a ledger (negative: lose it), against the market or the outside. Nothing for zero. */
  gain(kind: LedgerKind, code: string, amount: bigint, event: TransferCode, against: number = Role.market): void {
    this.#move(
      this.#chart.ofAsset(kind, Role.own, code),
      this.#chart.ofAsset(kind, against, code),
      amount,
      this.#chart.assetLedger(kind, code),
      event,
    )
  }

  /** Our position changes by lots. */
  position(instrument: Instrument, lots: bigint, event: TransferCode = TransferCode.fill): void {
    this.#move(
      this.#chart.ofPosition(Role.own, instrument),
      this.#chart.ofPosition(Role.market, instrument),
      lots,
      this.#chart.positionLedger(instrument),
      event,
    )
  }

  #move(own: bigint, other: bigint, amount: bigint, ledger: number, code: TransferCode): void {
    if (amount === 0n) return
    const gains = amount > 0n
    this.transfers.push({
      id: transferId(this.#chart.owner, this.#number, this.transfers.length),
      debit: gains ? own : other,
      credit: gains ? other : own,
      amount: gains ? amount : -amount,
      ledger,
      code,
      cause: this.#cause,
      at: this.#at,
    })
  }
}
