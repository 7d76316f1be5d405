import type { Cryptography } from '../../cryptography.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { fromBase64, toBase64 } from '../../wire/encodings.ts'
import { encodeUtf8 } from '../../wire/utf8.ts'
import type { RequestForm } from './request-form.ts'
import { VenueError } from './venue-errors.ts'

/** Seconds in which a token must be used. */
export const TOKEN_SECONDS = 900
const TOKENS_MAX = 10_000

/** Who sends a request: the keys of the venue, the checks of nonce and signature, and the tokens of sockets. */
export class ClientKeys {
  readonly #keys: ReadonlyMap<string, ClientKey>
  readonly #cryptography: Cryptography
  /** Last nonce of each key: up to twenty digits. */
  readonly #nonces = new Map<string, bigint>()
  readonly #tokens = new Map<string, { readonly key: ClientKey; readonly until: number }>()

  constructor(keys: readonly ClientKey[], cryptography: Cryptography) {
    this.#keys = new Map(keys.map(key => [key.apiKey, key]))
    this.#cryptography = cryptography
  }

  /** The key of a private request: the signature is over the path and the digest of nonce and body as sent. */
  signed({ headers, path, body }: ClientRequest, form: RequestForm): ClientKey | VenueError {
    const key = this.#keys.get(headers['api-key'] ?? '')
    if (key === undefined) return new VenueError('EAPI:Invalid key')
    const nonce = form.get('nonce') ?? ''
    if (!/^\d{1,20}$/.test(nonce)) return new VenueError('EAPI:Invalid nonce')
    const start = encodeUtf8(path)
    const digest = this.#cryptography.digest('sha256', encodeUtf8(nonce + body))
    const message = Uint8Array.from([...start, ...digest])
    const secret = fromBase64(key.secret) ?? new Uint8Array(0)
    const right = toBase64(this.#cryptography.hmac('sha512', secret, message))
    if (headers['api-sign'] !== right) return new VenueError('EAPI:Invalid signature')
    if (BigInt(nonce) <= (this.#nonces.get(key.apiKey) ?? -1n)) return new VenueError('EAPI:Invalid nonce')
    this.#nonces.set(key.apiKey, BigInt(nonce))
    return key
  }

  /** A token for the socket. @param now microseconds */
  token(key: ClientKey, now: number): { readonly token: string; readonly expires: number } {
    const token = toBase64(this.#cryptography.random(32)).replace(/[^A-Za-z0-9]/g, 'x')
    this.#tokens.set(token, { key, until: now + TOKEN_SECONDS * 1e6 })
    if (this.#tokens.size > TOKENS_MAX) this.#tokens.delete(this.#tokens.keys().next().value!)
    return { token, expires: TOKEN_SECONDS }
  }

  /** The key of a token that may still begin a session. */
  ofToken(token: string, now: number): ClientKey | undefined {
    const known = this.#tokens.get(token)
    return known !== undefined && now <= known.until ? known.key : undefined
  }
}
