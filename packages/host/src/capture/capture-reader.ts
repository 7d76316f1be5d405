import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** One line of a capture: what a recorder saw, when. */
export interface CaptureLine {
  /** Receive time in whole microseconds since 1970. */
  readonly at: number
  /** Nanoseconds 0-999 beyond it. */
  readonly nanos: number
  readonly dir: 'recv' | 'send' | 'open' | 'http'
  readonly conn: string
  /** For `open`, `send` and `http`; otherwise empty. */
  readonly url: string
  /** The message as it was sent; empty for `open`. */
  readonly raw: string
}

/** A file that cannot be read on: the place and the remedy in words. */
export class CaptureError extends Error {
  readonly reason: 'not_found' | 'damaged'
  constructor(reason: 'not_found' | 'damaged', words: string) {
    super(words)
    this.reason = reason
  }
}

/** Longest line that is read; the longest known snapshot of a venue has 3 MB. */
const LINE_BYTES_MAX = 64 << 20

/** Told what was read. */
export interface CaptureListener {
  line(line: CaptureLine, number: number): void
  /** A line that is no capture line; reading goes on behind it. */
  damaged(number: number, words: string): void
  /** Called now and then with the compressed bytes read so far. */
  progress?(bytes: number): void
}

/**
 * Reads a capture file (`.jsonl`, gzip or zstd, told by its first bytes) line by line in constant memory.
 * A file that was cut short, as by a recorder that was killed or a download that broke off, is read to its end, which is
 * told as a damaged line.
 * @throws CaptureError when the file is not there or its compression is damaged; lines before the damage were delivered
 */
export async function readCapture(path: string, listener: CaptureListener): Promise<void> {
  const unpack = await unpackerFor(path)
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const failed = new Promise<never>((_, reject) => file.once('error', reject))
  failed.catch(() => {}) // Reported through the loop below; this promise alone must not end the process.
  const input = unpack === undefined ? file : file.pipe(unpack)
  file.once('error', cause => input.destroy(cause))
  const lines = new LineSplitter(listener)
  try {
    for await (const chunk of input) {
      lines.take(chunk as Buffer)
      listener.progress?.(file.bytesRead)
    }
    lines.end()
  } catch (cause) {
    if (isCutShort(cause)) {
      listener.damaged(lines.number + 1, 'the file ends in the middle of its compression')
      return
    }
    if (cause instanceof CaptureError) throw new CaptureError(cause.reason, `${path}: ${cause.message}`)
    const { code = '', message } = cause as NodeJS.ErrnoException
    const words = code.startsWith('Z') || code.startsWith('ERR_') ? `its compression is damaged (${message})` : message
    throw new CaptureError(
      'damaged',
      `${path}: ${words} after line ${lines.number}; import what is before it from a repaired copy`,
    )
  }
}

/** Whether the bytes were all right as far as they went; zlib says so of gzip and of zstd alike. */
const isCutShort = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'

/** Bytes of a file, for progress. @throws CaptureError when it is not there */
export async function captureSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    throw new CaptureError('not_found', `${path} does not exist`)
  }
}

async function unpackerFor(path: string): Promise<Transform | undefined> {
  await captureSize(path)
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead >= 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return createGunzip()
    if (bytesRead === 4 && buffer.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress()
    return undefined
  } catch (cause) {
    throw new CaptureError('damaged', `${path}: ${(cause as Error).message}`)
  } finally {
    await file.close()
  }
}

/** Cuts chunks into lines and lines into fields. */
class LineSplitter {
  number = 0
  readonly #listener: CaptureListener
  #rest: Buffer[] = []
  #restBytes = 0

  constructor(listener: CaptureListener) {
    this.#listener = listener
  }

  take(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(10, start); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end)
      this.#line(this.#restBytes === 0 ? piece : this.#joined(piece))
      start = end + 1
    }
    if (start < chunk.length) {
      this.#rest.push(chunk.subarray(start))
      this.#restBytes += chunk.length - start
      if (this.#restBytes > LINE_BYTES_MAX)
        throw new CaptureError(
          'damaged',
          `line ${this.number + 1} is longer than ${LINE_BYTES_MAX >> 20} MB; this is no capture`,
        )
    }
  }

  /** The last line may lack its line end: a recorder that was killed leaves half a line. */
  end(): void {
    if (this.#restBytes > 0) this.#line(this.#joined(Buffer.alloc(0)))
  }

  #joined(piece: Buffer): Buffer {
    const line = Buffer.concat([...this.#rest, piece])
    this.#rest = []
    this.#restBytes = 0
    return line
  }

  #line(bytes: Buffer): void {
    this.number++
    if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 13)) return
    const line = parseLine(bytes.toString('utf8'))
    if (typeof line === 'string') this.#listener.damaged(this.number, line)
    else this.#listener.line(line, this.number)
  }
}

/** @returns the line, or what is wrong with it */
function parseLine(text: string): CaptureLine | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return `not JSON: ${text.slice(0, 60)}`
  }
  if (typeof value !== 'object' || value === null) return 'not an object'
  const { ts, dir, conn = '', url = '', raw = '' } = value as Readonly<Record<string, unknown>>
  // A decimal text of seconds: microseconds and nanoseconds are cut out of it, never rounded through a float.
  const time = typeof ts === 'string' ? /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(ts) : null
  if (time === null) return 'field ts is not a decimal text of seconds'
  if (dir !== 'recv' && dir !== 'send' && dir !== 'open' && dir !== 'http')
    return 'field dir is not recv, send, open or http'
  if (typeof conn !== 'string' || typeof url !== 'string' || typeof raw !== 'string')
    return 'field conn, url or raw is not a text'
  const fraction = (time[2] ?? '').padEnd(9, '0')
  return { at: Number(time[1]! + fraction.slice(0, 6)), nanos: Number(fraction.slice(6)), dir, conn, url, raw }
}
