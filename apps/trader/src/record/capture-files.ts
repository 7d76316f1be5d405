import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { makeFolder } from '@velocimex/host/files/make-folder'

const PART = '.jsonl.part'
const DONE = '.jsonl.gz'
const FLUSH_BYTES = 1 << 16
/** A file that is being written names its process: `binance-spot-2026-11-21T144728.4711.jsonl.part`. */
const PART_NAME = /^(.*?)(?:\.(\d{1,10}))?\.jsonl\.part$/
/** Paths that this process writes: after a restart another one may have the number of the dead. */
const WRITTEN_HERE = new Set<string>()

/** A disk that takes no more: what was written stays. */
export class DiskFault extends Error {}

/**
 * Capture files as they are being written: whole lines, handed to the operating system at once a second at the latest, so
 * that nothing but the last second is lost when the process dies. A finished file is packed; one that a dead process left
 * is cut at its last whole line and packed by the next. Several processes may record into one folder.
 */
export class CaptureFiles {
  readonly #directory: string
  #name = ''
  #file = -1
  #waiting = ''
  /** Lines and bytes written, over all files. */
  lines = 0
  bytes = 0

  constructor(directory: string) {
    this.#directory = directory
    makeFolder(directory)
  }

  /** Takes over the files that dead processes left unfinished. @returns their names without ending */
  leftovers(): string[] {
    return readdirSync(this.#directory).flatMap(found => {
      const [, name, pid] = PART_NAME.exec(found) ?? []
      const path = join(this.#directory, found)
      if (name === undefined || isHeld(path, pid)) return []
      let own = name
      for (let more = 2; this.#part(own) !== path && existsSync(this.#part(own)); more++) own = `${name}-${more}`
      try {
        renameSync(path, this.#part(own))
        return [own]
      } catch {
        return [] // Another process was quicker.
      }
    })
  }

  /** Begins a file. @param name without ending, and not taken: what is there would be carried on */
  open(name: string): void {
    this.#name = name
    this.#file = this.#guarded(() => openSync(this.#part(name), 'a'))
    WRITTEN_HERE.add(this.#part(name))
  }

  /** Writes one line of the capture format. @param micros instant of receipt */
  line(micros: number, fields: Readonly<Record<string, string>>): void {
    const whole = Math.floor(micros / 1e6)
    const ts = `${whole}.${String(micros - whole * 1e6).padStart(6, '0')}`
    this.#waiting += `${JSON.stringify({ ts, ...fields })}\n`
    this.lines++
    if (this.#waiting.length >= FLUSH_BYTES) this.flush()
  }

  /** Hands what waits to the operating system. @throws DiskFault when it does not take it */
  flush(): void {
    if (this.#waiting === '' || this.#file < 0) return
    const text = Buffer.from(this.#waiting)
    this.#waiting = ''
    let written = 0
    this.#guarded(() => {
      while (written < text.length) written += writeSync(this.#file, text, written)
    })
    this.bytes += text.length
  }

  /** Ends the file. @returns its name, for `pack` */
  close(): string {
    this.flush()
    closeSync(this.#file)
    this.#file = -1
    WRITTEN_HERE.delete(this.#part(this.#name))
    return this.#name
  }

  /**
   * Packs a finished file, or one that was left.
   * @returns the path of the packed one; undefined when nothing was in it
   * @throws DiskFault when there is no room for it; what was recorded stays
   */
  async pack(name: string): Promise<string | undefined> {
    const part = this.#part(name)
    WRITTEN_HERE.add(part) // Until it is packed, it is no leftover for another recorder of this process.
    try {
      if (cutToLines(part) === 0) {
        await rm(part)
        return undefined
      }
      const packed = this.#free(name)
      const partial = `${packed}.${process.pid}.partial`
      await pipeline(createReadStream(part), createGzip({ level: 6 }), createWriteStream(partial))
      await rename(partial, packed)
      await rm(part)
      return packed
    } catch (cause) {
      throw this.#fault(cause)
    } finally {
      WRITTEN_HERE.delete(part)
    }
  }

  /** Whether a name is taken, by whichever process. */
  has(name: string): boolean {
    const isOf = (found: string): boolean => PART_NAME.exec(found)?.[1] === name || found === name + DONE
    return readdirSync(this.#directory).some(isOf)
  }

  /** A path for a packed file that is not taken: another process may have begun in the same second. */
  #free(name: string): string {
    let path = join(this.#directory, name + DONE)
    for (let more = 2; existsSync(path); more++) path = join(this.#directory, `${name}-${more}${DONE}`)
    return path
  }

  /** The file of a name while this process writes or packs it. */
  #part(name: string): string {
    return join(this.#directory, `${name}.${process.pid}${PART}`)
  }

  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (cause) {
      throw this.#fault(cause)
    }
  }

  #fault(cause: unknown): DiskFault {
    const { code } = cause as NodeJS.ErrnoException
    const remedy =
      code === 'ENOSPC'
        ? 'the disk is full: make room, then record on; what was recorded stays'
        : `the disk does not take it (${code ?? String(cause)})`
    return new DiskFault(`${this.#directory}: ${remedy}`)
  }
}

/** Whether a living process writes a file. @param pid its number in decimal text; undefined in files of older versions */
function isHeld(path: string, pid: string | undefined): boolean {
  if (pid === undefined) return false
  if (Number(pid) === process.pid) return WRITTEN_HERE.has(path)
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Cuts a file behind its last line break. @returns the bytes that are left */
function cutToLines(path: string): number {
  const file = openSync(path, 'r')
  let size = fstatSync(file).size
  const block = Buffer.alloc(1 << 16)
  let end = 0
  for (let from = size; from > 0 && end === 0; ) {
    const length = Math.min(block.length, from)
    from -= length
    readSync(file, block, 0, length, from)
    const at = block.subarray(0, length).lastIndexOf(10)
    if (at >= 0) end = from + at + 1
  }
  closeSync(file)
  if (end < size) truncateSync(path, end)
  size = end
  return size
}
