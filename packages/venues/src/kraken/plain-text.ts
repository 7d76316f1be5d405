import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from '../wire/json-walk.ts'

const BACKSLASH = 92

/** Closing quote of a plainly written string that opens at `p`; a refusal for any other value, and for one with escapes. */
export function plainEnd(bytes: Uint8Array, p: number): number {
  const end = skipString(bytes, p) - 1
  if (end < 0) return Refusal.malformed
  for (let at = p + 1; at < end; at++) if (bytes[at] === BACKSLASH) return Refusal.malformed
  return end
}
