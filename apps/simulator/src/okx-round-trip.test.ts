import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { RecordSink } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Ticks } from '@velocimex/core/market/units'
import { OkxOrders } from '@velocimex/venues/okx/okx-orders'
import type { PrivateMessage, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import { findVenue } from '@velocimex/venues/venues'
import { WebSocket } from 'ws'
import { DEMO_KEYS, nodeCryptography, SimulatedVenue } from './simulated-venue.ts'

const now = (): Micros => (Date.now() * 1000) as Micros

/** Our own client at a simulated OKX: requests over HTTP, the account's events over a socket. */
class Client {
  readonly codec: OkxOrders
  readonly messages: PrivateMessage[] = []
  readonly #venue: SimulatedVenue
  readonly #sockets: WebSocket[] = []
  #wake: () => void = () => {}

  constructor(venue: SimulatedVenue) {
    this.#venue = venue
    const { instruments } = venue.market.exchange
    this.codec = new OkxOrders({ instruments, credentials: DEMO_KEYS[0]!, cryptography: nodeCryptography })
  }

  async send({ method, path, headers, body }: VenueRequest): Promise<VenueAnswer> {
    const given = body === undefined ? { method, headers } : { method, headers, body }
    const answer = await fetch(`http://127.0.0.1:${this.#venue.port}${path}`, given)
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
  }

  async open(path: string, take: (text: string, socket: WebSocket) => void): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#venue.port}${path}`)
    this.#sockets.push(socket)
    socket.on('message', bytes => take(bytes.toString(), socket))
    await once(socket, 'open')
    return socket
  }

  async listen(): Promise<WebSocket> {
    const { stream } = this.codec
    const socket = await this.open(stream.path(), (text, from) => {
      for (const message of stream.read(text)) {
        this.messages.push(message)
        if (message.kind === 'send') for (const frame of message.frames) from.send(frame)
      }
      this.#wake()
    })
    for (const frame of stream.hello('', now())) socket.send(frame)
    await this.until(message => message.kind === 'ready')
    return socket
  }

  /** The first message so far, or to come, that is meant. */
  async until(is: (message: PrivateMessage) => boolean): Promise<PrivateMessage> {
    for (;;) {
      const found = this.messages.find(is)
      if (found !== undefined) return found
      await new Promise<void>(done => (this.#wake = done))
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate()
  }
}

async function withVenue(trial: (client: Client, venue: SimulatedVenue) => Promise<void>): Promise<void> {
  const venue = await SimulatedVenue.start({ side: SIDES.get('okx')!, seed: 3, port: 0, controlPort: 0 })
  const client = new Client(venue)
  try {
    await trial(client, venue)
  } finally {
    client.close()
    await venue.stop()
  }
}

const reported = (id: string, kind: string) => (message: PrivateMessage) =>
  message.kind === 'report' && message.report.kind === kind && message.report.clientOrderId === id

for (const [index, symbol] of ['BTC-USDT', 'BTC-USDT-SWAP', 'BTC-USD-SWAP'].entries())
  test(`${symbol}: our client places, amends, cancels and takes on the wire, and both sides know the same fills`, () =>
    withVenue(async (client, venue) => {
      const { codec } = client
      const { exchange } = venue.market
      const { book } = exchange.engine(index)
      await client.listen()
      const placing = (clientOrderId: string, price: number, changes: object = {}): PlaceCommand => {
        const order = {
          instrument: index,
          side: BUY,
          type: 'limit',
          quantity: 10_000,
          price,
          timeInForce: 'gtc',
          strategy: 't',
        }
        const quantity = index === 0 ? 1_000_000 : index === 1 ? 10 : 2
        const terms = { postOnly: false, reduceOnly: false, quantity, ...changes }
        return { clientOrderId, order: { ...order, ...terms } as unknown as PlaceCommand['order'] }
      }
      const command = async (request: VenueRequest) => {
        const { outcome, code } = codec.readCommand(request, await client.send(request), now())
        return `${outcome} ${code}`
      }
      const far = Math.floor(book.best(BUY) * 0.98)
      equal(await command(codec.place(placing('V1', far, { postOnly: true }), now())), 'ack ')
      await client.until(reported('V1', 'accepted'))
      const named = { clientOrderId: 'V1', venueOrderId: '', instrument: index }
      const { quantity } = placing('V1', far).order
      equal(await command(codec.replace({ ...named, price: (far - 1) as Ticks, quantity }, BUY, now())), 'ack ')
      await client.until(reported('V1', 'replaced'))
      equal(await command(codec.cancel(named, now())), 'ack ')
      await client.until(reported('V1', 'canceled'))
      const dear = Math.ceil(book.best(SELL) * 1.01)
      equal(await command(codec.place(placing('V2', dear, { timeInForce: 'ioc' }), now())), 'ack ')
      await client.until(
        message => message.kind === 'report' && message.report.clientOrderId === 'V2' && message.report.leaves === 0,
      )
      const ask = codec.fills(index, 0 as Micros, now())
      const fills = codec.readFills(ask, await client.send(ask))
      ok(fills.kind === 'found')
      deepEqual(
        fills.value.map(({ price, quantity, fee }) => [price, quantity, fee]),
        exchange.fills.map(({ price, lots, fee }) => [price, lots, fee]),
      )
      await client.until(message => message.kind === 'balance')
      if (index > 0) await client.until(message => message.kind === 'position' && message.position.lots === quantity)
    }))

test('our market data codec follows the books of the venue over its socket', () =>
  withVenue(async (client, venue) => {
    const { instruments } = venue.market.exchange
    const okx = findVenue('okx')!.members[0]
    const codec = okx.makeCodec(instruments, 1 << 20, 4096, 0)
    const sink: RecordSink = { append: () => {} }
    const feed = new MarketFeed(codec, okx.sequencing, sink, instruments.all.length, 0)
    let changes = 0
    let enough: () => void = () => {}
    const followed = new Promise<void>(done => (enough = done))
    const socket = await client.open('/ws/v5/public', text => {
      ok(feed.frame(0, Buffer.from(codec.buffer.buffer).write(text), now(), 0) >= 0, text)
      if (++changes === 60) enough()
    })
    const args = instruments.all.map(({ symbol }) => ({ channel: 'books', instId: symbol }))
    socket.send(JSON.stringify({ op: 'subscribe', args }))
    await followed
    equal(feed.counts.gaps, 0)
    ok(instruments.all.every(({ index }) => feed.isLive(index)))
  }))
