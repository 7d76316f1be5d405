import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Records } from './event-record.ts'

test('runs of records are copied whole, from the beginning of a source or not, few or many', () => {
  const source = new Records(600)
  for (let word = 0; word < source.f64.length; word++) source.f64[word] = word + 0.5
  const runs = [
    [0, 1],
    [0, 3],
    [0, 512],
    [0, 513],
    [5, 9],
    [0, 3],
    [2, 2],
  ] as const
  for (const [from, to] of runs) {
    const target = new Records(700)
    target.copy(source, from, to, 40)
    deepEqual(target.f64.subarray(320, 320 + 8 * (to - from)), source.f64.subarray(8 * from, 8 * to))
    equal(target.f64.filter(word => word !== 0).length, 8 * (to - from), 'and nothing else')
  }
})
