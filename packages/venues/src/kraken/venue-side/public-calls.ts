import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import { averageTicks } from '../../trade-bars.ts'
import { isoText } from '../iso-text.ts'
import { altName, olderPairName } from '../pair-names.ts'
import { assetOfRest, type RestNames, restPairId } from '../rest-names.ts'
import type { MarketRecord } from './market-record.ts'
import type { RequestForm } from './request-form.ts'
import { INTERVALS } from './subscription.ts'
import { VenueError } from './venue-errors.ts'
import { lotsText, priceText } from './venue-texts.ts'

const UNKNOWN_PAIR = new VenueError('EQuery:Unknown asset pair')
const OHLC_ROWS = 720

/** Answers of `/0/public/*`: the value to be told as JSON, or the error. */
export class PublicCalls {
  readonly #market: MarketRecord
  readonly #names: RestNames
  readonly #now: () => number

  /** @param now microseconds */
  constructor(market: MarketRecord, names: RestNames, now: () => number) {
    this.#market = market
    this.#names = names
    this.#now = now
  }

  time(): unknown {
    const unixtime = Math.floor(this.#now() / 1e6)
    return { unixtime, rfc1123: isoText(unixtime * 1e6) }
  }

  systemStatus(): unknown {
    const isOpen = this.#market.exchange.isOpen.some(open => open)
    return { status: isOpen ? 'online' : 'cancel_only', timestamp: `${isoText(this.#now()).slice(0, 19)}Z` }
  }

  assets(): unknown {
    const codes = this.#market.exchange.instruments.all.flatMap(({ symbol }) => olderPairName(symbol).split('/'))
    const asset = (altname: string): unknown => ({
      ...{ aclass: 'currency', altname, decimals: 10, display_decimals: 5, status: 'enabled' },
    })
    return Object.fromEntries([...new Set(codes)].map(code => [longName(code), asset(code)]))
  }

  assetPairs(form: RequestForm): unknown {
    const asked = form.list('pair')
    const found = asked.map(name => this.#names.find(name))
    if (found.includes(undefined)) return UNKNOWN_PAIR
    const all = asked.length === 0 ? this.#market.exchange.instruments.all : (found as Instrument[])
    return Object.fromEntries(all.map(instrument => [restPairId(instrument.symbol), this.#pair(instrument)]))
  }

  depth(form: RequestForm): unknown {
    return this.#ofPair(form, instrument => {
      const { exchange } = this.#market
      const count = Math.max(1, Math.min(500, form.int('count', 100)))
      const seconds = Math.floor(this.#now() / 1e6)
      const rows = (side: Side): unknown =>
        bestLevels(exchange, instrument.index, side, count).map(([price, lots]) => [
          priceText(instrument, price),
          lotsText(instrument, lots),
          seconds,
        ])
      return { asks: rows(SELL), bids: rows(BUY) }
    })
  }

  trades(form: RequestForm): unknown {
    const told = this.#ofPair(form, instrument => {
      const since = Number(form.get('since') ?? 0)
      const all = this.#market.trades[instrument.index]!.filter(({ at }) => at * 1000 > since)
      return all.slice(-Math.max(1, Math.min(1000, form.int('count', 1000)))).map(trade => tradeRow(trade))
    })
    return told instanceof VenueError ? told : { ...told, last: `${BigInt(Math.floor(this.#now())) * 1000n}` }
  }

  ohlc(form: RequestForm): unknown {
    const minutes = form.int('interval', 1)
    if (!INTERVALS.includes(minutes)) return new VenueError('EGeneral:Invalid arguments:interval')
    const told = this.#ofPair(form, instrument => {
      const bars = this.#market.bars[instrument.index]!.of(minutes * 60e6).slice(-OHLC_ROWS)
      return bars.map(({ opensAt, open, high, low, close, lots, trades }) => [
        Math.floor(opensAt / 1e6),
        ...[open, high, low, close].map(price => priceText(instrument, price)),
        priceText(instrument, Math.round((high + low) / 2)),
        lotsText(instrument, lots),
        trades,
      ])
    })
    return told instanceof VenueError ? told : { ...told, last: Math.floor(this.#now() / 60e6) * 60 }
  }

  ticker(form: RequestForm): unknown {
    const asked = form.list('pair')
    const found = asked.map(name => this.#names.find(name))
    if (found.includes(undefined)) return UNKNOWN_PAIR
    const all = asked.length === 0 ? this.#market.exchange.instruments.all : (found as Instrument[])
    return Object.fromEntries(all.map(instrument => [restPairId(instrument.symbol), this.#day(instrument)]))
  }

  #ofPair(form: RequestForm, tell: (instrument: Instrument) => unknown): Record<string, unknown> | VenueError {
    const instrument = this.#names.find(form.get('pair') ?? '')
    return instrument === undefined ? UNKNOWN_PAIR : { [restPairId(instrument.symbol)]: tell(instrument) }
  }

  #day(instrument: Instrument): unknown {
    const { exchange, bars } = this.#market
    const day = bars[instrument.index]!.day()
    const price = (ticks: number | undefined): string => priceText(instrument, ticks ?? 0)
    const lots = lotsText(instrument, day?.lots ?? 0)
    const touch = (side: Side): unknown => {
      const [level] = bestLevels(exchange, instrument.index, side, 1)
      const text = lotsText(instrument, level?.[1] ?? 0)
      return [price(level?.[0]), text.split('.')[0], text]
    }
    const last = this.#market.trades[instrument.index]!.at(-1)
    const average = price(day === undefined ? 0 : averageTicks(day))
    return {
      ...{ a: touch(SELL), b: touch(BUY), c: [price(last?.price), lotsText(instrument, last?.lots ?? 0)] },
      ...{ v: [lots, lots], p: [average, average], t: [day?.trades ?? 0, day?.trades ?? 0] },
      ...{ l: [price(day?.low), price(day?.low)], h: [price(day?.high), price(day?.high)], o: price(day?.open) },
    }
  }

  #pair(instrument: Instrument): unknown {
    const { symbol, price, quantity, bounds, fees } = instrument
    const [base, quote] = olderPairName(symbol).split('/').map(longName)
    const percent = (rate: number): number => rate / 1e6
    return {
      ...{ altname: altName(symbol), wsname: olderPairName(symbol), aclass_base: 'currency', base },
      ...{ aclass_quote: 'currency', quote, lot: 'unit', cost_decimals: 5, pair_decimals: price.decimals },
      ...{ lot_decimals: quantity.decimals, lot_multiplier: 1, leverage_buy: [], leverage_sell: [] },
      ...{ fees: [[0, percent(fees.taker)]], fees_maker: [[0, percent(fees.maker)]], fee_volume_currency: 'ZUSD' },
      ...{ margin_call: 80, margin_stop: 40, ordermin: formatOnGrid(bounds.quantityMin ?? 1, quantity) },
      costmin: formatScaled(bounds.notionalMin ?? 0n, instrument.settle.decimals).replace(/\.?0+$/, '') || '0',
      tick_size: formatOnGrid(1, price),
      status: this.#market.exchange.isOpen[instrument.index] ? 'online' : 'cancel_only',
    }
  }
}

/** `XXBT` of `XBT`: the name of an asset in REST answers. */
export function longName(code: string): string {
  const long = [`X${code}`, `Z${code}`].find(name => assetOfRest(name) !== name)
  return long ?? code
}

function tradeRow({ instrument, price, lots, at, takerSide, id }: ExchangeTrade): unknown {
  const texts = [priceText(instrument, price), lotsText(instrument, lots)]
  return [...texts, at / 1e6, takerSide === BUY ? 'b' : 's', 'l', '', id]
}
