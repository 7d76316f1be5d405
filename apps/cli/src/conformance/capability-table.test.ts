import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { capabilityTable, SUITE } from './capability-table.ts'
import { VENUE_ROWS } from './venue-rows.ts'

test('docs/capabilities.md says what the suite tries', async () => {
  const file = new URL('../../../../docs/capabilities.md', import.meta.url)
  if (process.env['WRITE_CAPABILITIES'] === '1') await writeFile(file, capabilityTable())
  const written = await readFile(file, 'utf8')
  equal(written, capabilityTable(), 'run this test with WRITE_CAPABILITIES=1 to write it anew')
})

test('ids are unique, and nothing is left out that is not tried', () => {
  const ids = SUITE.flatMap(([, rows]) => rows.map(({ id }) => id))
  deepEqual(ids, [...new Set(ids)])
  for (const { name, omits, fails } of VENUE_ROWS)
    for (const id of Object.keys({ ...omits, ...fails })) ok(ids.includes(id), `${name} leaves out ${id}`)
})
