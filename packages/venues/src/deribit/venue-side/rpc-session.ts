import type { Clock } from '@velocimex/core/clock/clock'
import type { ExchangeFill, ExchangeOrder, ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'
import type { ClientKey, ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { Fields } from '../../wire/fields.ts'
import type { AccountEvents } from './account-events.ts'
import type { DeribitCalls } from './deribit-calls.ts'
import { badParameter, RpcError } from './rpc-error.ts'
import { Subscriptions } from './subscriptions.ts'

const HEARTBEAT_MIN = 10
const FRAME_MAX = 32_768

/** One socket: requests, subscriptions, heartbeats, and what happens to orders when it is lost. */
export class RpcSession implements SocketSession {
  readonly #socket: ClientSocket
  readonly #calls: DeribitCalls
  readonly #clock: Clock
  readonly #public: Subscriptions
  #private: AccountEvents | undefined
  #key: ClientKey | undefined
  #cancelScope: '' | 'connection' | 'account' = ''
  readonly #orders = new Set<number>()
  #interval = 0
  #heardAt = 0
  #beatAt = 0
  #testedAt = 0

  constructor(socket: ClientSocket, calls: DeribitCalls, clock: Clock) {
    this.#socket = socket
    this.#calls = calls
    this.#clock = clock
    this.#public = new Subscriptions(calls.market, (channel, data) => this.#notify(channel, data))
  }

  onText(text: string): void {
    this.#heardAt = this.#clock.now()
    const isTooLarge = text.length > FRAME_MAX
    const frame = isTooLarge ? undefined : Fields.of(text)
    const refused = isTooLarge ? new RpcError(-32600, 'request entity too large') : new RpcError(-32700, 'Parse error')
    const result = frame === undefined ? refused : this.#request(frame)
    this.#answer(frame === undefined ? null : idIn(text), result, this.#heardAt)
    this.#private?.flush()
  }

  #request(frame: Fields): unknown {
    const method = frame.text('method')
    const params = frame.has('params') ? frame.object('params') : Fields.of('{}')!
    if (!frame.has('id') || frame.fault !== '') return new RpcError(-32600, 'Invalid Request')
    return this.#run(method, params)
  }

  /** Cancels what was to be cancelled with this connection. */
  onClosed(): void {
    this.#public.clear()
    const key = this.#key
    this.#private = undefined
    if (key === undefined || this.#cancelScope === '') return
    const own = this.#cancelScope === 'connection' ? this.#orders : undefined
    this.#calls.cancelOnDisconnect(key.account, own)
  }

  onTrade(trade: ExchangeTrade): void {
    this.#public.onTrade(trade)
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.#public.onLevel(instrument, side, price)
  }

  onOrder(order: ExchangeOrder): void {
    this.#private?.onOrder(order)
  }

  onFill(fill: ExchangeFill): void {
    this.#private?.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[]): void {
    this.#private?.onBalance(account, assets)
  }

  tick(now: number): void {
    this.#public.tick(Math.floor(now / 1000))
    this.#private?.flush()
    if (this.#interval === 0) return
    const isLate = this.#testedAt > this.#heardAt && now - this.#testedAt > this.#interval
    if (isLate) this.#socket.close(1008, 'no answer to a test request')
    if (isLate || now - this.#beatAt < this.#interval) return
    this.#beatAt = now
    this.#push('heartbeat', { type: 'heartbeat' })
    if (now - this.#heardAt < this.#interval) return
    this.#testedAt = now
    this.#push('heartbeat', { type: 'test_request' })
  }

  #run(method: string, params: Fields): unknown {
    const token = params.optional('access_token')
    const key = (token === undefined ? undefined : this.#calls.auth.ofToken(token)) ?? this.#key
    switch (method) {
      case 'public/auth':
        return this.#signIn(params)
      case 'public/set_heartbeat':
        return this.#beat(params.int('interval'))
      case 'public/disable_heartbeat':
        this.#interval = 0
        return 'ok'
      case 'public/subscribe': {
        const names = params.texts('channels')
        if (key === undefined && names.some(name => name.endsWith('.raw'))) return RAW_UNAUTHORIZED
        return names.filter(name => this.#public.add(name, key !== undefined))
      }
      case 'public/unsubscribe':
      case 'private/unsubscribe':
        return this.#drop(params.texts('channels'))
      case 'public/unsubscribe_all':
        this.#public.clear()
        return 'ok'
      case 'private/subscribe':
        return key === undefined ? UNAUTHORIZED : this.#subscribe(key, params.texts('channels'))
      case 'private/enable_cancel_on_disconnect':
      case 'private/disable_cancel_on_disconnect':
        return key === undefined ? UNAUTHORIZED : this.#guard(key, method, params)
      case 'private/logout':
        this.#cancelScope = ''
        this.#socket.close(1000, '')
        return 'ok'
    }
    const before = this.#calls.lastOrder
    const result = this.#calls.run(method, params, key)
    if (this.#calls.lastOrder !== before) this.#orders.add(this.#calls.lastOrder)
    return result
  }

  #signIn(params: Fields): unknown {
    const granted = this.#calls.auth.grant(params)
    if (granted instanceof RpcError) return granted
    this.#key = granted.key
    return granted.result
  }

  #beat(seconds: number): unknown {
    if (seconds < HEARTBEAT_MIN) return badParameter(`interval: must be at least ${HEARTBEAT_MIN}`)
    this.#interval = seconds * 1e6
    this.#beatAt = this.#heardAt
    return 'ok'
  }

  #subscribe(key: ClientKey, names: readonly string[]): unknown {
    this.#private ??= this.#calls.eventsOf(key.account, (channel, data) => this.#notify(channel, data))
    return names.filter(name => this.#private!.add(name) || this.#public.add(name, true))
  }

  #drop(names: readonly string[]): unknown {
    for (const name of names) {
      this.#public.drop(name)
      this.#private?.drop(name)
    }
    return names
  }

  #guard(key: ClientKey, method: string, params: Fields): unknown {
    this.#key ??= key
    const scope = params.optional('scope') === 'account' ? 'account' : 'connection'
    this.#cancelScope = method.startsWith('private/enable') ? scope : ''
    return 'ok'
  }

  #notify(channel: string, data: unknown): void {
    this.#push('subscription', { channel, data })
  }

  #push(method: string, params: unknown): void {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  #answer(id: unknown, result: unknown, from: number): void {
    const to = this.#clock.now()
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...outcomeOf(result), ...timesOf(from, to) }))
  }
}

const RAW_UNAUTHORIZED = new RpcError(13778, 'raw_subscriptions_not_available_for_unauthorized')
const UNAUTHORIZED = new RpcError(13009, 'unauthorized', { reason: 'missing_token' })

/** The id of a request, as it is told back: a number, a text, or null for anything else. */
export function idIn(text: string): unknown {
  const { id } = JSON.parse(text) as { id?: unknown }
  return typeof id === 'number' || typeof id === 'string' ? id : null
}

/** An answer's result or error. */
export const outcomeOf = (result: unknown): object => (result instanceof RpcError ? { error: result } : { result })

/** The venue's own times in an answer, microseconds. */
export const timesOf = (usIn: number, usOut: number): object => ({ usIn, usOut, usDiff: usOut - usIn, testnet: false })
