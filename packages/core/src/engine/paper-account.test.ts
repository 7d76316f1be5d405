import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { mid } from '../book/book-metrics.ts'
import { tellBook } from '../book/book-records.ts'
import { OrderBook } from '../book/order-book.ts'
import { RiskAverseQueue } from '../book/queue-model.ts'
import { type Micros, micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { ConstantLatency } from '../exchange/latency-model.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import { NO_LIMITS } from '../risk/risk-limits.ts'
import { PaperAccount } from './paper-account.ts'

const usdt = { code: 'USDT', decimals: 2 }
const INSTRUMENT: Instrument = {
  ...{ index: 0, venue: 'v', symbol: 'X', unified: 'X/USDT', kind: 'perpetual' },
  ...{ base: { code: 'X', decimals: 0 }, quote: usdt, settle: usdt, grids: 'published' },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  ...{ bounds: {}, fees: { maker: 0, taker: 0 } },
}

/** A live market that is told by hand, 98 x 100 with 5 lots a side, and an account on paper that comes to it late. */
class Stage {
  readonly clock = new SimClock(micros(1_000_000))
  readonly book = new OrderBook()
  readonly fills: Fill[] = []
  readonly states: string[] = []
  readonly paper: PaperAccount
  readonly #record = new EventRecord(new Records(1)).at(0)

  constructor(positionMax = 100) {
    this.book.bids.set(98, 5)
    this.book.asks.set(100, 5)
    this.paper = new PaperAccount({
      instruments: new InstrumentTable([INSTRUMENT]),
      clock: this.clock,
      latency: new ConstantLatency(0, 10, 10),
      queue: new RiskAverseQueue(),
      amending: ['keeps_place'],
      limits: {
        byInstrument: [{ ...NO_LIMITS, positionLotsMax: positionMax }],
        ordersPerWindowMax: 100,
        rateWindow: 1_000_000,
      },
      capital: [{ code: 'USDT', amount: 1_000n }],
      mid: () => mid(this.book),
      onFill: fill => this.fills.push(fill),
      onOrderUpdate: ({ state }) => this.states.push(state),
    })
    tellBook(this.book, 0, this.clock.now(), record => this.paper.onMarket(record))
  }

  level(side: Side, price: number, quantity: number): void {
    this.#tell(Kind.level, Flag.last | (side === BUY ? Flag.bid : 0), price, quantity)
  }

  trade(price: number, quantity: number, aggressor: Side): void {
    this.#tell(Kind.trade, Flag.last | (aggressor === BUY ? Flag.aggressorBuy : 0), price, quantity)
  }

  /** Time goes on. */
  pass(by: number): void {
    this.clock.advanceTo((this.clock.now() + by) as Micros)
    this.paper.advance(this.clock.now())
  }

  /** @returns the reason of a refusal; empty when it is on its way */
  place(side: Side, price: number, quantity: number): string {
    const reviewed = this.paper.gate.review({
      ...{ instrument: 0, side, type: 'limit', quantity: lots(quantity), price: ticks(price) },
      ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, strategy: 's' },
    })
    if (!reviewed.ok) return reviewed.reason
    const placed = this.paper.route.place(reviewed.value)
    this.paper.gate.settle(reviewed.value, typeof placed === 'string' ? undefined : placed.clientOrderId)
    return ''
  }

  #tell(kind: Kind, flags: number, price: number, quantity: number): void {
    const record = this.#record.write(kind, flags, 0, 0, 0, this.clock.now()).lanes(price, quantity, 1, 0)
    this.paper.onMarket(record)
    this.book.apply(record)
  }
}

test('an order on paper meets the live book after the entry latency, and is heard of after the response latency', () => {
  const stage = new Stage()
  equal(stage.place(BUY, 100, 3), '')
  stage.pass(9)
  deepEqual([stage.fills.length, stage.paper.accounts.portfolio.netLots(0)], [0, 0])
  stage.pass(10)
  equal(stage.fills.length, 0, 'the venue has filled it, and we do not know yet')
  stage.pass(1)
  deepEqual(
    stage.fills.map(({ price, quantity, liquidity }) => [price, quantity, liquidity]),
    [[100, 3, 'taker']],
  )
  equal(stage.paper.accounts.portfolio.netLots(0), 3)
  equal(stage.paper.accounts.cash('USDT'), toMinor(1_000n), 'a perpetual costs nothing to hold')
  ok(Object.values(stage.paper.accounts.trialBalance()).every(sum => sum === 0n))
})

test('the book moves while the order is under way: it meets what is there then', () => {
  const stage = new Stage()
  stage.place(BUY, 100, 3)
  stage.pass(5)
  stage.level(SELL, 100, 0)
  stage.level(SELL, 101, 9)
  stage.pass(100)
  equal(stage.fills.length, 0)
  deepEqual(stage.states, ['pending_submit', 'submitted'])
})

test('a resting order waits for the lots ahead of it', () => {
  const stage = new Stage()
  stage.place(BUY, 98, 2)
  stage.pass(20)
  stage.trade(98, 5, SELL)
  stage.pass(20)
  equal(stage.fills.length, 0, 'the five lots that were there before')
  stage.trade(98, 2, SELL)
  stage.pass(20)
  deepEqual(
    stage.fills.map(({ quantity, liquidity }) => [quantity, liquidity]),
    [[2, 'maker']],
  )
})

test('limits hold on paper too, on worst-case exposure of paper alone', () => {
  const stage = new Stage(4)
  equal(stage.place(BUY, 98, 4), '')
  equal(stage.place(BUY, 98, 1), 'position_too_large')
})

test('a market that is out of step takes no orders', () => {
  const stage = new Stage()
  const record = new EventRecord(new Records(1)).at(0)
  stage.paper.onMarket(record.write(Kind.clear, Flag.last, 0, 0, 0, 1_000_000).lanes(0, 1, 0, 0))
  stage.place(BUY, 100, 3)
  stage.pass(50)
  deepEqual([stage.fills.length, stage.states.at(-1)], [0, 'rejected'])
})
