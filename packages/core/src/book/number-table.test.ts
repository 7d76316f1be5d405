import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NumberTable } from './number-table.ts'

/** Few distinct keys, in runs and with equal halves, so that entries collide, wrap around the end and shift back. */
const key = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 20 }).map(low => low * 2 ** 32),
  fc.integer({ min: 0, max: 20 }).map(low => Number.MAX_SAFE_INTEGER - low),
  fc.integer({ min: 0, max: 20 }).map(low => 2 ** 31 + low),
)

for (const capacity of [1, 2, 3, 16, 64])
  test(`a table of ${capacity} equals a map, whatever is added and taken`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 200, size: 'max' }), steps => {
        const table = new NumberTable(capacity)
        const twin = new Map<number, number>()
        for (const [at, [number, isAdd]] of steps.entries()) {
          if (isAdd && twin.size < capacity) {
            equal(table.add(number, at + 1), !twin.has(number))
            if (!twin.has(number)) twin.set(number, at + 1)
          } else {
            equal(table.take(number), twin.get(number) ?? 0)
            twin.delete(number)
          }
          equal(table.count, twin.size)
          for (const each of twin.keys()) equal(table.get(each), twin.get(each), `key ${each}`)
          equal(table.get(123_456_789), 0)
        }
        table.clear()
        deepEqual(
          [table.count, ...[...twin.keys()].map(each => table.get(each))],
          [0, ...[...twin.keys()].map(() => 0)],
        )
      }),
      { numRuns: 300 },
    )
  })

test('a full table stops us: the caller counts', () => {
  const table = new NumberTable(2)
  table.add(1, 1)
  table.add(2, 2)
  throws(() => table.add(3, 3), { message: 'Invariant: the table has room, was 2' })
  throws(() => new NumberTable(0), /capacity is 1..2\^26/)
})
