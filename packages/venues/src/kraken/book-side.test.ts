import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BookSide } from './book-side.ts'

interface Level {
  readonly lots: number
  readonly places: number
  readonly note: number
}

/** The obvious twin: a map, sorted when it is asked. */
class Twin {
  readonly levels = new Map<number, Level>()
  readonly #sign: number
  constructor(isBid: boolean) {
    this.#sign = isBid ? 1 : -1
  }
  set(price: number, lots: number, places: number, note: number): number {
    const better = [...this.levels.keys()].filter(other => (other - price) * this.#sign > 0).length
    if (lots > 0) this.levels.set(price, { lots, places, note })
    else this.levels.delete(price)
    return better
  }
  sorted(): [number, Level][] {
    return [...this.levels].sort(([one], [other]) => (one - other) * this.#sign)
  }
}

/** Notes what is known of the digits of the level at a price, as the audit does. */
function note(side: BookSide, price: number, value: number): void {
  const at = side.prices.indexOf(price, side.start)
  side.digits[at] = (value % 100) + 1
  side.parts[at] = ~value
}

test('any levels set, removed and dropped leave what the obvious twin has, best last', () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 3 }), fc.nat(9))
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { minLength: 100, maxLength: 600, size: 'max' }), (isBid, steps) => {
      const side = new BookSide(isBid)
      const twin = new Twin(isBid)
      for (const [turn, [price, lots, places]] of steps.entries()) {
        equal(side.set(price, lots, places), twin.set(price, lots, places, turn))
        if (lots > 0) {
          equal(side.digits[side.prices.indexOf(price, side.start)], 0)
          note(side, price, turn)
        }
        if (turn % 50 === 49 && side.count > 0) {
          const [worst] = twin.sorted()[0]!
          equal(side.dropWorst(), worst)
          twin.levels.delete(worst)
        }
      }
      const { start, count, prices, lots, places, digits, parts } = side
      const slots = Array.from({ length: count }, (_, at) => start + at)
      const all = slots.map(at => [prices[at], lots[at], places[at], digits[at], parts[at]])
      const expected = twin
        .sorted()
        .map(([price, each]) => [price, each.lots, each.places, (each.note % 100) + 1, ~each.note])
      deepEqual(all, expected)
    }),
    { numRuns: 300 },
  )
})
