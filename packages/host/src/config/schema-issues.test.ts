import { deepEqual, equal, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { readJsonFile } from './read-json-file.ts'
import { checkSchema, issuesText } from './schema-issues.ts'

const schema = z.strictObject({
  mode: z.enum(['live', 'simulation', 'observation']).default('live'),
  count: z.int().min(1).max(9).default(1),
  share: z.number().gt(0).lt(1).default(0.5),
  name: z.string().min(3).max(9).default('abc'),
  isOn: z.boolean().default(true),
  list: z.array(z.string()).min(1).max(2).default(['a']),
  code: z
    .string()
    .regex(/^[A-Z]+$/)
    .default('A'),
  own: z.string().regex(/^x$/, 'must be an x').default('x'),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  place: z.union([z.enum(['here', 'there']), z.strictObject({ rest: z.string() })]).default('here'),
  act: z.discriminatedUnion('on', [z.object({ on: z.literal('a') }), z.object({ on: z.literal('b') })]).optional(),
  apiKey: z.string().optional(),
  twice: z.literal([1, 2]).default(1),
  needed: z.string(),
})
const GOOD = { needed: 'y' }

const rows: readonly (readonly [given: unknown, words: string])[] = [
  [{ ...GOOD, mode: 'lve' }, 'mode must be live, simulation or observation, was "lve"; did you mean live?'],
  [{ ...GOOD, mode: 7 }, 'mode must be live, simulation or observation, was 7'],
  [{ ...GOOD, count: 'x' }, 'count must be a number, was "x"'],
  [{ ...GOOD, count: 1.5 }, 'count must be a whole number, was 1.5'],
  [{ ...GOOD, count: 0 }, 'count must be at least 1, was 0'],
  [{ ...GOOD, count: 10 }, 'count must be at most 9, was 10'],
  [{ ...GOOD, share: 0 }, 'share must be more than 0, was 0'],
  [{ ...GOOD, share: 1 }, 'share must be less than 1, was 1'],
  [{ ...GOOD, name: 'a' }, 'name must have at least 3 letters, was "a"'],
  [{ ...GOOD, name: 'x'.repeat(99) }, `name must have at most 9 letters, was "${'x'.repeat(59)}...`],
  [{ ...GOOD, isOn: 'yes' }, 'isOn must be true or false, was "yes"'],
  [{ ...GOOD, list: [] }, 'list must have at least 1 entry, was an empty list'],
  [{ ...GOOD, list: ['a', 'b', 'c'] }, 'list must have at most 2 entries, was a list'],
  [{ ...GOOD, list: ['a', null] }, 'list.1 must be a text, was null'],
  [{ ...GOOD, code: 'a' }, 'code must have the form /^[A-Z]+$/, was "a"'],
  [{ ...GOOD, own: 'a' }, 'own must be an x, was "a"'],
  [{ ...GOOD, parameters: { a: [1] } }, 'parameters.a must be a number, a text or true or false, was a list'],
  [{ ...GOOD, place: 7 }, 'place must be here, there or a mapping of keys, was 7'],
  [{ ...GOOD, place: { rest: 7 } }, 'place.rest must be a text, was 7'],
  [{ ...GOOD, place: { rest: 'a', rst: 7 } }, 'place.rst is not a known key; did you mean rest?'],
  [{ ...GOOD, act: { on: 'c' } }, 'act.on must be a or b, was "c"'],
  [{ ...GOOD, apiKey: 12345 }, 'apiKey must be a text'],
  [{ ...GOOD, twice: 3 }, 'twice must be 1 or 2, was 3'],
  [{}, 'needed is missing: it must be a text'],
  [{ ...GOOD, nmae: 1, zzzzz: 2 }, 'nmae is not a known key; did you mean name?; zzzzz is not a known key'],
  [7, 'must be a mapping of keys, was 7'],
  [undefined, 'must be a mapping of keys'],
  [{ needed: 1, count: 0 }, 'count must be at least 1, was 0; needed must be a text, was 1'],
]

for (const [given, words] of rows)
  test(`S2-CFG ${words.slice(0, 80)}`, () => {
    const checked = checkSchema(schema, given, ['mode', 'name', 'rest'])
    equal(checked.ok, false)
    equal(issuesText(checked.issues), words)
  })

test('what fits is taken with its defaults', () => {
  const checked = checkSchema(schema, { ...GOOD, count: 3 })
  deepEqual([checked.ok && checked.value.count, checked.ok && checked.value.mode, checked.issues], [3, 'live', []])
})

test('a file of JSON is named with what is wrong with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'json-'))
  try {
    const path = join(folder, 'a.json')
    const told = (): unknown => readJsonFile(path, schema)
    throws(told, { message: `${path}: the file does not exist` })
    writeFileSync(path, '')
    throws(told, { message: `${path}: the file is empty` })
    writeFileSync(path, '{')
    throws(told, /a\.json: no JSON: /)
    writeFileSync(path, '{"needed":1}')
    throws(told, { message: `${path}: needed must be a text, was 1` })
    throws(() => readJsonFile(folder, schema), /EISDIR/)
    writeFileSync(path, '{"needed":"1"}')
    equal(readJsonFile(path, schema).needed, '1')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
