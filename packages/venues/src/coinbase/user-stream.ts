import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { PrivateMessage, PrivateStream, VenueRequest } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { parseInstant } from '../wire/instant-text.ts'
import { COINBASE } from './coinbase-venue.ts'
import type { OrderMemory } from './order-memory.ts'
import type { CoinbaseSigner } from './order-signing.ts'
import { readUserOrder } from './user-reports.ts'

/** Heartbeats come every second. */
const SILENCE = 5_000_000 as Micros

/**
 * The user channel of Advanced Trade on its own host. It begins with the open orders, tells orders by their sums, and no
 * balances: these are asked for. Frames are counted; a hole in the count asks for an audit.
 */
export class CoinbaseUserStream implements PrivateStream {
  readonly renewal: PrivateStream['renewal'] = undefined
  readonly silence = SILENCE
  readonly #instruments: InstrumentTable
  readonly #signer: CoinbaseSigner
  readonly #memory: OrderMemory
  #sequence = -1

  constructor(instruments: InstrumentTable, signer: CoinbaseSigner, memory: OrderMemory) {
    this.#instruments = instruments
    this.#signer = signer
    this.#memory = memory
  }

  token(): VenueRequest | undefined {
    return undefined
  }

  path(): string {
    return '/'
  }

  /** One channel a message, each with a token of its own. */
  hello(_token: string, at: Micros): readonly string[] {
    this.#sequence = -1
    const products = this.#instruments.all.filter(({ venue }) => venue === COINBASE).map(({ symbol }) => symbol)
    return ['heartbeats', 'user'].map(channel =>
      JSON.stringify({ type: 'subscribe', product_ids: products, channel, jwt: this.#signer.token(at) }),
    )
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    if (frame.optional('type') === 'error')
      return [{ kind: 'refused', code: 'error', words: frame.optional('message') ?? '' }]
    const channel = frame.text('channel')
    const sequence = frame.int('sequence_num')
    const at = parseInstant(frame.text('timestamp'))
    if (at === undefined) frame.blame('timestamp', 'is not an instant')
    if (frame.fault !== '') return [{ kind: 'damaged', words: frame.fault }]
    const isHole = this.#sequence >= 0 && sequence !== this.#sequence + 1
    const hole = `frame ${sequence} behind frame ${this.#sequence}`
    this.#sequence = sequence
    const messages = this.#messages(channel, frame, at!.micros)
    if (frame.fault !== '') return [{ kind: 'damaged', words: frame.fault }]
    return isHole ? [{ kind: 'damaged', words: hole }, ...messages] : messages
  }

  #messages(channel: string, frame: Fields, at: Micros): readonly PrivateMessage[] {
    switch (channel) {
      case 'heartbeats':
        return [{ kind: 'heartbeat' }]
      case 'subscriptions': {
        const isOurs = frame.list('events').some(event => event.object('subscriptions').has('user'))
        return [{ kind: isOurs ? 'ready' : 'ignored' }]
      }
      case 'user':
        return this.#orders(frame, at)
      default:
        return [{ kind: 'ignored' }]
    }
  }

  #orders(frame: Fields, at: Micros): readonly PrivateMessage[] {
    const orders = frame.list('events').flatMap(event => (event.has('orders') ? event.list('orders') : []))
    return orders.flatMap(order => readUserOrder(order, this.#instruments, this.#memory, at))
  }
}
