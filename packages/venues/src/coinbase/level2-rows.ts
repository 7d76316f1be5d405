import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { F64_LANES, Flag as Flags, RECORD_F64 } from '@velocimex/core/market/event-record'
import { Literal } from '../wire/literal.ts'
import { POW10 } from '../wire/number-reader.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { areSame } from '../wire/same-bytes.ts'
import { Slot as Slots } from './frame-places.ts'
import type { RecordMaker } from './record-maker.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const POWERS = POW10
const RECORD = RECORD_F64
const LANES = F64_LANES
const Refusal = Refusals
const Flag = Flags
const Slot = Slots

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const CLOSE_LIST = 93
const CLOSE = 125
/** The difference of `.` from `0`: what the digits of a whole part end on. */
const POINT = -2
const FOUR_ZEROS = 0x30303030

/** The bytes between the values of a row, exactly as the venue writes them. */
const L = {
  bid: new Literal('{"side":"bid","event_time":'),
  offer: new Literal('{"side":"offer","event_time":'),
  price: new Literal(',"price_level":"'),
  lots: new Literal(',"new_quantity":"'),
}

/**
 * Reads the rows of `l2_data`, written as the venue writes them:
 *
 *     {"side":"bid","event_time":"2026-08-09T21:05:48.210883Z","price_level":"65062.5","new_quantity":"0.00583"},
 *
 * The loop over rows is one function on purpose: a call for each number costs half as much again. Price and quantity share
 * one pass of it, told apart by the lane; a number of more than nine digits is read by `NumberReader`. All rows of a frame
 * have the same instant, as far as we know: its text is recognised and not read again.
 */
export class Level2Rows {
  readonly #values: PlaceValues
  readonly #make: RecordMaker
  #flags = 0
  #instrument = -1
  /** Of the row just read: its side, and where its instant stands with its quotes; the length is 0 before the first row. */
  #isBid = false
  #timeAt = 0
  #timeLength = 0
  /** The first row that is not filled yet. */
  #from = 0

  constructor(values: PlaceValues, make: RecordMaker) {
    this.#values = values
    this.#make = make
  }

  /**
   * Rows from behind the opening bracket of their list up to its closing one, from the first record of the batch on. Any
   * refusal says only that they are not quite so.
   */
  read(p: number, flags: number, instrument: number): number {
    const { numbers } = this.#values
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    const { batch } = this.#make
    const { f64 } = batch
    if (bytes[p] === CLOSE_LIST) return p
    this.#flags = flags
    this.#instrument = instrument
    this.#timeLength = this.#from = 0
    for (let row = 0; ; row++) {
      let lane = row * RECORD + LANES
      p = lane < f64.length ? this.#head(p, row) : Refusal.tooLarge
      if (p < 0) return p
      let missing = priceDecimals
      let step = priceStep
      for (let isPrice = true; ; isPrice = false) {
        const start = p
        let value = 0
        let x = view.getInt32(p, true) ^ FOUR_ZEROS
        if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
          x = Math.imul(x, 0x0a01)
          value = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
          p += 4
        }
        let digit = bytes[p]! - ZERO
        for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) value = (Math.imul(value, 10) + digit) | 0
        let isPlain = p > start && p - start + missing <= 9 && (bytes[start] !== ZERO || p - start === 1)
        if (digit === POINT) {
          digit = bytes[++p]! - ZERO
          if (digit >>> 0 > 9) isPlain = false
          if (missing >= 4) {
            x = view.getInt32(p, true) ^ FOUR_ZEROS
            if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
              x = Math.imul(x, 0x0a01)
              value = (Math.imul(value, 10_000) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
              p += 4
              missing -= 4
              digit = bytes[p]! - ZERO
            }
          }
          for (; missing > 0 && digit >>> 0 <= 9; missing--) {
            value = (Math.imul(value, 10) + digit) | 0
            digit = bytes[++p]! - ZERO
          }
          while (digit === 0) digit = bytes[++p]! - ZERO
        }
        const steps = (missing === 0 ? value : value * POWERS[missing]!) / step
        f64[lane] = steps
        if (!isPlain || bytes[p] !== QUOTE || Math.floor(steps) !== steps) {
          p = numbers.decimal(start, isPrice ? priceDecimals : lotDecimals, step, Slot.levelPrice) - 1
          if (p < 0) return Refusal.malformed
          f64[lane] = numbers.slots[Slot.levelPrice]!
        }
        p++
        if (!isPrice) break
        if (f64[lane] === 0 || !L.lots.isAt(view, p)) return Refusal.malformed
        p += L.lots.length
        lane++
        missing = lotDecimals
        step = lotStep
      }
      if (bytes[p] !== CLOSE) return Refusal.malformed
      if (bytes[++p] !== COMMA) {
        this.#fill(row + 1)
        batch.count = row + 1
        return p
      }
      p++
    }
  }

  /** A row up to its price: its side and its instant. When one of them is another, the rows before it are filled. */
  #head(p: number, row: number): number {
    const { view } = this.#values.numbers
    const isBid = L.bid.isAt(view, p)
    if (!isBid && !L.offer.isAt(view, p)) return Refusal.malformed
    p += isBid ? L.bid.length : L.offer.length
    const isSameTime = this.#timeLength > 0 && areSame(view, p, this.#timeAt, this.#timeLength)
    if (!isSameTime || this.#isBid !== isBid) this.#fill(row)
    this.#isBid = isBid
    if (isSameTime) p += this.#timeLength
    else {
      this.#timeAt = p
      p = this.#values.instant(p, Slot.time)
      if (p < 0) return p
      this.#timeLength = p - this.#timeAt
    }
    return L.price.isAt(view, p) ? p + L.price.length : Refusal.malformed
  }

  /** Fills the records of the rows before `to`, whose prices and quantities stand there already. */
  #fill(to: number): void {
    const from = this.#from
    if (from === to) return
    this.#from = to
    const timeSlot = this.#values.slots[Slot.time] === 0 ? Slot.sent : Slot.time
    this.#make.levels(from, to, this.#isBid ? this.#flags | Flag.bid : this.#flags, this.#instrument, timeSlot)
  }
}
