import { createHash, createHmac } from 'node:crypto'
import { SIDES } from '@velocimex/venues/sides'
import type { ClientKey } from '@velocimex/venues/venue-dialect'
import { DEMO_KEYS, nodeCryptography } from './simulated-venue.ts'
import { VenueMarket } from './venue-market.ts'

const START = 1_790_000_000_000_000

interface Signed {
  readonly headers: Readonly<Record<string, string>>
  /** As sent: some venues sign by adding to them. */
  readonly query: string
  readonly body: string
}
/** How a client of a venue signs, written from the venue's documents alone. @param at milliseconds */
type Signer = (key: ClientKey, method: string, path: string, query: string, body: string, at: number) => Signed

const hmac = (hash: string, secret: string | Buffer, text: string | Buffer) => createHmac(hash, secret).update(text)

const binance: Signer = ({ apiKey, secret }, _method, _path, query, body, at) => {
  const text = `${query === '' ? '' : `${query}&`}timestamp=${at}`
  const signature = hmac('sha256', secret, text + body).digest('hex')
  return { headers: { 'x-mbx-apikey': apiKey }, query: `${text}&signature=${signature}`, body }
}
const bybit: Signer = ({ apiKey, secret }, method, _path, query, body, at) => {
  const signature = hmac('sha256', secret, `${at}${apiKey}5000${method === 'GET' ? query : body}`).digest('hex')
  const named = { 'x-bapi-api-key': apiKey, 'x-bapi-timestamp': String(at), 'x-bapi-sign': signature }
  return { headers: { ...named, 'x-bapi-recv-window': '5000' }, query, body }
}
const okx: Signer = ({ apiKey, secret, passphrase = '' }, method, path, query, body, at) => {
  const instant = new Date(at).toISOString()
  const text = `${instant}${method}${path}${query === '' ? '' : `?${query}`}${body}`
  const sign = { 'ok-access-sign': hmac('sha256', secret, text).digest('base64'), 'ok-access-timestamp': instant }
  return { headers: { 'ok-access-key': apiKey, 'ok-access-passphrase': passphrase, ...sign }, query, body }
}
const kraken: Signer = ({ apiKey, secret }, _method, path, query, body, at) => {
  const form = `nonce=${at}${body === '' ? '' : `&${body}`}`
  const inner = createHash('sha256').update(`${at}${form}`).digest()
  const outer = hmac('sha512', Buffer.from(secret, 'base64'), Buffer.concat([Buffer.from(path), inner]))
  return { headers: { 'api-key': apiKey, 'api-sign': outer.digest('base64') }, query, body: form }
}
const deribit: Signer = ({ apiKey, secret }, method, path, query, body, at) => {
  const asked = `${method}\n${path}${query === '' ? '' : `?${query}`}\n${body}\n`
  const signature = hmac('sha256', secret, `${at}\nonce\n${asked}`).digest('hex')
  const authorization = `deri-hmac-sha256 id=${apiKey},ts=${at},sig=${signature},nonce=once`
  return { headers: { authorization }, query, body }
}
const coinbase: Signer = ({ apiKey, secret }, method, path, query, body, at) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const nbf = Math.floor(at / 1000)
  const claims = { sub: apiKey, iss: 'cdp', nbf, exp: nbf + 120, uri: `${method} api.coinbase.com${path}` }
  const text = `${part({ alg: 'ES256', typ: 'JWT', kid: apiKey, nonce: String(at) })}.${part(claims)}`
  const signature = Buffer.from(nodeCryptography.sign(secret, Buffer.from(text))).toString('base64url')
  return { headers: { authorization: `Bearer ${text}.${signature}` }, query, body }
}
const SIGNERS: Readonly<Record<string, Signer>> = { binance, bybit, okx, kraken, deribit, coinbase }

/** A client with a signature of its own before a simulated venue without sockets, on a clock that moves when told to. */
export class SigningClient {
  readonly market: VenueMarket
  readonly #key: ClientKey
  readonly #sign: Signer
  #at = START

  constructor(id: string) {
    const side = SIDES.get(id)!
    const keys = side.keys ?? DEMO_KEYS
    this.#key = keys[0]!
    this.#sign = SIGNERS[id.split('-')[0]!]!
    this.market = new VenueMarket({ side, seed: 7, start: START, keys, cryptography: nodeCryptography })
    for (const code of ['BTC', 'ETH', 'USDT', 'USDC', 'USD'])
      this.market.exchange.transfer(this.#key.account, code, 10n ** 18n)
  }

  /** The venue's instant, milliseconds. */
  get now(): number {
    return Math.floor(this.market.clock.now() / 1000)
  }

  /** The clock jumps; the market goes on where it was. */
  jump(milliseconds: number): void {
    this.market.skip(milliseconds * 1000)
    this.#at += milliseconds * 1000
    this.market.advanceTo(this.#at)
  }

  /** The answer to a signed call. @param call as `POST /api/v3/order?symbol=BTCUSDT` @param body an object is sent as JSON */
  ask(call: string, body: string | object = ''): Record<string, unknown> {
    this.jump(1)
    const [method, url] = call.split(' ') as [string, string]
    const [path, query = ''] = url.split('?') as [string, string?]
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const signed = this.#sign(this.#key, method, path, query, text, this.now)
    return JSON.parse(this.market.dialect.answer({ method, path, ...signed }).body)
  }
}
