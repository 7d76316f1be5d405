import type { Random } from '../clock/random.ts'
import { BUY, type Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Result } from '../result.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import type { TradingProcess } from './trading-process.ts'

/** Instruments it trades. */
const INSTRUMENTS = 3

/** A strategy without a thought: it places, amends and cancels at random, as far as risk allows. */
export class RandomStrategy {
  readonly #random: Random
  /** Orders that were sent. */
  placed = 0
  /** Wishes that risk or desk refused. */
  refused = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** Does something. @param price of the market in ticks */
  act(trader: TradingProcess, price: (instrument: number) => number): void {
    const instrument = this.#random.below(INSTRUMENTS)
    const dice = this.#random.below(100)
    const mid = price(instrument)
    const order = this.#anyOpen(trader, instrument)
    if (order === undefined || dice < 50) this.#place(trader, this.#wish(instrument, mid))
    else if (dice < 72) this.#count(trader.desk.cancel(order.clientOrderId).ok)
    else if (dice < 88) this.#amend(trader, order, mid)
    else if (dice < 93) this.#cancelReplace(trader, order, mid)
    else if (dice < 97) this.#batch(trader, instrument, mid)
    else this.#flatten(trader, instrument)
  }

  #anyOpen(trader: TradingProcess, instrument: number): OrderView | undefined {
    const open = trader.desk.orders.manager.openOrders(instrument)
    return open.length === 0 ? undefined : open[this.#random.below(open.length)]
  }

  #wish(instrument: number, mid: number): OrderRequest {
    const random = this.#random
    const side: Side = random.below(2) === 0 ? BUY : -1
    const quantity = (1 + random.below(20)) as Lots
    const dice = random.below(20)
    const plain = { instrument, side, quantity, postOnly: false, reduceOnly: false, strategy: 'random' }
    if (dice === 0) return { ...plain, type: 'market', timeInForce: 'ioc' }
    const price = (mid - side * (random.below(12) - 2)) as Ticks
    const timeInForce = dice === 1 ? 'ioc' : dice === 2 ? 'fok' : 'gtc'
    return { ...plain, type: 'limit', price, timeInForce, postOnly: dice > 14 }
  }

  #place(trader: TradingProcess, wish: OrderRequest): void {
    const approved = trader.gate.review(wish)
    if (approved.ok) this.#hand(trader, approved.value, trader.desk.place(approved.value))
    else this.refused++
  }

  #amend(trader: TradingProcess, order: OrderView, mid: number): void {
    if (order.price === undefined) return
    const { side } = order.request
    const price = (mid - side * (this.#random.below(10) - 1)) as Ticks
    const quantity = (order.cumulative + 1 + this.#random.below(15)) as Lots
    const request = { ...order.request, postOnly: false }
    const approved = trader.gate.reviewReplace(request, price, quantity, order.leaves, order.cumulative)
    if (approved.ok) this.#hand(trader, approved.value, trader.desk.replace(order.clientOrderId, approved.value))
    else this.refused++
  }

  #cancelReplace(trader: TradingProcess, order: OrderView, mid: number): void {
    const approved = trader.gate.review({ ...this.#wish(order.request.instrument, mid), side: order.request.side })
    if (approved.ok) this.#hand(trader, approved.value, trader.desk.cancelReplace(order.clientOrderId, approved.value))
    else this.refused++
  }

  /** Each order of a batch is reviewed with the ones before it on their way, so they are reviewed against the whole. */
  #batch(trader: TradingProcess, instrument: number, mid: number): void {
    if (trader.desk.orders.manager.openOrders(instrument).length > 8) return
    const one = this.#wish(instrument, mid)
    const half = Math.max(1, Math.floor(one.quantity / 3)) as Lots
    const whole = trader.gate.review({ ...one, quantity: (half * 3) as Lots })
    if (!whole.ok) return
    const parts = [0, 1, 2].map(() => ({ ...whole.value, quantity: half }))
    for (const result of trader.desk.placeBatch(parts)) this.#count(result.ok)
    trader.gate.settle(whole.value, undefined) // Its parts are orders of their own by now.
  }

  #flatten(trader: TradingProcess, instrument: number): void {
    const held = trader.books.portfolio.netLots(instrument)
    if (held === 0) return
    const side: Side = held > 0 ? -1 : BUY
    const quantity = Math.min(20, Math.abs(held)) as Lots
    const plain = { instrument, side, quantity, postOnly: false, reduceOnly: true, strategy: 'random' }
    this.#place(trader, { ...plain, type: 'market', timeInForce: 'ioc' })
  }

  /** Gives an approval back to risk: from here on the order itself is counted, or there is none. */
  #hand(trader: TradingProcess, approved: ApprovedOrder, sent: Result<OrderView, string>): void {
    trader.gate.settle(approved, sent.ok ? sent.value.clientOrderId : undefined)
    this.#count(sent.ok)
  }

  #count(isSent: boolean): void {
    if (isSent) this.placed++
    else this.refused++
  }
}
