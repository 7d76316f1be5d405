import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BUY, SELL, type Side } from '../market/side.ts'
import { FAR_LEVELS_MAX } from './far-levels.ts'
import { Ladder } from './ladder.ts'
import { PAGE_TICKS, SPAN_MAX } from './tick-window.ts'

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
        { weight: 1, arbitrary: fc.integer({ min: -900_000, max: 900_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 6_000_000_000_000, max: 6_000_000_000_050 }) },
      ),
      lots: fc.oneof(
        { weight: 2, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
      ),
    }),
    { maxLength: 120, size: 'max' },
  )

for (const side of [BUY, SELL])
  for (const windowBits of [5, 6, 7, 14, 20])
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

test('a dense book that a lone far price drags away and gives back is whole again', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 12)
    const twin = new Twin(side)
    for (let level = 0; level < 3000; level++)
      for (const book of [ladder, twin]) book.set(50_000 - side * level, 1 + level)
    for (const far of [9_000_000, -9_000_000, 9_000_000]) {
      for (const book of [ladder, twin]) book.set(side * far, 7)
      deepEqual(walk(ladder), twin.sorted())
      for (const book of [ladder, twin]) book.set(50_000 - side * 1500, 0)
      for (const book of [ladder, twin]) book.set(side * far, 0)
      deepEqual(walk(ladder), twin.sorted())
    }
  }
})

test('P-01 levels on both edges of the widest window, and one tick beyond them', () => {
  for (const side of [BUY, SELL]) {
    const behind = Math.floor((0.75 * SPAN_MAX) / PAGE_TICKS) * PAGE_TICKS // What `Ladder` keeps behind the best.
    const edges = [-behind - 1, -behind, -behind + 1, SPAN_MAX - behind - 1, SPAN_MAX - behind, SPAN_MAX - behind + 15]
    for (const edge of edges) {
      const ladder = new Ladder(side, 20, 100)
      const twin = new Twin(side)
      for (const [key, lots] of [
        [0, 1],
        [-(SPAN_MAX >> 1) + 1, 2],
        [edge, 3],
        [1, 4],
        [edge, 0],
        [edge - 1, 5],
        [edge + 1, 6],
      ] as const)
        for (const book of [ladder, twin]) book.set(side * key, lots)
      deepEqual(walk(ladder), twin.sorted(), `edge ${edge}`)
      deepEqual(
        [ladder.best, ladder.lotsAt(side * edge), ladder.lotsAt(side * (edge + 1))],
        [twin.sorted()[0]![0], 0, 6],
      )
    }
  }
})

test('P-01 prices and lots around the ends of 32 bits, and prices that look alike in 32 bits', () => {
  const corner = fc.constantFrom(0, 2 ** 30, -(2 ** 30), 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 2 ** 33, 3 * 2 ** 30)
  const change = fc.record({
    price: fc.tuple(corner, fc.integer({ min: -40, max: 40 })).map(([from, away]) => from + away),
    lots: fc.oneof(
      fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
      fc.integer({ min: 0, max: 3 }),
    ),
  })
  fc.assert(
    fc.property(
      fc.constantFrom(BUY, SELL),
      fc.constantFrom(5, 20),
      fc.array(change, { maxLength: 80, size: 'max' }),
      (side, bits, changes) => {
        const ladder = new Ladder(side, bits)
        const twin = new Twin(side)
        for (const { price, lots } of changes) {
          for (const book of [ladder, twin]) book.set(price, lots)
          for (const alike of [-(2 ** 33), -(2 ** 32), -(2 ** 31), 0, 2 ** 31, 2 ** 32, 2 ** 33])
            equal(ladder.lotsAt(price + alike), twin.levels.get(price + alike) ?? 0)
          equal(ladder.best, twin.sorted()[0]?.[0] ?? -side * Number.POSITIVE_INFINITY)
        }
        deepEqual(walk(ladder), twin.sorted())
      },
    ),
    { numRuns: 500 },
  )
})

test('the best price is told while there is one, and never as -0', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side)
    ladder.set(0, 3)
    ladder.set(-side * 700_000, 4)
    equal(Object.is(ladder.best, 0), true)
    ladder.set(0, 0)
    equal(ladder.best, -side * 700_000)
    ladder.set(-side * 700_000, 0)
    equal(ladder.best, -side * Number.POSITIVE_INFINITY)
    ladder.set(side * 5, 1)
    ladder.clear()
    equal(ladder.best, -side * Number.POSITIVE_INFINITY)
  }
})

test('prices at both ends of the whole numbers', () => {
  const huge = Number.MAX_SAFE_INTEGER
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 5)
    const twin = new Twin(side)
    for (const price of [huge, -huge, huge - 3, 3 - huge, 0, 31, -31, huge - 40]) {
      ladder.set(price, 4)
      twin.set(price, 4)
      deepEqual(walk(ladder), twin.sorted())
    }
    ladder.set(side * huge, 0)
    twin.set(side * huge, 0)
    deepEqual(walk(ladder), twin.sorted())
    equal(Object.is(ladder.worse(31 * side), 0), true, 'a price of 0 is never -0')
    equal(ladder.worse(side * Number.POSITIVE_INFINITY), ladder.best)
    equal(ladder.worse(-side * Number.POSITIVE_INFINITY), -side * Number.POSITIVE_INFINITY)
  }
})

test('what is not a level stops us instead of being kept', () => {
  const ladder = new Ladder(BUY, 5)
  ladder.set(100, 1)
  for (const [price, lots] of [
    [100.5, 1],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [2 ** 53, 1],
    [100, -1],
    [100, 0.5],
    [100, Number.NaN],
    [5, Number.NaN],
    [100, 2 ** 53],
    [100, -(2 ** 31)],
    [100, -(2 ** 32)],
    [101.5, 2 ** 31],
  ] as const)
    throws(() => ladder.set(price, lots), /^Error: Invariant/, `${lots} at ${price}`)
  deepEqual(walk(ladder), [[100, 1]])
  equal(ladder.lotsAt(99.5), 0)
})

test('a side of very many far levels gives up the farthest, and says so until it is cleared', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 5, 100)
    ladder.set(0, 1)
    for (let level = 1; level <= 103; level++) ladder.set(-side * (1000 + 2 * level), 1)
    deepEqual([ladder.dropped, ladder.horizon, ladder.count], [3, -side * 1202, 101]) // 1202 was the first to find no room.
    ladder.set(-side * 1001, 1) // Nearer than all far ones: the farthest gives way.
    deepEqual([ladder.dropped, ladder.horizon, ladder.count], [4, -side * 1200, 101])
    deepEqual([ladder.best, ladder.worse(0), ladder.lotsAt(-side * 1200)], [0, -side * 1001, 0])
    ladder.clear()
    deepEqual([ladder.dropped, ladder.horizon, ladder.count], [0, -side * Number.POSITIVE_INFINITY, 0])
  }
})

test('P-01 whatever was given up, what is better than the horizon is the whole truth', () => {
  const price = fc.integer({ min: 0, max: 400 })
  fc.assert(
    fc.property(fc.array(fc.tuple(price, fc.integer({ min: 0, max: 3 })), { maxLength: 200, size: 'max' }), changes => {
      const ladder = new Ladder(BUY, 5, 8)
      const twin = new Twin(BUY)
      for (const [at, lots] of changes) {
        ladder.set(at, lots)
        twin.set(at, lots)
        const { horizon } = ladder
        deepEqual(
          walk(ladder).filter(([each]) => each > horizon),
          twin.sorted().filter(([each]) => each > horizon),
        )
        equal(ladder.dropped === 0, horizon === Number.NEGATIVE_INFINITY)
      }
    }),
    { numRuns: 300 },
  )
})

test('the bound unless told otherwise', () => {
  const ladder = new Ladder(SELL, 5)
  ladder.set(0, 1)
  for (let level = 1; level <= FAR_LEVELS_MAX + 1; level++) ladder.set(1000 + level, 1)
  deepEqual([ladder.dropped, ladder.count, ladder.best], [1, FAR_LEVELS_MAX + 1, 0])
})

test('a snapshot from the worst level to the best lands in one window, which grows for it', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 20, 4) // Levels left behind the window would find no room.
    const twin = new Twin(side)
    for (let away = 520_000; away >= 0; away -= 1300)
      for (const book of [ladder, twin]) book.set(70_000_000 - side * away, 1 + away)
    deepEqual([ladder.dropped, ladder.count], [0, 401])
    deepEqual(walk(ladder), twin.sorted())
  }
})

test('a market that wanders for long without far levels gives up none and keeps all', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 20, 4)
    const twin = new Twin(side)
    for (let turn = 0; turn < 3000; turn++) {
      const best = 1_000_000 + Math.round(300_000 * Math.sin(turn / 100))
      for (const book of [ladder, twin]) {
        for (const [price] of [...twin.levels].filter(
          ([each]) => Math.abs(each - best) > 8000 || side * each > side * best,
        ))
          book.set(price, 0)
        for (let level = 0; level < 5; level++) book.set(best - side * level * 700, 1 + ((turn + level) % 9))
      }
      equal(ladder.best, best)
    }
    deepEqual(walk(ladder), twin.sorted())
    equal(ladder.dropped, 0)
  }
})

test('levels that came while a lone far price held the window are in it when that price is gone', () => {
  for (const side of [BUY, SELL]) {
    const ladder = new Ladder(side, 20, 4)
    ladder.set(side * 9_000_000, 1)
    for (const away of [0, 200_000, 400_000]) ladder.set(-side * away, 1)
    ladder.set(side * 9_000_000, 0)
    for (const away of [3_000_000, 4_000_000, 5_000_000, 6_000_000]) ladder.set(-side * away, 1)
    deepEqual([ladder.best, ladder.count, ladder.dropped], [0, 7, 0], 'four far levels have room')
  }
})
