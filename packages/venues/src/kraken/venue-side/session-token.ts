import type { ClientKey } from '../../venue-dialect.ts'
import type { ClientKeys } from './client-keys.ts'

/** Who speaks on a connection: its first token decides, and holds as long as the connection, beyond its own time. */
export class SessionToken {
  readonly #keys: ClientKeys
  readonly #now: () => number
  #token = ''
  #key: ClientKey | undefined

  /** @param now microseconds */
  constructor(keys: ClientKeys, now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  /** The key of the last token that was good; undefined before the first. */
  get key(): ClientKey | undefined {
    return this.#key
  }

  /** The key of a token; undefined when it is no good, or another account's than the connection's. */
  take(token: string): ClientKey | undefined {
    if (token !== '' && token === this.#token) return this.#key
    const key = this.#keys.ofToken(token, this.#now())
    if (key === undefined || (this.#key !== undefined && key.account !== this.#key.account)) return undefined
    this.#token = token
    this.#key = key
    return key
  }
}
