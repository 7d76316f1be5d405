import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { Random } from '@velocimex/core/clock/random'
import { WebSocket, WebSocketServer } from 'ws'
import { MarketSocket, type MarketSocketOptions, type SocketEnd } from './market-socket.ts'
import { SimTimers } from './sim-timers.ts'
import { SystemTimers, type Timers } from './timers.ts'
import { acceptOf } from './websocket-handshake.ts'
import { WebSocketReader } from './websocket-reader.ts'

/** Collects what a socket tells, as one line an event; `until` waits for a line. */
class Story {
  readonly lines: string[] = []
  end: SocketEnd | undefined
  #wake: () => void = () => {}

  readonly listener = {
    opened: () => this.#add('opened'),
    message: (bytes: Uint8Array, from: number, to: number, isBinary: boolean) =>
      this.#add(`${isBinary ? 'binary' : 'text'} ${Buffer.from(bytes.subarray(from, to))}`),
    pong: () => this.#add('pong'),
    ended: (end: SocketEnd) => {
      this.end = end
      this.#add('ended')
    },
  }

  async until(line: string): Promise<void> {
    while (!this.lines.includes(line)) await new Promise<void>(resolve => (this.#wake = resolve))
  }

  #add(line: string): void {
    this.lines.push(line)
    this.#wake()
  }
}

const region = (size = 4096) => ({ bytes: new Uint8Array(size), from: 0, to: size })

function open(url: string, more: Partial<MarketSocketOptions> = {}, timers: Timers = new SystemTimers()) {
  const story = new Story()
  const socket = new MarketSocket({ url, region: region(), messageMax: 2048, ...more }, story.listener, timers)
  return { story, socket }
}

async function peer(context: TestContext): Promise<{ url: string; next: () => Promise<WebSocket> }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  context.after(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`
  return { url, next: async () => (await once(server, 'connection'))[0] as WebSocket }
}

/** A server that answers the first bytes of every connection with the same words. */
async function raw(context: TestContext, talk: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', bytes => talk(socket, bytes.toString()))
  })
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/stream?a=1`
}

/** The answer that accepts a handshake. */
function upgraded(request: string): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)![1]!
  return `HTTP/1.1 101 x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`
}

test('text, binary, fragments, pings and a clean close with ws as the peer', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story, socket } = open(url)
  const server = await accepted
  const heard: string[] = []
  server.on('message', (bytes, isBinary) => heard.push(`${isBinary ? 'binary' : 'text'} ${bytes}`))
  await story.until('opened')
  server.send('{"e":"trade"}')
  server.send(Buffer.from([65, 66]))
  server.send('one ', { fin: false })
  server.ping('payload')
  server.send('two', { fin: true })
  server.send('y'.repeat(2048))
  const [pong] = await once(server, 'pong')
  equal(String(pong), 'payload')
  await story.until(`text ${'y'.repeat(2048)}`)
  deepEqual(story.lines.slice(0, 4), ['opened', 'text {"e":"trade"}', 'binary AB', 'text one two'])
  equal(socket.send('héllo'), undefined)
  equal(socket.send(new Uint8Array([1])), undefined)
  equal(socket.ping(), undefined)
  await story.until('pong')
  deepEqual(heard, ['text héllo', 'binary \u0001'])
  socket.close(1000, 'done')
  const [code, reason] = await once(server, 'close')
  deepEqual([code, String(reason)], [1000, 'done'])
  await story.until('ended')
  deepEqual(story.end, { kind: 'closed', code: 1000, reason: 'done' })
  equal(socket.send('late'), 'not_open')
})

test('500 random messages of ws, fragmented and with pings between, arrive in order and whole', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story, socket } = open(url, { region: region(300_000), messageMax: 130_000 })
  const server = await accepted
  const random = new Random(5)
  const messages = ['opened']
  for (let at = 0; at < 500; at++) {
    const binary = random.below(2) === 1
    const parts = Array.from({ length: 1 + random.below(4) }, () =>
      `${at} `.repeat(random.below(10 ** random.below(5))),
    )
    for (const [part, text] of parts.entries()) {
      server.send(text, { binary, fin: part === parts.length - 1 })
      if (random.below(3) === 0) server.ping(`${at}`)
    }
    messages.push(`${binary ? 'binary' : 'text'} ${parts.join('')}`)
  }
  server.send('end')
  await story.until('text end')
  deepEqual(story.lines, [...messages, 'text end'])
  socket.terminate()
  await story.until('ended')
})

test('as a server the reader takes the masked frames of a ws client', async context => {
  const heard: string[] = []
  const done = Promise.withResolvers<void>()
  const url = await raw(context, (socket, request) => {
    const bytes = new Uint8Array(100_000)
    const cut = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString()
    const reader = new WebSocketReader(bytes, 0, bytes.length, 'server', 70_000, {
      message: (from, to, isBinary) => heard.push(`${isBinary} ${cut(from, to)}`),
      ping: (from, to) => heard.push(`ping ${cut(from, to)}`),
      pong: () => {},
      close: (code, from, to) => {
        heard.push(`close ${code} ${cut(from, to)}`)
        done.resolve()
      },
    })
    socket.on('data', (part: Buffer) => {
      for (let at = 0; at < part.length; ) {
        const room = reader.room()
        const count = Math.min(room.length, part.length - at)
        room.set(part.subarray(at, at + count))
        reader.received(count)
        reader.split()
        at += count
      }
    })
    socket.write(upgraded(request))
  })
  const client = new WebSocket(url)
  await once(client, 'open')
  client.send('{"op":"ping"}')
  client.send('part ', { fin: false })
  client.ping('p')
  client.send('whole', { fin: true })
  client.send(Buffer.from('z'.repeat(70_000)))
  client.close(1001, 'bye')
  await done.promise
  deepEqual(heard, [
    'false {"op":"ping"}',
    'ping p',
    'false part whole',
    `true ${'z'.repeat(70_000)}`,
    'close 1001 bye',
  ])
  client.terminate()
})

for (const code of [1000, 1001, 1008, 1011, 1012, 1013, 4004])
  test(`R-WS-01: the peer closes with ${code}`, async context => {
    const { url, next } = await peer(context)
    const accepted = next()
    const { story } = open(url)
    const server = await accepted
    await story.until('opened')
    server.close(code, 'why')
    const [answered] = await once(server, 'close')
    equal(answered, code)
    await story.until('ended')
    deepEqual(story.end, { kind: 'closed', code, reason: 'why' })
  })

test('R-WS-01: a peer that vanishes without a close frame is 1006', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story } = open(url)
  const server = await accepted
  await story.until('opened')
  server.terminate()
  await story.until('ended')
  equal(story.end?.kind === 'closed' && story.end.code, 1006)
})

test('a close without a code is 1005, and is answered', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story } = open(url)
  const server = await accepted
  await story.until('opened')
  server.close()
  await story.until('ended')
  deepEqual(story.end, { kind: 'closed', code: 1005, reason: '' })
})

test('R-WS-04: a message over the bound is refused with 1009', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story } = open(url)
  const server = await accepted
  await story.until('opened')
  server.send('x'.repeat(10_000_000))
  const [code] = await once(server, 'close')
  equal(code, 1009)
  await story.until('ended')
  deepEqual(story.end, { kind: 'fault', fault: 'too_large' })
})

const answers: [words: string, answer: string, end: SocketEnd][] = [
  ['429 with seconds', '429 Too Many Requests\r\nRetry-After: 7', { kind: 'refused', status: 429, retryAfterMs: 7000 }],
  ['429 without', '429 Too Many Requests', { kind: 'refused', status: 429, retryAfterMs: undefined }],
  ['418', "418 I'm a teapot\r\nretry-after: 120", { kind: 'refused', status: 418, retryAfterMs: 120_000 }],
  ['403', '403 Forbidden', { kind: 'refused', status: 403, retryAfterMs: undefined }],
  ['503', '503', { kind: 'refused', status: 503, retryAfterMs: undefined }],
  ['a redirect', '302 Found\r\nLocation: /', { kind: 'refused', status: 302, retryAfterMs: undefined }],
  [
    'a wrong accept',
    '101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no',
    { kind: 'bad_handshake', fault: 'wrong_accept' },
  ],
  ['no upgrade', '101 Switching Protocols', { kind: 'bad_handshake', fault: 'no_upgrade' }],
  ['a head without end', `200 OK\r\nA: ${'x'.repeat(20_000)}`, { kind: 'bad_handshake', fault: 'head_too_long' }],
]
for (const [words, answer, end] of answers)
  test(`handshake: ${words}`, async context => {
    const url = await raw(context, socket => socket.write(`HTTP/1.1 ${answer}\r\n\r\nbody`))
    const { story } = open(url)
    await story.until('ended')
    deepEqual(story.end, end)
    deepEqual(story.lines, ['ended'])
  })

test('handshake: an answer in single bytes, frames right behind it, and no extension offered', async context => {
  let asked = ''
  const url = await raw(context, (socket, request) => {
    asked = request
    const head = upgraded(request)
    socket.setNoDelay(true)
    for (const byte of head.slice(0, -1)) socket.write(byte)
    socket.write(Buffer.concat([Buffer.from('\n'), Buffer.from([0x81, 2, 104, 105])]))
  })
  const { story, socket } = open(url, { headers: { 'X-MBX-APIKEY': 'key' } })
  await story.until('text hi')
  match(asked, /^GET \/stream\?a=1 HTTP\/1\.1\r\n/)
  match(asked, /\r\nX-MBX-APIKEY: key\r\n/)
  ok(!/extensions/i.test(asked))
  socket.terminate()
  await story.until('ended')
})

test('what is no HTTP, a cut handshake and a closed port say so', async context => {
  const { story: garbage } = open(await raw(context, socket => socket.write('SSH-2.0-x\r\n')))
  await garbage.until('ended')
  deepEqual(garbage.end, { kind: 'bad_handshake', fault: 'not_http' })
  const { story: cut } = open(await raw(context, socket => socket.end()))
  await cut.until('ended')
  deepEqual(cut.end, { kind: 'failed', code: 'cut' })
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  const { story: refused } = open(`ws://127.0.0.1:${port}/`)
  await refused.until('ended')
  deepEqual(refused.end, { kind: 'failed', code: 'ECONNREFUSED' })
})

test('a server that never answers is given up after its time, one that never closes too', async context => {
  const timers = new SimTimers()
  const silent = await raw(context, () => {})
  const { story } = open(silent, { openMs: 5000 }, timers)
  timers.advance(4999)
  equal(story.lines.length, 0)
  timers.advance(1)
  await story.until('ended')
  deepEqual(story.end, { kind: 'timeout' })

  const deaf = await raw(context, (socket, request) => socket.write(upgraded(request)))
  const closing = open(deaf, { closeMs: 700 }, timers)
  await closing.story.until('opened')
  closing.socket.close()
  timers.advance(700)
  await closing.story.until('ended')
  deepEqual(closing.story.end, { kind: 'closed', code: 1006, reason: '' })
  equal(timers.pending, 0, 'no timer outlives its socket')
})

test('what waits to be sent is bounded', async context => {
  const { url, next } = await peer(context)
  const accepted = next()
  const { story, socket } = open(url, { queuedMax: 1000 })
  const server = await accepted
  server.pause()
  await story.until('opened')
  equal(socket.send('x'.repeat(1001)), 'too_much_queued')
  let refusal: string | undefined
  for (let turn = 0; turn < 100_000 && refusal === undefined; turn++) refusal = socket.send('x'.repeat(900))
  equal(refusal, 'too_much_queued')
  ok(socket.queued <= 1100)
  socket.terminate()
  await story.until('ended')
})

test('TLS reads into the region as well', async context => {
  const psk = Buffer.from('d731ef57be09e5204f0b205b60627028', 'hex')
  const ciphers = 'PSK-AES128-GCM-SHA256'
  const server = createTlsServer({ pskCallback: () => psk, ciphers, maxVersion: 'TLSv1.2' })
  const sockets = new WebSocketServer({ noServer: true })
  const { createServer: createHttp } = await import('node:http')
  const http = createHttp()
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, one => {
      one.send('a'.repeat(60_000))
      one.send('secret')
    }),
  )
  server.on('secureConnection', socket => http.emit('connection', socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const memory = region(200_000)
  const tls = { pskCallback: () => ({ psk, identity: 'x' }), ciphers, checkServerIdentity: () => undefined }
  const { port } = server.address() as AddressInfo
  const { story, socket } = open(`wss://127.0.0.1:${port}/`, { region: memory, messageMax: 70_000, tls })
  await story.until('text secret')
  equal(story.lines[1]?.length, 60_005)
  ok(Buffer.from(memory.bytes).includes('aaaa'))
  socket.close()
  await story.until('ended')
  equal(story.end?.kind, 'closed')
})
