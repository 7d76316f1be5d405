import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { skipValue } from './json-walk.ts'
import { skipPlain } from './plain-skip.ts'

/** Where a value at the beginning of a text ends, to the quick step and to the careful one. */
function both(text: string): [quick: number, careful: number] {
  const bytes = new Uint8Array(text.length + 65).fill(0x31)
  bytes.set(Buffer.from(`${text}\0`, 'latin1'))
  return [skipPlain(bytes, new DataView(bytes.buffer), 0), skipValue(bytes, 0, 0)]
}

for (const text of [
  '0',
  '-0',
  '7',
  '12345678901234567',
  '0.5',
  '-42500.0',
  '1.0e-4',
  '1E5',
  'null',
  '""',
  '"SYN.BTC-1"',
])
  test(`${text} is stepped over`, () => {
    equal(both(text)[0], text.length)
    equal(both(`${text},1`)[0], text.length)
  })

for (const text of [
  '',
  '-',
  '.5',
  '1.',
  '1.e5',
  '1e',
  '00',
  '01',
  'nul',
  'true',
  '"',
  '"a',
  '"\\n"',
  '"\u00e9"',
  '"\n"',
  '[]',
])
  test(`${JSON.stringify(text)} is left to the careful step`, () => {
    ok(both(text)[0] < 0)
  })

test('what is stepped over is stepped over by the careful step as well, and to the same place', () => {
  const piece = fc.constantFrom(
    ...['0', '1', '9', '55', '.', '-', '+', 'e', 'E', '"', '\\', 'null', ' ', ',', '}', 'a', '\x7f', '\x80'],
  )
  let accepted = 0
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 14 }), text => {
      const [quick, careful] = both(text)
      if (quick >= 0) equal(quick, careful, text)
      if (quick >= 0) accepted++
    }),
    { numRuns: 50_000 },
  )
  ok(accepted > 1000)
})
