import { ok } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Cryptography } from '../../cryptography.ts'
import type { PrivateMessage, VenueAnswer, VenueRequest } from '../../order-venue.ts'
import type { ClientSocket, SocketSession, VenueDialect } from '../../venue-dialect.ts'
import { splitInstId } from '../inst-id.ts'
import { makeInstrument } from '../make-instrument.ts'
import { OkxOrders } from '../okx-orders.ts'
import { okxSide } from './okx-dialect.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => new Uint8Array(bytes).fill(7),
}
/** The key of the account that trades. */
export const KEY = {
  apiKey: 'key',
  secret: 'secret',
  passphrase: 'phrase',
  account: 1,
  canTrade: true,
  canWithdraw: false,
}
const START = (Date.UTC(2026, 6, 1, 7, 30) * 1000) as Micros

/** Spot, linear and inverse. Prices of all are told in tenths. */
function someInstruments(): InstrumentTable {
  const rows = [
    ['BTC-USDT', 'USDT', { decimals: 5, step: 1 }, {}],
    ['BTC-USDT-SWAP', 'USDT', { decimals: 2, step: 1 }, { multiplier: [1, 2] as const }],
    ['BTC-USD-SWAP', 'BTC', { decimals: 0, step: 1 }, { multiplier: [100, 0] as const, isInverse: true }],
  ] as const
  const all = rows.map(([symbol, settle, quantity, contract], index) => {
    const grids = { price: { decimals: 1, step: 1 }, quantity, bounds: { quantityMin: 1 }, grids: 'published' } as const
    return makeInstrument('okx', index, { symbol, ...splitInstId(symbol)!, settle, ...grids, ...contract })
  })
  return new InstrumentTable(alignAssets(all))
}

/** A socket whose other end is the venue's. */
export class HeldSocket implements ClientSocket {
  readonly texts: string[] = []
  closedWith = 0
  session: SocketSession | undefined

  send(text: string): void {
    this.texts.push(text)
  }

  close(code: number): void {
    this.closedWith = code
  }

  /** What came since it was last asked. */
  taken(): string[] {
    return this.texts.splice(0)
  }
}

/** A simulated venue, a client of it, and anonymous orders around 60,000. */
export class SimulatedOkx {
  readonly clock = new SimClock(START)
  readonly exchange: Exchange
  readonly dialect: VenueDialect
  readonly client: OkxOrders
  readonly instruments = someInstruments()
  #anonymous = 0

  constructor() {
    const listener: ExchangeListener = {
      onTrade: trade => this.dialect.onTrade(trade),
      onLevel: (instrument, side, price) => this.dialect.onLevel(instrument, side, price),
      onOrder: (event, order) => this.dialect.onOrder(event, order),
      onFill: fill => this.dialect.onFill(fill),
      onBalance: (account, assets, cause, flow) => this.dialect.onBalance(account, assets, cause, flow),
    }
    this.exchange = new Exchange(this.instruments, okxSide.terms, this.clock, listener)
    const { exchange, clock } = this
    const random = new Random(7)
    this.dialect = okxSide.makeDialect({ exchange, clock, cryptography, keys: [KEY], random })
    this.client = new OkxOrders({ instruments: this.instruments, credentials: KEY, cryptography })
    for (const { index, quantity } of this.instruments.all)
      for (let level = 1; level <= 30; level++)
        for (const side of [BUY, SELL] as const)
          this.rest(index, side, 600_000 - side * level, level * 10 ** Math.max(0, quantity.decimals - 1))
    for (const [code, units] of [
      ['USDT', 1_000_000],
      ['BTC', 20],
    ] as const) {
      const asset = this.instruments.all
        .flatMap(({ settle, base, quote }) => [settle, base, quote])
        .find(each => each.code === code)!
      this.exchange.transfer(KEY.account, code, BigInt(units) * 10n ** BigInt(asset.decimals))
    }
  }

  /** An order of nobody. */
  rest(instrument: number, side: Side, price: number, lots: number, force: 'gtc' | 'ioc' = 'gtc'): void {
    this.exchange.engine(instrument).limit(++this.#anonymous, side, price, lots, force)
  }

  /** Lets time pass, in milliseconds, ten at a time unless told. */
  pass(milliseconds: number, step = 10): void {
    const end = this.clock.now() + milliseconds * 1000
    while (this.clock.now() < end) {
      this.clock.advanceTo(Math.min(end, this.clock.now() + step * 1000) as Micros)
      this.dialect.tick(this.clock.now())
    }
  }

  /** Carries a request to the venue, and its answer back. */
  send(request: VenueRequest | undefined, changes: object = {}): VenueAnswer {
    ok(request !== undefined)
    const [path, query = ''] = request.path.split('?') as [string, string?]
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    )
    const sent = { method: request.method, path, query, headers, body: request.body ?? '', ...changes }
    return { headers: {}, ...this.dialect.answer(sent) }
  }

  /** Opens a socket. */
  connect(place: string): HeldSocket {
    const socket = new HeldSocket()
    socket.session = this.dialect.open(`/ws/v5/${place}`, '', socket)
    ok(socket.session !== undefined)
    return socket
  }

  /** Opens the private stream of the client, up to where it is ready. */
  privately(): { socket: HeldSocket; messages(): PrivateMessage[] } {
    const socket = this.connect('private')
    for (const frame of this.client.stream.hello('', this.clock.now())) socket.session!.onText(frame)
    const messages = (): PrivateMessage[] => {
      const all: PrivateMessage[] = []
      for (let texts = socket.taken(); texts.length > 0; texts = socket.taken())
        for (const message of texts.flatMap(text => this.client.stream.read(text))) {
          all.push(message)
          if (message.kind === 'send') for (const frame of message.frames) socket.session!.onText(frame)
        }
      return all
    }
    return { socket, messages }
  }
}
