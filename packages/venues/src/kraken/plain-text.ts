import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from '../wire/json-walk.ts'
import type { NameTable } from '../wire/name-table.ts'
import type { NumberReader } from '../wire/number-reader.ts'

const QUOTE = 34
const BACKSLASH = 92

/** Closing quote of a plainly written string that opens at `p`; a refusal for any other value, and for one with escapes. */
export function plainEnd(bytes: Uint8Array, p: number): number {
  const end = skipString(bytes, p) - 1
  if (end < 0) return Refusal.malformed
  for (let at = p + 1; at < end; at++) if (bytes[at] === BACKSLASH) return Refusal.malformed
  return end
}

/** Looks plainly written strings up in tables. */
export class PlainNames {
  /** Number of the name just read; -1 when the table has none of this name. */
  found = -1

  /** The string that opens at `p`, from its opening quote to behind its closing one. */
  read({ bytes, view }: NumberReader, p: number, table: NameTable): number {
    this.found = -1
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const from = p + 1
    let byte = bytes[++p]!
    // Letters, digits and signs: what nearly all names consist of.
    while (byte > QUOTE && byte < 128 && byte !== BACKSLASH) byte = bytes[++p]!
    if (byte !== QUOTE) {
      p = plainEnd(bytes, from - 1)
      if (p < 0) return p
    }
    this.found = table.find(view, from, p)
    return p + 1
  }
}
