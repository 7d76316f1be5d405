import {
  F64_LANES,
  F64_RECEIVE_TIME,
  F64_VENUE_TIME,
  I32_EXTRA,
  I32_INSTRUMENT,
  I32_NANOS,
  Kind,
  RECORD_F64,
  RECORD_I32,
} from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { makeWideReader, POW10 } from './wide-reader.ts'

const QUOTE = 34
const POINT = 46
const PRICE = 0
const LOTS = 1

/** Source number, instants and the nanoseconds of the frame being read; set by the codec before it reads. */
export interface FrameStamp {
  source: number
  venueTime: number
  venueNanos: number
  receivedAt: number
  receivedNanos: number
}

/** Reads arrays of `["price","quantity"]` rows into level records. */
export interface LevelReader {
  /** Sets the grids of the rows. */
  grids(instrument: Instrument): true
  /** Sets what the heads of the records will carry. */
  head(instrument: number, flags: number, updateId: number): true
  /** Reads the array that starts at a position. Returns the position behind it; -1 when it is anything else. */
  read(from: number, sideFlag: number): number
}

// tidy: long because it holds the row loop below.
/** Makes a reader of level rows that appends to a batch. */
export function makeLevelReader(bytes: Uint8Array, view: DataView, batch: RecordBatch, stamp: FrameStamp): LevelReader {
  const { f64, i32, capacity } = batch
  const slots = new Float64Array(2)
  const head = new Float64Array(3) // Head word, instrument, update id: doubles in a closure variable would be boxed.
  const wide = makeWideReader(bytes, slots)
  let priceDecimals = 0
  let priceStep = 1
  let lotDecimals = 0
  let lotStep = 1

  function onSteps(step: number, slot: number): boolean {
    const steps = slots[slot]! / step
    slots[slot] = steps
    return Number.isInteger(steps)
  }

  // tidy: long because a call per number costs half as much again as the whole loop.
  function read(from: number, sideFlag: number): number {
    let p = from
    const pd = priceDecimals
    const qd = lotDecimals
    if (bytes[p++] !== 91) return -1
    if (bytes[p] === 93) {
      p++
      return p
    }
    const word = head[0]! | (sideFlag << 8)
    const instrument = head[1]!
    const updateId = head[2]!
    const { venueTime, receivedAt } = stamp
    const nanos = stamp.venueNanos | (stamp.receivedNanos << 16)
    let row = batch.count
    for (;;) {
      if (row >= capacity || bytes[p] !== 91 || bytes[p + 1] !== QUOTE) return -1
      p += 2
      // Price. The four digits at once are tested as digits before they count.
      let start = p
      let price = 0
      let missing = pd
      let x = view.getInt32(p, true)
      if ((((x & 0xf0f0f0f0) ^ 0x30303030) | (((x + 0x06060606) & 0xf0f0f0f0) ^ 0x30303030)) === 0) {
        x &= 0x0f0f0f0f
        x = (Math.imul(x, 10) + (x >>> 8)) & 0x00ff00ff
        price = Math.imul(x & 255, 100) + (x >>> 16)
        p += 4
      }
      let digit = bytes[p]! - 48
      while (digit >>> 0 <= 9) {
        price = (Math.imul(price, 10) + digit) | 0
        digit = bytes[++p]! - 48
      }
      let big = p === start || p - start + pd > 9
      if (big) {
        p = wide(start, pd, PRICE)
        if (p < 0) return -1
      } else {
        if (digit === POINT - 48) {
          digit = bytes[++p]! - 48
          if (digit >>> 0 > 9) return -1
          while (missing > 0 && digit >>> 0 <= 9) {
            price = (Math.imul(price, 10) + digit) | 0
            digit = bytes[++p]! - 48
            missing--
          }
          if (digit === 0) {
            if (view.getInt32(p, true) === 0x30303030) p += 4
            digit = bytes[p]! - 48
            while (digit === 0) digit = bytes[++p]! - 48
          }
        }
        if (bytes[p++] !== QUOTE) return -1
        slots[PRICE] = missing === 0 ? price : price * POW10[missing]!
      }
      if (bytes[p] !== 44 || bytes[p + 1] !== QUOTE) return -1
      p += 2
      // Quantity.
      start = p
      let lots = 0
      missing = qd
      digit = bytes[p]! - 48
      while (digit >>> 0 <= 9) {
        lots = (Math.imul(lots, 10) + digit) | 0
        digit = bytes[++p]! - 48
      }
      big = p === start || p - start + qd > 9
      if (big) {
        p = wide(start, qd, LOTS)
        if (p < 0) return -1
      } else {
        if (digit === POINT - 48) {
          digit = bytes[++p]! - 48
          if (digit >>> 0 > 9) return -1
          if (missing >= 4) {
            x = view.getInt32(p, true)
            if ((((x & 0xf0f0f0f0) ^ 0x30303030) | (((x + 0x06060606) & 0xf0f0f0f0) ^ 0x30303030)) === 0) {
              x &= 0x0f0f0f0f
              x = (Math.imul(x, 10) + (x >>> 8)) & 0x00ff00ff
              lots = (Math.imul(lots, 10000) + Math.imul(x & 255, 100) + (x >>> 16)) | 0
              p += 4
              missing -= 4
              digit = bytes[p]! - 48
            }
          }
          while (missing > 0 && digit >>> 0 <= 9) {
            lots = (Math.imul(lots, 10) + digit) | 0
            digit = bytes[++p]! - 48
            missing--
          }
          while (digit === 0) digit = bytes[++p]! - 48
        }
        if (bytes[p++] !== QUOTE) return -1
        slots[LOTS] = missing === 0 ? lots : lots * POW10[missing]!
      }
      if (bytes[p] !== 93) return -1
      if (
        (priceStep !== 1 && !onSteps(priceStep, PRICE)) ||
        (lotStep !== 1 && !onSteps(lotStep, LOTS)) ||
        slots[PRICE] === 0
      )
        return -1
      const f = row * RECORD_F64
      const i = row * RECORD_I32
      i32[i] = word
      i32[i + I32_INSTRUMENT] = instrument
      f64[f + F64_VENUE_TIME] = venueTime
      f64[f + F64_RECEIVE_TIME] = receivedAt
      i32[i + I32_NANOS] = nanos
      i32[i + I32_EXTRA] = 0
      f64[f + F64_LANES] = slots[PRICE]!
      f64[f + F64_LANES + 1] = slots[LOTS]!
      f64[f + F64_LANES + 2] = updateId
      f64[f + F64_LANES + 3] = 0
      row++
      p += 2
      const next = bytes[p - 1]
      if (next === 44) continue
      batch.count = row
      return next === 93 ? p : -1
    }
  }

  return {
    grids(instrument) {
      priceDecimals = instrument.price.decimals
      priceStep = instrument.price.step
      lotDecimals = instrument.quantity.decimals
      lotStep = instrument.quantity.step
      return true
    },
    head(instrument, flags, updateId) {
      head[0] = Kind.level | (flags << 8) | (stamp.source << 16)
      head[1] = instrument
      head[2] = updateId
      return true
    },
    read,
  }
}
