import { type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { canonicalJson } from '@velocimex/core/engine/canonical-json'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { holdLock, type Lock } from '../file/process-lock.ts'
import {
  AUDIT_GENESIS,
  type AuditAnchor,
  type AuditEntry,
  type AuditEvent,
  auditHash,
  linkAudit,
  makeAnchor,
} from './audit-chain.ts'

/** How an audit log is kept. */
export interface AuditLogOptions {
  readonly directory: string
  /** 32 bytes that nobody knows who can write to the disk or the database. */
  readonly key: Uint8Array
  /** Told every entry that is on the disk, in order: a copy goes to the database. */
  readonly onEntry?: (entry: AuditEntry) => void
  /** Entries of a file. */
  readonly fileEntries?: number
  /**
   * Adds to a log whose end was not written with this key, going on from what that end says of itself. The break shows
   * in every later walk over the log.
   */
  readonly followsDamage?: boolean
}

interface Waiting {
  readonly entry: AuditEntry
  readonly resolve: (entry: AuditEntry) => void
  readonly reject: (error: Error) => void
}

/** How many entries a chain has, and the hash of the last. */
interface ChainEnd {
  readonly count: number
  readonly head: string
}

const FILE_ENTRIES = 100_000
const WAITING_MAX = 10_000

/**
 * The audit log on disk: one JSON object a line, each bearing the hash of the one before. Who writes is answered when
 * the line is on the disk, and refused from the first fault on: what cannot be logged must not be done.
 */
export class AuditLog {
  readonly #options: AuditLogOptions
  readonly #lock: Lock
  readonly #fileEntries: number
  #file: FileHandle
  #inFile: number
  #count: number
  #head: string
  /** The end of what is on the disk; anchors speak of nothing else. */
  #durable: ChainEnd
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(options: AuditLogOptions, lock: Lock, file: FileHandle, inFile: number, end: ChainEnd) {
    this.#options = options
    this.#lock = lock
    this.#file = file
    this.#inFile = inFile
    this.#fileEntries = options.fileEntries ?? FILE_ENTRIES
    this.#count = end.count
    this.#head = end.head
    this.#durable = end
  }

  /**
   * Opens a log or starts one. A last line that is not whole was promised to nobody, and is cut.
   * @throws Error when the last whole line was not written with this key and damage is not followed
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const { directory, key } = options
    makeFolder(directory, 0o700)
    const lock = holdLock(join(directory, 'audit.lock'))
    try {
      const files = await auditFiles(directory)
      const path = files.at(-1) ?? auditPath(directory, 0)
      const file = await open(path, 'a', 0o600)
      const text = await readFile(path, 'utf8')
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole))
      const lines = whole.split('\n').slice(0, -1)
      const last = lines.length > 0 ? lines.at(-1) : await lastLine(files.at(-2))
      try {
        const end = endOf(path, lines.length, last, key)
        return new AuditLog(options, lock, file, lines.length, end)
      } catch (damage) {
        if (options.followsDamage === true)
          return new AuditLog(options, lock, file, lines.length, claimedEnd(path, lines.length, last!))
        await file.close()
        throw damage
      }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Adds an event; fulfilled with its entry when that is on the disk. Rejected: it is not logged, so do not do it. */
  write(event: AuditEvent): Promise<AuditEntry> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#waiting.length >= WAITING_MAX)
      return Promise.reject(new Error(`${WAITING_MAX} entries wait for the disk; try again when it has caught up`))
    const entry = linkAudit(this.#options.key, event, this.#count, this.#head)
    this.#count++
    this.#head = entry.hash
    const { promise, resolve, reject } = Promise.withResolvers<AuditEntry>()
    this.#waiting.push({ entry, resolve, reject })
    this.#writing ??= this.#drain()
    return promise
  }

  /** Where the log on disk ends now, to be kept in another place. @param now microseconds since 1970 */
  anchor(now: number): AuditAnchor {
    return makeAnchor(this.#options.key, this.#durable.count, this.#durable.head, now)
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
    this.#lock.release()
  }

  /** All that wait share one write and one sync. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0 && this.#failure === undefined) {
      const batch = this.#waiting.splice(0, this.#fileEntries)
      try {
        await this.#append(batch)
      } catch (error) {
        this.#failure = new Error(`the audit log cannot be written: ${String(error)}; make room, then start again`)
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(this.#failure)
      }
    }
    this.#writing = undefined
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    if (this.#inFile + batch.length > this.#fileEntries && this.#inFile > 0) {
      await this.#file.close()
      this.#file = await open(auditPath(this.#options.directory, batch[0]!.entry.seq), 'a', 0o600)
      this.#inFile = 0
    }
    await this.#file.writeFile(batch.map(({ entry }) => `${canonicalJson(entry)}\n`).join(''))
    await this.#file.datasync()
    this.#inFile += batch.length
    const { seq, hash } = batch.at(-1)!.entry
    this.#durable = { count: seq + 1, head: hash }
    for (const { entry, resolve } of batch) {
      this.#options.onEntry?.(entry)
      resolve(entry)
    }
  }
}

/**
 * Every entry of a log on disk, oldest first, for `verifyAudit`.
 * @param onUnreadable told of each line that is no entry, which is left out then
 * @throws Error that names the line that is no entry, when nobody is to be told
 */
export async function* readAudit(
  directory: string,
  onUnreadable?: (words: string) => void,
): AsyncGenerator<AuditEntry> {
  for (const path of await auditFiles(directory)) {
    const handle = await open(path)
    let line = 0
    for await (const text of createInterface({ input: handle.createReadStream({ encoding: 'utf8' }) })) {
      line++
      const entry = entryOf(text)
      if (entry !== undefined) yield entry
      else if (onUnreadable === undefined) throw unreadable(path, line)
      else onUnreadable(`${basename(path)} line ${line} (no entry)`)
    }
  }
}

const auditPath = (directory: string, first: number): string =>
  join(directory, `audit-${String(first).padStart(12, '0')}.jsonl`)

const auditFiles = async (directory: string): Promise<string[]> =>
  (await readdir(directory))
    .filter(file => /^audit-\d{12}\.jsonl$/.test(file))
    .sort()
    .map(file => join(directory, file))

const lastLine = async (path: string | undefined): Promise<string | undefined> =>
  path === undefined ? undefined : (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1)

const unreadable = (path: string, line: number): Error =>
  new Error(`${path}: line ${line} is no entry; the log was changed, restore it from a copy`)

const TEXTS = ['actor', 'session', 'ip', 'action', 'object', 'before', 'after', 'reason', 'prev_hash', 'hash'] as const

/** A line as an entry; undefined when it is none. */
function entryOf(text: string): AuditEntry | undefined {
  let read: Readonly<Record<string, unknown>> | null
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { seq, timestamp } = read
  const isEntry =
    Number.isSafeInteger(seq) && Number.isFinite(timestamp) && TEXTS.every(is => typeof read[is] === 'string')
  return isEntry ? (read as unknown as AuditEntry) : undefined
}

/** Where a log ends. @throws Error when its last line was not written with this key */
function endOf(path: string, lines: number, last: string | undefined, key: Uint8Array): ChainEnd {
  if (last === undefined) return { count: 0, head: AUDIT_GENESIS }
  const entry = entryOf(last)
  if (entry === undefined) throw unreadable(path, lines)
  if (entry.hash !== auditHash(key, entry, entry.prev_hash))
    throw new Error(`${path}: entry ${entry.seq} was not written with this key; verify the log, nothing was added`)
  return { count: entry.seq + 1, head: entry.hash }
}

/** Where a log ends by its own last line, whoever wrote that; by its number of lines where that is no entry. */
function claimedEnd(path: string, lines: number, last: string): ChainEnd {
  const entry = entryOf(last)
  if (entry !== undefined) return { count: entry.seq + 1, head: entry.hash }
  const [, first] = /audit-(\d{12})\.jsonl$/.exec(path)!
  return { count: Number(first) + lines, head: AUDIT_GENESIS }
}
