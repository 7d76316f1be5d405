import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, fromQuery, toBase64, toBase64Url, toHex, toQuery } from './encodings.ts'
import { Fields, plainDecimal } from './fields.ts'
import { encodeUtf8 } from './utf8.ts'

test('fields keep the digits of ids and decimals, and count steps exactly', () => {
  const fields = Fields.of('{"id":9007199254740993,"px":"1.50","qty":0.00100000,"on":true,"none":null,"t":"\\u0041"}')!
  equal(fields.text('id'), '9007199254740993')
  equal(fields.steps('px', { decimals: 2, step: 1 }), 150)
  equal(fields.steps('qty', { decimals: 3, step: 1 }), 1)
  deepEqual(fields.amount('qty'), { units: 1n, decimals: 3 })
  equal(fields.bool('on'), true)
  deepEqual([fields.has('none'), fields.optional('none'), fields.text('t'), fields.fault], [false, undefined, 'A', ''])
})

for (const [read, words] of [
  [(fields: Fields) => fields.text('gone'), 'gone: is missing'],
  [(fields: Fields) => fields.int('id'), 'id: is not a whole number'],
  [(fields: Fields) => fields.steps('px', { decimals: 1, step: 1 }), 'px: is between the steps of its grid'],
  [(fields: Fields) => fields.steps('word', { decimals: 1, step: 1 }), 'word: is not a decimal number'],
  [(fields: Fields) => fields.amount('word'), 'word: is not a decimal number'],
  [(fields: Fields) => fields.list('word'), 'word: is not a list'],
  [(fields: Fields) => fields.list('rows'), 'rows[1]: is not an object'],
  [(fields: Fields) => fields.list('good')[0]!.int('n'), 'good[0].n: is not a whole number'],
  [(fields: Fields) => fields.object('word').text('x'), 'word: is not an object'],
] as const)
  test(`a fault tells its place: ${words}`, () => {
    const fields = Fields.of('{"id":9007199254740993,"px":"1.25","word":"up","rows":[{},1],"good":[{"n":"-1"}]}')!
    read(fields)
    equal(fields.fault, words)
  })

test('the first fault is told, and what is no object is not read', () => {
  const fields = Fields.of('{"a":{}}')!
  fields.object('a').text('b')
  fields.text('c')
  equal(fields.fault, 'a.b: is missing')
  deepEqual([Fields.of('[]'), Fields.of('{"a":1'), Fields.listOf('[1]')], [undefined, undefined, undefined])
  equal(Fields.listOf('[{"a":1},{}]')!.length, 2)
})

test('exponents are written out', () => {
  for (const [text, plain] of [
    ['1e-7', '0.0000001'],
    ['1.5e-7', '0.00000015'],
    ['-2.50E+3', '-2500'],
    ['1.25e1', '12.5'],
    ['7', '7'],
    ['1e999', '1e999'],
  ] as const)
    equal(plainDecimal(text), plain)
})

test('encodings agree with the platform, at every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      const there = Buffer.from(bytes)
      equal(toHex(bytes), there.toString('hex'))
      equal(toBase64(bytes), there.toString('base64'))
      equal(toBase64Url(bytes), there.toString('base64url'))
      deepEqual(fromBase64(toBase64(bytes)), bytes)
    }),
  )
  equal(fromBase64('a*'), undefined)
  equal(
    toQuery([
      ['a', 1],
      ['b', 'x y'],
      ['c', undefined],
      ['d', '１'],
    ]),
    'a=1&b=x%20y&d=%EF%BC%91',
  )
  deepEqual(Buffer.from(encodeUtf8('１')).toString('hex'), 'efbc91')
})

test('a query is read as it is written, and refused when its encoding is broken', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 }).filter(each => each.isWellFormed())
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 8, noNullPrototype: true }), fields => {
      deepEqual(fromQuery(toQuery(Object.entries(fields))), new Map(Object.entries(fields)))
    }),
  )
  deepEqual(
    fromQuery('a=1+2&&b&a=x%3Dy=z'),
    new Map([
      ['a', 'x=y=z'],
      ['b', ''],
    ]),
  )
  equal(fromQuery('a=%E0%A4%A'), undefined)
})
