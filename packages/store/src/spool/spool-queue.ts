import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '@velocimex/core/assert'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { BLOCK_HEAD_BYTES, BlockFile, type BlockPlace, FIRST_BLOCK, readBlocks } from '../file/block-file.ts'
import { holdLock, type Lock } from '../file/process-lock.ts'

/** A place in a spool: a segment by the number of its first line, a block in it, and the number of that block's first line. */
export interface SpoolPlace {
  readonly segment: number
  readonly block: BlockPlace
  readonly line: number
}

/** Some lines of a spool. */
export interface SpoolRange {
  /** The first is number `first`, the next one more. */
  readonly first: number
  readonly lines: readonly string[]
  readonly next: SpoolPlace
}

/** Bytes after which a segment is closed and the next begun. */
const SEGMENT_BYTES = 16 * 1024 * 1024

/**
 * A queue of lines on disk: numbered 0, 1, 2, ... for ever, in segments that are deleted once nobody needs them. It has
 * a name of its own, made with it, under which a database keeps how far it has come.
 */
export class SpoolQueue {
  readonly name: string
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #lock: Lock
  readonly #segments: { readonly first: number; bytes: number }[]
  #file: BlockFile
  #next: number

  private constructor(
    name: string,
    directory: string,
    segmentBytes: number,
    lock: Lock,
    segments: { first: number; bytes: number }[],
    file: BlockFile,
    next: number,
  ) {
    this.name = name
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#lock = lock
    this.#segments = segments
    this.#file = file
    this.#next = next
  }

  /** Opens a spool's folder, or makes it. @throws DamagedFile, or an Error that names the process holding it */
  static async open(directory: string, segmentBytes = SEGMENT_BYTES): Promise<SpoolQueue> {
    makeFolder(directory, 0o700)
    const lock = holdLock(join(directory, 'spool.lock'))
    try {
      const name = await nameOf(directory)
      const firsts = (await readdir(directory))
        .filter(file => file.endsWith('.spool'))
        .map(file => Number.parseInt(file, 10))
        .sort((one, other) => one - other)
      if (firsts.length === 0) firsts.push(0)
      let next = firsts.at(-1)!
      const { file } = await BlockFile.open(segmentPath(directory, next), payload => {
        next += linesOf(payload).length
      })
      const segments: { first: number; bytes: number }[] = []
      for (const first of firsts) segments.push({ first, bytes: (await stat(segmentPath(directory, first))).size })
      return new SpoolQueue(name, directory, segmentBytes, lock, segments, file, next)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Number of the next line that is appended. */
  get next(): number {
    return this.#next
  }

  /** The oldest place that is still on disk. */
  get start(): SpoolPlace {
    const { first } = this.#segments[0]!
    return { segment: first, block: FIRST_BLOCK, line: first }
  }

  /** Appends lines as one block; fulfilled when they are on the disk. One append at a time. No line holds a line end. */
  async append(lines: readonly string[]): Promise<void> {
    if (this.#file.bytes >= this.#segmentBytes) await this.#rotate()
    const text = Buffer.from(lines.join('\n'), 'utf8')
    await this.#file.append(Buffer.concat([Buffer.alloc(BLOCK_HEAD_BYTES), text]))
    this.#segments.at(-1)!.bytes = this.#file.bytes
    this.#next += lines.length
  }

  /** Lines from a place on: whole blocks, until `bytesMax` is reached. None when the place is the end. */
  async read(from: SpoolPlace, bytesMax: number): Promise<SpoolRange> {
    const index = this.#segments.findIndex(({ first }) => first === from.segment)
    assert(index >= 0, 'a spool is read where it still is', from.segment)
    const { bytes } = this.#segments[index]!
    if (from.block.byte >= bytes && index + 1 < this.#segments.length) {
      const { first } = this.#segments[index + 1]!
      return this.read({ segment: first, block: FIRST_BLOCK, line: first }, bytesMax)
    }
    const path = segmentPath(this.#directory, from.segment)
    const { payloads, at } = await readBlocks(path, from.block, bytes, bytesMax)
    const lines = payloads.flatMap(linesOf)
    return { first: from.line, lines, next: { segment: from.segment, block: at, line: from.line + lines.length } }
  }

  /** Deletes the segments before the one of a place. */
  async release(place: SpoolPlace): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[0]!.first < place.segment) {
      const { first } = this.#segments.shift()!
      await rm(segmentPath(this.#directory, first))
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
    this.#lock.release()
  }

  async #rotate(): Promise<void> {
    await this.#file.close()
    const { file } = await BlockFile.open(segmentPath(this.#directory, this.#next), () => {})
    this.#file = file
    this.#segments.push({ first: this.#next, bytes: file.bytes })
  }
}

const segmentPath = (directory: string, first: number): string =>
  join(directory, `${String(first).padStart(16, '0')}.spool`)

const linesOf = (payload: Buffer): string[] => payload.toString('utf8').split('\n')

async function nameOf(directory: string): Promise<string> {
  const path = join(directory, 'spool.name')
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // Whole or made anew: it is written before the first line, so nothing bears a name that was cut short.
  if (/^[0-9a-f-]{36}\n$/.test(known)) return known.trim()
  const name = randomUUID()
  await writeFile(path, `${name}\n`, { flush: true })
  return name
}
