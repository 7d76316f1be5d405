import type { Ladder } from '../book/ladder.ts'
import type { OrderBook } from '../book/order-book.ts'
import { MarketStatus, STATUS_NAMES } from '../market/event-kind.ts'
import { BUY } from '../market/side.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import type { RefusalFigures, RiskRefusal } from './risk-refusal.ts'

/** What a wish is held against. A consumer's own books and orders happen to fit. */
export interface MarketView {
  book(instrument: number): OrderBook
  /** Microseconds that the newest data of an instrument was under way from the venue; 0 when that is not told. */
  delay(instrument: number): number
  /** What the venue said last of the trading of an instrument, a number of `MarketStatus`; 0 when it said nothing. */
  status(instrument: number): number
  /** Orders of the account that are not closed. */
  openOrders(instrument: number): readonly OrderView[]
}

/** What market data may be under way and still be traded on, unless told; microseconds. */
const DELAY_MAX = 2_000_000

/**
 * Refuses before the wire what the market would make of an order against our wish: refused because trading is halted,
 * decided on data that is too old, taking where it was to rest, or trading with an order of our own. What only reduces is
 * never shown to it: where trading is halted the venue has the last word, for its own may have come late.
 */
export class MarketGuard implements OrderGuard {
  readonly #market: () => MarketView
  readonly #delayMax: number

  /**
   * @param parts asked for the market with each order
   * @param delayMax microseconds that data may be under way and still be traded on
   */
  constructor(parts: { market(): MarketView }, delayMax = DELAY_MAX) {
    this.#market = () => parts.market()
    this.#delayMax = delayMax
  }

  refusal(wish: Wish): RefusalFigures | undefined {
    const { instrument, postOnly, side } = wish.order
    const market = this.#market()
    const status = market.status(instrument)
    if (status > MarketStatus.trading)
      return { ...figures('market_halted', wish, 0, 0, ''), name: `status ${STATUS_NAMES[status]}` }
    const delay = market.delay(instrument)
    if (delay > this.#delayMax) return figures('stale_market', wish, delay, this.#delayMax, 'us')
    const book = market.book(instrument)
    const opposite = side === BUY ? book.asks : book.bids
    const { price = worstPrice(opposite, wish.quantity) } = wish
    if (postOnly && opposite.count > 0 && side * price >= side * opposite.best)
      return figures('post_only_would_take', wish, price, opposite.best, 'ticks')
    for (const { request, price: own } of market.openOrders(instrument))
      if (request.side !== side && own !== undefined && side * price >= side * own)
        return figures('self_trade', wish, price, own, 'ticks')
    return undefined
  }

  onApproved(): void {
    // Nothing is reserved.
  }

  onSettled(): void {
    // And nothing released.
  }
}

/** The price of the last lot that a market order takes, in ticks; that of the last level when there are too few. */
function worstPrice(ladder: Ladder, lots: number): number {
  let price = ladder.best
  let left = lots - ladder.bestLots
  for (let next = ladder.worse(price); left > 0 && Number.isFinite(next); next = ladder.worse(next)) {
    price = next
    left -= ladder.lotsAt(next)
  }
  return price
}

const figures = (reason: RiskRefusal, { order }: Wish, would: number, limit: number, unit: string): RefusalFigures => ({
  reason,
  name: reason,
  scope: { instrument: order.instrument },
  value: would,
  would,
  limit,
  unit,
})
