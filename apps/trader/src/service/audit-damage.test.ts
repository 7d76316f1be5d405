import { deepEqual, equal, match } from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AuditLog } from '@velocimex/store/audit/audit-log'
import { AuditDamage } from './audit-damage.ts'

const KEY = Buffer.alloc(32, 7)

/** A log of five entries, and its file. */
async function logOf(directory: string): Promise<string> {
  const log = await AuditLog.open({ directory: join(directory, 'audit'), key: KEY })
  for (let timestamp = 0; timestamp < 5; timestamp++)
    await log.write({
      ...{ timestamp, actor: 'ann', session: 's', ip: 'local', action: 'stop' },
      ...{ object: `SIM${timestamp}`, before: '', after: '', reason: 'why' },
    })
  await log.close()
  return join(directory, 'audit', 'audit-000000000000.jsonl')
}

test('X-25 damage waits for a person until it is acknowledged, over restarts; new damage waits again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'damage-'))
  try {
    const path = await logOf(directory)
    const find = (): Promise<AuditDamage> => AuditDamage.find(directory, join(directory, 'audit'), KEY)
    const edit = (from: string, to: string): void => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    const whole = await find()
    deepEqual([whole.breaks, whole.pending], [[], undefined])

    edit('SIM3', 'SIM7')
    const damaged = await find()
    match(damaged.pending ?? '', /^entry 3 \(edited\) not as written; velocimex audit acknowledge/)
    match((await find()).pending ?? '', /^entry 3 /, 'nobody has acknowledged it')
    damaged.acknowledge()
    equal(damaged.pending, undefined)
    const again = await find()
    deepEqual([again.breaks, again.pending], [['entry 3 (edited)'], undefined])

    edit('SIM1', 'SIM8')
    appendFileSync(path, 'nonsense\n')
    match(
      (await find()).pending ?? '',
      /^audit-000000000000\.jsonl line 6 \(no entry\), entry 1 \(edited\) not as written/,
    )
    writeFileSync(join(directory, 'audit-acknowledged.json'), '{')
    match(
      (await find()).pending ?? '',
      /entry 1 \(edited\), entry 3 \(edited\)/,
      'what cannot be read acknowledges nothing',
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('X-25 a log that is damaged all over is told in one line', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'damage-'))
  try {
    await logOf(directory)
    const other = await AuditDamage.find(directory, join(directory, 'audit'), Buffer.alloc(32, 8))
    match(other.pending ?? '', /^entry 0 \(edited\), entry 1 \(edited\), entry 2 \(edited\) and 2 more not as written/)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
