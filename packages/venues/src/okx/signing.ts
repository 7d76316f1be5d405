import type { Micros } from '@velocimex/core/clock/micros'
import type { Cryptography } from '../cryptography.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { toBase64, toQuery } from '../wire/encodings.ts'
import { formatMillis } from '../wire/instant-text.ts'
import { encodeUtf8 } from '../wire/utf8.ts'

/** A command that arrives later than this is refused by the venue (50036): nobody wants it any more. */
const EXPIRES_AFTER_MS = 5000
/** The path that a log-in signs. */
const LOGIN_PATH = '/users/self/verify'

/** Parameters in the order in which they are sent; absent ones are left out. */
export type Parameters = readonly (readonly [string, string | number | boolean | undefined])[]

/** A call before it is signed. */
export interface Call {
  readonly call: VenueCall
  /** Below `/api/v5`. */
  readonly path: string
  readonly parameters: Parameters
  readonly clientOrderId?: string
  readonly instrument?: number
  /** Counts against the account's budget of new and amended orders, and expires on its way. */
  readonly isOrder?: boolean
}

/**
 * Signs calls: HMAC-SHA256 in base 64 over time, method, path with query, and body (okx v5, "REST Authentication"). A body
 * is signed exactly as it is sent.
 */
export class OkxSigner {
  readonly #cryptography: Cryptography
  readonly #secret: Uint8Array
  readonly #apiKey: string
  readonly #passphrase: string

  constructor({ apiKey, secret, passphrase }: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#secret = encodeUtf8(secret)
    this.#apiKey = apiKey
    this.#passphrase = passphrase ?? ''
  }

  /** The signature of a text. */
  signature(text: string): string {
    return toBase64(this.#cryptography.hmac('sha256', this.#secret, encodeUtf8(text)))
  }

  /** A question: its parameters travel in the query. */
  get(call: Call, at: Micros): VenueRequest {
    const query = toQuery(call.parameters)
    return this.#request(call, 'GET', `/api/v5${call.path}${query === '' ? '' : `?${query}`}`, '', at)
  }

  /** A command: its parameters travel as a JSON body. */
  post(call: Call, at: Micros): VenueRequest {
    return this.#request(call, 'POST', `/api/v5${call.path}`, toBody(call.parameters), at)
  }

  /** The frame that logs a socket in. */
  login(at: Micros): string {
    const timestamp = String(Math.floor(at / 1_000_000))
    const sign = this.signature(`${timestamp}GET${LOGIN_PATH}`)
    return JSON.stringify({
      op: 'login',
      args: [{ apiKey: this.#apiKey, passphrase: this.#passphrase, timestamp, sign }],
    })
  }

  #request(call: Call, method: 'GET' | 'POST', path: string, body: string, at: Micros): VenueRequest {
    const milliseconds = Math.floor(at / 1000)
    const timestamp = formatMillis(at)
    const headers = {
      'OK-ACCESS-KEY': this.#apiKey,
      'OK-ACCESS-SIGN': this.signature(`${timestamp}${method}${path}${body}`),
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-PASSPHRASE': this.#passphrase,
      'Content-Type': 'application/json',
      ...(call.isOrder === true ? { expTime: String(milliseconds + EXPIRES_AFTER_MS) } : {}),
    }
    return {
      call: call.call,
      method,
      path,
      headers,
      ...(method === 'POST' ? { body } : {}),
      weight: 1,
      orders: call.isOrder === true ? 1 : 0,
      clientOrderId: call.clientOrderId ?? '',
      instrument: call.instrument ?? -1,
    }
  }
}

/** Parameters as one JSON object, in their order. */
export const toBody = (parameters: Parameters): string =>
  JSON.stringify(Object.fromEntries(parameters.filter(([, value]) => value !== undefined)))
