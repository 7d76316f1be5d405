import type { Micros } from '@velocimex/core/clock/micros'
import type { Cryptography } from '../cryptography.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { fromBase64, toBase64, toQuery } from '../wire/encodings.ts'
import { encodeUtf8 } from '../wire/utf8.ts'

/** Where the private calls live. */
const PRIVATE = '/0/private/'

/** Parameters in the order in which they are sent; absent ones are left out. */
export type Parameters = readonly (readonly [string, string | number | boolean | undefined])[]

/** What a call is about, and what it costs; see `VenueRequest`. */
export interface About {
  readonly clientOrderId?: string
  readonly instrument?: number
  /** Of the REST counter of the key; 0 for placing and cancelling, which the matching engine counts. */
  readonly weight?: number
  readonly orders?: number
}

/**
 * Signs calls: HMAC-SHA512 under the decoded secret, over the path and the SHA-256 of nonce and body (docs.kraken.com,
 * "Spot REST authentication"). Nonces are microseconds of the clock and always rise: one signer a key.
 */
export class KrakenSigner {
  readonly #cryptography: Cryptography
  readonly #apiKey: string
  /** Undefined when what was given is no base 64: the venue will refuse the signature. */
  readonly #secret: Uint8Array | undefined
  #nonce = 0

  constructor(credentials: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#apiKey = credentials.apiKey
    this.#secret = fromBase64(credentials.secret)
  }

  /** The value of `API-Sign` for a body that holds the nonce. */
  signature(path: string, nonce: string, body: string): string {
    const digest = this.#cryptography.digest('sha256', encodeUtf8(nonce + body))
    const start = encodeUtf8(path)
    const message = new Uint8Array(start.length + digest.length)
    message.set(start)
    message.set(digest, start.length)
    return toBase64(this.#cryptography.hmac('sha512', this.#secret ?? new Uint8Array(0), message))
  }

  /** A private call by its name, `AddOrder`. */
  signed(call: VenueCall, name: string, parameters: Parameters, at: Micros, about: About = {}): VenueRequest {
    this.#nonce = Math.max(this.#nonce + 1, Math.floor(at))
    const nonce = String(this.#nonce)
    const path = PRIVATE + name
    const body = toQuery([['nonce', nonce], ...parameters])
    return {
      call,
      method: 'POST',
      path,
      headers: {
        'API-Key': this.#apiKey,
        'API-Sign': this.signature(path, nonce, body),
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body,
      weight: about.weight ?? 1,
      orders: about.orders ?? 0,
      clientOrderId: about.clientOrderId ?? '',
      instrument: about.instrument ?? -1,
    }
  }
}
