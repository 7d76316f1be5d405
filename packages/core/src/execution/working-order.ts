import type { QueuePlace } from '../book/queue-place.ts'
import { opposite, type Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import { keepsPlace } from '../order/amending.ts'
import type { OrderView } from '../order/order.ts'
import type { ActingReason, OrderDecision } from '../order/order-decision.ts'
import { isTerminal } from '../order/order-state.ts'
import type { RateWindow } from '../risk/rate-window.ts'
import type { Desk } from '../strategy/strategy.ts'
import type { MakerPolicy } from './maker-policy.ts'
import { makerPrice, takerPrice } from './maker-price.ts'
import { judgeQuote } from './quote-rules.ts'
import type { Standing } from './standing.ts'

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
  #askedLots = Number.NaN
  /** The venue refused to make it smaller: some do so only a few times. */
  #isStiff = false
  /** When it was last placed or amended. */
  #movedAt = Number.NEGATIVE_INFINITY
  #quietUntil = Number.NEGATIVE_INFINITY
  /** Refusals to rest in a row. */
  #refusals = 0
  #standing: Standing = 'under_way'
  /** What this turn is about. */
  #now = 0
  #touch = Number.NaN
  #other = Number.NaN
  #urgency = 0

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

  /** Why an order rests where it does, as of the last turn; undefined when it is not the order that is out. */
  standing(clientOrderId: string): Standing | undefined {
    if (clientOrderId !== this.#orderId || clientOrderId === '') return undefined
    return this.#isBusy ? 'under_way' : this.#standing
  }

  /** Brings the order to where the target wants it, as far as policy, rules and budget allow. Nothing without a market. */
  follow(desk: Desk, target: Target): Turn {
    if (this.#isBusy) return 'waits'
    if (!this.#look(desk, target.urgency)) return 'waits'
    if (target.urgency > this.#policy.takeAbove) return this.#take(desk, target)
    const { side } = this
    const { improveFrom } = this.#policy
    const price = makerPrice(side, this.#touch, this.#other, target.limit, improveFrom, this.#refusals)
    return this.#orderId === '' ? this.#rest(desk, target, price) : this.#judge(desk, target, price)
  }

  /** Takes the order away. */
  withdraw(desk: Desk): void {
    if (this.#orderId === '' || this.#isBusy) return
    this.#look(desk, 0)
    this.#cancel(desk, 'withdrawn')
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

  /** What every decision of this turn is made on. @returns whether there is a market */
  #look(desk: Desk, urgency: number): boolean {
    this.#now = desk.clock.now()
    this.#touch = desk.touch(this.#instrument, this.side)
    this.#other = desk.book(this.#instrument).side(opposite(this.side)).best
    this.#urgency = urgency
    return Number.isFinite(this.#touch) && Number.isFinite(this.#other)
  }

  /** The venue says that the order rests: as it was wanted, or as it was before an amendment that was refused. */
  #isAtRest(order: OrderView): void {
    this.#isBusy = false
    this.#isCanceling = false
    this.#price = order.price ?? this.#price
    const wasRefused = !Number.isNaN(this.#asked) && this.#asked !== this.#price
    if (this.#asked === this.#price && this.#askedLots !== order.quantity) this.#isStiff = true
    this.#asked = Number.NaN
    if (wasRefused) this.#refuse(order.updatedAt)
    else this.#refusals = 0
  }

  /** The order is closed. One that soon went unfilled, unasked and without taking was not let rest. */
  #close(order: OrderView): void {
    const isSoon = order.updatedAt - this.#movedAt <= this.#policy.pauseUs
    if (order.state !== 'filled' && !this.#takes && !this.#isCanceling && isSoon) this.#refuse(order.updatedAt)
    this.#orderId = ''
    this.#isStiff = false
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

  #judge(desk: Desk, target: Target, price: number): Turn {
    const { rules } = this.#policy
    this.#place ??= desk.queuePlace(this.#orderId)
    const ahead = this.#place?.ahead ?? Number.NaN
    const level = desk.book(this.#instrument).side(this.side).lotsAt(this.#price)
    const gap = this.side * (price - this.#price)
    const age = this.#now - this.#movedAt
    const verdict = judgeQuote(rules, gap, age, ahead, level, this.#leaves, target.quantity)
    this.#standing = verdict
    const isQuiet = this.#now < this.#quietUntil
    switch (verdict) {
      case 'adverse': // What must not be amended any more must not stay either.
        return isQuiet ? this.#cancel(desk, verdict) : this.#move(desk, target, verdict, price)
      case 'reduced':
        if (isQuiet) return this.#waits('paused')
        if (!this.#isStiff && keepsPlace(desk.amending(this.#instrument)))
          return this.#move(desk, target, verdict, this.#price)
        return this.#move(desk, target, 'size_off', price)
      case 'followed':
      case 'size_off':
        if (isQuiet) return this.#waits('paused')
        return this.#budget.allows(this.#now) ? this.#move(desk, target, verdict, price) : this.#waits('no_budget')
      default:
        return 'waits'
    }
  }

  #waits(standing: Standing): Turn {
    this.#standing = standing
    return 'waits'
  }

  /**
   * Amends the order: it goes to the back, except for one that only shrinks at a venue that lets it. Where nothing can be
   * amended it is canceled, and the next turn places another.
   */
  #move(desk: Desk, target: Target, reason: ActingReason, price: number): Turn {
    const amending = desk.amending(this.#instrument)
    if (amending === 'none' || (amending === 'only_shrinks' && reason !== 'reduced')) return this.#cancel(desk, reason)
    const quantity = this.#cumulative + target.quantity
    const decision = this.#decision(reason, price, quantity)
    if (!desk.replace(this.#orderId, price as Ticks, quantity as Lots, decision)) {
      // Risk does not allow it now. What is in danger goes; anything else is asked for again, but not at once.
      this.#quietUntil = this.#now + this.#policy.pauseUs
      return reason === 'adverse' ? this.#cancel(desk, reason) : this.#waits('paused')
    }
    this.#sent()
    this.#movedAt = this.#now
    this.#asked = price
    this.#askedLots = quantity
    this.#price = price
    return 'acted'
  }

  /** Places the order to rest. */
  #rest(desk: Desk, target: Target, price: number): Turn {
    if (this.#now < this.#quietUntil || this.#now - this.#movedAt < this.#policy.rules.restUs) return 'waits'
    if (!this.#budget.allows(this.#now)) return 'waits'
    if (this.#refusals > 0) return this.#send(desk, target, 'repriced', price)
    const nearer = this.side * (price - this.#touch)
    return this.#send(desk, target, nearer === 0 ? 'joined' : nearer > 0 ? 'improved' : 'bounded', price)
  }

  /** Takes at once, or takes away what rests so that the next turn can. */
  #take(desk: Desk, target: Target): Turn {
    const price = takerPrice(this.side, this.#other, target.limit, this.#policy.takeBps)
    if (Number.isNaN(price)) return 'waits'
    if (this.#orderId !== '') return this.#cancel(desk, 'urgent')
    if (this.#now < this.#quietUntil || !this.#budget.allows(this.#now)) return 'waits'
    return this.#send(desk, target, 'taken', price)
  }

  #send(desk: Desk, target: Target, reason: ActingReason, price: number): Turn {
    const takes = reason === 'taken'
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
      this.#decision(reason, price, target.quantity),
    )
    if (placed === '') {
      this.#quietUntil = this.#now + this.#policy.pauseUs
      return 'waits'
    }
    this.#sent()
    this.#movedAt = this.#now
    this.#orderId = placed
    this.#takes = takes
    this.#price = price
    this.#leaves = target.quantity
    this.#cumulative = 0
    return 'acted'
  }

  #cancel(desk: Desk, reason: ActingReason): Turn {
    const decision = this.#decision(reason, this.#price, this.#cumulative + this.#leaves)
    if (!desk.cancel(this.#orderId, decision)) return 'waits'
    this.#sent()
    this.#isCanceling = true
    return 'acted'
  }

  #sent(): void {
    this.moves++
    this.#budget.take(this.#now)
    this.#isBusy = true
  }

  #decision(reason: ActingReason, price: number, quantity: number): OrderDecision {
    const from = this.#orderId === '' ? Number.NaN : this.#price
    const ahead = this.#place?.ahead ?? Number.NaN
    const { takeAbove } = this.#policy
    return {
      ...{ reason, price, quantity, from, ahead, takeAbove },
      ...{ touch: this.#touch, opposite: this.#other, urgency: this.#urgency },
    }
  }
}
