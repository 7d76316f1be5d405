import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { migrate } from '../sql/migrate.ts'
import { PostgresDatabase } from '../sql/postgres-database.ts'
import { PostgresServer, skipPostgres } from '../sql/postgres-server.conformance.ts'
import { SqlFault } from '../sql/sql-database.ts'
import { SqliteDatabase } from '../sql/sqlite-database.ts'
import type { StoreRecord } from '../sql/tables.ts'
import { type SpoolMark, TradingStore } from '../sql/trading-store.ts'
import { SpooledWriter, type SpoolTarget } from './spooled-writer.ts'

const metric = (number: number, name = `m${number}`): StoreRecord => ({
  table: 'system_metrics',
  row: { timestamp: 1_700_000_000_000_000 + number, name, labels: '', value: number },
})
const numberOf = (record: StoreRecord): number => record.row['timestamp' as never] - 1_700_000_000_000_000

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-spool-'))
  try {
    await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** A database that does as it is told, and remembers what was committed. */
class FakeTarget implements SpoolTarget {
  readonly committed: number[] = []
  /** What the next appends do: work, fail before the commit, commit and lose the answer. */
  readonly plan: ('ok' | 'down' | 'lost')[] = []
  readonly poison = new Set<number>()
  #mark = -1

  async append(records: readonly StoreRecord[], { sequence }: SpoolMark): Promise<void> {
    const next = this.plan.shift() ?? 'ok'
    if (next === 'down') throw new SqlFault('unavailable', 'connection refused')
    if (records.some(record => this.poison.has(numberOf(record)))) throw new SqlFault('rejected', 'value is poison')
    this.committed.push(...records.map(numberOf))
    this.#mark = sequence
    if (next === 'lost') throw new SqlFault('unavailable', 'connection reset')
  }

  async drained(): Promise<number> {
    if (this.plan[0] === 'down') {
      this.plan.shift()
      throw new SqlFault('unavailable', 'connection refused')
    }
    return this.#mark
  }
}

const open = (directory: string, target: SpoolTarget, more: object = {}): Promise<SpooledWriter> =>
  SpooledWriter.open({ directory, target, wait: () => turn(), ...more })

test('R-DB-01 whatever the database does and whenever we stop: every record once, in order', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ plan: fc.array(fc.constantFrom('ok', 'down', 'lost'), { maxLength: 3 }) }) },
    fc.constant('flush' as const),
    fc.constant('idle' as const),
    fc.constant('restart' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), steps =>
      inFolder(async directory => {
        const target = new FakeTarget()
        let writer = await open(directory, target, { segmentBytes: 300 })
        let count = 0
        for (const each of steps)
          if (each === 'flush') await writer.flushed()
          else if (each === 'idle') await writer.idle()
          else if (each === 'restart') {
            await writer.close()
            writer = await open(directory, target, { segmentBytes: 300 })
          } else if ('plan' in each) target.plan.push(...(each.plan as ('ok' | 'down' | 'lost')[]))
          else ok(writer.write(Array.from({ length: each.write }, () => metric(count++))))
        // While nothing waits, a database that is away stays a fault: one more record sees it come back.
        ok(writer.write([metric(count++)]))
        await writer.idle()
        deepEqual(
          target.committed,
          Array.from({ length: count }, (_, number) => number),
        )
        deepEqual({ ...writer.state, bytes: 0 }, { waiting: 0, bytes: 0, dropped: 0, rejected: 0, fault: '' })
        await writer.close()
        ok(readdirSync(directory).filter(file => file.endsWith('.spool')).length <= 2, 'drained segments are deleted')
      }),
    ),
    { numRuns: 60 },
  )
})

test('R-DB-01 the spool is bounded: what does not fit is not taken, and counted', () =>
  inFolder(async directory => {
    const target = new FakeTarget()
    target.plan.push(...Array.from({ length: 5 }, () => 'down' as const))
    const hold = Promise.withResolvers<void>()
    const writer = await open(directory, target, { bytesMax: 4_000, wait: () => hold.promise })
    let taken = 0
    while (writer.write([metric(taken)])) taken++
    ok(taken > 20)
    equal(writer.write([metric(taken), metric(taken + 1)]), false)
    equal(writer.state.dropped, 3)
    ok(writer.state.bytes <= 4_000)
    hold.resolve()
    await writer.idle()
    equal(target.committed.length, taken)
    await writer.close()
  }))

test('a record that the database will never take goes aside with its words; all others arrive', () =>
  inFolder(async directory => {
    const target = new FakeTarget()
    target.poison.add(3).add(9)
    const rejected: string[] = []
    const writer = await open(directory, target, {
      onRejected: (record: StoreRecord, words: string) => rejected.push(`${numberOf(record)}: ${words}`),
    })
    writer.write(Array.from({ length: 12 }, (_, number) => metric(number)))
    await writer.idle()
    deepEqual(target.committed, [0, 1, 2, 4, 5, 6, 7, 8, 10, 11])
    deepEqual(rejected, ['3: value is poison', '9: value is poison'])
    equal(writer.state.rejected, 2)
    match(readFileSync(join(directory, 'rejected.jsonl'), 'utf8'), /"sequence":3,.*\n.*"sequence":9,.*\n$/)
    await writer.close()
  }))

test('a record that fits no table is refused at once; one spool has one owner; an old copy is recognised', () =>
  inFolder(async directory => {
    const target = new FakeTarget()
    const writer = await open(directory, target)
    throws(() => writer.write([{ table: 'system_metrics', row: { timestamp: 1 } } as never]), /system_metrics\.name/)
    throws(() => writer.write([{ table: 'nope', row: {} } as never]), /there is no table nope/)
    await rejects(open(directory, target), /spool\.lock is held by another process/)
    await writer.close()
    await target.append([], { spool: '', sequence: 99 })
    const tried = Promise.withResolvers<void>()
    const second = await open(directory, target, { wait: () => turn(tried.resolve()) })
    second.write([metric(1)])
    await tried.promise
    match(second.state.fault, /the database has line 99 of spool .*, which here ends at \d: this folder is an old copy/)
    await second.close()
    deepEqual(target.committed, [])
  }))

test('R-DSK-03 a torn tail of the spool is cut; a damaged middle stops the draining and says where', () =>
  inFolder(async directory => {
    const down = { append: async () => {}, drained: async () => Promise.reject(new Error('down')) }
    const stuck = {
      wait: (_: number, signal: AbortSignal) => new Promise(resolve => signal.addEventListener('abort', resolve)),
    }
    let writer = await open(directory, down, stuck)
    for (const number of [0, 1, 2]) {
      writer.write([metric(number)])
      await writer.flushed()
    }
    await writer.close()
    const path = join(directory, readdirSync(directory).find(file => file.endsWith('.spool'))!)
    const size = readFileSync(path).length
    truncateSync(path, size - 3)
    const target = new FakeTarget()
    writer = await open(directory, target)
    await writer.idle()
    deepEqual(target.committed, [0, 1], 'the torn one was never promised')
    await writer.close()
    const bytes = readFileSync(path)
    bytes[60]! ^= 1
    truncateSync(path, 0)
    appendFileSync(path, bytes)
    await rejects(open(directory, target), /block 0 at byte 16 is damaged but others follow it/)
  }))

test('R-DB-01 SQLite: held by another writer, then free: everything arrives once', () =>
  inFolder(async directory => {
    const path = join(directory, 'trading.sqlite')
    const [ours, other] = [new SqliteDatabase(path), new SqliteDatabase(path)]
    await migrate(ours, 0)
    const store = new TradingStore(ours)
    const blocked = Promise.withResolvers<void>()
    const free = Promise.withResolvers<void>()
    const holding = other.transaction(() => free.promise)
    const writer = await open(join(directory, 'spool'), store, { wait: () => turn(blocked.resolve()) })
    writer.write(Array.from({ length: 500 }, (_, number) => metric(number)))
    await blocked.promise
    match(writer.state.fault, /locked/)
    free.resolve()
    await holding
    await writer.idle()
    const rows = await store.read('system_metrics', { from: 0, to: 2e15, limit: 1_000 })
    deepEqual(
      rows.map(({ value }) => value),
      Array.from({ length: 500 }, (_, number) => number),
    )
    await writer.close()
    await Promise.all([ours.close(), other.close()])
  }))

let server: PostgresServer | undefined
before(async () => {
  if (skipPostgres === false) server = await PostgresServer.start()
})
after(() => server?.stop())

test(
  'R-DB-01 PostgreSQL dies again and again while records are written: every record once',
  { skip: skipPostgres },
  () =>
    inFolder(async directory => {
      const database = new PostgresDatabase({ url: await server!.newDatabase() })
      await migrate(database, 0)
      const store = new TradingStore(database)
      const writer = await SpooledWriter.open({ directory, target: store })
      let count = 0
      for (let round = 0; round < 3; round++) {
        for (let block = 0; block < 20; block++) {
          // One name for all: if a record came twice, the table itself could not tell, only the sum.
          writer.write(Array.from({ length: 200 }, () => metric(count++)))
          await writer.flushed()
          if (block === 10) await server!.kill()
          if (block === 15) await server!.resume()
        }
        await writer.idle()
        const [row] = await database.run('SELECT count(*) AS rows, sum(value) AS sum FROM system_metrics')
        deepEqual([Number(row!['rows']), Number(row!['sum'])], [count, (count * (count - 1)) / 2])
      }
      equal(writer.state.fault, '')
      await writer.close()
      await database.close()
    }),
)
