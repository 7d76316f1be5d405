import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { JournalHistory } from '@velocimex/core/bus/journal'
import { decodeJournalHeader } from '@velocimex/core/bus/journal-format'
import { type JournalReading, readJournal, type StoredSnapshot } from '@velocimex/core/bus/read-journal'
import { makeFolder } from '../files/make-folder.ts'
import { FileJournal } from './file-journal.ts'
import { codeOf, DISK, type JournalFiles, syncDirectory } from './journal-files.ts'
import { ReserveFile } from './reserve-file.ts'
import { sequenceOfSegment } from './segment-name.ts'
import { readSnapshots } from './snapshot-file.ts'

/** Where a journal lies and how it behaves. */
export interface FileJournalOptions {
  /** Made if it is not there. */
  readonly directory: string
  /** Told once when the disk has failed: the process must end. */
  readonly onFailure: (words: string) => void
  /** Bytes of a segment, 64 MB unless told. */
  readonly segmentBytes?: number
  /** Bytes that are kept free for an emergency, 64 MB unless told. */
  readonly reserveBytes?: number
  readonly files?: JournalFiles
  /** Milliseconds of the monotonic clock; that of the system unless told. */
  readonly now?: () => number
}

/** A journal that is open, and what was in it. */
export interface OpenedJournal {
  readonly journal: FileJournal
  readonly history: JournalHistory
  /** What a person should know: a tail that was cut, a snapshot that was passed over. */
  readonly warnings: readonly string[]
}

/** Why a journal was not opened. `words` name the file and the remedy. */
export type OpenFault = 'locked' | 'not_writable' | 'newer_version'

/** Outcome of opening; nothing was changed when it was refused. */
export type Opening =
  | { readonly ok: true; readonly value: OpenedJournal }
  | { readonly ok: false; readonly reason: OpenFault; readonly words: string }

/**
 * Opens a journal for one process: finds the newest snapshot that is whole, reads the records behind it, cuts a torn tail,
 * and begins a new segment. Damage before the tail is no refusal but a quarantine in the history: see `recover`.
 */
export function openFileJournal(options: FileJournalOptions): Opening {
  const { directory, files = DISK } = options
  try {
    makeFolder(directory, 0o700)
    const lock = takeLock(files, directory)
    if (typeof lock === 'string') return { ok: false, reason: 'locked', words: lock }
    try {
      return open(options, files, lock)
    } catch (cause) {
      lock()
      throw cause
    }
  } catch (cause) {
    const words = `the journal in ${directory} cannot be opened (${codeOf(cause)}): check that the folder is on a disk with room and belongs to this user`
    return { ok: false, reason: 'not_writable', words }
  }
}

function open(options: FileJournalOptions, files: JournalFiles, unlock: () => void): Opening {
  const { directory } = options
  const names = files
    .list(directory)
    .filter(name => sequenceOfSegment(name) !== undefined)
    .sort()
  const { newest, damaged } = readSnapshots(files, directory)
  const reading = readSegments(files, directory, names, newest)
  if (reading.quarantine?.includes('newer version')) {
    unlock()
    const words = `${directory}: ${reading.quarantine}; run the version that wrote it, or a later one`
    return { ok: false, reason: 'newer_version', words }
  }
  cutTail(files, directory, reading)
  const reserve = new ReserveFile(files, directory, options.reserveBytes ?? 64 << 20)
  reserve.take()
  const journal = new FileJournal({
    files,
    directory,
    reserve,
    lastSequence: reading.lastSequence,
    epoch: reading.epoch + 1,
    segmentBytes: options.segmentBytes ?? 64 << 20,
    quarantined: reading.quarantine === undefined ? [] : names,
    onFailure: options.onFailure,
    now: options.now ?? (() => performance.now()),
    unlock,
  })
  const warnings = [
    ...damaged.map(name => `${join(directory, name)} is damaged: the snapshot before it is used`),
    ...(reading.cutBytes > 0 ? [`${reading.cutBytes} bytes of an unfinished write were cut from ${directory}`] : []),
    ...(reading.quarantine === undefined ? [] : [`${directory}: ${reading.quarantine}`]),
  ]
  return { ok: true, value: { journal, history: reading, warnings } }
}

/** Reads what lies behind the snapshot; of the segments before it only the headers, for their epochs. */
function readSegments(
  files: JournalFiles,
  directory: string,
  names: readonly string[],
  snapshot: StoredSnapshot | undefined,
): JournalReading {
  const from = (snapshot?.through ?? 0) + 1
  const first = Math.max(
    0,
    names.findLastIndex(name => sequenceOfSegment(name)! <= from),
  )
  let epoch = 0
  for (const name of names.slice(0, first)) {
    const header = decodeJournalHeader(files.read(join(directory, name)), crc32)
    if (header.ok) epoch = Math.max(epoch, header.value.epoch)
  }
  const segments = names.slice(first).map(name => ({ name, bytes: files.read(join(directory, name)) }))
  const reading = readJournal(segments, snapshot, crc32)
  return { ...reading, epoch: Math.max(epoch, reading.epoch) }
}

function cutTail(files: JournalFiles, directory: string, { cutAt }: JournalReading): void {
  if (cutAt === undefined) return
  const path = join(directory, cutAt.segment)
  if (cutAt.bytes === 0) files.remove(path)
  else {
    const file = files.open(path, 'r+', 0o600)
    try {
      files.truncate(file, cutAt.bytes)
      files.sync(file)
    } finally {
      files.close(file)
    }
  }
  syncDirectory(files, directory)
}

/** Takes the directory for this process. Returns how to give it up, or in words who has it. */
function takeLock(files: JournalFiles, directory: string): (() => void) | string {
  const path = join(directory, 'lock')
  for (let turn = 0; ; turn++)
    try {
      const file = files.open(path, 'wx', 0o600)
      const bytes = Buffer.from(String(process.pid))
      files.write(file, bytes, 0, bytes.length, 0)
      files.close(file)
      return () => files.remove(path)
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST' || turn > 0) throw cause
      const owner = Number(Buffer.from(files.read(path)).toString('ascii'))
      if (isAlive(owner))
        return `the journal in ${directory} is in use by process ${owner}: stop it first, or give this one another folder`
      files.remove(path) // Its owner was killed.
    }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return codeOf(cause) === 'EPERM'
  }
}
