import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
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
    deepEqual(readdirSync(folder), ['one.jsonl.gz'])
  }))

test('what a dead process left is cut at its last whole line and packed by the next', () =>
  inFolder(async folder => {
    const files = new CaptureFiles(folder)
    files.open('dead')
    files.line(1e15, { dir: 'recv', raw: 'x' })
    files.close() // As death does it.
    appendFileSync(join(folder, `dead.${process.pid}.jsonl.part`), '{"ts":"1000000001.000000","dir":"re')
    const next = new CaptureFiles(folder)
    deepEqual(next.leftovers(), ['dead'])
    equal(lines((await next.pack('dead'))!).length, 1)
    deepEqual(next.leftovers(), [])
  }))

test('a leftover without a whole line goes', () =>
  inFolder(async folder => {
    appendFileSync(join(folder, 'empty.jsonl.part'), '{"ts":')
    const files = new CaptureFiles(folder)
    deepEqual(files.leftovers(), ['empty'])
    equal(await files.pack('empty'), undefined)
    deepEqual(files.leftovers(), [])
  }))

test('S3-REC what a living process writes is nobody’s leftover; what the dead left is taken over once', () =>
  inFolder(async folder => {
    const files = new CaptureFiles(folder)
    const other = new CaptureFiles(folder)
    files.open('mine')
    files.line(1e15, { dir: 'recv', raw: 'x' })
    files.flush()
    equal(other.has('mine'), true)
    deepEqual(other.leftovers(), [])
    // Our parent lives; nobody has the number of the second; the third is of a version that wrote no number.
    const line = '{"ts":"1000000001.000000","dir":"recv","raw":"y"}\n'
    for (const name of [`living.${process.ppid}`, 'dead.999999999', 'old'])
      appendFileSync(join(folder, `${name}.jsonl.part`), line)
    deepEqual(other.leftovers().sort(), ['dead', 'old'])
    equal(lines((await other.pack('dead'))!).length, 1)
    // The name was free when both began, in the same second.
    appendFileSync(join(folder, 'mine.jsonl.gz'), '')
    equal(await files.pack(files.close()), join(folder, 'mine-2.jsonl.gz'))
  }))

test('R-DSK-01 a file that cannot be packed is told as a fault of the disk, and stays', () =>
  inFolder(async folder => {
    const files = new CaptureFiles(folder)
    files.open('full')
    files.line(1e15, { dir: 'recv', raw: 'x' })
    mkdirSync(join(folder, `full.jsonl.gz.${process.pid}.partial`)) // Nothing can be written there.
    await rejects(files.pack(files.close()), DiskFault)
    deepEqual(files.leftovers(), ['full'])
  }))

const skip = !existsSync('/dev/full') && 'no /dev/full on this system'

test('R-DSK-01 a full disk is told with its remedy', { skip }, () =>
  inFolder(folder => {
    symlinkSync('/dev/full', join(folder, `full.${process.pid}.jsonl.part`))
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
