import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
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

/** A disk that takes no more: what was written stays. */
export class DiskFault extends Error {}

/**
 * Capture files as they are being written: whole lines, handed to the operating system at once a second at the latest, so
 * that nothing but the last second is lost when the process dies. A finished file is packed; one that a dead process left
 * is cut at its last whole line and packed by the next.
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

  /** Files that a process left unfinished, by name without ending. */
  leftovers(): string[] {
    return readdirSync(this.#directory).flatMap(name => (name.endsWith(PART) ? [name.slice(0, -PART.length)] : []))
  }

  /** Begins a file. @param name without ending, and not taken: what is there would be carried on */
  open(name: string): void {
    this.#name = name
    this.#file = this.#guarded(() => openSync(this.#path(name, PART), 'a'))
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
    return this.#name
  }

  /** Packs a finished file, or one that was left. @returns the path of the packed one; undefined when nothing was in it */
  async pack(name: string): Promise<string | undefined> {
    const part = this.#path(name, PART)
    if (cutToLines(part) === 0) {
      await rm(part)
      return undefined
    }
    const packed = this.#path(name, DONE)
    const partial = `${packed}.partial`
    await pipeline(createReadStream(part), createGzip({ level: 6 }), createWriteStream(partial))
    await rename(partial, packed)
    await rm(part)
    return packed
  }

  /** Whether a name is taken. */
  has(name: string): boolean {
    return existsSync(this.#path(name, PART)) || existsSync(this.#path(name, DONE))
  }

  #path(name: string, ending: string): string {
    return join(this.#directory, name + ending)
  }

  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      const remedy =
        code === 'ENOSPC'
          ? 'the disk is full: make room, then record on; what was recorded stays'
          : `the disk does not take it (${code ?? String(cause)})`
      throw new DiskFault(`${this.#directory}: ${remedy}`)
    }
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
