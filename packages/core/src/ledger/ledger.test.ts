import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { type Account, AccountFlag } from './account.ts'
import { Ledger } from './ledger.ts'
import { type Transfer, TransferFlag, type TransferRequest, transferOf } from './transfer.ts'

const transfer = (
  id: number,
  debit: number,
  credit: number,
  amount: number,
  more: Partial<Transfer> = {},
): TransferRequest => ({
  id: BigInt(id),
  debit: BigInt(debit),
  credit: BigInt(credit),
  amount: BigInt(amount),
  ledger: 1,
  code: 1,
  cause: 'test',
  at: micros(1),
  ...more,
})

/** Accounts 1 to 4; 3 may not be overdrawn on the debit side, 4 not on the credit side; 9 is of another ledger. */
function fresh(ledger = new Ledger()): Ledger {
  for (const id of [1n, 2n]) ledger.open(id, 1)
  ledger.open(3n, 1, AccountFlag.debitsMustNotExceedCredits)
  ledger.open(4n, 1, AccountFlag.creditsMustNotExceedDebits)
  ledger.open(9n, 2)
  return ledger
}

const copy = (ledger: Ledger): Account[] => ledger.accounts.map(account => ({ ...account }))

const rows: [string, TransferRequest[], string][] = [
  ['plain', [transfer(1, 1, 2, 5), transfer(2, 2, 1, 5)], 'ok'],
  ['across ledgers', [transfer(1, 1, 2, 5), transfer(2, 1, 9, 5)], 'accounts_must_have_the_same_ledger'],
  ['overdrawn', [transfer(1, 1, 2, 5), transfer(2, 3, 1, 5)], 'exceeds_credits'],
  ['not overdrawn', [transfer(1, 1, 3, 5), transfer(2, 3, 1, 5)], 'ok'],
  ['an id twice', [transfer(1, 1, 2, 5), transfer(1, 1, 2, 5)], 'exists_with_different_flags'],
]
for (const [name, batch, outcome] of rows)
  test(`a posting is all or none: ${name}: ${outcome}`, () => {
    const ledger = fresh()
    const before = copy(ledger)
    const posted = ledger.post(batch)
    equal(posted.ok ? 'ok' : posted.reason, outcome)
    if (posted.ok) {
      const again = ledger.post(batch)
      ok(again.ok && again.value.length === 0, 'given again, nothing happens')
      equal(ledger.transferCount, batch.length)
      return
    }
    equal(posted.at, batch.length - 1)
    deepEqual(copy(ledger), before, 'a refused batch leaves the books as they were')
    equal(ledger.transferCount, 0)
  })

test('time runs out inside a batch: one nanosecond decides', () => {
  const ledger = new Ledger()
  for (const id of [1n, 2n]) ledger.open(id, 1)
  const { timestamp } = ledger.createTransfers(
    [transfer(1, 1, 2, 5, { flags: TransferFlag.pending, timeout: 1 })],
    10n,
  )[0]!
  const end = timestamp + 1_000_000_000n
  const free = (id: bigint): TransferRequest => ({ id, pendingId: 1n, flags: TransferFlag.voidPending })
  // The second event of a batch is a nanosecond later than the first.
  const results = ledger.createTransfers([transfer(2, 1, 2, 1), free(3n)], end - 2n)
  deepEqual(
    results.map(({ status, timestamp: own }) => [status, own]),
    [
      ['created', end - 1n],
      ['pending_transfer_expired', end],
    ],
  )
  equal(ledger.expire(end), 1)
  equal(ledger.account(1n)!.debitsPending, 0n)
})

const KINDS = {
  posted: 0,
  pending: TransferFlag.pending,
  post: TransferFlag.postPending,
  void: TransferFlag.voidPending,
  linked: TransferFlag.linked,
} as const

const wish = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  debit: fc.integer({ min: 1, max: 4 }),
  credit: fc.integer({ min: 1, max: 4 }),
  amount: fc.integer({ min: 1, max: 20 }),
  kind: fc.constantFrom<keyof typeof KINDS>('posted', 'posted', 'linked', 'pending', 'post', 'void'),
  timeout: fc.constantFrom(0, 0, 3),
  pending: fc.integer({ min: 1, max: 40 }),
})
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never

function requestOf(ledger: Ledger, { id, debit, credit, amount, kind, pending, timeout }: Wish): TransferRequest {
  const flags = KINDS[kind]
  if (kind === 'pending') return transfer(id, debit, credit, amount, { flags, timeout })
  if (kind !== 'post' && kind !== 'void') return transfer(id, debit, credit, amount, { flags })
  // Let most resolutions name what they resolve rightly, or none would ever be accepted.
  const whole = ledger.transfer(BigInt(pending))?.amount ?? 1n
  return { id: BigInt(id), amount: kind === 'void' ? 0n : whole, pendingId: BigInt(pending), flags }
}

/** The slow, obvious twin: balances by walking all entries. */
function balancesOf(id: bigint, posted: readonly Transfer[], expired: ReadonlySet<bigint>): bigint[] {
  const resolved = new Set(posted.map(({ pendingId }) => pendingId))
  const sum = (side: 'debit' | 'credit', counts: (each: Transfer) => boolean): bigint =>
    posted.filter(each => each[side] === id && counts(each)).reduce((total, { amount }) => total + amount, 0n)
  const isPosted = ({ flags }: Transfer): boolean => (flags & (KINDS.pending | KINDS.void)) === 0
  const isReserved = ({ flags, id }: Transfer): boolean =>
    (flags & KINDS.pending) !== 0 && !resolved.has(id) && !expired.has(id)
  return [sum('debit', isReserved), sum('debit', isPosted), sum('credit', isReserved), sum('credit', isPosted)]
}

const balances = (account: Account): bigint[] => [
  account.debitsPending,
  account.debitsPosted,
  account.creditsPending,
  account.creditsPosted,
]

test('P-09 sums are zero, balances are the sums of entries, two phases end once, ids count once, recovery is exact', () => {
  fc.assert(
    fc.property(fc.array(fc.array(wish, { minLength: 1, maxLength: 4 }), { maxLength: 60, size: 'max' }), batches => {
      const posted: Transfer[] = []
      const expired = new Set<bigint>()
      const recovered = new Ledger()
      const ledger = fresh(
        new Ledger({
          onAccounts: accounts => accounts.forEach(recovered.restore.account),
          onPosting: transfers => {
            posted.push(...transfers)
            transfers.forEach(recovered.restore.transfer)
          },
          onExpired: ({ id }, timestamp) => {
            expired.add(id)
            recovered.restore.expired(id, timestamp)
          },
          onFailed: ids => ids.forEach(recovered.restore.failed),
        }),
      )
      for (const [second, batch] of batches.entries()) {
        const requests = batch.map(each => transferOf(requestOf(ledger, each)))
        const results = ledger.createTransfers(requests, BigInt(second) * 1_000_000_000n)
        equal(results.length, batch.length)
        for (const net of ledger.trialBalance().values()) equal(net, 0n)
      }
      equal(new Set(posted.map(({ id }) => id)).size, posted.length)
      equal(new Set(posted.map(({ timestamp }) => timestamp)).size, posted.length)
      const ends = posted.map(({ pendingId }) => pendingId).filter(id => id !== 0n)
      equal(new Set(ends).size, ends.length, 'resolved at most once')
      ok(ends.every(id => !expired.has(id)))
      for (const account of ledger.accounts) deepEqual(balances(account), balancesOf(account.id, posted, expired))
      const [three, four] = [ledger.account(3n)!, ledger.account(4n)!]
      ok(three.debitsPosted + three.debitsPending <= three.creditsPosted)
      ok(four.creditsPosted + four.creditsPending <= four.debitsPosted)
      deepEqual(recovered.accounts, ledger.accounts)
      deepEqual([...recovered.transfers], [...ledger.transfers])
    }),
    { numRuns: 300 },
  )
})
