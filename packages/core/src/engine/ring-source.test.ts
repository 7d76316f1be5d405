import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { RingConsumer, RingProducer } from '../bus/ring.ts'
import { RingMemory } from '../bus/ring-memory.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Records } from '../market/event-record.ts'
import { RingSource } from './ring-source.ts'

const CAPACITY = 8

function makeRing() {
  const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(CAPACITY)), CAPACITY)
  const source = new RingSource(new RingConsumer(ring, 'lossless'))
  const producer = new RingProducer(ring)
  const records = new Records(CAPACITY)
  const record = new EventRecord(records)
  /** Publishes records of some instants; false when there is no room for them. */
  const publish = (...instants: number[]): boolean => {
    for (const [slot, at] of instants.entries()) record.at(slot).write(Kind.trade, 0, 0, 0, at, at)
    return producer.tryAppend(records, 0, instants.length)
  }
  return { source, publish }
}

test('a ring as a source: nothing there is Infinity, until it is looked at again', () => {
  const { source, publish } = makeRing()
  equal(source.at, Number.POSITIVE_INFINITY)
  publish(10, 20)
  source.refresh()
  deepEqual([source.at, source.sequence, source.record.receiveTime], [10, 0, 10])
  source.advance()
  deepEqual([source.at, source.sequence, source.record.receiveTime], [20, 1, 20])
  source.advance()
  equal(source.at, Number.POSITIVE_INFINITY)
  publish(30)
  source.refresh()
  deepEqual([source.at, source.sequence], [30, 2])
})

test('a record that is older than the one before comes at the same instant', () => {
  const { source, publish } = makeRing()
  publish(10, 7)
  source.refresh()
  source.advance()
  deepEqual([source.at, source.record.receiveTime], [10, 7])
})

test('P-28 the record at hand is not written over, and what was passed makes room', () => {
  const { source, publish } = makeRing()
  equal(publish(1, 2, 3, 4, 5, 6, 7, 8), true)
  source.refresh()
  equal(publish(9), false, 'the record at hand still lies in the ring')
  for (let at = 2; at <= 8; at++) source.advance()
  equal(source.record.receiveTime, 8)
  source.advance()
  equal(source.at, Number.POSITIVE_INFINITY)
  equal(publish(9, 10, 11, 12, 13, 14, 15, 16), true, 'all were given back when there was nothing more')
})
