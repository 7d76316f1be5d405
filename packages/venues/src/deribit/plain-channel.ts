import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { areSame } from '../wire/same-bytes.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Refusal = Refusals

const QUOTE = 34
const POINT = 46
const BACKSLASH = 92
/** Longest name of an instrument that is read here: with the other words of its channel it is never too long a name. */
const NAME_MAX = 48
/** What stands between the instrument's name and the data. */
const L = {
  often: new Literal('.100ms","data":'),
  raw: new Literal('.raw","data":'),
  together: new Literal('.agg2","data":'),
  none: new Literal('","data":'),
}

/** The name of a channel of one instrument behind its first word: `BTC-PERPETUAL.100ms` or `BTC-PERPETUAL`. */
export class PlainChannel {
  /** Index of the instrument that was named last, whose grids are used; negative when it is not in the table. */
  instrument = -1
  readonly #values: PlaceValues
  #from = 0
  #to = 0

  constructor(values: PlaceValues) {
    this.#values = values
  }

  /**
   * Reads the name from that of the instrument on.
   * @param hasInterval whether an interval must follow it, or nothing may
   * @returns where the data begins, or a refusal
   */
  read(p: number, hasInterval: boolean): number {
    const { bytes, view } = this.#values.numbers
    let end = p
    let byte = bytes[end]!
    while (byte !== POINT && byte !== QUOTE && byte > 32 && byte < 127 && byte !== BACKSLASH) byte = bytes[++end]!
    if (end - p > NAME_MAX) return Refusal.malformed
    this.#from = p
    this.#to = end
    this.instrument = this.#values.symbolIn(p, end)
    if (this.instrument < 0) return Refusal.unknownSymbol
    if (!hasInterval) return L.none.isAt(view, end) ? end + L.none.length : Refusal.malformed
    if (L.often.isAt(view, end)) return end + L.often.length
    if (L.raw.isAt(view, end)) return end + L.raw.length
    return L.together.isAt(view, end) ? end + L.together.length : Refusal.malformed
  }

  /** The position behind a text that opens at `p` and is the instrument's name; or a refusal. */
  named(p: number): number {
    const { bytes, view } = this.#values.numbers
    const length = this.#to - this.#from
    if (length < 4 || bytes[p] !== QUOTE || bytes[p + 1 + length] !== QUOTE) return Refusal.malformed
    return areSame(view, p + 1, this.#from, length) ? p + 2 + length : Refusal.malformed
  }
}
