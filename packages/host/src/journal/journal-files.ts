import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'

/** The calls to the system that a journal makes: a seam at which tests let a disk fail. All throw the system's errors. */
export interface JournalFiles {
  readonly open: (path: string, flags: string, mode: number) => number
  /** Writes at a position: where a file was cut, the system's own position would leave a hole. */
  readonly write: (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number
  readonly truncate: (file: number, bytes: number) => void
  readonly sync: (file: number) => void
  readonly datasync: (file: number) => void
  readonly datasyncSoon: (file: number, done: (cause: Error | null) => void) => void
  readonly close: (file: number) => void
  readonly rename: (from: string, to: string) => void
  readonly remove: (path: string) => void
  readonly list: (directory: string) => string[]
  readonly read: (path: string) => Uint8Array
}

/** The real disk. */
export const DISK: JournalFiles = {
  open: openSync,
  write: (file, bytes, offset, length, position) => writeSync(file, bytes, offset, length, position),
  truncate: ftruncateSync,
  sync: fsyncSync,
  datasync: fdatasyncSync,
  datasyncSoon: fdatasync,
  close: closeSync,
  rename: renameSync,
  remove: unlinkSync,
  list: directory => readdirSync(directory),
  read: path => readFileSync(path),
}

/** Makes the names in a directory durable: files made, renamed and removed. */
export function syncDirectory(files: JournalFiles, directory: string): void {
  const file = files.open(directory, 'r', 0)
  try {
    files.sync(file)
  } finally {
    files.close(file)
  }
}

/** Writes the first `length` bytes at a position of the file, however many calls it takes. */
export function writeAll(files: JournalFiles, file: number, bytes: Uint8Array, length: number, position: number): void {
  for (let at = 0; at < length; ) at += files.write(file, bytes, at, length - at, position + at)
}

/** The system's code of an error: `ENOSPC`, `EIO`. */
export const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException)?.code ?? String(cause)
