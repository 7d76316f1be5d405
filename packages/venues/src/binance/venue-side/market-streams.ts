import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels, LevelChanges, type SideLevels } from '../../level-changes.ts'
import { type Dialect, INTERVAL_SECONDS } from '../frame-fields.ts'
import { CONTRACT_INFO, ContractStream } from './contract-stream.ts'
import { amountText, NumberTexts } from './order-texts.ts'
import { dayTicker, FUNDING_RATE, nextFunding, type PublicSources } from './public-calls.ts'

/** Somebody who subscribed: takes events with the name of their stream. */
export interface StreamReader {
  onEvent(stream: string, event: unknown): void
}

/** A stream that somebody reads. */
interface Stream {
  readonly name: string
  readonly instrument: Instrument
  readonly kind: string
  /** Milliseconds between two publications; 0 for as it happens. */
  readonly every: number
  /** Levels of a partial book, or seconds of a bar. */
  readonly size: number
  readonly readers: Set<StreamReader>
  readonly changes: LevelChanges | undefined
  at: number
  last: string
  previous: number
  /** Opening of the bar that was told while it was open, microseconds; 0 for none. */
  openBar: number
}

const STREAM =
  /^([a-z0-9_]{1,40})@(trade|aggTrade|bookTicker|ticker|miniTicker|markPrice(?:@1s)?|kline_(\w{2,3})|depth(5|10|20)?(?:@(\d{1,4})ms)?)$/
const STREAMS_MAX = 4096

/** Publishes the market: each stream that has readers, in its own rhythm. */
export class MarketStreams {
  readonly #dialect: Dialect
  readonly #sources: PublicSources
  readonly #texts: NumberTexts
  readonly #streams = new Map<string, Stream>()
  /** Undefined on spot, which has no such stream. */
  readonly #contracts: ContractStream | undefined

  constructor(dialect: Dialect, sources: PublicSources) {
    this.#dialect = dialect
    this.#sources = sources
    this.#texts = new NumberTexts(dialect)
    this.#contracts = dialect === 'usdm' ? new ContractStream(sources) : undefined
  }

  /** Begins to read a stream. False when there is none of this name; the venue then stays silent. */
  subscribe(name: string, reader: StreamReader): boolean {
    if (name === CONTRACT_INFO) this.#contracts?.subscribe(reader)
    const stream = this.#streams.get(name) ?? this.#make(name)
    if (stream === undefined || this.#streams.size >= STREAMS_MAX) return false
    this.#streams.set(name, stream)
    stream.readers.add(reader)
    return true
  }

  unsubscribe(name: string, reader: StreamReader): void {
    if (name === CONTRACT_INFO) this.#contracts?.unsubscribe(reader)
    const stream = this.#streams.get(name)
    stream?.readers.delete(reader)
    if (stream?.readers.size === 0) this.#streams.delete(name)
  }

  onTrade(trade: ExchangeTrade): void {
    const { instrument, price, lots, takerSide } = trade
    const at = Math.floor(trade.at / 1000)
    const common = {
      ...{
        E: at,
        s: instrument.symbol,
        p: this.#texts.price(instrument, price),
        q: this.#texts.lots(instrument, lots),
      },
      ...{ T: at, m: takerSide === SELL },
    }
    const symbol = instrument.symbol.toLowerCase()
    const spotOnly = this.#dialect === 'spot' ? { M: true } : {}
    const usdmOnly = this.#dialect === 'usdm' ? { X: 'MARKET' } : {}
    this.#tell(`${symbol}@trade`, { e: 'trade', ...common, t: trade.id, ...spotOnly, ...usdmOnly })
    this.#tell(`${symbol}@aggTrade`, { e: 'aggTrade', ...common, a: trade.id, f: trade.id, l: trade.id, ...spotOnly })
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    for (const stream of this.#streams.values())
      if (stream.instrument === instrument) stream.changes?.onLevel(side, price)
  }

  /** Publishes what is due. @param now milliseconds */
  tick(now: number): void {
    this.#contracts?.tick(now)
    for (const stream of this.#streams.values()) {
      if (now < stream.at) continue
      stream.at = now + stream.every
      const event = this.#event(stream, now)
      if (event === undefined) continue
      for (const reader of stream.readers) reader.onEvent(stream.name, event)
    }
  }

  #make(name: string): Stream | undefined {
    const match = STREAM.exec(name)
    if (match === null) return undefined
    const [, symbol, what, interval, size, every] = match
    const { exchange, venue, updateId } = this.#sources
    const instrument = exchange.instruments.find(venue, symbol!.toUpperCase())
    if (instrument === undefined) return undefined
    const kind = what!.replace(/[\d_@].*$/, '')
    const seconds = interval === undefined ? 0 : (INTERVAL_SECONDS[interval] ?? 0)
    if (kind === 'kline' && seconds < 60) return undefined
    const isDiff = kind === 'depth' && size === undefined
    const usual = this.#dialect === 'spot' ? 1000 : 250
    const rhythm: Record<string, number> = {
      depth: every === undefined ? usual : Number(every),
      ticker: 1000,
      miniTicker: 1000,
      kline: 1000,
      markPrice: what!.endsWith('1s') ? 1000 : 3000,
    }
    return {
      ...{ name, instrument, kind, every: rhythm[kind] ?? 0, size: Number(size ?? seconds), readers: new Set() },
      changes: isDiff ? new LevelChanges(exchange, instrument.index, updateId(instrument.index)) : undefined,
      ...{ at: 0, last: '', previous: updateId(instrument.index), openBar: 0 },
    }
  }

  /** The event that is due; undefined when nothing changed. */
  #event(stream: Stream, now: number): unknown {
    switch (stream.kind) {
      case 'depth':
        return stream.changes === undefined ? this.#partial(stream, now) : this.#diff(stream, stream.changes, now)
      case 'bookTicker':
        return this.#touch(stream, now)
      case 'kline':
        return this.#bar(stream, now)
      case 'ticker':
      case 'miniTicker':
        return this.#day(stream, now)
      case 'markPrice':
        return this.#mark(stream, now)
      default:
        return undefined // Trades are told as they happen.
    }
  }

  #rows(instrument: Instrument, levels: SideLevels): unknown {
    return levels.map(([price, lots]) => [this.#texts.price(instrument, price), this.#texts.lots(instrument, lots)])
  }

  #diff(stream: Stream, changes: LevelChanges, now: number): unknown {
    const taken = changes.take()
    if (taken === undefined) return undefined
    const { instrument } = stream
    const { previous } = stream
    stream.previous = taken.last
    return {
      ...{ e: 'depthUpdate', E: now, ...(this.#dialect === 'usdm' ? { T: now } : {}), s: instrument.symbol },
      ...{ U: taken.first, u: taken.last, ...(this.#dialect === 'usdm' ? { pu: previous } : {}) },
      ...{ b: this.#rows(instrument, taken.bids), a: this.#rows(instrument, taken.asks) },
    }
  }

  #partial(stream: Stream, now: number): unknown {
    const { instrument, size, previous } = stream
    const { exchange } = this.#sources
    const id = this.#sources.updateId(instrument.index)
    const bids = this.#rows(instrument, bestLevels(exchange, instrument.index, BUY, size))
    const asks = this.#rows(instrument, bestLevels(exchange, instrument.index, SELL, size))
    stream.previous = id
    if (this.#dialect === 'spot') return { lastUpdateId: id, bids, asks }
    if (id === previous && stream.last !== '') return undefined
    stream.last = 'told'
    return {
      e: 'depthUpdate',
      E: now,
      T: now,
      s: instrument.symbol,
      U: previous + 1,
      u: id,
      pu: previous,
      b: bids,
      a: asks,
    }
  }

  #touch(stream: Stream, now: number): unknown {
    const { instrument } = stream
    const { book } = this.#sources.exchange.engine(instrument.index)
    const [bid, ask] = [book.best(BUY), book.best(SELL)]
    if (!Number.isFinite(bid) || !Number.isFinite(ask)) return undefined
    const [bids, asks] = [book.lotsAt(BUY, bid), book.lotsAt(SELL, ask)]
    const seen = `${bid} ${bids} ${ask} ${asks}`
    if (seen === stream.last) return undefined
    stream.last = seen
    const id = this.#sources.updateId(instrument.index)
    const usdm = this.#dialect === 'usdm'
    return {
      ...(usdm ? { e: 'bookTicker' } : {}),
      ...{ u: id, s: instrument.symbol, b: this.#texts.price(instrument, bid), B: this.#texts.lots(instrument, bids) },
      ...{ a: this.#texts.price(instrument, ask), A: this.#texts.lots(instrument, asks) },
      ...(usdm ? { T: now, E: now } : {}),
    }
  }

  #bar(stream: Stream, now: number): unknown {
    const { instrument, size } = stream
    const bar = this.#sources.bars[instrument.index]!.due(size * 1e6, stream.openBar)
    if (bar === undefined) return undefined
    const opens = Math.floor(bar.opensAt / 1000)
    const ends = opens + size * 1000 - 1
    const closed = now > ends
    const seen = `${opens} ${bar.lastTrade} ${closed}`
    stream.openBar = closed ? 0 : bar.opensAt
    if (seen === stream.last) return undefined
    stream.last = seen
    const price = (ticks: number): string => this.#texts.price(instrument, ticks)
    const money = (value: bigint): string => amountText(value, instrument.settle.decimals)
    return {
      ...{ e: 'kline', E: now, s: instrument.symbol },
      k: {
        ...{
          t: opens,
          T: ends,
          s: instrument.symbol,
          i: stream.name.split('_').at(-1),
          f: bar.firstTrade,
          L: bar.lastTrade,
        },
        ...{ o: price(bar.open), c: price(bar.close), h: price(bar.high), l: price(bar.low) },
        ...{ v: this.#texts.lots(instrument, bar.lots), n: bar.trades, x: closed, q: money(bar.value) },
        ...{ V: this.#texts.lots(instrument, bar.boughtLots), Q: money(bar.boughtValue), B: '0' },
      },
    }
  }

  #day(stream: Stream, now: number): unknown {
    const { instrument, kind } = stream
    const day = dayTicker(this.#dialect, this.#sources, instrument)
    const prices = {
      o: day['openPrice'],
      h: day['highPrice'],
      l: day['lowPrice'],
      v: day['volume'],
      q: day['quoteVolume'],
    }
    if (kind === 'miniTicker')
      return { e: '24hrMiniTicker', E: now, s: instrument.symbol, c: day['lastPrice'], ...prices }
    return {
      ...{
        e: '24hrTicker',
        E: now,
        s: instrument.symbol,
        p: day['priceChange'],
        P: day['priceChangePercent'],
        w: day['weightedAvgPrice'],
      },
      ...{ c: day['lastPrice'], Q: day['lastQty'], ...prices },
      ...(this.#dialect === 'spot'
        ? { x: day['prevClosePrice'], b: day['bidPrice'], B: day['bidQty'], a: day['askPrice'], A: day['askQty'] }
        : {}),
      ...{ O: day['openTime'], C: day['closeTime'], F: day['firstId'], L: day['lastId'], n: day['count'] },
    }
  }

  #mark(stream: Stream, now: number): unknown {
    if (this.#dialect === 'spot') return undefined
    const { instrument } = stream
    const mark = this.#texts.price(instrument, this.#sources.exchange.mark(instrument.index))
    const rate = (FUNDING_RATE / 1e12).toFixed(8)
    return {
      e: 'markPriceUpdate',
      E: now,
      s: instrument.symbol,
      p: mark,
      ap: mark,
      i: mark,
      P: mark,
      r: rate,
      T: nextFunding(now),
    }
  }

  #tell(name: string, event: unknown): void {
    for (const reader of this.#streams.get(name)?.readers ?? []) reader.onEvent(name, event)
  }
}
