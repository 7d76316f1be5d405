import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import fc from 'fast-check'
import { Backoff } from './backoff.ts'
import { ConnectionLife } from './connection-life.ts'
import type { ConnectionRules } from './connection-rules.ts'
import { Heartbeat } from './heartbeat.ts'
import type { SocketEnd } from './market-socket.ts'
import { Outbox } from './outbox.ts'

const RULES: ConnectionRules = {
  heartbeats: [{ everyMs: 10_000, send: 'ping', expect: 'pong', withinMs: 5_000 }],
  silenceMs: 60_000,
  ackMs: 2_000,
  ackTries: 3,
  lateMs: 60_000,
  sends: { count: 5, perMs: 1_000 },
  rolloverMs: 0,
  stableMs: 10_000,
}
const SPEECH = {
  subscribe: (topics: readonly string[]) => [`+${topics.join(',')}`],
  unsubscribe: (topics: readonly string[]) => [`-${topics.join(',')}`],
}
const CUT: SocketEnd = { kind: 'closed', code: 1006, reason: '' }

/** A connection on a clock of its own. Everything it orders and tells is a line. */
class Stage {
  readonly lines: string[] = []
  readonly life: ConnectionLife
  readonly heard = new Map<number, number>()
  now = 1_000_000_000
  admitAt = 0

  constructor(rules: Partial<ConnectionRules> = {}, topics = ['a', 'b'], speech: object = {}) {
    this.life = new ConnectionLife({ ...RULES, ...rules }, { ...SPEECH, ...speech }, new Random(7), {
      admit: now => Math.max(now, this.admitAt),
      open: link => this.lines.push(`open ${link}`),
      send: (link, text) => this.lines.push(`${link} ${text ?? 'ping'}`),
      close: link => this.lines.push(`close ${link}`),
      terminate: link => this.lines.push(`terminate ${link}`),
      live: link => this.lines.push(`live ${link}`),
      lost: link => this.lines.push(`lost ${link}`),
      failed: link => this.lines.push(`failed ${link}`),
      retired: link => this.lines.push(`retired ${link}`),
      missing: missing => this.lines.push(`missing ${missing}`),
    })
    this.life.follow(topics, this.now)
    this.life.start(this.now)
  }

  /** What happened since the last call. */
  take(): string[] {
    return this.lines.splice(0)
  }

  /** Time passes; the life is ticked whenever it asked to be. */
  pass(ms: number): string[] {
    const until = this.now + ms * 1000
    for (let turn = 0; this.life.nextAt <= until; turn++) {
      ok(turn < 10_000, 'a tick always moves the next instant on')
      this.now = Math.max(this.now, this.life.nextAt)
      this.life.tick(this.now, link => this.heard.get(link) ?? 0)
    }
    this.now = until
    return this.take()
  }

  open(link: number, acknowledged = ['a', 'b']): string[] {
    this.life.opened(link, this.now)
    for (const topic of acknowledged) this.life.acknowledge(link, topic)
    return this.take()
  }

  end(link: number, end: SocketEnd = CUT): string[] {
    this.life.ended(link, end, this.now)
    return this.take()
  }

  /** Milliseconds until the next link is opened. */
  untilOpen(): number {
    const from = this.now
    while (!this.lines.some(line => line.startsWith('open'))) {
      this.now = Math.max(this.now, this.life.nextAt)
      this.life.tick(this.now, () => this.now)
    }
    this.take()
    return (this.now - from) / 1000
  }
}

test('connects, subscribes, is live when every topic is acknowledged', () => {
  const stage = new Stage()
  deepEqual(stage.take(), ['open 1'])
  equal(stage.life.state, 'connecting')
  deepEqual(stage.open(1, ['a']), ['1 +a,b'])
  equal(stage.life.state, 'subscribing')
  equal(stage.life.isReady, false)
  stage.life.acknowledge(1, 'b')
  deepEqual(stage.take(), ['live 1'])
  equal(stage.life.state, 'live')
  ok(stage.life.isReady)
})

test('a log-in comes before the subscriptions, and one that is never answered is a dead link', () => {
  const stage = new Stage({}, ['a'], { greet: () => ['login'] })
  stage.take()
  deepEqual(stage.open(1, []), ['1 login'])
  equal(stage.life.state, 'greeting')
  stage.life.greeted(1, stage.now)
  deepEqual(stage.take(), ['1 +a'])
  stage.life.acknowledge(1, 'a')
  deepEqual(stage.take(), ['live 1'])

  const mute = new Stage({}, ['a'], { greet: () => ['login'] })
  mute.open(1, [])
  deepEqual(mute.pass(2_000), ['terminate 1'])
  equal(mute.life.state, 'stale')
})

test('R-WS-01, P-15: reconnects after 1, 2, 4 ... 60 s with at most 10 % of chance, and begins anew after a success', () => {
  const stage = new Stage()
  const waits: number[] = []
  for (let link = 1; link <= 9; link++) {
    stage.end(link)
    waits.push(stage.untilOpen())
  }
  for (const [at, base] of [1, 2, 4, 8, 16, 32, 60, 60, 60].entries()) {
    const wait = waits[at]! / 1000
    ok(Math.abs(wait - base) <= base * 0.1 && wait <= 60, `wait ${at} is ${wait}`)
    if (base < 60) ok(wait >= base)
  }
  stage.open(10)
  stage.pass(9_000)
  stage.end(10)
  ok(stage.untilOpen() > 50_000, 'a link that was live for nine seconds is no success yet')
  stage.open(11)
  stage.heard.set(11, Number.MAX_SAFE_INTEGER)
  for (let second = 0; second < 11; second++) {
    stage.life.pong(11)
    stage.pass(1_000)
  }
  stage.end(11)
  ok(stage.untilOpen() <= 1_100)
})

test('P-15: equal seeds wait equally, others do not, and no wait is over its cap', () => {
  const property = fc.property(fc.integer({ min: 0 }), fc.integer({ min: 1, max: 40 }), (seed, count) => {
    const [one, same, other] = [seed, seed, seed + 1].map(each => new Backoff(new Random(each)))
    const draw = (backoff: Backoff): number[] => Array.from({ length: count }, () => backoff.next())
    const waits = draw(one!)
    deepEqual(draw(same!), waits)
    ok(waits.every(wait => wait >= 1000 && wait <= 60_000))
    ok(draw(other!).some((wait, at) => wait !== waits[at]))
    one!.reset()
    ok(one!.next() <= 1_100)
  })
  fc.assert(property)
})

const refusals: [words: string, end: SocketEnd, leastMs: number, mostMs: number][] = [
  ['429 with Retry-After', { kind: 'refused', status: 429, retryAfterMs: 30_000 }, 30_000, 30_000],
  ['429 without', { kind: 'refused', status: 429, retryAfterMs: undefined }, 1_000, 1_100],
  ['418 with Retry-After', { kind: 'refused', status: 418, retryAfterMs: 120_000 }, 120_000, 120_000],
  ['418 without', { kind: 'refused', status: 418, retryAfterMs: undefined }, 60_000, 60_000],
  ['403', { kind: 'refused', status: 403, retryAfterMs: undefined }, 60_000, 60_000],
  ['503 with a short wish', { kind: 'refused', status: 503, retryAfterMs: 10 }, 1_000, 1_100],
]
for (const [words, end, least, most] of refusals)
  test(`R-REST-02: after a handshake refused with ${words} it waits`, () => {
    const stage = new Stage()
    stage.end(1, end)
    const wait = stage.untilOpen()
    ok(wait >= least && wait <= most, `${wait}`)
  })

test('R-WS-01: a half-open peer is known within two heartbeats', () => {
  for (let deadMs = 0; deadMs < 20_000; deadMs += 333) {
    const stage = new Stage()
    stage.open(1)
    for (let ms = 0; ms < deadMs; ms++) {
      stage.heard.set(1, stage.now)
      if (stage.pass(1).includes('1 ping')) stage.life.pong(1)
    }
    const died = stage.now
    while (stage.life.state !== 'stale') stage.pass(1)
    ok(stage.now - died <= 20_000_000, `${stage.now - died}`)
    deepEqual(stage.end(1), ['lost 1'])
    ok(stage.untilOpen() <= 1_100)
    deepEqual(stage.open(2), ['2 +a,b', 'live 2'], 'resubscribed to all')
  }
})

test('a peer of which nothing at all comes is given up, heartbeats or not', () => {
  const stage = new Stage({ heartbeats: [] })
  stage.open(1)
  deepEqual(stage.pass(59_999), [])
  deepEqual(stage.pass(1), ['terminate 1'])
})

test('a heartbeat is answered as its rule says', () => {
  const text = new Heartbeat({ everyMs: 10, send: { text: 'ping' }, expect: { text: 'pong' }, withinMs: 10 }, 0)
  equal(text.tick(9_999, 9_000), 'wait')
  equal(text.tick(10_000, 9_000), 'send')
  text.answered()
  equal(text.tick(20_000, 9_000), 'send')
  equal(text.tick(30_000, 29_000), 'overdue', 'other bytes are no answer')
  const any = new Heartbeat({ everyMs: 10, send: 'ping', expect: 'anything', withinMs: 5 }, 0)
  equal(any.tick(10_000, 9_000), 'send')
  equal(any.tick(15_000, 10_001), 'wait')
  equal(any.tick(20_000, 10_001), 'send')
  equal(any.tick(25_000, 10_001), 'overdue')
  const quiet = new Heartbeat({ everyMs: 10, send: 'ping', expect: 'anything', withinMs: 5, whenQuiet: true }, 0)
  equal(quiet.tick(10_000, 4_000), 'wait')
  equal(quiet.nextAt, 14_000)
  equal(quiet.tick(14_000, 4_000), 'send')
  const silent = new Heartbeat({ everyMs: 10, send: 'ping', expect: 'nothing', withinMs: 0 }, 0)
  for (let at = 10_000; at < 100_000; at += 10_000) equal(silent.tick(at, 0), 'send')
  throws(() => new Heartbeat({ everyMs: 10, send: 'ping', expect: 'pong', withinMs: 11 }, 0), /within one heartbeat/)
})

test('the text that answers a heartbeat is for nobody else', () => {
  const stage = new Stage({
    heartbeats: [{ everyMs: 1_000, send: { text: 'ping' }, expect: { text: 'pong' }, withinMs: 500 }],
  })
  stage.open(1)
  deepEqual(stage.pass(1_000), ['1 ping'])
  const bytes = Buffer.from('..pong{"a":1}')
  equal(stage.life.isAnswer(1, bytes, 6, 13), false)
  equal(stage.life.isAnswer(1, bytes, 2, 6), true)
  deepEqual(stage.pass(999), [])
})

test('R-WS-06: an acknowledgement that never comes is asked for again, then the link is given up', () => {
  const stage = new Stage()
  stage.take()
  deepEqual(stage.open(1, []), ['1 +a,b'])
  deepEqual(stage.pass(2_000), ['1 +a', '1 +b'])
  deepEqual(stage.pass(2_000), ['1 +a', '1 +b'])
  deepEqual(stage.pass(2_000), ['missing a,b', 'terminate 1'])
  equal(stage.life.isReady, false)
})

test('R-WS-06: what is asked again is asked in short runs: one topic that spoils its request spoils no other for ever', () => {
  const stage = new Stage({ heartbeats: [], silenceMs: 1e9 })
  stage.life.follow(['c', 'd', 'e', 'f', 'g', 'h', 'i'], stage.now)
  stage.take()
  deepEqual(stage.open(1, []), ['1 +a,b,c,d,e,f,g,h,i'])
  deepEqual(stage.pass(2_000), ['1 +a,b,c', '1 +d,e,f', '1 +g,h,i'])
  for (const topic of 'defghi') stage.life.acknowledge(1, topic)
  deepEqual(stage.pass(2_000), ['1 +a', '1 +b', '1 +c'])
})

test('resync of a topic that is being asked for waits for its acknowledgement', () => {
  const stage = new Stage({ heartbeats: [], silenceMs: 1e9 })
  stage.open(1)
  stage.life.resync('a', stage.now)
  deepEqual(stage.take(), ['1 -a', '1 +a'])
  stage.life.resync('a', stage.now)
  deepEqual(stage.take(), [])
  stage.life.acknowledge(1, 'a')
  stage.life.resync('a', stage.now)
  deepEqual(stage.take(), ['1 -a', '1 +a'])
})

test('R-WS-06: of a partial acknowledgement only the rest is asked for; readiness stays false, and comes when it comes', () => {
  const stage = new Stage({ heartbeats: [], silenceMs: 1e9 })
  stage.open(1, ['b'])
  deepEqual(stage.pass(2_000), ['1 +a'])
  deepEqual(stage.pass(2_000), ['1 +a'])
  deepEqual(stage.pass(2_000), ['missing a', '1 +a'])
  equal(stage.life.isReady, false)
  equal(stage.life.state, 'subscribing')
  deepEqual(stage.pass(62_000), ['1 +a'], 'told once, asked for slowly')
  stage.life.acknowledge(1, 'unasked')
  equal(stage.life.isReady, false)
  stage.life.acknowledge(1, 'a')
  deepEqual(stage.take(), ['live 1'])
})

test('R-WS-08: before its age a link is replaced by one that is live first', () => {
  const day = 24 * 3_600_000
  const stage = new Stage({ rolloverMs: day - 3_600_000, heartbeats: [], silenceMs: 1e12 })
  stage.open(1)
  const untilOpen = stage.untilOpen()
  ok(untilOpen >= 0.9 * (day - 3_600_000) && untilOpen < day, `${untilOpen}`)
  equal(stage.life.state, 'live', 'the old link still counts')
  deepEqual(stage.open(2, ['a']), ['2 +a,b'])
  equal(stage.life.primary, 1)
  stage.life.acknowledge(2, 'b')
  deepEqual(stage.take(), ['live 2', 'close 1'])
  equal(stage.life.primary, 2)
  deepEqual(stage.end(1), ['retired 1'])
  ok(stage.life.isReady)
})

test('R-WS-08: a replacement that fails is tried again while the old link goes on', () => {
  const stage = new Stage({ rolloverMs: 3_600_000, heartbeats: [], silenceMs: 1e12 })
  stage.open(1)
  stage.untilOpen()
  deepEqual(stage.end(2), ['failed 2'])
  equal(stage.life.state, 'live')
  ok(stage.untilOpen() <= 1_100)
  deepEqual(stage.end(1), ['lost 1'], 'the old one dies on the way')
  equal(stage.life.primary, 3, 'and the new one takes its place without a wait')
  deepEqual(stage.open(3), ['3 +a,b', 'live 3'])
})

test('reconnect drops the links at once, but never tries more than once a second', () => {
  const stage = new Stage()
  stage.open(1)
  stage.pass(5_000)
  stage.life.reconnect(stage.now)
  deepEqual(stage.take(), ['lost 1', 'terminate 1', 'open 2'])
  for (let turn = 0; turn < 50; turn++) stage.life.reconnect(stage.now)
  deepEqual(stage.take(), ['lost 2', 'terminate 2'])
  deepEqual(stage.pass(999), [])
  deepEqual(stage.pass(1), ['open 3'])
  deepEqual(stage.end(1), ['retired 1'])
})

test('an attempt waits until the address has one left', () => {
  const stage = new Stage()
  stage.admitAt = stage.now + 30_000_000
  stage.take()
  stage.end(1)
  deepEqual(stage.pass(29_999), [])
  deepEqual(stage.pass(1), ['open 2'])
})

test('resync leaves a topic and asks for it anew; topics come and go while live', () => {
  const stage = new Stage()
  equal(stage.life.resync('a', stage.now), false, 'no link yet')
  stage.open(1)
  equal(stage.life.resync('x', stage.now), false, 'not followed')
  equal(stage.life.resync('a', stage.now), true)
  deepEqual(stage.take(), ['1 -a', '1 +a'])
  equal(stage.life.isReady, false)
  stage.life.acknowledge(1, 'a')
  ok(stage.life.isReady)
  equal(stage.life.follow(['c', 'a', 'c'], stage.now), true)
  deepEqual(stage.take(), ['1 +c'])
  stage.life.unfollow(['c', 'never'], stage.now)
  deepEqual(stage.take(), ['1 -c'])
  ok(stage.life.isReady)
  equal(stage.life.follow(['d'], stage.now), true)
  equal(stage.life.isReady, false)
  stage.take()
  stage.life.refuse('d')
  deepEqual(stage.take(), [], 'nobody leaves what he never had')
  ok(stage.life.isReady)
  const many = Array.from({ length: 9_999 }, (_, at) => `t${at}`)
  equal(stage.life.follow(many, stage.now), false)
})

test('an outbox sends in order and in no window more than the venue takes', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.array(fc.oneof(fc.constant('put'), fc.integer({ min: 0, max: 700 })), { maxLength: 200, size: 'max' }),
    (count, steps) => {
      const outbox = new Outbox({ count, perMs: 1 })
      const sent: { at: number; text: string | undefined }[] = []
      let now = 0
      let put = 0
      const flush = (): void => outbox.flush(now, text => sent.push({ at: now, text }))
      for (const step of steps) {
        if (step === 'put') outbox.put(`${put++}`)
        else now += step as number
        flush()
        if (outbox.nextAt !== Number.POSITIVE_INFINITY) ok(outbox.nextAt > now, 'nothing that may go waits')
      }
      while (outbox.nextAt !== Number.POSITIVE_INFINITY) {
        now = outbox.nextAt
        flush()
      }
      deepEqual(
        sent.map(({ text }) => text),
        Array.from({ length: put }, (_, at) => `${at}`),
      )
      for (let at = count; at < sent.length; at++) ok(sent[at]!.at - sent[at - count]!.at >= 1000)
    },
  )
  fc.assert(property, { numRuns: 300 })
})

test('whatever happens in whatever order, at most one link counts, one replaces it, and time always moves on', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 0, max: 70_000 }) }),
    fc.record({ do: fc.constantFrom('open', 'mute', 'end', 'pong'), link: fc.nat(3) }),
    fc.record({ do: fc.constantFrom('stop', 'start', 'reconnect', 'rollover', 'resync') }),
  )
  const property = fc.property(fc.array(step, { maxLength: 80, size: 'max' }), steps => {
    const stage = new Stage({ rolloverMs: 100_000 })
    const alive: number[] = []
    const lives: number[] = []
    const read = (): void => {
      for (const line of stage.take()) {
        const [verb, link] = line.split(' ') as [string, string]
        if (verb === 'open') alive.push(Number(link))
        if (verb === 'live') lives.push(Number(link))
      }
    }
    read()
    for (const one of steps) {
      const link = 'link' in one ? alive[alive.length - 1 - one.link] : undefined
      if ('ms' in one) stage.lines.push(...stage.pass(one.ms))
      else if (one.do === 'stop') stage.life.stop()
      else if (one.do === 'start') stage.life.start(stage.now)
      else if (one.do === 'reconnect') stage.life.reconnect(stage.now)
      else if (one.do === 'rollover') stage.life.rollover(stage.now)
      else if (one.do === 'resync') stage.life.resync('a', stage.now)
      else if (link !== undefined && one.do === 'open') stage.lines.push(...stage.open(link))
      else if (link !== undefined && one.do === 'mute') stage.lines.push(...stage.open(link, []))
      else if (link !== undefined && one.do === 'pong') stage.life.pong(link)
      else if (link !== undefined) {
        alive.splice(alive.indexOf(link), 1)
        stage.lines.push(...stage.end(link))
      }
      read()
      equal(stage.life.links, alive.length)
      if (stage.life.isReady) equal(lives.at(-1), stage.life.primary)
      ok(stage.life.nextAt >= stage.now || stage.life.nextAt === 0 || one.do !== 'pass')
    }
  })
  fc.assert(property, { numRuns: 1000 })
})
