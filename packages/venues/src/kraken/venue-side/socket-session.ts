import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { JsonObject } from '../../wire/strict-json.ts'
import { isoText } from '../iso-text.ts'
import { KRAKEN } from '../make-instrument.ts'
import type { AccountChannels, AccountReader } from './account-channels.ts'
import { BookChannel, bookMessage } from './book-channel.ts'
import type { MarketMessages } from './market-messages.ts'
import { RequestForm } from './request-form.ts'
import { type LineEnds, SessionLine, SUBSCRIPTIONS_MAX } from './session-line.ts'
import type { SocketOrderCalls } from './socket-orders.ts'
import { type Subscription, subscriptionOf } from './subscription.ts'
import { VenueError } from './venue-errors.ts'
import { type Writable, writeJson } from './venue-json.ts'

/** What a session works with. */
export interface SessionEnds extends LineEnds {
  readonly messages: MarketMessages
  readonly accounts: AccountChannels
  readonly orders: SocketOrderCalls
}

/** One client's socket in v2: market channels, private channels and order commands alike. */
export class KrakenSession implements SocketSession, AccountReader {
  readonly #line: SessionLine<Writable>
  readonly #ends: SessionEnds
  readonly #onClosed: (session: KrakenSession) => void
  readonly #books = new Map<number, BookChannel<Writable>>()
  readonly #subscriptions = new Map<string, Subscription>()
  /** What was told last of each ticker and bar. */
  readonly #seen = new Map<string, string>()
  #stopReading: (() => void) | undefined

  constructor(socket: ClientSocket, ends: SessionEnds, onClosed: (session: KrakenSession) => void) {
    this.#line = new SessionLine<Writable>(socket, ends, writeJson)
    this.#ends = ends
    this.#onClosed = onClosed
    this.status()
  }

  /** Tells the state of the exchange. */
  status(): void {
    const { state: system, connection: connection_id } = this.#line.status()
    const data = { version: '2.0.10', system, api_version: 'v2', connection_id }
    this.#send({ channel: 'status', type: 'update', data: [data] })
  }

  /** Pairs were halted or opened. */
  pairs(changed: readonly Instrument[]): void {
    if (this.#subscriptions.has('instrument -1')) this.#send(this.#ends.messages.instruments(changed))
  }

  onText(text: string): void {
    const command = this.#line.command(text, 'method', 'req_id')
    const at = isoText(this.#ends.now())
    if (command === undefined) {
      this.#send({ error: 'Malformed request', success: false, time_in: at, time_out: at })
      return
    }
    const { name: method, id: reqId, object } = command
    const params = object.fields.get('params')
    const form = RequestForm.ofObject(params instanceof JsonObject ? params : new JsonObject())
    if (method === 'ping') this.#send({ method: 'pong', req_id: reqId, time_in: at, time_out: at })
    else if (method === 'subscribe') this.#subscribe(form, reqId)
    else if (method === 'unsubscribe') this.#unsubscribe(form, reqId)
    else this.#command(method, form, reqId)
  }

  onClosed(): void {
    this.#stopReading?.()
    this.#onClosed(this)
  }

  onTrade(trade: ExchangeTrade): void {
    if (this.#subscriptions.has(`trade ${trade.instrument.index}`))
      this.#send(this.#ends.messages.trades([trade], 'update'))
  }

  onLevel(instrument: Instrument): void {
    this.#books.get(instrument.index)?.touch()
  }

  onExecution(row: Writable): void {
    if (this.#subscriptions.has('executions -1')) this.#counted('executions', 'update', [row])
  }

  onBalance(row: Writable): void {
    if (this.#subscriptions.has('balances -1')) this.#counted('balances', 'update', [row])
  }

  /** Publishes what is due. @param now microseconds */
  tick(now: number): void {
    for (const book of this.#books.values()) {
      const update = book.update(now)
      if (update !== undefined) this.#send(update)
    }
    for (const subscription of this.#subscriptions.values()) this.#refresh(subscription, now)
    this.#line.tick(now, this.#subscriptions.size > 0, { channel: 'heartbeat' })
  }

  #subscribe(form: RequestForm, reqId: number | undefined): void {
    const { market, now } = this.#ends
    for (const wish of subscriptionOf(form, name => market.exchange.instruments.find(KRAKEN, name))) {
      const { key } = wish
      const error = wish.error ?? (this.#subscriptions.has(key) ? 'Already subscribed' : this.#mayRead(wish, form))
      if (error !== undefined || this.#subscriptions.size >= SUBSCRIPTIONS_MAX) {
        this.#reply('subscribe', reqId, new VenueError(error ?? 'Too many subscriptions'), wish.symbol)
        continue
      }
      this.#reply('subscribe', reqId, wish.result)
      this.#subscriptions.set(key, wish)
      this.#begin(wish, now())
    }
  }

  /** Private channels need a token. */
  #mayRead({ isPrivate }: Subscription, form: RequestForm): string | undefined {
    if (!isPrivate) return undefined
    return this.#line.token.take(form.get('token') ?? '') === undefined ? 'ESession:Invalid session' : undefined
  }

  /** The first message of a subscription. */
  #begin(subscription: Subscription, now: number): void {
    const { channel, instrument, depth, hasSnapshot, interval } = subscription
    const { market, messages } = this.#ends
    if (channel === 'executions' || channel === 'balances') this.#beginPrivate(subscription)
    else if (channel === 'instrument') this.#send(messages.instruments())
    else if (instrument === undefined) return
    else if (channel === 'book') {
      const book = new BookChannel(market.exchange, instrument, depth, bookMessage)
      this.#books.set(instrument.index, book)
      const whole = book.snapshot(now)
      if (hasSnapshot) this.#send(whole)
    } else if (!hasSnapshot) return
    else if (channel === 'trade') this.#send(messages.trades(messages.recent(instrument), 'snapshot'))
    else if (channel === 'ticker') this.#send(messages.ticker(instrument, 'snapshot', now))
    else {
      const bars = messages.bars(instrument, interval, 'snapshot', now)
      if (bars !== undefined) this.#send(bars)
    }
  }

  #beginPrivate({ channel, hasOrders, hasTrades }: Subscription): void {
    const { accounts } = this.#ends
    const { account } = this.#line.token.key!
    this.#stopReading ??= accounts.read(account, this)
    const rows =
      channel === 'executions' ? accounts.executions(account, hasOrders, hasTrades) : accounts.balances(account)
    this.#line.restart(channel)
    this.#counted(channel, 'snapshot', rows)
  }

  #unsubscribe(form: RequestForm, reqId: number | undefined): void {
    const { market } = this.#ends
    for (const wish of subscriptionOf(form, name => market.exchange.instruments.find(KRAKEN, name))) {
      const { key, instrument, channel } = wish
      if (!this.#subscriptions.delete(key)) {
        this.#reply('unsubscribe', reqId, new VenueError('Subscription Not Found'), wish.symbol)
        continue
      }
      if (channel === 'book') this.#books.delete(instrument!.index)
      this.#reply('unsubscribe', reqId, wish.result)
    }
  }

  /** Tickers and bars are told when they have changed. */
  #refresh({ channel, instrument, interval, key, isOfTouch }: Subscription, now: number): void {
    if (instrument === undefined || (channel !== 'ticker' && channel !== 'ohlc')) return
    const { messages, market } = this.#ends
    const { book } = market.exchange.engine(instrument.index)
    const touch = isOfTouch ? `${book.best(1)} ${book.best(-1)}` : ''
    const seen = `${messages.lastTrade(instrument)} ${touch}`
    if ((this.#seen.get(key) ?? seen) === seen) {
      this.#seen.set(key, seen)
      return
    }
    this.#seen.set(key, seen)
    const message =
      channel === 'ticker'
        ? messages.ticker(instrument, 'update', now)
        : messages.bars(instrument, interval, 'update', now)
    if (message !== undefined) this.#send(message)
  }

  /** An order command. Its answer overtakes the events that it causes, or follows them: the venue promises neither. */
  #command(method: string, form: RequestForm, reqId: number | undefined): void {
    const { accounts, orders, random } = this.#ends
    const key = this.#line.token.take(form.get('token') ?? '')
    if (key === undefined) {
      this.#reply(method, reqId, new VenueError('ESession:Invalid session'))
      return
    }
    if (random.uniform() < 0.5) accounts.hold()
    const results = orders.run(method, key, form) ?? [new VenueError('EGeneral:Unknown method')]
    for (const result of results) this.#reply(method, reqId, result)
    accounts.release()
  }

  #counted(channel: string, type: 'snapshot' | 'update', data: readonly Writable[]): void {
    this.#send({ channel, type, data, sequence: this.#line.next(channel) })
  }

  #reply(method: string, reqId: number | undefined, result: Writable | VenueError, symbol?: string): void {
    const at = isoText(this.#ends.now())
    const times = { req_id: reqId, time_in: at, time_out: at }
    if (result instanceof VenueError) this.#send({ error: result.words, method, success: false, symbol, ...times })
    else this.#send({ method, result, success: true, ...times })
  }

  #send(message: Writable): void {
    this.#line.send(message)
  }
}
