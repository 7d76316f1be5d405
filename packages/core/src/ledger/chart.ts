import { assert } from '../assert.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Asset } from '../market/money.ts'
import { type Account, AccountFlag, debitBalance } from './account.ts'
import type { Ledger } from './ledger.ts'
import { UnitNumbers, unitKey } from './unit-numbers.ts'

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

/** What an account's id says of it. */
export interface AccountMeaning {
  readonly owner: number
  readonly kind: LedgerKind
  readonly role: number
  readonly unit: number
}

/** Reads an id that `accountId` made. */
export const meaningOf = (id: bigint): AccountMeaning => ({
  owner: Number(id >> 96n),
  kind: Number((id >> 88n) & 0xffn) as LedgerKind,
  role: Number((id >> 80n) & 0xffn),
  unit: Number(id & 0xffff_ffffn),
})

/** The number after the last posting of an owner in a ledger, refused ones included: where to go on after a restart. */
export function nextPosting(ledger: Ledger, owner: number): number {
  let last = -1
  const look = (id: bigint): void => {
    if (id >> 96n === BigInt(owner)) last = Math.max(last, Number((id >> 32n) & 0xffff_ffff_ffff_ffffn))
  }
  for (const { id } of ledger.transfers) look(id)
  for (const id of ledger.failedIds) look(id)
  return last + 1
}

/** Id of a transfer. @param posting number of the event @param leg of it */
export const transferId = (owner: number, posting: number, leg: number): bigint =>
  (BigInt(owner) << 96n) | (BigInt(posting) << 32n) | BigInt(leg)

/** The accounts of one trading account over all assets and instruments, opened as they are needed. */
export class Chart {
  readonly owner: number
  readonly assets: readonly Asset[]
  readonly #ledger: Ledger
  readonly #allowShort: boolean
  readonly #byCode = new Map<string, Asset>()
  readonly #assetUnits: UnitNumbers
  readonly #instrumentUnits: UnitNumbers

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
    const own = ledger.accounts.filter(({ id }) => meaningOf(id).owner === owner)
    this.#assetUnits = new UnitNumbers(unitsOf(own, kind => kind !== LedgerKind.position))
    this.#instrumentUnits = new UnitNumbers(unitsOf(own, kind => kind === LedgerKind.position))
    for (const asset of [...instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle]), ...others]) {
      const decimals = this.#byCode.get(asset.code)?.decimals ?? asset.decimals
      assert(decimals === asset.decimals, 'an asset is booked with one number of decimals', asset.code)
      this.#byCode.set(asset.code, asset)
      this.#assetUnits.number(asset.code)
    }
    for (const instrument of instruments.all) this.#instrumentUnits.number(nameOf(instrument))
    this.assets = [...this.#byCode.values()]
  }

  /** The asset with a code; undefined when it is not in the chart. */
  asset(code: string): Asset | undefined {
    return this.#byCode.get(code)
  }

  /** What a ledger counts, by its number: an asset's code, or venue and symbol of an instrument. */
  unitName(ledger: number): string | undefined {
    const units = kindOfLedger(ledger) === LedgerKind.position ? this.#instrumentUnits : this.#assetUnits
    return units.name(ledger % 1_000_000)
  }

  /** Number of the ledger of a kind and an asset. */
  assetLedger(kind: LedgerKind, code: string): number {
    const unit = this.#assetUnits.find(code)
    assert(unit !== undefined, 'the asset belongs to the chart', code)
    return ledgerNumber(kind, unit)
  }

  /** Number of the ledger of an instrument's positions. */
  positionLedger(instrument: Instrument): number {
    return ledgerNumber(LedgerKind.position, this.#instrumentUnits.number(nameOf(instrument)))
  }

  /** Account of an asset. Opens it when it is met for the first time. */
  ofAsset(kind: LedgerKind, role: number, code: string): bigint {
    const strict = kind === LedgerKind.cash && role === Role.own && !this.#allowShort
    return this.#open(role, this.assetLedger(kind, code), strict, code)
  }

  /** Position account of an instrument. */
  ofPosition(role: number, instrument: Instrument): bigint {
    return this.#open(role, this.positionLedger(instrument), false, nameOf(instrument))
  }

  /** What an own account holds, in booked units (lots for positions). */
  held(kind: LedgerKind, code: string): bigint {
    return debitBalance(this.#ledger.account(this.ofAsset(kind, Role.own, code))!)
  }

  /** Our position by the ledger, in lots. */
  heldLots(instrument: Instrument): bigint {
    return debitBalance(this.#ledger.account(this.ofPosition(Role.own, instrument))!)
  }

  #open(role: number, ledger: number, strict: boolean, name: string): bigint {
    const kind = kindOfLedger(ledger) as LedgerKind
    const id = accountId(this.owner, kind, role, ledger % 1_000_000)
    if (this.#ledger.account(id) === undefined) {
      const flags = strict ? AccountFlag.creditsMustNotExceedDebits : 0
      this.#ledger.open(id, ledger, flags, { code: kind, userData128: unitKey(name) })
    }
    return id
  }
}

const nameOf = ({ venue, symbol }: Instrument): string => `${venue} ${symbol}`

/** Keys and numbers of the units that accounts of some kinds stand for. */
const unitsOf = (accounts: readonly Account[], isOf: (kind: number) => boolean): [bigint, number][] =>
  accounts
    .filter(({ ledger }) => isOf(kindOfLedger(ledger)))
    .map(({ userData128, ledger }) => [userData128, ledger % 1_000_000])
