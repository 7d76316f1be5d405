import { assert } from '../assert.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Asset } from '../market/money.ts'
import { AccountFlag, debitBalance } from './account.ts'
import type { Ledger } from './ledger.ts'

/** The six ledgers of a trading account. */
export const LedgerKind = { cash: 1, position: 2, fees: 3, realised: 4, margin: 5, funding: 6 } as const
/** A number of `LedgerKind`. */
export type LedgerKind = (typeof LedgerKind)[keyof typeof LedgerKind]

/** Names of the six by number; 0 is none. */
export const LEDGER_NAMES: readonly string[] = ['', 'cash', 'position', 'fees', 'realised', 'margin', 'funding']

/** Whose account: ours, the market's we trade with, the outside world's from which money comes. */
export const Role = { own: 0, market: 1, external: 2 } as const

/*
 * Numbers that mean the same in every store. A ledger is one kind in one unit (an asset; for positions an instrument),
 * because only equal units can be joined. An account id, 128 bits:
 *
 *     127        96 95     88 87     80 79                 32 31         0
 *     +------------+---------+---------+---------------------+------------+
 *     |   owner    |  kind   |  role   |          0          |    unit    |
 *     +------------+---------+---------+---------------------+------------+
 *
 * A transfer id: owner, then the number of the posting (64 bits), then its leg (32 bits).
 */

/** Number of the ledger of a kind and a unit (asset or instrument index). */
export const ledgerNumber = (kind: LedgerKind, unit: number): number => kind * 1_000_000 + unit

/** The kind of a ledger by its number. */
export const kindOfLedger = (ledger: number): number => Math.floor(ledger / 1_000_000)

/** Id of an account. */
export const accountId = (owner: number, kind: LedgerKind, role: number, unit: number): bigint =>
  (BigInt(owner) << 96n) | (BigInt(kind) << 88n) | (BigInt(role) << 80n) | BigInt(unit)

/** Id of a transfer. @param posting number of the event @param leg of it */
export const transferId = (owner: number, posting: number, leg: number): bigint =>
  (BigInt(owner) << 96n) | (BigInt(posting) << 32n) | BigInt(leg)

/** The accounts of one trading account over all assets and instruments, opened as they are needed. */
export class Chart {
  readonly owner: number
  readonly assets: readonly Asset[]
  readonly #ledger: Ledger
  readonly #allowShort: boolean
  readonly #assetIndex = new Map<string, number>()

  /**
   * @param allowShort whether cash may go below zero: on a margin account it may; on a spot account what is not there
   * cannot be sold, and the ledger refuses it
   * @param others assets that no instrument has: a coin in which fees are paid, a deposit on its way
   */
  constructor(
    ledger: Ledger,
    instruments: InstrumentTable,
    owner: number,
    allowShort: boolean,
    others: readonly Asset[] = [],
  ) {
    this.owner = owner
    this.#ledger = ledger
    this.#allowShort = allowShort
    const assets: Asset[] = []
    for (const asset of [...instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle]), ...others]) {
      const known = this.#assetIndex.get(asset.code)
      assert(
        known === undefined || assets[known]!.decimals === asset.decimals,
        'an asset is booked with one number of decimals',
        asset.code,
      )
      if (known === undefined) this.#assetIndex.set(asset.code, assets.push(asset) - 1)
    }
    this.assets = assets
  }

  /** The asset with a code; undefined when no instrument has it. */
  asset(code: string): Asset | undefined {
    const index = this.#assetIndex.get(code)
    return index === undefined ? undefined : this.assets[index]
  }

  /** Account of an asset. Opens it when it is met for the first time. */
  ofAsset(kind: LedgerKind, role: number, code: string): bigint {
    const unit = this.#assetIndex.get(code)
    assert(unit !== undefined, 'the asset belongs to the chart', code)
    const strict = kind === LedgerKind.cash && role === Role.own && !this.#allowShort
    return this.#open(kind, role, unit, strict)
  }

  /** Position account of an instrument. */
  ofPosition(role: number, instrument: Instrument): bigint {
    return this.#open(LedgerKind.position, role, instrument.index, false)
  }

  /** What an own account holds, in booked units (lots for positions). */
  held(kind: LedgerKind, code: string): bigint {
    return debitBalance(this.#ledger.account(this.ofAsset(kind, Role.own, code))!)
  }

  /** Our position by the ledger, in lots. */
  heldLots(instrument: Instrument): bigint {
    return debitBalance(this.#ledger.account(this.ofPosition(Role.own, instrument))!)
  }

  #open(kind: LedgerKind, role: number, unit: number, strict: boolean): bigint {
    const id = accountId(this.owner, kind, role, unit)
    this.#ledger.open(id, ledgerNumber(kind, unit), strict ? AccountFlag.creditsMustNotExceedDebits : 0, kind)
    return id
  }
}
