import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { Literal } from '../wire/literal.ts'
import { NameTable } from '../wire/name-table.ts'
import { PlaceTable } from '../wire/place-table.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { readBool } from '../wire/text-fields.ts'
import { PARAMS, Slot } from './frame-places.ts'
import { priceIndexOf } from './price-index.ts'

const CHANNEL = new Literal('"platform_state"')
const P = { channel: PARAMS.place('channel'), data: PARAMS.place('data') }
const DATA = new PlaceTable(48, ['maintenance', 'price_index', 'locked'])
const D = { maintenance: DATA.place('maintenance'), index: DATA.place('price_index'), locked: DATA.place('locked') }
const DATA_DEPTH = 2
const EVERYBODY = -1

/**
 * Reads the locks of the platform: `{"price_index":"btc_usd","locked":true}` halts every instrument of the index, and
 * `{"maintenance":true}` all of them. That a lock is lifted says only that it is: an instrument may be closed all the
 * same, so it is told by the answer about that instrument, and not by this.
 *
 * Source: deribit v2, "platform_state".
 */
export class PlatformState {
  /** The last instrument that was told; -1 for none. */
  instrument = -1
  readonly #values: PlaceValues
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #names: NameTable
  /** Number of the index of each instrument of the venue by its own; -1 for those of others. */
  readonly #indices: Int32Array

  constructor(values: PlaceValues, venue: string, table: InstrumentTable, batch: RecordBatch, writer: RecordWriter) {
    this.#values = values
    this.#batch = batch
    this.#writer = writer
    const names = table.all.map(each => (each.venue === venue ? priceIndexOf(each.symbol) : ''))
    const known = [...new Set(names)].filter(name => name !== '')
    this.#names = new NameTable(known.map((name, at) => [name, at]))
    this.#indices = Int32Array.from(names, name => known.indexOf(name))
  }

  /** Whether the notification whose parameters lie in the places is one of this channel. */
  get isTold(): boolean {
    const { places, numbers } = this.#values
    const p = places.at[P.channel]!
    return p > 0 && CHANNEL.isAt(numbers.view, p)
  }

  /** Reads it into the batch: `status`, `control` when nothing is halted, or a refusal. */
  read(): number {
    const { places, slots } = this.#values
    const { at } = places
    this.instrument = -1
    if (at[P.data] === 0) return Refusal.missingField
    const end = places.object(at[P.data]!, DATA, DATA_DEPTH)
    if (end < 0) return end
    const index = at[D.maintenance] === 0 ? this.#index(at[D.index]!) : EVERYBODY
    if (index < EVERYBODY) return index - EVERYBODY
    const isHalt = this.#isTrue(at[D.maintenance] === 0 ? at[D.locked]! : at[D.maintenance]!)
    if (isHalt < 0) return isHalt
    slots[Slot.state] = MarketStatus.halted
    return isHalt === 0 ? FrameKind.control : this.#halt(index)
  }

  /** Number of the index that a text names, or one that no instrument has; or a refusal less one, below `EVERYBODY`. */
  #index(p: number): number {
    const end = this.#values.textEnd(p)
    if (end < 0) return end + EVERYBODY
    const found = this.#names.find(this.#values.numbers.view, p + 1, end)
    return found < 0 ? this.#indices.length : found
  }

  /** 1 or 0; or a refusal. */
  #isTrue(p: number): number {
    if (p === 0) return Refusal.missingField
    const end = readBool(this.#values.numbers, p, Slot.state)
    return end < 0 ? end : this.#values.slots[Slot.state]!
  }

  #halt(index: number): number {
    const indices = this.#indices
    for (let instrument = 0; instrument < indices.length; instrument++) {
      const own = indices[instrument]!
      if (own < 0 || (index !== EVERYBODY && own !== index)) continue
      if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
      this.#writer.append(Kind.status, 0, instrument, Slot.zero, 0, Slot.state)
      this.instrument = instrument
    }
    return this.#batch.count === 0 ? FrameKind.control : FrameKind.status
  }
}
