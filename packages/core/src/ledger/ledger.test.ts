import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { Ledger } from './ledger.ts'
import type { Transfer, TransferKind } from './transfer.ts'

const transfer = (
  id: number,
  debit: number,
  credit: number,
  amount: number,
  more: Partial<Transfer> = {},
): Transfer => ({
  id: BigInt(id),
  debit: BigInt(debit),
  credit: BigInt(credit),
  amount: BigInt(amount),
  ledger: 1,
  kind: 'posted',
  pendingId: 0n,
  cause: 'test',
  at: micros(0),
  ...more,
})

/** Accounts 1 to 4; 3 may not be overdrawn on the debit side, 4 not on the credit side; 9 is of another ledger. */
function fresh(): Ledger {
  const ledger = new Ledger()
  for (const id of [1n, 2n]) ledger.open(id, 1)
  ledger.open(3n, 1, { debitsMustNotExceedCredits: true })
  ledger.open(4n, 1, { creditsMustNotExceedDebits: true })
  ledger.open(9n, 2)
  return ledger
}

const rows: [string, Transfer[], string][] = [
  ['plain', [transfer(1, 1, 2, 5)], 'ok'],
  ['no amount', [transfer(1, 1, 2, 0)], 'amount_not_positive'],
  ['no amount and the same account', [transfer(1, 1, 1, -1)], 'amount_not_positive'],
  ['the same account', [transfer(1, 1, 1, 5)], 'accounts_are_the_same'],
  ['no such account', [transfer(1, 7, 2, 5)], 'debit_account_not_found'],
  ['no such account', [transfer(1, 1, 7, 5)], 'credit_account_not_found'],
  ['across ledgers', [transfer(1, 1, 9, 5)], 'accounts_of_different_ledgers'],
  ['overdrawn', [transfer(1, 3, 1, 5)], 'exceeds_credits'],
  ['not overdrawn', [transfer(1, 1, 3, 5), transfer(2, 3, 1, 5)], 'ok'],
  ['overdrawn the other way', [transfer(1, 4, 1, 5), transfer(2, 1, 4, 6)], 'exceeds_debits'],
  [
    'what is reserved counts as gone',
    [transfer(1, 1, 3, 5), transfer(2, 3, 1, 3, { kind: 'pending' }), transfer(3, 3, 1, 3)],
    'exceeds_credits',
  ],
  ['given twice', [transfer(1, 1, 2, 5), transfer(1, 1, 2, 5)], 'ok'],
  ['given twice with another amount', [transfer(1, 1, 2, 5), transfer(1, 1, 2, 6)], 'exists_with_different_content'],
  [
    'reserved, then posted in part',
    [transfer(1, 1, 2, 5, { kind: 'pending' }), transfer(2, 1, 2, 3, { kind: 'post_pending', pendingId: 1n })],
    'ok',
  ],
  [
    'posted without being reserved',
    [transfer(2, 1, 2, 3, { kind: 'post_pending', pendingId: 1n })],
    'pending_transfer_not_found',
  ],
  [
    'posted more than reserved',
    [transfer(1, 1, 2, 5, { kind: 'pending' }), transfer(2, 1, 2, 6, { kind: 'post_pending', pendingId: 1n })],
    'exceeds_pending_amount',
  ],
  [
    'posted twice',
    [
      transfer(1, 1, 2, 5, { kind: 'pending' }),
      transfer(2, 1, 2, 5, { kind: 'post_pending', pendingId: 1n }),
      transfer(3, 1, 2, 5, { kind: 'post_pending', pendingId: 1n }),
    ],
    'pending_transfer_already_posted',
  ],
  [
    'voided, then posted',
    [
      transfer(1, 1, 2, 5, { kind: 'pending' }),
      transfer(2, 1, 2, 5, { kind: 'void_pending', pendingId: 1n }),
      transfer(3, 1, 2, 5, { kind: 'post_pending', pendingId: 1n }),
    ],
    'pending_transfer_already_voided',
  ],
  [
    'voided in part',
    [transfer(1, 1, 2, 5, { kind: 'pending' }), transfer(2, 1, 2, 4, { kind: 'void_pending', pendingId: 1n })],
    'pending_transfer_differs',
  ],
  [
    'voided on other accounts',
    [transfer(1, 1, 2, 5, { kind: 'pending' }), transfer(2, 2, 1, 5, { kind: 'void_pending', pendingId: 1n })],
    'pending_transfer_differs',
  ],
]
for (const [name, batch, outcome] of rows)
  test(`${name}: ${outcome}`, () => {
    const ledger = fresh()
    const before = JSON.stringify(ledger.accounts, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    const posted = ledger.post(batch)
    equal(posted.ok ? 'ok' : posted.reason, outcome)
    const after = JSON.stringify(ledger.accounts, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    if (!posted.ok) {
      equal(posted.at, batch.length - 1)
      equal(after, before, 'a refused batch leaves the books as they were')
      equal(ledger.transferCount, 0)
    }
  })

const wish = fc.record({
  id: fc.integer({ min: 1, max: 30 }),
  debit: fc.integer({ min: 1, max: 4 }),
  credit: fc.integer({ min: 1, max: 4 }),
  amount: fc.integer({ min: 1, max: 20 }),
  kind: fc.constantFrom<TransferKind>('posted', 'posted', 'pending', 'post_pending', 'void_pending'),
  pending: fc.integer({ min: 1, max: 30 }),
})

test('P-09 sums are zero, balances are the sums of entries, two-phase transfers resolve once, ids count once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(wish, { minLength: 1, maxLength: 3 }), { maxLength: 60, size: 'max' }), batches => {
      const posted: Transfer[] = []
      const ledger = new Ledger({ onPosting: transfers => posted.push(...transfers) })
      for (const id of [1n, 2n]) ledger.open(id, 1)
      ledger.open(3n, 1, { debitsMustNotExceedCredits: true })
      ledger.open(4n, 1, { creditsMustNotExceedDebits: true })
      for (const batch of batches) {
        const transfers = batch.map(({ id, debit, credit, amount, kind, pending }) => {
          const two = kind === 'post_pending' || kind === 'void_pending'
          // Let most resolutions name what they resolve rightly, or none would ever be accepted.
          const of = two ? ledger.transfer(BigInt(pending)) : undefined
          return transfer(id, Number(of?.debit ?? debit), Number(of?.credit ?? credit), Number(of?.amount ?? amount), {
            kind,
            pendingId: two ? BigInt(pending) : 0n,
          })
        })
        ledger.post(transfers)
        const again = ledger.post(posted.slice(-2))
        ok(again.ok && again.value.length === 0, 'given again, nothing happens')
        for (const net of ledger.trialBalance().values()) equal(net, 0n)
      }
      equal(new Set(posted.map(({ id }) => id)).size, posted.length)
      const resolutions = posted
        .filter(({ kind }) => kind === 'post_pending' || kind === 'void_pending')
        .map(({ pendingId }) => pendingId)
      equal(new Set(resolutions).size, resolutions.length, 'resolved at most once')
      for (const account of ledger.accounts) {
        // The naive twin: walk all entries.
        const sum = (side: 'debit' | 'credit', kinds: TransferKind[]): bigint =>
          posted
            .filter(each => each[side] === account.id && kinds.includes(each.kind))
            .reduce((total, each) => total + each.amount, 0n)
        const reserved = (side: 'debit' | 'credit'): bigint =>
          posted
            .filter(each => each[side] === account.id && each.kind === 'pending' && !resolutions.includes(each.id))
            .reduce((total, each) => total + each.amount, 0n)
        deepEqual(
          [account.debitsPosted, account.creditsPosted],
          [sum('debit', ['posted', 'post_pending']), sum('credit', ['posted', 'post_pending'])],
        )
        deepEqual([account.debitsPending, account.creditsPending], [reserved('debit'), reserved('credit')])
      }
      const [three, four] = [ledger.account(3n)!, ledger.account(4n)!]
      ok(three.debitsPosted + three.debitsPending <= three.creditsPosted)
      ok(four.creditsPosted + four.creditsPending <= four.debitsPosted)
    }),
    { numRuns: 300 },
  )
})
