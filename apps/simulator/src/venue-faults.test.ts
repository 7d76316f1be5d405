import { equal, notEqual, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { SIDES } from '@velocimex/venues/sides'
import { WebSocket } from 'ws'
import { SimulatedVenue } from './simulated-venue.ts'

/** Runs a venue, with a line in front of it, for the length of a test. */
async function withVenue(id: string, run: (venue: SimulatedVenue) => Promise<void>): Promise<void> {
  const venue = await SimulatedVenue.start({ side: SIDES.get(id)!, seed: 7, port: 0, controlPort: 0, linePort: 0 })
  try {
    await run(venue)
  } finally {
    await venue.stop()
  }
}

const joined = async (port: number, path: string, options = {}): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options)
  await once(socket, 'open')
  return socket
}

const idOf = async (port: number): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v3/depth?symbol=BTCUSDT&limit=5`)
  return ((await answer.json()) as { lastUpdateId: number }).lastUpdateId
}

test('S3-FLT a stale book is the one of when the fault was planned, once', () =>
  withVenue('binance-spot', async venue => {
    const before = await idOf(venue.port)
    const fault = { on: 'request', kind: 'stale', match: 'GET /api/v3/depth?symbol=BTCUSDT' }
    equal(venue.control('POST /faults', fault)[0], 200)
    const socket = await joined(venue.port, '/ws/btcusdt@depth@100ms')
    const [frame] = await once(socket, 'message')
    const { U } = JSON.parse(String(frame)) as { U: number }
    const stale = await idOf(venue.port)
    ok(stale >= before && stale < U, `${before} ${stale} ${U}`)
    ok((await idOf(venue.port)) >= U)
    socket.terminate()
  }))

test('S3-FLT every close code reaches the client, also those that nobody may send', () =>
  withVenue('kraken', async venue => {
    for (const code of [1000, 1001, 1003, 1008, 1011, 1012, 1013, 3000, 4004, 4999]) {
      const socket = await joined(venue.port, '/v2')
      equal(venue.control('POST /close', { code, reason: 'asked for' })[0], 200)
      const [closed, reason] = await once(socket, 'close')
      equal(`${closed} ${reason}`, `${code} asked for`)
    }
    const mute = await joined(venue.port, '/v2')
    venue.control('POST /close', { code: 1005 })
    equal((await once(mute, 'close'))[0], 1005)
    for (const code of [1004, 1015, 2999]) {
      const socket = await joined(venue.port, '/v2')
      venue.control('POST /close', { code })
      const [error] = await once(socket, 'error')
      equal((error as Error).message, `Invalid WebSocket frame: invalid status code ${code}`)
      socket.terminate()
    }
  }))

test('S3-FLT a clock that jumps a day moves no market, and ends connections that have lived as long', () =>
  withVenue('binance-spot', async venue => {
    const socket = await joined(venue.port, '/ws')
    const trades = async (): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${venue.port}/api/v3/ticker/24hr?symbol=BTCUSDT`)
      return ((await answer.json()) as { count: number }).count
    }
    const [before, at] = [await trades(), venue.market.clock.now()]
    venue.control('POST /skew', { milliseconds: 86_400_000 })
    equal((await once(socket, 'close'))[0], 1001)
    ok(venue.market.clock.now() - at >= 86_400_000_000)
    ok((await trades()) - before < 1000, 'a day of trades would be a hundred thousand')
  }))

test('S3-FLT the line in front is half-open, refuses, is cut and heals by command', () =>
  withVenue('kraken', async venue => {
    notEqual(venue.linePort, venue.port)
    const socket = await joined(venue.linePort, '/v2')
    venue.control('POST /line', { kind: 'reset' })
    equal((await once(socket, 'close'))[0], 1006)
    venue.control('POST /line', { kind: 'refuse' })
    const refused = new WebSocket(`ws://127.0.0.1:${venue.linePort}/v2`)
    await once(refused, 'error')
    equal(venue.control('POST /line', { kind: 'bandwidth', amount: 0 })[0], 409)
    equal(venue.control('POST /line', { kind: 'heal' })[0], 200)
    ;(await joined(venue.linePort, '/v2')).terminate()
  }))

test('S3-FLT without a line in front there is none to make faulty', async () => {
  const venue = await SimulatedVenue.start({ side: SIDES.get('kraken')!, seed: 7, port: 0, controlPort: 0 })
  try {
    equal(venue.control('POST /line', { kind: 'cut' })[0], 409)
    equal(venue.control('POST /tremble', {})[0], 404)
    equal(venue.control('POST /silence', { on: 'yes' })[0], 400)
  } finally {
    await venue.stop()
  }
})
