import { assert } from '../assert.ts'
import { EventRecord, RECORD_F64, RECORD_I32, type RecordSink, Records } from '../market/event-record.ts'
import { CONSUMERS_MAX, ConsumerState, consumerWord, PUBLISHED, RESERVED, type RingMemory } from './ring-memory.ts'

/**
 * The one writer of a ring. A lossless consumer that is a whole ring behind makes it fail fast; lossy ones are overrun.
 *
 *     reserve (nobody may read these slots any more) -> copy -> publish (now they may be read)
 *
 * Only lossy consumers ask what is reserved, so it is told only while there are some. Cursors are published once per
 * call, so write in batches: an atomic store costs as much as copying two records.
 */
export class RingProducer implements RecordSink {
  readonly #ring: RingMemory
  readonly #mask: number
  #published = 0
  /** Records that surely fit before the consumers must be looked at again: never more than a ring beyond `#published`. */
  #roomUntil = 0
  #hasLossy = false

  constructor(ring: RingMemory) {
    this.#ring = ring
    this.#mask = ring.capacity - 1
    this.#published = ring.load(PUBLISHED)
    this.#roomUntil = this.#published
  }

  /** Records published since the ring was made: the sequence of the next one. */
  get published(): number {
    return this.#published
  }

  /** Publishes the records [from, to) at once. False, with nothing written, when a lossless consumer has no room for them. */
  tryAppend(records: Records, from: number, to: number): boolean {
    const end = this.#published + (to - from)
    assert(to - from <= this.#ring.capacity, 'a batch fits the ring', to - from)
    if (end > this.#roomUntil && !this.#hasRoom(end)) return false
    if (this.#hasLossy) this.#ring.store(RESERVED, end)
    const slots = this.#ring.slots
    const start = this.#published & this.#mask
    const first = Math.min(to - from, this.#ring.capacity - start)
    if (to - from === 1) copyOne(slots, start, records, from)
    else {
      slots.copy(records, from, from + first, start)
      if (from + first < to) slots.copy(records, from + first, to, 0)
    }
    this.#published = end
    this.#ring.store(PUBLISHED, end)
    return true
  }

  /** `tryAppend` for a ring without lossless consumers, or one whose owner drains it: a full ring is our mistake. */
  append(records: Records, from: number, to: number): void {
    for (let at = from; at < to; at += this.#ring.capacity) {
      const end = Math.min(to, at + this.#ring.capacity)
      assert(this.tryAppend(records, at, end), 'lossless consumers keep up', this.#published)
    }
  }

  /**
   * Looks at the consumers. A lossy one that comes between two looks starts at or beyond `#published` of the first, and
   * the second is made before the slot that it starts at is written again: so it is known in time.
   */
  #hasRoom(end: number): boolean {
    const ring = this.#ring
    let slowest = this.#published
    this.#hasLossy = false
    for (let consumer = 0; consumer < CONSUMERS_MAX; consumer++) {
      const word = consumerWord(consumer)
      const state = Atomics.load(ring.words, word)
      if (state === ConsumerState.lossless) slowest = Math.min(slowest, ring.load(word + 1))
      else if (state === ConsumerState.lossy) this.#hasLossy = true
    }
    this.#roomUntil = slowest + ring.capacity
    return end <= this.#roomUntil
  }
}

/**
 * One reader of a ring with its own cursor.
 *
 *     while (consumer.next()) use(consumer.record)
 *     consumer.release()
 *
 * A lossless consumer reads in place. A lossy one is handed a copy that was whole when it was taken; when it was overrun,
 * `missed` grows by the records it will never see and it goes on with the oldest that are left. After a miss it must
 * rebuild what it knows from a snapshot. That a torn copy is noticed relies on loads and stores staying in order, as on
 * x86-64; on other processors use lossless consumers between threads.
 */
export class RingConsumer {
  /** The record that `next` moved to, lent until the next call of it. */
  readonly record: EventRecord
  /** Records lost so far, exactly. Always 0 for lossless consumers. */
  missed = 0
  readonly #ring: RingMemory
  readonly #mask: number
  readonly #word: number
  readonly #lossy: boolean
  readonly #copy = new Records(1)
  #cursor = 0
  #known = 0

  /** Takes a free consumer slot of the ring and starts at what is published next. @throws Error when all are taken */
  constructor(ring: RingMemory, mode: 'lossless' | 'lossy') {
    this.#ring = ring
    this.#mask = ring.capacity - 1
    this.#lossy = mode === 'lossy'
    this.#word = takeSlot(ring)
    this.#cursor = ring.load(PUBLISHED)
    this.#known = this.#cursor
    ring.store(this.#word + 1, this.#cursor)
    Atomics.store(ring.words, this.#word, ConsumerState[mode])
    // What was published between the two lines above was not held for us: start behind it.
    this.#cursor = ring.load(PUBLISHED)
    this.#known = this.#cursor
    ring.store(this.#word + 1, this.#cursor)
    this.record = new EventRecord(this.#lossy ? this.#copy : ring.slots)
  }

  /** Sequence of the record that `next` will move to. */
  get cursor(): number {
    return this.#cursor
  }

  /** Which consumer slot this is: its owner can free it with `freeConsumer` after a crash. */
  get slot(): number {
    return this.#word / 16 - 3
  }

  /** Records published and not yet read; for lossy consumers some of them may be lost already. */
  available(): number {
    this.#known = this.#ring.load(PUBLISHED)
    return this.#known - this.#cursor
  }

  /** Moves to the next record. False when there is none. */
  next(): boolean {
    if (this.#cursor >= this.#known && !this.#look()) return false
    if (this.#lossy) return this.#nextLossy()
    this.record.at(this.#cursor & this.#mask)
    this.#cursor++
    return true
  }

  /** Gives what has been read back to the producer. Call it once per batch. */
  release(): void {
    this.#ring.store(this.#word + 1, this.#cursor)
  }

  /** Leaves the ring. */
  close(): void {
    Atomics.store(this.#ring.words, this.#word, ConsumerState.free)
  }

  /** Whether there is more to read than was known. */
  #look(): boolean {
    const ring = this.#ring
    // The producer waits for a lossless consumer, so it is never 2^32 ahead of one: the low word tells all, in one load.
    if (!this.#lossy) this.#known += ring.growth(PUBLISHED, this.#known)
    else if (ring.growth(PUBLISHED, this.#known) !== 0) this.#known = ring.load(PUBLISHED)
    return this.#known > this.#cursor
  }

  #nextLossy(): boolean {
    const { capacity, slots } = this.#ring
    for (;;) {
      copyOne(this.#copy, 0, slots, this.#cursor & this.#mask)
      const oldest = this.#ring.load(RESERVED) - capacity
      if (this.#cursor >= oldest) break
      // Overrun: the copy may be torn. Skip to the oldest slot that nobody writes.
      this.missed += oldest - this.#cursor
      this.#cursor = oldest
      if (this.available() <= 0) return false
    }
    this.record.at(0)
    this.#cursor++
    return true
  }
}

/** Frees the slot of a consumer that died: until then a lossless one would hold the producer up for ever. */
export function freeConsumer(ring: RingMemory, slot: number): void {
  Atomics.store(ring.words, consumerWord(slot), ConsumerState.free)
}

function takeSlot(ring: RingMemory): number {
  for (let consumer = 0; consumer < CONSUMERS_MAX; consumer++) {
    const word = consumerWord(consumer)
    // A slot being set up is neither lossless nor lossy, so the producer passes over it.
    if (Atomics.compareExchange(ring.words, word, ConsumerState.free, -1) === ConsumerState.free) return word
  }
  throw new Error(`the ring has no free consumer slot: at most ${CONSUMERS_MAX} can be attached`)
}

/**
 * Copies one record word by word: for a single one cheaper than a view and `set`. The words that are not numbers go as
 * integers, because a float64 copy may change the bits of what looks like a NaN.
 */
function copyOne(to: Records, slot: number, source: Records, from: number): void {
  const i = slot * RECORD_I32
  const j = from * RECORD_I32
  to.i32[i] = source.i32[j]!
  to.i32[i + 1] = source.i32[j + 1]!
  to.i32[i + 6] = source.i32[j + 6]!
  to.i32[i + 7] = source.i32[j + 7]!
  const a = to.f64
  const b = source.f64
  const f = slot * RECORD_F64
  const g = from * RECORD_F64
  a[f + 1] = b[g + 1]!
  a[f + 2] = b[g + 2]!
  a[f + 4] = b[g + 4]!
  a[f + 5] = b[g + 5]!
  a[f + 6] = b[g + 6]!
  a[f + 7] = b[g + 7]!
}
