import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '../book/order-book.ts'
import { Random } from '../clock/random.ts'
import { BUY, opposite, SELL, type Side } from '../market/side.ts'
import type { Amending } from '../order/amending.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderDecision } from '../order/order-decision.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { OrderState } from '../order/order-state.ts'
import { RateWindow } from '../risk/rate-window.ts'
import type { Desk } from '../strategy/strategy.ts'
import { DEFAULT_MAKER_POLICY, type MakerPolicy } from './maker-policy.ts'
import { type Target, WorkingOrder } from './working-order.ts'

const SECOND = 1_000_000

/** A desk with a venue behind it that does what the test says, when it says so. */
class Stage {
  readonly book = new OrderBook(8)
  readonly said: string[] = []
  readonly working: WorkingOrder
  now = 0
  /** Where the order stands: one object, that goes on changing. */
  readonly place = { ahead: Number.NaN, traded: 0 }
  refuses = false
  order: { id: string; request: OrderRequest; price: number; quantity: number; filled: number } | undefined
  #asked: { price: number; quantity: number } | undefined
  #count = 0
  readonly desk: Desk

  constructor(side: Side, policy: Partial<MakerPolicy> = {}, amending: Amending = 'keeps_place', budget = 1000) {
    this.working = new WorkingOrder(
      0,
      side,
      's',
      { ...DEFAULT_MAKER_POLICY, ...policy },
      new RateWindow(budget, SECOND),
    )
    this.desk = {
      clock: { now: () => this.now },
      amending: () => amending,
      book: () => this.book,
      touch: (_: number, of: Side) => this.book.side(of).best,
      queuePlace: () => this.place,
      place: (request: OrderRequest, decision: OrderDecision) => this.#place(request, decision),
      cancel: (_: string, decision: OrderDecision) => this.#say(`cancel (${decision.reason})`, 'pending_cancel'),
      replace: (_: string, price: number, quantity: number, decision: OrderDecision) => {
        if (this.refuses) return false
        this.#asked = { price, quantity }
        return this.#say(`amend ${quantity} at ${price} (${decision.reason})`, 'pending_replace')
      },
    } as unknown as Desk
  }

  market(bid: number, ask: number): void {
    this.book.clear()
    this.book.bids.set(bid, 100)
    this.book.asks.set(ask, 100)
  }

  follow(target: Partial<Target> = {}): string[] {
    const { side } = this.working
    const limit = side * Number.POSITIVE_INFINITY
    this.working.follow(this.desk, { limit, quantity: 10, urgency: 0, reduceOnly: false, ...target })
    return this.said.splice(0)
  }

  withdraw(): string[] {
    this.working.withdraw(this.desk)
    return this.said.splice(0)
  }

  /** The venue says what became of the order. */
  tell(state: OrderState, filled = 0): void {
    const order = this.order!
    if (state === 'submitted' && this.#asked !== undefined) Object.assign(order, this.#asked)
    this.#asked = undefined
    this.refuse(state, filled)
  }

  /** The same, an amendment not having been done. */
  refuse(state: OrderState = 'submitted', filled = 0): void {
    const order = this.order!
    this.#asked = undefined
    order.filled += filled
    this.#update(state)
    if (state === 'filled' || state === 'canceled' || state === 'rejected' || state === 'expired')
      this.order = undefined
  }

  #place(request: OrderRequest, decision: OrderDecision): string {
    if (this.refuses) return ''
    ok(this.order === undefined, 'one order at a time')
    const kind = request.postOnly ? 'rest' : request.timeInForce
    this.said.push(`${kind} ${request.quantity} at ${request.price} (${decision.reason})`)
    this.order = { id: `o${++this.#count}`, request, price: request.price!, quantity: request.quantity, filled: 0 }
    return this.order.id
  }

  #say(words: string, state: OrderState): true {
    this.said.push(words)
    this.#update(state)
    return true
  }

  #update(state: OrderState): void {
    const { id, request, price, quantity, filled } = this.order!
    const isOpen = !['filled', 'canceled', 'rejected', 'expired'].includes(state)
    const leaves = isOpen ? quantity - filled : 0
    const view = { clientOrderId: id, request, state, price, quantity, cumulative: filled, leaves, updatedAt: this.now }
    this.working.update(view as unknown as OrderView)
  }
}

test('S2-OMS-31 S2-OMS-32 rests at the touch, post-only; stays while the touch stays; follows it away', () => {
  const stage = new Stage(BUY)
  deepEqual(stage.follow(), [], 'nothing without a market')
  stage.market(100, 102)
  deepEqual(stage.follow(), ['rest 10 at 100 (joined)'])
  deepEqual(stage.follow(), [], 'one command at a time')
  stage.tell('submitted')
  deepEqual(stage.follow(), [])
  stage.market(101, 103)
  deepEqual(stage.follow(), ['amend 10 at 101 (followed)'])
  stage.tell('submitted')
  stage.market(99, 101)
  deepEqual(stage.follow(), ['amend 10 at 99 (adverse)'])
  stage.tell('submitted')
  deepEqual(stage.withdraw(), ['cancel (withdrawn)'])
  stage.tell('canceled')
  equal(stage.working.isOut, false)
})

test('S2-OMS-32 a place in front is kept where one at the back is given up', () => {
  const rules = { ...DEFAULT_MAKER_POLICY.rules, moveTicks: 2, frontTicks: 5, frontShare: 0.25 }
  for (const [ahead, said] of [
    [20, []],
    [80, ['amend 10 at 103 (followed)']],
  ] as const) {
    const stage = new Stage(BUY, { rules })
    stage.market(100, 110)
    stage.follow()
    stage.tell('submitted')
    stage.place.ahead = ahead
    stage.book.bids.set(103, 5)
    deepEqual(stage.follow(), said)
  }
})

test('S2-OMS-34 takes above the threshold only: what rests is canceled first, then taken within the band', () => {
  const stage = new Stage(BUY, { takeBps: 100 })
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  deepEqual(stage.follow({ urgency: 0.8 }), [], 'at the threshold it waits')
  deepEqual(stage.follow({ urgency: 0.81 }), ['cancel (urgent)'])
  deepEqual(stage.follow({ urgency: 0.81 }), [])
  stage.tell('canceled')
  deepEqual(stage.follow({ urgency: 0.81 }), ['ioc 10 at 103 (taken)'])
  stage.tell('expired')
  deepEqual(stage.follow({ urgency: 0.81, limit: 101 }), [], 'the limit does not reach')
  deepEqual(stage.follow(), ['rest 10 at 100 (joined)'], 'no longer urgent')
})

test('S2-OMS-31 what the venue refuses to let rest is placed farther back, three times, and then not for a while', () => {
  const stage = new Stage(SELL)
  stage.market(100, 101)
  for (const words of ['101 (joined)', '102 (repriced)', '103 (repriced)', '104 (repriced)']) {
    deepEqual(stage.follow(), [`rest 10 at ${words}`])
    stage.tell(words.startsWith('102') ? 'expired' : 'rejected')
  }
  deepEqual(stage.follow(), [])
  stage.now += SECOND
  deepEqual(stage.follow(), ['rest 10 at 101 (joined)'])
  stage.tell('submitted')
  stage.market(99, 100)
  deepEqual(stage.follow(), ['amend 10 at 100 (followed)'])
  stage.refuse()
  deepEqual(stage.follow(), [], 'a tick behind the touch it stands already')
  stage.refuse('canceled')
  deepEqual(stage.follow(), ['rest 10 at 102 (repriced)'], 'canceled, and nobody asked for it')
})

test('S2-OMS-31 an order that somebody cancels when it has long stood was let rest: the next one is not farther back', () => {
  for (const [stood, words] of [
    [SECOND, 'rest 10 at 99 (repriced)'],
    [SECOND + 1, 'rest 10 at 100 (joined)'],
  ] as const) {
    const stage = new Stage(BUY)
    stage.market(100, 102)
    stage.follow()
    stage.tell('submitted')
    stage.now += stood
    stage.tell('canceled')
    deepEqual(stage.follow(), [words])
  }
})

test('S2-OMS-32 size: smaller where it stands, larger only when it moves or the place is worth nothing', () => {
  const stage = new Stage(BUY)
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  stage.tell('partially_filled', 2)
  stage.book.bids.set(100, 200)
  deepEqual(stage.follow({ quantity: 4 }), ['amend 6 at 100 (reduced)'], 'two filled, four open')
  stage.tell('submitted')
  stage.place.ahead = 10
  deepEqual(stage.follow({ quantity: 20 }), [])
  stage.place.ahead = 190
  deepEqual(stage.follow({ quantity: 20 }), ['amend 22 at 100 (size_off)'])
  const losing = new Stage(BUY, {}, 'loses_place')
  losing.market(100, 102)
  losing.follow()
  losing.tell('submitted')
  deepEqual(losing.follow({ quantity: 4 }), ['amend 4 at 100 (size_off)'])
})

test('S2-OMS-32 where nothing can be amended an order is canceled and placed anew', () => {
  const stage = new Stage(BUY, {}, 'none')
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  stage.market(101, 102)
  deepEqual(stage.follow(), ['cancel (followed)'])
  stage.tell('canceled')
  deepEqual(stage.follow(), ['rest 10 at 101 (joined)'])
})

test('S2-OMS-32 where an order can only shrink it shrinks in its place, and is placed anew for anything else', () => {
  const stage = new Stage(BUY, {}, 'only_shrinks')
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  deepEqual(stage.follow({ quantity: 4 }), ['amend 4 at 100 (reduced)'])
  stage.tell('submitted')
  stage.market(101, 103)
  deepEqual(stage.follow({ quantity: 4 }), ['cancel (followed)'])
})

test('S2-OMS-32 an order that the venue does not make smaller any more is placed anew, and the next one may shrink again', () => {
  const stage = new Stage(BUY, {}, 'only_shrinks')
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  deepEqual(stage.follow({ quantity: 4 }), ['amend 4 at 100 (reduced)'])
  stage.refuse()
  deepEqual(stage.follow({ quantity: 4 }), ['cancel (size_off)'])
  stage.tell('canceled')
  stage.now += SECOND
  deepEqual(stage.follow({ quantity: 4 }), ['rest 4 at 100 (joined)'])
  stage.tell('submitted')
  deepEqual(stage.follow({ quantity: 1 }), ['amend 1 at 100 (reduced)'])
})

test('S2-OMS-32 an order tells why it stands where it does', () => {
  const rules = { ...DEFAULT_MAKER_POLICY.rules, moveTicks: 2, frontTicks: 5, adverseTicks: 2, restUs: 1000 }
  const stage = new Stage(BUY, { rules }, 'keeps_place', 2)
  const said: string[] = []
  const told = (bid: number, ask: number): string | undefined => {
    stage.market(bid, ask)
    said.push(...stage.follow())
    return stage.working.standing(stage.order?.id ?? 'o1')
  }
  stage.now = SECOND
  equal(told(100, 110), 'under_way')
  equal(stage.working.standing('another'), undefined)
  stage.tell('submitted')
  equal(told(100, 110), 'at_price')
  equal(told(101, 110), 'within_ticks')
  equal(told(99, 110), 'within_ticks')
  stage.place.ahead = 0
  equal(told(103, 110), 'in_front')
  stage.place.ahead = 100
  equal(told(103, 110), 'young')
  stage.now += 1000
  equal(told(103, 110), 'under_way')
  stage.tell('submitted')
  stage.now += 1000
  equal(told(106, 110), 'no_budget')
  stage.now += SECOND
  stage.refuses = true
  equal(told(106, 110), 'paused', 'risk does not allow it')
  stage.refuses = false
  equal(told(106, 110), 'paused', 'and is not asked again at once')
  deepEqual(said, ['rest 10 at 100 (joined)', 'amend 10 at 103 (followed)'])
  equal(told(100, 110), 'under_way', 'what is in danger is taken away even then')
  deepEqual(said.slice(2), ['cancel (adverse)'])
  stage.tell('canceled')
  equal(stage.working.standing('o1'), undefined)
})

test('S2-OMS-32 the budget holds back what follows, never what is in danger; risk that refuses is not asked again at once', () => {
  const stage = new Stage(BUY, {}, 'keeps_place', 1)
  stage.market(100, 102)
  stage.follow()
  stage.tell('submitted')
  stage.market(101, 102)
  deepEqual(stage.follow(), [])
  stage.market(98, 99)
  deepEqual(stage.follow(), ['amend 10 at 98 (adverse)'])
  stage.tell('submitted')
  stage.refuses = true
  stage.market(96, 97)
  deepEqual(stage.follow(), ['cancel (adverse)'], 'a price that risk does not allow: then none')
  stage.tell('canceled')
  stage.now += 2 * SECOND
  deepEqual(stage.follow(), [])
  stage.refuses = false
  deepEqual(stage.follow(), [])
  stage.now += SECOND
  deepEqual(stage.follow(), ['rest 10 at 96 (joined)'])
})

test('S2-OMS-32 no churn: over a random market no more moves than the touch makes, never crossing, never beyond the size', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed)
    const side = seed % 2 === 0 ? BUY : SELL
    const stage = new Stage(side)
    let mid = 1000
    let changes = 1
    let fills = 0
    let commands = 0
    let before = ''
    for (let turn = 0; turn < 400; turn++) {
      stage.now += 1000
      if (random.below(4) === 0) mid += random.below(5) - 2
      stage.market(mid - 1 - random.below(2), mid + 1)
      const touches = `${stage.book.bestBid} ${stage.book.bestAsk}`
      if (touches !== before) changes++
      before = touches
      for (const words of stage.follow()) {
        commands++
        const [, quantity, price] = /(\d+) at (\d+)/.exec(words)!.map(Number)
        const other = stage.book.side(opposite(side)).best
        ok(side * (other - price!) > 0, `seed ${seed}: ${words} against ${other}`)
        ok(quantity! - (stage.order?.filled ?? 0) <= 10, `seed ${seed}: ${words}`)
      }
      const { order } = stage
      if (order === undefined) continue
      const left = order.quantity - order.filled
      if (random.below(5) === 0) stage.tell('submitted')
      else if (random.below(30) === 0) {
        fills++
        stage.tell(left === 1 ? 'filled' : 'partially_filled', 1)
      }
    }
    ok(commands <= changes + fills, `seed ${seed}: ${commands} commands, ${changes} touches, ${fills} fills`)
  }
})
