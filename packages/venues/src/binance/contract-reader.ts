import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { FieldReader } from '../wire/field-reader.ts'
import type { NameTable } from '../wire/name-table.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { plainEnd } from '../wire/text-fields.ts'
import { contractStates } from './contract-status.ts'
import { CONTRACT, Lanes, Slot } from './frame-fields.ts'

const NO_NAME = -2

/**
 * Reads `contractInfo` of USD-M: the state of one contract. The stream is that of all contracts, so one that is not in the
 * table is passed over; a state that is not known is refused.
 */
export class ContractReader {
  /** Position behind the message just read. */
  end = 0
  readonly #fields: FieldReader
  readonly #symbols: NameTable
  readonly #writer: RecordWriter
  readonly #states = contractStates('usdm')

  constructor(fields: FieldReader, symbols: NameTable, writer: RecordWriter) {
    this.#fields = fields
    this.#symbols = symbols
    this.#writer = writer
  }

  /** The message whose brace opens at `p`: `status`, `control`, or a refusal. */
  read(p: number, depth: number): number {
    const fields = this.#fields
    const { slots } = fields
    this.end = fields.message(p, CONTRACT, depth, -1)
    if (this.end < 0) return this.end
    if (fields.repeated !== 0) return Refusal.missingField
    const instrument = this.#find(slots[Slot.symbolAt]!, this.#symbols)
    const state = this.#find(slots[Slot.stateAt]!, this.#states)
    if (instrument === NO_NAME || state === NO_NAME) return Refusal.malformed
    if (instrument < 0) return FrameKind.control
    if (state < 0) return Refusal.unknownKind
    slots[Slot.state] = state
    fields.instrument = instrument
    this.#writer.append(Kind.status, Flag.last, instrument, Slot.event, 0, Lanes.status)
    return FrameKind.status
  }

  /** Number of the text at `p` among names; -1 when it is none of them, `NO_NAME` when it is no plainly written text. */
  #find(p: number, names: NameTable): number {
    const { bytes, view } = this.#fields.numbers
    const end = plainEnd(bytes, p)
    return end < 0 ? NO_NAME : names.find(view, p + 1, end)
  }
}
