import type { Micros } from '@velocimex/core/clock/micros'
import type { PrivateMessage, PrivateStream } from '../order-venue.ts'

/** The venue pings every three minutes, and pongs answer ours. */
const SILENCE = 60_000_000 as Micros

/** The WebSocket API of USD-M, `wss://ws-fapi.binance.com/ws-fapi/v1`: every command is signed by itself, nobody logs in. */
export class BinanceOrderSession implements PrivateStream {
  readonly renewal = undefined
  readonly silence = SILENCE
  readonly #answers: Pick<PrivateStream, 'read'>

  /** @param answers what understands the answers to commands */
  constructor(answers: Pick<PrivateStream, 'read'>) {
    this.#answers = answers
  }

  token(): undefined {
    return undefined
  }

  path(): string {
    return '/ws-fapi/v1'
  }

  hello(): readonly string[] {
    return []
  }

  read(text: string): readonly PrivateMessage[] {
    return this.#answers.read(text)
  }
}
