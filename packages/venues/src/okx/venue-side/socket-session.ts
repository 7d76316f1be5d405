import type { ClientKey, ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { Fields } from '../../wire/fields.ts'
import { ACCOUNT_CHANNELS, type AccountArg, type AccountChannels } from './account-channels.ts'
import { type Asked, askedOf } from './asked.ts'
import type { ClientKeys } from './client-keys.ts'
import type { MarketChannels } from './market-channels.ts'
import type { CommandOutcome } from './order-commands.ts'
import type { RateKind } from './order-rates.ts'
import { type Failure, isFailure } from './venue-failures.ts'

/** A socket on which nothing was sent for this long is closed. */
const SILENCE_MS = 30_000
/** Subscriptions, their ends and log-ins that a socket may ask for in an hour. */
const REQUESTS_MAX = 480
const HOUR_MS = 3_600_000
const SUBSCRIPTIONS_MAX = 1000

/** Which of the venue's addresses a socket is on. */
export type SocketPlace = 'public' | 'private' | 'business'

/** What a socket asks of the dialect. */
export interface SessionParts {
  readonly keys: ClientKeys
  readonly market: MarketChannels
  readonly accounts: AccountChannels
  /** Milliseconds. */
  now(): number
  /** Microseconds. */
  micros(): number
  command(kind: RateKind, key: ClientKey, orders: readonly Asked[], isBatch: boolean): CommandOutcome | Failure
}

const OPS: Readonly<Record<string, readonly [kind: RateKind, isBatch: boolean]>> = {
  order: ['place', false],
  'batch-orders': ['place', true],
  'cancel-order': ['cancel', false],
  'batch-cancel-orders': ['cancel', true],
  'amend-order': ['amend', false],
  'batch-amend-orders': ['amend', true],
}

/** A client's socket: pings, log-in, subscriptions, and orders. */
export class OkxSession implements SocketSession {
  readonly #socket: ClientSocket
  readonly #place: SocketPlace
  readonly #connId: string
  readonly #parts: SessionParts
  /** How to end each subscription, by its argument. */
  readonly #ends = new Map<string, () => void>()
  #key: ClientKey | undefined
  #sentAt: number
  #hour = 0
  #requests = 0

  constructor(socket: ClientSocket, place: SocketPlace, connId: string, parts: SessionParts) {
    this.#socket = socket
    this.#place = place
    this.#connId = connId
    this.#parts = parts
    this.#sentAt = parts.now()
  }

  push(text: string): void {
    this.#sentAt = this.#parts.now()
    this.#socket.send(text)
  }

  onText(text: string): void {
    if (text === 'ping') {
      this.push('pong')
      return
    }
    const frame = Fields.of(text)
    if (frame === undefined) {
      this.#error('60012', `Invalid request: ${text.slice(0, 200)}`)
      return
    }
    const op = frame.optional('op') ?? ''
    const id = frame.optional('id')
    if (op === 'login') this.#login(frame)
    else if (op === 'subscribe' || op === 'unsubscribe') this.#subscriptions(frame, op, id)
    else if (Object.hasOwn(OPS, op)) this.#order(frame, op, id)
    else this.#error('60012', `Invalid request: ${text.slice(0, 200)}`, id)
  }

  onClosed(): void {
    for (const end of this.#ends.values()) end()
    this.#ends.clear()
  }

  /** Closes a socket that is silent. False when it did. @param now milliseconds */
  tick(now: number): boolean {
    if (now - this.#sentAt <= SILENCE_MS) return true
    this.#socket.close(4004, 'No data received in 30s.')
    this.onClosed()
    return false
  }

  #login(frame: Fields): void {
    if (!this.#mayAsk()) return
    const [args] = frame.list('args')
    const key = args === undefined ? undefined : this.#parts.keys.login(askedOf(args))
    if (key === undefined || isFailure(key)) {
      this.#error(key?.code ?? '60012', key?.msg ?? 'Invalid request')
      return
    }
    this.#key = key
    this.push(JSON.stringify({ event: 'login', code: '0', msg: '', connId: this.#connId }))
  }

  #subscriptions(frame: Fields, op: 'subscribe' | 'unsubscribe', id: string | undefined): void {
    const args = frame.list('args')
    if (frame.fault !== '' || args.length === 0) {
      this.#error('60012', `Invalid request: ${frame.fault}`, id)
      return
    }
    for (const each of args) {
      if (!this.#mayAsk(id)) return
      const arg = Object.fromEntries(each.keys().map(key => [key, each.optional(key) ?? '']))
      const { channel = '' } = arg
      const fault = op === 'subscribe' ? this.#subscribe({ ...arg, channel }, id) : this.#unsubscribe(arg)
      if (fault !== undefined) this.#error(...fault, id)
      else if (op === 'unsubscribe') this.#event({ event: op, arg }, id)
    }
  }

  /** Acknowledges and begins; @returns the code and the words when it is refused */
  #subscribe(arg: AccountArg, id: string | undefined): [code: string, msg: string] | undefined {
    const { channel, instId = '' } = arg
    const name = JSON.stringify(arg)
    const { market, accounts } = this.#parts
    const doubtful: [string, string] = ['60018', `Wrong URL or channel:${channel},instId:${instId} doesn't exist.`]
    if (this.#ends.size >= SUBSCRIPTIONS_MAX) return ['60014', 'Requests too frequent']
    this.#ends.get(name)?.()
    this.#ends.delete(name)
    if (ACCOUNT_CHANNELS.includes(channel)) {
      if (this.#place !== 'private') return doubtful
      if (this.#key === undefined) return ['60011', 'Please log in.']
      this.#event({ event: 'subscribe', arg }, id)
      const { account } = this.#key
      this.#ends.set(name, accounts.subscribe(account, arg, this))
      this.push(
        JSON.stringify({
          event: 'channel-conn-count',
          channel,
          connCount: String(accounts.countOf(account, channel)),
          connId: this.#connId,
        }),
      )
      return undefined
    }
    const isBusiness = channel.startsWith('candle') || channel === 'trades-all'
    if (this.#place !== (isBusiness ? 'business' : 'public')) return doubtful
    if (channel.endsWith('-l2-tbt') && this.#key === undefined) return ['60011', 'Please log in.']
    if (this.#conflicts(channel, instId))
      return ['64004', 'Subscribe to both books-l2-tbt and another book is not allowed.']
    if (channel === 'instruments') {
      const { instType = '' } = arg
      if (!market.states.knows(instType)) return doubtful
      this.#event({ event: 'subscribe', arg }, id)
      market.states.subscribe(instType, this)
      this.#ends.set(name, () => market.states.unsubscribe(instType, this))
      return undefined
    }
    if (!market.knows(channel, instId)) return doubtful
    // The acknowledgement goes ahead of the snapshot.
    this.#event({ event: 'subscribe', arg }, id)
    market.subscribe(channel, instId, this)
    this.#ends.set(name, () => market.unsubscribe(channel, instId, this))
    return undefined
  }

  #conflicts(channel: string, instId: string): boolean {
    const has = (other: string): boolean => this.#ends.has(JSON.stringify({ channel: other, instId }))
    if (channel === 'books-l2-tbt') return has('books') || has('books50-l2-tbt')
    return (channel === 'books' || channel === 'books50-l2-tbt') && has('books-l2-tbt')
  }

  #unsubscribe(arg: object): [code: string, msg: string] | undefined {
    const name = JSON.stringify(arg)
    this.#ends.get(name)?.()
    this.#ends.delete(name)
    return undefined
  }

  #order(frame: Fields, op: string, id: string | undefined): void {
    const inTime = String(this.#parts.micros())
    const [kind, isBatch] = OPS[op]!
    const reply = (code: string, msg: string, data: readonly unknown[]): void =>
      this.push(JSON.stringify({ id: id ?? '', op, code, msg, data, inTime, outTime: String(this.#parts.micros()) }))
    if (id === undefined || !/^[A-Za-z0-9]{1,32}$/.test(id)) {
      this.#error('60012', 'Invalid request: id')
      return
    }
    if (this.#key === undefined || this.#place !== 'private') {
      reply('60011', 'Please log in.', [])
      return
    }
    const args = frame.list('args')
    if (frame.fault !== '') {
      reply('60013', 'Invalid args', [])
      return
    }
    const expiry = frame.optional('expTime')
    if (expiry !== undefined && Number(expiry) < this.#parts.now()) {
      reply('50036', "The expTime can't be earlier than the current system time.", [])
      return
    }
    const outcome = this.#parts.command(kind, this.#key, args.map(askedOf), isBatch)
    reply(outcome.code, outcome.msg, 'data' in outcome ? outcome.data : [])
  }

  #mayAsk(id?: string): boolean {
    const hour = Math.floor(this.#parts.now() / HOUR_MS)
    if (hour !== this.#hour) this.#requests = 0
    this.#hour = hour
    if (++this.#requests <= REQUESTS_MAX) return true
    this.#error('60014', 'Requests too frequent', id)
    return false
  }

  #event(event: object, id: string | undefined): void {
    this.push(JSON.stringify({ ...(id === undefined ? {} : { id }), ...event, connId: this.#connId }))
  }

  #error(code: string, msg: string, id?: string): void {
    this.#event({ event: 'error', code, msg }, id)
  }
}
