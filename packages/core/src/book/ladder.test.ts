import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BUY, SELL, type Side } from '../market/side.ts'
import { FAR_LEVELS_MAX } from './far-levels.ts'
import { Ladder } from './ladder.ts'

/** The slow, obvious twin: a map, sorted when asked. */
class Twin {
  readonly levels = new Map<number, number>()
  readonly side: Side
  constructor(side: Side) {
    this.side = side
  }
  set(price: number, lots: number): void {
    if (lots === 0) this.levels.delete(price)
    else this.levels.set(price, lots)
  }
  sorted(): [number, number][] {
    return [...this.levels].sort(([one], [other]) => this.side * (other - one))
  }
}

/** All levels, best first, by walking as users of a ladder do. */
function walk(ladder: Ladder): [number, number][] {
  const levels: [number, number][] = []
  for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price)) {
    levels.push([price, ladder.lotsAt(price)])
  }
  return levels
}

/** Prices that stay near, wander off, jump far away and come back, so that every path of the window is taken. */
const steps = (): fc.Arbitrary<{ price: number; lots: number }[]> =>
  fc.array(
    fc.record({
      price: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1000, max: 1040 }) },
        { weight: 3, arbitrary: fc.integer({ min: 900, max: 1140 }) },
        { weight: 1, arbitrary: fc.integer({ min: -500, max: 5000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 6_000_000_000_000, max: 6_000_000_000_050 }) },
      ),
      lots: fc.oneof(
        { weight: 2, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
      ),
    }),
    { maxLength: 120 },
  )

for (const side of [BUY, SELL])
  for (const windowBits of [5, 7, 14])
    test(`P-01 a ladder of ${side === BUY ? 'bids' : 'asks'} equals a sorted map, window 2^${windowBits}`, () => {
      fc.assert(
        fc.property(steps(), changes => {
          const ladder = new Ladder(side, windowBits)
          const twin = new Twin(side)
          for (const { price, lots } of changes) {
            ladder.set(price, lots)
            twin.set(price, lots)
            const sorted = twin.sorted()
            equal(ladder.best, sorted[0]?.[0] ?? -side * Number.POSITIVE_INFINITY)
            equal(ladder.bestLots, sorted[0]?.[1] ?? 0)
            equal(ladder.count, sorted.length)
            equal(ladder.lotsAt(price), twin.levels.get(price) ?? 0)
          }
          deepEqual(walk(ladder), twin.sorted())
          for (const probe of [990, 1020, 1100, 7_000_000_000_000, -1000]) {
            const behind = twin.sorted().find(([price]) => side * price < side * probe)
            equal(ladder.worse(probe), behind?.[0] ?? -side * Number.POSITIVE_INFINITY, `behind ${probe}`)
          }
        }),
        { numRuns: 400 },
      )
    })

test('a long walk of the market keeps every level, however often the window moves', () => {
  const ladder = new Ladder(BUY, 6)
  const twin = new Twin(BUY)
  for (let turn = 0; turn < 5000; turn++) {
    const middle = Math.round(400 * Math.sin(turn / 300))
    const price = middle + ((turn * 7919) % 90) - 60
    const lots = (turn * 31) % 3
    ladder.set(price, lots)
    twin.set(price, lots)
  }
  deepEqual(walk(ladder), twin.sorted())
  ladder.clear()
  deepEqual(walk(ladder), [])
  equal(ladder.count, 0)
  ladder.set(5, 1)
  deepEqual(walk(ladder), [[5, 1]])
})

test('a side of very many far levels gives up the farthest, and says so', () => {
  const ladder = new Ladder(SELL, 5)
  ladder.set(0, 1)
  for (let level = 1; level <= FAR_LEVELS_MAX + 10; level++) ladder.set(1000 + level, 1)
  ok(ladder.dropped > 0)
  equal(ladder.best, 0)
  equal(ladder.worse(0), 1001)
})
