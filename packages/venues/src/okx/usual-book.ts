import { Literal } from '../wire/literal.ts'
import { NOT_USUAL } from '../wire/not-usual.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import { usualInstant } from '../wire/usual-instant.ts'
import { BOOK, Slot as Slots } from './frame-fields.ts'
import type { OrderRows } from './order-rows.ts'
import type { TextFields } from './text-fields.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Slot = Slots

const QUOTE = 34
const CLOSE = 125
const ASKS = new Literal('{"asks":')
const BIDS = new Literal(',"bids":')
const TIME = new Literal(',"ts":"')
const CHECKSUM = new Literal(',"checksum":')
const PREVIOUS = new Literal(',"prevSeqId":')
const SEQUENCE = new Literal(',"seqId":')

const ALWAYS = BOOK.bit('asks') | BOOK.bit('bids') | BOOK.bit('ts')
const HAS_CHECKSUM = BOOK.bit('checksum')
const HAS_PREVIOUS = BOOK.bit('prevSeqId')
const HAS_SEQUENCE = BOOK.bit('seqId')

/**
 * Reads the data of a book that are written as the venue has always written them: no blanks, first the sides and the
 * instant, then what proves the book in the years that have it. What differs from that is `NOT_USUAL` and left to the
 * reader of all fields. Keys are compared by words and not looked up.
 */
export class UsualBook {
  /** Bits of `BOOK` of the fields that the book just read has. */
  seen = 0
  readonly #numbers: NumberReader
  readonly #texts: TextFields
  readonly #rows: OrderRows

  constructor(numbers: NumberReader, texts: TextFields, rows: OrderRows) {
    this.#numbers = numbers
    this.#texts = texts
    this.#rows = rows
  }

  /** `{"asks":[...],"bids":[...],"ts":"1","checksum":1,"prevSeqId":1,"seqId":1}`. The grids of its instrument are in use. */
  read(p: number): number {
    const { bytes, view, slots } = this.#numbers
    const rows = this.#rows
    if (!ASKS.isAt(view, p)) return NOT_USUAL
    slots[Slot.asks] = rows.count
    p = rows.read(p + ASKS.length)
    slots[Slot.bids] = slots[Slot.asks + 1] = rows.count
    if (p < 0 || !BIDS.isAt(view, p)) return NOT_USUAL
    p = rows.read(p + BIDS.length)
    slots[Slot.bids + 1] = rows.count
    if (p < 0 || !TIME.isAt(view, p)) return NOT_USUAL
    p = usualInstant(this.#numbers, p + TIME.length, Slot.time)
    if (bytes[p++] !== QUOTE) return NOT_USUAL
    let seen = ALWAYS
    if (CHECKSUM.isAt(view, p)) {
      seen |= HAS_CHECKSUM
      p = this.#texts.signed(p + CHECKSUM.length, Slot.checksum)
      if (p < 0) return NOT_USUAL
    }
    if (PREVIOUS.isAt(view, p)) {
      seen |= HAS_PREVIOUS
      p = this.#texts.signed(p + PREVIOUS.length, Slot.previous)
      if (p < 0) return NOT_USUAL
    }
    if (SEQUENCE.isAt(view, p)) {
      seen |= HAS_SEQUENCE
      p = this.#numbers.int(p + SEQUENCE.length, Slot.last)
      if (p < 0) return NOT_USUAL
    }
    this.seen = seen
    return bytes[p] === CLOSE ? p + 1 : NOT_USUAL
  }
}
