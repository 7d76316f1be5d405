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

/** Adds a key, as the users of a table do. False when it is there already. */
function add(table: NumberTable, key: number, slot: number): boolean {
  const place = table.find(key)
  if (table.slotAt(place) !== 0) return false
  table.fill(place, key, slot)
  return true
}

/** Removes a key and returns its slot; 0 when it was not there. */
function take(table: NumberTable, key: number): number {
  const place = table.find(key)
  const slot = table.slotAt(place)
  if (slot !== 0) table.free(place)
  return slot
}

for (const capacity of [1, 2, 3, 16, 64])
  test(`a table of ${capacity} equals a map, whatever is added and taken`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 200, size: 'max' }), steps => {
        const table = new NumberTable(capacity)
        const twin = new Map<number, number>()
        for (const [at, [number, isAdd]] of steps.entries()) {
          if (isAdd && twin.size < capacity) {
            equal(add(table, number, at + 1), !twin.has(number))
            if (!twin.has(number)) twin.set(number, at + 1)
          } else {
            equal(take(table, number), twin.get(number) ?? 0)
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

test('keys that would like to be at one place are found past each other, and past the end of the table', () => {
  const table = new NumberTable(4)
  const numbers = Array.from({ length: 1000 }, (_, at) => at)
  const last = Math.max(...numbers.map(each => table.find(each)))
  const keys = numbers.filter(each => table.find(each) === last).slice(0, 4)
  equal(keys.length, 4)
  for (const gone of keys) {
    table.clear()
    for (const each of keys) equal(add(table, each, each + 1), true)
    equal(take(table, gone), gone + 1)
    deepEqual(
      keys.map(each => table.get(each)),
      keys.map(each => (each === gone ? 0 : each + 1)),
    )
    equal(add(table, gone, 7), true)
    equal(table.count, 4)
  }
})

test('a full table stops us: the caller counts', () => {
  const table = new NumberTable(2)
  add(table, 1, 1)
  add(table, 2, 2)
  throws(() => add(table, 3, 3), { message: 'Invariant: the table has room, was 2' })
  throws(() => new NumberTable(0), /capacity is 1..2\^26/)
})
