import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { SIDES } from '@velocimex/venues/sides'
import type { VenueSide } from '@velocimex/venues/venue-dialect'
import { WebSocket } from 'ws'
import { SimulatedVenue } from './simulated-venue.ts'

const kraken = SIDES.get('kraken')!

/** Kraken, but a client who says `break` meets a mistake of ours. */
const mistaken: VenueSide = {
  ...kraken,
  makeDialect(options) {
    const dialect = kraken.makeDialect(options)
    const open = dialect.open.bind(dialect)
    dialect.open = (path, query, socket) => {
      if (path === '/break') throw new Error('broken at once')
      const session = open(path, query, socket)
      return (
        session && {
          onClosed: () => session.onClosed(),
          onText(text) {
            if (text === 'break') throw new Error('broken – by us')
            session.onText(text)
          },
        }
      )
    }
    return dialect
  },
}

async function started(side: VenueSide): Promise<SimulatedVenue> {
  return await SimulatedVenue.start({ side, seed: 7, port: 0, controlPort: 0 })
}

/** How a handshake ends. */
async function upgrade(port: number, path: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
  const [outcome] = await Promise.race([
    once(socket, 'open').then(() => ['open']),
    new Promise<[string]>(done => socket.once('error', error => done([error.message]))),
  ])
  socket.terminate()
  return outcome!
}

/** What a line answers before it ends. */
async function told(port: number, bytes: string): Promise<string> {
  const line = connect(port, '127.0.0.1')
  let text = ''
  line.on('data', chunk => {
    text += String(chunk)
  })
  line.write(bytes)
  await once(line, 'close')
  return text
}

test('S3-VEN-3 an address where the venue has nothing: the handshake fails with 404, whatever is sent behind it', async () => {
  const venue = await started(kraken)
  try {
    equal(await upgrade(venue.port, '/nothing'), 'Unexpected server response: 404')
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    const asked = `GET /nothing HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`
    // A frame of a terabyte is announced: what the venue does not listen to cannot hurt it.
    match(await told(venue.port, `${asked}\u0081\u007f\u0000\u0000\u0001\u0000`), /^HTTP\/1.1 404 /)
    match(await told(venue.port, asked.replace(key, '')), /^HTTP\/1.1 404 /)
    match(await told(venue.port, asked.replace('/nothing', '/v2').replace(key, '')), /^HTTP\/1.1 400 /)
    equal(venue.server.clients, 0)
    equal(await upgrade(venue.port, '/v2'), 'open')
  } finally {
    await venue.stop()
  }
})

test('P-21 a frame that is too long ends the socket of its sender, and no other', async () => {
  const venue = await started(kraken)
  try {
    const [bad, good] = [0, 1].map(() => new WebSocket(`ws://127.0.0.1:${venue.port}/v2`)) as [WebSocket, WebSocket]
    await Promise.all([once(bad, 'open'), once(good, 'open')])
    bad.send('x'.repeat(2 << 20))
    equal((await once(bad, 'close'))[0], 1009)
    good.send('{"method":"ping","req_id":5}')
    for (;;) if (String((await once(good, 'message'))[0]).includes('"pong"')) break
    good.terminate()
  } finally {
    await venue.stop()
  }
})

test('a mistake of the simulation ends the socket that met it with 1011, and the venue goes on', async () => {
  const venue = await started(mistaken)
  try {
    equal(await upgrade(venue.port, '/break'), 'Unexpected server response: 500')
    const client = new WebSocket(`ws://127.0.0.1:${venue.port}/v2`)
    await once(client, 'message') // The greeting, said before the handshake was answered.
    client.send('break')
    const [code, reason] = await once(client, 'close')
    equal(code, 1011)
    equal(String(reason), 'simulator: Error: broken ? by us')
    equal(await upgrade(venue.port, '/v2'), 'open')
  } finally {
    await venue.stop()
  }
})

test('a client of the control surface that goes away in the middle of its request ends nothing', async () => {
  const venue = await started(kraken)
  try {
    const line = connect(venue.controlPort, '127.0.0.1')
    line.write('POST /deposit HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"acc')
    await once(line, 'connect')
    line.resetAndDestroy()
    const url = `http://127.0.0.1:${venue.controlPort}`
    const deposit = await fetch(`${url}/deposit`, { method: 'POST', body: '{"account":99,"asset":"XYZ","amount":"5"}' })
    equal([200, 500].includes(deposit.status), true)
    equal((await fetch(`${url}/status`)).status, 200)
  } finally {
    await venue.stop()
  }
})
