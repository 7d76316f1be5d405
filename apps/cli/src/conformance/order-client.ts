import { ok } from 'node:assert/strict'
import { once } from 'node:events'
import { inspect } from 'node:util'
import { worth } from '@velocimex/core/exchange/exchange-account'
import { formatClientOrderId } from '@velocimex/core/execution/client-order-id'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { stepSize } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { RestClient, type RestOutcome } from '@velocimex/host/net/rest-client'
import { SystemTimers } from '@velocimex/host/net/timers'
import { nodeCryptography } from '@velocimex/simulator/simulated-venue'
import type {
  CommandResult,
  OrderCodec,
  PrivateMessage,
  QueryResult,
  VenueAnswer,
  VenueRequest,
} from '@velocimex/venues/order-venue'
import type { ClientKey } from '@velocimex/venues/venue-dialect'
import type { VenueRow } from './venue-rows.ts'
import { type AccountTruth, VenueStage } from './venue-stage.ts'

const SPEED = 5
const PATIENCE_MS = 5_000
/** Milliseconds of the venue after which its counters allow a row of requests. */
const BREATH_MS = 4_000
/** A venue without a search by our id looks through several lists, one a query. */
const ASK_TURNS = 4
const DEADLINE_MS = 5_000
/** What an order of the suite is worth, in units of the quote; one lot where that is more. */
const ORDER_VALUE = 130

/** What makes an order differ from a small one that rests far away. */
export type Wish = Partial<Omit<OrderRequest, 'price' | 'quantity'>> & {
  readonly price?: number
  readonly quantity?: number
  readonly clientOrderId?: string
}

/** The order side of a venue against the simulated venue: requests over HTTP, the private stream over a socket. */
export class OrderClient {
  readonly row: VenueRow
  readonly stage: VenueStage
  readonly codec: OrderCodec
  readonly messages: PrivateMessage[] = []
  /** Seconds of the venue that pass in one of the wall's. */
  readonly speed = SPEED
  readonly #rest: RestClient
  #socket: WebSocket | undefined
  #wake: () => void = () => {}
  #ids = 0

  private constructor(row: VenueRow, stage: VenueStage) {
    this.row = row
    this.stage = stage
    this.codec = this.codecFor(stage.keys[0]!)
    this.#rest = new RestClient({ origin: `http://127.0.0.1:${stage.port}`, connections: 2 }, new SystemTimers())
  }

  /** Opens a venue whose market stands still, and listens to the account of its first key. */
  static async with(row: VenueRow, run: (client: OrderClient) => Promise<void>): Promise<void> {
    const stage = await VenueStage.open(row.side, 7, SPEED)
    const client = new OrderClient(row, stage)
    try {
      stage.run(true)
      await client.#listen()
      await run(client)
    } finally {
      client.#socket?.close()
      await client.#rest.stop()
      await stage.close()
    }
  }

  /** Lets the venue's counters of requests forget what was sent, and gives a sign of life. */
  breathe(): void {
    this.stage.settle(BREATH_MS)
    this.keepAlive()
  }

  /** Sends what keeps the private session alive. @returns how many frames */
  keepAlive(): number {
    const frames = this.codec.stream.renewal?.frames?.(this.stage.now()) ?? []
    for (const frame of frames) this.#socket?.send(frame)
    return frames.length
  }

  /** Ends the private socket, and waits until the venue has noticed. */
  async hangUp(): Promise<void> {
    const { clients } = this.stage.server
    this.#socket?.close()
    await this.until('the venue has noticed', () => this.stage.server.clients < clients)
  }

  /** Resolves once something is so. @throws Error when it does not become so */
  async until(words: string, is: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    while (!is()) {
      if (Date.now() > deadline) throw new Error(`${this.row.name}: waited in vain until ${words}`)
      await new Promise<void>(done => setTimeout(done, 2))
    }
  }

  /** The instrument that is traded. */
  get instrument(): Instrument {
    return this.stage.market.exchange.instruments.at(0)
  }

  get isSpot(): boolean {
    return this.instrument.kind === 'spot'
  }

  /** A codec for another key of the venue. */
  codecFor(credentials: ClientKey): OrderCodec {
    const { instruments } = this.stage.market.exchange
    return this.row.orders.makeOrderCodec({ instruments, credentials, cryptography: nodeCryptography })
  }

  /** Best price of a side in ticks. */
  best(side: Side): number {
    return this.stage.market.exchange.engine(0).book.best(side)
  }

  /** A price at which an order of a side rests undisturbed. */
  far(side: Side): number {
    return Math.round(this.best(side) * (side === BUY ? 0.97 : 1.03))
  }

  /** A price at which an order of a side takes. */
  through(side: Side): number {
    return Math.round(this.best(side === BUY ? SELL : BUY) * (side === BUY ? 1.005 : 0.995))
  }

  /** Lots of a small order. */
  get lots(): number {
    const { price, contract, settle } = this.instrument
    const best = this.best(BUY)
    // What an inverse contract settles in is worth its price.
    const dollars = contract.kind === 'inverse' ? best * stepSize(price) : 1
    const one = (Number(worth(this.instrument, best, 1)) / 10 ** settle.decimals) * dollars
    return Math.max(1, Math.floor(ORDER_VALUE / one))
  }

  /** A placement: a limit order to buy that rests, with what is wished otherwise. */
  wish({ clientOrderId, ...wish }: Wish = {}): PlaceCommand {
    const side = wish.side ?? BUY
    const id = clientOrderId ?? formatClientOrderId({ instance: 1, epoch: 1, counter: ++this.#ids })
    const usual = {
      ...{ instrument: 0, side, type: 'limit', quantity: this.lots, price: this.far(side), timeInForce: 'gtc' },
      ...{ postOnly: false, reduceOnly: false, strategy: 'conformance' },
    }
    const order = { ...usual, ...wish }
    if (order.type === 'market') delete (order as { price?: number }).price
    return { clientOrderId: id, order: order as unknown as PlaceCommand['order'] }
  }

  /** What became of a request. */
  send({ method, path, headers, body }: VenueRequest): Promise<RestOutcome> {
    const request = { method, path, headers, deadlineMs: DEADLINE_MS }
    return this.#rest.request(body === undefined ? request : { ...request, body })
  }

  /** The answer to a request. @throws AssertionError when there is none */
  async answer(request: VenueRequest): Promise<VenueAnswer> {
    const outcome = await this.send(request)
    ok(outcome.kind === 'answered', `${request.call}: ${inspect(outcome)}`)
    return { status: outcome.status, headers: outcome.headers, body: outcome.body.toString() }
  }

  /** Sends a command and reads its answer. */
  async command(request: VenueRequest | undefined): Promise<CommandResult> {
    ok(request !== undefined, 'the venue has this command')
    return this.codec.readCommand(request, await this.answer(request), this.stage.now())
  }

  place(command: PlaceCommand): Promise<CommandResult> {
    return this.command(this.codec.place(command, this.stage.now()))
  }

  cancel({ clientOrderId }: PlaceCommand): Promise<CommandResult> {
    const named = { clientOrderId, venueOrderId: '', instrument: 0 }
    return this.command(this.codec.cancel(named, this.stage.now()))
  }

  /** Asks for an order by our id, as often as the answer says that it must be asked again. */
  async ask({ clientOrderId }: PlaceCommand): Promise<ReturnType<OrderCodec['readOrder']>> {
    for (let turn = 1; ; turn++) {
      const request = this.codec.order(clientOrderId, '', 0, this.stage.now())
      const result = this.codec.readOrder(request, await this.answer(request))
      if (result.kind !== 'failed' || turn === ASK_TURNS) return result
    }
  }

  /** What a query found. @throws AssertionError when it found nothing */
  async found<T>(
    request: VenueRequest | undefined,
    read: (request: VenueRequest, answer: VenueAnswer) => QueryResult<T>,
  ): Promise<T> {
    ok(request !== undefined, 'the venue has this query')
    const result = read.call(this.codec, request, await this.answer(request))
    ok(result.kind === 'found', `${request.call}: ${inspect(result)}`)
    return result.value
  }

  /** How many orders of ours are open at the venue. */
  get openOrders(): number {
    return this.stage.market.exchange.openOrders(this.stage.keys[0]!.account).length
  }

  /** What the venue itself knows of our account. */
  truth(): Promise<AccountTruth> {
    return this.stage.truth(this.stage.keys[0]!.account)
  }

  /** What the venue itself knows of an order; undefined when it never took it. */
  async truthOf(command: PlaceCommand): Promise<AccountTruth['orders'][number] | undefined> {
    return (await this.truthsOf(command))[0]
  }

  /** All orders of the venue that carry our id. */
  async truthsOf({ clientOrderId }: PlaceCommand): Promise<AccountTruth['orders']> {
    const { orders } = await this.truth()
    return orders.filter(order => sameId(order.clientOrderId, clientOrderId))
  }

  /** The private stream's reports about an order so far. */
  reports({ clientOrderId }: PlaceCommand): ExecutionReport[] {
    return this.messages.flatMap(each =>
      each.kind === 'report' && each.report.clientOrderId === clientOrderId ? [each.report] : [],
    )
  }

  /** Whether the private stream has told something of a kind about an order. */
  isTold(clientOrderId: string, kind: ExecutionReport['kind']): boolean {
    return this.messages.some(
      each => each.kind === 'report' && each.report.kind === kind && each.report.clientOrderId === clientOrderId,
    )
  }

  /** Resolves when the private stream has told something about an order. */
  async told(command: PlaceCommand, words: string, is: (report: ExecutionReport) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    while (!this.reports(command).some(is)) {
      if (Date.now() > deadline)
        throw new Error(`${this.row.name}: not told: ${words}: ${inspect(this.reports(command))}`)
      await new Promise<void>(done => {
        const timer = setTimeout(done, 10)
        this.#wake = () => {
          clearTimeout(timer)
          done()
        }
      })
    }
  }

  async #listen(): Promise<void> {
    const { stream } = this.codec
    const request = stream.token(this.stage.now())
    const token = request === undefined ? '' : (await this.answer(request)).body
    const socket = new WebSocket(`ws://127.0.0.1:${this.stage.port}${stream.path(token)}`)
    this.#socket = socket
    socket.addEventListener('message', event => {
      for (const message of stream.read(String(event.data))) {
        this.messages.push(message)
        if (message.kind === 'send') for (const frame of message.frames) socket.send(frame)
      }
      this.#wake()
    })
    await once(socket, 'open')
    const hello = stream.hello(token, this.stage.now())
    for (const frame of hello) socket.send(frame)
    const deadline = Date.now() + PATIENCE_MS
    while (hello.length > 0 && !this.messages.some(({ kind }) => kind === 'ready')) {
      if (Date.now() > deadline) throw new Error(`${this.row.name}: no log-in: ${inspect(this.messages)}`)
      await new Promise<void>(done => setTimeout(done, 10))
    }
  }
}

/** Some venues take our ids without their first letter, or with a number behind them. */
const sameId = (theirs: string, ours: string): boolean => theirs === ours.slice(1) || theirs.startsWith(ours)
