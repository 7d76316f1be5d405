import type { Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { OrderView } from '@velocimex/core/order/order'
import type { Desk } from '@velocimex/core/strategy/strategy'

/** One resting order that follows a target price: at most one order and one command under way at any time. */
export class Quote {
  readonly side: Side
  readonly #instrument: number
  readonly #strategy: string
  #orderId = ''
  #price = 0
  #quantity = 0
  #busy = false
  #movedAt = Number.NEGATIVE_INFINITY

  constructor(instrument: number, side: Side, strategy: string) {
    this.side = side
    this.#instrument = instrument
    this.#strategy = strategy
  }

  /** True while an order of ours is out. */
  get isOut(): boolean {
    return this.#orderId !== ''
  }

  /** Price at which the order rests or is going to rest. */
  get price(): number {
    return this.#price
  }

  /**
   * Brings the order to `price`, placing it when there is none. Does nothing while a command is under way, within
   * `patience` microseconds of the last one, or when the order is less than `slack` ticks away.
   */
  follow(desk: Desk, price: number, quantity: number, slack: number, patience: number): void {
    if (this.#busy) return
    const now = desk.clock.now()
    if (this.#orderId === '') {
      if (now - this.#movedAt < patience) return
      this.#place(desk, price, quantity, now)
    } else if (Math.abs(price - this.#price) >= slack && now - this.#movedAt >= patience) {
      this.#movedAt = now
      if (!desk.replace(this.#orderId, price as Ticks, this.#quantity as Lots)) return
      this.#busy = true
      this.#price = price
    }
  }

  /** Takes the order away. */
  withdraw(desk: Desk): void {
    if (this.#orderId === '' || this.#busy) return
    this.#busy = desk.cancel(this.#orderId)
  }

  /** Must be told of every order update; those of other orders are ignored. */
  update(order: OrderView): void {
    if (order.clientOrderId !== this.#orderId) return
    switch (order.state) {
      case 'submitted':
      case 'partially_filled':
        this.#busy = false
        if (order.price !== undefined) this.#price = order.price
        break
      case 'filled':
      case 'canceled':
      case 'rejected':
      case 'expired':
        this.#busy = false
        this.#orderId = ''
        break
      default:
        this.#busy = true
    }
  }

  #place(desk: Desk, price: number, quantity: number, now: number): void {
    this.#movedAt = now
    this.#price = price
    this.#quantity = quantity
    const placed = desk.place({
      instrument: this.#instrument,
      side: this.side,
      type: 'limit',
      quantity: quantity as Lots,
      price: price as Ticks,
      timeInForce: 'gtc',
      postOnly: true,
      reduceOnly: false,
      strategy: this.#strategy,
    })
    this.#orderId = placed
    this.#busy = placed !== ''
  }
}
