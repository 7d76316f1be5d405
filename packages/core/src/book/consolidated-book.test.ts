import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClearReason, Kind, MarketStatus } from '../market/event-kind.ts'
import { EventRecord, Records } from '../market/event-record.ts'
import { formatOnGrid, type Grid } from '../market/grid.ts'
import type { Instrument } from '../market/instrument.ts'
import { linearContract } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { commonGrid } from './common-grid.ts'
import { ConsolidatedBook } from './consolidated-book.ts'
import { OrderBook } from './order-book.ts'

type Levels = readonly (readonly [number, number])[]
const settle = { code: 'USDT', decimals: 8 }

function leg(index: number, price: Grid, quantity: Grid, bids: Levels, asks: Levels, multiplier?: [number, number]) {
  const contract = linearContract(price, quantity, settle.decimals, multiplier)
  const instrument = { index, venue: `v${index}`, unified: 'BTC/USDT', price, quantity, settle, contract } as Instrument
  const book = new OrderBook(6)
  for (const [ticks, lots] of bids) book.bids.set(ticks, lots)
  for (const [ticks, lots] of asks) book.asks.set(ticks, lots)
  return { instrument, book }
}

function viewOf(...legs: ReturnType<typeof leg>[]): ConsolidatedBook {
  const view = ConsolidatedBook.of(legs)
  if (!view.ok) throw new Error(view.reason)
  return view.value
}

/** Best levels as people read them: `100.10 x 0.500 v1`. */
const shown = (view: ConsolidatedBook, side: Side, count: number): string[] =>
  view
    .levels(side, count)
    .map(
      ({ price, lots, instrument }) =>
        `${formatOnGrid(price, view.grid.price)} x ${formatOnGrid(lots, view.grid.quantity)} ${instrument.venue}`,
    )

const whole: Grid = { decimals: 0, step: 1 }
const halves: Grid = { decimals: 1, step: 5 }
const cents: Grid = { decimals: 2, step: 1 }
const thousandths: Grid = { decimals: 3, step: 1 }

test('venues on different grids are one book, best first, equal prices in the order of the legs', () => {
  const view = viewOf(
    leg(0, halves, whole, [[200, 3]], [[201, 1]]), // 100.0 / 100.5
    leg(
      1,
      cents,
      thousandths,
      [
        [10010, 500],
        [10000, 100],
      ],
      [
        [10040, 2000],
        [10050, 700],
      ],
    ),
  )
  deepEqual(shown(view, BUY, 9), ['100.10 x 0.500 v1', '100.00 x 3.000 v0', '100.00 x 0.100 v1'])
  deepEqual(shown(view, SELL, 2), ['100.40 x 2.000 v1', '100.50 x 1.000 v0'])
  deepEqual(
    [view.best(BUY), view.bestLeg(BUY)?.index, view.best(SELL), view.bestLeg(SELL)?.index],
    [10010, 1, 10040, 1],
  )
  deepEqual([view.isCrossed, view.isLocked, view.crossing()], [false, false, undefined])
})

test('contracts of 0.01 lie beside coins, and inverse contracts beside each other, by what a lot is worth', () => {
  const view = viewOf(leg(0, cents, thousandths, [[100, 25]], []), leg(1, cents, whole, [[100, 7]], [], [1, 2]))
  deepEqual(shown(view, BUY, 2), ['1.00 x 0.025 v0', '1.00 x 0.070 v1'])
  const inverse = (face: bigint, price: Grid): Instrument => {
    const contract = {
      kind: 'inverse',
      minorTicksPerLot: (face * 10n ** BigInt(8 + price.decimals)) / BigInt(price.step),
    }
    return { unified: 'BTC/USD:BTC', price, settle, contract } as Instrument
  }
  const grid = commonGrid([inverse(100n, halves), inverse(10n, cents)])
  deepEqual(grid.ok && [grid.value.lots, grid.value.quantity, grid.value.ticks], [
    [10, 1],
    { decimals: 0, step: 10 },
    [50, 1],
  ])
})

test('what cannot be compared is refused', () => {
  const reason = (...instruments: Instrument[]): string => {
    const grid = commonGrid(instruments)
    return grid.ok ? 'ok' : grid.reason
  }
  const { instrument: linear } = leg(0, cents, whole, [], [])
  const inverse: Instrument = { ...linear, contract: { kind: 'inverse', minorTicksPerLot: 100n } }
  equal(reason(), 'no_instruments')
  equal(reason(linear, { ...linear, unified: 'ETH/USDT' }), 'different_things')
  equal(reason(linear, inverse), 'different_contracts')
  equal(reason({ ...linear, price: { decimals: 2, step: 7 } }), 'contract_off_grid')
  equal(reason(linear, { ...linear, price: { decimals: 20, step: 1 } }), 'grids_too_far_apart')
  equal(reason(linear, linear), 'ok')
})

test('a venue that is desynced, stale or crossed in itself drops out until it is whole again', () => {
  const good = leg(0, cents, whole, [[100, 1]], [[102, 1]])
  const other = leg(1, cents, whole, [[105, 1]], [[106, 1]])
  const view = viewOf(good, other)
  const record = new EventRecord(new Records(1))
  const tell = (instrument: number, kind: Kind, ...lanes: [number, number]): void =>
    view.observe(record.write(kind, 0, 0, instrument, 0, 0).lanes(...lanes, 0, 0))
  const cases: [() => void, number][] = [
    [() => tell(1, Kind.clear, 7, ClearReason.gap), 100],
    [() => tell(1, Kind.clear, 8, ClearReason.snapshot), 105],
    [() => tell(1, Kind.status, MarketStatus.desynced, 0), 100],
    [() => tell(1, Kind.status, MarketStatus.halted, 0), 100],
    [() => tell(1, Kind.status, MarketStatus.synced, 0), 105],
    [() => tell(1, Kind.clear, 8, ClearReason.stale), 100],
    [() => tell(9, Kind.clear, 8, ClearReason.snapshot), 100],
    [() => tell(0, Kind.clear, 8, ClearReason.disconnected), Number.NEGATIVE_INFINITY],
    [() => view.setLive(1, true), 105],
    [() => other.book.asks.set(104, 1), Number.NEGATIVE_INFINITY], // Crossed in itself: half applied, or damaged.
    [() => view.setLive(0, true), 100],
    [() => other.book.asks.set(104, 0), 105],
  ]
  for (const [at, [happens, best]] of cases.entries()) {
    happens()
    equal(view.best(BUY), best, `case ${at}`)
    equal(view.bestLeg(BUY) === undefined, best === Number.NEGATIVE_INFINITY)
    equal(view.walk(BUY).next(), Number.isFinite(best))
  }
  deepEqual([view.isLive(0), view.isLive(1), view.isLive(9)], [true, true, false])
})

test('two venues cross and lock across their grids', () => {
  const low = leg(0, halves, whole, [[202, 4]], [[203, 6]]) // 101.0 / 101.5
  const high = leg(1, cents, thousandths, [[9000, 1]], [[10050, 2500]]) // 90.00 / 100.50
  const view = viewOf(low, high)
  const { buy, sell, edge, lots } = view.crossing()!
  deepEqual([buy.index, sell.index, edge, lots, view.isCrossed], [1, 0, 50, 2500, true])
  high.book.asks.set(10050, 0)
  high.book.asks.set(10100, 1)
  deepEqual([view.isCrossed, view.isLocked, view.crossing()], [false, true, undefined])
})

test('a price or quantity beyond 2^53 common steps is not seen rather than compared inexactly', () => {
  const huge = Number.MAX_SAFE_INTEGER
  const view = viewOf(
    leg(0, whole, whole, [[huge, 1]], []),
    leg(
      1,
      cents,
      thousandths,
      [
        [100, 1],
        [90, huge],
        [80, 1],
      ],
      [],
    ),
    leg(2, whole, whole, [[1, huge]], []),
  )
  deepEqual([view.best(BUY), view.bestLeg(BUY)?.index], [100, 1])
  deepEqual(shown(view, BUY, 9), ['1.00 x 0.001 v1', '0.90 x 9007199254740.991 v1', '0.80 x 0.001 v1'])
})

test('P-01 the merged walk equals one sorted list of all levels, exactly', () => {
  const grids = [whole, halves, cents, { decimals: 2, step: 25 }, { decimals: 4, step: 3 }]
  const side = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 99 })), {
    maxLength: 12,
    size: 'max',
  })
  const legs = fc.array(fc.tuple(fc.constantFrom(...grids), side, fc.boolean()), {
    minLength: 1,
    maxLength: 5,
    size: 'max',
  })
  fc.assert(
    fc.property(legs, fc.constantFrom(BUY, SELL), (specs, walked) => {
      const made = specs.map(([price, levels], index) =>
        leg(index, price, whole, walked === BUY ? levels : [], walked === SELL ? levels : []),
      )
      const view = viewOf(...made)
      for (const [index, [, , live]] of specs.entries()) view.setLive(index, live)
      const scaled = (index: number, ticks: number): bigint => {
        const { decimals, step } = specs[index]![0]
        return BigInt(ticks) * BigInt(step) * 10n ** BigInt(4 - decimals)
      }
      const expected = made
        .flatMap(({ book }, index) => {
          const rows: { at: bigint; lots: number; index: number }[] = []
          const ladder = book.side(walked)
          for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price))
            rows.push({ at: scaled(index, price), lots: ladder.lotsAt(price), index })
          return specs[index]![2] ? rows : []
        })
        .sort((a, b) => walked * Number(b.at - a.at) || a.index - b.index)
      const unit = BigInt(view.grid.price.step) * 10n ** BigInt(4 - view.grid.price.decimals)
      const walk = view.walk(walked)
      const rows: { at: bigint; lots: number; index: number }[] = []
      while (walk.next()) rows.push({ at: BigInt(walk.price) * unit, lots: walk.lots, index: walk.instrument.index })
      deepEqual(rows, expected)
      equal(view.bestLeg(walked)?.index, expected[0]?.index)
      ok(expected.length === 0 || BigInt(view.best(walked)) * unit === expected[0]!.at)
    }),
    { numRuns: 300 },
  )
})
