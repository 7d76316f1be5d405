import { ok, type Result, refuse } from '../result.ts'
import { type Account, AccountFlag, type AccountRequest, accountOf } from './account.ts'
import type { AccountResult, AccountStatus } from './account-status.ts'
import { checkAccount } from './check-account.ts'
import { checkTransfer } from './check-transfer.ts'
import { compareTransfers } from './compare-transfers.ts'
import { type AccountPage, LedgerState, recordOf } from './ledger-state.ts'
import { type BatchOwner, type BatchResult, runBatch } from './run-batch.ts'
import { type Transfer, TransferFlag, type TransferRequest, transferOf } from './transfer.ts'
import { isTransient, type TransferResult, type TransferStatus } from './transfer-status.ts'

/** Told everything that took effect, in order: a journal, a file, a screen. */
export interface LedgerSink {
  /** Transfers of one call that took effect. */
  onPosting?(transfers: readonly Transfer[]): void
  onAccounts?(accounts: readonly Account[]): void
  /** A pending transfer freed what it had reserved, at `timestamp`. */
  onExpired?(pending: Transfer, timestamp: bigint): void
  /** Ids that were used up by refusals. */
  onFailed?(ids: readonly bigint[]): void
}

/**
 * Double-entry book in the manner of TigerBeetle: accounts, immutable transfers, two phases, linked batches. Nothing is
 * ever updated or deleted but the balances.
 *
 * Invariant: over the accounts of a ledger, debits equal credits, posted and pending alike.
 *
 * Source: docs.tigerbeetle.com, reference; the rules and their order follow its state machine.
 */
export class Ledger {
  readonly #state = new LedgerState()
  readonly #sink: LedgerSink
  #clock = 0n

  constructor(sink: LedgerSink = {}) {
    this.#sink = sink
  }

  /** Every account, in the order of opening. Lent: balances go on changing. */
  get accounts(): readonly Account[] {
    return [...this.#state.pages.values()].map(page => page.account)
  }

  /** Every transfer that took effect, in order. */
  get transfers(): IterableIterator<Transfer> {
    return this.#state.transfers.values()
  }

  /** Transfers that took effect. */
  get transferCount(): number {
    return this.#state.transfers.size
  }

  /** Ids that refusals have used up. */
  get failedIds(): IterableIterator<bigint> {
    return this.#state.failed.values()
  }

  /** The timestamp that was given last, in nanoseconds. */
  get timestamp(): bigint {
    return this.#clock
  }

  account(id: bigint): Account | undefined {
    return this.#state.account(id)
  }

  transfer(id: bigint): Transfer | undefined {
    return this.#state.transfer(id)
  }

  /** An account with what touched it; undefined when it is not open. */
  page(id: bigint): AccountPage | undefined {
    return this.#state.pages.get(id)
  }

  /** Opens accounts. @param now nanoseconds since 1970; one that goes back is taken for the last one */
  createAccounts(requests: readonly AccountRequest[], now: bigint): AccountResult[] {
    const asked = requests.map(accountOf)
    const timestamp = this.#advance(now, asked.length)
    const results = runBatch<AccountStatus>(asked, AccountFlag, timestamp, {
      ...this.#scopes(),
      create: (index, own) => this.#openAccount(asked[index]!, own),
      refused: () => {},
    })
    const opened = asked.filter((_, index) => results[index]!.status === 'created')
    if (opened.length > 0) this.#sink.onAccounts?.(opened.map(({ id }) => ({ ...this.account(id)! })))
    return results
  }

  /** Lets transfers take effect, in order. @param now nanoseconds since 1970; one that goes back is the last one */
  createTransfers(requests: readonly TransferRequest[], now: bigint): TransferResult[] {
    const asked = requests.map(transferOf)
    const timestamp = this.#advance(now, asked.length)
    this.#expire(timestamp - BigInt(asked.length) + 1n)
    const failed: bigint[] = []
    const made: (Transfer | undefined)[] = []
    const results = runBatch<TransferStatus>(asked, TransferFlag, timestamp, {
      ...this.#scopes(),
      create: (index, own) => this.#transfer(asked[index]!, index, own, made),
      refused: (index, status) => {
        if (!isTransient(status)) return
        failed.push(asked[index]!.id)
        this.#state.failed.add(asked[index]!.id)
      },
    })
    const posted = made.filter((each, index) => each !== undefined && results[index]!.status === 'created')
    if (posted.length > 0) this.#sink.onPosting?.(posted as Transfer[])
    if (failed.length > 0) this.#sink.onFailed?.(failed)
    return results
  }

  /** Frees what pending transfers reserved whose time has run out. Every batch does it first. Returns how many. */
  expire(now: bigint): number {
    return this.#expire(this.#advance(now, 1))
  }

  /** Opens an account; an account that is open already is returned as it is. @param flags bits of `AccountFlag` */
  open(id: bigint, ledger: number, flags = 0, more: Partial<Account> = {}): Account {
    if (this.account(id) === undefined) this.createAccounts([{ code: 1, ...more, id, ledger, flags }], 0n)
    return this.account(id)!
  }

  /**
   * Posts transfers as one: all or none. A posting that was posted before, just so, is passed over and nothing happens,
   * so that it can be given again after a crash. Its time is that of its first transfer.
   * @returns those that took effect now; or why, and by which of them, they did not
   */
  post(requests: readonly TransferRequest[]): Result<readonly Transfer[], TransferStatus> & { readonly at?: number } {
    const last = requests.length - 1
    const asked = requests.map((request, index) =>
      transferOf({ ...request, flags: (request.flags ?? 0) | (index < last ? TransferFlag.linked : 0) }),
    )
    if (asked.every(each => this.#exists(each))) return ok([])
    const results = this.createTransfers(asked, BigInt(asked[0]!.at) * 1000n)
    const at = results.findIndex(({ status }) => status !== 'created' && status !== 'linked_event_failed')
    if (at >= 0) return { ...refuse(results[at]!.status), at }
    return ok(asked.map(({ id }) => this.transfer(id)!))
  }

  /**
   * Debits less credits of every ledger, added up over its accounts, posted and pending: all zero, or something is broken.
   * Computed from the balances each time.
   */
  trialBalance(): ReadonlyMap<number, bigint> {
    const sums = new Map<number, bigint>()
    for (const { account } of this.#state.pages.values()) {
      const net = account.debitsPosted + account.debitsPending - account.creditsPosted - account.creditsPending
      sums.set(account.ledger, (sums.get(account.ledger) ?? 0n) + net)
    }
    return sums
  }

  /** Takes over what another ledger told its sink, in the same order: recovery. Nothing is judged, no sink is told. */
  readonly restore = {
    account: (account: Account): void => {
      const none = { debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n }
      this.#state.open({ ...account, ...none }) // The transfers that follow bring the balances.
      this.#reach(account.timestamp)
    },
    transfer: (transfer: Transfer): void => {
      const isResolving = (transfer.flags & (TransferFlag.postPending | TransferFlag.voidPending)) !== 0
      this.#state.apply(transfer, isResolving ? this.transfer(transfer.pendingId) : undefined)
      this.#reach(transfer.timestamp)
    },
    expired: (pendingId: bigint, timestamp: bigint): void => {
      this.#state.expire(this.transfer(pendingId)!)
      this.#reach(timestamp)
    },
    failed: (id: bigint): void => {
      this.#state.failed.add(id)
    },
  }

  #reach(timestamp: bigint): void {
    if (timestamp > this.#clock) this.#clock = timestamp
  }

  #advance(now: bigint, events: number): bigint {
    this.#clock = (now > this.#clock ? now : this.#clock) + BigInt(events)
    return this.#clock
  }

  #scopes(): Pick<BatchOwner<never>, 'openScope' | 'closeScope'> {
    return { openScope: () => this.#state.openScope(), closeScope: keep => this.#state.closeScope(keep) }
  }

  #openAccount(asked: Account, timestamp: bigint): BatchResult<AccountStatus> {
    const known = this.account(asked.id)
    const status = checkAccount(asked, known)
    if (status !== 'created') return { status, timestamp: status === 'exists' ? known!.timestamp : timestamp }
    const isImported = (asked.flags & AccountFlag.imported) !== 0
    if (isImported && !this.#state.isImportableAccount(asked.timestamp))
      return { status: 'imported_event_timestamp_must_not_regress', timestamp }
    const own = isImported ? asked.timestamp : timestamp
    this.#state.open({ ...asked, timestamp: own })
    return { status, timestamp: own }
  }

  /** @param made where the transfer goes that took effect, at its index */
  #transfer(
    asked: Transfer,
    index: number,
    timestamp: bigint,
    made: (Transfer | undefined)[],
  ): BatchResult<TransferStatus> {
    const accepted = checkTransfer(this.#state, asked, timestamp)
    if (accepted === 'exists') return { status: accepted, timestamp: this.transfer(asked.id)!.timestamp }
    if (typeof accepted === 'string') return { status: accepted, timestamp }
    const own = (asked.flags & TransferFlag.imported) === 0 ? timestamp : asked.timestamp
    const transfer = recordOf(asked, accepted, own)
    this.#state.apply(transfer, accepted.pending)
    made[index] = transfer
    return { status: 'created', timestamp: own }
  }

  #exists(asked: Transfer): boolean {
    const known = this.transfer(asked.id)
    return known !== undefined && compareTransfers(asked, known, this.transfer(known.pendingId)) === 'exists'
  }

  #expire(now: bigint): number {
    let count = 0
    for (let pending = this.#state.expireNext(now); pending !== undefined; pending = this.#state.expireNext(now)) {
      this.#sink.onExpired?.(pending, now)
      count++
    }
    return count
  }
}
