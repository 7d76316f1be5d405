/**
 * What became of an account that was asked for, with TigerBeetle's names and numbers, in order of precedence.
 *
 * Source: docs.tigerbeetle.com, reference, create_accounts; the numbers are those of its client 0.17.
 */
export const ACCOUNT_STATUS = {
  created: 4294967295,
  linked_event_failed: 1,
  linked_event_chain_open: 2,
  imported_event_expected: 22,
  imported_event_not_expected: 23,
  timestamp_must_be_zero: 3,
  imported_event_timestamp_out_of_range: 24,
  imported_event_timestamp_must_not_advance: 25,
  reserved_field: 4,
  reserved_flag: 5,
  id_must_not_be_zero: 6,
  id_must_not_be_int_max: 7,
  exists_with_different_flags: 15,
  exists_with_different_user_data_128: 16,
  exists_with_different_user_data_64: 17,
  exists_with_different_user_data_32: 18,
  exists_with_different_ledger: 19,
  exists_with_different_code: 20,
  exists: 21,
  flags_are_mutually_exclusive: 8,
  debits_pending_must_be_zero: 9,
  debits_posted_must_be_zero: 10,
  credits_pending_must_be_zero: 11,
  credits_posted_must_be_zero: 12,
  ledger_must_not_be_zero: 13,
  code_must_not_be_zero: 14,
  imported_event_timestamp_must_not_regress: 26,
} as const

/** A word of `ACCOUNT_STATUS`. */
export type AccountStatus = keyof typeof ACCOUNT_STATUS

/** What became of one account of a batch. */
export interface AccountResult {
  readonly status: AccountStatus
  /** Of the account that was created, or that existed; otherwise of the refusal. */
  readonly timestamp: bigint
}
