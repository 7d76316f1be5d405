import { type Account, AccountFlag } from './account.ts'
import { type Accepted, expiryOf, type LedgerView, type Resolution } from './check-transfer.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { type Transfer, TransferFlag } from './transfer.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Balances of an account just after a transfer; kept for accounts with the flag `history`. */
export interface AccountBalance {
  readonly debitsPending: bigint
  readonly debitsPosted: bigint
  readonly creditsPending: bigint
  readonly creditsPosted: bigint
  /** Of the transfer. */
  readonly timestamp: bigint
}

/** An account, the transfers that touched it in order, and with `history` the balances after each. */
export interface AccountPage {
  readonly account: Account
  readonly transfers: readonly Transfer[]
  readonly balances: readonly AccountBalance[]
}

interface Page extends AccountPage {
  readonly account: Mutable<Account>
  readonly transfers: Transfer[]
  readonly balances: AccountBalance[]
}

/** What a transfer found, so that it can be taken back. */
interface Before {
  readonly transfer: Transfer
  readonly debit: Page
  readonly credit: Page
  readonly debitsPending: bigint
  readonly debitsPosted: bigint
  readonly debitFlags: number
  readonly creditsPending: bigint
  readonly creditsPosted: bigint
  readonly creditFlags: number
  readonly last: bigint
}

/**
 * What a ledger remembers, and the effect of what was accepted. It judges nothing: that is done before. Changes made
 * inside a scope can be taken back together, because linked events happen all or not at all.
 *
 * Memory grows with transfers: about 400 bytes each.
 */
export class LedgerState implements LedgerView {
  readonly pages = new Map<bigint, Page>()
  readonly transfers = new Map<bigint, Transfer>()
  readonly failed = new Set<bigint>()
  readonly #resolved = new Map<bigint, Resolution>()
  readonly #expiry = new ExpiryQueue()
  #lastAccount = 0n
  #lastTransfer = 0n
  #scope: (Before | Account)[] | undefined

  account(id: bigint): Account | undefined {
    return this.pages.get(id)?.account
  }

  transfer(id: bigint): Transfer | undefined {
    return this.transfers.get(id)
  }

  resolution(pendingId: bigint): Resolution | undefined {
    return this.#resolved.get(pendingId)
  }

  isFailed(id: bigint): boolean {
    return this.failed.size > 0 && this.failed.has(id)
  }

  isImportable(timestamp: bigint): boolean {
    return timestamp > this.#lastTransfer && !some(this.pages.values(), page => page.account.timestamp === timestamp)
  }

  /** Whether an imported account may bear the timestamp: later than every account, and no transfer has the same. */
  isImportableAccount(timestamp: bigint): boolean {
    return timestamp > this.#lastAccount && !some(this.transfers.values(), each => each.timestamp === timestamp)
  }

  /** From here changes can be taken back. */
  openScope(): void {
    this.#scope = []
  }

  /** Ends a scope. @param keep false takes its changes back, the last one first */
  closeScope(keep: boolean): void {
    const scope = this.#scope ?? []
    this.#scope = undefined
    if (keep) return
    for (const change of scope.reverse())
      if ('transfer' in change) this.#takeBack(change)
      else this.#close(change)
  }

  open(account: Account): void {
    this.#scope?.push({ ...account, timestamp: this.#lastAccount })
    this.pages.set(account.id, { account: { ...account }, transfers: [], balances: [] })
    this.#lastAccount = account.timestamp
  }

  /** Lets a transfer take effect. */
  apply(transfer: Transfer, pending: Transfer | undefined): void {
    const debit = this.pages.get(transfer.debit)!
    const credit = this.pages.get(transfer.credit)!
    this.#scope?.push(beforeOf(transfer, debit, credit, this.#lastTransfer))
    if (pending !== undefined) {
      this.#free(pending, debit.account, credit.account)
      const isPost = (transfer.flags & TransferFlag.postPending) !== 0
      this.#resolved.set(pending.id, isPost ? 'posted' : 'voided')
    }
    if ((transfer.flags & TransferFlag.pending) !== 0) this.#reserve(transfer, debit.account, credit.account)
    else if ((transfer.flags & TransferFlag.voidPending) === 0) {
      debit.account.debitsPosted += transfer.amount
      credit.account.creditsPosted += transfer.amount
    }
    this.transfers.set(transfer.id, transfer)
    this.#lastTransfer = transfer.timestamp
    note(debit, transfer)
    note(credit, transfer)
  }

  /** The next pending transfer whose time has run out by `now` and that nobody resolved; it is freed. */
  expireNext(now: bigint): Transfer | undefined {
    for (let pending = this.#expiry.take(now); pending !== undefined; pending = this.#expiry.take(now))
      // One that was taken back is unknown; its id may even have been used again.
      if (this.transfers.get(pending.id) === pending && !this.#resolved.has(pending.id)) {
        this.expire(pending)
        return pending
      }
    return undefined
  }

  /** Frees what a pending transfer reserved, because its time has run out. */
  expire(pending: Transfer): void {
    this.#free(pending, this.pages.get(pending.debit)!.account, this.pages.get(pending.credit)!.account)
    this.#resolved.set(pending.id, 'expired')
  }

  #reserve(transfer: Transfer, debit: Mutable<Account>, credit: Mutable<Account>): void {
    debit.debitsPending += transfer.amount
    credit.creditsPending += transfer.amount
    if ((transfer.flags & TransferFlag.closingDebit) !== 0) debit.flags |= AccountFlag.closed
    if ((transfer.flags & TransferFlag.closingCredit) !== 0) credit.flags |= AccountFlag.closed
    const expiry = expiryOf(transfer)
    if (expiry !== undefined) this.#expiry.add(expiry, transfer)
  }

  #free(pending: Transfer, debit: Mutable<Account>, credit: Mutable<Account>): void {
    debit.debitsPending -= pending.amount
    credit.creditsPending -= pending.amount
    if ((pending.flags & TransferFlag.closingDebit) !== 0) debit.flags &= ~AccountFlag.closed
    if ((pending.flags & TransferFlag.closingCredit) !== 0) credit.flags &= ~AccountFlag.closed
  }

  /** @param account that was opened, with the timestamp of the one before */
  #close(account: Account): void {
    this.pages.delete(account.id)
    this.#lastAccount = account.timestamp
  }

  #takeBack(before: Before): void {
    const { transfer, debit, credit } = before
    for (const page of [debit, credit]) {
      page.transfers.pop()
      if ((page.account.flags & AccountFlag.history) !== 0) page.balances.pop()
    }
    debit.account.debitsPending = before.debitsPending
    debit.account.debitsPosted = before.debitsPosted
    debit.account.flags = before.debitFlags
    credit.account.creditsPending = before.creditsPending
    credit.account.creditsPosted = before.creditsPosted
    credit.account.flags = before.creditFlags
    this.transfers.delete(transfer.id)
    if (transfer.pendingId !== 0n) this.#resolved.delete(transfer.pendingId)
    this.#lastTransfer = before.last
  }
}

/** A transfer moves no more than the debits of one account and the credits of the other. */
const beforeOf = (transfer: Transfer, debit: Page, credit: Page, last: bigint): Before => ({
  transfer,
  debit,
  credit,
  debitsPending: debit.account.debitsPending,
  debitsPosted: debit.account.debitsPosted,
  debitFlags: debit.account.flags,
  creditsPending: credit.account.creditsPending,
  creditsPosted: credit.account.creditsPosted,
  creditFlags: credit.account.flags,
  last,
})

/** A transfer as it stands in the ledger: with the amount that moved, and what posting or voiding takes over. */
export function recordOf(asked: Transfer, accepted: Accepted, timestamp: bigint): Transfer {
  const { debit, credit, amount, pending } = accepted
  return {
    id: asked.id,
    debit: debit.id,
    credit: credit.id,
    amount,
    pendingId: asked.pendingId,
    cause: asked.cause || (pending?.cause ?? ''),
    at: asked.at || (pending?.at ?? asked.at),
    tag: asked.tag || (pending?.tag ?? 0),
    timeout: asked.timeout,
    ledger: debit.ledger,
    code: (pending ?? asked).code,
    flags: asked.flags,
    timestamp,
  }
}

function some<T>(values: Iterable<T>, holds: (value: T) => boolean): boolean {
  for (const value of values) if (holds(value)) return true
  return false
}

function note(page: Page, transfer: Transfer): void {
  page.transfers.push(transfer)
  const { account } = page
  if ((account.flags & AccountFlag.history) === 0) return
  const { debitsPending, debitsPosted, creditsPending, creditsPosted } = account
  page.balances.push({ debitsPending, debitsPosted, creditsPending, creditsPosted, timestamp: transfer.timestamp })
}
