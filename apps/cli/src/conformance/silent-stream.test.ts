import { deepEqual, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SELL } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import { nodeCryptography } from '@velocimex/simulator/simulated-venue'
import { LiveAccount } from '@velocimex/trader/service/live-account'
import { OrderClient } from './order-client.ts'
import { StageTimers } from './stage-timers.ts'
import { VENUE_ROWS, type VenueRow } from './venue-rows.ts'

/** How soon a fill must be known, microseconds of the venue. */
const KNOWN_WITHIN = 10_000_000
const INSTRUMENTS_MAX = 3
const ALWAYS = 1_000_000

/** What the frames have that tell an account what happens to it, by venue; answers to commands and market data have none. */
const PRIVATE_MARKS: Readonly<Record<string, readonly string[]>> = {
  kraken: ['"channel":"executions"', '"channel":"balances"'],
  'binance-usdm': ['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE'],
  'bybit-spot': ['"topic":"order', '"topic":"execution', '"topic":"wallet'],
  'okx-swap': ['"channel":"orders"', '"channel":"account"', '"channel":"positions"'],
}

/** A live account at a simulated venue whose private stream is open and has fallen silent: until a fill is known. */
async function missFill(row: VenueRow, directory: string): Promise<void> {
  await OrderClient.with(row, async client => {
    const { stage } = client
    const instruments = stage.market.exchange.instruments.all.slice(0, INSTRUMENTS_MAX)
    const host = `127.0.0.1:${stage.port}`
    const fills: Fill[] = []
    const alerts: string[] = []
    const started = LiveAccount.start({
      ...{ venue: row.venue, wire: row.wire, orders: row.orders, instruments, strategies: [], instance: 3 },
      ...{ credentials: stage.keys[1]!, cryptography: nodeCryptography, directory, reserveBytes: 1 << 20 },
      ...{ sockets: `ws://${host}`, privateSockets: `ws://${host}`, rest: `http://${host}` },
      timers: new StageTimers(stage, client.speed, 0),
      limits: { byInstrument: instruments.map(() => NO_LIMITS), ordersPerWindowMax: 1_000, rateWindow: 1_000_000 },
      nanos: () => Number(process.hrtime.bigint()),
      onFill: fill => void fills.push(fill),
      onRefusal() {},
      onAlert: words => void alerts.push(words),
      onFatal: words => void alerts.push(words),
    })
    ok(started.ok)
    const account = started.value
    try {
      await client.until('it is ready', () => account.desk.isReady && account.stream.isUp)
      await client.until('its books are open', () => account.journal.opening !== undefined)
      for (const match of PRIVATE_MARKS[row.name]!) stage.fault({ on: 'frame', match, kind: 'drop', times: ALWAYS })
      const placed = account.desk.place(client.wish({ side: SELL, price: client.best(SELL), postOnly: true }).order)
      ok(placed.ok)
      const { clientOrderId } = placed.value
      const order = () => account.desk.orders.manager.find(clientOrderId)!
      await client.until('the order is known to rest', () => order().state === 'submitted')
      const filledAt = stage.now()
      stage.sweep(0)
      await client.until('its fill is known', () => order().state === 'filled')
      const after = stage.now() - filledAt
      ok(after <= KNOWN_WITHIN, `after ${after / 1e6} s: ${alerts.join('; ')}`)
      deepEqual(
        fills.filter(fill => fill.clientOrderId === clientOrderId).reduce((lots, { quantity }) => lots + quantity, 0),
        order().request.quantity,
      )
      ok(account.stream.isUp, 'the stream was never doubted: only silent')
      deepEqual(
        alerts.filter(words => /nonce|refused|exhausted/.test(words)),
        [],
      )
    } finally {
      await account.stop()
    }
  })
}

test('R-WS-07 a live account finds a fill that its silent private stream did not tell, within ten seconds', {
  concurrency: 2,
}, async t => {
  const rows = VENUE_ROWS.filter(({ name }) => PRIVATE_MARKS[name] !== undefined)
  deepEqual(rows.map(({ name }) => name).toSorted(), Object.keys(PRIVATE_MARKS).toSorted())
  await Promise.all(
    rows.map(row =>
      t.test(row.name, async () => {
        const directory = mkdtempSync(join(tmpdir(), 'silent-'))
        try {
          await missFill(row, directory)
        } finally {
          rmSync(directory, { recursive: true, force: true })
        }
      }),
    ),
  )
})
