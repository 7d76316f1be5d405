import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { micros, SECOND } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import type { Ledger } from '@velocimex/core/ledger/ledger'
import { TransferFlag, type TransferRequest } from '@velocimex/core/ledger/transfer'
import fc from 'fast-check'
import { SqliteDatabase } from '../sql/sqlite-database.ts'
import { TradingStore } from '../sql/trading-store.ts'
import { EmbeddedLedger } from './embedded-ledger.ts'

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-recovery-'))
  try {
    await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const clock = new SimClock()
clock.advanceTo(micros(1_700_000_000 * SECOND))
const open = async (directory: string, more: object = {}) =>
  EmbeddedLedger.open({ directory, clock, mustSync: false, hasCopy: false, ...more })

const move = (id: number, more: Partial<TransferRequest> = {}): TransferRequest => ({
  id: BigInt(id),
  debit: 1n,
  credit: 2n,
  amount: 5n,
  ledger: 1,
  code: 1,
  cause: `fill ${id} ü`,
  ...more,
})
const accounts = [
  { id: 1n, ledger: 1, code: 1, userData128: 77n },
  { id: 2n, ledger: 1, code: 1 },
  { id: 3n, ledger: 1, code: 2, flags: 10 },
]
const picture = (ledger: Ledger): unknown => ({
  accounts: ledger.accounts.map(account => ({ ...account })),
  transfers: [...ledger.transfers],
  balances: ledger.accounts.map(({ id }) => ledger.page(id)!.balances),
})

test('what was answered is there after a restart, with everything that follows from it', async () => {
  const wish = fc.record({
    id: fc.integer({ min: 1, max: 40 }),
    debit: fc.bigInt({ min: 1n, max: 3n }),
    credit: fc.bigInt({ min: 1n, max: 3n }),
    flags: fc.constantFrom(0, TransferFlag.linked, TransferFlag.pending, TransferFlag.voidPending),
    pendingId: fc.bigInt({ min: 1n, max: 40n }),
    timeout: fc.constantFrom(0, 2),
  })
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.array(wish, { minLength: 1, maxLength: 4 }) },
    fc.constant('restart' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), steps =>
      inFolder(async directory => {
        let { ledger } = await open(directory)
        await ledger.createAccounts(accounts)
        for (const each of [...steps, 'restart' as const]) {
          clock.advanceTo(micros(clock.now() + SECOND))
          if (each !== 'restart') {
            const batch = each.map(({ id, flags, pendingId, timeout, ...rest }) => {
              if (flags === TransferFlag.voidPending) return { id: BigInt(id), flags, pendingId }
              return move(id, { ...rest, flags, timeout: flags === TransferFlag.pending ? timeout : 0 })
            })
            await ledger.createTransfers(batch)
            continue
          }
          const before = picture(ledger.ledger)
          await ledger.close()
          ledger = (await open(directory)).ledger
          deepEqual(picture(ledger.ledger), before)
        }
        // An id that was used up stays so, and an expiry is not undone.
        const failed = await ledger.createTransfers([move(99, { debit: 3n, amount: 1n << 100n })])
        await ledger.close()
        ledger = (await open(directory)).ledger
        const again = await ledger.createTransfers([move(99, { amount: 1n })])
        deepEqual([failed[0]!.status, again[0]!.status], ['exceeds_credits', 'id_already_failed'])
        await ledger.close()
      }),
    ),
    { numRuns: 40 },
  )
})

test('R-DSK-03 a journal cut at any byte: whole batches only, and the next start goes on', () =>
  inFolder(async directory => {
    const path = join(directory, 'ledger.journal')
    let { ledger } = await open(directory)
    await ledger.createAccounts(accounts)
    await ledger.createTransfers([move(1), move(2)])
    const size = readFileSync(path).length
    await ledger.createTransfers([move(3, { flags: TransferFlag.linked }), move(4)])
    await ledger.close()
    const whole = readFileSync(path)
    for (let length = size; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length))
      const opened = await open(directory)
      ledger = opened.ledger
      equal(opened.opening.cutBytes, length - size)
      equal(ledger.ledger.transferCount, 2)
      await ledger.close()
    }
    // Zeros where bytes never arrived: after the last block, and in place of its head or its end.
    for (const [kept, zeros] of [
      [whole.length, 5_000],
      [size, 5_000],
      [size + 9, 40],
      [size + 60, 3_000],
    ] as const) {
      writeFileSync(path, Buffer.concat([whole.subarray(0, kept), Buffer.alloc(zeros)]))
      ledger = (await open(directory)).ledger
      equal(ledger.ledger.transferCount, kept === whole.length ? 4 : 2)
      await ledger.close()
    }
    writeFileSync(path, whole.subarray(0, size))
    ledger = (await open(directory)).ledger
    equal((await ledger.createTransfers([move(3)]))[0]!.status, 'created')
    await ledger.close()
    ledger = (await open(directory)).ledger
    equal(ledger.ledger.transferCount, 3)
    await ledger.close()
  }))

test('R-DSK-03 a damaged middle is never skipped; another file, another owner: refused with words', () =>
  inFolder(async directory => {
    const path = join(directory, 'ledger.journal')
    const { ledger } = await open(directory)
    await ledger.createAccounts(accounts)
    for (const id of [1, 2, 3]) await ledger.createTransfers([move(id)])
    await rejects(open(directory), /ledger\.lock is held by another process/)
    await ledger.close()
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length - 200; at += 3) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 0x10
      writeFileSync(path, bytes)
      await rejects(open(directory), /ledger\.journal: (block \d at byte \d+ is damaged|this is no file of blocks)/)
      deepEqual(readFileSync(path), bytes, 'nothing is cut')
    }
  }))

test('batches that come together share a sync; too much unwritten is refused before it takes effect', () =>
  inFolder(async directory => {
    let { ledger } = await open(directory, { waitingBytesMax: 1_000 })
    await ledger.createAccounts(accounts)
    const all = await Promise.allSettled(Array.from({ length: 40 }, (_, id) => ledger.createTransfers([move(id + 1)])))
    const taken = all.filter(({ status }) => status === 'fulfilled').length
    ok(taken >= 7 && taken < 40)
    match(String(all.find(each => each.status === 'rejected')!.reason), /waits for the disk/)
    await ledger.close()
    const opened = await open(directory)
    ledger = opened.ledger
    equal(ledger.ledger.transferCount, taken)
    ok(opened.opening.blocks <= 4, `${opened.opening.blocks} blocks`)
    await ledger.close()
  }))

test('R-DB-01 the SQLite file follows the journal, is made anew when it is gone, and tells an old journal', () =>
  inFolder(async directory => {
    const copied = async (): Promise<void> => {
      while (ledger.copy.behind > 0) await new Promise(resolve => setTimeout(resolve, 5))
    }
    let { ledger } = await open(directory, { hasCopy: true })
    await ledger.createAccounts(accounts)
    for (let id = 1; id <= 2_500; id += 500)
      await ledger.createTransfers(Array.from({ length: 500 }, (_, leg) => move(id + leg)))
    await copied()
    const early = join(directory, 'early')
    await ledger.createTransfers([move(3_000, { amount: (1n << 127n) + 1n, flags: TransferFlag.pending })])
    await copied()
    await ledger.close()
    const database = new SqliteDatabase(join(directory, 'ledger.sqlite'))
    const store = new TradingStore(database)
    const rows = await store.all('ledger_transfers')
    deepEqual([rows.length, rows.find(({ id }) => id === 3_000n)!.amount], [2_501, (1n << 127n) + 1n])
    const [first] = await store.all('ledger_accounts')
    deepEqual([first!.debits_posted, first!.debits_pending], [12_500n, (1n << 127n) + 1n])
    await database.close()
    copyFileSync(join(directory, 'ledger.journal'), early)
    truncateSync(join(directory, 'ledger.journal'), readFileSync(early).length - 10)
    ledger = (await open(directory, { hasCopy: true })).ledger
    while (ledger.copy.fault === '') await new Promise(resolve => setTimeout(resolve, 5))
    match(ledger.copy.fault, /the database has 2501 transfers of this ledger, the journal 2500/)
    await ledger.close()
    rmSync(join(directory, 'ledger.sqlite'))
    ledger = (await open(directory, { hasCopy: true })).ledger
    await copied()
    equal(ledger.copy.fault, '')
    await ledger.close()
  }))

test('R-KILL-01 killed again and again while it books: nothing answered is lost, no batch is half', () =>
  inFolder(async directory => {
    const worker = fileURLToPath(new URL('ledger-writer-worker.ts', import.meta.url))
    let safe = 0
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, [worker, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise(resolve => child.once('exit', resolve))
      const until = safe + 30 + 21 * round
      for await (const line of createInterface({ input: child.stdout })) {
        ok(/^\d+$/.test(line), line)
        safe = Number(line)
        if (safe >= until) child.kill('SIGKILL')
      }
      await ended
      const { ledger } = await open(directory)
      const { transferCount } = ledger.ledger
      ok(transferCount >= safe && transferCount % 3 === 0, `${transferCount} of ${safe}`)
      equal(ledger.ledger.account(1n)!.debitsPosted, BigInt(transferCount) * 5n)
      for (const net of ledger.ledger.trialBalance().values()) equal(net, 0n)
      await ledger.close()
    }
  }))

test('R-DSK-01 a disk that is full halts the ledger with words; what was answered before is there', () =>
  inFolder(async directory => {
    const worker = fileURLToPath(new URL('ledger-writer-worker.ts', import.meta.url))
    // A limit on the size of files stands for the full disk; the signal that comes with it is ignored, as on a real one.
    const shell = `trap '' XFSZ; ulimit -f 1024; exec '${process.execPath}' '${worker}' '${directory}'`
    const child = spawn('bash', ['-c', shell], { stdio: ['ignore', 'pipe', 'inherit'] })
    let [safe, words] = [0, '']
    for await (const line of createInterface({ input: child.stdout }))
      if (/^\d+$/.test(line)) safe = Number(line)
      else words = line
    match(words, /ledger\.journal could not be written: .*EFBIG.*make room or repair the disk, then start again/)
    const { ledger } = await open(directory)
    ok(safe > 1_000 && ledger.ledger.transferCount >= safe)
    await ledger.close()
  }))
