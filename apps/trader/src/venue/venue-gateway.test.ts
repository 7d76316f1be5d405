import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import type { CommandOutcome } from '@velocimex/core/execution/live-gateway'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { RestOutcome, RestRequest } from '@velocimex/host/net/rest-client'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import { EXHAUSTED } from '@velocimex/host/net/venue-rest'
import { binanceSpotOrders } from '@velocimex/venues/binance/binance-orders'
import { binanceSpotSide } from '@velocimex/venues/binance/venue-side/binance-dialect'
import { VENUE_BUDGETS } from '@velocimex/venues/budgets'
import type { CommandResult } from '@velocimex/venues/order-venue'
import { VENUE_CLOCKS } from '@velocimex/venues/venue-clocks'
import { VenueRoom } from '../service/venue-room.ts'
import { OrderSocket } from './order-socket.ts'
import { VenueGateway } from './venue-gateway.ts'

const CRYPTOGRAPHY = {
  hmac: (hash: 'sha256' | 'sha512' | 'sha384', key: Uint8Array, message: Uint8Array) =>
    createHmac(hash, key).update(message).digest(),
  digest: (hash: 'sha256' | 'sha512', message: Uint8Array) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: (bytes: number) => randomBytes(bytes),
}
const LATE = { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' }
/** What the venue's clock is ahead of ours, microseconds. */
const AHEAD = 60_000_000

/** A gateway to a venue whose answers are told in advance; asked for the time it always tells it. */
function stage({ hasSocket = false, breaks = {} as object } = {}) {
  const timers = new SimTimers(1_700_000_000_000_000 as Micros)
  const requests: RestRequest[] = []
  const frames: string[] = []
  const answers: (object | 'lost')[] = []
  const outcomes: CommandOutcome[] = []
  const advice: string[] = []
  const answered = (status: number, body: object): RestOutcome => {
    const at = timers.now()
    return {
      kind: 'answered',
      status,
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
      sentAt: at,
      answeredAt: at,
    }
  }
  const request = async (each: RestRequest): Promise<RestOutcome> => {
    requests.push(each)
    if (each.path.includes('/time')) return answered(200, { serverTime: (timers.now() + AHEAD) / 1000 })
    const answer = answers.shift()!
    if (answer === 'lost') return { kind: 'unknown', reason: 'broken', words: 'broken' }
    return answered('code' in answer ? 400 : 200, answer)
  }
  const link = { isUp: hasSocket, send: (frame: string) => frames.push(frame) > 0 }
  const socket = new OrderSocket(() => link, timers)
  const instruments = new InstrumentTable(binanceSpotSide.instruments)
  const credentials = { apiKey: 'key', secret: 'secret' }
  const gateway = new VenueGateway({
    ...{ instruments, rest: { request } as never, timers, random: new Random(1), sideOf: () => BUY, socket },
    codec: Object.assign(
      binanceSpotOrders.makeOrderCodec({ instruments, credentials, cryptography: CRYPTOGRAPHY }),
      breaks,
    ),
    budget: VENUE_BUDGETS.get('binance-spot')!,
    clock: VENUE_CLOCKS.get('binance-spot')!,
    listener: {
      onOutcome: (_, outcome) => outcomes.push(outcome),
      onAnswer: () => {},
      onAdvice: (kind, words) => advice.push(`${kind}: ${words}`),
      onSent: () => {},
    },
  })
  const places = (): URLSearchParams[] =>
    requests.filter(({ method }) => method === 'POST').map(({ path }) => new URLSearchParams(path.split('?')[1]))
  let count = 0
  const place = async (changes: object = {}, epoch = 1): Promise<void> => {
    gateway.place(placing(changes), { command: ++count, epoch, sentAt: timers.now() })
    await settle()
  }
  const reply = async (frame: number, result: CommandResult): Promise<void> => {
    socket.onMessage({ kind: 'answer', requestId: JSON.parse(frames[frame]!).id.slice(1), result })
    await settle()
  }
  return { timers, requests, frames, answers, outcomes, advice, socket, link, gateway, places, place, reply }
}

/** Promises that have nothing to wait for are through. */
const settle = (): Promise<void> => new Promise(done => setImmediate(done))

const placing = (changes: object): PlaceCommand => ({
  clientOrderId: 'V1',
  order: {
    ...{ instrument: 0, side: BUY, type: 'limit', quantity: 1000, price: 6_000_000, timeInForce: 'gtc' },
    ...{ postOnly: false, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})
const taken = { symbol: 'BTCUSDT', orderId: 1, clientOrderId: 'V1', transactTime: 1_700_000_060_000 }
const refusal: CommandResult = {
  ...{ outcome: 'definitive_reject', advice: 'sync_clock', code: '-1021', words: 'late', reports: [] },
}

test('R-REST-09 a command that is late by the venue’s clock: our clock is set, and it goes out once more under its id', async () => {
  const { answers, outcomes, place, places, gateway, timers } = stage()
  answers.push(LATE, taken)
  await place()
  deepEqual(
    outcomes.map(({ kind }) => kind),
    ['ack'],
  )
  const [first, second] = places()
  equal(first!.get('newClientOrderId'), second!.get('newClientOrderId'))
  equal(Number(second!.get('timestamp')) - Number(first!.get('timestamp')), AHEAD / 1000)
  // The venue tells milliseconds: the middle of one is the best guess.
  equal(gateway.now() - timers.now(), AHEAD + 500)
})

test('R-REST-09 one retry and no more: the second refusal stands', async () => {
  const { answers, outcomes, place, places, advice } = stage()
  answers.push(LATE, LATE)
  await place()
  deepEqual([outcomes.map(({ kind }) => kind), places().length], [['definitive_reject'], 2])
  ok(advice.some(words => words.startsWith('sync_clock')))
})

test('R-REST-09 over the socket too', async () => {
  const { outcomes, place, reply, frames, requests } = stage({ hasSocket: true })
  await place()
  await reply(0, refusal)
  equal(frames.length, 2)
  const [first, second] = frames.map(frame => JSON.parse(frame))
  equal(first.params.newClientOrderId, second.params.newClientOrderId)
  equal(second.params.timestamp - first.params.timestamp, AHEAD / 1000)
  await reply(1, { outcome: 'definitive_reject', advice: 'none', code: '-2010', words: 'no', reports: [] })
  deepEqual(
    outcomes.map(outcome => (outcome.kind === 'definitive_reject' ? outcome.report.kind : outcome.kind)),
    ['rejected'],
  )
  deepEqual(
    requests.map(({ path }) => path),
    ['/api/v3/time'],
  )
})

test('R-REST-03 what was written to the socket is never written again, there or over REST', async () => {
  const { outcomes, place, socket, requests, timers, frames } = stage({ hasSocket: true })
  await place()
  socket.onDown('closed 1006')
  await settle()
  await place()
  timers.advance(5_000)
  await settle()
  deepEqual(
    outcomes.map(({ kind }) => kind),
    ['unknown', 'unknown'],
  )
  deepEqual([requests.length, frames.length], [0, 2])
})

test('the socket where it is up, REST where it is not', async () => {
  const { answers, outcomes, place, link, requests, frames } = stage({ hasSocket: true })
  link.isUp = false
  answers.push(taken, 'lost')
  await place()
  await place()
  deepEqual(
    outcomes.map(({ kind }) => kind),
    ['ack', 'unknown'],
  )
  deepEqual([requests.length, frames.length], [2, 0])
  link.isUp = true
  await place()
  deepEqual([requests.length, frames.length], [2, 1])
})

test('what the venue cannot be told, and what an older start of ours says, is not sent', async () => {
  const { outcomes, place, requests, frames } = stage({ hasSocket: true })
  await place({ reduceOnly: true }, 2)
  await place({}, 1)
  deepEqual(
    outcomes.map(({ kind }) => kind),
    ['not_sent', 'not_sent'],
  )
  deepEqual([requests.length, frames.length], [0, 0])
})

const fail = (): never => {
  throw new Error('DECODER routines::unsupported')
}

test('S2-OMS-15 what cannot be signed is not sent, and the process goes on', async () => {
  const { outcomes, place, requests } = stage({ breaks: { place: fail } })
  await place()
  deepEqual(outcomes, [{ kind: 'not_sent', reason: 'the place cannot be made: DECODER routines::unsupported' }])
  equal(requests.length, 0)
})

test('S2-OMS-15 what cannot be signed for the socket is not sent there, nor over REST', async () => {
  const { outcomes, place, requests, frames } = stage({ hasSocket: true, breaks: { socket: { place: fail } } })
  for (let count = 0; count < 10; count++) await place()
  deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['not_sent']))
  deepEqual([outcomes.length, requests.length, frames.length], [10, 0, 0])
})

test('S2-OMS-15 an answer that breaks its reader leaves the command in doubt: it was sent', async () => {
  const { outcomes, place, answers } = stage({ breaks: { readCommand: fail } })
  answers.push(taken)
  await place()
  deepEqual(outcomes, [{ kind: 'unknown', reason: 'the answer cannot be read: DECODER routines::unsupported' }])
})

test('R-REST-01 adding orders are refused before the limit holds them back; reducing ones and cancels use the rest', async () => {
  const { outcomes, place, gateway, timers, answers } = stage()
  const room = new VenueRoom(() => gateway.takesOrders)
  let added = 0
  while (room.refusal({} as never) === undefined) {
    answers.push(taken)
    await place()
    added++
  }
  equal(room.refusal({} as never)?.reason, 'rate_exceeded')
  ok(outcomes.every(({ kind }) => kind === 'ack'))
  answers.push(taken, taken, taken)
  for (let count = 0; count < 4; count++) await place()
  deepEqual(
    outcomes.slice(added).map(outcome => (outcome.kind === 'not_sent' ? outcome.reason : outcome.kind)),
    ['ack', 'ack', 'ack', EXHAUSTED],
  )
  timers.advance(10_200)
  equal(room.refusal({} as never), undefined)
})
