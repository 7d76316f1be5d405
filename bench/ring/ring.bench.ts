import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Records } from '@velocimex/core/market/event-record'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'ring'

const CAPACITY = 1 << 14
/** Round trips of one sample, and samples: short ones, so that most of them meet no other program on their core. */
const TRIPS = 50
const SAMPLES = 2000
const WARM_SAMPLES = 400

/** Measures a ring within one thread and between two, and a MessagePort for comparison. */
export async function run(): Promise<BenchRow[]> {
  const single = await throughput(1)
  const batched = await throughput(64)
  const spinning = await pingPong('spin')
  const polling = await pingPong('poll')
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
    oneWay('spinning', spinning, port, 0.5),
    oneWay('polled with setImmediate', polling, port, 2),
  ]
}

/** @param us one way, of each sample */
function oneWay(how: string, us: readonly number[], port: number, most: number): BenchRow {
  const ours = median(us)
  return {
    question: `one way between threads, ${how}`,
    ours,
    unit: 'us',
    peer: 'MessagePort',
    peerValue: port,
    ratio: port / ours,
    target: `<= ${most} us`,
    met: ours <= most,
  }
}

async function throughput(batch: number): Promise<number> {
  const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(CAPACITY)), CAPACITY)
  const producer = new RingProducer(ring)
  const consumer = new RingConsumer(ring, 'lossless')
  const records = new Records(batch)
  new EventRecord(records).write(Kind.trade, 0, 0, 0, 1, 1).lanes(1, 2, 3, 4)
  const count = 2_000_000
  let sum = 0
  const samples = await interleave({
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

/** Half a round trip between two threads, each with a ring to the other; microseconds, one figure a sample. */
async function pingPong(waiting: 'spin' | 'poll'): Promise<number[]> {
  const rings = [0, 1].map(() => RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(1024)), 1024)) as [
    RingMemory,
    RingMemory,
  ]
  const back = new RingConsumer(rings[1], 'lossless')
  const worker = new Worker(new URL('./echo-worker.ts', import.meta.url), {
    workerData: { there: rings[0].buffer, back: rings[1].buffer, count: TRIPS * SAMPLES, waiting },
  })
  await once(worker, 'message')
  const producer = new RingProducer(rings[0])
  const records = new Records(1)
  new EventRecord(records).write(Kind.trade, 0, 0, 0, 1, 1)
  const samples: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = process.hrtime.bigint()
    for (let trip = 0; trip < TRIPS; trip++) {
      producer.tryAppend(records, 0, 1)
      while (!back.next()) if (waiting === 'poll') await nextTurn()
      back.release()
    }
    samples.push(Number(process.hrtime.bigint() - start) / TRIPS / 2000)
  }
  await worker.terminate()
  return samples.slice(WARM_SAMPLES)
}

async function messagePort(): Promise<number> {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(
    `const { workerData } = require('node:worker_threads'); workerData.port.on('message', m => workerData.port.postMessage(m))`,
    { eval: true, workerData: { port: port2 }, transferList: [port2] },
  )
  await once(worker, 'online')
  const samples: number[] = []
  for (let sample = 0; sample < 60; sample++) {
    const start = process.hrtime.bigint()
    for (let trip = 0; trip < TRIPS; trip++) {
      port1.postMessage(trip)
      await once(port1, 'message')
    }
    samples.push(Number(process.hrtime.bigint() - start) / TRIPS / 2000)
  }
  port1.close()
  await worker.terminate()
  return median(samples.slice(10))
}
