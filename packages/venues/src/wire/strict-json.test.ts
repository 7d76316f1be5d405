import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isJson } from './json-walk.ts'
import { EscapedText, JsonObject, type JsonValue, NumberText, readStrictJson } from './strict-json.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** The tree of a text; and the walk over its bytes says of it whether there is one. */
function read(bytes: Uint8Array): JsonValue | undefined {
  const text = decodeUtf8(bytes, 0, bytes.length)
  const tree = text === undefined ? undefined : readStrictJson(text)
  equal(isJson(Uint8Array.from([...bytes, 0]), 0, bytes.length), tree !== undefined, String(text))
  return tree
}

/** The value as `JSON.parse` would give it. */
function plain(value: JsonValue): unknown {
  if (value instanceof NumberText) return Number(value.text)
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof EscapedText) return value.text
  if (value instanceof JsonObject)
    return Object.fromEntries([...value.fields].map(([key, inner]) => [key, plain(inner)]))
  return value
}

test('P-21 whatever JSON.stringify writes is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, blanks) => {
      const text = JSON.stringify(value, null, blanks)
      deepEqual(plain(read(encodeUtf8(text))!), JSON.parse(text))
    }),
  )
})

test('P-21 whatever JSON.parse refuses is refused, and nothing throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), fc.nat(255), (value, where, byte) => {
      const bytes = Buffer.from(JSON.stringify(value))
      bytes[where % bytes.length] = byte
      let accepted = true
      try {
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
      } catch {
        accepted = false
      }
      equal(read(bytes) !== undefined, accepted, bytes.toString('latin1'))
    }),
    { numRuns: 2000 },
  )
})

const refused = [
  '',
  ' ',
  '{',
  '[1,]',
  '{"a":1,}',
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  'nul',
  'NaN',
  'Infinity',
  '"\\x"',
  '"\\u12g4"',
  '"\t"',
  '{"a":1}x',
  '[1 2]',
  '{1:2}',
  "{'a':1}",
  `${'['.repeat(40)}${']'.repeat(40)}`,
]
for (const text of refused) test(`refused: ${text.slice(0, 30)}`, () => equal(read(encodeUtf8(text)), undefined))

test('numbers keep their text, no key reaches a prototype, repeated and escaped keys are told', () => {
  const text = '{"__proto__":{"polluted":true},"id":9007199254740993.10,"\\u0069d":1,"b":"\\u0062"}'
  const value = read(encodeUtf8(text)) as JsonObject
  equal((value.fields.get('id') as NumberText).text, '9007199254740993.10')
  equal(({} as { polluted?: boolean }).polluted, undefined)
  deepEqual([...value.repeated], ['id'])
  equal(value.hasEscapedKey, true)
  deepEqual(value.fields.get('b'), new EscapedText('b'))
})

test('nesting is bounded, alike by the tree and by the walk', () => {
  for (let depth = 1; depth < 40; depth++) {
    const lists = '['.repeat(depth) + ']'.repeat(depth)
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    equal(read(encodeUtf8(lists)) !== undefined, depth <= 17)
    equal(read(encodeUtf8(objects)) !== undefined, depth <= 16)
  }
  equal(read(encodeUtf8('['.repeat(1_000_000))), undefined)
})

test('text in UTF-8 goes there and back; damaged bytes are refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const sound = text.isWellFormed() ? text : text.toWellFormed()
      const bytes = encodeUtf8(sound)
      deepEqual(Buffer.from(bytes), Buffer.from(sound, 'utf8'))
      equal(decodeUtf8(bytes, 0, bytes.length), sound)
    }),
  )
  for (const bytes of [
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
    [0x80],
    [0xe0, 0x80, 0x80],
  ])
    equal(decodeUtf8(Uint8Array.from(bytes), 0, bytes.length), undefined)
})
