import type { Instrument } from '@velocimex/core/market/instrument'
import { notional } from '@velocimex/core/market/money'
import { BUY, SELL } from '@velocimex/core/market/side'
import { type Lots, lots, type Ticks, ticks } from '@velocimex/core/market/units'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { ApprovedOrder } from '@velocimex/core/risk/risk-gate'
import type { LiveAccount } from '@velocimex/trader/service/live-account'
import { BATCH } from './death-plan.ts'

/** Distance from the middle of an order that is to rest. */
const AWAY = 0.002
const DRILL = 'drill'

/**
 * Gives every kind of command to an account, over and over, as fast as the venue answers: a limit that rests, is amended
 * and canceled; a market order; two orders at once; a limit that takes.
 */
export class OrderDrill {
  readonly #account: LiveAccount
  readonly #amended = new Set<string>()
  #turn = 0

  constructor(account: LiveAccount) {
    this.#account = account
  }

  /** Gives the next command, unless one is under way. */
  step(): void {
    if (!this.#account.isReady) return
    for (const instrument of this.#account.instruments.all) this.#command(instrument)
  }

  #command(instrument: Instrument): void {
    const { desk } = this.#account
    const isOurs = ({ request }: OrderView): boolean => request.strategy === DRILL || request.strategy === BATCH
    const own = desk.orders.manager.openOrders(instrument.index).filter(isOurs)
    const order = own.find(({ state }) => state === 'submitted' || state === 'partially_filled')
    if (own.length === 0) this.#open(instrument)
    else if (order === undefined) return
    else if (this.#amended.has(order.clientOrderId)) desk.cancel(order.clientOrderId)
    else this.#amend(order)
  }

  #open(instrument: Instrument): void {
    const { books } = this.#account.journal
    const mid = this.#account.strategies.mid(instrument.index)
    if (Number.isNaN(mid)) return
    const side = books.portfolio.netLots(instrument.index) > 0 ? SELL : BUY
    const quantity = smallest(instrument, mid)
    const at = (share: number): Ticks => ticks(Math.round(mid * (1 + share * side)))
    const common = { instrument: instrument.index, side, quantity, postOnly: false, reduceOnly: false }
    const resting = { ...common, type: 'limit', price: at(-AWAY), timeInForce: 'gtc', strategy: DRILL } as const
    const turn = this.#turn++ % 4
    if (turn === 0) this.#place([resting])
    else if (turn === 1) this.#place([{ ...common, type: 'market', timeInForce: 'ioc', strategy: DRILL }])
    else if (turn === 2) this.#place([resting, resting].map(order => ({ ...order, strategy: BATCH })))
    else this.#place([{ ...resting, price: at(AWAY), timeInForce: 'ioc' }])
  }

  #place(wishes: readonly OrderRequest[]): void {
    const { gate, desk } = this.#account
    const approved: ApprovedOrder[] = []
    for (const wish of wishes) {
      const reviewed = gate.review(wish)
      if (reviewed.ok) approved.push(reviewed.value)
    }
    const placed = approved.length > 1 ? desk.placeBatch(approved) : approved.map(order => desk.place(order))
    for (const [at, order] of approved.entries()) {
      const result = placed[at]!
      gate.settle(order, result.ok ? result.value.clientOrderId : undefined)
    }
  }

  #amend({ clientOrderId, request, price, quantity, leaves, cumulative }: OrderView): void {
    const { gate, desk } = this.#account
    if (price === undefined) return // A market order on its way to its fills.
    const reviewed = gate.reviewReplace(request, ticks(price - request.side), lots(quantity + 1), leaves, cumulative)
    if (!reviewed.ok) return void desk.cancel(clientOrderId)
    const sent = desk.replace(clientOrderId, reviewed.value)
    gate.settle(reviewed.value, sent.ok ? clientOrderId : undefined)
    if (sent.ok) this.#amended.add(clientOrderId)
  }
}

/** The least that the venue takes, with room for the price to move. */
function smallest({ bounds, contract }: Instrument, mid: number): Lots {
  const { quantityMin = 1, notionalMin = 0n } = bounds
  const one = notional(ticks(Math.round(mid)), lots(1), contract)
  return lots(Math.max(quantityMin, Number((notionalMin * 11n) / 10n / one) + 1))
}
