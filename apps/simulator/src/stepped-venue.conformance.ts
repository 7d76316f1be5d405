// What the trials of simulated venues in simulated time share: no socket, no wall clock.
import type { Micros } from '@velocimex/core/clock/micros'
import type { OrderCodec, OrderVenue, PrivateMessage, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import type { SocketSession } from '@velocimex/venues/venue-dialect'
import { DEMO_KEYS, nodeCryptography } from './simulated-venue.ts'
import { VenueMarket } from './venue-market.ts'

const START = 1_790_000_000_000_000
const STEP = 5_000

/** A simulated venue in simulated time with a market that a seed makes, and our own client before it. */
export class SteppedVenue {
  readonly market: VenueMarket
  readonly codec: OrderCodec
  /** What the private stream told. */
  readonly messages: PrivateMessage[] = []
  #at = START

  /**
   * @param id of `SIDES`
   * @param deposits whole units of each asset, for every key
   */
  constructor(id: string, orders: OrderVenue, deposits: Readonly<Record<string, bigint>>, key = DEMO_KEYS[0]!) {
    const parts = { side: SIDES.get(id)!, seed: 11, start: START, keys: DEMO_KEYS, cryptography: nodeCryptography }
    this.market = new VenueMarket(parts)
    const { exchange } = this.market
    for (const { account } of DEMO_KEYS)
      for (const [asset, units] of Object.entries(deposits))
        exchange.transfer(account, asset, units * 10n ** BigInt(this.decimals(asset)))
    const { instruments } = exchange
    this.codec = orders.makeOrderCodec({ instruments, credentials: key, cryptography: nodeCryptography })
    this.pass(2_000_000)
  }

  get now(): Micros {
    return this.#at as Micros
  }

  /** Digits behind the point of an asset's smallest unit. */
  decimals(asset: string): number {
    const all = this.market.exchange.instruments.all.flatMap(({ settle, quote, base }) => [settle, quote, base])
    return all.find(({ code }) => code === asset)?.decimals ?? 8
  }

  /** Lets time pass, microseconds. */
  pass(length: number): void {
    const until = this.#at + length
    while (this.#at < until) {
      this.#at = Math.min(until, this.#at + STEP)
      this.market.advanceTo(this.#at)
    }
  }

  /** What the venue answers to a request. */
  send({ method, path: whole, headers, body = '' }: VenueRequest): VenueAnswer {
    const [path, query = ''] = whole.split('?') as [string, string?]
    const answer = this.market.dialect.answer({ method, path, query, headers: lower(headers), body })
    return { status: answer.status, headers: lower(answer.headers ?? {}), body: answer.body }
  }

  /** Opens a socket of the venue. @throws Error when there is none of this path */
  open(path: string, take: (text: string) => void): SocketSession {
    const socket = { send: take, close: (_code: number, reason: string) => take(`closed ${reason}`) }
    const session = this.market.dialect.open(path, '', socket)
    if (session === undefined) throw new Error(`${path} is no socket of the venue`)
    return session
  }

  /** Opens a private stream and says hello. */
  listen(stream = this.codec.stream): SocketSession {
    const request = stream.token(this.now)
    const token = request === undefined ? '' : this.send(request).body
    const session = this.open(stream.path(token), text => this.messages.push(...stream.read(text)))
    for (const frame of stream.hello(token, this.now)) session.onText(frame)
    return session
  }
}

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
