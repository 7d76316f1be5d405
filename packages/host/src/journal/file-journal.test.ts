import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { JournalHistory } from '@velocimex/core/bus/journal'
import { DISK, type JournalFiles } from './journal-files.ts'
import { type OpenedJournal, openFileJournal } from './open-file-journal.ts'

function folder(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-journal-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

interface Settings {
  readonly files?: JournalFiles
  readonly reserveBytes?: number
  readonly segmentBytes?: number
  readonly failures?: string[]
  readonly now?: () => number
}

function open(directory: string, { failures, ...settings }: Settings = {}): OpenedJournal {
  const onFailure = (words: string): void => void failures?.push(words)
  const opened = openFileJournal({ directory, reserveBytes: 0, segmentBytes: 600, ...settings, onFailure })
  ok(opened.ok, opened.ok ? '' : opened.words)
  return opened.value
}

const textsOf = (history: JournalHistory): string[] => history.records.map(({ payload }) => payload)
const segmentsOf = (directory: string): string[] =>
  readdirSync(directory)
    .filter(name => name.endsWith('.journal'))
    .sort()
const fault = (code: string): Error => Object.assign(new Error(code), { code })

function fill(directory: string, count: number, settings: Settings = {}): void {
  const { journal } = open(directory, settings)
  for (let at = 1; at <= count; at++) ok(journal.append(1, `record ${at}`).ok)
  journal.close()
}
const expected = (count: number): string[] => Array.from({ length: count }, (_, at) => `record ${at + 1}`)

test('what was written over many segments is read at the next start, with rising epochs', context => {
  const directory = folder(context)
  fill(directory, 40)
  ok(segmentsOf(directory).length > 3)
  const { journal, history, warnings } = open(directory)
  deepEqual([textsOf(history), history.epoch, warnings], [expected(40), 1, []])
  journal.append(1, 'record 41')
  journal.close()
  const again = open(directory)
  deepEqual([textsOf(again.history), again.history.epoch], [expected(41), 2])
  again.journal.close()
})

test('R-KILL-01 a process that is killed while it writes has lost nothing that it was told was written', async context => {
  const directory = folder(context)
  let last = 0
  for (let life = 0; life < 3; life++) {
    const worker = fileURLToPath(new URL('./append-worker.ts', import.meta.url))
    const child = spawn(process.execPath, [worker, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.on('data', (bytes: Buffer) => {
      told += bytes
      if (told.length > 3000) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const numbers = told.split('\n').slice(0, -1).map(Number)
    ok(numbers.at(-1)! > last)
    last = numbers.at(-1)!
  }
  const { journal, history } = open(directory)
  equal(history.quarantine, undefined)
  ok(history.records.length >= last)
  deepEqual(textsOf(history), expected(history.records.length))
  journal.close()
})

test('a second process is refused by name; the lock of a dead one is taken over', context => {
  const directory = folder(context)
  const { journal } = open(directory)
  const second = openFileJournal({ directory, reserveBytes: 0, onFailure: () => undefined })
  ok(!second.ok && second.reason === 'locked')
  match(second.words, new RegExp(`in use by process ${process.pid}: stop it first`))
  journal.close()
  writeFileSync(join(directory, 'lock'), '999999999')
  open(directory).journal.close()
})

test('R-DSK-01 a full disk: the reserve is given away, orders stop, words are still written, space comes back', context => {
  const directory = folder(context)
  let room = Number.POSITIVE_INFINITY
  const files: JournalFiles = {
    ...DISK,
    write: (file, bytes, offset, length, position) => {
      if (room <= 0) throw fault('ENOSPC')
      const fits = Math.min(length, room) // A full disk takes a part before it refuses.
      room -= fits
      return DISK.write(file, bytes, offset, fits, position)
    },
    remove: path => {
      if (path.endsWith('reserve')) room += 4096
      DISK.remove(path)
    },
  }
  const failures: string[] = []
  const { journal } = open(directory, { files, reserveBytes: 4096, segmentBytes: 1 << 20, failures })
  for (let at = 1; at <= 3; at++) journal.append(1, `record ${at}`)
  room = 20
  ok(journal.append(1, 'record 4').ok)
  equal(journal.isShort, true)
  let count = 4
  while (journal.append(1, `record ${count + 1}`).ok) count++
  ok(count > 40)
  deepEqual([journal.append(1, 'no'), failures], [{ ok: false, reason: 'full' }, []])
  room = Number.POSITIVE_INFINITY
  ok(journal.append(1, `record ${count + 1}`).ok)
  journal.close()
  const again = open(directory)
  deepEqual([textsOf(again.history), again.history.cutBytes], [expected(count + 1), 0])
  again.journal.close()
})

test('R-DSK-01 the reserve is taken again when there is space', async context => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const directory = folder(context)
  let isFull = false
  const files: JournalFiles = {
    ...DISK,
    write: (file, bytes, offset, length, position) => {
      if (isFull) throw fault('ENOSPC')
      return DISK.write(file, bytes, offset, length, position)
    },
    remove: path => {
      DISK.remove(path)
      if (path.endsWith('reserve')) isFull = false
    },
  }
  const { journal } = open(directory, { files, reserveBytes: 1000 })
  isFull = true
  ok(journal.append(1, 'a').ok)
  equal(journal.isShort, true)
  context.mock.timers.tick(1000)
  equal(journal.isShort, false)
  journal.close()
})

test('R-DSK-02 an error of a sync is final: nothing is written after it, and nobody asks the disk again', async context => {
  const directory = folder(context)
  let asked = 0
  const refuse = (done: (cause: Error | null) => void): void => {
    asked++
    done(fault('EIO'))
  }
  const failures: string[] = []
  let isSick = false
  const files: JournalFiles = {
    ...DISK,
    datasync: file => {
      asked++
      if (isSick) throw fault('EIO')
      DISK.datasync(file)
    },
    datasyncSoon: (file, done) => (isSick ? refuse(done) : DISK.datasyncSoon(file, done)),
  }
  const failed = new Promise<void>(resolve => {
    failures.push = words => {
      Array.prototype.push.call(failures, words)
      resolve()
      return failures.length
    }
  })
  const { journal } = open(directory, { files, failures })
  ok(journal.append(1, 'record 1').ok)
  ok(journal.sync().ok)
  isSick = true
  ok(journal.append(1, 'record 2').ok)
  await failed
  const before = asked
  deepEqual(
    [journal.append(1, 'x'), journal.sync(), journal.saveSnapshot('x')].map(result => result.ok),
    [false, false, false],
  )
  deepEqual([asked, failures.length], [before, 1])
  match(failures[0]!, /cannot be made durable \(EIO\): trading ends here/)
  journal.close()
  const again = open(directory)
  deepEqual(textsOf(again.history), expected(2))
  again.journal.close()
})

test('R-DSK-04 a disk that takes two seconds: writing goes on, and after 0.1 s it is told until the disk has caught up', context => {
  const asked: ((cause: Error | null) => void)[] = []
  const files: JournalFiles = { ...DISK, datasyncSoon: (_, done) => void asked.push(done) }
  let now = 0
  const { journal } = open(folder(context), { files, now: () => now, segmentBytes: 10_000 })
  ok(journal.append(1, 'record 1').ok)
  return new Promise<void>(done => setImmediate(done)).then(async () => {
    while (asked.length === 0) await new Promise<void>(done => setImmediate(done))
    deepEqual([journal.isLagging, journal.syncedThrough], [false, 0])
    now = 100
    ok(journal.append(1, 'record 2').ok)
    equal(journal.isLagging, false)
    now = 101
    equal(journal.isLagging, true)
    now = 2_000
    ok(journal.append(1, 'record 3').ok)
    asked[0]!(null)
    deepEqual([journal.syncedThrough, journal.isLagging], [1, true], 'those behind it have waited as long')
    while (asked.length === 1) await new Promise<void>(done => setImmediate(done))
    asked[1]!(null)
    deepEqual([journal.syncedThrough, journal.isLagging], [3, false])
    journal.close()
  })
})

test('R-DSK-03 a torn tail is cut and told; writing goes on behind it', context => {
  const directory = folder(context)
  fill(directory, 5, { segmentBytes: 1 << 20 })
  const path = join(directory, segmentsOf(directory)[0]!)
  truncateSync(path, readFileSync(path).length - 5)
  const { journal, history, warnings } = open(directory)
  deepEqual(textsOf(history), expected(4))
  match(warnings[0]!, /35 bytes of an unfinished write were cut/)
  journal.append(1, 'record 5')
  journal.close()
  const again = open(directory)
  deepEqual([textsOf(again.history), again.warnings], [expected(5), []])
  again.journal.close()
})

test('R-DSK-03 damage in the middle, a missing segment: quarantined by name until a snapshot stands for it', context => {
  for (const harm of ['flip', 'remove'] as const) {
    const directory = folder(context)
    fill(directory, 40)
    const victim = join(directory, segmentsOf(directory)[2]!)
    const bytes = readFileSync(victim)
    bytes[100]! ^= 4
    if (harm === 'flip') writeFileSync(victim, bytes)
    else rmSync(victim)
    const { journal, history, warnings } = open(directory)
    match(history.quarantine!, harm === 'flip' ? /is damaged at byte/ : /are missing before/)
    equal(warnings.length, 1)
    deepEqual(textsOf(history), expected(history.records.length))
    ok(history.records.length < 40)
    equal(journal.saveSnapshot('what was good').ok, true)
    journal.append(1, 'after')
    journal.close()
    ok(readdirSync(directory).some(name => name.endsWith('.quarantined')))
    const again = open(directory)
    deepEqual(
      [again.history.snapshot?.state, textsOf(again.history), again.history.quarantine],
      ['what was good', ['after'], undefined],
    )
    again.journal.close()
  }
})

test('R-DSK-03 a damaged snapshot: the one before it is used, and the records behind it are still there', context => {
  const directory = folder(context)
  const { journal } = open(directory)
  for (let at = 1; at <= 60; at++) {
    journal.append(1, `record ${at}`)
    if (at % 20 === 0) journal.saveSnapshot(`state ${at}`)
  }
  journal.close()
  const snapshots = readdirSync(directory).filter(name => name.endsWith('.state'))
  equal(snapshots.length, 2)
  writeFileSync(join(directory, snapshots.sort()[1]!), 'VMXSNAP1 0 3\nxyz')
  const { history, warnings, journal: next } = open(directory)
  equal(history.snapshot?.state, 'state 40')
  deepEqual(textsOf(history), expected(60).slice(40))
  match(warnings[0]!, /is damaged: the snapshot before it is used/)
  next.close()
})

test('R-DSK-03 a folder that cannot be written, and a journal of a later version, are refused in words', context => {
  const directory = folder(context)
  const files: JournalFiles = {
    ...DISK,
    open: (path, flags, mode) => {
      if (flags === 'wx' && path.endsWith('.journal')) throw fault('EROFS')
      return DISK.open(path, flags, mode)
    },
  }
  const refused = openFileJournal({ directory, reserveBytes: 0, files, onFailure: () => undefined })
  ok(!refused.ok && refused.reason === 'not_writable')
  match(refused.words, /cannot be opened \(EROFS\): check that the folder is on a disk with room/)
  fill(directory, 2)
  const path = join(directory, segmentsOf(directory)[0]!)
  const bytes = readFileSync(path)
  bytes[8] = 9
  writeFileSync(path, bytes)
  chmodSync(path, 0o600)
  const newer = openFileJournal({ directory, reserveBytes: 0, onFailure: () => undefined })
  ok(!newer.ok && newer.reason === 'newer_version')
  match(newer.words, /run the version that wrote it, or a later one/)
})
