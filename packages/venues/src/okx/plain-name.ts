import type { NameTable } from '../wire/name-table.ts'
import type { NumberReader } from '../wire/number-reader.ts'

const QUOTE = 34
const BACKSLASH = 92

/** What `findName` answers when no plainly written name stands there. */
export const NO_NAME = -2

/**
 * Number of the name that stands in quotes at `p` of a frame; -1 when it is not in the table, `NO_NAME` when it is no
 * plainly written text: one with an escape could be another name in other bytes.
 */
export function findName({ bytes, view }: NumberReader, p: number, names: NameTable): number {
  if (bytes[p] !== QUOTE) return NO_NAME
  const start = p + 1
  for (p = start; bytes[p] !== QUOTE; p++) if (bytes[p] === BACKSLASH || bytes[p]! < 32) return NO_NAME
  return names.find(view, start, p)
}
