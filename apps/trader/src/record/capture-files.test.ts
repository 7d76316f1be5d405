import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CaptureFiles, DiskFault } from './capture-files.ts'

const inFolder = async (trial: (folder: string) => Promise<void> | void): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'capture-files-'))
  try {
    await trial(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const lines = (path: string): unknown[] =>
  gunzipSync(readFileSync(path))
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

test('lines are handed over whole, and a finished file is packed', () =>
  inFolder(async folder => {
    const files = new CaptureFiles(folder)
    files.open('one')
    files.line(1_722_000_000_000_001, { dir: 'recv', conn: 'ws1', raw: '{"a":1}' })
    const path = await files.pack(files.close())
    deepEqual(lines(path!), [{ ts: '1722000000.000001', dir: 'recv', conn: 'ws1', raw: '{"a":1}' }])
    equal(existsSync(join(folder, 'one.jsonl.part')), false)
  }))

test('what a dead process left is cut at its last whole line and packed by the next', () =>
  inFolder(async folder => {
    const files = new CaptureFiles(folder)
    files.open('dead')
    files.line(1e15, { dir: 'recv', raw: 'x' })
    files.flush()
    appendFileSync(join(folder, 'dead.jsonl.part'), '{"ts":"1000000001.000000","dir":"re')
    const next = new CaptureFiles(folder)
    deepEqual(next.leftovers(), ['dead'])
    equal(lines((await next.pack('dead'))!).length, 1)
    deepEqual(next.leftovers(), [])
  }))

test('a leftover without a whole line goes', () =>
  inFolder(async folder => {
    appendFileSync(join(folder, 'empty.jsonl.part'), '{"ts":')
    const files = new CaptureFiles(folder)
    equal(await files.pack('empty'), undefined)
    deepEqual(files.leftovers(), [])
  }))

const skip = !existsSync('/dev/full') && 'no /dev/full on this system'

test('R-DSK-01 a full disk is told with its remedy', { skip }, () =>
  inFolder(folder => {
    symlinkSync('/dev/full', join(folder, 'full.jsonl.part'))
    const files = new CaptureFiles(folder)
    files.open('full')
    files.line(1e15, { dir: 'recv', raw: 'x' })
    throws(
      () => files.flush(),
      (fault: Error) => {
        ok(fault instanceof DiskFault)
        ok(fault.message.includes('the disk is full: make room'), fault.message)
        return true
      },
    )
  }),
)
