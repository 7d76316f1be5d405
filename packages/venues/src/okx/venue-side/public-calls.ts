import type { Instrument } from '@velocimex/core/market/instrument'
import { BAR_SECONDS } from '../channels.ts'
import { INST_TYPES } from '../order-requests.ts'
import { type Asked, wholeOf } from './asked.ts'
import { FUNDING_PERIOD, fundingRow, instrumentRow, nextFunding, pastFunding } from './instrument-rows.ts'
import { barRow, bookRows, type MarketSources, markRow, priceLimitRow, tickerRow, tradeRow } from './market-rows.ts'
import { type Failure, failure, isFailure, wrong } from './venue-failures.ts'

const DEPTH_MAX = 400
const FULL_DEPTH_MAX = 5000
const ROWS_MAX = 500
const BARS_MAX = 300
const NO_INSTRUMENT = failure('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")

/** Rows of an answer, or the error. */
export type Rows = readonly unknown[] | Failure

/** Answers of the public calls. */
export class PublicCalls {
  readonly #sources: MarketSources
  readonly #since: number

  constructor(sources: MarketSources) {
    this.#sources = sources
    this.#since = sources.now()
  }

  time(): Rows {
    return [{ ts: String(this.#sources.now()) }]
  }

  instruments(asked: Asked): Rows {
    const chosen = this.#ofType(asked)
    const { isOpen } = this.#sources.exchange
    return isFailure(chosen) ? chosen : chosen.map(each => instrumentRow(each, isOpen[each.index]!))
  }

  books(asked: Asked): Rows {
    return this.#of(asked, instrument => {
      const depth = wholeOf(asked, 'sz', 1, DEPTH_MAX)
      return [{ ...bookRows(this.#sources.exchange, instrument, depth), ts: String(this.#sources.now()) }]
    })
  }

  /** The rows of this call have three cells. */
  fullBooks(asked: Asked): Rows {
    return this.#of(asked, instrument => {
      const { asks, bids } = bookRows(this.#sources.exchange, instrument, wholeOf(asked, 'sz', 1, FULL_DEPTH_MAX))
      const three = (rows: string[][]): string[][] => rows.map(row => [row[0]!, row[1]!, row[3]!])
      return [{ asks: three(asks), bids: three(bids), ts: String(this.#sources.now()) }]
    })
  }

  ticker(asked: Asked): Rows {
    return this.#of(asked, instrument => [tickerRow(this.#sources, instrument)])
  }

  tickers(asked: Asked): Rows {
    const chosen = this.#ofType(asked)
    return isFailure(chosen) ? chosen : chosen.map(each => tickerRow(this.#sources, each))
  }

  /** Newest first. */
  trades(asked: Asked): Rows {
    return this.#of(asked, ({ index }) => {
      const limit = wholeOf(asked, 'limit', 100, ROWS_MAX)
      return this.#sources.trades[index]!.slice(-limit).reverse().map(tradeRow)
    })
  }

  /** Newest first; `after` asks for older ones than an instant, `before` for newer. Bars shorter than a minute are not kept. */
  candles(asked: Asked): Rows {
    return this.#of(asked, instrument => {
      const length = (asked.get('bar') ?? '1m').replace(/utc$/, '')
      const seconds = Object.hasOwn(BAR_SECONDS, length) ? BAR_SECONDS[length]! : 0
      if (seconds < 60) return wrong('bar')
      const now = this.#sources.now()
      const older = wholeOf(asked, 'after', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
      const newer = wholeOf(asked, 'before', -1, Number.MAX_SAFE_INTEGER)
      const rows = this.#sources.bars[instrument.index]!.of(seconds * 1e6).map(bar =>
        barRow(instrument, bar, now * 1000 >= bar.opensAt + seconds * 1e6),
      )
      const chosen = rows.filter(([ts]) => Number(ts) < older && Number(ts) > newer)
      return chosen.slice(-wholeOf(asked, 'limit', 100, BARS_MAX)).reverse()
    })
  }

  marks(asked: Asked): Rows {
    const chosen = asked.get('instId') === undefined ? this.#ofType(asked) : this.#named(asked)
    return isFailure(chosen) ? chosen : [chosen].flat().flatMap(each => markRow(this.#sources, each) ?? [])
  }

  priceLimit(asked: Asked): Rows {
    return this.#of(asked, instrument => priceLimitRow(this.#sources, instrument))
  }

  /** Of one instrument, or of `ANY`. */
  funding(asked: Asked): Rows {
    const { exchange, now } = this.#sources
    const perpetuals = exchange.instruments.all.filter(({ kind }) => kind === 'perpetual')
    if (asked.get('instId') === 'ANY') return perpetuals.map(each => fundingRow(each, now()))
    return this.#of(asked, instrument =>
      instrument.kind === 'perpetual' ? [fundingRow(instrument, this.#sources.now())] : wrong('instId'),
    )
  }

  pastFunding(asked: Asked): Rows {
    return this.#of(asked, instrument => {
      const now = this.#sources.now()
      const since = nextFunding(this.#since) - FUNDING_PERIOD
      return pastFunding(instrument, now, since, wholeOf(asked, 'limit', 100, 100))
    })
  }

  /** The instrument that `instId` names. */
  #named(asked: Asked): Instrument | Failure {
    const instId = asked.get('instId')
    return instId === undefined
      ? wrong('instId')
      : (this.#sources.exchange.instruments.find('okx', instId) ?? NO_INSTRUMENT)
  }

  #of(asked: Asked, read: (instrument: Instrument) => Rows): Rows {
    const instrument = this.#named(asked)
    return isFailure(instrument) ? instrument : read(instrument)
  }

  #ofType(asked: Asked): readonly Instrument[] | Failure {
    const type = asked.get('instType')
    if (type === undefined || ![...Object.values(INST_TYPES), 'MARGIN', 'EVENTS'].includes(type))
      return wrong('instType')
    const wanted = asked.get('instId')
    const { all } = this.#sources.exchange.instruments
    return all.filter(({ kind, symbol }) => INST_TYPES[kind] === type && (wanted === undefined || symbol === wanted))
  }
}
