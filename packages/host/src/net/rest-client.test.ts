import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import { FaultProxy } from './fault-proxy.ts'
import { RateBudget } from './rate-budget.ts'
import { RestClient, type RestClientOptions, type RestRequest } from './rest-client.ts'
import { SimTimers } from './sim-timers.ts'
import { type RestAlert, readStatus, VenueRest } from './venue-rest.ts'

const GET: RestRequest = { method: 'GET', path: '/time', deadlineMs: 5_000 }
const POST: RestRequest = { method: 'POST', path: '/order', body: 'symbol=BTCUSDT', deadlineMs: 5_000 }

type Answering = (request: IncomingMessage, response: ServerResponse) => void

/** A venue behind a faulty line, and a client on a simulated clock. */
async function stage(context: TestContext, answer: Answering, options: Partial<RestClientOptions> = {}) {
  const timers = new SimTimers()
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, timers)
  const client = new RestClient({ origin: `http://127.0.0.1:${proxy.port}`, ...options }, timers)
  context.after(async () => {
    await client.stop()
    server.closeAllConnections()
    server.close()
    await proxy.stop()
  })
  return { timers, proxy, client, seen }
}

/** Lets sockets work until something is true. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; !isTrue(); turn++) {
    if (turn > 5_000_000) throw new Error('it does not come true')
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('an answer is told whole, with its times, over one kept connection', async context => {
  const { client, proxy, timers, seen } = await stage(
    context,
    (request, response) => {
      response.setHeader('X-MBX-USED-WEIGHT-1M', '7')
      response.statusCode = request.method === 'GET' ? 200 : 400
      request.on('data', part => response.write(part))
      request.on('end', () => response.end('{"ok":true}'))
    },
    { connections: 1 },
  )
  const got = await client.request(GET)
  ok(got.kind === 'answered')
  deepEqual([got.status, String(got.body), got.headers['x-mbx-used-weight-1m']], [200, '{"ok":true}', '7'])
  deepEqual([got.sentAt, got.answeredAt], [timers.now(), timers.now()])
  const posted = await client.request(POST)
  ok(posted.kind === 'answered')
  deepEqual([posted.status, String(posted.body)], [400, 'symbol=BTCUSDT{"ok":true}'])
  deepEqual(seen, ['GET /time', 'POST /order'])
  equal(proxy.accepted, 1)
  equal(client.underWay, 0)
  equal(timers.pending, 0)
})

test('R-REST-03: a closed port is not sent', async () => {
  const closed = createTcp().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  const client = new RestClient({ origin: `http://127.0.0.1:${port}` }, new SimTimers())
  const outcome = await client.request(POST)
  ok(outcome.kind === 'not_sent')
  equal(outcome.reason, 'no_connection')
  match(outcome.words, /ECONNREFUSED/)
  await client.stop()
  equal((await client.request(POST)).kind, 'not_sent')
})

test('R-REST-03: a reset after the write is unknown, and the order is not sent again', async context => {
  const { client, seen, proxy } = await stage(context, request => {
    if (request.method === 'POST') request.socket.resetAndDestroy()
  })
  const outcome = await client.request(POST)
  ok(outcome.kind === 'unknown')
  equal(outcome.reason, 'broken')
  deepEqual(seen, ['POST /order'])
  equal(proxy.accepted, 1)
})

test('R-REST-03: a kept connection that the venue closes under a request is unknown, once', async context => {
  const requests: string[] = []
  const server = createTcp((socket: Socket) => {
    socket.on('error', () => {})
    socket.on('data', bytes => {
      requests.push(String(bytes).split(' ')[0]!)
      if (requests.length === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else socket.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const client = new RestClient(
    { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    new SimTimers(),
  )
  equal((await client.request(GET)).kind, 'answered')
  equal((await client.request(POST)).kind, 'unknown')
  deepEqual(requests, ['GET', 'POST'])
  await client.stop()
})

test('R-REST-03: no answer within the deadline is unknown; before the write it is not sent', async context => {
  const { client, timers, seen } = await stage(context, () => {}, { connections: 1 })
  const first = client.request(POST)
  await until(() => seen.length === 1)
  const waiting = client.request({ ...POST, path: '/second', deadlineMs: 1_000 })
  timers.advance(1_000)
  const held = await waiting
  ok(held.kind === 'not_sent')
  equal(held.reason, 'deadline')
  timers.advance(4_000)
  const outcome = await first
  ok(outcome.kind === 'unknown')
  equal(outcome.reason, 'deadline')
  const next = client.request(GET)
  await until(() => seen.length === 2)
  deepEqual(seen, ['POST /order', 'GET /time'], 'what was given up while it waited never leaves')
  timers.advance(5_000)
  await next
})

test('R-REST-03: half an answer, a damaged one and one over the bound are unknown, with the status', async context => {
  const { client, proxy, seen } = await stage(
    context,
    (request, response) => {
      if (request.url === '/large') response.end('x'.repeat(2_000))
      else if (request.url === '/damaged') request.socket.write('HTTP/1.1 2x0 what\r\n\r\n')
      else response.writeHead(200, { 'Content-Length': '10' }).write('half')
    },
    { bytesMax: 1_000 },
  )
  const large = await client.request({ ...POST, path: '/large' })
  deepEqual([large.kind, large.kind === 'unknown' && [large.reason, large.status]], ['unknown', ['too_large', 200]])
  const damaged = await client.request({ ...POST, path: '/damaged' })
  equal(damaged.kind, 'unknown')
  const before = seen.length
  const half = client.request({ ...POST, path: '/half' })
  await until(() => seen.length > before)
  const came = proxy.came('toClient')
  await until(() => proxy.came('toClient') > came || came > 0)
  proxy.cut()
  equal((await half).kind, 'unknown')
})

test('what waits is bounded, and a header that breaks the request is not sent', async context => {
  const { client, seen, timers } = await stage(context, () => {}, { requestsMax: 1 })
  const first = client.request(GET)
  const second = await client.request(GET)
  deepEqual([second.kind, second.kind === 'not_sent' && second.reason], ['not_sent', 'busy'])
  await until(() => seen.length === 1)
  timers.advance(5_000)
  await first
  const broken = await client.request({ ...GET, headers: { 'X-A': 'a\r\nX-B: c' } })
  deepEqual([broken.kind, broken.kind === 'not_sent' && broken.reason], ['not_sent', 'malformed'])
})

/** A venue whose answers are told in advance, and all that stands between it and us. */
async function guarded(context: TestContext, answers: [status: number, headers?: Record<string, string>][]) {
  const answer: Answering = (_, response) => {
    const [status, headers = {}] = answers.shift() ?? [200]
    response.writeHead(status, headers).end('{}')
  }
  const parts = await stage(context, answer)
  const budget = new RateBudget([{ name: 'weight', limit: 20, lengthMs: 60_000 }], new Random(1))
  const alerts: RestAlert[] = []
  const rest = new VenueRest(
    parts.client,
    parts.timers,
    (each, now) => {
      const count = Number(each.headers['x-mbx-used-weight-1m'] ?? Number.NaN)
      return {
        ...readStatus(each, now),
        used: [
          { window: 'weight', count },
          { window: 'unknown', count: 1 },
        ],
      }
    },
    alert => alerts.push(alert),
  )
  const draws = [{ budget, weights: { weight: 1 } }]
  const ask = async (purpose: 'cancel' | 'other' = 'other'): Promise<string> => {
    const outcome = await rest.request({ ...GET, draws, purpose })
    return outcome.kind === 'answered' ? `${outcome.status}` : outcome.reason
  }
  return { ...parts, rest, budget, alerts, ask }
}

test('R-REST-01: 429 is waited out with zero requests in the window', async context => {
  const { ask, timers, seen, alerts } = await guarded(context, [[429, { 'Retry-After': '30' }], [200], [429]])
  equal(await ask(), '429')
  for (let second = 0; second < 30; second++) {
    equal(await ask('cancel'), 'paused')
    timers.advance(1_000)
  }
  equal(seen.length, 1)
  equal(await ask(), '200')
  equal(await ask(), '429')
  equal(await ask(), 'paused')
  timers.advance(1_100)
  equal(await ask(), '200')
  deepEqual(alerts, ['slow', 'slow'])
})

test('R-REST-01: weights are taken from the headers, and cancels keep a tenth', async context => {
  const { ask, budget, timers, seen } = await guarded(context, [[200, { 'X-MBX-USED-WEIGHT-1M': '18' }]])
  equal(await ask(), '200')
  deepEqual(budget.usage('weight', timers.now()), { used: 18, limit: 20 })
  equal(await ask(), 'exhausted')
  equal(await ask('cancel'), '200')
  equal(await ask('cancel'), '200')
  equal(await ask('cancel'), 'exhausted')
  equal(seen.length, 3)
})

for (const status of [418, 403])
  test(`R-REST-02: ${status} stops all traffic, with one probe a minute`, async context => {
    const { ask, timers, seen, alerts } = await guarded(context, [[status], [status], [status], [200]])
    equal(await ask(), `${status}`)
    const outcomes: string[] = []
    for (let second = 0; second < 185; second++) {
      timers.advance(1_000)
      const outcome = await ask('cancel')
      if (outcome !== 'banned') outcomes.push(`${second + 1} ${outcome}`)
    }
    deepEqual(outcomes.slice(0, 4), [`60 ${status}`, `120 ${status}`, '180 200', '181 200'])
    ok(seen.length >= 4)
    deepEqual(alerts, ['ban', 'ban', 'ban'])
  })

test('R-CB-01: five answers of 5xx open the breaker, and three good probes close it', async context => {
  const { ask, timers, seen, alerts, rest } = await guarded(context, [[500], [502], [503], [504], [500]])
  for (const status of ['500', '502', '503', '504', '500']) equal(await ask(), status)
  equal(await ask(), 'breaker_open')
  equal(seen.length, 5)
  equal(await ask('cancel'), '200', 'cancels pass')
  equal(rest.breaker.state(timers.now()), 'open')
  timers.advance(29_999)
  equal(await ask(), 'breaker_open')
  timers.advance(1)
  for (let probe = 0; probe < 3; probe++) equal(await ask(), '200')
  equal(rest.breaker.state(timers.now()), 'closed')
  deepEqual(alerts, ['breaker_open'])
})

test('R-REST-08: a refused signature opens the breaker at once', async context => {
  const { ask, alerts } = await guarded(context, [[401]])
  equal(await ask(), '401')
  equal(await ask(), 'breaker_open')
  deepEqual(alerts, ['breaker_open'])
})
