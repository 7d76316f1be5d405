import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipBlanks } from '../wire/json-walk.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { Lanes, Slot } from './frame-fields.ts'
import type { TextFields } from './text-fields.ts'

const QUOTE = 34
const COMMA = 44
const OPEN = 91
const CLOSE = 93

/**
 * Reads the nine cells of a bar, `["ts","o","h","l","c","vol","volCcy","volCcyQuote","confirm"]`, into two records. The
 * volume is counted in lots, the value traded is the eighth cell; how many trades there were is not told.
 */
export class CandleReader {
  readonly #texts: TextFields
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter

  constructor(texts: TextFields, numbers: NumberReader, batch: RecordBatch, writer: RecordWriter) {
    this.#texts = texts
    this.#numbers = numbers
    this.#batch = batch
    this.#writer = writer
  }

  /** A row, from its opening bracket to behind its closing one. @param seconds length of the bar */
  read(p: number, instrument: number, seconds: number): number {
    const { bytes, slots } = this.#numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = this.#texts.time(skipBlanks(bytes, p + 1), Slot.opened)
    for (let slot = Slot.open as number; slot <= Slot.close; slot++) {
      p = this.#cell(p)
      if (p < 0) return p
      p = this.#numbers.onGrid(p, true, slot)
      if (p >= 0 && slots[slot] === 0) return Refusal.badNumber
    }
    p = this.#cell(p)
    if (p >= 0) p = this.#numbers.onGrid(p, false, Slot.volume)
    p = this.#cell(p)
    if (p >= 0) p = this.#numbers.float(p, Slot.quoteVolume) // The volume in coin, of which nothing is kept.
    p = this.#cell(p)
    if (p >= 0) p = this.#numbers.float(p, Slot.quoteVolume)
    p = this.#cell(p)
    if (p >= 0) p = this.#texts.int(p - 1, Slot.closed)
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    if (bytes[p] !== CLOSE) return Refusal.malformed
    if (slots[Slot.closed]! > 1) return Refusal.badNumber
    if (this.#batch.count + 2 > this.#batch.capacity) return Refusal.tooLarge
    const flags = slots[Slot.closed] === 1 ? Flag.closed : 0
    this.#writer.append(Kind.bar, flags, instrument, Slot.opened, seconds, Lanes.bar)
    this.#writer.append(Kind.barVolume, flags, instrument, Slot.zero, seconds, Lanes.barVolume)
    return p + 1
  }

  /** The comma and the opening quote between two cells; `p` may be a refusal. */
  #cell(p: number): number {
    if (p < 0) return p
    const { bytes } = this.#numbers
    p = skipBlanks(bytes, p)
    if (bytes[p] !== COMMA) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    return bytes[p] === QUOTE ? p + 1 : Refusal.malformed
  }
}
