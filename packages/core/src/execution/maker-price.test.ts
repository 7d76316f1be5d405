import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BUY, SELL, type Side } from '../market/side.ts'
import { makerPrice, takerPrice } from './maker-price.ts'

const ANY = Number.POSITIVE_INFINITY
/** side, own touch, other touch, limit, improve from, ticks back -> price */
const rows: [string, Side, number, number, number, number, number, number][] = [
  ['joins the touch', BUY, 100, 101, ANY, ANY, 0, 100],
  ['joins the touch', SELL, 101, 100, -ANY, ANY, 0, 101],
  ['stays behind it when the limit says so', BUY, 100, 105, 97, ANY, 0, 97],
  ['stays behind it when the limit says so', SELL, 105, 100, 108, ANY, 0, 108],
  ['joins a wide spread unless told otherwise', BUY, 100, 110, ANY, ANY, 0, 100],
  ['improves by one tick on a spread that is wide enough', BUY, 100, 103, ANY, 3, 0, 101],
  ['improves by one tick on a spread that is wide enough', SELL, 103, 100, -ANY, 3, 0, 102],
  ['does not improve on a narrower one', BUY, 100, 102, ANY, 3, 0, 100],
  ['never improves on a spread of one tick', BUY, 100, 101, ANY, 0, 0, 100],
  ['does not improve beyond the limit', BUY, 100, 103, 100, 3, 0, 100],
  ['stays behind the other side in a crossed book', BUY, 103, 101, ANY, ANY, 0, 100],
  ['goes back after a refusal', SELL, 101, 100, -ANY, ANY, 2, 103],
]
for (const [what, side, touch, other, limit, improveFrom, back, price] of rows)
  test(`S2-OMS-32 ${side === BUY ? 'buy' : 'sell'} ${touch} against ${other}: ${what}`, () =>
    equal(makerPrice(side, touch, other, limit, improveFrom, back), price))

test('S2-OMS-34 a taker goes so far through the touch as its band and its limit allow, or not at all', () => {
  deepEqual(
    [
      takerPrice(BUY, 100_000, ANY, 0.5),
      takerPrice(SELL, 100_000, -ANY, 0.5),
      takerPrice(BUY, 100_000, 100_002, 0.5),
      takerPrice(SELL, 100_000, 99_999, 0.5),
      takerPrice(BUY, 100_000, 99_999, 0.5),
      takerPrice(BUY, 100_000, ANY, 0),
    ],
    [100_005, 99_995, 100_002, 99_999, Number.NaN, 100_000],
  )
})

/** The slow twin: of all prices that would rest within the limit, the best that is at the touch or one allowed tick better. */
function twin(side: Side, touch: number, other: number, limit: number, improveFrom: number): number {
  const spread = side * (other - touch)
  const wished = spread > 1 && spread >= improveFrom ? touch + side : touch
  for (let price = wished; ; price -= side) if (side * price <= side * limit && side * (other - price) > 0) return price
}

test('S2-OMS-31 a post-only price equals the slow twin, never crosses, never passes the limit', () => {
  const ticks = fc.integer({ min: 900, max: 1100 })
  fc.assert(
    fc.property(
      fc.constantFrom(BUY, SELL),
      ticks,
      ticks,
      fc.oneof(ticks, fc.constant(ANY)),
      fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(ANY)),
      (side, touch, other, limitOf, improveFrom) => {
        const limit = limitOf === ANY ? side * ANY : limitOf
        const price = makerPrice(side, touch, other, limit, improveFrom, 0)
        equal(price, twin(side, touch, other, limit, improveFrom))
        ok(side * (other - price) > 0 && side * (limit - price) >= 0)
      },
    ),
    { numRuns: 2000 },
  )
})
