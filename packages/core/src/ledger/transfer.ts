import { assert } from '../assert.ts'
import type { Micros } from '../clock/micros.ts'
import { isWord, U64_MAX, U128_MAX } from './account.ts'

/** Bits of a transfer's flags, with TigerBeetle's numbers. */
export const TransferFlag = {
  /** All or none together with the next transfer of the batch. */
  linked: 1,
  /** Reserve the amount; a second transfer posts or voids it, or its timeout frees it. */
  pending: 2,
  postPending: 4,
  voidPending: 8,
  /** Move at most `amount`, and no more than keeps the debit account's debits within its credits. */
  balancingDebit: 16,
  /** Move at most `amount`, and no more than keeps the credit account's credits within its debits. */
  balancingCredit: 32,
  /** Close the debit account (credit account) while this pending transfer is not voided. */
  closingDebit: 64,
  closingCredit: 128,
  /** The request brings its own timestamp, from another ledger. */
  imported: 256,
} as const

/** An amount that moves from one account (credited) to another (debited). Never changed, never deleted. */
export interface Transfer {
  /** 128 bits, unique, neither 0 nor `U128_MAX`: the same transfer given twice takes effect once. */
  readonly id: bigint
  /** Account debited; in a request that posts or voids, 0 is "as reserved". */
  readonly debit: bigint
  /** Account credited; in a request that posts or voids, 0 is "as reserved". */
  readonly credit: bigint
  /** In a request, `U128_MAX` posts all that was reserved, 0 voids it; balancing transfers take it as upper limit. */
  readonly amount: bigint
  /** The reserving transfer, for those that post or void; otherwise 0. */
  readonly pendingId: bigint
  /** What caused it, as a person looks for it: `fill 17 of SIM12`, `deposit`. TigerBeetle: user_data_128, by `causeId`. */
  readonly cause: string
  /** When the cause happened, 0 if not known. TigerBeetle: user_data_64. */
  readonly at: Micros
  /** 32 bits for the owner's use; 0 is none. TigerBeetle: user_data_32. */
  readonly tag: number
  /** Whole seconds after which a pending transfer frees what it reserved; 0 is never. */
  readonly timeout: number
  /** 32 bits: the ledger of both accounts. */
  readonly ledger: number
  /** 16 bits, not 0: what kind of event caused it, see `TransferCode`. */
  readonly code: number
  /** Bits of `TransferFlag`. */
  readonly flags: number
  /** Nanoseconds since 1970, given by the ledger, unique in it; in a request 0 unless `imported`. */
  readonly timestamp: bigint
}

/** What must be said of a transfer; everything else is 0, the cause empty. */
export type TransferRequest = Pick<Transfer, 'id'> & Partial<Transfer>

/** A transfer as it is asked for: what was not said is 0. Numbers beyond their bits are our mistake. */
export function transferOf(request: TransferRequest): Transfer {
  const transfer: Transfer = {
    id: request.id,
    debit: request.debit ?? 0n,
    credit: request.credit ?? 0n,
    amount: request.amount ?? 0n,
    pendingId: request.pendingId ?? 0n,
    cause: request.cause ?? '',
    at: request.at ?? (0 as Micros),
    tag: request.tag ?? 0,
    timeout: request.timeout ?? 0,
    ledger: request.ledger ?? 0,
    code: request.code ?? 0,
    flags: request.flags ?? 0,
    timestamp: request.timestamp ?? 0n,
  }
  assert(isWord(transfer.id, U128_MAX) && isWord(transfer.pendingId, U128_MAX), 'an id fits 128 bits', transfer.id)
  assert(isWord(transfer.debit, U128_MAX) && isWord(transfer.credit, U128_MAX), 'an id fits 128 bits', transfer.debit)
  assert(isWord(transfer.amount, U128_MAX), 'an amount fits 128 bits', transfer.amount)
  assert(isWord(transfer.timestamp, U64_MAX), 'a timestamp fits 64 bits', transfer.timestamp)
  assert(transfer.at >= 0, 'an event happened after 1970', transfer.at)
  assert(transfer.ledger >>> 0 === transfer.ledger, 'a ledger fits 32 bits', transfer.ledger)
  assert(transfer.timeout >>> 0 === transfer.timeout, 'a timeout fits 32 bits', transfer.timeout)
  assert(transfer.tag >>> 0 === transfer.tag, 'a tag fits 32 bits', transfer.tag)
  assert((transfer.code & 0xffff) === transfer.code, 'a code fits 16 bits', transfer.code)
  return transfer
}

/** Largest cause in UTF-16 units; longer ones are cut where they are made. */
export const CAUSE_MAX = 200
