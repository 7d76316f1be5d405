import {
  EventRecord,
  F64_RECEIVE_TIME,
  I32_INSTRUMENT,
  RECORD_F64,
  RECORD_I32,
  Records,
} from '../market/event-record.ts'
import type { TapeBlock } from './tape-format.ts'

/** Blocks of one tape, wherever they lie. */
export interface BlockSource {
  readonly blocks: readonly TapeBlock[]
  /** Reads block `at` into memory that has room for it, checked. Returns its record count. @throws Error when it is damaged */
  read(at: number, into: Records): number
}

/** One tape of a replay. */
export interface ReplayPart {
  readonly source: BlockSource
  /** Index in the replay's table by the tape's own index; absent when they are the same. */
  readonly remap?: Int32Array
}

/**
 * Reads tapes one behind the other as if they happened: one block in memory, however long they are. The record is
 * always one ahead: look at `at`, use `record`, then `advance`.
 *
 * Instants never go back: a receive time earlier than the one before counts as equal to it, since clocks of recorders
 * are set back now and then.
 */
export class Replay {
  readonly record: EventRecord
  /** Position over all tapes: 0, 1, 2, ... */
  sequence = -1
  /** Receive time of the present record in microseconds; Infinity behind the last. */
  at = Number.NEGATIVE_INFINITY
  readonly #parts: readonly ReplayPart[]
  readonly #block: Records
  #part = 0
  #next = 0
  #slot = -1
  #count = 0

  /** @param blockRecords most records of one block */
  constructor(parts: readonly ReplayPart[], blockRecords: number) {
    this.#parts = parts
    this.#block = new Records(blockRecords)
    this.record = new EventRecord(this.#block)
    this.advance()
  }

  /** Moves to the next record. */
  advance(): void {
    if (++this.#slot >= this.#count && !this.#load()) {
      this.at = Number.POSITIVE_INFINITY
      return
    }
    this.sequence++
    this.record.at(this.#slot)
    const at = this.#block.f64[this.#slot * RECORD_F64 + F64_RECEIVE_TIME]!
    if (at > this.at) this.at = at
  }

  /** Loads the next block that has records. */
  #load(): boolean {
    for (;;) {
      const part = this.#parts[this.#part]
      if (part === undefined) return false
      if (this.#next >= part.source.blocks.length) {
        this.#part++
        this.#next = 0
        continue
      }
      this.#count = part.source.read(this.#next++, this.#block)
      this.#slot = 0
      if (part.remap !== undefined) this.#renumber(part.remap)
      if (this.#count > 0) return true
    }
  }

  #renumber(remap: Int32Array): void {
    const { i32 } = this.#block
    for (let slot = 0; slot < this.#count; slot++) {
      const at = slot * RECORD_I32 + I32_INSTRUMENT
      i32[at] = remap[i32[at]!]!
    }
  }
}
