import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { sideName } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import { decisionWords, type OrderDecision } from '@velocimex/core/order/order-decision'

/** One thing that happened to an order. */
export interface StoryLine {
  /** Microseconds. */
  readonly at: number
  readonly words: string
}

const ORDERS_MAX = 5_000
const LINES_MAX = 100

/** What happened to each order, for a person who asks why. */
export class OrderStories {
  readonly #lines = new Map<string, StoryLine[]>()
  readonly #states = new Map<string, string>()

  onOrderUpdate(order: OrderView, at: number): void {
    const { clientOrderId: id, state, reason } = order
    if (this.#states.get(id) === state) return
    this.#states.set(id, state)
    this.#tell(id, at, reason === '' ? state : `${state}: ${reason}`)
  }

  /** Why it was placed, moved or taken away. */
  onDecision(order: OrderView, decision: OrderDecision, instruments: InstrumentTable, at: number): void {
    this.#tell(order.clientOrderId, at, decisionWords(decision, instruments.at(order.request.instrument)))
  }

  /** @returns the fill in words: side, quantity, symbol, price */
  onFill(fill: Fill, { price, quantity, symbol, settle, quote, base }: Instrument): string {
    const what = `${sideName(fill.side)} ${formatOnGrid(fill.quantity, quantity)} ${symbol} at ${formatOnGrid(fill.price, price)}`
    const { decimals } = [settle, quote, base].find(({ code }) => code === fill.feeAsset) ?? { decimals: 0 }
    const fee = formatScaled(fill.fee, decimals)
    this.#tell(fill.clientOrderId, fill.at, `filled ${what}, fee ${fee} ${fill.feeAsset}, ${fill.liquidity}`)
    return what
  }

  /** Oldest first; undefined for an order that is not remembered. */
  of(id: string): readonly StoryLine[] | undefined {
    return this.#lines.get(id)
  }

  #tell(id: string, at: number, words: string): void {
    const lines = this.#lines.get(id) ?? []
    if (lines.length < LINES_MAX) lines.push({ at, words })
    this.#lines.set(id, lines)
    if (this.#lines.size <= ORDERS_MAX) return
    const oldest = this.#lines.keys().next().value!
    this.#lines.delete(oldest)
    this.#states.delete(oldest)
  }
}
