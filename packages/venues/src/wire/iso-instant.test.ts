import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@velocimex/core/feed/market-codec'
import fc from 'fast-check'
import { GridTable } from './grid-table.ts'
import { parseInstant } from './instant-text.ts'
import { readIsoInstant } from './iso-instant.ts'
import { NumberReader } from './number-reader.ts'

/** What the reader says of a text between quotes, and what it leaves: microseconds and nanoseconds. */
function read(text: string): { readonly end: number; readonly micros: number; readonly nanos: number } {
  const numbers = new NumberReader(
    Buffer.from(`"${text}"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0`),
    new GridTable([]),
  )
  const end = readIsoInstant(numbers, 0, 1, 2)
  return { end, micros: numbers.slots[1]!, nanos: numbers.slots[2]! }
}

const two = (most: number): fc.Arbitrary<string> => fc.nat(most).map(value => String(value).padStart(2, '0'))
const texts = fc
  .tuple(
    fc.integer({ min: 1960, max: 2210 }),
    ...([13, 32, 24, 60, 60] as const).map(two),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 10 }),
  )
  .map(([year, month, day, hour, minute, second, fraction]) => {
    const behind = fraction === '' ? '' : `.${fraction}`
    return `${year}-${month}-${day}T${hour}:${minute}:${second}${behind}Z`
  })

test('instants are read as their twin over text reads them, and refused as it refuses', () => {
  fc.assert(
    fc.property(texts, text => {
      const twin = parseInstant(text)
      const end = twin === undefined ? Refusal.badNumber : text.length + 2
      deepEqual(read(text), { end, micros: twin?.micros ?? 0, nanos: twin?.nanos ?? 0 }, text)
    }),
    { numRuns: 5000 },
  )
})

test('every month of the calendar ends on its last day', () => {
  for (let month = 0; month < 230 * 12; month++)
    for (const at of [Date.UTC(1970, month), Date.UTC(1970, month + 1) - 1]) {
      equal(read(new Date(at).toISOString()).micros, at * 1000)
      const day = new Date(at).toISOString().slice(0, 8)
      equal(read(`${day}00T00:00:00Z`).end, Refusal.badNumber)
      equal(read(`${day}32T00:00:00Z`).end, Refusal.badNumber)
    }
})

test('without a slot for them, nanoseconds are dropped', () => {
  const numbers = new NumberReader(Buffer.from('"2024-02-29T00:00:00.000001999Z"\0\0\0\0'), new GridTable([]))
  equal(readIsoInstant(numbers, 0, 1), 32)
  deepEqual([...numbers.slots.subarray(0, 4)], [0, 1_709_164_800_000_001, 0, 0])
})

test('a text that ends nowhere, and what is no text, is malformed', () => {
  for (const bytes of ['"2024-02-29T00:00:00', '1709164800'])
    equal(readIsoInstant(new NumberReader(Buffer.from(`${bytes}\0\0\0\0`), new GridTable([])), 0, 1), Refusal.malformed)
})
