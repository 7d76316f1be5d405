import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader } from '../wire/field-reader.ts'
import { NameTable } from '../wire/name-table.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { STATE_NAMES } from './channels.ts'
import { INSTRUMENT, Lanes, Slot } from './frame-fields.ts'
import { findName, NO_NAME } from './plain-name.ts'

/** States by name, as numbers of `MarketStatus`. */
const STATES = new NameTable(
  Object.entries(STATE_NAMES).flatMap(([status, names]) =>
    names.map(name => [name, MarketStatus[status as keyof typeof STATE_NAMES]] as const),
  ),
)

/** Reads the states of instruments from their definitions. Instruments that are not followed are passed over. */
export class InstrumentStates {
  readonly #fields: FieldReader
  readonly #symbols: NameTable
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  #last = -1

  constructor(fields: FieldReader, symbols: NameTable, batch: RecordBatch, writer: RecordWriter) {
    this.#fields = fields
    this.#symbols = symbols
    this.#batch = batch
    this.#writer = writer
  }

  /** One definition; the end of it, or a refusal. Leaves the last instrument that is followed. */
  read(p: number, depth: number): number {
    const fields = this.#fields
    const { slots } = fields
    if (this.#batch.count === 0) this.#last = -1
    const end = fields.message(p, INSTRUMENT, depth, -1)
    fields.instrument = this.#last
    if (end < 0) return end
    if (fields.repeated !== 0) return Refusal.missingField
    const instrument = findName(fields.numbers, slots[Slot.instIdAt]!, this.#symbols)
    const status = findName(fields.numbers, slots[Slot.stateAt]!, STATES)
    if (instrument === NO_NAME || status === NO_NAME) return Refusal.malformed
    if (instrument < 0) return end
    if (status < 0) return Refusal.unknownKind
    if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
    slots[Slot.status] = status
    this.#writer.append(Kind.status, 0, instrument, Slot.zero, 0, Lanes.status)
    this.#last = fields.instrument = instrument
    return end
  }
}
