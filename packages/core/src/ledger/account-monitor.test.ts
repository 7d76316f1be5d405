import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Micros, micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import { ExposureBook } from '../risk/exposure-book.ts'
import { MarkValuation } from '../risk/mark-valuation.ts'
import { Standings } from '../risk/standings.ts'
import { AccountBooks } from './account-books.ts'
import { AccountMonitor } from './account-monitor.ts'
import type { AccountSnapshot } from './account-snapshot.ts'

const asset = (code: string) => ({ code, decimals: 2 })
const instrument = (index: number, more: Partial<Instrument>): Instrument => ({
  index,
  venue: 'v',
  symbol: `S${index}`,
  unified: `S${index}`,
  kind: 'perpetual',
  base: asset('BTC'),
  quote: asset('USDT'),
  settle: asset('USDT'),
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 2, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
  ...more,
})
/** A BTC perpetual, BTC and EUR on the spot market, and a contract settled in EUR. */
const TABLE = new InstrumentTable([
  instrument(0, {}),
  instrument(1, { kind: 'spot' }),
  instrument(2, {
    kind: 'spot',
    base: asset('EUR'),
    price: { decimals: 2, step: 1 },
    contract: { kind: 'linear', minorPerTickLot: 1n },
    quantity: { decimals: 0, step: 1 },
  }),
  instrument(3, { base: asset('X'), quote: asset('EUR'), settle: asset('EUR') }),
])

class Desk {
  readonly clock = new SimClock(micros(0))
  readonly marks = [100, 100, 120, 50]
  readonly books = new AccountBooks(TABLE, { owner: 1, allowShort: true })
  readonly exposure = new ExposureBook(TABLE)
  readonly standings = new Standings(['main'])
  readonly told: AccountSnapshot[] = []
  readonly monitor: AccountMonitor
  #trades = 0

  constructor() {
    const marks = { mark: (index: number) => this.marks[index]! }
    this.monitor = new AccountMonitor({
      account: 'main',
      instruments: TABLE,
      books: this.books,
      exposure: this.exposure,
      valuation: new MarkValuation(TABLE, asset('USDT'), marks),
      marks,
      standings: this.standings,
      clock: this.clock,
      marginBps: index => (TABLE.at(index).kind === 'spot' ? 10_000 : 2000),
      listener: { onSnapshot: snapshot => this.told.push(snapshot) },
    })
  }

  deposit(code: string, amount: bigint): void {
    this.books.deposit(code, amount, 0 as Micros)
    this.monitor.onFlow(code, amount)
  }

  fill(index: number, side: Side, quantity: number, price: number, fee = 0n): void {
    const fill: Fill = {
      tradeId: `t${this.#trades++}`,
      clientOrderId: 'o',
      venueOrderId: 'v',
      instrument: index,
      side,
      price: ticks(price),
      quantity: lots(quantity),
      fee: toMinor(fee),
      feeAsset: TABLE.at(index).settle.code,
      liquidity: 'maker',
      at: 0 as Micros,
    }
    this.books.fill(fill)
    this.exposure.correct('main', 'mm', index, side * quantity)
  }
}

test('S2-ACC-15 to 22 a story: deposit, a leveraged long, a rise, half of it closed', () => {
  const desk = new Desk()
  desk.deposit('USDT', 10_000n)
  desk.monitor.update()
  desk.fill(0, BUY, 200, 100, 30n)
  const opened = desk.monitor.update()
  deepEqual(
    [opened.total, opened.available, opened.exposure, opened.marginBps, opened.leverageBps, opened.fees],
    [9970n, 5970n, 20_000n, 4985, 20_060, 30n],
  )
  desk.marks[0] = 110
  desk.fill(0, SELL, 100, 110, 15n)
  const risen = desk.monitor.update()
  deepEqual([risen.realised, risen.unrealised, risen.total, risen.dayProfit], [1000n, 1000n, 11_955n, 1955n])
  deepEqual(risen.positions, [
    { instrument: 0, netLots: 100, worstLots: 100, mark: 110, value: 11_000n, unrealised: 1000n, realised: 1000n },
  ])
  desk.marks[0] = 90
  equal(desk.monitor.update().dayDrawdownBps, 1672, '9955 of 11955')
  equal(desk.told.length, 4)
})

test('orders bind what they may become', () => {
  const desk = new Desk()
  desk.deposit('USDT', 10_000n)
  desk.exposure.onOrder('main', {
    clientOrderId: 'o',
    exposure: 100,
    request: {
      instrument: 1,
      side: BUY,
      type: 'limit',
      quantity: lots(100),
      price: ticks(90),
      timeInForce: 'gtc',
      postOnly: true,
      reduceOnly: false,
      strategy: 'mm',
    },
  })
  deepEqual([desk.monitor.snapshot().total, desk.monitor.snapshot().available], [10_000n, 0n])
})

test('balances and profit in other currencies count by their marks; without a mark nothing is pretended', () => {
  const desk = new Desk()
  desk.deposit('USDT', 1000n)
  desk.deposit('BTC', 5n)
  desk.deposit('EUR', 1000n)
  desk.fill(3, BUY, 10, 40)
  const all = desk.monitor.update()
  equal(all.total, 1000n + 500n + 1200n + 120n)
  deepEqual(
    all.balances.map(({ code, amount, worth }) => [code, amount, worth]),
    [
      ['BTC', 5n, 500n],
      ['USDT', 1000n, 1000n],
      ['EUR', 1000n, 1200n],
    ],
  )
  desk.marks[3] = Number.NaN
  const blind = desk.monitor.update()
  deepEqual([blind.total, blind.available, blind.exposure, blind.marginBps, blind.dayProfit], Array(5).fill(undefined))
  equal(
    desk.standings.equity({ account: 'main' }),
    undefined,
    'limits of leverage and loss hold entries back meanwhile',
  )
})

test('a deposit is no profit', () => {
  const desk = new Desk()
  desk.deposit('USDT', 1000n)
  desk.monitor.update()
  desk.deposit('BTC', 5n)
  deepEqual([desk.monitor.update().total, desk.monitor.update().dayProfit], [1500n, 0n])
})

test('P-10 total = deposits + realised + unrealised - fees, for any fills at any marks', () => {
  const fill = fc.record({
    side: fc.constantFrom(BUY, SELL),
    quantity: fc.integer({ min: 1, max: 100 }),
    price: fc.integer({ min: 50, max: 150 }),
    index: fc.constantFrom(0, 1),
    mark: fc.integer({ min: 50, max: 150 }),
  })
  const property = fc.property(fc.array(fill, { maxLength: 40, size: 'max' }), fills => {
    const desk = new Desk()
    desk.deposit('USDT', 1_000_000n)
    for (const { side, quantity, price, index, mark } of fills) {
      desk.fill(index, side, quantity, price, 7n)
      desk.marks[0] = mark
      desk.marks[1] = mark
      const { total, realised, unrealised, fees } = desk.monitor.update()
      equal(total, 1_000_000n + realised! + unrealised! - fees!)
    }
    const { total, dayProfit } = desk.monitor.update()
    ok(fills.length === 0 || dayProfit === total! - (desk.told[0]?.total ?? 0n))
  })
  fc.assert(property, { numRuns: 200 })
})
