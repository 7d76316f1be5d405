import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'

/*
 * An append-only file of checked blocks. Little endian.
 *
 *     header   16 bytes: "VMXBLCK1", version u32, CRC-32 of the 12 bytes before
 *     block    16 bytes: bytes of the payload u32, CRC-32 u32 of sequence and payload, sequence f64; then the payload
 *
 * A last block that is not whole was being written when the writer died; nobody was told that it was there, so it is cut.
 * A block that is damaged while others follow it means that the disk lies: nothing is cut, nobody goes on.
 */
const MAGIC = 'VMXBLCK1'
const HEADER_BYTES = 16

/** Bytes that a block's head takes in front of its payload. */
export const BLOCK_HEAD_BYTES = 16
/** Largest payload of a block. */
export const BLOCK_PAYLOAD_MAX = 256 * 1024 * 1024
const CHUNK_BYTES = 8 * 1024 * 1024

/** What was found when a file was opened. */
export interface BlockFileOpening {
  readonly blocks: number
  /** Bytes of a torn tail that were cut off. */
  readonly cutBytes: number
}

/** The file cannot be trusted: the message names it, the place and what to do. */
export class DamagedFile extends Error {}

/** One writer's append-only file of blocks. Every block bears the next number: 0, 1, 2, ... */
export class BlockFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #mustSync: boolean
  #bytes: number
  #sequence: number

  private constructor(path: string, file: FileHandle, bytes: number, sequence: number, mustSync: boolean) {
    this.path = path
    this.#file = file
    this.#mustSync = mustSync
    this.#bytes = bytes
    this.#sequence = sequence
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#bytes
  }

  /** Number of the next block. */
  get sequence(): number {
    return this.#sequence
  }

  /**
   * Opens or creates a file and gives every block in it, oldest first.
   * @param onBlock lent: the payload is valid during the call
   * @param mustSync whether an append waits for the disk itself; false leaves it to the operating system, which is
   * enough against our own death but not against the machine's
   * @throws DamagedFile when it is no such file, or damaged before its end
   */
  static async open(
    path: string,
    onBlock: (payload: Buffer, sequence: number) => void,
    mustSync = true,
  ): Promise<{ file: BlockFile; opening: BlockFileOpening }> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    try {
      const { size } = await handle.stat()
      if (size < HEADER_BYTES) {
        await handle.truncate(0)
        await handle.write(header(), 0, HEADER_BYTES, 0)
        await handle.datasync()
        await syncFolder(path)
        return { file: new BlockFile(path, handle, HEADER_BYTES, 0, mustSync), opening: { blocks: 0, cutBytes: size } }
      }
      const { end, blocks } = await scan(path, handle, size, onBlock)
      if (end < size) {
        await handle.truncate(end)
        await handle.datasync()
      }
      return {
        file: new BlockFile(path, handle, end, blocks, mustSync),
        opening: { blocks, cutBytes: size - end },
      }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /**
   * Appends one block; its first `BLOCK_HEAD_BYTES` are filled in here. One append at a time.
   * When it throws the block does not count, and the next one is written in its place.
   */
  async append(block: Buffer): Promise<void> {
    block.writeUInt32LE(block.length - BLOCK_HEAD_BYTES, 0)
    block.writeDoubleLE(this.#sequence, 8)
    block.writeUInt32LE(crc32(block.subarray(8)), 4)
    for (let written = 0; written < block.length; ) {
      const { bytesWritten } = await this.#file.write(block, written, block.length - written, this.#bytes + written)
      written += bytesWritten
    }
    if (this.#mustSync) await this.#file.datasync()
    this.#bytes += block.length
    this.#sequence++
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Some blocks of a file, and where the next one starts. */
export interface BlockRange {
  readonly payloads: readonly Buffer[]
  readonly at: BlockPlace
}

/** A place between two blocks: the byte, and the number of the block that starts there. */
export interface BlockPlace {
  readonly byte: number
  readonly sequence: number
}

/** The place of a file's first block. */
export const FIRST_BLOCK: BlockPlace = { byte: HEADER_BYTES, sequence: 0 }

/**
 * Reads whole blocks of a file that its writer may have open, from a place on.
 * @param end byte behind the last block that is known to be written
 * @param bytesMax stops after the block that reaches it
 * @throws DamagedFile when a block in between does not check out
 */
export async function readBlocks(path: string, from: BlockPlace, end: number, bytesMax: number): Promise<BlockRange> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    const payloads: Buffer[] = []
    let { byte, sequence } = from
    while (byte < end && byte - from.byte < bytesMax) {
      const head = await read(handle, byte, BLOCK_HEAD_BYTES)
      const length = head.length < BLOCK_HEAD_BYTES ? 0 : head.readUInt32LE(0)
      const block = await read(handle, byte, Math.min(BLOCK_HEAD_BYTES + length, end - byte))
      const isGood = block.length === BLOCK_HEAD_BYTES + length && block.length > BLOCK_HEAD_BYTES
      if (!isGood || block.readUInt32LE(4) !== crc32(block.subarray(8)) || block.readDoubleLE(8) !== sequence)
        throw new DamagedFile(`${path}: block ${sequence} at byte ${byte} is damaged; restore the file from a copy`)
      payloads.push(block.subarray(BLOCK_HEAD_BYTES))
      byte += block.length
      sequence++
    }
    return { payloads, at: { byte, sequence } }
  } finally {
    await handle.close()
  }
}

function header(): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(1, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12)
  return bytes
}

async function scan(
  path: string,
  handle: FileHandle,
  size: number,
  onBlock: (payload: Buffer, sequence: number) => void,
): Promise<{ end: number; blocks: number }> {
  const head = await read(handle, 0, HEADER_BYTES)
  if (!head.equals(header()))
    throw new DamagedFile(`${path}: this is no file of blocks of version 1; move it away or restore it from a copy`)
  let [at, blocks] = [HEADER_BYTES, 0]
  let [chunk, chunkAt]: [Buffer, number] = [Buffer.alloc(0), at]
  const need = async (bytes: number): Promise<Buffer | undefined> => {
    if (at + bytes > size) return undefined
    if (at + bytes > chunkAt + chunk.length) {
      chunk = await read(handle, at, Math.min(Math.max(bytes, CHUNK_BYTES), size - at))
      chunkAt = at
    }
    return chunk.subarray(at - chunkAt, at - chunkAt + bytes)
  }
  for (; at < size; blocks++) {
    const start = await need(BLOCK_HEAD_BYTES)
    if (start === undefined) break
    const length = start.readUInt32LE(0)
    const block = length > BLOCK_PAYLOAD_MAX ? undefined : await need(BLOCK_HEAD_BYTES + length)
    const isWhole = block !== undefined && block.readUInt32LE(4) === crc32(block.subarray(8))
    if (!isWhole || block.readDoubleLE(8) !== blocks) {
      // A torn write leaves its block as the last thing in the file, perhaps with zeros where bytes never arrived.
      if (!isWhole && (await isTail(handle, at, size, length))) break
      throw new DamagedFile(
        `${path}: block ${blocks} at byte ${at} is damaged but others follow it; restore the file from a copy`,
      )
    }
    onBlock(block.subarray(BLOCK_HEAD_BYTES), blocks)
    at += block.length
  }
  return { end: at, blocks }
}

/**
 * Whether a block that does not check out is one that was being written. Each append waited for the one before, so then
 * it is the last: nothing follows it but zeros, which a file system may leave where bytes never arrived.
 */
async function isTail(handle: FileHandle, at: number, size: number, length: number): Promise<boolean> {
  const end = at + BLOCK_HEAD_BYTES + length
  const rest = await read(handle, at, Math.min(size - at, BLOCK_PAYLOAD_MAX + BLOCK_HEAD_BYTES))
  if (length > 0 && end <= size) return rest.subarray(end - at).every(byte => byte === 0)
  // Its length is nonsense or points beyond the end. What lies behind must not contain a block that checks out.
  for (let from = 1; from + BLOCK_HEAD_BYTES <= rest.length; from++) {
    const inner = from + BLOCK_HEAD_BYTES + rest.readUInt32LE(from)
    const sequence = rest.readDoubleLE(from + 8)
    if (inner > rest.length || !Number.isSafeInteger(sequence) || sequence <= 0) continue
    if (rest.readUInt32LE(from + 4) === crc32(rest.subarray(from + 8, inner))) return false
  }
  return true
}

/** Brings a folder's list of names to the disk: a file that was made is not there after a power cut before that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function read(handle: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes)
  let done = 0
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, at + done)
    if (bytesRead === 0) return buffer.subarray(0, done)
    done += bytesRead
  }
  return buffer
}
