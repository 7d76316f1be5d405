import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { LevelChanges, type SideLevels } from '../../level-changes.ts'
import { DERIBIT } from '../deribit-venue.ts'
import { FUNDING_RATE, type MarketTexts } from './market-texts.ts'
import { amountOf, priceOf } from './order-texts.ts'
import { StateChannels } from './state-channels.ts'

/** Milliseconds between two notifications of a channel. */
const EVERY: ReadonlyMap<string, number> = new Map([
  ['raw', 0],
  ['100ms', 100],
  ['agg2', 1000],
])
const LEVELS_MAX = 10_000
const CHANNELS_MAX = 500
const RESOLUTION = /^(1|3|5|10|15|30|60|120|180|360|720|1D)$/

/** A channel that is subscribed, with what it must remember. */
interface Channel {
  readonly name: string
  readonly kind: string
  readonly instrument: Instrument | undefined
  readonly every: number
  /** Depth of a book cut to it, seconds of a bar; 0 otherwise. */
  readonly size: number
  readonly changes: LevelChanges | undefined
  readonly told: Readonly<Record<Side, Set<number>>>
  trades: ExchangeTrade[]
  dueAt: number
  changeId: number
  /** Opening of the bar that was told while it was open, microseconds; 0 for none. */
  openBar: number
  last: string
}

/** The public channels of one socket. */
export class Subscriptions {
  readonly #market: MarketTexts
  readonly #send: (channel: string, data: unknown) => void
  readonly #channels = new Map<string, Channel>()
  readonly #states: StateChannels

  constructor(market: MarketTexts, send: (channel: string, data: unknown) => void) {
    this.#market = market
    this.#send = send
    this.#states = new StateChannels(market.sources.exchange, send)
  }

  /** Whether there is a public channel of a name, which is then subscribed. @param mayRaw only who signed in may */
  add(name: string, mayRaw: boolean): boolean {
    if (this.#states.add(name)) return true
    const channel = this.#channels.size < CHANNELS_MAX ? this.#make(name, mayRaw) : undefined
    if (channel === undefined) return false
    if (!this.#channels.has(name)) this.#channels.set(name, channel)
    return true
  }

  drop(name: string): void {
    this.#channels.delete(name)
    this.#states.drop(name)
  }

  clear(): void {
    this.#channels.clear()
    this.#states.clear()
  }

  onTrade(trade: ExchangeTrade): void {
    for (const channel of this.#channels.values())
      if (channel.kind === 'trades' && (channel.instrument ?? trade.instrument) === trade.instrument)
        channel.trades.push(trade)
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    for (const channel of this.#channels.values())
      if (channel.instrument === instrument) channel.changes?.onLevel(side, price)
  }

  /** Notifies of what is due. @param now milliseconds */
  tick(now: number): void {
    this.#states.tick()
    for (const channel of this.#channels.values()) {
      // One book for all sockets: its messages, and the whole book of a new one, fall on the same instants.
      if (channel.dueAt === 0 && channel.changes !== undefined) channel.dueAt = nextBeat(now, channel.every)
      if (now < channel.dueAt) continue
      channel.dueAt = nextBeat(now, channel.every)
      const data = this.#news(channel, now)
      if (data !== undefined) this.#send(channel.name, data)
    }
  }

  #make(name: string, mayRaw: boolean): Channel | undefined {
    const { exchange } = this.#market.sources
    const [kind = '', ...parts] = name.split('.')
    const isChart = kind === 'chart' && parts[0] === 'trades'
    const symbol = isChart ? parts[1] : parts[0]
    const isOfKind = kind === 'trades' && parts.length === 3
    const instrument = isOfKind ? undefined : exchange.instruments.find(DERIBIT, symbol ?? '')
    const interval = parts.at(-1) ?? ''
    const every = kind === 'quote' ? 0 : isChart ? 1000 : EVERY.get(interval)
    if (every === undefined || (interval === 'raw' && !mayRaw) || (instrument === undefined && !isOfKind))
      return undefined
    const isGrouped = kind === 'book' && parts.length === 4
    const counts: Record<string, boolean> = {
      ...{ book: parts.length === 2 || (isGrouped && parts[1] === 'none' && /^(1|10|20)$/.test(parts[2]!)) },
      ...{ trades: parts.length === 2 || isOfKind, ticker: parts.length === 2, quote: parts.length === 1 },
      ...{ perpetual: parts.length === 2, chart: isChart && parts.length === 3 && RESOLUTION.test(interval) },
    }
    if (counts[kind] !== true) return undefined
    const size = isGrouped ? Number(parts[2]) : isChart ? (interval === '1D' ? 86_400 : Number(interval) * 60) : 0
    const isBook = kind === 'book' && !isGrouped
    const changes = isBook ? new LevelChanges(exchange, instrument!.index) : undefined
    const told = { [BUY]: new Set<number>(), [SELL]: new Set<number>() } as const
    return {
      name,
      kind,
      instrument,
      every,
      size,
      changes,
      told,
      trades: [],
      dueAt: 0,
      changeId: -1,
      openBar: 0,
      last: '',
    }
  }

  #news(channel: Channel, now: number): unknown {
    const { instrument, kind } = channel
    if (kind === 'trades') return this.#trades(channel)
    if (instrument === undefined) return undefined
    const market = this.#market
    switch (kind) {
      case 'book':
        return channel.changes === undefined
          ? this.#best(channel, instrument, now)
          : this.#book(channel, instrument, now)
      case 'ticker':
        return unseen(channel, market.ticker(instrument))
      case 'quote':
        return unseen(channel, { timestamp: now, instrument_name: instrument.symbol, ...market.touch(instrument) })
      case 'perpetual':
        return { timestamp: now, interest: FUNDING_RATE, index_price: market.mark(instrument) }
      default: {
        const bar = market.dueBar(instrument, channel.size, channel.openBar)
        if (bar === undefined) return undefined
        channel.openBar = now < bar['tick']! + channel.size * 1000 ? bar['tick']! * 1000 : 0
        return unseen(channel, bar)
      }
    }
  }

  #trades(channel: Channel): unknown {
    if (channel.trades.length === 0) return undefined
    const trades = channel.trades.map(trade => this.#market.trade(trade))
    channel.trades = []
    return trades
  }

  #best(channel: Channel, instrument: Instrument, timestamp: number): unknown {
    const change_id = this.#market.sources.changeId(instrument.index)
    if (change_id === channel.changeId) return undefined
    channel.changeId = change_id
    const [bids, asks] = ([BUY, SELL] as const).map(side => this.#market.levels(instrument, side, channel.size))
    return { instrument_name: instrument.symbol, timestamp, change_id, bids, asks }
  }

  /** The whole book first, then what changed, each linked to the one before. */
  #book(channel: Channel, instrument: Instrument, timestamp: number): unknown {
    const change_id = this.#market.sources.changeId(instrument.index)
    const head = { timestamp, instrument_name: instrument.symbol, change_id }
    const taken = channel.changes!.take()
    const prev_change_id = channel.changeId
    if (prev_change_id < 0) {
      channel.changeId = change_id
      const [bids, asks] = ([BUY, SELL] as const).map(side => this.#whole(channel, instrument, side))
      return { type: 'snapshot', ...head, bids, asks }
    }
    if (taken === undefined) return undefined
    channel.changeId = change_id
    const rows = (side: Side, levels: SideLevels): unknown[] =>
      levels.flatMap(([price, lots]) => this.#change(channel, instrument, side, price, lots))
    return { type: 'change', ...head, prev_change_id, bids: rows(BUY, taken.bids), asks: rows(SELL, taken.asks) }
  }

  #whole(channel: Channel, instrument: Instrument, side: Side): unknown[] {
    const { book } = this.#market.sources.exchange.engine(instrument.index)
    const rows: unknown[] = []
    for (let at = book.best(side); Number.isFinite(at) && rows.length < LEVELS_MAX; at = book.worse(side, at))
      rows.push(...this.#change(channel, instrument, side, at, book.lotsAt(side, at)))
    return rows
  }

  #change(channel: Channel, instrument: Instrument, side: Side, price: number, lots: number): unknown[] {
    const told = channel.told[side]
    const isKnown = told.has(price)
    if (lots === 0 && !isKnown) return []
    if (lots === 0) told.delete(price)
    else told.add(price)
    const action = lots === 0 ? 'delete' : isKnown ? 'change' : 'new'
    return [[action, priceOf(instrument, price), amountOf(instrument, lots)]]
  }
}

/** The first whole multiple of an interval behind an instant; the instant itself without an interval. */
const nextBeat = (now: number, every: number): number => (every === 0 ? now : (Math.floor(now / every) + 1) * every)

/** The data, unless the channel told the same before; its own time apart. */
function unseen(channel: Channel, data: Record<string, unknown>): unknown {
  const { timestamp: _, ...rest } = data
  const text = JSON.stringify(rest)
  if (text === channel.last) return undefined
  channel.last = text
  return data
}
