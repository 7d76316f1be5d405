import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../wire/fields.ts'
import { isoField } from './instants.ts'

const read = (text: string): number | string => {
  const fields = Fields.of(JSON.stringify({ at: text }))!
  const at = isoField(fields, 'at')
  return fields.fault === '' ? at : fields.fault
}

test('an instant is read to the microsecond; what no calendar has is a fault', () => {
  equal(read('2023-09-22T10:33:05.709950Z'), 1_695_378_785_709_950)
  equal(read('2023-09-22T10:33:05Z'), 1_695_378_785_000_000)
  for (const text of ['2023-13-01T00:00:00Z', '2023-02-29T00:00:00Z', '2023-01-01T24:00:00Z', '2023-01-01', ''])
    equal(read(text), 'at: is not an instant', text)
})
