import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { PrivateMessage, PrivateStream, VenueRequest } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { readBalances } from './balance-rows.ts'
import { Executions } from './executions.ts'
import type { KrakenSigner } from './order-requests.ts'
import type { SocketCommands } from './socket-commands.ts'

/** Requests of our own, told from commands, which count up from 1. */
const REQUEST = { executions: 1_000_000_001, balances: 1_000_000_002, ping: 1_000_000_003 } as const
/** A connection without traffic is closed after a minute. */
const PING_EVERY = 20_000_000 as Micros
/** With a subscription a heartbeat comes every second. */
const SILENCE = 10_000_000 as Micros
const COMMANDS = ['add_order', 'amend_order', 'cancel_order']

/**
 * The account's events: the channels `executions` and `balances` of the private socket. Their messages are counted each by
 * itself; a hole in a count is told as damage, which an audit follows. Holds for open orders are not streamed: what is
 * free of a balance is known from a query only, and told here as the total.
 *
 * Source: docs.kraken.com, Websockets v2 "Executions", "Balances", "Get Websockets Token".
 */
export class KrakenPrivateStream implements PrivateStream {
  readonly silence = SILENCE
  readonly renewal = {
    every: PING_EVERY,
    frames: (): readonly string[] => [`{"method":"ping","req_id":${REQUEST.ping}}`],
  }
  readonly #signer: KrakenSigner
  readonly #commands: SocketCommands
  readonly #executions: Executions
  /** Number of the last message of each channel. */
  readonly #sequences = new Map<string, number>()

  constructor(instruments: InstrumentTable, signer: KrakenSigner, commands: SocketCommands) {
    this.#signer = signer
    this.#commands = commands
    this.#executions = new Executions(instruments)
  }

  token(at: Micros): VenueRequest {
    return this.#signer.signed('stream_token', 'GetWebSocketsToken', [], at)
  }

  path(): string {
    return '/v2'
  }

  hello(token: string, _at: Micros): readonly string[] {
    this.#sequences.clear()
    this.#executions.forget()
    this.#commands.forget()
    this.#commands.token = tokenOf(token)
    const subscribe = (channel: 'executions' | 'balances', more: object): string =>
      JSON.stringify({
        method: 'subscribe',
        params: { channel, ...more, token: this.#commands.token },
        req_id: REQUEST[channel],
      })
    return [
      subscribe('executions', { snap_orders: true, snap_trades: true, order_status: true }),
      subscribe('balances', { snapshot: true }),
    ]
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const messages = frame.has('method') ? [this.#reply(frame)] : this.#event(frame)
    return frame.fault === '' ? messages : [{ kind: 'damaged', words: frame.fault }]
  }

  /** A reply to a subscription, a ping, or an order command. */
  #reply(frame: Fields): PrivateMessage {
    const method = frame.text('method')
    if (method === 'pong') return { kind: 'heartbeat' }
    if (COMMANDS.includes(method)) return this.#commands.answer(frame)
    if (method !== 'subscribe') return { kind: 'ignored' }
    if (!frame.bool('success')) {
      const words = frame.text('error')
      return { kind: 'refused', code: words.split(':').slice(0, 2).join(':'), words }
    }
    return frame.object('result').text('channel') === 'executions' ? { kind: 'ready' } : { kind: 'ignored' }
  }

  #event(frame: Fields): readonly PrivateMessage[] {
    const channel = frame.text('channel')
    if (channel === 'heartbeat') return [{ kind: 'heartbeat' }]
    if (channel !== 'executions' && channel !== 'balances') return [{ kind: 'ignored' }]
    const rows = frame.list('data')
    const said = rows.flatMap((row): readonly PrivateMessage[] => {
      if (channel === 'balances') return readBalances(row)
      const report = this.#executions.read(row)
      return [report === undefined ? { kind: 'ignored' } : { kind: 'report', report }]
    })
    return [...this.#counted(channel, frame), ...said]
  }

  /** Follows the count of a channel. A hole is damage, beside what the message says itself. */
  #counted(channel: string, frame: Fields): readonly PrivateMessage[] {
    const number = frame.int('sequence')
    const before = this.#sequences.get(channel) ?? 0
    this.#sequences.set(channel, number)
    if (frame.text('type') === 'snapshot' || number === before + 1) return []
    return [{ kind: 'damaged', words: `${channel}: message ${number} follows ${before}` }]
  }
}

/** The token in the body of the answer; empty when there is none, which the venue will refuse. */
function tokenOf(body: string): string {
  const fields = Fields.of(body)
  return fields?.has('result') ? (fields.object('result').optional('token') ?? '') : ''
}
