import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { JsonObject } from '../../wire/strict-json.ts'
import { DEPTHS_OFFERED } from '../kraken-audit.ts'
import { olderPairName } from '../pair-names.ts'
import { BookChannel } from './book-channel.ts'
import type { OlderCommands } from './older-commands.ts'
import { type OlderRow, olderBook, olderChanges, olderFill, olderOrder, olderTrade } from './older-texts.ts'
import type { PrivateCalls } from './private-calls.ts'
import { RequestForm } from './request-form.ts'
import { type LineEnds, SessionLine, SUBSCRIPTIONS_MAX } from './session-line.ts'
import { VenueError } from './venue-errors.ts'

const TRADES_SHOWN = 50
const OF_PAIRS = ['book', 'trade']
const PRIVATE = ['ownTrades', 'openOrders']

/** What a session of v1 works with. */
export interface OlderEnds extends LineEnds {
  readonly calls: PrivateCalls
  readonly commands: OlderCommands
  /** The instrument of a pair, by any of its names. */
  find(pair: string): Instrument | undefined
}

/** One channel that a client follows. */
interface OlderSubscription {
  readonly channelID: number
  readonly channelName: string
  readonly pair: string
  readonly book: BookChannel<readonly object[]> | undefined
}

/** One client's socket in v1: books, trades, the account's orders and trades, and order commands. */
export class OlderSession implements SocketSession {
  readonly #line: SessionLine<object>
  readonly #ends: OlderEnds
  readonly #onClosed: (session: OlderSession) => void
  readonly #subscriptions = new Map<string, OlderSubscription>()
  #channels = 300

  constructor(socket: ClientSocket, ends: OlderEnds, onClosed: (session: OlderSession) => void) {
    this.#line = new SessionLine<object>(socket, ends, JSON.stringify)
    this.#ends = ends
    this.#onClosed = onClosed
    this.status()
  }

  /** Tells the state of the exchange. */
  status(): void {
    const { state: status, connection: connectionID } = this.#line.status()
    this.#send({ connectionID, event: 'systemStatus', status, version: '1.9.6' })
  }

  onText(text: string): void {
    const command = this.#line.command(text, 'event', 'reqid')
    if (command === undefined) {
      this.#send({ errorMessage: 'Malformed request', event: 'error' })
      return
    }
    const { name: event, id: reqid, object } = command
    const form = RequestForm.ofObject(object)
    const wish = object.fields.get('subscription')
    const of = RequestForm.ofObject(wish instanceof JsonObject ? wish : new JsonObject())
    if (event === 'ping') this.#send({ event: 'pong', reqid })
    else if (event === 'subscribe' || event === 'unsubscribe') this.#subscribe(event, form, of, reqid)
    else this.#command(event, form, reqid)
  }

  onClosed(): void {
    this.#onClosed(this)
  }

  onTrade(trade: ExchangeTrade): void {
    const told = this.#subscriptions.get(`trade ${trade.instrument.index}`)
    if (told !== undefined) this.#tell(told, [[olderTrade(trade)]])
  }

  onLevel(instrument: Instrument): void {
    this.#subscriptions.get(`book ${instrument.index}`)?.book?.touch()
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    if (order.account !== this.#line.token.key?.account) return
    for (const row of olderChanges(this.#ends.calls, event, order)) this.#count('openOrders', [row])
  }

  onFill(fill: ExchangeFill): void {
    const { order } = fill
    if (order.account !== this.#line.token.key?.account) return
    const { calls } = this.#ends
    this.#count('ownTrades', [olderFill(calls, fill)])
    for (const row of olderChanges(calls, order.status === 'filled' ? 'filled' : 'executed', order))
      this.#count('openOrders', [row])
  }

  /** Publishes what is due. @param now microseconds */
  tick(now: number): void {
    for (const subscription of this.#subscriptions.values()) {
      const update = subscription.book?.update(now)
      if (update !== undefined) this.#tell(subscription, update)
    }
    this.#line.tick(now, this.#subscriptions.size > 0, { event: 'heartbeat' })
  }

  #subscribe(event: string, form: RequestForm, of: RequestForm, reqid: number | undefined): void {
    const name = of.get('name') ?? ''
    const depth = of.int('depth', 10)
    const isPrivate = PRIVATE.includes(name)
    const token = of.get('token')
    const channelName = name === 'book' ? `book-${depth}` : name
    const pairs = form.list('pair')
    if (!isPrivate && pairs.length === 0) {
      this.#send({ errorMessage: 'Pair field must be an array', event: 'subscriptionStatus', reqid, status: 'error' })
      return
    }
    for (const pair of isPrivate ? [undefined] : pairs) {
      const instrument = pair === undefined ? undefined : this.#ends.find(pair)
      const key = `${name} ${instrument?.index ?? -1}`
      const subscription = name === 'book' ? { depth, name } : { name }
      const about = { channelName, event: 'subscriptionStatus', pair, reqid, subscription }
      const errorMessage = this.#faultOf(event, key, name, depth, instrument, token)
      const known = this.#subscriptions.get(key)
      if (errorMessage !== undefined) this.#send({ ...about, errorMessage, status: 'error' })
      else if (event === 'unsubscribe') {
        this.#subscriptions.delete(key)
        this.#send({ ...about, channelID: isPrivate ? undefined : known?.channelID, status: 'unsubscribed' })
      } else this.#begin(key, channelName, depth, instrument, about)
    }
  }

  #faultOf(
    event: string,
    key: string,
    name: string,
    depth: number,
    instrument: Instrument | undefined,
    token: string | undefined,
  ): string | undefined {
    const isPrivate = PRIVATE.includes(name)
    if (!isPrivate && !OF_PAIRS.includes(name)) return 'Subscription name invalid'
    if (!isPrivate && instrument === undefined) return 'Currency pair not supported'
    if (name === 'book' && !DEPTHS_OFFERED.includes(depth)) return 'Subscription depth not supported'
    if (isPrivate && this.#line.token.take(token ?? '') === undefined) return 'ESession:Invalid session'
    if (event === 'unsubscribe') return this.#subscriptions.has(key) ? undefined : 'Subscription Not Found'
    if (this.#subscriptions.has(key)) return 'Already subscribed'
    return this.#subscriptions.size >= SUBSCRIPTIONS_MAX ? 'Too many subscriptions' : undefined
  }

  /** Says that a subscription begins, and tells what there is already. */
  #begin(key: string, channelName: string, depth: number, instrument: Instrument | undefined, about: object): void {
    const { market, now } = this.#ends
    const { exchange } = market
    const isBook = instrument !== undefined && channelName.startsWith('book')
    const book = isBook ? new BookChannel(exchange, instrument, depth, olderBook) : undefined
    const pair = instrument === undefined ? '' : olderPairName(instrument.symbol)
    const subscription = { channelID: ++this.#channels, channelName, pair, book }
    this.#subscriptions.set(key, subscription)
    this.#send({ ...about, channelID: pair === '' ? undefined : subscription.channelID, status: 'subscribed' })
    if (book !== undefined) this.#tell(subscription, book.snapshot(now()))
    else if (pair === '') this.#beginPrivate(channelName)
  }

  #beginPrivate(channelName: string): void {
    const { calls, market } = this.#ends
    const { exchange } = market
    const { account } = this.#line.token.key!
    const own = exchange.fills.filter(({ order }) => order.account === account).slice(-TRADES_SHOWN)
    this.#line.restart(channelName)
    if (channelName === 'ownTrades')
      this.#count(
        channelName,
        own.reverse().map(fill => olderFill(calls, fill)),
      )
    else
      this.#count(
        channelName,
        exchange.openOrders(account).map(order => olderOrder(calls, order, 'open')),
      )
  }

  #command(event: string, form: RequestForm, reqid: number | undefined): void {
    const key = this.#line.token.take(form.get('token') ?? '')
    const answers =
      key === undefined ? [new VenueError('ESession:Invalid session')] : this.#ends.commands.run(event, key, form)
    if (answers === undefined) {
      this.#send({ errorMessage: 'Event(s) not found', event: 'error', reqid })
      return
    }
    for (const answer of answers) {
      const told =
        answer instanceof VenueError ? { errorMessage: answer.words, status: 'error' } : { ...answer, status: 'ok' }
      this.#send({ ...told, event: `${event}Status`, reqid })
    }
  }

  #count(channelName: string, rows: readonly OlderRow[]): void {
    if (!this.#subscriptions.has(`${channelName} -1`)) return
    this.#send([rows, channelName, { sequence: this.#line.next(channelName) }])
  }

  #tell({ channelID, channelName, pair }: OlderSubscription, payloads: readonly unknown[]): void {
    this.#send([channelID, ...payloads, channelName, pair])
  }

  #send(message: object): void {
    this.#line.send(message)
  }
}
