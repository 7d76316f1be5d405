import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@velocimex/core/feed/market-codec'
import fc from 'fast-check'
import { GridTable } from './grid-table.ts'
import { NumberReader } from './number-reader.ts'
import { readTextId } from './text-id.ts'

const SLOT = 3
const LOW = 2n ** 53n
const numbers = new NumberReader(new Uint8Array(256), new GridTable([]))

/** What is read of `"text"` in a frame: the id and whether it was cut, or the refusal. */
function read(text: string): number | readonly [id: number, isCut: number] {
  const { bytes, slots } = numbers
  const end = Buffer.from(bytes.buffer).write(`"${text}"`, 'latin1')
  bytes[end] = 0
  const p = readTextId(numbers, 1, SLOT)
  if (p < 0) return p
  equal(p, end)
  return [slots[SLOT]!, slots[SLOT + 1]!]
}

/** The same by regular expressions and big integers. */
function obvious(text: string): number | readonly [id: number, isCut: number] {
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text))
    return [Number(BigInt(`0x${text.replaceAll('-', '')}`) % LOW), 1]
  if (/^(0|[1-9]\d{0,35})$/.test(text)) return [Number(BigInt(text) % LOW), BigInt(text) < LOW ? 0 : 1]
  return Refusal.badNumber
}

const UUIDS = [
  'a9188a0a-82bc-50de-be60-03eedbe3cdd7',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01234567-89ab-cdef-0123-456789abcdef',
]

test('a UUID leaves its low 53 bits, whatever its digits', () => {
  for (const text of UUIDS) deepEqual(read(text), obvious(text), text)
  fc.assert(fc.property(fc.uuid(), text => deepEqual(read(text), obvious(text))))
})

test('P-21 a UUID with any byte of it replaced by any that a text may hold is read as such or refused', () => {
  for (const text of UUIDS)
    for (let at = 0; at < text.length; at++)
      for (let byte = 32; byte < 128; byte++) {
        const letter = String.fromCharCode(byte)
        if (letter === '"' || letter === '\\') continue
        const damaged = text.slice(0, at) + letter + text.slice(at + 1)
        deepEqual(read(damaged), obvious(damaged), damaged)
      }
})

test('P-21 a UUID that is cut, or goes on, is no id', () => {
  for (let length = 9; length < 36; length++) equal(read(UUIDS[3]!.slice(0, length)), Refusal.badNumber)
  equal(read(`${UUIDS[0]}0`), Refusal.badNumber)
})

test('a number leaves its low 53 bits and whether it has more', () => {
  for (const text of ['0', '17', '9007199254740991', '9007199254740992', '2280000001739247417', '9'.repeat(36)])
    deepEqual(read(text), obvious(text), text)
  for (const text of ['', '01', '-1', '1.5', '1e3', '9'.repeat(37), '12345678-'])
    equal(read(text), Refusal.badNumber, text)
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 36n - 1n }), id => deepEqual(read(`${id}`), obvious(`${id}`))))
})
