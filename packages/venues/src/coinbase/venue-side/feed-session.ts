import type { Clock } from '@velocimex/core/clock/clock'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { LevelChanges, type SideLevels } from '../../level-changes.ts'
import { OpenWatch } from '../../open-watch.ts'
import type { ClientKey, ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { Fields } from '../../wire/fields.ts'
import { formatInstant } from '../../wire/instant-text.ts'
import { COINBASE } from '../coinbase-venue.ts'
import type { MarketTexts } from './market-texts.ts'
import { lotsText, type OrderTexts, priceText } from './order-texts.ts'

const SUBSCRIBE_WITHIN = 5_000_000
const HEARTBEAT_EVERY = 1_000_000
const BOOK_EVERY = 50_000
const TRADES_EVERY = 250_000
const TRADES_SHOWN = 50
const ORDERS_A_MESSAGE = 50
const LEVELS_MAX = 5000
const CHANNELS = ['heartbeats', 'level2', 'market_trades', 'ticker', 'ticker_batch', 'candles', 'status', 'user']
const CANDLE_SECONDS = 300

/** What a session reads and asks. */
export interface FeedParts {
  readonly exchange: Exchange
  readonly clock: Clock
  readonly market: MarketTexts
  readonly orders: OrderTexts
  /** The key behind a token; undefined when it is no good. */
  keyOf(token: string): ClientKey | undefined
}

/** One socket of Advanced Trade: its channels, and the count of its frames over all of them. */
export class FeedSession implements SocketSession {
  readonly #socket: ClientSocket
  readonly #parts: FeedParts
  readonly #openedAt: number
  readonly #channels = new Map<string, Set<Instrument>>()
  readonly #books = new Map<Instrument, LevelChanges>()
  readonly #trades = new Map<Instrument, ExchangeTrade[]>()
  readonly #open: OpenWatch
  readonly #dueAt = { heartbeat: 0, book: 0, trades: 0, candles: 0 }
  #account = -1
  #sequence = 0
  #beats = 0
  /** What was told last of a product's candles. */
  readonly #candles = new Map<Instrument, { readonly openAt: number; readonly text: string }>()

  constructor(socket: ClientSocket, parts: FeedParts) {
    this.#socket = socket
    this.#parts = parts
    this.#openedAt = parts.clock.now()
    this.#open = new OpenWatch(parts.exchange)
  }

  onText(text: string): void {
    const refusal = this.#command(text)
    if (refusal !== undefined) this.#socket.send(JSON.stringify({ type: 'error', message: refusal }))
  }

  /** Does what a message asks for. Returns why not, if not. */
  #command(text: string): string | undefined {
    const fields = Fields.of(text)
    const type = fields?.optional('type')
    const channel = fields?.optional('channel') ?? ''
    if (fields === undefined || (type !== 'subscribe' && type !== 'unsubscribe')) return 'malformed message'
    if (!CHANNELS.includes(channel)) return `channel ${channel.slice(0, 40)} is not known`
    const token = fields.optional('jwt')
    const key = token === undefined ? undefined : this.#parts.keyOf(token)
    if ((token !== undefined || channel === 'user') && key === undefined) return 'authentication failure'
    const names = fields.has('product_ids') ? fields.texts('product_ids') : []
    const found = names.map(name => this.#parts.exchange.instruments.find(COINBASE, name))
    const products = found.filter(each => each !== undefined)
    if (fields.fault !== '' || products.length !== names.length) return 'a product is not known'
    if (type === 'unsubscribe') this.#drop(channel, products)
    else if (channel === 'user' && this.#account >= 0) return 'the user channel is subscribed already'
    else this.#join(channel, products, key)
    this.#tellSubscriptions()
    return undefined
  }

  onClosed(): void {
    this.#channels.clear()
    this.#books.clear()
    this.#trades.clear()
    this.#candles.clear()
    this.#account = -1
  }

  onTrade(trade: ExchangeTrade): void {
    if (this.#follows('market_trades', trade.instrument)) {
      const waiting = this.#trades.get(trade.instrument) ?? []
      this.#trades.set(trade.instrument, waiting)
      waiting.push(trade)
    }
    if (this.#follows('ticker', trade.instrument)) this.#tellTicker('ticker', 'update', [trade.instrument])
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.#books.get(instrument)?.onLevel(side, price)
  }

  /** An order of an account changed. */
  onOrder(order: ExchangeOrder): void {
    if (order.account === this.#account) this.#tellOrders('update', [order])
  }

  /** Publishes what is due. */
  tick(now: number): void {
    this.#tellStates()
    if (this.#channels.size === 0) {
      if (this.#sequence === 0 && now - this.#openedAt > SUBSCRIBE_WITHIN) this.#socket.close(1008, 'no subscription')
      return
    }
    if (this.#channels.has('heartbeats') && this.#isDue('heartbeat', now, HEARTBEAT_EVERY)) this.#beat()
    if (this.#isDue('book', now, BOOK_EVERY))
      for (const [product, changes] of this.#books) this.#tellChanges(product, changes)
    if (this.#isDue('trades', now, TRADES_EVERY)) this.#tellTrades()
    if (this.#channels.has('candles') && this.#isDue('candles', now, HEARTBEAT_EVERY)) this.#tellCandles()
  }

  /** Products that were halted or opened. */
  #tellStates(): void {
    const products = this.#open.changes().filter(each => this.#follows('status', each))
    if (products.length > 0)
      this.#send('status', [{ type: 'update', products: products.map(each => this.#parts.market.state(each)) }])
  }

  #isDue(what: 'heartbeat' | 'book' | 'trades' | 'candles', now: number, every: number): boolean {
    if (now < this.#dueAt[what]) return false
    this.#dueAt[what] = now + every
    return true
  }

  #follows(channel: string, instrument: Instrument): boolean {
    return this.#channels.get(channel)?.has(instrument) ?? false
  }

  #join(channel: string, products: readonly Instrument[], key: ClientKey | undefined): void {
    const all = this.#channels.get(channel) ?? new Set<Instrument>()
    const added = products.filter(product => !all.has(product))
    this.#channels.set(channel, new Set([...all, ...products]))
    const { market } = this.#parts
    if (channel === 'level2') for (const product of added) this.#tellBook(product)
    else if (channel === 'market_trades')
      this.#send(channel, [{ type: 'snapshot', trades: added.flatMap(each => market.trades(each, TRADES_SHOWN)) }])
    else if (channel === 'ticker' || channel === 'ticker_batch') this.#tellTicker(channel, 'snapshot', added)
    else if (channel === 'candles') this.#tellAllCandles()
    else if (channel === 'status')
      this.#send(channel, [{ type: 'snapshot', products: added.map(each => market.state(each)) }])
    else if (channel === 'user') {
      this.#account = key!.account
      this.#tellOpenOrders()
    }
  }

  #drop(channel: string, products: readonly Instrument[]): void {
    const all = this.#channels.get(channel)
    for (const product of products.length === 0 ? [...(all ?? [])] : products) {
      all?.delete(product)
      if (channel === 'level2') this.#books.delete(product)
      if (channel === 'market_trades') this.#trades.delete(product)
      if (channel === 'candles') this.#candles.delete(product)
    }
    if (products.length === 0 || all?.size === 0) this.#channels.delete(channel)
    if (channel === 'user') this.#account = -1
  }

  /** In messages of fifty; one of fewer ends the list. */
  #tellOpenOrders(): void {
    const open = this.#parts.exchange.openOrders(this.#account)
    for (let from = 0; from <= open.length; from += ORDERS_A_MESSAGE)
      this.#tellOrders('snapshot', open.slice(from, from + ORDERS_A_MESSAGE))
  }

  #tellOrders(type: 'snapshot' | 'update', orders: readonly ExchangeOrder[]): void {
    const told = orders.map(order => this.#parts.orders.userOrder(order))
    const positions = { perpetual_futures_positions: [], expiring_futures_positions: [] }
    this.#send('user', [{ type, orders: told, positions }])
  }

  #tellBook(product: Instrument): void {
    const { exchange, clock } = this.#parts
    this.#books.set(product, new LevelChanges(exchange, product.index))
    const at = formatInstant(clock.now())
    const rows = (side: Side): unknown[] =>
      this.#parts.market.levels(product, side, LEVELS_MAX).map(({ price, size }) => levelRow(side, at, price, size))
    this.#send('l2_data', [{ type: 'snapshot', product_id: product.symbol, updates: [...rows(BUY), ...rows(SELL)] }])
  }

  #tellChanges(product: Instrument, changes: LevelChanges): void {
    const taken = changes.take()
    if (taken === undefined) return
    const at = formatInstant(this.#parts.clock.now())
    const rows = (side: Side, levels: SideLevels): unknown[] =>
      levels.map(([price, lots]) =>
        levelRow(side, at, priceText(product, price), lots === 0 ? '0' : lotsText(product, lots)),
      )
    const updates = [...rows(BUY, taken.bids), ...rows(SELL, taken.asks)]
    this.#send('l2_data', [{ type: 'update', product_id: product.symbol, updates }])
  }

  #tellTrades(): void {
    for (const trades of this.#trades.values()) {
      if (trades.length === 0) continue
      const told = trades.map(trade => this.#parts.market.trade(trade)).reverse()
      trades.length = 0
      this.#send('market_trades', [{ type: 'update', trades: told }])
    }
  }

  #tellTicker(channel: string, type: string, products: readonly Instrument[]): void {
    const tickers = products.map(each => this.#parts.market.ticker(each, channel === 'ticker'))
    this.#send(channel, [{ type, tickers }])
  }

  #tellAllCandles(): void {
    const products = [...(this.#channels.get('candles') ?? [])]
    const candles = products.flatMap(each => this.#parts.market.candles(each, CANDLE_SECONDS))
    this.#send('candles', [{ type: 'snapshot', candles }])
  }

  /** Candles that changed; one that was told while it was open is told once more when it is over, trades of its end and all. */
  #tellCandles(): void {
    const now = this.#parts.clock.now()
    const candles: unknown[] = []
    for (const product of this.#channels.get('candles') ?? []) {
      const { openAt = 0, text: last = '' } = this.#candles.get(product) ?? {}
      const due = this.#parts.market.dueCandle(product, CANDLE_SECONDS, openAt)
      if (due === undefined) continue
      const text = JSON.stringify(due.text)
      if (text !== last) candles.push(due.text)
      this.#candles.set(product, { openAt: now < due.opensAt + CANDLE_SECONDS * 1e6 ? due.opensAt : 0, text })
    }
    if (candles.length > 0) this.#send('candles', [{ type: 'update', candles }])
  }

  #beat(): void {
    const now = formatInstant(this.#parts.clock.now())
    const current_time = `${now.slice(0, 10)} ${now.slice(11, -1)} +0000 UTC`
    this.#send('heartbeats', [{ current_time, heartbeat_counter: ++this.#beats }])
  }

  #tellSubscriptions(): void {
    const names = [...this.#channels].map(([channel, products]) => {
      const all = [...products].map(({ symbol }) => symbol)
      return [channel, channel === 'user' ? [`user-${this.#account}`] : channel === 'heartbeats' ? ['heartbeats'] : all]
    })
    this.#send('subscriptions', [{ subscriptions: Object.fromEntries(names) }])
  }

  #send(channel: string, events: readonly unknown[]): void {
    const timestamp = formatInstant(this.#parts.clock.now())
    this.#socket.send(JSON.stringify({ channel, client_id: '', timestamp, sequence_num: this.#sequence++, events }))
  }
}

const levelRow = (side: Side, event_time: string, price_level: string, new_quantity: string): unknown => ({
  ...{ side: side === BUY ? 'bid' : 'offer', event_time, price_level, new_quantity },
})
