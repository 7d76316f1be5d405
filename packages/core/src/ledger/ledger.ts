import { ok, type Result, refuse } from '../result.ts'
import type { Account, AccountFlags } from './account.ts'
import type { Transfer } from './transfer.ts'

/** Why a transfer was refused, in order of precedence: the first that applies is the one reported. */
export type TransferRefusal =
  | 'exists_with_different_content'
  | 'amount_not_positive'
  | 'accounts_are_the_same'
  | 'debit_account_not_found'
  | 'credit_account_not_found'
  | 'accounts_of_different_ledgers'
  | 'pending_transfer_not_found'
  | 'pending_transfer_differs'
  | 'exceeds_pending_amount'
  | 'pending_transfer_already_posted'
  | 'pending_transfer_already_voided'
  | 'exceeds_credits'
  | 'exceeds_debits'

/** Told every posting that took effect, in order: a journal, a file, a screen. */
export interface LedgerSink {
  onPosting(transfers: readonly Transfer[]): void
}

/**
 * Double-entry book in the manner of TigerBeetle: accounts, immutable transfers, two phases, linked batches. Nothing is
 * ever updated or deleted but the balances, and they only grow.
 *
 * Invariant: over the accounts of a ledger, debits equal credits, posted and pending alike.
 *
 * Memory grows with transfers (about 300 bytes each): a few for every fill, thousands a day for a busy market maker.
 * Source: docs.tigerbeetle.com, "Data Modeling" and reference of create_transfers.
 */
export class Ledger {
  readonly #accounts = new Map<bigint, Account>()
  readonly #transfers = new Map<bigint, Transfer>()
  readonly #resolved = new Map<bigint, 'posted' | 'voided'>()
  readonly #sink: LedgerSink | undefined

  constructor(sink?: LedgerSink) {
    this.#sink = sink
  }

  /** Every account, in the order of opening. */
  get accounts(): readonly Account[] {
    return [...this.#accounts.values()]
  }

  /** Transfers that took effect. */
  get transferCount(): number {
    return this.#transfers.size
  }

  /** Opens an account; an account that is open already is returned as it is. */
  open(id: bigint, ledger: number, flags: AccountFlags = {}): Account {
    const known = this.#accounts.get(id)
    if (known !== undefined) return known
    const account = { id, ledger, flags, debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n }
    this.#accounts.set(id, account)
    return account
  }

  account(id: bigint): Account | undefined {
    return this.#accounts.get(id)
  }

  transfer(id: bigint): Transfer | undefined {
    return this.#transfers.get(id)
  }

  /**
   * Posts linked transfers: all or none. Transfers that were posted before with the same content are passed over, so a
   * posting can be given again after a crash.
   */
  post(transfers: readonly Transfer[]): Result<readonly Transfer[], TransferRefusal> & { readonly at?: number } {
    const done: Transfer[] = []
    for (const [at, transfer] of transfers.entries()) {
      const known = this.#transfers.get(transfer.id)
      const refusal =
        known === undefined
          ? this.#check(transfer)
          : sameContent(known, transfer)
            ? undefined
            : 'exists_with_different_content'
      if (refusal !== undefined) {
        for (const undo of done.reverse()) this.#apply(undo, -1n)
        return { ...refuse(refusal), at }
      }
      if (known !== undefined) continue
      this.#apply(transfer, 1n)
      done.push(transfer)
    }
    if (done.length > 0) this.#sink?.onPosting(done)
    return ok(done)
  }

  /**
   * Debits less credits of every ledger, added up over its accounts, posted and pending: all zero, or something is broken.
   * Computed from the balances each time.
   */
  trialBalance(): ReadonlyMap<number, bigint> {
    const sums = new Map<number, bigint>()
    for (const account of this.#accounts.values()) {
      const net = account.debitsPosted + account.debitsPending - account.creditsPosted - account.creditsPending
      sums.set(account.ledger, (sums.get(account.ledger) ?? 0n) + net)
    }
    return sums
  }

  #check(transfer: Transfer): TransferRefusal | undefined {
    if (transfer.amount <= 0n) return 'amount_not_positive'
    if (transfer.debit === transfer.credit) return 'accounts_are_the_same'
    const debit = this.#accounts.get(transfer.debit)
    const credit = this.#accounts.get(transfer.credit)
    if (debit === undefined) return 'debit_account_not_found'
    if (credit === undefined) return 'credit_account_not_found'
    if (debit.ledger !== transfer.ledger || credit.ledger !== transfer.ledger) return 'accounts_of_different_ledgers'
    const reserved = transfer.kind === 'post_pending' || transfer.kind === 'void_pending'
    return reserved ? this.#checkReserved(transfer) : checkBounds(transfer, debit, credit)
  }

  #checkReserved(transfer: Transfer): TransferRefusal | undefined {
    const pending = this.#transfers.get(transfer.pendingId)
    if (pending === undefined || pending.kind !== 'pending') return 'pending_transfer_not_found'
    if (pending.debit !== transfer.debit || pending.credit !== transfer.credit) return 'pending_transfer_differs'
    if (transfer.amount > pending.amount) return 'exceeds_pending_amount'
    if (transfer.kind === 'void_pending' && transfer.amount !== pending.amount) return 'pending_transfer_differs'
    const resolved = this.#resolved.get(pending.id)
    if (resolved === undefined) return undefined
    return resolved === 'posted' ? 'pending_transfer_already_posted' : 'pending_transfer_already_voided'
  }

  /** @param sign 1n to take effect, -1n to take a transfer of a refused batch back */
  #apply(transfer: Transfer, sign: bigint): void {
    const debit = this.#accounts.get(transfer.debit)!
    const credit = this.#accounts.get(transfer.credit)!
    const reserved =
      transfer.kind === 'post_pending' || transfer.kind === 'void_pending'
        ? this.#transfers.get(transfer.pendingId)!
        : undefined
    if (reserved !== undefined) {
      debit.debitsPending -= sign * reserved.amount
      credit.creditsPending -= sign * reserved.amount
      if (sign > 0n) this.#resolved.set(reserved.id, transfer.kind === 'post_pending' ? 'posted' : 'voided')
      else this.#resolved.delete(reserved.id)
    }
    if (transfer.kind === 'pending') {
      debit.debitsPending += sign * transfer.amount
      credit.creditsPending += sign * transfer.amount
    } else if (transfer.kind !== 'void_pending') {
      debit.debitsPosted += sign * transfer.amount
      credit.creditsPosted += sign * transfer.amount
    }
    if (sign > 0n) this.#transfers.set(transfer.id, transfer)
    else this.#transfers.delete(transfer.id)
  }
}

/** The flags count what is reserved as gone already. */
function checkBounds(transfer: Transfer, debit: Account, credit: Account): TransferRefusal | undefined {
  if (
    debit.flags.debitsMustNotExceedCredits &&
    debit.debitsPosted + debit.debitsPending + transfer.amount > debit.creditsPosted
  )
    return 'exceeds_credits'
  if (
    credit.flags.creditsMustNotExceedDebits &&
    credit.creditsPosted + credit.creditsPending + transfer.amount > credit.debitsPosted
  )
    return 'exceeds_debits'
  return undefined
}

function sameContent(one: Transfer, other: Transfer): boolean {
  return (
    one.debit === other.debit &&
    one.credit === other.credit &&
    one.amount === other.amount &&
    one.ledger === other.ledger &&
    one.kind === other.kind &&
    one.pendingId === other.pendingId
  )
}
