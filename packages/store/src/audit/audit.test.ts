import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { migrate } from '../sql/migrate.ts'
import { SqliteDatabase } from '../sql/sqlite-database.ts'
import { TradingStore } from '../sql/trading-store.ts'
import {
  AUDIT_GENESIS,
  type AuditEntry,
  type AuditEvent,
  auditBreaks,
  linkAudit,
  makeAnchor,
  verifyAudit,
} from './audit-chain.ts'
import { AuditLog, readAudit } from './audit-log.ts'

const KEY = Buffer.alloc(32, 7)
const event = (number: number): AuditEvent => ({
  timestamp: 1_700_000_000_000_000 + number,
  actor: 'ann',
  session: 's1',
  ip: '127.0.0.1',
  action: 'order.place',
  object: `SIM${number}`,
  before: '',
  after: '{"quantity":"0.10"}',
  reason: 'a "quoted" \n reason',
})

function chainOf(count: number, key: Uint8Array = KEY): AuditEntry[] {
  const chain: AuditEntry[] = []
  for (let seq = 0; seq < count; seq++) chain.push(linkAudit(key, event(seq), seq, chain.at(-1)?.hash ?? AUDIT_GENESIS))
  return chain
}

const place = fc.nat(1_000)
const damage = fc.oneof(
  fc.record({
    how: fc.constant('edit' as const),
    at: place,
    field: fc.constantFrom(...(Object.keys(chainOf(1)[0]!) as (keyof AuditEntry)[])),
  }),
  fc.record({
    how: fc.constantFrom('delete' as const, 'repeat' as const, 'forge' as const, 'truncate' as const),
    at: place,
  }),
  fc.record({ how: fc.constantFrom('swap' as const, 'move' as const), at: place, to: place }),
)

/** Does one kind of damage to a chain; undefined when it would change nothing. */
function damaged(chain: readonly AuditEntry[], what: typeof damage extends fc.Arbitrary<infer T> ? T : never) {
  const copy = chain.map(entry => ({ ...entry }))
  const at = what.at % copy.length
  if (what.how === 'edit') {
    const value = copy[at]![what.field]
    const other = typeof value === 'number' ? value + 1 : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`
    copy[at] = { ...copy[at]!, [what.field]: other }
  } else if (what.how === 'delete') copy.splice(at, 1)
  else if (what.how === 'repeat') copy.splice(at, 0, { ...copy[at]! })
  else if (what.how === 'truncate') copy.splice(at)
  else if (what.how === 'forge') {
    // Somebody without the key writes the rest of the chain anew, numbers and links all right.
    copy.splice(at)
    for (let seq = at; seq < chain.length; seq++)
      copy.push(linkAudit(Buffer.alloc(32, 8), event(seq + 1), seq, copy.at(-1)?.hash ?? AUDIT_GENESIS))
  } else if ('to' in what) {
    const to = what.to % copy.length
    if (to === at) return undefined
    if (what.how === 'swap') [copy[at], copy[to]] = [copy[to]!, copy[at]!]
    else copy.splice(to, 0, ...copy.splice(at, 1))
  }
  return copy
}

test('P-32 any edit, deletion, insertion, exchange, forgery or truncation is found, at its place or before its end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), damage, async (length, what) => {
      const chain = chainOf(length)
      const anchor = makeAnchor(KEY, length, chain.at(-1)!.hash, 5)
      deepEqual(await verifyAudit(KEY, chain, [anchor]), { ok: true, count: length, head: chain.at(-1)!.hash })
      const changed = damaged(chain, what)
      if (changed === undefined) return
      const verdict = await verifyAudit(KEY, changed, [anchor])
      ok(!verdict.ok, JSON.stringify(what))
      if (what.how !== 'swap' && what.how !== 'move')
        ok(verdict.seq >= (what.at % length) - 1 && verdict.seq <= (what.at % length) + 1)
    }),
    { numRuns: 500 },
  )
})

test('X-25 a truncated chain holds by itself; the anchor shows it; an anchor cannot be forged', async () => {
  const chain = chainOf(9)
  const anchor = makeAnchor(KEY, 9, chain[8]!.hash, 5)
  equal((await verifyAudit(KEY, chain.slice(0, 7))).ok, true)
  deepEqual(await verifyAudit(KEY, chain.slice(0, 7), [anchor]), { ok: false, fault: 'truncated', seq: 7 })
  deepEqual(await verifyAudit(KEY, chain.slice(0, 7), [{ ...anchor, count: 7 }]), {
    ok: false,
    fault: 'anchor_forged',
    seq: 6,
  })
  const other = [...chain.slice(0, 8), linkAudit(KEY, event(77), 8, chain[7]!.hash)]
  deepEqual(await verifyAudit(KEY, other, [anchor]), { ok: false, fault: 'anchor_differs', seq: 8 })
})

test('X-25 the fault says what was done; a tail of another log with the same key does not fit', async () => {
  const chain = chainOf(6)
  const fault = async (entries: AuditEntry[]): Promise<string> => {
    const verdict = await verifyAudit(KEY, entries)
    return verdict.ok ? 'ok' : `${verdict.fault} at ${verdict.seq}`
  }
  const other = chainOf(6).map(entry => linkAudit(KEY, event(entry.seq + 50), entry.seq, entry.prev_hash))
  const relinked = [...chain.slice(0, 5), { ...linkAudit(KEY, event(5), 5, 'f'.repeat(64)), prev_hash: chain[4]!.hash }]
  deepEqual(
    await Promise.all(
      [
        chain,
        chain.toSpliced(2, 1),
        chain.toSpliced(2, 0, chain[2]!),
        chain.toSpliced(2, 1, { ...chain[2]!, actor: 'bob' }),
        chain.toSpliced(3, 1, { ...chain[3]!, prev_hash: chain[0]!.hash }),
        [...chain.slice(0, 3), ...other.slice(3)],
        relinked,
      ].map(fault),
    ),
    ['ok', 'gap at 2', 'gap at 3', 'edited at 2', 'unlinked at 3', 'unlinked at 4', 'edited at 5'],
  )
})

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-audit-'))
  try {
    await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('S2-AUD-1 the log goes on after a restart, over files, and cuts a torn line', () =>
  inFolder(async directory => {
    let log = await AuditLog.open({ directory, key: KEY, fileEntries: 4 })
    await Promise.all([0, 1, 2, 3, 4, 5].map(number => log.write(event(number))))
    await rejects(AuditLog.open({ directory, key: KEY }), /audit\.lock is held/)
    await log.close()
    const files = readdirSync(directory).filter(file => file.endsWith('.jsonl'))
    appendFileSync(join(directory, files.at(-1)!), '{"seq":6,"actor":"an')
    log = await AuditLog.open({ directory, key: KEY, fileEntries: 4 })
    equal((await log.write(event(6))).seq, 6)
    const anchor = log.anchor(9)
    await log.close()
    const verdict = await verifyAudit(KEY, readAudit(directory), [anchor])
    ok(verdict.ok && verdict.count === 7)
    await rejects(AuditLog.open({ directory, key: Buffer.alloc(32) }), /entry 6 was not written with this key/)
  }))

test('X-25 a damaged log can be added to, and every break of it is named', () =>
  inFolder(async directory => {
    const path = join(directory, 'audit-000000000000.jsonl')
    let log = await AuditLog.open({ directory, key: KEY })
    for (let number = 0; number < 5; number++) await log.write(event(number))
    await log.close()
    const breaks = async (): Promise<readonly string[]> => {
      const words: string[] = []
      const found = await auditBreaks(
        KEY,
        readAudit(directory, told => words.push(told)),
        9,
      )
      return [...words, ...found.map(({ fault, seq }) => `${seq} ${fault}`)]
    }
    const addOne = async (number: number): Promise<number> => {
      await rejects(AuditLog.open({ directory, key: KEY }), /was not written with this key|is no entry/)
      log = await AuditLog.open({ directory, key: KEY, followsDamage: true })
      const { seq } = await log.write(event(number))
      await log.close()
      return seq
    }
    deepEqual(await breaks(), [])
    writeFileSync(path, readFileSync(path, 'utf8').replace('SIM1', 'SIM7').replace('SIM4', 'SIM9'))
    deepEqual(await breaks(), ['1 edited', '4 edited'])
    equal(await addOne(5), 5)
    deepEqual(await breaks(), ['1 edited', '4 edited'], 'what is added is linked to what stands there')
    for (const nonsense of ['nonsense', 'null', '{"seq":6}']) {
      appendFileSync(path, `${nonsense}\n`)
      const lines = readFileSync(path, 'utf8').split('\n').length - 1
      equal(await addOne(9), lines)
      const told = await breaks()
      equal(told[0], 'audit-000000000000.jsonl line 7 (no entry)', nonsense)
      equal(told.at(-1), `${lines} gap`)
    }
    equal(
      (
        await auditBreaks(
          KEY,
          readAudit(directory, () => {}),
          2,
        )
      ).length,
      2,
    )
  }))

test('X-25 a line changed on disk, or in the database by its owner, is found', () =>
  inFolder(async directory => {
    const database = new SqliteDatabase(':memory:')
    await migrate(database, 0)
    const store = new TradingStore(database)
    const copies: AuditEntry[] = []
    const log = await AuditLog.open({ directory, key: KEY, onEntry: entry => copies.push(entry) })
    for (let number = 0; number < 5; number++) await log.write(event(number))
    await store.append(copies.map(row => ({ table: 'audit_log', row })))
    const anchor = log.anchor(9)
    await log.close()
    equal((await verifyAudit(KEY, store.audit(), [anchor])).ok, true)
    await rejects(database.run("UPDATE audit_log SET actor = 'bob' WHERE seq = 2"), /append-only/)
    await database.run('DROP TRIGGER audit_log_no_update')
    await database.run("UPDATE audit_log SET actor = 'bob' WHERE seq = 2")
    deepEqual(await verifyAudit(KEY, store.audit()), { ok: false, fault: 'edited', seq: 2 })
    await database.close()
    const path = join(directory, 'audit-000000000000.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace('SIM3', 'SIM4'))
    deepEqual(await verifyAudit(KEY, readAudit(directory), [anchor]), { ok: false, fault: 'edited', seq: 3 })
    writeFileSync(path, 'nonsense\n')
    await rejects(verifyAudit(KEY, readAudit(directory)), /line 1 is no entry/)
  }))
