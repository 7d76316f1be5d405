import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { type WebSocket, WebSocketServer } from 'ws'
import { Connection, type Target } from './connection.ts'
import type { ConnectionRules } from './connection-rules.ts'
import { FaultProxy } from './fault-proxy.ts'
import { SimTimers } from './sim-timers.ts'
import type { Timers } from './timers.ts'

const RULES: ConnectionRules = {
  heartbeats: [{ everyMs: 10_000, send: 'ping', expect: 'pong', withinMs: 10_000 }],
  silenceMs: 60_000,
  ackMs: 5_000,
  ackTries: 3,
  lateMs: 60_000,
  sends: { count: 5, perMs: 1_000 },
  rolloverMs: 23 * 3_600_000,
  stableMs: 10_000,
}

/** A venue that acknowledges topics, behind a faulty line. */
async function venue(context: TestContext, timers: Timers) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, timers)
  const peers: WebSocket[] = []
  let isAcknowledging = true
  server.on('connection', peer => {
    peers.push(peer)
    peer.on('error', () => {})
    peer.on('message', text => {
      if (isAcknowledging && String(text).startsWith('sub ')) peer.send(`ack ${String(text).slice(4)}`)
      if (String(text) === 'ping') peer.send('pong')
    })
  })
  context.after(async () => {
    for (const peer of server.clients) peer.terminate()
    server.close()
    await proxy.stop()
  })
  return { proxy, peers, mute: () => (isAcknowledging = false) }
}

/** A venue and a connection to it. */
async function stageOn<T extends Timers>(
  context: TestContext,
  rules: Partial<ConnectionRules>,
  timers: T,
  fetch: (target: Target) => Target | Promise<Target | undefined> = target => target,
) {
  const { proxy, peers, mute } = await venue(context, timers)
  let attempts = 0
  const lines: string[] = []
  const readiness: boolean[] = []
  const size = 4096
  const memory = new Uint8Array(2 * size)
  const connection: Connection = new Connection(
    {
      target: () => {
        attempts++
        return fetch({ url: `ws://127.0.0.1:${proxy.port}/` })
      },
      speech: { subscribe: topics => topics.map(topic => `sub ${topic}`), unsubscribe: topics => [`unsub ${topics}`] },
      rules: { ...RULES, ...rules },
      regions: [
        { bytes: memory, from: 0, to: size },
        { bytes: memory, from: size, to: 2 * size },
      ],
      socket: { messageMax: 1024, openMs: 5_000 },
      timers,
      random: new Random(1),
    },
    {
      message: (link, bytes, from, to) => {
        const text = Buffer.from(bytes.subarray(from, to)).toString()
        if (text.startsWith('ack ')) connection.acknowledge(link, text.slice(4))
        else lines.push(`${link} ${text}`)
      },
      live: link => lines.push(`live ${link}`),
      lost: (link, end) => lines.push(`lost ${link} ${end?.kind === 'closed' ? end.code : end?.kind}`),
      failed: link => lines.push(`failed ${link}`),
      retired: link => lines.push(`retired ${link}`),
      missing: topics => lines.push(`missing ${topics}`),
      state: () => {},
      ready: isReady => readiness.push(isReady),
    },
  )
  context.after(() => connection.stop())
  connection.follow(['a', 'b'])
  connection.start()
  return { timers, proxy, peers, lines, connection, mute, attempts: () => attempts, readiness }
}

/** The same on a simulated clock. */
const stage = (context: TestContext, rules: Partial<ConnectionRules> = {}) => stageOn(context, rules, new SimTimers())

/** Lets sockets work until something is true. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; !isTrue(); turn++) {
    if (turn > 5_000_000) throw new Error('it does not come true')
    await new Promise(resolve => setImmediate(resolve))
  }
}

for (const code of [1000, 1001, 1006, 1008, 1011, 1012])
  test(`R-WS-01: after a close with ${code} the book is lost, and all is subscribed again a second later`, async context => {
    const { timers, peers, lines, connection, readiness } = await stage(context)
    await until(() => connection.isReady)
    if (code === 1006) peers[0]!.terminate()
    else peers[0]!.close(code)
    await until(() => connection.state === 'waiting')
    equal(connection.isReady, false)
    timers.advance(999)
    equal(connection.state, 'waiting')
    timers.advance(101)
    await until(() => connection.isReady)
    deepEqual(lines, ['live 1', `lost 1 ${code}`, 'live 2'])
    deepEqual(readiness, [true, false, true])
  })

test('R-WS-01: a reset, a refused port and a silent one are waited out, ever longer', async context => {
  const { timers, proxy, lines, connection } = await stage(context)
  await until(() => connection.isReady)
  proxy.refuse()
  proxy.reset()
  await until(() => connection.state === 'waiting')
  for (const seconds of [1, 2, 4, 8]) {
    const tried = proxy.accepted
    timers.advance(seconds * 999)
    equal(connection.state, 'waiting')
    timers.advance(seconds * 101)
    await until(() => proxy.accepted > tried && connection.state === 'waiting')
  }
  proxy.heal()
  timers.advance(17_600)
  await until(() => connection.isReady)
  equal(lines[0], 'live 1')
  equal(lines.at(-1), 'live 6')
})

test('R-WS-01: a half-open line is known within two heartbeats', async context => {
  const { timers, proxy, lines, connection } = await stage(context)
  await until(() => connection.isReady)
  const came = proxy.came('toClient')
  timers.advance(10_000)
  await until(() => proxy.came('toClient') > came)
  await until(() => connection.heardAt === timers.now())
  proxy.swallow()
  const from = timers.now()
  while (connection.state === 'live') timers.advance(100)
  ok(timers.now() - from <= 20_000_000)
  await until(() => connection.state === 'waiting')
  deepEqual(lines, ['live 1', 'lost 1 1006'])
  proxy.heal()
  timers.advance(1_100)
  await until(() => connection.isReady)
})

test('R-WS-06: a venue that acknowledges nothing leaves the connection unready, and is tried anew', async context => {
  const { timers, peers, lines, connection, mute } = await stage(context)
  mute()
  await until(() => connection.state === 'subscribing')
  timers.advance(15_000)
  deepEqual(lines, ['missing a,b'])
  equal(connection.isReady, false)
  await until(() => connection.state === 'waiting')
  timers.advance(1_100)
  await until(() => peers.length === 2)
})

test('R-WS-08: over a day of rollovers no message is missed, and both sockets are open for a while', async context => {
  const { timers, peers, lines, connection, attempts } = await stage(context, { heartbeats: [], silenceMs: 1e9 })
  let count = 0
  const say = (): void => {
    count++
    for (const peer of peers) if (peer.readyState === peer.OPEN) peer.send(`fill ${count}`)
  }
  await until(() => connection.isReady)
  for (let link = 1; link <= 3; link++) {
    say()
    await until(() => lines.some(line => line.endsWith(`fill ${count}`)))
    const from = timers.now()
    while (attempts() === link) timers.advance(1_000)
    const hours = (timers.now() - from) / 3_600_000_000
    ok(hours > 20 && hours < 23, `${hours}`)
    await until(() => peers.length > link)
    say()
    await until(() => connection.primary === link + 1)
    say()
    await until(() => lines.includes(`retired ${link}`))
  }
  await until(() => lines.some(line => line.endsWith(`fill ${count}`)))
  const fills = new Set(lines.filter(line => line.includes('fill')).map(line => line.split(' ')[2]))
  deepEqual(
    [...fills].map(Number).sort((a, b) => a - b),
    Array.from({ length: count }, (_, at) => at + 1),
  )
  ok(!lines.some(line => line.startsWith('lost')))
})

test('a damaged frame ends the link, and text heartbeats are swallowed', async context => {
  const text = { everyMs: 1_000, send: { text: 'ping' }, expect: { text: 'pong' }, withinMs: 1_000 } as const
  const { timers, proxy, peers, lines, connection } = await stage(context, { heartbeats: [text] })
  await until(() => connection.isReady)
  const came = proxy.came('toClient')
  timers.advance(1_000)
  await until(() => proxy.came('toClient') === came + 6)
  proxy.flip('toClient', 0, 0x70)
  peers[0]!.send('message')
  await until(() => connection.state === 'waiting')
  deepEqual(lines, ['live 1', 'lost 1 fault'])
})

test('a stopped connection lets go and opens nothing', async context => {
  const { timers, proxy, lines, connection } = await stage(context)
  await until(() => connection.isReady)
  connection.stop()
  equal(connection.state, 'stopped')
  await until(() => proxy.lines === 0)
  timers.advance(600_000)
  equal(proxy.accepted, 1)
  deepEqual(lines.slice(0, 2), ['live 1', 'lost 1 undefined'])
  connection.start()
  await until(() => connection.isReady)
  equal(connection.send('hello'), true)
})

test('an address that must be fetched is waited for; none, or a broken promise, is a failed attempt', async context => {
  const answers: ((target: Target | undefined) => void)[] = []
  const breaks: (() => void)[] = []
  const timers = new SimTimers()
  const urls: Target[] = []
  const { connection, lines, proxy } = await stageOn(context, {}, timers, target => {
    urls.push(target)
    return new Promise((resolve, reject) => {
      answers.push(resolve)
      breaks.push(() => reject(new Error('no token')))
    })
  })
  equal(connection.state, 'connecting')
  answers[0]!(undefined)
  await until(() => connection.state === 'waiting')
  timers.advance(1_100)
  breaks[1]!()
  await until(() => connection.state === 'waiting')
  timers.advance(2_200)
  connection.reconnect()
  timers.advance(1_000)
  equal(answers.length, 4)
  answers[2]!(urls[2])
  answers[3]!(urls[3])
  await until(() => connection.isReady)
  equal(proxy.accepted, 1, 'what was left meanwhile is not opened')
  deepEqual(lines, ['lost 1 failed', 'lost 2 failed', 'lost 3 undefined', 'retired 3', 'live 4'])
})

for (const seed of [1, 2, 3, 4])
  test(`whatever is done to the line, once it is healed the connection is ready within two minutes (seed ${seed})`, async context => {
    const random = new Random(seed)
    const { timers, proxy, peers, connection } = await stage(context, { rolloverMs: 60_000 })
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        timers.advance(1_000)
        for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
      }
    }
    const harms = [
      () => proxy.reset(),
      () => proxy.cut(),
      () => proxy.swallow(),
      () => proxy.refuse(),
      () => proxy.delay(random.below(30_000)),
      () => proxy.limit(1 + random.below(50)),
      () => proxy.flip('toClient', random.below(20), 1 + random.below(255)),
      () => proxy.flip('toServer', random.below(20), 1 + random.below(255)),
      () => proxy.truncate('toClient', random.below(20)),
      () => peers.at(-1)?.close(1012),
      () => connection.reconnect(),
      () => connection.rollover(),
      () => connection.resync('a'),
      () => proxy.heal(),
    ]
    for (let turn = 0; turn < 60; turn++) {
      harms[random.below(harms.length)]!()
      await pass(random.below(20))
    }
    proxy.heal()
    // Lines that a fault has made deaf stay so: the connection must find out by itself.
    for (let second = 0; second < 120 && !(connection.isReady && proxy.lines <= 2); second++) await pass(1)
    ok(connection.isReady)
  })

/** Time that jumps, as when the process was stopped: wakes come late, and before anything is read. */
class JumpingTimers implements Timers {
  readonly #pending = new Map<() => void, number>()
  #now = 1_000_000_000

  now(): Micros {
    return this.#now as Micros
  }

  after(delayMs: number, wake: () => void): () => void {
    this.#pending.set(wake, this.#now + delayMs * 1000)
    return () => this.#pending.delete(wake)
  }

  jump(ms: number): void {
    this.#now += ms * 1000
    for (const [wake, dueAt] of [...this.#pending]) if (dueAt <= this.#now && this.#pending.delete(wake)) wake()
  }
}

test('R-KILL-04: after the process was held up, sockets are read before silence is judged', async context => {
  const timers = new JumpingTimers()
  const { proxy, lines, connection } = await stageOn(context, {}, timers)
  await until(() => connection.isReady)
  timers.jump(10_000)
  timers.jump(12_000)
  equal(connection.state, 'live', 'the answer was due two seconds ago, but nobody has looked for it')
  await until(() => connection.heardAt === timers.now())
  timers.jump(1)
  equal(connection.state, 'live')
  proxy.swallow()
  timers.jump(12_000)
  timers.jump(12_000)
  timers.jump(1)
  await until(() => connection.state === 'waiting')
  deepEqual(lines, ['live 1', 'lost 1 1006'])
})
