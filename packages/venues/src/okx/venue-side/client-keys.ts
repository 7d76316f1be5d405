import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from '../../cryptography.ts'
import { KnownKeys } from '../../known-keys.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { toBase64 } from '../../wire/encodings.ts'
import { parseInstant } from '../../wire/instant-text.ts'
import type { Asked } from './asked.ts'
import { type Failure, failure } from './venue-failures.ts'

/** How far a client's clock may be away. */
const WINDOW_MS = 30_000

/** Who sends a request, or logs a socket in: the keys of the venue, and the checks of signature, passphrase and time. */
export class ClientKeys {
  readonly #known: KnownKeys

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#known = new KnownKeys(keys, cryptography, clock)
  }

  /** The key of a REST request: signed are time, method, path with query as sent, and body as sent. */
  signed({ method, path, query, headers, body }: ClientRequest): ClientKey | Failure {
    const header = (name: string): string => headers[`ok-access-${name}`] ?? ''
    const refused = (code: string, msg: string): Failure => failure(code, msg, 401)
    if (header('key') === '') return refused('50103', 'Request header "OK-ACCESS-KEY" cannot be empty.')
    if (header('passphrase') === '') return refused('50104', 'Request header "OK-ACCESS-PASSPHRASE" cannot be empty.')
    if (header('sign') === '') return refused('50106', 'Request header "OK-ACCESS-SIGN" cannot be empty.')
    if (header('timestamp') === '') return refused('50107', 'Request header "OK-ACCESS-TIMESTAMP" cannot be empty.')
    const at = /\.\d{3}Z$/.test(header('timestamp')) ? parseInstant(header('timestamp')) : undefined
    if (at === undefined) return refused('50112', 'Invalid OK-ACCESS-TIMESTAMP')
    if (Math.abs(this.#known.millis() - at.micros / 1000) > WINDOW_MS)
      return refused('50102', 'Timestamp request expired')
    const key = this.#known.find(header('key'))
    if (key === undefined) return refused('50111', 'Invalid OK-ACCESS-KEY')
    if (header('passphrase') !== (key.passphrase ?? '')) return refused('50105', 'OK-ACCESS-PASSPHRASE incorrect')
    const text = `${header('timestamp')}${method}${path}${query === '' ? '' : `?${query}`}${body}`
    return header('sign') === this.#signature(key, text) ? key : refused('50113', 'Invalid Sign')
  }

  /** The key of a log-in, whose time is in seconds. */
  login(asked: Asked): ClientKey | Failure {
    const key = this.#known.find(asked.get('apiKey'))
    if (key === undefined) return failure('60005', 'Invalid apiKey')
    const timestamp = asked.get('timestamp') ?? ''
    if (!/^\d{10}(\.\d+)?$/.test(timestamp)) return failure('60004', 'Invalid timestamp')
    if (Math.abs(this.#known.millis() - Number(timestamp) * 1000) > WINDOW_MS)
      return failure('60006', 'Timestamp request expired')
    if ((asked.get('passphrase') ?? '') !== (key.passphrase ?? '')) return failure('60024', 'Wrong passphrase')
    const right = this.#signature(key, `${timestamp}GET/users/self/verify`)
    return asked.get('sign') === right ? key : failure('60007', 'Invalid sign')
  }

  #signature(key: ClientKey, text: string): string {
    return toBase64(this.#known.sign(key, text))
  }
}
