import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { SLACK } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import { type Grid, parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import fc from 'fast-check'
import { GridTable } from './grid-table.ts'
import { LevelReader } from './level-reader.ts'
import { NumberReader } from './number-reader.ts'

interface Grids {
  readonly price: Grid
  readonly quantity: Grid
}

const BYTES = 1 << 12
const CAPACITY = 16
const grids = (priceDecimals: number, lotDecimals: number, priceStep = 1, lotStep = 1): Grids => ({
  price: { decimals: priceDecimals, step: priceStep },
  quantity: { decimals: lotDecimals, step: lotStep },
})

/** Ticks and lots of the rows of a text, or that they are refused. What stands behind the text in the buffer stays there. */
function makeReader({ price, quantity }: Grids): (text: string) => number[] | 'refused' {
  const bytes = Buffer.alloc(BYTES)
  const numbers = new NumberReader(bytes, new GridTable([{ price, quantity } as Instrument]))
  const batch = new RecordBatch(CAPACITY)
  const reader = new LevelReader(numbers, batch)
  numbers.useGrids(0)
  return text => {
    const end = bytes.write(text, 'latin1')
    bytes[end] = 0
    batch.count = 0
    if (reader.read(0) !== end) return 'refused'
    const rows = Array.from({ length: batch.count }, (_, row) => row * RECORD_F64 + F64_LANES)
    return rows.flatMap(lane => [batch.f64[lane]!, batch.f64[lane + 1]!])
  }
}

/** The same, slow and obvious. */
function twin(text: string, { price, quantity }: Grids): number[] | 'refused' {
  const rows = parse(text)
  if (!Array.isArray(rows) || rows.length > CAPACITY || text.includes('\\')) return 'refused'
  const all: number[] = []
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== 2) return 'refused'
    for (const [at, cell] of row.entries()) {
      if (typeof cell !== 'string' || !/^(0|[1-9]\d*)(\.\d+)?$/.test(cell)) return 'refused'
      const steps = parseOnGrid(cell, at === 0 ? price : quantity)
      if (!steps.ok || (at === 0 && steps.value === 0)) return 'refused'
      all.push(steps.value)
    }
  }
  return all
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const rowsOf = (rows: readonly (readonly [string, string])[]): string => JSON.stringify(rows)

/** Rows as venues write them: zeros to the eighth place, to the grid's places, cut off; whole numbers; long ones. */
const SAMPLES: readonly (readonly [string, Grids])[] = [
  [
    rowsOf([
      ['61737.63000000', '0.00000000'],
      ['61730.17000000', '1.54698000'],
      ['9999.01000000', '12.00001000'],
    ]),
    grids(2, 5),
  ],
  [
    rowsOf([
      ['61595.80', '0.000'],
      ['5000.00', '606.675'],
      ['61624.10', '0.057'],
    ]),
    grids(1, 3),
  ],
  [
    rowsOf([
      ['0.00009415', '616.00000000'],
      ['0.00009416', '107758.00000000'],
      ['1.00000000', '0.00000000'],
    ]),
    grids(8, 0),
  ],
  [
    rowsOf([
      ['1.01752', '218714'],
      ['1.01750', '0'],
      ['0.50', '1.0'],
    ]),
    grids(5, 0),
  ],
  [
    rowsOf([
      ['76961.5', '0'],
      ['76961', '1.5'],
      ['76960.5', '0.125'],
      ['8.5', '0'],
    ]),
    grids(1, 3, 5),
  ],
  [
    rowsOf([
      ['12345678.9', '123456789'],
      ['123456789.5', '1234567890'],
      ['1.5', '99999999'],
    ]),
    grids(1, 0),
  ],
  [
    rowsOf([
      ['1.12345678', '9.99999999'],
      ['12.12345678', '10.00000001'],
    ]),
    grids(8, 8),
  ],
  [
    rowsOf([
      ['7.12345', '0.123456'],
      ['7.12340000', '0.1234560000'],
    ]),
    grids(5, 6),
  ],
]

/** A reader that has read those rows before, so that it guesses by them. */
function warmReader(text: string, on: Grids): (text: string) => number[] | 'refused' {
  const read = makeReader(on)
  read(text)
  return read
}

test('rows as venues write them are read exactly, whatever was read before', () => {
  for (const [, on] of SAMPLES)
    for (const [before] of SAMPLES)
      for (const [text] of SAMPLES) deepEqual(warmReader(before, on)(text), twin(text, on), `${text} after ${before}`)
  for (const [text, on] of SAMPLES) equal(Array.isArray(twin(text, on)), true, text)
})

test('a row with one byte changed, to any other, is read as its twin reads it', () => {
  for (const [text, on] of SAMPLES) {
    const read = warmReader(text, on)
    for (let at = 0; at < text.length; at++)
      for (let byte = 1; byte < 256; byte++) {
        const changed = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
        deepEqual(read(changed), twin(changed, on), changed)
      }
  }
})

test('rows that are cut off are refused, though the rest of them stands behind the sentinel', () => {
  for (const [text, on] of SAMPLES)
    for (let length = 0; length < text.length; length++) {
      const read = warmReader(text, on)
      deepEqual(read(text.slice(0, length)), 'refused', text.slice(0, length))
    }
})

test('rows with a piece left out, twice or in another place are read as their twin reads them', () => {
  for (const [text, on] of SAMPLES) {
    const read = warmReader(text, on)
    for (let from = 0; from < text.length; from++)
      for (let length = 1; length <= 6; length++) {
        const [head, piece, tail] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)]
        for (const changed of [
          head + tail,
          head + piece + piece + tail,
          head + tail.slice(0, 3) + piece + tail.slice(3),
        ])
          deepEqual(read(changed), twin(changed, on), changed)
      }
  }
})

test('more rows than a batch holds are refused, and as many as it holds are not', () => {
  const rows = (count: number): string =>
    rowsOf(Array.from({ length: count }, (_, row) => [`10${row}.5`, '0.25'] as const))
  const read = makeReader(grids(1, 2))
  for (const count of [CAPACITY - 1, CAPACITY, CAPACITY + 1, CAPACITY])
    deepEqual(read(rows(count)), twin(rows(count), grids(1, 2)))
})

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'00123459'), minLength: 1, maxLength: most })
const decimal = fc
  .tuple(digits(10), fc.option(digits(9)), fc.nat(4))
  .map(
    ([whole, fraction, zeros]) =>
      whole.replace(/^0+(?=\d)/, '') + (fraction === null ? '' : `.${fraction}${'0'.repeat(zeros)}`),
  )

test('rows of any decimals on any grid are read as their twin reads them', () => {
  const rows = fc.array(fc.tuple(decimal, decimal), { maxLength: 6 })
  const fine = fc.nat(10)
  const step = fc.constantFrom(1, 1, 5, 25, 5_000_000_000)
  fc.assert(
    fc.property(rows, rows, fine, fine, step, step, (before, now, priceDecimals, lotDecimals, priceStep, lotStep) => {
      const on = grids(priceDecimals, lotDecimals, priceStep, lotStep)
      deepEqual(warmReader(rowsOf(before), on)(rowsOf(now)), twin(rowsOf(now), on))
    }),
    { numRuns: 20_000 },
  )
})

test('the loads of a reader end within the slack behind a frame', () => {
  const [text, on] = SAMPLES[0]!
  const bytes = Buffer.alloc(text.length + SLACK)
  const numbers = new NumberReader(bytes, new GridTable([on as Instrument]))
  const reader = new LevelReader(numbers, new RecordBatch(CAPACITY * 400))
  numbers.useGrids(0)
  for (let length = text.length; length > 0; length--) {
    bytes.fill(0)
    bytes.write(text.slice(0, length), bytes.length - SLACK - length)
    equal(reader.read(bytes.length - SLACK - length) > 0, length === text.length, `${length}`)
  }
})
