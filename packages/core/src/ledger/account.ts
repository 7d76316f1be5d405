/** Flags of an account, as TigerBeetle has them. */
export interface AccountFlags {
  /** Refuse what would bring debits above credits: for accounts that hold what was put in as credits. */
  readonly debitsMustNotExceedCredits?: boolean
  /** Refuse what would bring credits above debits: for accounts that hold what was put in as debits. */
  readonly creditsMustNotExceedDebits?: boolean
}

/** One account of the double-entry ledger. Balances only grow; what is held is their difference. */
export interface Account {
  /** 128 bits, unique. */
  readonly id: bigint
  /** Only accounts of one ledger can be joined by a transfer. */
  readonly ledger: number
  readonly flags: AccountFlags
  debitsPending: bigint
  debitsPosted: bigint
  creditsPending: bigint
  creditsPosted: bigint
}

/** What an account holds that is counted in debits: posted debits less posted credits. */
export const debitBalance = (account: Account): bigint => account.debitsPosted - account.creditsPosted
