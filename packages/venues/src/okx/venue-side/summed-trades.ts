import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'

/** What one aggressor took at one price: the last of its trades with the lots of all, and how many they are. */
export interface SummedTrade {
  readonly trade: ExchangeTrade
  readonly count: number
}

/**
 * Sums the trades of one instrument as the channel `trades` tells them: those of one instant, side and price that follow
 * each other are one.
 */
export class SummedTrades {
  #trade: ExchangeTrade | undefined
  #count = 0

  /** Takes a trade. @returns the sum before it that it does not belong to */
  take(trade: ExchangeTrade): SummedTrade | undefined {
    const before = this.#trade
    const isSame =
      before !== undefined &&
      before.at === trade.at &&
      before.takerSide === trade.takerSide &&
      before.price === trade.price &&
      before.id === trade.id - 1
    const ended = isSame ? undefined : this.end()
    this.#trade = isSame ? { ...trade, lots: before.lots + trade.lots } : trade
    this.#count++
    return ended
  }

  /** Ends the sum: nothing more belongs to it. */
  end(): SummedTrade | undefined {
    const ended = this.#trade === undefined ? undefined : { trade: this.#trade, count: this.#count }
    this.#trade = undefined
    this.#count = 0
    return ended
  }
}
