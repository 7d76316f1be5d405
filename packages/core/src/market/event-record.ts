import { assert } from '../assert.ts'
import type { Micros } from '../clock/micros.ts'
import type { Kind } from './event-kind.ts'

/*
 * One market event, the same 64 bytes in a ring, on disk and in a backtest. Little endian, 8-byte aligned.
 *
 *     0      1       2        4            8              16
 *     +------+-------+--------+------------+--------------+--------------+
 *     | kind | flags | source | instrument |  venue time  | receive time |
 *     +------+-------+--------+------------+--------------+--------------+
 *     24               26               28           32       40       48       56       64
 *     +----------------+----------------+------------+--------+--------+--------+--------+
 *     | venue nanos    | receive nanos  |   extra    | lane 0 | lane 1 | lane 2 | lane 3 |
 *     +----------------+----------------+------------+--------+--------+--------+--------+
 *
 *     kind u8, flags u8, source u16, instrument u32; times float64 whole microseconds since 1970, and the
 *     nanoseconds 0-999 beyond them u16; extra u32; lanes float64. An instant that is not known is 0.
 *
 *     kind            lane 0         lane 1        lane 2              lane 3             extra
 *     clear           update id      reason        -                   -                  -
 *     level           price ticks    lots          update id           order count or 0   -
 *     trade           price ticks    lots          trade id            first trade id     trades in it
 *     quote           bid ticks      bid lots      ask ticks           ask lots           -
 *     order-add       order id       price ticks   lots                -                  -
 *     order-execute   order id       price ticks   lots                trade id           -
 *     order-reduce    order id       -             lots taken away     -                  -
 *     order-delete    order id       -             -                   -                  -
 *     order-replace   order id       price ticks   lots                new order id       -
 *     bar             open ticks     high ticks    low ticks           close ticks        seconds; venue time = open time
 *     bar-volume      lots           trades        taker buy lots      quote volume       seconds; follows its bar
 *     funding         rate * 1e12    next instant  -                   -                  -
 *     mark            mark * 1e8     index * 1e8   settle * 1e8 or 0   -                  -     (quote units, off the grid)
 *     status          MarketStatus   -             -                   -                  -
 *     link            1 up, 0 down   -             -                   -                  -
 *     metrics         spread ticks   mid ticks     microprice ticks    imbalance -1..1    levels of the imbalance; NaN: no book
 *
 * A level with 0 lots removes the price. `order count` 0 means not told. An id that does not fit 2^53 keeps its low
 * 53 bits and sets the flag TRUNCATED_ID.
 */

/** Version of the layout above; rings and tapes carry it, and a reader refuses another. */
export const LAYOUT_VERSION = 1
/** Bytes of one record: one cache line. */
export const RECORD_BYTES = 64
/** Records counted in float64 words and in int32 words, for code that computes its own offsets. */
export const RECORD_F64 = 8
export const RECORD_I32 = 16
/** Largest batch whose view is kept. */
const VIEWS_MAX = 512

/** Float64 words inside a record. */
export const F64_VENUE_TIME = 1
export const F64_RECEIVE_TIME = 2
export const F64_LANES = 4
/** Int32 words inside a record: kind, flags and source share the first; the two nanosecond remainders share another. */
export const I32_HEAD = 0
export const I32_INSTRUMENT = 1
export const I32_NANOS = 6
export const I32_EXTRA = 7

/** Bits of the flags byte. */
export const Flag = {
  /** Part of a full snapshot, not a change. */
  snapshot: 1,
  /** Last record of its message: the book is consistent after it. */
  last: 2,
  /** The level or order is a bid. */
  bid: 4,
  /** The aggressor of the trade bought. */
  aggressorBuy: 8,
  /** Made by us, not sent by the venue. */
  synthetic: 16,
  /** The bar is closed and will not change. */
  closed: 32,
  /** An id did not fit 2^53; its low 53 bits are kept. */
  truncatedId: 64,
  /** The trade sums the executions of one aggressor at one price, and may stand beside the single ones of another stream. */
  aggregate: 128,
} as const

/** A run of 64-byte slots over any buffer: heap, shared or mapped memory, a block of a file. */
export class Records {
  /** Float64 view; record n starts at word 8n. */
  readonly f64: Float64Array
  /** Int32 view; record n starts at word 16n. */
  readonly i32: Int32Array
  /** Byte view; record n starts at byte 64n. */
  readonly bytes: Uint8Array
  /** How many records there is room for. */
  readonly capacity: number
  /** Views of the first records, by how many they are: kept, because a view for each batch would be garbage. */
  readonly #views: (Float64Array | undefined)[] = []

  /**
   * @param buffer memory to lie over, or a capacity in records for fresh heap memory
   * @param byteOffset where record 0 starts; a multiple of 8
   */
  constructor(buffer: ArrayBufferLike | number, byteOffset = 0, capacity?: number) {
    const memory = typeof buffer === 'number' ? new ArrayBuffer(buffer * RECORD_BYTES) : buffer
    this.capacity = capacity ?? Math.floor((memory.byteLength - byteOffset) / RECORD_BYTES)
    assert(byteOffset % 8 === 0, 'records are aligned to 8 bytes', byteOffset)
    this.f64 = new Float64Array(memory, byteOffset, this.capacity * RECORD_F64)
    this.i32 = new Int32Array(memory, byteOffset, this.capacity * RECORD_I32)
    this.bytes = new Uint8Array(memory, byteOffset, this.capacity * RECORD_BYTES)
  }

  /** Copies record `from` of `source` to slot `at`: for single records, faster than `copy`. */
  copyOne(source: Records, from: number, at: number): void {
    const words = source.i32
    const first = from * RECORD_I32
    const target = at * RECORD_I32
    for (let word = 0; word < RECORD_I32; word++) this.i32[target + word] = words[first + word]!
  }

  /** Copies the records [from, to) of `source` to slot `at`. Batches that begin a source leave no garbage but the largest. */
  copy(source: Records, from: number, to: number, at: number): void {
    this.f64.set(source.#view(from, to), at * RECORD_F64)
  }

  #view(from: number, to: number): Float64Array {
    if (from !== 0 || to > VIEWS_MAX) return this.f64.subarray(from * RECORD_F64, to * RECORD_F64)
    this.#views[to] ??= this.f64.subarray(0, to * RECORD_F64)
    return this.#views[to]
  }
}

/** Takes records, in order. Rings, tapes and book builders are sinks; the records are lent for the call only. */
export interface RecordSink {
  append(records: Records, from: number, to: number): void
}

/**
 * Flyweight over one slot: named fields at fixed offsets, no copy, no object per event. Move it with `at`.
 * Whoever is handed one reads it during the call and never keeps it.
 */
export class EventRecord {
  #records: Records
  #f64: Float64Array
  #i32: Int32Array
  #slot = 0
  #f = 0
  #i = 0

  constructor(records: Records) {
    this.#records = records
    this.#f64 = records.f64
    this.#i32 = records.i32
  }

  /** Lies over other memory, at its first slot. */
  wrap(records: Records): this {
    this.#records = records
    this.#f64 = records.f64
    this.#i32 = records.i32
    return this.at(0)
  }

  /** Moves to a slot. */
  at(slot: number): this {
    this.#slot = slot
    this.#f = slot * RECORD_F64
    this.#i = slot * RECORD_I32
    return this
  }

  get records(): Records {
    return this.#records
  }
  get slot(): number {
    return this.#slot
  }
  get kind(): number {
    return this.#i32[this.#i]! & 0xff
  }
  get flags(): number {
    return (this.#i32[this.#i]! >>> 8) & 0xff
  }
  get source(): number {
    return this.#i32[this.#i]! >>> 16
  }
  get instrument(): number {
    return this.#i32[this.#i + I32_INSTRUMENT]!
  }
  /** Venue's instant in microseconds; 0 when it sent none. */
  get venueTime(): Micros {
    return this.#f64[this.#f + F64_VENUE_TIME]! as Micros
  }
  /** Our instant of receipt in microseconds. */
  get receiveTime(): Micros {
    return this.#f64[this.#f + F64_RECEIVE_TIME]! as Micros
  }
  /** Nanoseconds 0-999 beyond `venueTime`. */
  get venueNanos(): number {
    return this.#i32[this.#i + I32_NANOS]! & 0xffff
  }
  /** Nanoseconds 0-999 beyond `receiveTime`. */
  get receiveNanos(): number {
    return this.#i32[this.#i + I32_NANOS]! >>> 16
  }
  get extra(): number {
    return this.#i32[this.#i + I32_EXTRA]! >>> 0
  }
  get lane0(): number {
    return this.#f64[this.#f + F64_LANES]!
  }
  get lane1(): number {
    return this.#f64[this.#f + F64_LANES + 1]!
  }
  get lane2(): number {
    return this.#f64[this.#f + F64_LANES + 2]!
  }
  get lane3(): number {
    return this.#f64[this.#f + F64_LANES + 3]!
  }

  /** Level, trade: price in ticks. Quote: best bid. */
  get price(): number {
    return this.#f64[this.#f + F64_LANES]!
  }
  /** Level, trade: quantity in lots. Quote: lots at the bid. */
  get quantity(): number {
    return this.#f64[this.#f + F64_LANES + 1]!
  }
  get isBid(): boolean {
    return (this.#i32[this.#i]! & (Flag.bid << 8)) !== 0
  }
  get isLast(): boolean {
    return (this.#i32[this.#i]! & (Flag.last << 8)) !== 0
  }
  get isSnapshot(): boolean {
    return (this.#i32[this.#i]! & (Flag.snapshot << 8)) !== 0
  }
  get aggressorBuy(): boolean {
    return (this.#i32[this.#i]! & (Flag.aggressorBuy << 8)) !== 0
  }

  /** Fills the head of the slot and zeroes the rest; the lanes follow with `lanes`. */
  write(kind: Kind, flags: number, source: number, instrument: number, venueTime: number, receiveTime: number): this {
    this.#i32[this.#i] = kind | (flags << 8) | (source << 16)
    this.#i32[this.#i + I32_INSTRUMENT] = instrument
    this.#f64[this.#f + F64_VENUE_TIME] = venueTime
    this.#f64[this.#f + F64_RECEIVE_TIME] = receiveTime
    this.#f64[this.#f + 3] = 0
    return this.lanes(0, 0, 0, 0)
  }

  /** Sets the four lanes. */
  lanes(lane0: number, lane1: number, lane2: number, lane3: number): this {
    const at = this.#f + F64_LANES
    this.#f64[at] = lane0
    this.#f64[at + 1] = lane1
    this.#f64[at + 2] = lane2
    this.#f64[at + 3] = lane3
    return this
  }

  /** Sets the nanosecond remainders, 0-999 each. */
  nanos(venue: number, receive: number): this {
    this.#i32[this.#i + I32_NANOS] = venue | (receive << 16)
    return this
  }

  /** Sets the extra word. */
  withExtra(value: number): this {
    this.#i32[this.#i + I32_EXTRA] = value
    return this
  }

  /** Replaces the flags byte. */
  withFlags(flags: number): this {
    this.#i32[this.#i] = (this.#i32[this.#i]! & ~0xff00) | (flags << 8)
    return this
  }
}
