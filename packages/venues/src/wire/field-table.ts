import { assert } from '@velocimex/core/assert'
import { Literal } from './literal.ts'
import { NameTable } from './name-table.ts'

/** How the value of a field is read, and what it leaves in its slot. */
export const FieldType = {
  /** Any well-formed value; leaves nothing. The field may occur more than once. */
  skip: 0,
  /** A whole number 0..2^53-1 without sign, fraction and exponent. */
  int: 1,
  /** An instant in milliseconds or microseconds; leaves microseconds. */
  time: 2,
  /** Decimal text on the price grid of the instrument; leaves ticks. Positive. */
  price: 3,
  /** Decimal text on the quantity grid; leaves lots. May be zero. */
  lots: 4,
  /** `[["price","quantity"], ...]`: puts levels into the batch; leaves the first record, and in the next slot the end. */
  levels: 5,
  /** `true` (1) or `false` (0). */
  bool: 6,
  /** The venue's name of the instrument: must be in the table, and the one that is expected if one is. */
  symbol: 7,
  /** A text that must be the table's `name`. */
  name: 8,
  /** A text; leaves 1 when it is the table's `word`, 0 otherwise. */
  word: 9,
  /** Decimal text; leaves steps of 1e-8. */
  fixed8: 10,
  /** Decimal text with or without a minus; leaves steps of 1e-12. Empty text leaves NaN. */
  fixed12: 11,
  /** Decimal text; leaves the nearest float64. For sums that lie on no grid. */
  float: 12,
  /** The length of a bar, `1m`; leaves seconds. */
  interval: 13,
  /** An object that is read by the table's `inner`. */
  object: 14,
  /** Any well-formed value; leaves its position. That it occurs twice is left to the caller; see `FieldReader.repeated`. */
  place: 15,
  /** A field that would make it another message. */
  never: 16,
  /** As `price`, but it may be zero; empty text leaves 0. For the best price of a side that may be empty. */
  priceOrNone: 17,
  /** As `lots`; empty text leaves 0. */
  lotsOrNone: 18,
  /** Decimal text; leaves steps of 1e-8. Empty text leaves 0. */
  fixed8OrNone: 19,
  /** An instant as the digits of a text; leaves microseconds. Empty text leaves 0. */
  timeText: 20,
  /** A text that is the table's `word` (leaves 1) or its `otherWord` (0), and nothing else. */
  either: 21,
  /** A number or a UUID in a text; leaves its low 53 bits, and in the next slot 1 when it has more. */
  textId: 22,
  /** An array of objects that are read by the table's `inner`, each handed to `FieldReader.elements`. */
  list: 23,
  /** The first of the eight types that a venue may define for itself; see `OwnFields`. */
  own: 24,
} as const
/** A number of `FieldType`. */
export type FieldType = (typeof FieldType)[keyof typeof FieldType] | 25 | 26 | 27 | 28 | 29 | 30 | 31

/** Reads the fields whose types a venue defines for itself. */
export interface OwnFields {
  /**
   * Reads the value at `p` and leaves what it means in the slot.
   * @param type above `FieldType.own`, 0..7
   * @returns the position behind the value, or a `Refusal`
   */
  read(p: number, type: number, slot: number): number
}

/** One field of a message: its key, type, slot (0 for types that leave nothing), and whether it may be absent. */
export type FieldRow = readonly [key: string, type: FieldType, slot?: number, absence?: 'optional']

/** What some types of a table compare with or read by. */
export interface FieldTexts {
  readonly name?: string
  readonly word?: string
  readonly otherWord?: string
  readonly inner?: FieldTable
}

/**
 * The fields of one kind of message. Each is a word of bits: its number among the fields that may occur but once (0 for
 * the others), its type, its slot.
 *
 *     bit 0-4 number    5-9 type    10-15 slot    16 always set, so that no field is 0
 */
export class FieldTable {
  /** Words of the fields whose keys are one ASCII letter, by the letter; 0 where there is none. */
  readonly byLetter = new Int32Array(256)
  /** Numbers in `others`, by key, of the fields whose keys are longer. */
  readonly byName: NameTable
  /** Words of these fields; number 0 is a key that is not known. */
  readonly others: Int32Array
  /** Their keys with quotes and colon, as they stand in a frame without blanks. */
  readonly keys: readonly (Literal | undefined)[]
  /**
   * Which of them came behind each when they came last: a guess that spares a look-up, for a venue sends its fields in the
   * same order nearly always. Behind 0 comes the first of an object.
   */
  readonly following: Int32Array
  /** Bits of the numbers of the fields that must be there. */
  readonly needed: number
  readonly name: Literal | undefined
  readonly word: Literal | undefined
  readonly otherWord: Literal | undefined
  readonly inner: FieldTable | undefined
  readonly #numbers = new Map<string, number>()

  constructor(rows: readonly FieldRow[], texts: FieldTexts = {}) {
    const others: [key: string, word: number][] = []
    let count = 0
    let needed = 0
    for (const [key, type, slot = 0, absence] of rows) {
      const number = type === FieldType.skip ? 0 : ++count
      assert(number < 32 && slot < 64, 'a table has fewer than 32 fields and 64 slots', key)
      const word = number | (type << 5) | (slot << 10) | (1 << 16)
      if (key.length === 1) this.byLetter[key.charCodeAt(0)] = word
      else others.push([key, word])
      this.#numbers.set(key, number)
      if (number > 0 && absence === undefined && type !== FieldType.never) needed |= 1 << number
    }
    this.byName = new NameTable(others.map(([key], at) => [key, at + 1]))
    this.others = Int32Array.of(0, ...others.map(([, word]) => word))
    this.keys = [undefined, ...others.map(([key]) => new Literal(`"${key}":`))]
    this.following = new Int32Array(others.length + 1)
    this.needed = needed
    this.name = texts.name === undefined ? undefined : new Literal(`"${texts.name}"`)
    this.word = texts.word === undefined ? undefined : new Literal(`"${texts.word}"`)
    this.otherWord = texts.otherWord === undefined ? undefined : new Literal(`"${texts.otherWord}"`)
    this.inner = texts.inner
  }

  /** Bit by which `FieldReader.seen` tells that a field was there. */
  bit(key: string): number {
    const number = this.#numbers.get(key) ?? 0
    assert(number > 0, 'the field is in the table and counted', key)
    return 1 << number
  }
}
