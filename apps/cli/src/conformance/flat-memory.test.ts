import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MarketTrial } from './market-trial.ts'
import { VENUE_ROWS } from './venue-rows.ts'

const MESSAGES = 200_000
const ROUNDS = 10
/** Bytes that compiled code and pools may still take once everything has been done many times. */
const GROWTH_MAX = 4 << 20

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use after everything that nobody holds is gone. */
function heldBytes(): number {
  for (let turn = 0; turn < 4; turn++) collect()
  return process.memoryUsage().heapUsed
}

test('memory is flat over 200,000 messages with reconnects between them', async () => {
  const row = VENUE_ROWS.find(({ name }) => name === 'bybit-linear')!
  await MarketTrial.with(row, { channels: ['book', 'trades'], speed: 40 }, async trial => {
    await trial.untilLive()
    trial.stage.pause()
    const frame = '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT"},"cs":1,"ts":1700000000000}'
    const held: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (let sent = 0; sent < MESSAGES / ROUNDS; sent += 1_000) {
        trial.stage.advance(20)
        for (let one = 0; one < 1_000; one++) trial.stage.server.inject(frame)
        await trial.flush()
      }
      const { opened } = trial
      trial.connector.reconnect()
      trial.go()
      await trial.until('another socket', () => trial.opened > opened)
      await trial.untilLive()
      await trial.still()
      deepEqual(trial.differences(), [])
      trial.forget()
      held.push(heldBytes())
    }
    ok(trial.frames >= MESSAGES, `${trial.frames} messages came`)
    // The first rounds fill pools and compile; from the middle on nothing may pile up.
    const [middle, end] = [Math.min(...held.slice(3, 6)), Math.min(...held.slice(-3))]
    ok(end - middle < GROWTH_MAX, `grew by ${end - middle} bytes: ${held.join(', ')}`)
  })
})
