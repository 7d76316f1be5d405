import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Canonical, canonicalJson } from './canonical-json.ts'

test('keys are sorted, undefined is left out, bigints keep their digits', () => {
  equal(
    canonicalJson({ b: 1, a: [true, null, 'x'], c: undefined, d: 10n ** 20n }),
    '{"a":[true,null,"x"],"b":1,"d":"100000000000000000000"}',
  )
})

test('the order in which keys were written does not matter, and the text reads back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      const text = canonicalJson(value as Canonical)
      equal(canonicalJson(reversed as Canonical), text)
      deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
})
