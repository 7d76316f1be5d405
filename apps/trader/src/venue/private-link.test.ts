import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import type { PrivateMessage, PrivateStream } from '@velocimex/venues/order-venue'
import { type WebSocket, WebSocketServer } from 'ws'
import { PrivateLink } from './private-link.ts'

/** A venue of which a word is a message. */
const STREAM: PrivateStream = {
  token: () => undefined,
  path: () => '/',
  hello: () => ['log me in'],
  renewal: undefined,
  silence: micros(60_000_000),
  read: text => (text === 'ready' || text === 'refused' ? [{ kind: text, code: '', words: '' } as PrivateMessage] : []),
}

for (const first of ['nothing', 'refused'])
  test(`R-WS-04 a log-in that is answered by ${first} on a line that lives is tried again on another`, async context => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    const sockets: WebSocket[] = []
    server.on('connection', socket => sockets.push(socket))
    await once(server, 'listening')
    const timers = new SimTimers()
    const told: string[] = []
    const link = new PrivateLink({
      ...{ stream: STREAM, timers, random: new Random(1) },
      sockets: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      send: () => Promise.resolve('nothing is asked'),
      now: () => timers.now(),
      listener: {
        onMessage: ({ kind }) => told.push(kind),
        onUp: () => told.push('up'),
        onDown: words => told.push(words),
      },
    })
    context.after(() => {
      link.stop()
      server.close()
    })
    link.start()
    await once(server, 'connection')
    await once(sockets[0]!, 'message')
    sockets[0]!.send(first)
    const ended = once(sockets[0]!, 'close')
    if (first === 'nothing') {
      sockets[0]!.on('ping', () => {}) // It answers them: the line lives.
      for (let second = 0; second < 30; second++) timers.advance(1_000)
    }
    await ended
    equal(link.isUp, false)
    const again = once(server, 'connection')
    // The close has been heard when the wait for the next try has begun.
    while (timers.pending === 0) await new Promise<void>(done => setImmediate(done))
    timers.advance(2_000)
    await again
    await once(sockets[1]!, 'message')
    sockets[1]!.send('ready')
    while (!link.isUp) await new Promise<void>(done => setImmediate(done))
    deepEqual(told.slice(-2), ['up', 'ready'])
  })
