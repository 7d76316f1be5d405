import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipBlanks } from '../wire/json-walk.ts'
import type { NumberReader } from '../wire/number-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const RECORD = RECORD_F64
const LANES = F64_LANES

const QUOTE = 34
const COMMA = 44
const OPEN = 91
const CLOSE = 93
/** Slots of the numbers of a row. */
const PRICE = 60
const LOTS = 61
const UNUSED = 62
const ORDERS = 63

/**
 * Reads `[["price","quantity","0","orders"], ...]` into lanes 0, 1 and 3 of the records of a batch: ticks, lots, the
 * number of orders. The third cell is dead: any whole number is passed over. The rest of the records is filled when all
 * fields of the message are known.
 */
export class OrderRows {
  /** Where in the frame the digits of each record's price begin, and behind them those of its quantity: two to a record. */
  readonly digitsAt: Int32Array
  /** The number of orders at each level, by record. */
  readonly orders: Float64Array
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch

  constructor(numbers: NumberReader, batch: RecordBatch) {
    this.#numbers = numbers
    this.#batch = batch
    this.digitsAt = new Int32Array(batch.capacity * 2)
    this.orders = new Float64Array(batch.capacity)
  }

  /** Records in the batch. */
  get count(): number {
    return this.#batch.count
  }

  /** An array of rows, from its opening bracket to behind its closing one, appended to the batch. */
  read(p: number): number {
    const { bytes } = this.#numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE) return p + 1
    for (;;) {
      p = this.#row(p)
      if (p < 0) return p
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      const next = bytes[p]
      if (next === CLOSE) return p + 1
      if (next !== COMMA) return Refusal.malformed
      p++
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    }
  }

  #row(p: number): number {
    const numbers = this.#numbers
    const { bytes, slots } = numbers
    const batch = this.#batch
    const row = batch.count
    if (bytes[p] !== OPEN) return Refusal.malformed
    if (row >= batch.capacity) return Refusal.tooLarge
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    this.digitsAt[row * 2] = p + 1
    p = this.#cell(numbers.onGrid(p + 1, true, PRICE))
    if (p < 0) return p
    if (slots[PRICE] === 0) return Refusal.badNumber
    this.digitsAt[row * 2 + 1] = p
    p = this.#cell(numbers.onGrid(p, false, LOTS))
    if (p < 0) return p
    p = this.#cell(this.#whole(p, UNUSED))
    if (p < 0) return p
    p = this.#whole(p, ORDERS)
    if (p < 0) return p
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] !== CLOSE) return Refusal.malformed
    const lane = row * RECORD + LANES
    batch.f64[lane] = slots[PRICE]!
    batch.f64[lane + 1] = slots[LOTS]!
    this.orders[row] = slots[ORDERS]!
    batch.count = row + 1
    return p + 1
  }

  /** The comma and the opening quote between two cells; `p` may be a refusal. */
  #cell(p: number): number {
    if (p < 0) return p
    const { bytes } = this.#numbers
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] !== COMMA) return Refusal.malformed
    p++
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    return bytes[p] === QUOTE ? p + 1 : Refusal.malformed
  }

  /** A whole number and the quote behind it. */
  #whole(p: number, slot: number): number {
    const { bytes, slots } = this.#numbers
    const digit = bytes[p]! - 48
    if (digit >>> 0 <= 9 && bytes[p + 1] === QUOTE) {
      slots[slot] = digit
      return p + 2
    }
    p = this.#numbers.int(p, slot)
    if (p < 0) return p
    return bytes[p] === QUOTE ? p + 1 : Refusal.badNumber
  }
}
