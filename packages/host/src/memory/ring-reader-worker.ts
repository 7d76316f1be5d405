// Reads a ring in another thread (workerData) or another process (arguments), checks every record, and reports.
// Part of the tests and of the ring bench: a real second side, with a pace of its own.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { openSharedMemory } from './shared-memory.ts'

interface Order {
  readonly mode: 'lossless' | 'lossy'
  readonly total: number
}
const [name = '', mode, total] = process.argv.slice(2)
const order: Order = parentPort === null ? { mode: mode as Order['mode'], total: Number(total) } : workerData
const buffer: ArrayBufferLike = parentPort === null ? openSharedMemory(name).buffer : workerData.buffer
const tell = (message: object): void =>
  void (parentPort === null ? process.send!(message) : parentPort.postMessage(message))

const attached = RingMemory.attach(buffer)
if (!attached.ok) throw new Error(attached.reason)
const consumer = new RingConsumer(attached.value, order.mode)
const { record } = consumer
let seen = 0
let broken = ''
let pace = 777

function poll(): void {
  pace = (Math.imul(pace, 1664525) + 1013904223) | 0
  const turns = 1 + ((pace >>> 8) & 255)
  for (let turn = 0; turn < turns && consumer.next(); turn++) {
    const n = record.lane0
    const whole = record.lane1 === n + 0.5 && record.lane2 === n && record.lane3 === -n && record.venueTime === n
    if (!whole || n !== consumer.missed + seen) broken ||= `record ${n} after ${seen} seen, ${consumer.missed} missed`
    seen++
  }
  consumer.release()
  if (seen + consumer.missed < order.total && broken === '') setImmediate(poll)
  else tell({ seen, missed: consumer.missed, broken })
}
tell({ attached: true })
poll()
