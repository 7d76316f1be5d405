import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { boundsAt } from '@velocimex/core/exchange/price-band'
import { shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import type { TradeBar, TradeBars } from '../../trade-bars.ts'
import { INST_TYPES } from '../order-requests.ts'
import { amountText, contractText, lotsText, msText, priceText } from './texts.ts'

/** What the market is told from. */
export interface MarketSources {
  readonly exchange: Exchange
  readonly bars: readonly TradeBars[]
  /** Newest trades by instrument, oldest first; bounded. */
  readonly trades: readonly (readonly ExchangeTrade[])[]
  /** Number of the last change of a book. */
  seqId(instrument: number): number
  /** Milliseconds. */
  now(): number
}

/** `["price","quantity","0","orders"]` */
export function levelRow(exchange: Exchange, instrument: Instrument, side: Side, price: number): string[] {
  const { book } = exchange.engine(instrument.index)
  const lots = lotsText(instrument, book.lotsAt(side, price))
  return [priceText(instrument, price), lots, '0', String(book.ordersAt(side, price))]
}

/** The best levels of both sides. */
export function bookRows(exchange: Exchange, instrument: Instrument, depth: number) {
  const rows = (side: Side): string[][] =>
    bestLevels(exchange, instrument.index, side, depth).map(([price]) => levelRow(exchange, instrument, side, price))
  return { asks: rows(SELL), bids: rows(BUY) }
}

/** A trade of the channel `trades` and of `market/trades`; singly, without `count`, in `trades-all`. */
export const tradeRow = ({ id, instrument, takerSide, price, lots, at }: ExchangeTrade): Record<string, unknown> => ({
  ...{
    instId: instrument.symbol,
    tradeId: String(id),
    px: priceText(instrument, price),
    sz: lotsText(instrument, lots),
  },
  ...{ side: takerSide === BUY ? 'buy' : 'sell', ts: msText(at), source: '0' },
})

/** The ticker of an instrument. What was not traded is empty. */
export function tickerRow(
  { exchange, bars, trades, now }: MarketSources,
  instrument: Instrument,
): Record<string, unknown> {
  const { asks, bids } = bookRows(exchange, instrument, 1)
  const day = bars[instrument.index]!.day()
  const last = trades[instrument.index]!.at(-1)
  const price = (ticks: number | undefined): string => (ticks === undefined ? '' : priceText(instrument, ticks))
  const { volume, inCoin, inMoney } = volumesOf(instrument, day)
  return {
    ...{ instType: INST_TYPES[instrument.kind], instId: instrument.symbol, last: price(last?.price) },
    ...{ lastSz: last === undefined ? '' : lotsText(instrument, last.lots), askPx: asks[0]?.[0] ?? '' },
    ...{ askSz: asks[0]?.[1] ?? '', bidPx: bids[0]?.[0] ?? '', bidSz: bids[0]?.[1] ?? '', open24h: price(day?.open) },
    ...{
      high24h: price(day?.high),
      low24h: price(day?.low),
      volCcy24h: instrument.kind === 'spot' ? inMoney : inCoin,
      vol24h: volume,
      ts: String(now()),
    },
    ...{ sodUtc0: price(day?.open), sodUtc8: price(day?.open) },
  }
}

/** What was traded: as orders are sized, in the coin, and in money. A contract on money has its worth in the coin. */
function volumesOf(instrument: Instrument, bar: TradeBar | undefined) {
  const [lots, value] = [bar?.lots ?? 0, bar?.value ?? 0n]
  const { quantity, settle, contract, kind } = instrument
  const volume = lotsText(instrument, lots)
  const worthText = amountText(value, settle.decimals)
  const contracts = (lots * quantity.step) / 10 ** quantity.decimals
  const size = kind === 'spot' ? 1 : Number(contractText(instrument))
  const sized = shortDecimal((contracts * size).toFixed(8))
  return contract.kind === 'inverse'
    ? { volume, inCoin: worthText, inMoney: sized }
    : { volume, inCoin: kind === 'spot' ? volume : sized, inMoney: worthText }
}

/** The nine cells of a bar. @param isClosed whether its interval is over */
export function barRow(instrument: Instrument, bar: TradeBar, isClosed: boolean): string[] {
  const price = (ticks: number): string => priceText(instrument, ticks)
  const { volume, inCoin, inMoney } = volumesOf(instrument, bar)
  const cells = [price(bar.open), price(bar.high), price(bar.low), price(bar.close), volume, inCoin, inMoney]
  return [msText(bar.opensAt), ...cells, isClosed ? '1' : '0']
}

/** Buys above and sells below are refused; no row while there is no mark. */
export function priceLimitRow({ exchange, now }: MarketSources, instrument: Instrument): Record<string, unknown>[] {
  const mark = exchange.mark(instrument.index)
  if (mark <= 0) return []
  const { buy, sell } = boundsAt(exchange.terms.bands, instrument, mark)
  const limits = { buyLmt: priceText(instrument, buy.max), sellLmt: priceText(instrument, sell.min), enabled: true }
  const { symbol, kind } = instrument
  return [{ instType: INST_TYPES[kind], instId: symbol, ...limits, ts: String(now()) }]
}

/** The mark price of an instrument; undefined while it has none. */
export function markRow({ exchange, now }: MarketSources, instrument: Instrument): Record<string, unknown> | undefined {
  const mark = exchange.mark(instrument.index)
  if (mark <= 0) return undefined
  const { symbol, kind } = instrument
  return { instType: INST_TYPES[kind], instId: symbol, markPx: priceText(instrument, mark), ts: String(now()) }
}
