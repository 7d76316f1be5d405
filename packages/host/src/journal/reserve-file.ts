import { join } from 'node:path'
import { codeOf, type JournalFiles, writeAll } from './journal-files.ts'

const NAME = 'reserve'
const PIECE = new Uint8Array(1 << 20)

/**
 * Space that belongs to the journal before it is needed: a file full of nothing. When the disk is full it is given back to
 * the system, and what must still be written, the venue's words about orders that are out, finds room.
 */
export class ReserveFile {
  readonly #files: JournalFiles
  readonly #directory: string
  readonly #bytes: number
  #isThere = false

  /** @param bytes 64 MB in production */
  constructor(files: JournalFiles, directory: string, bytes: number) {
    this.#files = files
    this.#directory = directory
    this.#bytes = bytes
  }

  /** False while the space is given away. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** Takes the space. False when there is not enough; nothing is left behind then. */
  take(): boolean {
    if (this.#isThere || this.#bytes === 0) {
      this.#isThere = true
      return true
    }
    const path = join(this.#directory, NAME)
    let file = -1
    try {
      file = this.#files.open(path, 'w', 0o600)
      for (let at = 0; at < this.#bytes; at += PIECE.length)
        writeAll(this.#files, file, PIECE, Math.min(this.#bytes - at, PIECE.length), at)
      this.#files.datasync(file)
      this.#isThere = true
    } catch (cause) {
      if (codeOf(cause) !== 'ENOSPC' && codeOf(cause) !== 'EDQUOT') throw cause
    } finally {
      if (file >= 0) this.#files.close(file)
    }
    if (!this.#isThere) this.#files.remove(path)
    return this.#isThere
  }

  /** Gives the space back to the system. False when it was not there. */
  release(): boolean {
    if (!this.#isThere) return false
    this.#isThere = false
    if (this.#bytes > 0) this.#files.remove(join(this.#directory, NAME))
    return true
  }
}
