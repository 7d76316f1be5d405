import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@velocimex/core/feed/market-codec'
import fc from 'fast-check'
import { DecimalReader } from './decimal-reader.ts'
import { GridTable } from './grid-table.ts'
import { NumberReader } from './number-reader.ts'
import { Refused } from './oracle-fields.ts'
import { floatNumber, gridNumber, scaleText } from './oracle-records.ts'
import { NumberText } from './strict-json.ts'

type Read = (decimals: DecimalReader, slot: number) => number

/** What a reader leaves of a text, or that it refused. */
function ours(text: string, read: Read): number | 'refused' {
  const numbers = new NumberReader(Buffer.from(`${text},\0\0\0\0\0\0\0\0\0\0\0`), new GridTable([]))
  const end = read(new DecimalReader(numbers), 1)
  if (end >= 0) deepEqual(end, text.length, text)
  return end < 0 ? 'refused' : numbers.slots[1]!
}

function twin(read: () => number): number | 'refused' {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Refused) return 'refused'
    throw cause
  }
}

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0012345599'), minLength: 1, maxLength })
const numbers = fc
  .tuple(
    fc.constantFrom('', '', '', '-'),
    digits(19).map(text => text.replace(/^0+(?=\d)/, '')),
    fc.option(digits(35), { freq: 4 }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.oneof(fc.nat(25), fc.nat(600)))),
  )
  .map(([sign, whole, fraction, power]) => {
    const behind = fraction === null ? '' : `.${fraction}`
    return `${sign}${whole}${behind}${power === null ? '' : power.join('')}`
  })
const runs = { numRuns: 20_000 }

test('numbers in steps of a grid are read as their twin reads them', () => {
  fc.assert(
    fc.property(numbers, fc.nat(12), fc.constantFrom(1, 5, 25), (text, decimals, step) => {
      const expected = twin(() => gridNumber(new NumberText(text), { decimals, step }))
      deepEqual(
        ours(text, (reader, slot) => reader.number(0, decimals, step, slot)),
        expected,
        text,
      )
    }),
    runs,
  )
})

test('numbers of either sign are rounded as their twin rounds them, halves away from zero', () => {
  fc.assert(
    fc.property(numbers, fc.nat(12), (text, decimals) => {
      const made = ours(text, (reader, slot) => reader.rounded(0, decimals, slot))
      deepEqual(
        made === 0 ? 0 : made, // Zero has one sign here.
        twin(() => scaleText(text, decimals, true)),
        text,
      )
    }),
    runs,
  )
})

test('floats are the nearest that the platform knows', () => {
  fc.assert(
    fc.property(numbers, text => {
      const expected = twin(() => floatNumber(new NumberText(text)))
      deepEqual(
        ours(text, (reader, slot) => reader.float(0, slot)),
        expected,
        text,
      )
    }),
    runs,
  )
})

for (const text of ['', '-', '.5', '1.', '01', '1e', '1.e5', '+1', 'null', '"1"'])
  test(`${text || 'nothing'} is no number`, () => {
    const numbers = new NumberReader(Buffer.from(`${text},\0\0\0\0\0\0\0\0\0\0\0`), new GridTable([]))
    const reader = new DecimalReader(numbers)
    // Of a zero in front of digits the zero is the number; what follows it is the caller's to refuse.
    const isZero = text === '01'
    deepEqual(reader.number(0, 2, 1, 1), isZero ? 1 : Refusal.malformed)
    deepEqual(reader.float(0, 1), isZero ? 1 : Refusal.malformed)
  })
