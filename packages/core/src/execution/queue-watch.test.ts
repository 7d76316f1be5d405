import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '../book/order-book.ts'
import { ProbabilityQueue, type QueueModel, RiskAverseQueue } from '../book/queue-model.ts'
import { Random } from '../clock/random.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { Amending } from '../order/amending.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderState } from '../order/order-state.ts'
import { QueueWatch, WATCHED_MAX } from './queue-watch.ts'

const SECOND = 1_000_000

/** A book with a watch over it, told of levels, prints and orders by hand. */
class Desk {
  readonly book = new OrderBook(8)
  readonly watch: QueueWatch
  now = 0
  readonly #records = new Records(1)
  readonly #record = new EventRecord(this.#records)

  constructor(
    model: QueueModel = new RiskAverseQueue(),
    showsOurs = false,
    amending: Amending = 'keeps_place',
    lag = 0,
  ) {
    this.watch = new QueueWatch({ books: [this.book], model, showsOurs, lag, amending: [amending] })
  }

  level(side: Side, price: number, lots: number, flags = 0): void {
    this.#tell(Kind.level, flags | Flag.last | (side === BUY ? Flag.bid : 0), price, lots)
  }

  /** A print that met resting orders of a side. */
  print(side: Side, price: number, lots: number): void {
    this.#tell(Kind.trade, Flag.last | (side === SELL ? Flag.aggressorBuy : 0), price, lots)
  }

  clear(): void {
    this.#tell(Kind.clear, Flag.snapshot, 0, 0)
  }

  order(id: string, side: Side, price: number, lots: number, more: { filled?: number; state?: OrderState } = {}): void {
    const { filled = 0, state = filled > 0 ? 'partially_filled' : 'submitted' } = more
    const isOpen = state !== 'canceled' && state !== 'filled'
    const request = { instrument: 0, side, type: 'limit', timeInForce: 'gtc' }
    const view = {
      clientOrderId: id,
      state,
      price,
      quantity: lots,
      cumulative: filled,
      leaves: isOpen ? lots - filled : 0,
    }
    this.watch.onOrderUpdate({ ...view, request } as unknown as OrderView, this.now)
  }

  ahead(id: string): number | undefined {
    return this.watch.placeOf(id)?.ahead
  }

  #tell(kind: Kind, flags: number, price: number, lots: number): void {
    this.#record.at(0).write(kind, flags, 0, 0, this.now, this.now).lanes(price, lots, 0, 0)
    this.watch.onRecord(this.#record)
    this.book.apply(this.#record)
  }
}

test('S2-OMS-33 the life of a place: behind all, forward by prints, never back, first when filled, gone when closed', () => {
  const desk = new Desk()
  desk.level(BUY, 100, 50)
  desk.order('a', BUY, 100, 10)
  equal(desk.ahead('a'), 50)
  desk.print(BUY, 100, 20)
  desk.level(BUY, 100, 30)
  equal(desk.ahead('a'), 30)
  desk.level(BUY, 100, 90)
  equal(desk.ahead('a'), 30, 'who comes later stands behind')
  desk.level(BUY, 100, 25)
  equal(desk.ahead('a'), 25, 'no more can be ahead than there are')
  desk.order('a', BUY, 100, 10, { filled: 4 })
  equal(desk.ahead('a'), 0, 'who is filled was first')
  desk.order('a', BUY, 100, 10, { filled: 4, state: 'pending_cancel' })
  equal(desk.ahead('a'), 0, 'it rests until the venue says otherwise')
  desk.order('a', BUY, 100, 10, { filled: 4, state: 'canceled' })
  equal(desk.ahead('a'), undefined)
})

test('S2-OMS-33 an amendment keeps the place only when the order shrinks, and only where the venue says so', () => {
  const stories: [Amending, number, number, number][] = [
    ['keeps_place', 100, 6, 10],
    ['keeps_place', 100, 12, 70],
    ['keeps_place', 101, 6, 5],
    ['loses_place', 100, 6, 70],
  ]
  for (const [amending, price, lots, ahead] of stories) {
    const desk = new Desk(new RiskAverseQueue(), false, amending)
    desk.level(BUY, 101, 5)
    desk.level(BUY, 100, 40)
    desk.order('a', BUY, 100, 10)
    desk.print(BUY, 100, 30)
    desk.level(BUY, 100, 10)
    desk.level(BUY, 100, 70)
    desk.order('a', BUY, price, lots)
    equal(desk.ahead('a'), ahead, `${amending}: ${lots} at ${price}`)
  }
})

test('S2-OMS-33 a book that shows us: our lots are taken off once the total must have them, never before', () => {
  const desk = new Desk(new RiskAverseQueue(), true)
  desk.level(SELL, 200, 30)
  desk.order('a', SELL, 200, 10)
  equal(desk.ahead('a'), 30, 'whether we are among them nobody tells')
  desk.level(SELL, 200, 25)
  equal(desk.ahead('a'), 25)
  desk.now = 2 * SECOND
  desk.level(SELL, 200, 24)
  equal(desk.ahead('a'), 14, 'ten of the 24 are ours')
  desk.order('b', SELL, 200, 6)
  equal(desk.ahead('b'), 24, 'what we placed before is ahead as well')
  desk.now = 4 * SECOND
  desk.level(SELL, 200, 30)
  desk.order('a', SELL, 200, 10, { state: 'canceled' })
  desk.level(SELL, 200, 20)
  equal(desk.ahead('b'), 14, 'what left was ours')
})

test('S2-OMS-33 a book that comes later than the word of an order: who it shows then counts as ahead', () => {
  const desk = new Desk(new RiskAverseQueue(), true, 'keeps_place', 100)
  desk.level(BUY, 100, 50)
  desk.order('a', BUY, 100, 10)
  desk.now = 99
  desk.print(BUY, 100, 5)
  desk.print(BUY, 99, 1)
  equal(desk.ahead('a'), 50, 'prints may be from before')
  desk.level(BUY, 100, 70)
  equal(desk.ahead('a'), 70, 'they may have come before us')
  desk.now = 100
  desk.level(BUY, 100, 90)
  equal(desk.ahead('a'), 70, 'these came behind')
  equal(desk.watch.placeOf('a')!.entered, 70)
  desk.order('a', BUY, 100, 20)
  equal(desk.ahead('a'), 90)
  desk.level(BUY, 100, 95)
  equal(desk.ahead('a'), 95, 'an amendment that goes to the back begins anew')
})

test('S2-OMS-33 a print that comes behind the total that lacks it is not counted twice', () => {
  const desk = new Desk(new RiskAverseQueue(), true, 'keeps_place', 100)
  desk.level(SELL, 200, 30)
  desk.order('a', SELL, 200, 10)
  desk.now = 2 * SECOND
  desk.level(SELL, 200, 40)
  desk.level(SELL, 200, 25)
  equal(desk.ahead('a'), 15)
  desk.level(SELL, 200, 60)
  desk.level(SELL, 200, 25)
  desk.print(SELL, 200, 10)
  equal(desk.ahead('a'), 15, 'ten of the fifteen that went')
  desk.print(SELL, 200, 10)
  equal(desk.ahead('a'), 10, 'the other five, and five more')
  desk.level(SELL, 200, 17)
  equal(desk.ahead('a'), 7)
  desk.now += 100
  desk.print(SELL, 200, 2)
  equal(desk.ahead('a'), 5, 'so late a print is a new one')
  desk.print(SELL, 200, 3)
  desk.level(SELL, 200, 12)
  equal(desk.ahead('a'), 2)
  desk.print(SELL, 200, 1)
  equal(desk.ahead('a'), 1, 'a total that prints explain is owed none')
})

test('S2-OMS-33 two of ours at a price: who gives up its place is behind the other, and who goes is missed by nobody', () => {
  const desk = new Desk(new RiskAverseQueue(), true)
  desk.level(BUY, 100, 20)
  desk.order('a', BUY, 100, 10)
  desk.order('b', BUY, 100, 6)
  desk.now = 2 * SECOND
  desk.level(BUY, 100, 36)
  desk.order('a', BUY, 100, 12)
  desk.now = 4 * SECOND
  desk.level(BUY, 100, 38)
  deepEqual([desk.ahead('b'), desk.ahead('a')], [20, 26], 'the six of b are ahead of a')

  const shared = new Desk(new ProbabilityQueue(1), true)
  shared.level(SELL, 200, 20)
  shared.order('a', SELL, 200, 10)
  shared.now = 2 * SECOND
  shared.level(SELL, 200, 30)
  shared.order('b', SELL, 200, 6)
  shared.now = 4 * SECOND
  shared.level(SELL, 200, 76)
  equal(shared.ahead('b'), 30)
  shared.order('a', SELL, 200, 10, { state: 'canceled' })
  shared.level(SELL, 200, 66)
  equal(shared.ahead('b'), 30, 'what went was ours: it tells nothing of others')
})

test('S2-OMS-32 the touch is where others stand', () => {
  const desk = new Desk(new RiskAverseQueue(), true)
  desk.level(BUY, 99, 20)
  desk.order('a', BUY, 100, 10)
  equal(desk.watch.touch(0, BUY), 99)
  desk.level(BUY, 100, 10)
  equal(desk.watch.touch(0, BUY), 99, 'alone at 100')
  desk.level(BUY, 100, 11)
  equal(desk.watch.touch(0, BUY), 100)
  equal(desk.watch.touch(0, SELL), Number.POSITIVE_INFINITY)
  equal(new Desk().watch.touch(0, BUY), Number.NEGATIVE_INFINITY)
})

test('S2-OMS-33 a print beyond our price was ours first; a new book cannot have more ahead than it shows', () => {
  const desk = new Desk()
  desk.level(BUY, 100, 50)
  desk.level(BUY, 99, 50)
  desk.order('a', BUY, 100, 10)
  desk.order('b', BUY, 99, 10)
  desk.print(BUY, 99, 5)
  deepEqual([desk.ahead('a'), desk.ahead('b')], [0, 45])
  desk.clear()
  desk.level(BUY, 99, 12, Flag.snapshot)
  desk.level(BUY, 98, 5)
  equal(desk.ahead('b'), 12)
})

test('S2-OMS-33 as many orders are followed as there is room for, and what takes is not', () => {
  const desk = new Desk()
  for (let number = 0; number <= WATCHED_MAX; number++) desk.order(`o${number}`, BUY, 100, 1)
  equal(desk.ahead(`o${WATCHED_MAX - 1}`), 0)
  equal(desk.ahead(`o${WATCHED_MAX}`), undefined)
  desk.order('o0', BUY, 100, 1, { state: 'canceled' })
  desk.order('next', BUY, 100, 1)
  equal(desk.ahead('next'), 0)
})

/** The queue as the venue has it: sizes in order of arrival, ours among them as a negative number. */
class Queue {
  readonly sizes: number[] = []
  get total(): number {
    return this.sizes.reduce((sum, size) => sum + Math.max(0, size), 0)
  }
  get ahead(): number {
    const ours = this.sizes.findIndex(size => size < 0)
    return ours < 0 ? 0 : this.sizes.slice(0, ours).reduce((sum, size) => sum + size, 0)
  }
}

for (const [name, model] of [
  ['risk-averse', new RiskAverseQueue()],
  ['probability', new ProbabilityQueue(2)],
] as const)
  test(`S2-OMS-33 ${name}: a place lies in 0..total, never grows, and against every order known it is right by prints`, () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed)
      const desk = new Desk(model)
      const queue = new Queue()
      for (let order = 0; order < 5; order++) queue.sizes.push(1 + random.below(20))
      desk.level(BUY, 100, queue.total)
      queue.sizes.push(-5)
      desk.order('a', BUY, 100, 5)
      const onlyPrints = seed % 4 === 0
      let last = queue.ahead
      for (let turn = 0; turn < 60 && queue.ahead > 0; turn++) {
        const dice = onlyPrints ? 0 : random.below(10)
        if (dice < 3) {
          const print = Math.min(1 + random.below(9), queue.ahead)
          for (let left = print; left > 0; ) {
            const met = Math.min(left, queue.sizes[0]!)
            left -= met
            if (met === queue.sizes[0]) queue.sizes.shift()
            else queue.sizes[0]! -= met
          }
          desk.print(BUY, 100, print)
        } else if (dice < 6) queue.sizes.push(1 + random.below(20))
        else {
          const at = random.below(queue.sizes.length)
          if (queue.sizes[at]! > 0) queue.sizes.splice(at, 1)
        }
        desk.level(BUY, 100, queue.total)
        const ahead = desk.ahead('a')!
        ok(ahead >= 0 && ahead <= queue.total && ahead <= last, `seed ${seed}: ${ahead} of ${queue.total}, was ${last}`)
        if (name === 'risk-averse') ok(ahead >= queue.ahead, `seed ${seed}: never nearer than the truth`)
        if (onlyPrints) equal(ahead, queue.ahead)
        last = ahead
      }
    }
  })
