// Sends every record of one ring back through another, spinning: the far side of the ring benchmark.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { Records } from '@velocimex/core/market/event-record'

const attach = (buffer: SharedArrayBuffer): RingMemory => {
  const ring = RingMemory.attach(buffer)
  if (!ring.ok) throw new Error(ring.reason)
  return ring.value
}
const consumer = new RingConsumer(attach(workerData.there), 'lossless')
const producer = new RingProducer(attach(workerData.back))
const records = new Records(1)
parentPort!.postMessage('attached')
for (let seen = 0; seen < workerData.count; ) {
  if (!consumer.next()) continue
  records.copy(consumer.record.records, consumer.record.slot, consumer.record.slot + 1, 0)
  consumer.release()
  producer.tryAppend(records, 0, 1)
  seen++
}
