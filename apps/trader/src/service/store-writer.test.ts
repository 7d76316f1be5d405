import { deepEqual, equal, throws } from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import type { Instrument } from '@velocimex/core/market/instrument'
import { toMinor } from '@velocimex/core/market/money'
import { BUY, SELL } from '@velocimex/core/market/side'
import { lots, ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import { SqliteDatabase } from '@velocimex/store/sql/sqlite-database'
import { TradingStore } from '@velocimex/store/sql/trading-store'
import { readInstruments, saveInstruments } from './account-instruments.ts'
import { auditFolder, auditKeyPath, ensureAuditKey } from './command-audit.ts'
import { checkAddress, databasePath } from './late-store.ts'
import { StoreWriter } from './store-writer.ts'
import { fillOf } from './stored-books.ts'

const USDT = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  ...{ index: 0, venue: 'binance-usdm', symbol: 'BTCUSDT', unified: 'BTC/USDT:USDT', kind: 'perpetual' },
  ...{ base: { code: 'BTC', decimals: 8 }, quote: USDT, settle: USDT },
  ...{ price: { decimals: 1, step: 1 }, quantity: { decimals: 3, step: 1 } },
  ...{ contract: { kind: 'linear', minorPerTickLot: 10_000n }, bounds: { notionalMin: 5n } },
  ...{ fees: { maker: 0, taker: 0 }, grids: 'published' },
}
const fill = (tradeId: string, at: number): Fill => ({
  ...{ tradeId, clientOrderId: `C${tradeId}`, venueOrderId: `V${tradeId}`, instrument: 0, side: SELL },
  ...{ price: ticks(618_148), quantity: lots(5), fee: toMinor(-6_181_480n), feeAsset: 'USDT', liquidity: 'maker' },
  at: micros(at),
})

async function inFolder(work: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'store-writer-'))
  try {
    await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('a fill that is told again after a restart is one row, and is read back as it was', () =>
  inFolder(async directory => {
    const at = 1_700_000_000_000_000
    for (const told of [[fill('1', at)], [fill('1', at), fill('2', at)]]) {
      const writer = await StoreWriter.open({ directory, timers: new SimTimers() })
      const records = writer.account('sim', [INSTRUMENT])
      for (const each of told) records.onFill(each, 0n)
      await writer.idle()
      await writer.close()
    }
    const database = new SqliteDatabase(databasePath(directory))
    const rows = await new TradingStore(database).read('fills', { from: 0, to: at + 1, limit: 10 })
    await database.close()
    deepEqual(
      rows.map(row => fillOf(row, INSTRUMENT)),
      [fill('1', at), fill('2', at)],
    )
  }))

test('refusals that come at every event are kept up to a bound a second', () =>
  inFolder(async directory => {
    const writer = await StoreWriter.open({ directory, timers: new SimTimers() })
    const records = writer.account('sim', [INSTRUMENT])
    const wish: OrderRequest = {
      ...{ instrument: 0, side: BUY, quantity: lots(5), price: ticks(618_148) },
      ...{ postOnly: true, reduceOnly: false, strategy: 'maker' },
      type: 'limit',
      timeInForce: 'gtc',
    }
    for (let count = 0; count < 1_000; count++) records.onRefusal(wish, 'position_too_large')
    await writer.idle()
    await writer.close()
    const database = new SqliteDatabase(databasePath(directory))
    const query = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 2_000 }
    const rows = await new TradingStore(database).read('order_events', query)
    await database.close()
    equal(rows.length, 20)
    equal(rows[0]!.event_type, 'refusal: position_too_large')
  }))

test('the key of the audit log is its owner’s alone, stays, and is not made anew over a log', () =>
  inFolder(async directory => {
    const key = ensureAuditKey(directory)
    equal(key.length, 32)
    equal(statSync(auditKeyPath(directory)).mode & 0o777, 0o600)
    deepEqual(ensureAuditKey(directory), key)
    writeFileSync(auditKeyPath(directory), 'short')
    throws(() => ensureAuditKey(directory), /is no key of 32 bytes/)
    rmSync(auditKeyPath(directory))
    saveInstruments(auditFolder(directory), [INSTRUMENT])
    throws(() => ensureAuditKey(directory), /restore the key/)
    equal(existsSync(auditKeyPath(directory)), false)
  }))

test('instruments come back as they were, and an address that is none is refused without its secret', () =>
  inFolder(directory => {
    saveInstruments(directory, [INSTRUMENT])
    deepEqual(readInstruments(directory), [INSTRUMENT])
    throws(() => readInstruments(join(directory, 'none')), /start the trader once/)
    throws(
      () => checkAddress('mysql://me:secret@host'),
      ({ message }: Error) => !message.includes('secret@'),
    )
  }))
