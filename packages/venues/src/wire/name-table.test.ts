import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NAME_BYTES_MAX, NameTable } from './name-table.ts'

const encoder = new TextEncoder()

/** Looks a name up where it stands between other bytes, at any place of a frame. */
function find(table: NameTable, name: string, before: string, behind: string): number {
  const frame = encoder.encode(`${before}${name}${behind}\0\0\0`)
  const from = encoder.encode(before).length
  return table.find(new DataView(frame.buffer), from, from + encoder.encode(name).length)
}

const near = fc.string({ unit: fc.constantFrom('B', 'T', 'C', '-', 'é', '\0'), maxLength: 14 })

test('P-21 a table of names equals a map, whatever stands around a name', () => {
  fc.assert(
    fc.property(
      fc.array(near, { maxLength: 40 }),
      fc.array(near, { maxLength: 20 }),
      near,
      near,
      (names, others, a, b) => {
        const twin = new Map(names.map((name, at) => [name, at]))
        const table = new NameTable(twin)
        for (const name of [...names, ...others]) equal(find(table, name, a, b), twin.get(name) ?? -1)
      },
    ),
    { numRuns: 300 },
  )
})

test('a name that differs in one byte, or is longer or shorter by one, is another', () => {
  for (let length = 1; length <= 20; length++) {
    const name = 'ABCDEFGHIJKLMNOPQRST'.slice(0, length)
    const table = new NameTable([[name, 7]])
    equal(find(table, name, '"', '"'), 7)
    for (let at = 0; at < length; at++) equal(find(table, `${name.slice(0, at)}z${name.slice(at + 1)}`, '"', '"'), -1)
    for (const other of [name.slice(1), name.slice(0, -1), `${name}A`, `A${name}`])
      equal(find(table, other, '"', '"'), -1)
  }
})

test('names too long for the table are in none', () => {
  const long = 'x'.repeat(NAME_BYTES_MAX + 1)
  const table = new NameTable([
    [long, 1],
    [long.slice(1), 2],
  ])
  equal(find(table, long, '', ''), -1)
  equal(find(table, long.slice(1), '', ''), 2)
})
