import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { EventRecord, Kind, Records } from '@velocimex/core/market/event-record'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'ring'

const CAPACITY = 1 << 14
const ROUND_TRIPS = 20_000

/** Measures a ring within one thread and between two, and a MessagePort for comparison. */
export async function run(): Promise<BenchRow[]> {
  const single = throughput(1)
  const batched = throughput(64)
  const spinning = await pingPong('spin')
  const port = await messagePort()
  return [
    {
      question: 'write and read, one record a call',
      ours: 1e3 / single,
      unit: 'M records/s',
      target: '>= 9 M/s',
      met: 1e3 / single >= 9,
    },
    {
      question: 'write and read, 64 records a call',
      ours: 1e3 / batched,
      unit: 'M records/s',
      target: '>= 30 M/s',
      met: 1e3 / batched >= 30,
    },
    {
      question: 'one way between threads, spinning',
      ours: spinning,
      unit: 'us',
      peer: 'MessagePort',
      peerValue: port,
      ratio: port / spinning,
      target: '<= 0.5 us',
      met: spinning <= 0.5,
    },
  ]
}

function throughput(batch: number): number {
  const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(CAPACITY)), CAPACITY)
  const producer = new RingProducer(ring)
  const consumer = new RingConsumer(ring, 'lossless')
  const records = new Records(batch)
  new EventRecord(records).write(Kind.trade, 0, 0, 0, 1, 1).lanes(1, 2, 3, 4)
  const count = 2_000_000
  let sum = 0
  const samples = interleave({
    ours: {
      count,
      work: () => {
        for (let sent = 0; sent < count; sent += batch) {
          producer.tryAppend(records, 0, batch)
          while (consumer.next()) sum += consumer.record.lane1
          consumer.release()
        }
      },
    },
  })
  if (sum === 0) throw new Error('nothing came through')
  return median(samples.ours)
}

/** Half a round trip between two threads, each with a ring to the other. */
async function pingPong(mode: string): Promise<number> {
  const rings = [0, 1].map(() => RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(1024)), 1024)) as [
    RingMemory,
    RingMemory,
  ]
  const back = new RingConsumer(rings[1], 'lossless')
  const worker = new Worker(new URL('./echo-worker.ts', import.meta.url), {
    workerData: { there: rings[0].buffer, back: rings[1].buffer, count: ROUND_TRIPS * 4, mode },
  })
  await once(worker, 'message')
  const producer = new RingProducer(rings[0])
  const records = new Records(1)
  new EventRecord(records).write(Kind.trade, 0, 0, 0, 1, 1)
  const trips: number[] = []
  for (let part = 0; part < 4; part++) {
    const start = process.hrtime.bigint()
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      producer.tryAppend(records, 0, 1)
      while (!back.next());
      back.release()
    }
    trips.push(Number(process.hrtime.bigint() - start) / ROUND_TRIPS / 2000)
  }
  await worker.terminate()
  return median(trips)
}

async function messagePort(): Promise<number> {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(
    `const { workerData } = require('node:worker_threads'); workerData.port.on('message', m => workerData.port.postMessage(m))`,
    { eval: true, workerData: { port: port2 }, transferList: [port2] },
  )
  await once(worker, 'online')
  const count = 2000
  const start = process.hrtime.bigint()
  for (let trip = 0; trip < count; trip++) {
    port1.postMessage(trip)
    await once(port1, 'message')
  }
  const nanos = Number(process.hrtime.bigint() - start) / count / 2
  port1.close()
  await worker.terminate()
  return nanos / 1000
}
