import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '@velocimex/core/ledger/ledger'
import { LedgerCopy } from '../ledger/ledger-copy.ts'
import { migrate, readMigrations } from './migrate.ts'
import { type SqlDatabase, SqlFault } from './sql-database.ts'
import type { Table } from './table.ts'
import { type StoreRecord, TABLES, type TableName } from './tables.ts'
import { TradingStore } from './trading-store.ts'

const NOVEMBER = Date.UTC(2026, 10, 21) * 1000
const fill = (trade: number, more: object = {}): StoreRecord => ({
  table: 'fills',
  row: {
    timestamp: NOVEMBER + trade,
    symbol: 'binance-spot:BTCUSDT',
    trade_id: `t${trade}`,
    order_id: '17',
    client_order_id: 'SIM1',
    side: 'buy',
    price: '100000.10',
    quantity: '0.00100000',
    commission: '-0.00000001',
    commission_asset: 'BNB',
    is_maker: trade % 2 === 0,
    pnl: null,
    ...more,
  },
})

/** What every relational database must do alike. `open` gives an empty one. */
export function tradingStoreConformance(name: string, skip: string | false, open: () => Promise<SqlDatabase>): void {
  const within = (title: string, work: (database: SqlDatabase, store: TradingStore) => Promise<void>): void => {
    test(`${name}: ${title}`, { skip }, async () => {
      const database = await open()
      try {
        await migrate(database, NOVEMBER)
        await work(database, new TradingStore(database))
      } finally {
        await database.close()
      }
    })
  }
  within('every table has the columns that the code knows, in the same order', columnsAgree)
  within('migrations run once; a changed or newer one is refused', migrationsOnce)
  within('S2-COLD-10 S2-COLD-11 S2-COLD-12 configuration is put, replaced, listed, removed', configuration)
  within('S2-WARM-13 fills keep every digit and are read by time', fillsByTime)
  within('S2-WARM-7 S2-WARM-10 series over months: between two instants, by symbol; old ones are dropped', overMonths)
  within('ledger tables hold 128 bits; what happened is never changed', ledgerRows)
  within('R-DB-01 rows and mark are one: a row at fault takes all back', rowsAndMark)
  within('S3-LED-1 a ledger is copied as it grows, and no transfer twice', copyOfLedger)
  within('a row that fits no table is refused by column before anything is sent', refusedRows)
  within('append: a key that is there is left as it is, and nothing is counted twice', twice)
}

async function columnsAgree(database: SqlDatabase): Promise<void> {
  for (const [name, table] of Object.entries(TABLES) as [TableName, Table][]) {
    const rows =
      database.dialect === 'sqlite'
        ? await database.run(`SELECT name, "notnull" = 0 AS nullable FROM pragma_table_info('${name}') ORDER BY cid`)
        : await database.run(
            `SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns
             WHERE table_name = ? ORDER BY ordinal_position`,
            [name],
          )
    deepEqual(
      rows.map(row => [row['name'], Boolean(row['nullable'])]),
      Object.entries(table.columns).map(([column, kind]) => [column, kind.endsWith('?')]),
      name,
    )
  }
}

async function migrationsOnce(database: SqlDatabase): Promise<void> {
  const migrations = readMigrations()
  deepEqual(await migrate(database, NOVEMBER), [])
  const more = { number: migrations.length + 1, name: 'more', text: 'CREATE TABLE more (one @count) @strict\ngo\n' }
  const broken = { ...more, text: `${more.text}CREATE TABL\ngo\n` }
  await rejects(migrate(database, NOVEMBER, [...migrations, broken]), SqlFault)
  deepEqual(await migrate(database, NOVEMBER, [...migrations, more]), [more.number], 'nothing was half applied')
  await rejects(migrate(database, NOVEMBER), /the database has migration \d+ \(more\), this version ends at/)
  const changed = { ...migrations[0]!, text: `${migrations[0]!.text} ` }
  await rejects(migrate(database, NOVEMBER, [changed, ...migrations.slice(1), more]), /was changed after it ran here/)
}

async function configuration(_: SqlDatabase, store: TradingStore): Promise<void> {
  const strategy = {
    id: 's1',
    name: 'maker',
    type: 'market-maker',
    config: { spread: '0.10', levels: [1, 2], note: 'it\'s "quoted" \\ ü' },
    is_active: true,
    created_at: NOVEMBER,
    updated_at: NOVEMBER,
  }
  await store.put('strategies', strategy)
  await store.put('strategies', { ...strategy, is_active: false, updated_at: NOVEMBER + 1 })
  await rejects(store.put('strategies', { ...strategy, id: 's2' }), fault('rejected'), 'names are unique')
  deepEqual(await store.all('strategies'), [{ ...strategy, is_active: false, updated_at: NOVEMBER + 1 }])
  const limit = { id: 'r1', symbol: null, max_position_size: '1.5', max_leverage: null, created_at: NOVEMBER }
  await store.put('risk_limits', { ...limit, max_daily_drawdown_pct: '2.50' })
  await rejects(
    store.put('risk_limits', { ...limit, id: 'r2', max_daily_drawdown_pct: '3' }),
    fault('rejected'),
    'one global limit',
  )
  deepEqual((await store.all('risk_limits'))[0]!.max_daily_drawdown_pct, '2.50')
  await store.put('trading_pairs', {
    symbol: 'binance-spot:BTCUSDT',
    is_enabled: true,
    min_notional: '5',
    price_precision: 2,
    quantity_precision: 5,
    maker_fee_bps: '-0.5',
    taker_fee_bps: '10',
  })
  equal(await store.remove('trading_pairs', ['binance-spot:BTCUSDT']), true)
  equal(await store.remove('trading_pairs', ['binance-spot:BTCUSDT']), false)
  await store.put('user_settings', { username: 'ann', key: 'theme', value: 'dark' })
  deepEqual(await store.all('user_settings'), [{ username: 'ann', key: 'theme', value: 'dark' }])
}

async function fillsByTime(_: SqlDatabase, store: TradingStore): Promise<void> {
  const records = [3, 1, 2].map(trade => fill(trade))
  await store.append([...records, fill(4, { price: `${'9'.repeat(40)}.${'1'.repeat(30)}`, pnl: '-0.10' })])
  const rows = await store.read('fills', { from: NOVEMBER, to: NOVEMBER + 5, limit: 10 })
  deepEqual(
    rows.map(({ trade_id }) => trade_id),
    ['t1', 't2', 't3', 't4'],
  )
  deepEqual(rows[2], fill(3).row)
  deepEqual([rows[3]!.price, rows[3]!.pnl], [`${'9'.repeat(40)}.${'1'.repeat(30)}`, '-0.10'])
}

async function overMonths(_: SqlDatabase, store: TradingStore): Promise<void> {
  const at = (month: number, symbol: string): StoreRecord => ({
    table: 'market_data_snapshots',
    row: {
      timestamp: Date.UTC(2026, month, 1) * 1000 - (symbol === 'a' ? 0 : 1),
      symbol,
      best_bid: '1.0',
      best_ask: null,
      bid_qty: '5',
      ask_qty: '0',
      spread: null,
      mid_price: null,
    },
  })
  await store.append([0, 1, 2, 3].flatMap(month => [at(month, 'a'), at(month, 'b')]))
  const months = async (query: object): Promise<string[]> => {
    const bounds = { from: 0, to: Date.UTC(2027, 0) * 1000, limit: 100, ...query }
    const rows = await store.read('market_data_snapshots', bounds)
    return rows.map(({ timestamp, symbol }) => `${new Date(timestamp / 1000).toISOString().slice(0, 7)} ${symbol}`)
  }
  deepEqual(await months({ where: { symbol: 'a' }, reversed: true, limit: 2 }), ['2026-04 a', '2026-03 a'])
  deepEqual(await months({ from: Date.UTC(2026, 1, 1) * 1000, to: Date.UTC(2026, 2, 1) * 1000 }), [
    '2026-02 a',
    '2026-02 b',
  ])
  await store.dropBefore('market_data_snapshots', Date.UTC(2026, 2, 1) * 1000)
  deepEqual(await months({}), ['2026-03 a', '2026-03 b', '2026-04 a'])
  await store.append([at(0, 'a')])
  deepEqual((await months({}))[0], '2026-01 a', 'a month that was dropped can come again')
  await rejects(store.read('fills', { from: 0, to: 1, limit: 1, where: { nope: 1 } }), /fills has no column nope/)
}

async function ledgerRows(database: SqlDatabase, store: TradingStore): Promise<void> {
  const most = (1n << 128n) - 1n
  const row = { id: most, debit: most - 1n, credit: 2n, amount: most, pending_id: 0n, timestamp: (1n << 63n) - 1n }
  const rest = { cause: 'fill 1', at: NOVEMBER, tag: 1, timeout: 0, ledger: 4_294_967_295, code: 65_535, flags: 3 }
  await store.append([{ table: 'ledger_transfers', row: { ...row, ...rest } }])
  deepEqual(await store.all('ledger_transfers'), [{ ...row, ...rest }])
  for (const sql of [
    'UPDATE ledger_transfers SET amount = amount',
    'DELETE FROM ledger_transfers',
    'DELETE FROM audit_log',
  ])
    if (!sql.includes('audit') || database.dialect === 'postgres')
      await rejects(database.run(sql), (error: Error) => error.message.includes('append-only'), sql)
  equal((await store.all('ledger_transfers')).length, 1)
}

async function rowsAndMark(database: SqlDatabase, store: TradingStore): Promise<void> {
  equal(await store.drained('one'), -1)
  await store.append([fill(1)], { spool: 'one', sequence: 7 })
  const late = { table: 'audit_log', row: { seq: 0 } } as unknown as StoreRecord
  await rejects(store.append([fill(2), late], { spool: 'one', sequence: 8 }), TypeError)
  equal((await store.read('fills', { from: 0, to: 2 * NOVEMBER, limit: 9 })).length, 1)
  equal(await store.drained('one'), 7)
  await store.append([fill(2)], { spool: 'one', sequence: 8 })
  equal(await store.drained('one'), 8)
  const losing: SqlDatabase = {
    dialect: database.dialect,
    run: (...args) => database.run(...args),
    insert: (...args) => database.insert(...args),
    close: () => database.close(),
    transaction: work =>
      database.transaction(async session => {
        await work(session)
        throw new Error('lost before the commit')
      }),
  }
  await rejects(new TradingStore(losing).append([fill(3)], { spool: 'one', sequence: 9 }), /lost before the commit/)
  deepEqual(
    [(await store.read('fills', { from: 0, to: 2 * NOVEMBER, limit: 9 })).length, await store.drained('one')],
    [2, 8],
  )
}

async function copyOfLedger(database: SqlDatabase, store: TradingStore): Promise<void> {
  const ledger = new Ledger()
  for (const id of [1n, 2n]) ledger.open(id, 1)
  const book = (first: number, count: number): void => {
    for (let id = first; id < first + count; id++)
      ledger.createTransfers([{ id: BigInt(id), debit: 1n, credit: 2n, amount: 1n << 90n, ledger: 1, code: 1 }], 0n)
  }
  book(1, 1_500)
  const copy = new LedgerCopy(ledger, database, 'test')
  deepEqual([await copy.step(), copy.behind, await copy.step(), copy.behind], [true, 500, true, 0])
  equal(await copy.step(), false)
  book(1_501, 7)
  equal(await copy.step(), true)
  const second = new LedgerCopy(ledger, database, 'test')
  equal(await second.step(), false, 'another process goes on where this one was')
  const rows = await store.all('ledger_transfers')
  equal(rows.length, 1_507)
  const [account] = await store.all('ledger_accounts')
  deepEqual([account!.id, account!.debits_posted], [1n, 1_507n << 90n])
}

async function refusedRows(_: SqlDatabase, store: TradingStore): Promise<void> {
  const rows: [object, RegExp][] = [
    [{ price: 1.5 }, /fills\.price must be decimal, was 1\.5/],
    [{ price: '1e5' }, /fills\.price must be decimal, was 1e5/],
    [{ price: '01.5' }, /fills\.price must be decimal/],
    [{ timestamp: 1.5 }, /fills\.timestamp must be instant/],
    [{ side: undefined }, /fills\.side must not be empty/],
    [{ side: 'a\0b' }, /fills\.side must be text/],
    [{ is_maker: 1 }, /fills\.is_maker must be flag, was 1/],
  ]
  for (const [more, words] of rows) await rejects(store.append([fill(1), fill(2, more)]), words)
  deepEqual(await store.read('fills', { from: 0, to: 2 * NOVEMBER, limit: 9 }), [])
}

async function twice(_: SqlDatabase, store: TradingStore): Promise<void> {
  await store.append([fill(1), fill(2)])
  await store.append([fill(2, { price: '7' }), fill(3), fill(3)])
  const rows = await store.read('fills', { from: 0, to: 2 * NOVEMBER, limit: 9 })
  deepEqual(
    rows.map(({ trade_id, price }) => [trade_id, price]),
    [
      ['t1', '100000.10'],
      ['t2', '100000.10'],
      ['t3', '100000.10'],
    ],
  )
  ok(rows.every(({ commission }) => commission === '-0.00000001'))
}

const fault =
  (kind: string) =>
  (error: unknown): boolean =>
    error instanceof SqlFault && error.kind === kind
