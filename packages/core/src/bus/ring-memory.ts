import { assert } from '../assert.ts'
import { LAYOUT_VERSION, RECORD_BYTES, Records } from '../market/event-record.ts'
import { ok, type Result, refuse } from '../result.ts'

/*
 * A ring in memory. Every cursor has a cache line of its own, so that sides do not slow each other down.
 *
 *     byte 0      magic  layout  capacity  table bytes                          u32 each
 *          64     producer: reserved                                            a counter
 *         128     producer: published                                           a counter
 *         192     consumer 0: state, counter     256  consumer 1 ...            CONSUMERS_MAX of them
 *         ...     instrument table (UTF-8 JSON), padded to 64
 *         ...     slots: capacity * 64 bytes
 *
 * A counter counts records since the ring was made, beyond 2^32. It is three int32 words: high, low, high again. The
 * writer stores them in this order and the reader loads them in the opposite one, so equal highs prove that the low
 * belongs to them. Atomics on float64 or without allocation on 64 bits do not exist in JavaScript.
 */

const MAGIC = 0x52584d56
/** Consumers that can be attached at once. */
export const CONSUMERS_MAX = 14
const LINE = 16
const FIXED_BYTES = 64 * (3 + CONSUMERS_MAX)

/** What a consumer slot of the ring is. */
export const ConsumerState = { free: 0, lossless: 1, lossy: 2 } as const

/** Why memory is not a ring that this code can use, in order of precedence. */
export type NotARing = 'too_small' | 'not_a_ring' | 'other_layout' | 'wrong_size'

/** Index of a counter's first word among the ring's int32 words. */
export const RESERVED = LINE
/** See `RESERVED`. */
export const PUBLISHED = 2 * LINE
/** Index of the state word of a consumer; its counter follows it. */
export const consumerWord = (consumer: number): number => (3 + consumer) * LINE

/** Memory laid out as a ring, over heap, shared or mapped memory. Producers and consumers are made over it. */
export class RingMemory {
  readonly buffer: ArrayBufferLike
  readonly words: Int32Array
  readonly slots: Records
  readonly capacity: number
  /** The instrument table as it was given when the ring was made. */
  readonly table: Uint8Array

  private constructor(buffer: ArrayBufferLike, capacity: number, tableBytes: number) {
    const slotsAt = FIXED_BYTES + pad(tableBytes)
    this.buffer = buffer
    this.capacity = capacity
    this.words = new Int32Array(buffer, 0, FIXED_BYTES / 4)
    this.table = new Uint8Array(buffer, FIXED_BYTES, tableBytes)
    this.slots = new Records(buffer, slotsAt, capacity)
  }

  /** Bytes that a ring needs. @param capacity records, a power of two */
  static bytes(capacity: number, tableBytes = 0): number {
    return FIXED_BYTES + pad(tableBytes) + capacity * RECORD_BYTES
  }

  /** Lays a fresh ring over memory that is all zero. */
  static create(buffer: ArrayBufferLike, capacity: number, table: Uint8Array = new Uint8Array(0)): RingMemory {
    assert(
      capacity >= 2 && capacity <= 2 ** 26 && (capacity & (capacity - 1)) === 0,
      'capacity is a power of two',
      capacity,
    )
    assert(
      buffer.byteLength >= RingMemory.bytes(capacity, table.length),
      'the memory holds the ring',
      buffer.byteLength,
    )
    const ring = new RingMemory(buffer, capacity, table.length)
    ring.table.set(table)
    ring.words[1] = LAYOUT_VERSION
    ring.words[2] = capacity
    ring.words[3] = table.length
    Atomics.store(ring.words, 0, MAGIC)
    return ring
  }

  /** Finds the ring that somebody laid over this memory. */
  static attach(buffer: ArrayBufferLike): Result<RingMemory, NotARing> {
    if (buffer.byteLength < FIXED_BYTES) return refuse('too_small')
    const words = new Int32Array(buffer, 0, 4)
    if (Atomics.load(words, 0) !== MAGIC) return refuse('not_a_ring')
    if (words[1] !== LAYOUT_VERSION) return refuse('other_layout')
    const capacity = words[2]!
    const tableBytes = words[3]!
    const sane = capacity >= 2 && capacity <= 2 ** 26 && (capacity & (capacity - 1)) === 0 && tableBytes >= 0
    if (!sane || buffer.byteLength < RingMemory.bytes(capacity, tableBytes)) return refuse('wrong_size')
    return ok(new RingMemory(buffer, capacity, tableBytes))
  }

  /** By how much a counter has grown from a value that it had, modulo 2^32: one load, for those who wait. */
  growth(at: number, from: number): number {
    return (Atomics.load(this.words, at + 1) - from) >>> 0
  }

  /** Reads a counter that another thread or process writes. */
  load(at: number): number {
    for (;;) {
      const highAfter = Atomics.load(this.words, at + 2)
      const low = Atomics.load(this.words, at + 1)
      const high = Atomics.load(this.words, at)
      if (high === highAfter) return high * 0x1_0000_0000 + (low >>> 0)
    }
  }

  /** Writes a counter; only its owner does. */
  store(at: number, value: number): void {
    const high = Math.floor(value / 0x1_0000_0000)
    if (this.words[at] === high) {
      Atomics.store(this.words, at + 1, value | 0)
      return
    }
    Atomics.store(this.words, at, high)
    Atomics.store(this.words, at + 1, value | 0)
    Atomics.store(this.words, at + 2, high)
  }
}

const pad = (bytes: number): number => (bytes + 63) & ~63
