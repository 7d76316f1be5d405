import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { FaultProxy } from './fault-proxy.ts'
import { SimTimers } from './sim-timers.ts'

/** A client, a server that is told what comes, and the proxy between them. */
async function line(context: TestContext) {
  const timers = new SimTimers()
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, timers)
  const accepted = once(server, 'connection')
  const client = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true })
  const [far] = (await accepted) as [Socket]
  for (const socket of [client, far]) socket.on('error', () => {}).setNoDelay(true)
  context.after(async () => {
    client.destroy()
    far.destroy()
    server.close()
    await proxy.stop()
  })
  return { timers, proxy, client, far }
}

/** Waits until a socket has received so many bytes. */
async function bytes(socket: Socket, count: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  while (length < count) {
    const [part] = (await once(socket, 'data')) as [Buffer]
    parts.push(part)
    length += part.length
  }
  return Buffer.concat(parts)
}

/** Lets events happen until something is true. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; !isTrue(); turn++) {
    if (turn > 5_000_000) throw new Error('it does not come true')
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('without faults bytes pass both ways, and so does each end', async context => {
  const { client, far } = await line(context)
  client.write('question')
  equal(String(await bytes(far, 8)), 'question')
  far.write('answer')
  equal(String(await bytes(client, 6)), 'answer')
  client.end()
  await once(far, 'end')
  far.write('late')
  equal(String(await bytes(client, 4)), 'late')
  far.end()
  await once(client, 'end')
})

test('a delay holds bytes until the time has come, in order', async context => {
  const { timers, proxy, client, far } = await line(context)
  proxy.delay(250)
  let heard = ''
  far.on('data', part => (heard += part))
  client.write('a')
  await until(() => proxy.came('toServer') === 1)
  timers.advance(100)
  client.write('b')
  await until(() => proxy.came('toServer') === 2)
  timers.advance(149)
  equal(heard, '')
  timers.advance(1)
  await until(() => heard !== '')
  equal(heard, 'a')
  timers.advance(100)
  await until(() => heard.length === 2)
  equal(heard, 'ab')
})

test('a narrow line lets so many bytes a second through', async context => {
  const { timers, proxy, client, far } = await line(context)
  proxy.limit(1000)
  let heard = 0
  far.on('data', part => (heard += part.length))
  client.write('x'.repeat(500))
  for (const passed of [50, 100, 150, 200]) {
    await until(() => heard === passed)
    timers.advance(49)
    equal(heard, passed)
    timers.advance(1)
  }
})

test('a cut is an end, a reset is an error', async context => {
  const first = await line(context)
  first.proxy.cut()
  await Promise.all([once(first.client.resume(), 'end'), once(first.far.resume(), 'end')])
  const second = await line(context)
  const errors = Promise.all([once(second.client, 'error'), once(second.far, 'error')])
  second.client.resume()
  second.far.resume()
  second.proxy.reset()
  deepEqual(
    (await errors).map(([cause]) => (cause as NodeJS.ErrnoException).code),
    ['ECONNRESET', 'ECONNRESET'],
  )
})

test('a half-open line swallows bytes and ends, and a healed one passes what comes later', async context => {
  const { proxy, client, far } = await line(context)
  let heard = ''
  far.on('data', part => (heard += part))
  proxy.swallow()
  client.write('lost')
  await until(() => proxy.came('toServer') === 4)
  proxy.heal()
  client.write('found')
  await until(() => heard.length > 0)
  equal(heard, 'found')
  proxy.swallow()
  far.write('unheard')
  await until(() => proxy.came('toClient') === 7)
  far.destroy()
  await once(far, 'close')
  client.write('x')
  await until(() => proxy.came('toServer') === 10)
  equal(client.destroyed, false, 'the client is not told')
  equal(client.readableEnded, false)
})

test('a flipped byte and a truncated stream are exactly where they were asked for', async context => {
  const { proxy, client, far } = await line(context)
  proxy.flip('toServer', 2, 0x01)
  client.write('abc')
  client.write('abc')
  equal(String(await bytes(far, 6)), 'abbabc')
  proxy.truncate('toClient', 3)
  far.write('12345')
  let heard = ''
  client.on('data', part => (heard += part))
  await once(client, 'end')
  equal(heard, '123')
})

test('a refusing proxy breaks new connections until it is healed', async context => {
  const { proxy } = await line(context)
  proxy.refuse()
  const refused = connect({ host: '127.0.0.1', port: proxy.port })
  await once(refused, 'error')
  proxy.heal()
  const taken = connect({ host: '127.0.0.1', port: proxy.port })
  await once(taken, 'connect')
  equal(proxy.accepted >= 2, true)
  taken.destroy()
})
