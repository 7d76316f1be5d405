import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader } from '../wire/field-reader.ts'
import type { FieldTable } from '../wire/field-table.ts'
import type { Literal } from '../wire/literal.ts'
import { BOOK, TRADE } from './frame-fields.ts'
import type { OrderRows } from './order-rows.ts'
import type { TextFields } from './text-fields.ts'
import { UsualBook } from './usual-book.ts'
import { UsualTrade } from './usual-trade.ts'

/** Objects of the list `data` stand at this depth. */
const DEPTH = 2

/**
 * Reads the objects of the list `data` into the slots: books and trades by their usual form, and by the table of their
 * fields where they have another. Returns the position behind the object, or the `Refusal`.
 */
export class ElementReader {
  /** Bits of the fields of the object just read. */
  seen = 0
  /** Fields of it that its table does not know. */
  unknown = 0
  readonly #fields: FieldReader
  readonly #batch: RecordBatch
  readonly #usualBook: UsualBook
  readonly #usualTrade: UsualTrade

  /** @param quotedSymbols symbols between quotes, by index of the instrument */
  constructor(
    fields: FieldReader,
    texts: TextFields,
    rows: OrderRows,
    batch: RecordBatch,
    quotedSymbols: readonly (Literal | undefined)[],
  ) {
    this.#fields = fields
    this.#batch = batch
    this.#usualBook = new UsualBook(fields.numbers, texts, rows)
    this.#usualTrade = new UsualTrade(fields.numbers, quotedSymbols)
  }

  /** Reads by the grids of an instrument from now on. */
  use(instrument: number): void {
    this.#fields.instrument = instrument
    this.#fields.numbers.useGrids(instrument)
  }

  /** An object of any table. */
  object(p: number, table: FieldTable, instrument: number): number {
    const end = this.#fields.message(p, table, DEPTH, instrument)
    this.seen = this.#fields.seen
    this.unknown = this.#fields.unknown
    return end
  }

  /** A book, the only element of its list: nothing stands in the batch before. */
  book(p: number, instrument: number): number {
    this.use(instrument)
    const end = this.#usualBook.read(p)
    if (end < 0) {
      this.#batch.count = 0
      return this.object(p, BOOK, instrument)
    }
    this.seen = this.#usualBook.seen
    this.unknown = 0
    return end
  }

  /** A trade. */
  trade(p: number, instrument: number): number {
    this.use(instrument)
    const end = this.#usualTrade.read(p, instrument)
    if (end < 0) return this.object(p, TRADE, instrument)
    this.seen = this.#usualTrade.seen
    this.unknown = 0
    return end
  }
}
