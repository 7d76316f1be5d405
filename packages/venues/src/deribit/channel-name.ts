import { Refusal } from '@velocimex/core/feed/market-codec'
import { NAME_BYTES_MAX, type NameTable } from '../wire/name-table.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { CHANNELS } from './frame-places.ts'

const QUOTE = 34
const POINT = 46
const BACKSLASH = 92
const PARTS_MAX = 6

/** The name of a channel, `book.BTC-PERPETUAL.100ms`, cut at its points. Source: deribit v2, "Subscriptions". */
export class ChannelName {
  /** How many parts the name has. */
  count = 0
  readonly #bytes: Uint8Array
  readonly #values: PlaceValues
  /** Where each part begins; the one behind the last ends the name. */
  readonly #starts = new Int32Array(PARTS_MAX + 1)

  constructor(bytes: Uint8Array, values: PlaceValues) {
    this.#bytes = bytes
    this.#values = values
  }

  /** Reads the name, plain ASCII, whose opening quote stands at `p`. Returns the position behind its closing one, or a refusal. */
  read(p: number): number {
    const bytes = this.#bytes
    if (p === 0) return Refusal.missingField
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const end = p + 1 + NAME_BYTES_MAX
    this.#starts[0] = p + 1
    this.count = 0
    for (p++; ; p++) {
      const byte = bytes[p]!
      if (byte < 32 || byte > 126 || byte === BACKSLASH || p > end) return Refusal.malformed
      if (byte !== POINT && byte !== QUOTE) continue
      if (++this.count > PARTS_MAX) return Refusal.unknownKind
      this.#starts[this.count] = p + 1
      if (byte === QUOTE) return p + 1
    }
  }

  /** What the channel carries, by its first part; a refusal for a name that is not known. */
  get channel(): number {
    const channel = this.part(0, CHANNELS)
    return channel < 0 ? Refusal.unknownKind : channel
  }

  /** Number of a part among names; -1 when it is none of them, or not there. */
  part(at: number, names: NameTable): number {
    if (at >= this.count) return -1
    const from = this.#starts[at]!
    const to = this.#starts[at + 1]! - 1
    return names.find(this.#values.numbers.view, from, to)
  }

  /** Index of the instrument that a part names, whose grids are used from now on; a refusal when it is not in the table. */
  instrument(at: number): number {
    const found = at < this.count ? this.#values.symbolIn(this.#starts[at]!, this.#starts[at + 1]! - 1) : -1
    return found < 0 ? Refusal.unknownSymbol : found
  }

  /** Whether a text that opens at `p` is exactly a part. */
  isPartAt(at: number, p: number): boolean {
    const bytes = this.#bytes
    const from = this.#starts[at]!
    const length = this.#starts[at + 1]! - 1 - from
    if (p === 0 || bytes[p] !== QUOTE || bytes[p + 1 + length] !== QUOTE) return false
    for (let offset = 0; offset < length; offset++) if (bytes[p + 1 + offset] !== bytes[from + offset]) return false
    return true
  }

  /** Whether a part is a whole number. */
  isNumber(at: number): boolean {
    const from = this.#starts[at]!
    const to = this.#starts[at + 1]! - 1
    for (let p = from; p < to; p++) if ((this.#bytes[p]! - 48) >>> 0 > 9) return false
    return at < this.count && to > from
  }
}
