import { equal, ok, throws } from 'node:assert/strict'
import { fork } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Records } from '@velocimex/core/market/event-record'
import { openSharedMemory } from './shared-memory.ts'

const READER = new URL('./ring-reader-worker.ts', import.meta.url)
const TOTAL = 200_000

/** Writes TOTAL records in batches of changing size while the other side reads, and compares what both counted. */
async function play(ring: RingMemory, reader: EventEmitter, mode: 'lossless' | 'lossy'): Promise<void> {
  await once(reader, 'message') // The consumer is attached.
  const producer = new RingProducer(ring)
  const done = once(reader, 'message')
  const records = new Records(64)
  const record = new EventRecord(records)
  let pace = 12345
  for (let n = 0; n < TOTAL; ) {
    pace = (Math.imul(pace, 1103515245) + 12345) & 0x7fffffff
    const count = Math.min(TOTAL - n, 1 + ((pace >>> 8) % 50))
    for (let at = 0; at < count; at++)
      record
        .at(at)
        .write(Kind.trade, 0, 0, 0, n + at, 0)
        .lanes(n + at, n + at + 0.5, n + at, -n - at)
    while (!producer.tryAppend(records, 0, count)) await new Promise(resolve => setImmediate(resolve))
    n += count
    if ((pace & 0xff00) === 0) await new Promise(resolve => setImmediate(resolve))
  }
  const [{ seen, missed, broken }] = (await done) as [{ seen: number; missed: number; broken: string }]
  equal(broken, '')
  equal(seen + missed, TOTAL)
  if (mode === 'lossless') equal(missed, 0)
}

for (const mode of ['lossless', 'lossy'] as const) {
  test(`P-28 two threads, ${mode}: the sequence is complete and no record is torn`, async () => {
    const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(256)), 256)
    const reader = new Worker(READER, { workerData: { buffer: ring.buffer, mode, total: TOTAL } })
    await play(ring, reader, mode)
    await reader.terminate()
  })

  test(`P-28 two processes over mapped memory, ${mode}: the sequence is complete and no record is torn`, async () => {
    const memory = openSharedMemory(`velocimex-test-${process.pid}-${mode}`, RingMemory.bytes(256))
    const reader = fork(fileURLToPath(READER), [memory.name, mode, String(TOTAL)])
    const exit = once(reader, 'exit')
    try {
      await play(RingMemory.create(memory.buffer, 256), reader, mode)
    } finally {
      reader.disconnect()
      await exit
      memory.unlink()
      memory.close()
    }
  })
}

test('shared memory has an owner, a name and a clear refusal', () => {
  const name = `velocimex-test-${process.pid}-names`
  const mine = openSharedMemory(name, 4096)
  try {
    throws(() => openSharedMemory(name, 4096), /EEXIST/)
    const other = openSharedMemory(name)
    new Uint8Array(mine.buffer)[7] = 42
    equal(new Uint8Array(other.buffer)[7], 42)
    ok(other.buffer.byteLength === 4096)
    other.close()
  } finally {
    mine.unlink()
    mine.close()
  }
  throws(() => openSharedMemory(name), /ENOENT/)
  throws(() => openSharedMemory('../escape', 4096), /use letters, digits/)
})
