import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Cryptography } from '../../cryptography.ts'
import type { VenueAnswer, VenueRequest } from '../../order-venue.ts'
import type { ClientKey, VenueDialect } from '../../venue-dialect.ts'
import { krakenOrders } from '../kraken-orders.ts'
import { krakenSide } from './kraken-dialect.ts'

/** What signing needs, from Node's own library. */
export const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}

/** A key that may trade account 1, and one that may only look. */
export const KEYS: readonly ClientKey[] = [
  { apiKey: 'trader', secret: 'dHJhZGVy', account: 1, canTrade: true, canWithdraw: false },
  { apiKey: 'watcher', secret: 'd2F0Y2hlcg==', account: 1, canTrade: false, canWithdraw: false },
]

/** A simulated venue without sockets, and our own client before it. */
export class VenueTrial {
  readonly clock = new SimClock(1_790_000_000_000_000 as Micros)
  readonly exchange: Exchange
  readonly dialect: VenueDialect
  readonly codec
  #flowOrder = 0

  constructor(seed = 1, key: ClientKey = KEYS[0]!) {
    const instruments = new InstrumentTable(krakenSide.instruments)
    const relay = relayOf(() => this.dialect)
    this.exchange = new Exchange(instruments, krakenSide.terms, this.clock, relay)
    const { exchange, clock } = this
    this.dialect = krakenSide.makeDialect({ exchange, clock, cryptography, keys: KEYS, random: new Random(seed) })
    this.codec = krakenOrders.makeOrderCodec({ instruments, credentials: key, cryptography })
    const decimals = instruments.at(0).quote.decimals
    exchange.transfer(1, 'USD', 1_000_000n * 10n ** BigInt(decimals))
    exchange.transfer(1, 'BTC', 10n * 10n ** BigInt(instruments.at(0).base.decimals))
  }

  get now(): Micros {
    return this.clock.now()
  }

  /** Lets time pass, and the venue do what is due. */
  pass(micros: number): void {
    this.clock.advanceTo((this.clock.now() + micros) as Micros)
    this.dialect.tick(this.clock.now())
  }

  /** An order of the flow that makes the market, in instrument 0. */
  flow(side: Side, price: number, lots: number): number {
    this.exchange.engine(0).limit(++this.#flowOrder, side, price, lots, 'gtc')
    return this.#flowOrder
  }

  /** Sends a request of our client to the venue. */
  ask(request: VenueRequest): VenueAnswer {
    this.clock.advanceTo((this.clock.now() + 1000) as Micros)
    const [path, query = ''] = request.path.split('?') as [string, string?]
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), text]),
    )
    const { status, body } = this.dialect.answer({
      method: request.method,
      path,
      query,
      headers,
      body: request.body ?? '',
    })
    return { status, headers: {}, body }
  }

  /** Opens a socket, of v2 unless told otherwise. What the venue sends is gathered in `frames`. */
  socket(path = '/v2') {
    const frames: string[] = []
    const closed: number[] = []
    const session = this.dialect.open(path, '', { send: text => frames.push(text), close: code => closed.push(code) })!
    return { session, frames, closed, take: (): string[] => frames.splice(0) }
  }
}

const relayOf = (target: () => ExchangeListener | undefined): ExchangeListener => ({
  onTrade: trade => target()?.onTrade(trade),
  onLevel: (instrument, side, price) => target()?.onLevel(instrument, side, price),
  onOrder: (event, order) => target()?.onOrder(event, order),
  onFill: fill => target()?.onFill(fill),
  onBalance: (account, assets, cause, flow) => target()?.onBalance(account, assets, cause, flow),
})
