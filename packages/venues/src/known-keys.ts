import type { Clock } from '@velocimex/core/clock/clock'
import type { Cryptography } from './cryptography.ts'
import type { ClientKey } from './venue-dialect.ts'
import { encodeUtf8 } from './wire/utf8.ts'

/** The keys that a simulated venue has given out, and what every check of a signed request asks: whose, right, and in time. */
export class KnownKeys {
  readonly #keys: ReadonlyMap<string, ClientKey>
  readonly #cryptography: Cryptography
  readonly #clock: Clock

  constructor(keys: readonly ClientKey[], cryptography: Cryptography, clock: Clock) {
    this.#keys = new Map(keys.map(key => [key.apiKey, key]))
    this.#cryptography = cryptography
    this.#clock = clock
  }

  /** The key of a name that a client told; undefined when it told none, or one that was not given out. */
  find(apiKey: string | undefined): ClientKey | undefined {
    return apiKey === undefined ? undefined : this.#keys.get(apiKey)
  }

  /** HMAC-SHA-256 of a text by the key's secret: 32 bytes. */
  sign({ secret }: ClientKey, text: string): Uint8Array {
    return this.#cryptography.hmac('sha256', encodeUtf8(secret), encodeUtf8(text))
  }

  /** Whole milliseconds since 1970 by the venue's clock. */
  millis(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}
