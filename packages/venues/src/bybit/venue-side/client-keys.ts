import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from '../../cryptography.ts'
import { KnownKeys } from '../../known-keys.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { toHex } from '../../wire/encodings.ts'
import { type Failure, failure } from './venue-failures.ts'

/** A timestamp may be this far ahead. */
const AHEAD_MS = 1000
const WINDOW_MS_MAX = 60_000
const INVALID_KEY = failure(10003, 'API key is invalid.')

/** Tells who sent a request: the venue's side of its authentication. */
export class ClientKeys {
  readonly #known: KnownKeys

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#known = new KnownKeys(keys, cryptography, clock)
  }

  /** The key of a signed request: the signature is over time, key, window, and the query or body exactly as sent. */
  signed({ method, headers, query, body }: ClientRequest): ClientKey | Failure {
    const key = this.#known.find(headers['x-bapi-api-key'])
    if (key === undefined) return INVALID_KEY
    const timestamp = headers['x-bapi-timestamp'] ?? ''
    const window = headers['x-bapi-recv-window'] ?? '5000'
    const late = this.timely(timestamp, window)
    if (late !== undefined) return late
    const text = `${timestamp}${key.apiKey}${headers['x-bapi-recv-window'] ?? ''}${method === 'GET' ? query : body}`
    if ((headers['x-bapi-sign'] ?? '').toLowerCase() === this.#signature(key, text)) return key
    return failure(10004, `error sign! origin_string[${text.slice(0, 500)}]`)
  }

  /** The key of a socket's log-in: `args` are the key, an instant in the future, and the signature over it. */
  loggedIn(args: readonly unknown[]): ClientKey | Failure {
    const [apiKey, expires, signature] = args
    const key = this.#known.find(String(apiKey))
    if (key === undefined) return INVALID_KEY
    if (!(Number(expires) > this.#known.millis())) return failure(10004, 'Params Error')
    const right = this.#signature(key, `GET/realtime${String(expires)}`)
    return String(signature).toLowerCase() === right ? key : failure(10004, 'Invalid sign')
  }

  /** That an instant is inside its window. */
  timely(timestamp: string, window: string): Failure | undefined {
    const now = this.#known.millis()
    const isWhole = /^\d{1,15}$/.test(timestamp) && /^\d{1,15}$/.test(window)
    const behind = Math.min(WINDOW_MS_MAX, Number(window))
    if (isWhole && Number(timestamp) >= now - behind && Number(timestamp) < now + AHEAD_MS) return undefined
    const words = `req_timestamp[${timestamp.slice(0, 20)}],server_timestamp[${now}],recv_window[${window.slice(0, 20)}]`
    return failure(10002, `invalid request, please check your server timestamp or recv_window param. ${words}`)
  }

  #signature(key: ClientKey, text: string): string {
    return toHex(this.#known.sign(key, text))
  }
}
