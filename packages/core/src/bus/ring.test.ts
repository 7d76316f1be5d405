import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Records } from '../market/event-record.ts'
import { freeConsumer, RingConsumer, RingProducer } from './ring.ts'
import { CONSUMERS_MAX, PUBLISHED, RESERVED, RingMemory } from './ring-memory.ts'

const makeRing = (capacity: number): RingMemory =>
  RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(capacity)), capacity)

/** A batch whose records all tell their own sequence in every lane. */
function batch(from: number, count: number): Records {
  const records = new Records(Math.max(1, count))
  const record = new EventRecord(records)
  for (let at = 0; at < count; at++) {
    const n = from + at
    record
      .at(at)
      .write(Kind.trade, 0, n % 1000, n % 7, n, n)
      .lanes(n, n + 0.5, n, -n)
      .withExtra(0x7ff00000 + (n % 5))
  }
  return records
}

const sequenceOf = (record: EventRecord): number => {
  const n = record.lane0
  deepEqual(
    [record.lane1, record.lane2, record.lane3, record.venueTime, record.extra],
    [n + 0.5, n, -n, n, 0x7ff00000 + (n % 5)],
  )
  return n
}

test('P-28 any interleaving of writing and reading keeps the sequence whole, lossless and lossy', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('write' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ do: fc.constantFrom('lossless' as const, 'lossy' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ do: fc.constant('release' as const), count: fc.constant(0) }),
  )
  fc.assert(
    fc.property(fc.constantFrom(8, 16), fc.array(step, { maxLength: 200, size: 'max' }), (capacity, steps) => {
      const ring = makeRing(capacity)
      const producer = new RingProducer(ring)
      const lossless = new RingConsumer(ring, 'lossless')
      const lossy = new RingConsumer(ring, 'lossy')
      let written = 0
      let released = 0
      let read = 0
      let seen = 0
      for (const { do: what, count } of steps) {
        if (what === 'write') {
          const fits = written + count - released <= capacity
          equal(producer.tryAppend(batch(written, count), 0, count), fits)
          if (fits) written += count
        } else if (what === 'release') {
          lossless.release()
          released = read
        } else if (what === 'lossless') {
          for (let turn = 0; turn < count && lossless.next(); turn++) equal(sequenceOf(lossless.record), read++)
          equal(lossless.available(), written - read)
        } else {
          for (let turn = 0; turn < count && lossy.next(); turn++)
            equal(sequenceOf(lossy.record), lossy.missed + seen++)
        }
      }
      while (lossy.next()) equal(sequenceOf(lossy.record), lossy.missed + seen++)
      equal(lossy.missed + seen, written, 'what was not seen was counted as missed')
    }),
    { numRuns: 500 },
  )
})

test('P-28 lossy consumers that come and go at any time see or miss every record from where they came', () => {
  const step = fc.record({
    do: fc.constantFrom('write', 'write', 'write', 'read', 'come', 'go'),
    count: fc.integer({ min: 1, max: 8 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), fc.boolean(), (steps, again) => {
      const ring = makeRing(8)
      let producer = new RingProducer(ring)
      const readers: { consumer: RingConsumer; next: number }[] = []
      let written = 0
      for (const { do: what, count } of steps) {
        const at = count % Math.max(1, readers.length)
        if (what === 'write') {
          producer.append(batch(written, count), 0, count)
          written += count
        } else if (what === 'come') {
          if (again) producer = new RingProducer(ring) // Whoever writes may have been started again.
          if (readers.length < 3) readers.push({ consumer: new RingConsumer(ring, 'lossy'), next: written })
        } else if (what === 'go') for (const { consumer } of readers.splice(at, 1)) consumer.close()
        else
          for (const each of readers.slice(at, at + 1))
            for (let turn = 0; turn < count; turn++) {
              const before = each.consumer.missed
              if (!each.consumer.next()) break
              each.next += each.consumer.missed - before
              equal(sequenceOf(each.consumer.record), each.next++)
            }
      }
    }),
    { numRuns: 500 },
  )
})

test('counters go beyond 2^32 without a wrong step', () => {
  const ring = makeRing(8)
  const start = 2 ** 32 - 5
  for (const at of [RESERVED, PUBLISHED]) {
    ring.store(at, start)
    equal(ring.load(at), start)
  }
  const producer = new RingProducer(ring)
  const consumer = new RingConsumer(ring, 'lossless')
  for (let n = start; n < start + 20; n += 4) {
    ok(producer.tryAppend(batch(n, 4), 0, 4))
    for (let k = n; k < n + 4; k++) {
      ok(consumer.next())
      equal(sequenceOf(consumer.record), k)
    }
    consumer.release()
  }
  equal(ring.load(PUBLISHED), start + 20)
})

test('a dead lossless consumer holds the producer up until its slot is freed', () => {
  const ring = makeRing(8)
  const producer = new RingProducer(ring)
  const dead = new RingConsumer(ring, 'lossless')
  ok(producer.tryAppend(batch(0, 8), 0, 8))
  equal(producer.tryAppend(batch(8, 1), 0, 1), false)
  throws(() => producer.append(batch(8, 1), 0, 1), /lossless consumers keep up/)
  freeConsumer(ring, dead.slot)
  ok(producer.tryAppend(batch(8, 1), 0, 1))
})

test('memory that is no ring is refused, and consumer slots run out with words', () => {
  const attach = (change: (words: Int32Array) => void): unknown => {
    const ring = makeRing(8)
    change(ring.words)
    const again = RingMemory.attach(ring.buffer)
    return again.ok ? again.value.capacity : again.reason
  }
  equal(
    attach(() => {}),
    8,
  )
  equal(
    attach(words => words.fill(0, 0, 1)),
    'not_a_ring',
  )
  equal(
    attach(words => words.fill(99, 1, 2)),
    'other_layout',
  )
  equal(
    attach(words => words.fill(2 ** 20, 2, 3)),
    'wrong_size',
  )
  equal(
    attach(words => words.fill(-1, 3, 4)),
    'wrong_size',
  )
  equal(RingMemory.attach(new ArrayBuffer(16)).ok, false)
  const ring = makeRing(8)
  for (let consumer = 0; consumer < CONSUMERS_MAX; consumer++) new RingConsumer(ring, 'lossy')
  throws(() => new RingConsumer(ring, 'lossy'), /no free consumer slot/)
})

test('a ring carries its instrument table', () => {
  const table = Uint8Array.from([1, 2, 3])
  const buffer = new ArrayBuffer(RingMemory.bytes(8, 3))
  RingMemory.create(buffer, 8, table)
  const again = RingMemory.attach(buffer)
  deepEqual([...(again.ok ? again.value.table : [])], [1, 2, 3])
})
