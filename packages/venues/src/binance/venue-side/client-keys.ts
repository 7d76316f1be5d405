import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from '../../cryptography.ts'
import { KnownKeys } from '../../known-keys.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { toHex } from '../../wire/encodings.ts'
import type { RequestParameters } from './parameters.ts'
import { type Failure, failure } from './venue-failures.ts'

/** How far ahead of the venue a client's clock may be. */
const AHEAD_MS = 1000
const WINDOW_MS_MAX = 60_000

/** Who sends a request: the keys of the venue, and the checks of signature and time. */
export class ClientKeys {
  readonly #known: KnownKeys

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#known = new KnownKeys(keys, cryptography, clock)
  }

  /** The key of a request by its header alone. */
  keyed({ headers }: ClientRequest): ClientKey | Failure {
    const apiKey = headers['x-mbx-apikey']
    if (apiKey === undefined) return failure(-2014, 'API-key format invalid.', 401)
    return this.#known.find(apiKey) ?? failure(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
  }

  /** The key of a signed REST request: the signature is over query and body as sent, without itself. */
  signed(request: ClientRequest, parameters: RequestParameters): ClientKey | Failure {
    const key = this.keyed(request)
    if ('code' in key) return key
    const unsigned = (text: string): string => text.replace(/(^|&)signature=[^&]*/, '').replace(/^&/, '')
    return this.#checked(key, unsigned(request.query) + unsigned(request.body), parameters)
  }

  /** The key of a request over the WebSocket API that carries no signature. */
  keyedSocket(parameters: RequestParameters): ClientKey | Failure {
    const key = this.#known.find(parameters.get('apiKey'))
    return key ?? failure(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
  }

  /** The key of a request over the WebSocket API: parameters sorted by name. */
  signedSocket(parameters: RequestParameters): ClientKey | Failure {
    const key = this.keyedSocket(parameters)
    return 'code' in key ? key : this.#checked(key, parameters.sortedText(), parameters)
  }

  #checked(key: ClientKey, text: string, parameters: RequestParameters): ClientKey | Failure {
    const timestamp = parameters.int('timestamp', -1)
    if (timestamp < 0)
      return failure(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
    const signature = parameters.get('signature') ?? ''
    const right = toHex(this.#known.sign(key, text))
    if (signature.toLowerCase() !== right) return failure(-1022, 'Signature for this request is not valid.')
    const now = this.#known.millis()
    if (timestamp >= now + AHEAD_MS)
      return failure(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    const window = parameters.int('recvWindow', 5000)
    if (window > WINDOW_MS_MAX) return failure(-1131, `recvWindow must be less than ${WINDOW_MS_MAX}.`)
    if (now - timestamp > window) return failure(-1021, 'Timestamp for this request is outside of the recvWindow.')
    return key
  }
}
