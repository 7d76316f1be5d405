import { assert } from '../assert.ts'

/** Bits of an account's flags, with TigerBeetle's numbers. */
export const AccountFlag = {
  /** All or none together with the next account of the batch. */
  linked: 1,
  /** Refuse what would bring debits above credits: for accounts that hold what was put in as credits. */
  debitsMustNotExceedCredits: 2,
  /** Refuse what would bring credits above debits: for accounts that hold what was put in as debits. */
  creditsMustNotExceedDebits: 4,
  /** Keep the balances after every transfer. */
  history: 8,
  /** The request brings its own timestamp, from another ledger. */
  imported: 16,
  /** No transfer is taken; set by a closing transfer, cleared by voiding it. */
  closed: 32,
} as const

/** Largest value of 128 bits; as an id it is never valid. */
export const U128_MAX = (1n << 128n) - 1n

/** One account of the double-entry ledger. Posted balances only grow; what is held is their difference. */
export interface Account {
  /** 128 bits, unique, neither 0 nor `U128_MAX`. */
  readonly id: bigint
  readonly debitsPending: bigint
  readonly debitsPosted: bigint
  readonly creditsPending: bigint
  readonly creditsPosted: bigint
  /** 128, 64 and 32 bits for the owner's use; 0 is none. */
  readonly userData128: bigint
  readonly userData64: bigint
  readonly userData32: number
  /** 32 bits, not 0: only accounts of one ledger can be joined by a transfer. */
  readonly ledger: number
  /** 16 bits, not 0: what kind of account it is. */
  readonly code: number
  /** Bits of `AccountFlag`. */
  readonly flags: number
  /** Nanoseconds since 1970, given by the ledger, unique in it; in a request 0 unless `imported`. */
  readonly timestamp: bigint
}

/** What must be said of an account; everything else is 0. */
export type AccountRequest = Pick<Account, 'id' | 'ledger' | 'code'> & Partial<Account>

/** An account as it is asked for: what was not said is 0. Numbers beyond their bits are our mistake. */
export function accountOf(request: AccountRequest): Account {
  const account = { ...BLANK, ...request }
  assert(isWord(account.id, U128_MAX) && isWord(account.userData128, U128_MAX), 'an account fits 128 bits', account.id)
  assert(isWord(account.userData64, U64_MAX) && isWord(account.timestamp, U64_MAX), 'times fit 64 bits', account.id)
  assert(account.ledger >>> 0 === account.ledger, 'a ledger fits 32 bits', account.ledger)
  assert(account.userData32 >>> 0 === account.userData32, 'user data fits 32 bits', account.userData32)
  assert((account.code & 0xffff) === account.code, 'a code fits 16 bits', account.code)
  return account
}

/** What an account holds that is counted in debits: posted debits less posted credits. */
export const debitBalance = (account: Account): bigint => account.debitsPosted - account.creditsPosted

/** Whether a number lies between 0 and `max`. */
export const isWord = (value: bigint, max: bigint): boolean => value >= 0n && value <= max

/** Largest value of 64 bits. */
export const U64_MAX = (1n << 64n) - 1n

const BLANK = {
  debitsPending: 0n,
  debitsPosted: 0n,
  creditsPending: 0n,
  creditsPosted: 0n,
  userData128: 0n,
  userData64: 0n,
  userData32: 0,
  flags: 0,
  timestamp: 0n,
}
