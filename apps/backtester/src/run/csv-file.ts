import type { Hash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

/** A cell: numbers and decimal texts as they are, words escaped, nothing for undefined. */
export type Cell = string | number | bigint | undefined

const BUFFER_CHARACTERS = 1 << 16
/** Whatever could mean something to a reader of CSV, or to a spreadsheet. */
const SPECIAL = /^[=+\-@]|[\t\r\n",]/

/**
 * One CSV file of a run (RFC 4180, `\n` line ends), written as the run goes on, in blocks. Every byte also goes into the
 * run's result hash, so that a result cannot change without its hash.
 */
export class CsvFile {
  /** Data rows so far. */
  rows = 0
  readonly #columns: number
  readonly #file: number | undefined
  readonly #hash: Hash
  #text = ''

  /**
   * @param path where to write; undefined only hashes
   * @param hash the result hash of the run, shared by its files
   */
  constructor(path: string | undefined, header: readonly string[], hash: Hash) {
    this.#columns = header.length
    this.#file = path === undefined ? undefined : openSync(path, 'w', 0o600)
    this.#hash = hash
    this.#text = `${header.join(',')}\n`
  }

  /** Appends a row with one cell per column of the header. */
  row(cells: readonly Cell[]): void {
    if (cells.length !== this.#columns) throw new Error(`a row has ${this.#columns} cells, was ${cells.length}`)
    this.#text += `${cells.map(escapeCell).join(',')}\n`
    this.rows++
    if (this.#text.length >= BUFFER_CHARACTERS) this.#flush()
  }

  /** Writes what is left and closes the file. */
  close(): void {
    this.#flush()
    if (this.#file !== undefined) closeSync(this.#file)
  }

  #flush(): void {
    this.#hash.update(this.#text)
    if (this.#file !== undefined) {
      const bytes = Buffer.from(this.#text)
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
    }
    this.#text = ''
  }
}

/**
 * A cell as CSV text. Words that a spreadsheet would take for a formula get a quote in front (numbers are left alone:
 * a negative amount is not a formula).
 */
export function escapeCell(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  // Nearly every cell.
  if (!SPECIAL.test(cell)) return cell
  const safe = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
