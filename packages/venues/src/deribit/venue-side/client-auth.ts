import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from '../../cryptography.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { toHex } from '../../wire/encodings.ts'
import type { Fields } from '../../wire/fields.ts'
import { encodeUtf8 } from '../../wire/utf8.ts'
import { requestText } from '../order-requests.ts'
import { RpcError } from './rpc-error.ts'

const TOKEN_LIFE_SECONDS = 900
const TOKENS_MAX = 10_000
/** How far the time of a signature may be from the venue's, in milliseconds. */
const WINDOW_MS = 60_000
const DENIED = new RpcError(13004, 'invalid_credentials')

interface Token {
  readonly key: ClientKey
  readonly expiresAt: number
  readonly isRefresh: boolean
}

/** Who a client is: by a signed request, by the proofs of `public/auth`, by the tokens that it grants. */
export class ClientAuth {
  readonly #keys: ReadonlyMap<string, ClientKey>
  readonly #cryptography: Cryptography
  readonly #clock: Clock
  readonly #tokens = new Map<string, Token>()

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#keys = new Map(keys.map(key => [key.apiKey, key]))
    this.#cryptography = cryptography
    this.#clock = clock
  }

  /** The key of a request over HTTP, by its `authorization`; undefined when there is none, or it is no good. */
  ofRequest({ headers, method, path, query, body }: ClientRequest): ClientKey | undefined {
    const text = headers['authorization'] ?? ''
    const bearer = /^bearer (\S+)$/i.exec(text)?.[1]
    if (bearer !== undefined) return this.ofToken(bearer)
    const match = /^deri-hmac-sha256 id=([^,]+),ts=(\d{1,15}),sig=(\w+),nonce=([^,]*)$/.exec(text)
    if (match === null) return undefined
    const [, id, ts, sig, nonce] = match as unknown as [string, string, string, string, string]
    const uri = query === '' ? path : `${path}?${query}`
    return this.#signed(id, Number(ts), sig, requestText(Number(ts), nonce, method, uri, body))
  }

  /** The key of a token that is alive. */
  ofToken(text: string): ClientKey | undefined {
    const token = this.#tokens.get(text)
    return token === undefined || token.isRefresh || token.expiresAt <= this.#clock.now() ? undefined : token.key
  }

  /** `public/auth` */
  grant(params: Fields): { readonly key: ClientKey; readonly result: object } | RpcError {
    const key = this.#proven(params)
    if (key === undefined) return DENIED
    const allowed = ['account:read_write', 'block_trade:read', key.canTrade ? 'trade:read_write' : 'trade:read']
    if (key.canWithdraw) allowed.push('wallet:read_write')
    const asked = params.optional('scope')?.split(' ')
    const rights = asked === undefined ? allowed : asked.filter(right => isWithin(right, allowed))
    const session = asked?.find(right => right.startsWith('session:')) ?? 'connection'
    const scope = [...new Set([...rights, session, 'mainaccount'])].join(' ')
    const [access_token, refresh_token] = [false, true].map(isRefresh => this.#token(key, isRefresh))
    const result = { access_token, expires_in: TOKEN_LIFE_SECONDS, refresh_token, scope, token_type: 'bearer' }
    return { key, result: { ...result, enabled_features: [] } }
  }

  #proven(params: Fields): ClientKey | undefined {
    const id = params.optional('client_id') ?? ''
    switch (params.optional('grant_type')) {
      case 'client_credentials': {
        const key = this.#keys.get(id)
        return key?.secret === params.optional('client_secret') ? key : undefined
      }
      case 'client_signature': {
        const [timestamp, nonce, data] = ['timestamp', 'nonce', 'data'].map(name => params.optional(name) ?? '')
        return this.#signed(
          id,
          Number(timestamp),
          params.optional('signature') ?? '',
          `${timestamp}\n${nonce}\n${data}`,
        )
      }
      case 'refresh_token': {
        const text = params.optional('refresh_token') ?? ''
        const token = this.#tokens.get(text)
        this.#tokens.delete(text) // Good for once.
        return token?.isRefresh === true ? token.key : undefined
      }
      default:
        return undefined
    }
  }

  #signed(id: string, timestamp: number, signature: string, text: string): ClientKey | undefined {
    const key = this.#keys.get(id)
    const isTimely = Math.abs(this.#clock.now() / 1000 - timestamp) <= WINDOW_MS
    if (key === undefined || !isTimely) return undefined
    const right = toHex(this.#cryptography.hmac('sha256', encodeUtf8(key.secret), encodeUtf8(text)))
    return signature.toLowerCase() === right ? key : undefined
  }

  #token(key: ClientKey, isRefresh: boolean): string {
    const text = `${this.#clock.now()}.${toHex(this.#cryptography.random(24))}`
    this.#tokens.set(text, { key, expiresAt: this.#clock.now() + TOKEN_LIFE_SECONDS * 1e6, isRefresh })
    if (this.#tokens.size > TOKENS_MAX) this.#tokens.delete(this.#tokens.keys().next().value!)
    return text
  }
}

/** Whether a right is granted with the rights of a key: reading is part of writing. */
const isWithin = (right: string, allowed: readonly string[]): boolean =>
  right.startsWith('session:') || allowed.includes(right) || allowed.includes(`${right}_write`)
