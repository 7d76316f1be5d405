import { assert } from '../assert.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'

/** What a drain handed over, and what the consumer did not see one by one. */
export interface Drained {
  /** Records handed over. */
  readonly records: number
  /** Records since the last drain that a newer one replaced. */
  readonly folded: number
  /** Trades and bars since the last drain that found no room: lost to this consumer. */
  readonly lost: number
  /** What waited did not fit: the books of this consumer mean nothing until `restart` and a whole book of each. */
  readonly overrun: boolean
}

/**
 * Stands between a feed and a slow consumer. Levels wait by instrument, side and price; quotes, marks, funding and
 * links by instrument; statuses by instrument and status: of each the newest. A clear drops the levels of its instrument
 * that wait. Trades, bars and single orders are never folded: they wait in a bounded row, and those that find it full
 * are counted as lost. Memory is fixed. Behind a drain between two messages the consumer's book equals the feed's:
 * clears come first, levels in no promised order, the last level of each instrument with the flag `last`.
 */
export class Conflation implements RecordSink {
  readonly #kept: Records
  readonly #row: Records
  readonly #old: EventRecord
  readonly #new: EventRecord
  /** Slot + 1 of a key, 0 for none; open addressing, at most half full. */
  readonly #table: Int32Array
  readonly #isDead: Uint8Array
  #count = 0
  #waiting = 0
  #folded = 0
  #lost = 0
  #overrun = false

  /** @param slots keyed records that may wait, at most 2^20 @param rowSlots trades and bars that may wait */
  constructor(slots: number, rowSlots: number) {
    assert(slots > 0 && slots <= 1 << 20 && rowSlots > 0, 'room is 1 to 2^20', slots)
    this.#kept = new Records(slots)
    this.#row = new Records(rowSlots)
    this.#old = new EventRecord(this.#kept)
    this.#new = new EventRecord(this.#kept)
    this.#table = new Int32Array(2 << Math.ceil(Math.log2(slots + 1)))
    this.#isDead = new Uint8Array(slots)
  }

  /** Whether a drain would hand over anything, or tell of a loss. */
  get hasNews(): boolean {
    return this.#count + this.#waiting + this.#lost > 0 || this.#overrun
  }

  append(records: Records, from: number, to: number): void {
    this.#new.wrap(records)
    for (let slot = from; slot < to; slot++) {
      const { kind } = this.#new.at(slot)
      if (kind === Kind.trade || (kind >= Kind.orderAdd && kind <= Kind.barVolume)) this.#wait(records, slot)
      else if (this.#overrun) this.#folded++
      else this.#keep(records, slot)
    }
  }

  /** Hands over all that waits, and forgets it. */
  drain(sink: RecordSink): Drained {
    const before = this.#waiting
    let handed = this.#waiting
    if (!this.#overrun) handed += this.#drainKept(sink)
    if (before > 0) sink.append(this.#row, 0, before)
    const drained = { records: handed, folded: this.#folded, lost: this.#lost, overrun: this.#overrun }
    this.#waiting = this.#folded = this.#lost = 0
    this.#empty()
    return drained
  }

  /** Begins anew behind an overrun; the caller clears the consumer's books, then appends each book whole. */
  restart(): void {
    this.#overrun = false
    this.#empty()
  }

  #empty(): void {
    this.#table.fill(0)
    this.#isDead.fill(0, 0, this.#count)
    this.#count = 0
  }

  #wait(records: Records, slot: number): void {
    if (this.#waiting === this.#row.capacity) this.#lost++
    else this.#row.copyOne(records, slot, this.#waiting++)
  }

  #keep(records: Records, slot: number): void {
    const record = this.#new
    if (record.kind === Kind.clear) this.#dropLevels(record.instrument)
    let at = this.#hash(record)
    const mask = this.#table.length - 1
    for (; this.#table[at] !== 0; at = (at + 1) & mask) if (this.#isSame(this.#table[at]! - 1)) break
    const found = this.#table[at]!
    if (found === 0 && this.#count === this.#kept.capacity) {
      this.#overrun = true
      this.#folded += this.#count + 1
      this.#empty()
      return
    }
    const to = found === 0 ? this.#count++ : found - 1
    if (found !== 0 && this.#isDead[to] === 0) this.#folded++
    this.#table[at] = to + 1
    this.#isDead[to] = 0
    this.#kept.copyOne(records, slot, to)
    if (record.kind === Kind.level) this.#old.at(to).withFlags(record.flags & ~Flag.last)
  }

  #dropLevels(instrument: number): void {
    for (let slot = 0; slot < this.#count; slot++) {
      const old = this.#old.at(slot)
      if (old.kind !== Kind.level || old.instrument !== instrument || this.#isDead[slot] === 1) continue
      this.#isDead[slot] = 1
      this.#folded++
    }
  }

  #hash(record: EventRecord): number {
    const { kind, instrument } = record
    const place = kind === Kind.level || kind === Kind.status ? record.lane0 : 0
    const word = Math.imul(instrument, 0x9e3779b1) ^ Math.imul(place | 0, 0x85ebca6b) ^ (kind << 1) ^ +record.isBid
    return Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) & (this.#table.length - 1)
  }

  /** Whether a kept slot has the key of the new record. */
  #isSame(slot: number): boolean {
    const old = this.#old.at(slot)
    const record = this.#new
    if (old.kind !== record.kind || old.instrument !== record.instrument) return false
    if (record.kind === Kind.status) return old.lane0 === record.lane0
    return record.kind !== Kind.level || (old.lane0 === record.lane0 && old.isBid === record.isBid)
  }

  #drainKept(sink: RecordSink): number {
    const ended = new Set<number>()
    for (let slot = this.#count - 1; slot >= 0; slot--) {
      const old = this.#old.at(slot)
      if (old.kind !== Kind.level || this.#isDead[slot] === 1 || ended.has(old.instrument)) continue
      ended.add(old.instrument)
      old.withFlags(old.flags | Flag.last)
    }
    let handed = 0
    for (const isClear of [true, false])
      for (let slot = 0; slot < this.#count; slot++) {
        if (this.#isDead[slot] === 1 || (this.#old.at(slot).kind === Kind.clear) !== isClear) continue
        sink.append(this.#kept, slot, slot + 1)
        handed++
      }
    return handed
  }
}
