import type { Micros } from '@velocimex/core/clock/micros'
import type { Cryptography } from '../cryptography.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { fromBase64, toBase64, toBase64Url, toHex, toQuery } from '../wire/encodings.ts'
import { encodeUtf8 } from '../wire/utf8.ts'

/** Host that a token names; requests go there. */
const HOST = 'api.coinbase.com'
/** Where the calls of Advanced Trade live. */
export const API = '/api/v3/brokerage'
const LIFE_SECONDS = 120
const NONCE_BYTES = 16
/** ASN.1 of a PKCS #8 Ed25519 key up to its 32 bytes (RFC 8410). */
const ED25519_HEAD = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]

/** Parameters of a query; absent ones are left out. */
export type Query = readonly (readonly [string, string | number | boolean | undefined])[]

/** A call before it is signed. */
export interface Call {
  readonly call: VenueCall
  readonly method: VenueRequest['method']
  /** Behind `API`. */
  readonly path: string
  readonly query?: Query
  readonly body?: unknown
  readonly orders?: number
  readonly clientOrderId?: string
  readonly instrument?: number
}

/**
 * Signs calls by JSON web tokens (Coinbase Developer Platform, "API key authentication"): ES256 for keys in PEM, EdDSA for
 * the newer ones of 64 bytes in base 64. A token is good for one method and path, without the query, for two minutes.
 */
export class CoinbaseSigner {
  readonly #cryptography: Cryptography
  readonly #name: string
  readonly #key: string
  readonly #algorithm: 'ES256' | 'EdDSA'

  constructor(credentials: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#name = credentials.apiKey
    const isPem = credentials.secret.includes('-----BEGIN')
    this.#algorithm = isPem ? 'ES256' : 'EdDSA'
    // Environment variables often hold the two characters `\n` for an end of line.
    this.#key = isPem ? credentials.secret.replaceAll('\\n', '\n') : pemOfSeed(credentials.secret)
  }

  /** A token for a call; without one for a subscription. @param uri `GET api.coinbase.com/api/v3/brokerage/accounts` */
  token(at: Micros, uri?: string): string {
    const nbf = Math.floor(at / 1e6)
    const nonce = toHex(this.#cryptography.random(NONCE_BYTES))
    const header = { alg: this.#algorithm, kid: this.#name, nonce, typ: 'JWT' }
    const claims = { sub: this.#name, iss: 'cdp', nbf, exp: nbf + LIFE_SECONDS, ...(uri === undefined ? {} : { uri }) }
    const text = [header, claims].map(part => toBase64Url(encodeUtf8(JSON.stringify(part)))).join('.')
    return `${text}.${toBase64Url(this.#cryptography.sign(this.#key, encodeUtf8(text)))}`
  }

  /** A call with its token. */
  signed({ call, method, path, query = [], body, ...about }: Call, at: Micros): VenueRequest {
    const whole = API + path
    const asked = toQuery(query)
    const token = this.token(at, `${method} ${HOST}${whole}`)
    const headers = { authorization: `Bearer ${token}` }
    return {
      call,
      method,
      path: asked === '' ? whole : `${whole}?${asked}`,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      weight: 1,
      orders: about.orders ?? 0,
      clientOrderId: about.clientOrderId ?? '',
      instrument: about.instrument ?? -1,
    }
  }
}

/** A key of 64 bytes is its seed and its public half. What is none is left to the signing to refuse. */
function pemOfSeed(secret: string): string {
  const bytes = fromBase64(secret)
  if (bytes === undefined || bytes.length !== 64) return secret
  const body = toBase64(Uint8Array.from([...ED25519_HEAD, ...bytes.subarray(0, 32)]))
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`
}
