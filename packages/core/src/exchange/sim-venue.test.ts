import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProbabilityQueue, type QueueModel, RiskAverseQueue } from '../book/queue-model.ts'
import { type Micros, micros } from '../clock/micros.ts'
import { Kind, MarketStatus } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { Amending } from '../order/amending.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import { feeOf } from './fee-model.ts'
import { ConstantLatency } from './latency-model.ts'
import { SimVenue } from './sim-venue.ts'

const usdt = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'spot',
  base: { code: 'X', decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: { quantityMax: 1000 },
  fees: { maker: -1_000_000, taker: 5_000_000 },
  grids: 'published',
}

/** A venue, a hand that shows it the tape, and a hand that orders; latencies 10 in and 20 back. */
class Stage {
  readonly venue: SimVenue
  readonly reports: ExecutionReport[] = []
  now = 0
  #sequence = 0
  #id = 0
  readonly #records = new Records(1)
  readonly #record = new EventRecord(this.#records)

  constructor(queue: QueueModel = new RiskAverseQueue(), amending: Amending = 'keeps_place') {
    this.venue = new SimVenue({
      instruments: new InstrumentTable([INSTRUMENT]),
      amending: [amending],
      latency: new ConstantLatency(0, 10, 20),
      queue,
    })
    this.show(Kind.clear, Flag.snapshot, 0, 0)
  }
  show(kind: Kind, flags: number, price: number, quantity: number): void {
    this.#record.write(kind, flags, 0, 0, 0, this.now).lanes(price, quantity, this.#sequence, 0)
    this.venue.onMarket(this.#record, this.#sequence++, this.now)
  }
  level(side: Side, price: number, quantity: number, last = true): void {
    this.show(Kind.level, (side === BUY ? Flag.bid : 0) | (last ? Flag.last : 0), price, quantity)
  }
  trade(aggressor: Side, price: number, quantity: number): void {
    this.show(Kind.trade, Flag.last | (aggressor === BUY ? Flag.aggressorBuy : 0), price, quantity)
  }
  place(side: Side, quantity: number, price: number | null, more: Partial<OrderRequest> = {}): string {
    const clientOrderId = `o${++this.#id}`
    const order = {
      instrument: 0,
      side,
      type: price === null ? 'market' : 'limit',
      quantity: lots(quantity),
      timeInForce: 'gtc',
      postOnly: false,
      reduceOnly: false,
      strategy: 's',
      ...(price === null ? {} : { price: ticks(price) }),
      ...more,
    } as ApprovedOrder
    this.venue.place({ clientOrderId, order }, this.now as Micros)
    return clientOrderId
  }
  /** Lets everything under way arrive. */
  settle(): void {
    while (this.venue.nextCommandAt !== Number.POSITIVE_INFINITY) {
      this.now = this.venue.nextCommandAt
      this.venue.processNextCommand()
    }
    while (this.venue.nextReportAt !== Number.POSITIVE_INFINITY) {
      this.now = Math.max(this.now, this.venue.nextReportAt)
      this.reports.push(this.venue.takeReport())
    }
  }
  /** Reports since the last call, in short. */
  told(): string[] {
    this.settle()
    return this.reports
      .splice(0)
      .map(({ clientOrderId: id, kind, fill, reason, price, quantity }) =>
        fill === undefined
          ? `${id} ${kind}${price === undefined ? '' : ` ${quantity}@${price}`}${reason === undefined ? '' : `: ${reason}`}`
          : `${id} ${fill.liquidity} ${fill.quantity}@${fill.price} ${fill.cause!.trigger} ${fill.cause!.queueBefore}/${fill.cause!.queueAtEntry}`,
      )
  }
}

/** Bids 99x5 98x9, asks 101x5 103x9. */
function market(queue?: QueueModel, amending?: Amending): Stage {
  const stage = new Stage(queue, amending)
  for (const [side, price, quantity] of [
    [BUY, 99, 5],
    [BUY, 98, 9],
    [SELL, 101, 5],
    [SELL, 103, 9],
  ] as const)
    stage.level(side, price, quantity)
  return stage
}

test('a market order walks the book, what it took stays taken, and the rest expires', () => {
  const stage = market()
  stage.place(BUY, 7, null)
  deepEqual(stage.told(), ['o1 accepted', 'o1 taker 5@101 taker 0/0', 'o1 taker 2@103 taker 0/0'])
  stage.place(BUY, 20, null)
  deepEqual(stage.told(), ['o2 accepted', 'o2 taker 7@103 taker 0/0', 'o2 expired: the book is used up'])
  stage.level(SELL, 101, 4)
  stage.place(BUY, 1, 101, { timeInForce: 'ioc' })
  deepEqual(stage.told(), ['o3 accepted', 'o3 expired: not filled at once'], 'fewer lots are not new lots')
  stage.level(SELL, 101, 0)
  stage.level(SELL, 101, 4)
  stage.place(BUY, 9, 101, { timeInForce: 'ioc' })
  deepEqual(stage.told(), ['o4 accepted', 'o4 taker 4@101 taker 0/0', 'o4 expired: not filled at once'])
})

test('all or nothing; post-only; an order that takes a part rests with the other', () => {
  const stage = market()
  stage.place(SELL, 15, 98, { timeInForce: 'fok' })
  stage.place(BUY, 1, 101, { postOnly: true })
  stage.place(SELL, 14, 98, { timeInForce: 'fok' })
  stage.place(BUY, 8, 101)
  deepEqual(stage.told(), [
    'o1 accepted',
    'o1 expired: not fillable at once',
    'o2 rejected: would take liquidity',
    'o3 accepted',
    'o3 taker 5@99 taker 0/0',
    'o3 taker 9@98 taker 0/0',
    'o4 accepted',
    'o4 taker 5@101 taker 0/0',
  ])
  deepEqual(
    stage.venue.openOrders.map(order => [order.clientOrderId, order.cumulative, order.price]),
    [['o4', 5, 101]],
  )
})

test('D60 while the tape says that trading is halted orders are refused, cancels are done, and what rests stays', () => {
  const stage = market()
  const [stays] = [stage.place(BUY, 1, 98), stage.place(BUY, 1, 97)]
  stage.told()
  stage.show(Kind.status, Flag.last, MarketStatus.halted, 0)
  stage.show(Kind.status, Flag.last, MarketStatus.synced, 0)
  stage.place(BUY, 1, null)
  stage.venue.cancel({ clientOrderId: 'o2', venueOrderId: '', instrument: 0 }, micros(stage.now))
  deepEqual(stage.told(), ['o3 rejected: trading is halted', 'o2 canceled'])
  equal(stage.venue.openOrders[0]?.clientOrderId, stays)
  stage.show(Kind.status, Flag.last, MarketStatus.trading, 0)
  stage.place(BUY, 1, null)
  deepEqual(stage.told(), ['o4 accepted', 'o4 taker 1@101 taker 0/0'])
})

test('prints use up the queue ahead and then fill us, in parts, never by more than they were', () => {
  const stage = market()
  stage.place(BUY, 6, 99)
  deepEqual(stage.told(), ['o1 accepted'])
  stage.trade(SELL, 99, 3) // Ahead 5 -> 2.
  stage.trade(BUY, 99, 100) // The other side's print means nothing to a bid.
  deepEqual(stage.told(), [])
  stage.trade(SELL, 99, 4)
  stage.trade(SELL, 99, 3)
  deepEqual(stage.told(), ['o1 maker 2@99 trade 2/5', 'o1 maker 3@99 trade 0/5'])
  stage.trade(SELL, 98, 50)
  deepEqual(stage.told(), ['o1 maker 1@99 through 0/5'])
})

test('two orders of ours at one price wait in turn, and share one print', () => {
  const stage = market()
  stage.place(BUY, 2, 99)
  stage.told()
  stage.level(BUY, 99, 8)
  stage.place(BUY, 4, 99) // Behind 8 lots of the market.
  stage.told()
  stage.trade(SELL, 99, 11)
  deepEqual(stage.told(), ['o1 maker 2@99 trade 5/5', 'o2 maker 1@99 trade 8/8'])
})

test('the other side moving through our price fills us by the lots that did, once', () => {
  const stage = market()
  stage.place(BUY, 6, 100)
  stage.told()
  stage.level(SELL, 100, 4)
  deepEqual(stage.told(), ['o1 maker 4@100 crossing 0/0'])
  stage.level(SELL, 102, 1)
  deepEqual(stage.told(), [], 'the same four lots do not fill us twice')
  stage.level(SELL, 99, 9, false)
  deepEqual(stage.told(), [], 'nothing happens in the middle of a message')
  stage.level(SELL, 98, 1)
  deepEqual(stage.told(), ['o1 maker 1@100 crossing 0/0', 'o1 maker 1@100 crossing 0/0'])
})

test('every command takes the entry latency to the venue, and its report the response latency back', () => {
  const stage = market()
  const id = stage.place(BUY, 6, 99)
  const order = { clientOrderId: id, venueOrderId: '', instrument: 0 }
  const commands = [
    () => {},
    () => stage.venue.replace({ ...order, price: ticks(98), quantity: lots(6) }, micros(stage.now)),
    () => stage.venue.cancel(order, micros(stage.now)),
  ]
  for (const [at, send] of commands.entries()) {
    const sent = stage.now
    send()
    equal(stage.venue.nextCommandAt, sent + 10)
    equal(stage.told().length, 1, `command ${at}`)
    equal(stage.now, sent + 30)
  }
})

test('a cancel that comes too late is refused, and an amendment keeps or loses its place', () => {
  const stage = market()
  const id = stage.place(BUY, 6, 99)
  stage.told()
  const replace = (price: number, quantity: number): void =>
    stage.venue.replace(
      { clientOrderId: id, venueOrderId: '', instrument: 0, price: ticks(price), quantity: lots(quantity) },
      micros(stage.now),
    )
  stage.trade(SELL, 99, 4)
  replace(99, 4)
  deepEqual(stage.told(), ['o1 replaced 4@99'])
  equal(stage.venue.openOrders[0]!.ahead, 1)
  replace(99, 5)
  stage.told()
  equal(stage.venue.openOrders[0]!.ahead, 5, 'growing goes to the back')
  replace(101, 5)
  deepEqual(stage.told(), ['o1 replaced 5@101', 'o1 taker 5@101 taker 0/5'])
  stage.venue.cancel({ clientOrderId: id, venueOrderId: '', instrument: 0 }, micros(stage.now))
  stage.venue.cancel({ clientOrderId: 'never', venueOrderId: '', instrument: 0 }, micros(stage.now))
  deepEqual(stage.told(), ['o1 cancel_rejected: the order is closed', 'never cancel_rejected: the order is not known'])
})

// What an amendment to a price and a quantity, of an order of 5 at 99 that has 2 of 5 lots ahead, comes to.
const amendments: readonly (readonly [Amending, number, number, string, number])[] = [
  ['keeps_place', 99, 3, 'o1 replaced 3@99', 2],
  ['loses_place', 99, 3, 'o1 replaced 3@99', 8],
  ['only_shrinks', 99, 3, 'o1 replaced 3@99', 2],
  ['none', 99, 3, 'o1 replace_rejected: an order cannot be changed like that here', 2],
  ['keeps_place', 98, 3, 'o1 replaced 3@98', 9],
  ['loses_place', 98, 3, 'o1 replaced 3@98', 9],
  ['only_shrinks', 98, 3, 'o1 replace_rejected: an order cannot be changed like that here', 2],
  ['only_shrinks', 99, 6, 'o1 replace_rejected: an order cannot be changed like that here', 2],
  ['loses_place', 99, 5, 'o1 replaced 5@99', 2],
]
for (const [amending, price, quantity, said, ahead] of amendments)
  test(`S2-OMS-32 ${amending}: 5 at 99 becomes ${quantity} at ${price}: ${ahead} ahead`, () => {
    const stage = market(undefined, amending)
    const id = stage.place(BUY, 5, 99)
    stage.told()
    stage.trade(SELL, 99, 3)
    stage.level(BUY, 99, 8)
    stage.venue.replace(
      { clientOrderId: id, venueOrderId: '', instrument: 0, price: ticks(price), quantity: lots(quantity) },
      stage.now as Micros,
    )
    deepEqual(stage.told(), [said])
    equal(stage.venue.openOrders[0]!.ahead, ahead)
  })

test('an amendment that keeps its place keeps it among our own orders too, and a refused one changes nothing', () => {
  const stage = market()
  const first = stage.place(BUY, 4, 99)
  stage.place(BUY, 4, 99)
  const replace = (price: number, quantity: number): void =>
    stage.venue.replace(
      { clientOrderId: first, venueOrderId: '', instrument: 0, price: ticks(price), quantity: lots(quantity) },
      micros(stage.now),
    )
  stage.told()
  replace(99, 3)
  replace(99, 5000)
  stage.told()
  stage.trade(SELL, 99, 7)
  deepEqual(stage.told(), ['o1 maker 2@99 trade 5/5'])
})

test('a level that breathes does not fill us again with the same lots', () => {
  const stage = market()
  stage.place(BUY, 20, 100)
  stage.told()
  for (const lotsThere of [4, 3, 4, 3, 6]) stage.level(SELL, 100, lotsThere)
  deepEqual(stage.told(), ['o1 maker 4@100 crossing 0/0', 'o1 maker 2@100 crossing 0/0'])
})

test('an order that the market fills before our own price is no trade with ourselves', () => {
  const stage = market()
  stage.place(SELL, 3, 110)
  stage.place(BUY, 1, null)
  stage.place(BUY, 14, 115, { timeInForce: 'ioc' })
  deepEqual(stage.told().slice(1), [
    'o2 accepted',
    'o2 taker 1@101 taker 0/0',
    'o3 rejected: would trade with our own order',
  ])
})

test('reduce-only at rest never turns the position over', () => {
  const stage = market()
  stage.place(BUY, 5, null)
  stage.told()
  stage.place(SELL, 5, 105, { reduceOnly: true })
  stage.place(SELL, 3, null)
  stage.told()
  stage.trade(BUY, 106, 50)
  deepEqual(stage.told(), ['o2 maker 2@105 through 0/0', 'o2 expired: there is no position left to reduce'])
  equal(stage.venue.netLots(0), 0)
})

test('the venue has rules: unavailable, reduce-only, our own order on the other side, duplicates', () => {
  const stage = market()
  stage.place(SELL, 3, 105, { reduceOnly: true })
  stage.place(BUY, 3, 100)
  stage.place(SELL, 3, 100)
  stage.place(BUY, 2000, 90)
  deepEqual(stage.told(), [
    'o1 rejected: would not reduce the position',
    'o2 accepted',
    'o3 rejected: would trade with our own order',
    'o4 rejected: quantity above the maximum',
  ])
  stage.show(Kind.clear, Flag.synthetic, 0, 1)
  stage.place(BUY, 3, 90)
  deepEqual(stage.told(), ['o5 rejected: the market is not available'])
})

test('nothing is known before it can be: latency in and back', () => {
  const stage = market()
  stage.now = 100
  stage.place(BUY, 1, null)
  equal(stage.venue.nextCommandAt, 110)
  stage.now = 110
  stage.venue.processNextCommand()
  equal(stage.venue.nextReportAt, 130)
  const { at } = stage.venue.takeReport()
  equal(at, 110)
})

test('queue models: a decrease without a print', () => {
  const averse = new RiskAverseQueue()
  const even = new ProbabilityQueue(1)
  const rows: [QueueModel, number, number, number, number, number][] = [
    [averse, 10, 20, 15, 0, 10], // Whoever left stood behind us,
    [averse, 10, 20, 7, 0, 7], // but no more can be ahead than there is.
    [even, 10, 20, 10, 0, 5], // Half of those who left stood ahead.
    [even, 10, 20, 10, 10, 10], // The print explains it all.
    [even, 5, 20, 30, 0, 5], // An increase is behind us.
    [even, 0, 20, 5, 0, 0],
  ]
  for (const [model, ahead, before, after, traded, expected] of rows)
    equal(model.onLevel(ahead, before, after, traded), expected)
})

test('fees are rounded to the venue’s favour', () => {
  const rates = { maker: -1, taker: 1 } // 1e-8
  deepEqual(
    [feeOf(INSTRUMENT, rates, ticks(7), lots(3), 'taker'), feeOf(INSTRUMENT, rates, ticks(7), lots(3), 'maker')],
    [1n, 0n],
  )
  deepEqual(feeOf(INSTRUMENT, { maker: -50_000_000, taker: 0 }, ticks(7), lots(3), 'maker'), -10n)
})

const happening = fc.oneof(
  fc.record({
    do: fc.constant('level' as const),
    side: fc.constantFrom(BUY, SELL),
    price: fc.integer({ min: 95, max: 105 }),
    quantity: fc.nat(9),
  }),
  fc.record({
    do: fc.constant('trade' as const),
    side: fc.constantFrom(BUY, SELL),
    price: fc.integer({ min: 95, max: 105 }),
    quantity: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    do: fc.constantFrom(
      'limit' as const,
      'post' as const,
      'ioc' as const,
      'fok' as const,
      'market' as const,
      'cancel' as const,
    ),
    side: fc.constantFrom(BUY, SELL),
    price: fc.integer({ min: 95, max: 105 }),
    quantity: fc.integer({ min: 1, max: 12 }),
  }),
)

test('whatever happens: quantities are conserved, limits hold, every order ends once, every fill has a cause', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 120, size: 'max' }), fc.boolean(), (happenings, averse) => {
      const stage = market(averse ? new RiskAverseQueue() : new ProbabilityQueue(2))
      const requests = new Map<string, { side: Side; price: number; quantity: number; kind: string }>()
      const all: ExecutionReport[] = []
      for (const { do: what, side, price, quantity } of happenings) {
        let printed = 0
        if (what === 'level')
          stage.level(side, side === BUY ? Math.min(price, 100) - 1 : Math.max(price, 100) + 1, quantity)
        else if (what === 'trade') {
          stage.trade(side, price, quantity)
          printed = quantity
        } else if (what === 'cancel')
          stage.venue.cancel({ clientOrderId: `o${quantity}`, venueOrderId: '', instrument: 0 }, micros(stage.now))
        else {
          const more: Partial<OrderRequest> =
            what === 'post' ? { postOnly: true } : what === 'ioc' || what === 'fok' ? { timeInForce: what } : {}
          const id = stage.place(side, quantity, what === 'market' ? null : price, more)
          requests.set(id, {
            side,
            price: what === 'market' ? side * Number.POSITIVE_INFINITY : price,
            quantity,
            kind: what,
          })
        }
        stage.settle()
        const reports = stage.reports.splice(0)
        const makers = reports.filter(each => each.fill?.liquidity === 'maker')
        if (what === 'trade')
          ok(makers.reduce((sum, each) => sum + each.fill!.quantity, 0) <= printed, 'no more than was printed')
        else if (what !== 'level') equal(makers.length, 0, 'nobody is filled at rest without a cause on the tape')
        all.push(...reports)
      }
      for (const [id, request] of requests) {
        const mine = all.filter(each => each.clientOrderId === id)
        const fills = mine.flatMap(each => each.fill ?? [])
        const sum = fills.reduce((total, fill) => total + fill.quantity, 0)
        ok(sum <= request.quantity)
        for (const fill of fills) {
          ok(request.side * (request.price - fill.price) >= 0, 'never worse than the limit')
          ok(fill.cause!.queueBefore <= fill.cause!.queueAtEntry)
          if (request.kind === 'post') equal(fill.liquidity, 'maker')
          if (request.kind === 'ioc' || request.kind === 'fok' || request.kind === 'market')
            equal(fill.liquidity, 'taker')
        }
        if (request.kind === 'fok') ok(sum === 0 || sum === request.quantity)
        const ends =
          mine.filter(each => ['rejected', 'canceled', 'expired'].includes(each.kind)).length +
          (sum === request.quantity ? 1 : 0)
        const open = stage.venue.openOrders.some(order => order.clientOrderId === id)
        equal(ends + (open ? 1 : 0), 1, `${id} ends once or is open`)
      }
    }),
    { numRuns: 500 },
  )
})
