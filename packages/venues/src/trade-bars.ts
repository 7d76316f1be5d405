import { worth } from '@velocimex/core/exchange/exchange-account'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { BUY } from '@velocimex/core/market/side'

/** Trades of an interval. Prices in ticks, quantities in lots. */
export interface TradeBar {
  /** First instant of the interval, microseconds. */
  readonly opensAt: number
  readonly open: number
  high: number
  low: number
  close: number
  lots: number
  /** Lots whose aggressor bought. */
  boughtLots: number
  /** Worth of the lots in booked units of the settling asset (spot: the quote), and of those that were bought. */
  value: bigint
  boughtValue: bigint
  /** Sum of price times lots, ticks: by the lots it is the average price. */
  weight: number
  trades: number
  firstTrade: number
  lastTrade: number
}

const MINUTE = 60_000_000
/** A day and a little. */
const BARS_MAX = 1500

/** One-minute bars of an instrument, made from its trades as a simulated venue keeps them. */
export class TradeBars {
  /** Oldest first. */
  readonly minutes: TradeBar[] = []

  /** Takes a trade; trades come in the order of time. */
  take({ id, instrument, price, lots, takerSide, at }: ExchangeTrade): void {
    const opensAt = Math.floor(at / MINUTE) * MINUTE
    let bar = this.minutes.at(-1)
    if (bar === undefined || bar.opensAt !== opensAt) {
      bar = {
        opensAt,
        open: price,
        high: price,
        low: price,
        close: price,
        lots: 0,
        boughtLots: 0,
        value: 0n,
        boughtValue: 0n,
        weight: 0,
        trades: 0,
        firstTrade: id,
        lastTrade: id,
      }
      this.minutes.push(bar)
      if (this.minutes.length > BARS_MAX) this.minutes.shift()
    }
    bar.high = Math.max(bar.high, price)
    bar.low = Math.min(bar.low, price)
    bar.close = price
    bar.lots += lots
    const value = worth(instrument, price, lots)
    bar.value += value
    bar.weight += price * lots
    if (takerSide === BUY) {
      bar.boughtLots += lots
      bar.boughtValue += value
    }
    bar.trades++
    bar.lastTrade = id
  }

  /** Bars of a length that is a whole number of minutes, oldest first. @param length microseconds */
  of(length: number): TradeBar[] {
    const bars: TradeBar[] = []
    for (const minute of this.minutes) {
      const opensAt = Math.floor(minute.opensAt / length) * length
      const bar = bars.at(-1)
      if (bar === undefined || bar.opensAt !== opensAt) bars.push({ ...minute, opensAt })
      else merge(bar, minute)
    }
    return bars
  }

  /**
   * The bar to publish: the one that was still open when it was told, so that its end is told too, or else the newest.
   * @param openAt opening of the bar that was told while it was open; anything else for none
   */
  due(length: number, openAt: number): TradeBar | undefined {
    const bars = this.of(length)
    return bars.findLast(({ opensAt }) => opensAt === openAt) ?? bars.at(-1)
  }

  /** All of the last day in one; undefined before the first trade. */
  day(): TradeBar | undefined {
    const [first, ...rest] = this.minutes
    if (first === undefined) return undefined
    const day = { ...first }
    for (const minute of rest) merge(day, minute)
    return day
  }
}

/** Average price of a bar by volume, whole ticks. */
export const averageTicks = ({ weight, lots }: TradeBar): number => Math.round(weight / lots)

function merge(bar: TradeBar, later: TradeBar): void {
  bar.high = Math.max(bar.high, later.high)
  bar.low = Math.min(bar.low, later.low)
  bar.close = later.close
  bar.lots += later.lots
  bar.boughtLots += later.boughtLots
  bar.value += later.value
  bar.boughtValue += later.boughtValue
  bar.weight += later.weight
  bar.trades += later.trades
  bar.lastTrade = later.lastTrade
}
