// Sends every record of one ring back through another, spinning or polling: the far side of the ring benchmark.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'

const attach = (buffer: SharedArrayBuffer): RingMemory => {
  const ring = RingMemory.attach(buffer)
  if (!ring.ok) throw new Error(ring.reason)
  return ring.value
}
const consumer = new RingConsumer(attach(workerData.there), 'lossless')
const producer = new RingProducer(attach(workerData.back))
let seen = 0

/** Sends back what has come; answers whether that was all. */
function echo(): boolean {
  while (seen < workerData.count && consumer.next()) {
    producer.tryAppend(consumer.record.records, consumer.record.slot, consumer.record.slot + 1)
    consumer.release()
    seen++
  }
  return seen === workerData.count
}
const poll = (): unknown => echo() || setImmediate(poll)
parentPort!.postMessage('attached')
if (workerData.waiting === 'poll') poll()
else while (!echo());
