import { Refusal } from '@velocimex/core/feed/market-codec'
import { FieldTable, FieldType, type OwnFields } from './field-table.ts'
import { skipBlanks, skipValue } from './json-walk.ts'
import type { LevelReader } from './level-reader.ts'
import type { Literal } from './literal.ts'
import type { NameTable } from './name-table.ts'
import type { NumberReader } from './number-reader.ts'
import { plainEnd, readBool, readText, toMicros } from './text-fields.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125
/** `"x":` as a little-endian word, with the letter cut out. */
const LETTER_KEY = 0x3a220022

/**
 * What is asked for at every field, as constants of this module: the compiler folds these into the code, but looks an
 * imported binding up at each use (measured: a quarter of the time of a short message).
 */
const { skip: SKIP, time: TIME, price: PRICE, lots: LOTS, bool: BOOL, symbol: SYMBOL } = FieldType

const SYMBOL_ONLY = new FieldTable([['s', FieldType.symbol]])

/** Names that a reader compares or looks up. */
export interface FieldNames {
  /** Index of each instrument by the venue's own symbol. */
  readonly symbols: NameTable
  /** The same symbols between quotes, by index; undefined for those of other venues. */
  readonly quotedSymbols: readonly (Literal | undefined)[]
  /** Seconds of each length of a bar. */
  readonly intervals: NameTable
  /** Reader of the fields whose types the venue defines for itself. */
  readonly own?: OwnFields
}

/** Takes the objects of a list one by one; their numbers stand in the slots. */
export interface ListElements {
  /** Returns 0, or a refusal. */
  element(): number
}

/**
 * Reads the objects of a frame by tables of their fields. Keys may come in any order and with any blanks, and unknown
 * fields are stepped over; but a key that is known counts once, values must have the type of the table, and every byte is
 * tested. Numbers land in `slots`, levels in the batch; positions are returned, or a `Refusal`.
 *
 * Keys and texts that are compared must be written plainly: one with an escape is refused, because the same name in other
 * bytes would be taken for another name. The strings that are stepped over may contain any.
 */
export class FieldReader {
  readonly numbers: NumberReader
  readonly slots: Float64Array
  /** Instrument by whose grids prices are read; -1 while it is not known. A `symbol` field must agree, or tells it. */
  instrument = -1
  /** Bits of the fields of the object just read; see `FieldTable.optional`. */
  seen = 0
  /** Bits of the fields of the last object inside it. */
  innerSeen = 0
  /** Bits of the `place` fields that occurred twice since `message` was called: only its caller knows whether they matter. */
  repeated = 0
  /** Fields stepped over since `message` was called. */
  unknown = 0
  /** Who takes the elements of `list` fields. */
  elements: ListElements | undefined
  readonly #levels: LevelReader
  readonly #names: FieldNames
  #symbolAt = 0
  #symbolDepth = 0
  /** Word and number of the key just read. */
  #code = 0
  #number = 0

  constructor(numbers: NumberReader, levels: LevelReader, names: FieldNames) {
    this.numbers = numbers
    this.slots = numbers.slots
    this.#levels = levels
    this.#names = names
  }

  /**
   * An object from its opening brace to behind its closing one, that holds a `symbol` field unless the instrument is known.
   * @param instrument -1 when the symbol is to tell it
   */
  message(p: number, table: FieldTable, depth: number, instrument: number): number {
    this.instrument = instrument
    if (instrument >= 0) this.numbers.useGrids(instrument)
    this.#symbolAt = p
    this.#symbolDepth = depth
    this.unknown = 0
    this.repeated = 0
    return this.object(p, table, depth)
  }

  /** An object, from its opening brace to behind its closing one. @param depth at which it stands */
  object(p: number, table: FieldTable, depth: number): number {
    const { numbers, slots } = this
    const { bytes, view } = numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    let seen = 0
    let next = bytes[++p] === QUOTE ? COMMA : bytes[(p = skipBlanks(bytes, p))]
    if (next === CLOSE) p++
    else next = COMMA
    let key = 0
    while (next === COMMA) {
      const letterKey = view.getInt32(p, true)
      let code = (letterKey & 0xffff00ff) === LETTER_KEY ? table.byLetter[(letterKey >>> 8) & 0xff]! : 0
      if (code !== 0) p += 4
      else {
        const guess = table.following[key]!
        if (guess > 0 && table.keys[guess]!.isAt(view, p)) {
          p += table.keys[guess]!.length
          code = table.others[guess]!
          key = guess
        } else {
          p = this.#key(p, table, key)
          if (p < 0) return p
          code = this.#code
          key = this.#number
        }
      }
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      const bit = 1 << (code & 31)
      const type = (code >>> 5) & 31
      const slot = (code >>> 10) & 63
      if ((seen & bit & -2) !== 0 && !this.#mayRepeat(type, bit)) return Refusal.missingField
      seen |= bit
      const start = p
      if (type <= TIME) {
        p = type === SKIP ? skipValue(bytes, p, depth + 1) : numbers.int(p, slot)
        if (type === TIME && !toMicros(slots, slot)) return Refusal.badNumber
      } else if (type <= LOTS) {
        if (bytes[p] !== QUOTE) return Refusal.malformed
        if (this.instrument < 0 && this.#findSymbol() < 0) return this.#findSymbol()
        const isPrice = type === PRICE
        p = numbers.onGrid(p + 1, isPrice, slot)
        if (isPrice && p >= 0 && slots[slot] === 0) return Refusal.badNumber
      } else if (type === BOOL) p = readBool(this.numbers, p, slot)
      else if (type === SYMBOL) p = this.#symbol(p)
      else p = this.#other(p, type, slot, table, depth)
      if (p < 0) return p
      next = bytes[p++]
      if (next !== COMMA && next !== CLOSE) {
        p = skipBlanks(bytes, p - 1)
        next = bytes[p++]
        // What is read as 1 of 1.5 or 1e5 is no whole number.
        if (next !== COMMA && next !== CLOSE && type <= TIME) return numbers.noInt(start)
      }
    }
    if (next !== CLOSE) return Refusal.malformed
    this.seen = seen
    return (seen & table.needed) === table.needed ? p : Refusal.missingField
  }

  #mayRepeat(type: number, bit: number): boolean {
    this.repeated |= bit
    return type === FieldType.place
  }

  #other(p: number, type: number, slot: number, table: FieldTable, depth: number): number {
    const { bytes, view } = this.numbers
    if (type >= FieldType.own) return this.#names.own!.read(p, type - FieldType.own, slot)
    switch (type) {
      case FieldType.levels:
        return this.#rows(p, slot)
      case FieldType.name:
        return table.name!.isAt(view, p) ? p + table.name!.length : Refusal.malformed
      case FieldType.word:
        return this.#word(p, table.word!, slot)
      case FieldType.interval:
        return this.#interval(p, slot)
      case FieldType.object: {
        const end = this.object(p, table.inner!, depth + 1)
        this.innerSeen = this.seen
        return end
      }
      case FieldType.list:
        return this.#list(p, table.inner!, depth + 1)
      case FieldType.place:
        this.slots[slot] = p
        return skipValue(bytes, p, depth + 1)
      case FieldType.never:
        return Refusal.malformed
    }
    if (type === FieldType.either) return this.#either(p, table, slot)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const isOnGrid = type === FieldType.priceOrNone || type === FieldType.lotsOrNone
    if (isOnGrid && this.instrument < 0 && this.#findSymbol() < 0) return this.#findSymbol()
    return readText(this.numbers, p + 1, type, slot)
  }

  #either(p: number, table: FieldTable, slot: number): number {
    const { view } = this.numbers
    const isWord = table.word!.isAt(view, p)
    if (!isWord && !table.otherWord!.isAt(view, p)) return Refusal.malformed
    this.slots[slot] = isWord ? 1 : 0
    return p + (isWord ? table.word! : table.otherWord!).length
  }

  /** A key that is not one letter between plain quotes, with the blanks around it and its colon. Sets `#code` and `#number`. */
  #key(p: number, table: FieldTable, before: number): number {
    const { bytes, view } = this.numbers
    if (bytes[p] !== QUOTE) p = skipBlanks(bytes, p)
    const from = p + 1
    let to = from
    let byte = bytes[to]!
    // What is plain ASCII up to the quote is passed at once; anything else is walked with care.
    while (byte >= 32 && byte < 128 && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++to]!
    if (byte !== QUOTE || bytes[p] !== QUOTE) {
      to = plainEnd(bytes, p)
      if (to < 0) return to
    }
    const letter = to - from === 1 ? table.byLetter[bytes[from]!]! : 0
    const number = letter !== 0 ? 0 : Math.max(0, table.byName.find(view, from, to))
    this.#code = letter !== 0 ? letter : table.others[number]!
    this.#number = number > 0 ? number : before
    if (number > 0) table.following[before] = number
    if (this.#code === 0) this.unknown++
    if (bytes[to + 1] === COLON) return to + 2
    p = skipBlanks(bytes, to + 1)
    return bytes[p] === COLON ? p + 1 : Refusal.malformed
  }

  #symbol(p: number): number {
    const { bytes, view } = this.numbers
    const { symbols, quotedSymbols } = this.#names
    const known = this.instrument
    if (known >= 0) {
      const expected = quotedSymbols[known]
      if (expected !== undefined) return expected.isAt(view, p) ? p + expected.length : Refusal.malformed
    }
    const end = plainEnd(bytes, p)
    if (end < 0) return end
    this.instrument = symbols.find(view, p + 1, end)
    if (this.instrument < 0) return Refusal.unknownSymbol
    if (known >= 0 && this.instrument !== known) return Refusal.malformed
    this.numbers.useGrids(this.instrument)
    return end + 1
  }

  /** Finds the symbol of a message in which a price comes before it. Returns a refusal, or what is not one. */
  #findSymbol(): number {
    const { unknown, seen } = this
    const end = this.object(this.#symbolAt, SYMBOL_ONLY, this.#symbolDepth)
    this.unknown = unknown
    this.seen = seen
    return end
  }

  /** Rows of one side; leaves in its slot which record of the batch is their first, and in the next the one behind. */
  #rows(p: number, slot: number): number {
    if (this.instrument < 0) {
      const found = this.#findSymbol()
      if (found < 0) return found
    }
    this.slots[slot] = this.#levels.count
    const end = this.#levels.read(p)
    this.slots[slot + 1] = this.#levels.count
    return end
  }

  #list(p: number, table: FieldTable, depth: number): number {
    const { bytes } = this.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE_LIST) return p + 1
    for (;;) {
      p = this.object(p, table, depth + 1)
      if (p < 0) return p
      const fault = this.elements!.element()
      if (fault < 0) return fault
      p = skipBlanks(bytes, p)
      const next = bytes[p]
      if (next === CLOSE_LIST) return p + 1
      if (next !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  #word(p: number, word: Literal, slot: number): number {
    const end = plainEnd(this.numbers.bytes, p)
    this.slots[slot] = word.isAt(this.numbers.view, p) ? 1 : 0
    return end < 0 ? end : end + 1
  }

  #interval(p: number, slot: number): number {
    const { bytes, view } = this.numbers
    const end = plainEnd(bytes, p)
    if (end < 0) return end
    const seconds = this.#names.intervals.find(view, p + 1, end)
    this.slots[slot] = seconds
    return seconds < 0 ? Refusal.malformed : end + 1
  }
}
