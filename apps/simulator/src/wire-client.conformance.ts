// What the trials of simulated venues over their sockets share: our own client, in wall-clock time.
import { once } from 'node:events'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import type { Side } from '@velocimex/core/market/side'
import type {
  CommandResult,
  OrderCodec,
  OrderVenue,
  PrivateMessage,
  VenueAnswer,
  VenueRequest,
} from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import { WebSocket } from 'ws'
import { DEMO_KEYS, nodeCryptography, SimulatedVenue } from './simulated-venue.ts'

/** The clock of these trials, microseconds. */
export const now = (): Micros => (Date.now() * 1000) as Micros

/** Our own client at a simulated venue: requests over HTTP, private messages over a socket. */
export class WireClient {
  readonly codec: OrderCodec
  readonly messages: PrivateMessage[] = []
  readonly venue: SimulatedVenue
  /** The private socket, once it listens. */
  socket!: WebSocket
  readonly #sockets: WebSocket[] = []
  #wake: () => void = () => {}

  constructor(venue: SimulatedVenue, codec: OrderCodec) {
    this.venue = venue
    this.codec = codec
  }

  /** Sends a request over HTTP and waits for its whole answer. */
  async send({ method, path, headers, body }: VenueRequest): Promise<VenueAnswer> {
    const init = body === undefined ? { method, headers } : { method, headers, body }
    const answer = await fetch(`http://127.0.0.1:${this.venue.port}${path}`, init)
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
  }

  /** What a command came to. */
  async command(request: VenueRequest): Promise<CommandResult> {
    return this.codec.readCommand(request, await this.send(request), now())
  }

  /** Opens a socket of the venue. */
  async open(path: string, take: (text: string, socket: WebSocket) => void): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.venue.port}${path}`)
    this.#sockets.push(socket)
    socket.on('message', bytes => take(bytes.toString(), socket))
    await once(socket, 'open')
    return socket
  }

  /** Opens the private stream and logs it in. */
  async listen(): Promise<void> {
    const { stream } = this.codec
    const request = stream.token(now())
    const token = request === undefined ? '' : (await this.send(request)).body
    this.socket = await this.open(stream.path(token), (text, from) => {
      for (const message of stream.read(text)) {
        this.messages.push(message)
        if (message.kind === 'send') for (const frame of message.frames) from.send(frame)
      }
      this.#wake()
    })
    const hello = stream.hello(token, now())
    for (const frame of hello) this.socket.send(frame)
    if (hello.length > 0) await this.until(({ kind }) => kind === 'ready')
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

/**
 * A simulated venue with its first key's client listening; both are gone when the trial is over.
 * @param id of `SIDES`
 */
export async function withVenue(
  id: string,
  orders: OrderVenue,
  trial: (client: WireClient, venue: SimulatedVenue) => Promise<void>,
): Promise<void> {
  const side = SIDES.get(id)!
  const venue = await SimulatedVenue.start({ side, seed: 3, port: 0, controlPort: 0 })
  const { instruments } = venue.market.exchange
  const credentials = (side.keys ?? DEMO_KEYS)[0]!
  const client = new WireClient(
    venue,
    orders.makeOrderCodec({ instruments, credentials, cryptography: nodeCryptography }),
  )
  try {
    await client.listen()
    await trial(client, venue)
  } finally {
    client.close()
    await venue.stop()
  }
}

/** A limit order good till canceled for the first instrument, or what the changes make of it. */
export function placing(id: string, side: Side, price: number, lots: number, changes: object = {}): PlaceCommand {
  const order = {
    ...{ instrument: 0, side, type: 'limit', quantity: lots, price, timeInForce: 'gtc' },
    ...{ postOnly: false, reduceOnly: false, strategy: 't', ...changes },
  }
  return { clientOrderId: id, order: order as unknown as PlaceCommand['order'] }
}

/** Whether a message reports this of an order. */
export const isReport =
  (kind: string, id: string) =>
  (message: PrivateMessage): boolean =>
    message.kind === 'report' && message.report.kind === kind && message.report.clientOrderId === id

/** Whether a message says that nothing of an order is left. */
export const isClosed =
  (id: string) =>
  (message: PrivateMessage): boolean =>
    message.kind === 'report' && message.report.clientOrderId === id && message.report.leaves === 0
