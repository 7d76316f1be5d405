import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from '../../cryptography.ts'
import type { ClientKey, ClientRequest } from '../../venue-dialect.ts'
import { fromBase64 } from '../../wire/encodings.ts'
import { Fields } from '../../wire/fields.ts'
import { decodeUtf8, encodeUtf8 } from '../../wire/utf8.ts'

const LIFE_SECONDS_MAX = 120
/** How far clocks may differ, in seconds. */
const SKEW_SECONDS = 5

const ALGORITHMS: readonly string[] = ['ES256', 'EdDSA']
/** Who issues tokens, by the documents of today and by those of before, which clients still follow. */
const ISSUERS: readonly string[] = ['cdp', 'coinbase-cloud']

/** Who holds a token: the keys of the venue, and the checks of signature, time and purpose. */
export class TokenCheck {
  readonly #keys: ReadonlyMap<string, ClientKey>
  readonly #cryptography: Cryptography
  readonly #clock: Clock

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#keys = new Map(keys.map(key => [key.apiKey, key]))
    this.#cryptography = cryptography
    this.#clock = clock
  }

  /** The key of a request whose token names its method and path, whatever the host; undefined when it is no good. */
  ofRequest({ headers, method, path }: ClientRequest): ClientKey | undefined {
    const token = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1]
    const head = new RegExp(`^${method} (https?://)?[^/ ]+$`)
    const isFor = (uri: string): boolean => uri.endsWith(path) && head.test(uri.slice(0, -path.length))
    return token === undefined ? undefined : this.#check(token, isFor)
  }

  /** The key of a subscription's token. */
  ofSubscription(token: string): ClientKey | undefined {
    return this.#check(token, () => true)
  }

  #check(token: string, isFor: (uri: string) => boolean): ClientKey | undefined {
    const [head = '', body = '', signature = '', ...rest] = token.split('.')
    const [header, claims] = [fieldsIn(head), fieldsIn(body)]
    const bytes = fromBase64Url(signature)
    if (rest.length > 0 || header === undefined || claims === undefined || bytes === undefined) return undefined
    const key = this.#keys.get(header.text('kid'))
    if (!ALGORITHMS.includes(header.text('alg'))) return undefined
    if (key === undefined || claims.text('sub') !== key.apiKey || !ISSUERS.includes(claims.text('iss')))
      return undefined
    const [nbf, exp] = [claims.int('nbf'), claims.int('exp')]
    const now = this.#clock.now() / 1e6
    const isTimely = nbf <= now + SKEW_SECONDS && exp > now - SKEW_SECONDS && exp - nbf <= LIFE_SECONDS_MAX
    if (!isTimely || header.fault !== '' || claims.fault !== '' || !isFor(claims.optional('uri') ?? ''))
      return undefined
    const isSigned = this.#cryptography.verify?.(key.secret, encodeUtf8(`${head}.${body}`), bytes) ?? false
    return isSigned ? key : undefined
  }
}

const fromBase64Url = (text: string): Uint8Array | undefined =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))

function fieldsIn(part: string): Fields | undefined {
  const bytes = fromBase64Url(part)
  const text = bytes === undefined ? undefined : decodeUtf8(bytes, 0, bytes.length)
  return text === undefined ? undefined : Fields.of(text)
}
