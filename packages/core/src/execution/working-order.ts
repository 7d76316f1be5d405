import type { QueuePlace } from '../book/queue-place.ts'
import { opposite, type Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderView } from '../order/order.ts'
import type { ActingReason, OrderDecision } from '../order/order-decision.ts'
import { isTerminal } from '../order/order-state.ts'
import type { RateWindow } from '../risk/rate-window.ts'
import type { Desk } from '../strategy/strategy.ts'
import type { MakerPolicy } from './maker-policy.ts'
import { makerPrice, takerPrice } from './maker-price.ts'
import { judgeQuote } from './quote-rules.ts'

/** What a strategy wants on one side of an instrument. Changed in place, so that wishing again costs nothing. */
export interface Target {
  /** Best price at which the strategy is willing to trade: the highest to buy, the lowest to sell; infinite for any. */
  limit: number
  /** Lots that should be open, positive. */
  quantity: number
  /** How badly: 0 waits for ever, above the policy's threshold it takes. */
  urgency: number
  /** The order may only bring the position nearer to zero. */
  reduceOnly: boolean
}

/** What wishing led to, for those who count. */
type Turn = 'waits' | 'acted'

/**
 * One order that follows a target: it joins the touch and keeps its place in the queue as long as the rules allow, and
 * takes only when the target is urgent. At most one order, and one command of it, is under way at any time. The same code
 * works orders in a backtest, in simulation and live. S2-OMS-31 to 34.
 */
export class WorkingOrder {
  readonly side: Side
  /** Commands sent. */
  moves = 0
  readonly #instrument: number
  readonly #strategy: string
  readonly #policy: MakerPolicy
  readonly #budget: RateWindow
  #orderId = ''
  #place: Readonly<QueuePlace> | undefined
  #price = 0
  #leaves = 0
  #cumulative = 0
  #isBusy = false
  #takes = false
  /** A cancel of ours is under way. */
  #isCanceling = false
  /** Price that an amendment asked for; NaN while none is under way. */
  #asked = Number.NaN
  #movedAt = Number.NEGATIVE_INFINITY
  #quietUntil = Number.NEGATIVE_INFINITY
  /** Refusals to rest in a row. */
  #refusals = 0

  /**
   * @param budget commands that may be sent in a time, shared with whoever else sends from it. What takes an order out of
   * danger or away is counted and never held back.
   */
  constructor(instrument: number, side: Side, strategy: string, policy: MakerPolicy, budget: RateWindow) {
    this.side = side
    this.#instrument = instrument
    this.#strategy = strategy
    this.#policy = policy
    this.#budget = budget
  }

  /** True while an order of ours is out. */
  get isOut(): boolean {
    return this.#orderId !== ''
  }

  /** Price at which the order rests or is going to rest. */
  get price(): number {
    return this.#price
  }

  /** Brings the order to where the target wants it, as far as policy, rules and budget allow. Nothing without a market. */
  follow(desk: Desk, target: Target): Turn {
    if (this.#isBusy) return 'waits'
    const { side } = this
    const now = desk.clock.now()
    const touch = desk.touch(this.#instrument, side)
    const other = desk.book(this.#instrument).side(opposite(side)).best
    if (!Number.isFinite(touch) || !Number.isFinite(other)) return 'waits'
    if (target.urgency > this.#policy.takeAbove) return this.#take(desk, target, touch, other, now)
    const price = makerPrice(side, touch, other, target.limit, this.#policy.improveFrom, this.#refusals)
    return this.#orderId === ''
      ? this.#rest(desk, target, price, touch, other, now)
      : this.#judge(desk, target, price, touch, other, now)
  }

  /** Takes the order away. */
  withdraw(desk: Desk): void {
    if (this.#orderId === '' || this.#isBusy) return
    const other = desk.book(this.#instrument).side(opposite(this.side)).best
    this.#cancel(desk, 'withdrawn', desk.touch(this.#instrument, this.side), other, 0)
  }

  /** Must be told of every order update; those of other orders are ignored. */
  update(order: OrderView): void {
    if (order.clientOrderId !== this.#orderId) return
    const { state } = order
    this.#leaves = order.leaves
    this.#cumulative = order.cumulative
    if (isTerminal(state)) this.#close(order)
    else if (state !== 'submitted' && state !== 'partially_filled') this.#isBusy = true
    else if (!this.#takes) this.#isAtRest(order)
  }

  /** The venue says that the order rests: as it was wanted, or as it was before an amendment that was refused. */
  #isAtRest(order: OrderView): void {
    this.#isBusy = false
    this.#isCanceling = false
    this.#price = order.price ?? this.#price
    const wasRefused = !Number.isNaN(this.#asked) && this.#asked !== this.#price
    this.#asked = Number.NaN
    if (wasRefused) this.#refuse(order.updatedAt)
    else this.#refusals = 0
  }

  /** The order is closed. One that went unfilled, unasked and without taking was not let rest. */
  #close(order: OrderView): void {
    if (order.state !== 'filled' && !this.#takes && !this.#isCanceling) this.#refuse(order.updatedAt)
    this.#orderId = ''
    this.#place = undefined
    this.#isBusy = false
    this.#isCanceling = false
    this.#takes = false
    this.#asked = Number.NaN
  }

  #refuse(now: number): void {
    this.#refusals++
    if (this.#refusals <= this.#policy.repricesMax) return
    this.#refusals = 0
    this.#quietUntil = now + this.#policy.pauseUs
  }

  #judge(desk: Desk, target: Target, price: number, touch: number, other: number, now: number): Turn {
    if (now < this.#quietUntil) return 'waits'
    const { side } = this
    const { rules } = this.#policy
    this.#place ??= desk.queuePlace(this.#orderId)
    const ahead = this.#place?.ahead ?? Number.NaN
    const level = desk.book(this.#instrument).side(side).lotsAt(this.#price)
    const gap = side * (price - this.#price)
    const verdict = judgeQuote(rules, gap, now - this.#movedAt, ahead, level, this.#leaves, target.quantity)
    switch (verdict) {
      case 'followed':
      case 'size_off':
        return this.#budget.allows(now) ? this.#move(desk, target, verdict, price, touch, other, now) : 'waits'
      case 'adverse':
        return this.#move(desk, target, verdict, price, touch, other, now)
      case 'reduced':
        if (desk.amending === 'keeps_place') return this.#move(desk, target, verdict, this.#price, touch, other, now)
        return this.#move(desk, target, 'size_off', price, touch, other, now)
      default:
        return 'waits'
    }
  }

  /**
   * Amends the order: it goes to the back, except for one that only shrinks at a venue that lets it. Where nothing can be
   * amended it is canceled, and the next turn places another.
   */
  #move(
    desk: Desk,
    target: Target,
    reason: ActingReason,
    price: number,
    touch: number,
    other: number,
    now: number,
  ): Turn {
    if (desk.amending === 'none') return this.#cancel(desk, reason, touch, other, target.urgency)
    const quantity = this.#cumulative + target.quantity
    this.#movedAt = now
    const decision = this.#decision(reason, price, quantity, touch, other, target.urgency)
    if (!desk.replace(this.#orderId, price as Ticks, quantity as Lots, decision)) {
      // Risk does not allow the new price: the old one is in danger and goes.
      if (reason === 'adverse') this.#cancel(desk, reason, touch, other, target.urgency)
      return 'waits'
    }
    this.#sent(now)
    this.#isBusy = true
    this.#asked = price
    this.#price = price
    return 'acted'
  }

  /** Places the order to rest. */
  #rest(desk: Desk, target: Target, price: number, touch: number, other: number, now: number): Turn {
    if (now < this.#quietUntil || now - this.#movedAt < this.#policy.rules.restUs) return 'waits'
    if (!this.#budget.allows(now)) return 'waits'
    const { side } = this
    const reason =
      this.#refusals > 0 ? 'repriced' : price === touch ? 'joined' : side * (price - touch) > 0 ? 'improved' : 'bounded'
    return this.#send(desk, target, reason, price, touch, other, now)
  }

  /** Takes at once, or takes away what rests so that the next turn can. */
  #take(desk: Desk, target: Target, touch: number, other: number, now: number): Turn {
    const price = takerPrice(this.side, other, target.limit, this.#policy.takeBps)
    if (Number.isNaN(price)) return 'waits'
    if (this.#orderId !== '') return this.#cancel(desk, 'urgent', touch, other, target.urgency)
    if (now < this.#quietUntil || !this.#budget.allows(now)) return 'waits'
    return this.#send(desk, target, 'taken', price, touch, other, now)
  }

  #send(
    desk: Desk,
    target: Target,
    reason: ActingReason,
    price: number,
    touch: number,
    other: number,
    now: number,
  ): Turn {
    const takes = reason === 'taken'
    const decision = this.#decision(reason, price, target.quantity, touch, other, target.urgency)
    this.#movedAt = now
    const placed = desk.place(
      {
        instrument: this.#instrument,
        side: this.side,
        type: 'limit',
        quantity: target.quantity as Lots,
        price: price as Ticks,
        timeInForce: takes ? 'ioc' : 'gtc',
        postOnly: !takes,
        reduceOnly: target.reduceOnly,
        strategy: this.#strategy,
      },
      decision,
    )
    if (placed === '') {
      this.#quietUntil = now + this.#policy.pauseUs
      return 'waits'
    }
    this.#sent(now)
    this.#orderId = placed
    this.#isBusy = true
    this.#takes = takes
    this.#price = price
    this.#leaves = target.quantity
    this.#cumulative = 0
    return 'acted'
  }

  #cancel(desk: Desk, reason: ActingReason, touch: number, other: number, urgency: number): Turn {
    const decision = this.#decision(reason, this.#price, this.#cumulative + this.#leaves, touch, other, urgency)
    if (!desk.cancel(this.#orderId, decision)) return 'waits'
    this.#sent(desk.clock.now())
    this.#isBusy = true
    this.#isCanceling = true
    return 'acted'
  }

  #sent(now: number): void {
    this.moves++
    this.#budget.take(now)
  }

  #decision(
    reason: ActingReason,
    price: number,
    quantity: number,
    touch: number,
    other: number,
    urgency: number,
  ): OrderDecision {
    const ahead = this.#place?.ahead ?? Number.NaN
    return { reason, price, quantity, touch, opposite: other, ahead, urgency }
  }
}
