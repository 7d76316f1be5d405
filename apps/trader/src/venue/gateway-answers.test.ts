import { deepEqual, equal, match } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { approved } from '@velocimex/core/execution/desk-stage.conformance'
import type { CommandOutcome, CommandRef } from '@velocimex/core/execution/live-gateway'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RestClient } from '@velocimex/host/net/rest-client'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import { VENUE_BUDGETS } from '@velocimex/venues/budgets'
import type { Cryptography } from '@velocimex/venues/cryptography'
import { ORDER_VENUES } from '@velocimex/venues/order-venues'
import { VENUE_CLOCKS } from '@velocimex/venues/venue-clocks'
import { VenueGateway } from './venue-gateway.ts'

const usdt = { code: 'USDT', decimals: 8 }
const perpetual: Instrument = {
  ...{ index: 0, venue: 'binance-usdm', symbol: 'BTCUSDT', unified: 'BTC/USDT:USDT', kind: 'perpetual' },
  ...{ base: { code: 'BTC', decimals: 8 }, quote: usdt, settle: usdt, grids: 'published' },
  ...{ price: { decimals: 1, step: 1 }, quantity: { decimals: 3, step: 1 }, bounds: {}, fees: { maker: 0, taker: 0 } },
  contract: { kind: 'linear', minorPerTickLot: 10_000n },
}
const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => Buffer.alloc(0),
  random: bytes => randomBytes(bytes),
}
/** What the venue says, an hour from us. */
const DATE = new Date(Date.UTC(2026, 4, 1, 13)).toUTCString()
const STAMP = { command: 1, epoch: 1, sentAt: micros(0) }

/** Stands for the id that was asked with. */
const ECHO = '<echo>'

type Reply = readonly [status: number, body: object | string]

/** A venue that gives the replies one by one, the last again and again, and a gateway to it whose clock is an hour slow. */
async function stage(context: TestContext, replies: readonly Reply[]) {
  const timers = new SimTimers(micros(Date.UTC(2026, 4, 1, 12) * 1000))
  const seen: { method: string; query: URLSearchParams }[] = []
  const server = createServer((request, response) => {
    const query = new URLSearchParams((request.url ?? '').split('?')[1])
    seen.push({ method: request.method!, query })
    const [status, body] = replies[Math.min(seen.length, replies.length) - 1]!
    response
      .writeHead(status, { date: DATE })
      .end(typeof body === 'string' ? body : JSON.stringify(body).replace(ECHO, query.get('newClientOrderId') ?? ''))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rest = new RestClient({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, timers)
  context.after(async () => {
    await rest.stop()
    server.closeAllConnections()
    server.close()
  })
  const instruments = new InstrumentTable([perpetual])
  const credentials = { apiKey: 'key', secret: 'secret' }
  const codec = ORDER_VENUES.get('binance-usdm')!.makeOrderCodec({ instruments, credentials, cryptography })
  const outcomes: CommandOutcome[] = []
  const advice: string[] = []
  let told = (): void => {}
  const gateway = new VenueGateway({
    ...{ codec, instruments, rest, timers, random: new Random(1) },
    budget: VENUE_BUDGETS.get('binance-usdm')!,
    clock: VENUE_CLOCKS.get('binance-usdm')!,
    sideOf: () => 1,
    listener: {
      onOutcome(_ref: CommandRef, outcome) {
        outcomes.push(outcome)
        told()
      },
      onAnswer() {},
      onAdvice: (kind, words) => advice.push(`${kind} ${words}`),
      onSent() {},
    },
  })
  /** Until so many commands have an outcome. */
  const outcome = async (count: number): Promise<CommandOutcome> => {
    while (outcomes.length < count) await new Promise<void>(done => (told = done))
    return outcomes[count - 1]!
  }
  return {
    gateway,
    seen,
    outcome,
    advice,
    place: () => gateway.place({ clientOrderId: 'C1', order: approved() }, STAMP),
  }
}

const TAKEN: Reply = [
  200,
  {
    ...{
      symbol: 'BTCUSDT',
      orderId: 7,
      clientOrderId: ECHO,
      status: 'NEW',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
    },
    ...{ origQty: '0.010', executedQty: '0.000', price: '10.0', avgPrice: '0.0', updateTime: 1_777_640_400_000 },
  },
]

test('R-REST-08 a refused key opens the breaker at once: told, not tried again; cancels still go', async context => {
  const { gateway, place, seen, outcome, advice } = await stage(context, [
    [401, { code: -2015, msg: 'Invalid API-key' }],
  ])
  place()
  equal((await outcome(1)).kind, 'definitive_reject')
  equal(seen.length, 1)
  match(advice.join(), /breaker_open status 401/)
  place()
  deepEqual(await outcome(2), { kind: 'not_sent', reason: 'breaker_open: held back by our own limits' })
  gateway.cancel({ clientOrderId: 'C1', venueOrderId: '7', instrument: 0 }, STAMP)
  await outcome(3)
  deepEqual(
    seen.map(({ method }) => method),
    ['POST', 'DELETE'],
  )
})

test('R-REST-03 R-REST-07 nonsense, the id of another and server errors are unknown and never sent again; in a batch each order has its own outcome', async context => {
  const { gateway, seen, outcome } = await stage(context, [
    [200, '<html>Bad gateway'],
    [503, 'Service Unavailable'],
    [200, { orderId: 7, clientOrderId: 'another', status: 'NEW' }],
    TAKEN,
  ])
  const batch = [1, 2, 3, 4].map(number => ({ clientOrderId: `C${number}`, order: approved(), stamp: STAMP }))
  gateway.placeBatch(batch)
  await outcome(4)
  const kinds = await Promise.all([1, 2, 3, 4].map(async at => (await outcome(at)).kind))
  deepEqual(kinds.toSorted(), ['ack', 'unknown', 'unknown', 'unknown'])
  equal(seen.length, 4)
  equal(new Set(seen.map(({ query }) => query.get('newClientOrderId'))).size, 4)
})

test('R-REST-10 a cancel that fails beside a placement that succeeds: both halves are told', async context => {
  const { gateway, outcome } = await stage(context, [[400, { code: -2011, msg: 'Unknown order sent.' }], TAKEN])
  const old = { clientOrderId: 'C0', venueOrderId: '6', instrument: 0 }
  gateway.cancelReplace(old, { clientOrderId: 'C1', order: approved() }, STAMP)
  await outcome(2)
  const kinds = await Promise.all([1, 2].map(async at => (await outcome(at)).kind))
  deepEqual(kinds.toSorted(), ['ack', 'definitive_reject'])
})
