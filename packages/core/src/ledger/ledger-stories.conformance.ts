import type { TransferFlag } from './transfer.ts'
import type { TransferStatus } from './transfer-status.ts'

type Flag = keyof typeof TransferFlag

/** A transfer in short: accounts by letter, ids by small numbers; what is left out is 0, ledger and code are 1. */
export interface ShortTransfer {
  readonly id: number | 'max'
  readonly debit?: string
  readonly credit?: string
  readonly amount?: number | 'max'
  readonly pending?: number | 'max'
  readonly flags?: readonly Flag[]
  readonly flagBits?: number
  readonly ledger?: number
  readonly code?: number
  readonly timeout?: number
  readonly cause?: string
  readonly tag?: number
  readonly at?: number
  readonly timestamp?: number
}

/** One batch of a story: what is asked, what comes back, and balances afterwards (pending and posted debits, credits). */
export interface StoryStep {
  /** Seconds that go by before. */
  readonly wait?: number
  readonly batch: readonly ShortTransfer[]
  readonly expect: readonly TransferStatus[]
  readonly balances?: Readonly<Record<string, readonly [number, number, number, number]>>
}

const move = (
  id: number,
  debit: string,
  credit: string,
  amount: number | 'max',
  flags: Flag[] = [],
): ShortTransfer => ({
  id,
  debit,
  credit,
  amount,
  flags,
})
const post = (id: number, pending: number | 'max', amount: number | 'max' = 'max'): ShortTransfer => ({
  id,
  pending,
  amount,
  flags: ['postPending'],
})
const free = (id: number, pending: number, amount = 0): ShortTransfer => ({
  id,
  pending,
  amount,
  flags: ['voidPending'],
})

/** One row: a request that breaks more than one rule, and which of them is told. */
const refusals: readonly [ShortTransfer, TransferStatus][] = [
  [{ id: 1, timestamp: 3, flagBits: 1024 }, 'timestamp_must_be_zero'],
  [{ id: 0, flagBits: 1024 }, 'reserved_flag'],
  [{ id: 0, debit: 'a', credit: 'a' }, 'id_must_not_be_zero'],
  [{ id: 'max', debit: 'a', credit: 'a' }, 'id_must_not_be_int_max'],
  [{ id: 1, flags: ['postPending', 'voidPending'] }, 'flags_are_mutually_exclusive'],
  [{ id: 1, flags: ['postPending', 'pending'] }, 'flags_are_mutually_exclusive'],
  [{ id: 1, flags: ['voidPending', 'balancingDebit'] }, 'flags_are_mutually_exclusive'],
  [{ id: 1, flags: ['voidPending', 'closingCredit'] }, 'flags_are_mutually_exclusive'],
  [{ id: 1 }, 'debit_account_id_must_not_be_zero'],
  [{ id: 1, debit: 'max' }, 'debit_account_id_must_not_be_int_max'],
  [{ id: 1, debit: 'a', pending: 4 }, 'credit_account_id_must_not_be_zero'],
  [{ id: 1, debit: 'a', credit: 'max' }, 'credit_account_id_must_not_be_int_max'],
  [{ id: 1, debit: 'a', credit: 'a', pending: 4 }, 'accounts_must_be_different'],
  [{ id: 1, debit: 'a', credit: 'b', pending: 4, timeout: 4 }, 'pending_id_must_be_zero'],
  [{ id: 1, pending: 0, flags: ['postPending'], timeout: 3 }, 'pending_id_must_not_be_zero'],
  [{ id: 1, pending: 'max', flags: ['postPending'] }, 'pending_id_must_not_be_int_max'],
  [{ id: 1, pending: 1, flags: ['voidPending'] }, 'pending_id_must_be_different'],
  [{ id: 1, pending: 8, flags: ['voidPending'], timeout: 4 }, 'timeout_reserved_for_pending_transfer'],
  [{ id: 1, debit: 'a', credit: 'b', timeout: 4, ledger: 0 }, 'timeout_reserved_for_pending_transfer'],
  [{ id: 1, debit: 'a', credit: 'b', flags: ['closingDebit'], ledger: 0 }, 'closing_transfer_must_be_pending'],
  [{ id: 1, debit: 'a', credit: 'b', ledger: 0, code: 0 }, 'ledger_must_not_be_zero'],
  [{ id: 1, debit: 'x', credit: 'y', code: 0 }, 'code_must_not_be_zero'],
  [{ id: 31, debit: 'x', credit: 'y' }, 'debit_account_not_found'],
  [{ id: 32, debit: 'a', credit: 'y' }, 'credit_account_not_found'],
  [{ id: 1, debit: 'a', credit: 'z', ledger: 3 }, 'accounts_must_have_the_same_ledger'],
  [{ id: 1, debit: 'a', credit: 'b', ledger: 3 }, 'transfer_must_have_the_same_ledger_as_accounts'],
  [{ id: 33, pending: 8, flags: ['voidPending'] }, 'pending_transfer_not_found'],
  [{ id: 34, debit: 'c', credit: 'b', amount: 1 }, 'exceeds_credits'],
  [{ id: 35, debit: 'b', credit: 'd', amount: 1 }, 'exceeds_debits'],
]

const same = (more: Partial<ShortTransfer> = {}): ShortTransfer => ({
  ...move(1, 'a', 'b', 5, ['pending']),
  timeout: 60,
  cause: 'fill 1',
  tag: 4,
  ...more,
})

/** The rules of double entry as stories. Each one is played on every store. */
export const STORIES: readonly (readonly [string, readonly StoryStep[]])[] = [
  [
    'a transfer debits one account and credits the other',
    [
      {
        batch: [move(1, 'a', 'b', 5), move(2, 'b', 'a', 2), move(3, 'a', 'b', 0)],
        expect: ['created', 'created', 'created'],
        balances: { a: [0, 5, 0, 2], b: [0, 2, 0, 5] },
      },
    ],
  ],
  ...refusals.map(
    ([request, status]) =>
      [
        `${status}: ${JSON.stringify(request)}`,
        [{ batch: [request], expect: [status], balances: { a: [0, 0, 0, 0] } }],
      ] as const,
  ),
  [
    'given again: exists; with other content, the first difference is told',
    [
      { batch: [same(), move(2, 'a', 'b', 5)], expect: ['created', 'created'] },
      {
        batch: [
          same(),
          same({ flags: [] }),
          same({ pending: 2 }),
          same({ timeout: 61, debit: 'd' }),
          same({ debit: 'd', credit: 'c' }),
          same({ credit: 'c', amount: 6 }),
          same({ amount: 6, cause: 'x' }),
          same({ cause: 'fill 2', at: 3 }),
          same({ at: 3, tag: 3 }),
          same({ tag: 3, ledger: 2 }),
          same({ ledger: 2, code: 2 }),
          same({ code: 2 }),
        ],
        expect: [
          'exists',
          'exists_with_different_flags',
          'exists_with_different_pending_id',
          'exists_with_different_timeout',
          'exists_with_different_debit_account_id',
          'exists_with_different_credit_account_id',
          'exists_with_different_amount',
          'exists_with_different_user_data_128',
          'exists_with_different_user_data_64',
          'exists_with_different_user_data_32',
          'exists_with_different_ledger',
          'exists_with_different_code',
        ],
        balances: { a: [5, 5, 0, 0] },
      },
    ],
  ],
  [
    'an id that a passing state refused is used up',
    [
      { batch: [move(1, 'c', 'a', 1)], expect: ['exceeds_credits'] },
      { batch: [move(2, 'a', 'c', 5), move(1, 'c', 'a', 1)], expect: ['created', 'id_already_failed'] },
      { batch: [move(3, 'c', 'a', 1)], expect: ['created'], balances: { c: [0, 1, 0, 5] } },
    ],
  ],
  [
    'two phases: reserved, posted in part, the rest is free',
    [
      {
        batch: [move(1, 'a', 'b', 5, ['pending'])],
        expect: ['created'],
        balances: { a: [5, 0, 0, 0], b: [0, 0, 5, 0] },
      },
      { batch: [post(2, 1, 6)], expect: ['exceeds_pending_transfer_amount'] },
      { batch: [post(3, 1, 3)], expect: ['created'], balances: { a: [0, 3, 0, 0], b: [0, 0, 0, 3] } },
      {
        batch: [post(4, 1, 3), free(5, 1), post(3, 1, 3), post(3, 1, 2), post(3, 1)],
        expect: [
          'pending_transfer_already_posted',
          'pending_transfer_already_posted',
          'exists',
          'exists_with_different_amount',
          'exists_with_different_amount',
        ],
        balances: { a: [0, 3, 0, 0] },
      },
    ],
  ],
  [
    'two phases: voiding restores exactly, and only once',
    [
      { batch: [move(1, 'a', 'b', 5, ['pending']), move(2, 'a', 'b', 1)], expect: ['created', 'created'] },
      {
        batch: [free(3, 2), free(3, 1, 4), { ...free(3, 1), debit: 'b' }, { ...free(3, 1), credit: 'a' }],
        expect: [
          'pending_transfer_not_pending',
          'pending_transfer_has_different_amount',
          'pending_transfer_has_different_debit_account_id',
          'pending_transfer_has_different_credit_account_id',
        ],
      },
      {
        batch: [{ ...free(3, 1), ledger: 2 }, { ...free(3, 1), code: 5 }, free(3, 1, 5), free(3, 1), post(4, 1)],
        expect: [
          'pending_transfer_has_different_ledger',
          'pending_transfer_has_different_code',
          'created',
          'exists',
          'pending_transfer_already_voided',
        ],
        balances: { a: [0, 1, 0, 0], b: [0, 0, 0, 1] },
      },
    ],
  ],
  [
    'a pending transfer frees what it reserved when its time has run out',
    [
      {
        batch: [
          { ...move(1, 'a', 'b', 5, ['pending']), timeout: 1 },
          { ...move(2, 'a', 'b', 7, ['pending']), timeout: 3600 },
        ],
        expect: ['created', 'created'],
      },
      {
        wait: 2,
        batch: [post(3, 1), free(4, 1), post(5, 2)],
        expect: ['pending_transfer_expired', 'pending_transfer_expired', 'created'],
        balances: { a: [0, 7, 0, 0], b: [0, 0, 0, 7] },
      },
    ],
  ],
  [
    'what is reserved counts as gone: no flagged account is overdrawn',
    [
      {
        batch: [
          move(1, 'a', 'c', 5),
          move(2, 'c', 'a', 3, ['pending']),
          move(3, 'c', 'a', 3),
          move(4, 'c', 'a', 2),
          move(5, 'd', 'a', 4),
          move(6, 'a', 'd', 5),
          move(7, 'a', 'd', 4),
        ],
        expect: ['created', 'created', 'exceeds_credits', 'created', 'created', 'exceeds_debits', 'created'],
        balances: { c: [3, 2, 0, 5], d: [0, 4, 0, 4] },
      },
    ],
  ],
  [
    'linked transfers: all or none, and others in the batch are not touched',
    [
      {
        batch: [
          move(1, 'a', 'b', 1),
          move(2, 'a', 'b', 2, ['linked']),
          move(3, 'a', 'b', 4, ['linked', 'pending']),
          move(4, 'a', 'a', 8),
          move(5, 'a', 'b', 16, ['linked']),
          move(6, 'a', 'b', 32),
        ],
        expect: [
          'created',
          'linked_event_failed',
          'linked_event_failed',
          'accounts_must_be_different',
          'created',
          'created',
        ],
        balances: { a: [0, 49, 0, 0], b: [0, 0, 0, 49] },
      },
      { batch: [move(2, 'a', 'b', 2), move(3, 'a', 'b', 4, ['pending'])], expect: ['created', 'created'] },
      {
        batch: [{ ...post(7, 3), flags: ['postPending', 'linked'] }, move(4, 'a', 'a', 1)],
        expect: ['linked_event_failed', 'accounts_must_be_different'],
        balances: { a: [4, 51, 0, 0] },
      },
      { batch: [post(7, 3)], expect: ['created'], balances: { a: [0, 55, 0, 0] } },
    ],
  ],
  [
    'a chain that the batch cuts off fails',
    [
      {
        batch: [move(1, 'a', 'b', 1), move(2, 'a', 'b', 2, ['linked']), move(3, 'a', 'b', 4, ['linked'])],
        expect: ['created', 'linked_event_failed', 'linked_event_chain_open'],
        balances: { a: [0, 1, 0, 0] },
      },
      {
        batch: [move(4, 'a', 'a', 2, ['linked']), move(5, 'a', 'b', 4, ['linked']), move(6, 'a', 'b', 4, ['linked'])],
        expect: ['accounts_must_be_different', 'linked_event_failed', 'linked_event_chain_open'],
        balances: { a: [0, 1, 0, 0] },
      },
      {
        batch: [move(7, 'a', 'b', 2, ['linked']), move(1, 'a', 'b', 1)],
        expect: ['linked_event_failed', 'exists'],
        balances: { a: [0, 1, 0, 0] },
      },
    ],
  ],
  [
    'balancing: no more than the account has left, and the limit may be given again',
    [
      {
        batch: [
          move(1, 'a', 'b', 5),
          move(2, 'b', 'a', 9, ['balancingDebit']),
          move(2, 'b', 'a', 6, ['balancingDebit']),
          move(2, 'b', 'a', 4, ['balancingDebit']),
          move(3, 'b', 'a', 'max', ['balancingDebit']),
          move(4, 'c', 'a', 3, ['balancingCredit']),
        ],
        expect: ['created', 'created', 'exists', 'exists_with_different_amount', 'created', 'created'],
        balances: { a: [0, 5, 0, 5], b: [0, 5, 0, 5], c: [0, 0, 0, 0] },
      },
    ],
  ],
  [
    'closing: a closed account takes nothing but the void that opens it again',
    [
      {
        batch: [move(1, 'a', 'b', 2, ['pending']), move(2, 'a', 'b', 0, ['pending', 'closingDebit'])],
        expect: ['created', 'created'],
      },
      {
        batch: [move(3, 'a', 'b', 1), move(4, 'b', 'a', 1), post(5, 1)],
        expect: ['debit_account_already_closed', 'credit_account_already_closed', 'debit_account_already_closed'],
      },
      {
        batch: [free(6, 2), move(7, 'a', 'b', 1), post(8, 1)],
        expect: ['created', 'created', 'created'],
        balances: { a: [0, 3, 0, 0] },
      },
    ],
  ],
  [
    'sums beyond 128 bits are refused',
    [
      { batch: [move(1, 'a', 'b', 'max')], expect: ['created'] },
      {
        batch: [
          move(2, 'a', 'h', 1),
          move(3, 'h', 'b', 1),
          move(4, 'a', 'h', 1, ['pending']),
          move(5, 'h', 'b', 1, ['pending']),
          move(6, 'a', 'b', 0),
        ],
        expect: [
          'overflows_debits_posted',
          'overflows_credits_posted',
          'overflows_debits_posted',
          'overflows_credits_posted',
          'created',
        ],
      },
    ],
  ],
  [
    'reserved sums beyond 128 bits are refused',
    [
      { batch: [move(1, 'a', 'b', 'max', ['pending'])], expect: ['created'] },
      {
        batch: [
          move(2, 'a', 'h', 1, ['pending']),
          move(3, 'h', 'b', 1, ['pending']),
          move(4, 'a', 'h', 1),
          move(5, 'h', 'b', 1),
          free(6, 1),
          move(7, 'a', 'h', 1),
        ],
        expect: [
          'overflows_debits_pending',
          'overflows_credits_pending',
          'overflows_debits',
          'overflows_credits',
          'created',
          'created',
        ],
      },
    ],
  ],
  [
    'imported and fresh transfers do not mix; imported ones bring a past time of their own',
    [
      {
        batch: [move(1, 'a', 'b', 1), { ...move(2, 'a', 'b', 1, ['imported']), timestamp: 5 }],
        expect: ['created', 'imported_event_not_expected'],
      },
      {
        batch: [
          move(3, 'a', 'b', 1, ['imported']),
          move(4, 'a', 'b', 1),
          { ...move(5, 'a', 'b', 1, ['imported']), timestamp: 5 },
          { ...move(6, 'a', 'b', 1, ['imported']), timestamp: 9e18 },
        ],
        expect: [
          'imported_event_timestamp_out_of_range',
          'imported_event_expected',
          'imported_event_timestamp_must_not_regress',
          'imported_event_timestamp_must_not_advance',
        ],
      },
    ],
  ],
]
