import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { PerformanceObserver } from 'node:perf_hooks'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { SLACK } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { MarketSocket } from '@velocimex/host/net/market-socket'
import { SystemTimers } from '@velocimex/host/net/timers'
import { WebSocketReader } from '@velocimex/host/net/websocket-reader'
import { findVenue } from '@velocimex/venues/venues'
import { WebSocket } from 'ws'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { rawMessages } from '../recordings.ts'

/** Name of this benchmark. */
export const name = 'socket'

const CAPTURE = 'binance-spot/btcusdt-2024-08-08.jsonl.gz'
const WORDS = '@bookTicker'
const venue = findVenue('binance-spot')!.members[0]
const RATE = 10_000
const WARM_MS = 2_000
const SECONDS = 4
const ROUNDS = 3
const CAPACITY = 1 << 14
const require = createRequire(import.meta.url)
const PEER = `ws ${(require('ws/package.json') as { version: string }).version}`
const { Receiver } = require('ws') as { Receiver: new (options: object) => Writable }

/** What one client needed in one round, with the messages that it counted. */
interface Round {
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  /** Garbage collections. */
  readonly collections: number
  readonly count: number
}

/** Latencies of one round in microseconds, kept without allocation. */
class Latencies {
  readonly #values = new Float64Array(RATE * SECONDS * 2)
  #count = 0
  /** When the bytes at hand came. */
  arrival = 0

  add(): void {
    if (this.#count < this.#values.length) this.#values[this.#count++] = (performance.now() - this.arrival) * 1000
  }

  /** Counts for some seconds. */
  async measure(): Promise<Round> {
    await sleep(WARM_MS)
    this.#count = 0
    let collections = 0
    const observer = new PerformanceObserver(list => {
      collections += list.getEntries().length
    })
    observer.observe({ entryTypes: ['gc'] })
    const [start, before] = [performance.now(), process.cpuUsage()]
    await sleep(SECONDS * 1000)
    const { user, system } = process.cpuUsage(before)
    const cpu = (100 * (user + system)) / 1000 / (performance.now() - start)
    await sleep(10)
    observer.disconnect()
    const sorted = this.#values.slice(0, this.#count).sort()
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)]!
    return { p50: at(0.5), p99: at(0.99), cpu, collections, count: sorted.length }
  }
}

/** Measures a feed of 10,000 messages a second, beside the usual way to read one, and the splitting of frames alone. */
export async function run(): Promise<BenchRow[]> {
  const grids = venue.inferGrids()
  const frames = rawMessages(CAPTURE, WORDS)
  for (const raw of frames) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const server = fork(fileURLToPath(new URL('./ticker-worker.ts', import.meta.url)), [CAPTURE, WORDS, `${RATE}`])
  const [port] = (await once(server, 'message')) as [number]
  const [ours, theirs]: [Round[], Round[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await readWithOurs(port, table))
    theirs.push(await readWithPeer(port))
  }
  server.disconnect()
  for (const { count } of [...ours, ...theirs])
    if (count < RATE * SECONDS * 0.9) throw new Error(`only ${count} messages came in ${SECONDS} s`)
  return [
    compare('bookTicker, bytes in the process to record in the ring, p50', 'us', ours, theirs, round => round.p50, 3),
    compare('the same, p99', 'us', ours, theirs, round => round.p99, 2),
    compare(`CPU at ${RATE} messages/s, of one core`, '%', ours, theirs, round => round.cpu),
    compare(`garbage collections in ${SECONDS} s`, 'collections', ours, theirs, round => round.collections),
    await split(frames),
  ]
}

function compare(
  question: string,
  unit: string,
  ours: readonly Round[],
  theirs: readonly Round[],
  figure: (round: Round) => number,
  least?: number,
): BenchRow {
  const [mine, its] = [median(ours.map(figure)), median(theirs.map(figure))]
  const promise = least === undefined ? {} : { target: `>= ${least}x`, met: its / mine >= least }
  const ratio = mine === 0 ? {} : { ratio: its / mine }
  const peer = { peer: `${PEER} + JSON.parse`, peerValue: its, ...ratio }
  return { question, ours: mine, unit, samples: ours.map(figure), ...peer, ...promise }
}

/** Socket, reader and codec over one buffer, and a ring. */
async function readWithOurs(port: number, table: InstrumentTable): Promise<Round> {
  const latencies = new Latencies()
  const codec = venue.makeCodec(table, 1 << 20, 64, 0)
  const producer = new RingProducer(RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(CAPACITY)), CAPACITY))
  const system = new SystemTimers()
  // The socket reads its clock once a read, before anything else.
  const timers = {
    now: () => {
      latencies.arrival = performance.now()
      return system.now()
    },
    after: (delayMs: number, wake: () => void) => system.after(delayMs, wake),
  }
  let refused = 0
  const region = { bytes: codec.buffer, from: 0, to: codec.buffer.length - SLACK }
  const socket = new MarketSocket(
    { url: `ws://127.0.0.1:${port}/`, region, messageMax: 1 << 16 },
    {
      opened: () => {},
      message: (_, from, to, __, at) => {
        if (codec.decode(from, to, at, 0) < 0) refused++
        producer.tryAppend(codec.batch, 0, codec.batch.count)
        latencies.add()
      },
      pong: () => {},
      ended: () => {},
    },
    timers,
  )
  const round = await latencies.measure()
  socket.terminate()
  if (refused > 0) throw new Error(`${refused} messages were refused`)
  return round
}

async function readWithPeer(port: number): Promise<Round> {
  const latencies = new Latencies()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
  let sum = 0
  socket.on('open', () => {
    const inner = (socket as unknown as { _socket: NodeJS.EventEmitter })._socket
    inner.prependListener('data', () => (latencies.arrival = performance.now()))
  })
  socket.on('message', data => {
    sum += (JSON.parse(String(data)) as { data: { u: number } }).data.u
    latencies.add()
  })
  const round = await latencies.measure()
  socket.terminate()
  if (sum === 0) throw new Error('nothing was parsed')
  return round
}

/** Frames of a full read, split without looking into them. */
async function split(frames: readonly string[]): Promise<BenchRow> {
  const parts = frames.slice(0, 350).map(text => {
    const head = text.length < 126 ? [0x81, text.length] : [0x81, 126, text.length >> 8, text.length & 255]
    return Buffer.concat([Buffer.from(head), Buffer.from(text)])
  })
  const bytes = Buffer.concat(parts)
  const rounds = 200
  const count = rounds * parts.length
  let [seen, seenByPeer] = [0, 0]
  const reader = new WebSocketReader(new Uint8Array(1 << 18), 0, 1 << 18, 'client', 1 << 16, {
    message: (from, to) => {
      seen += to - from
    },
    ping: () => {},
    pong: () => {},
    close: () => {},
  })
  reader.room().set(bytes)
  const receiver = new Receiver({ isServer: false, allowSynchronousEvents: true })
  receiver.on('message', (data: Buffer) => {
    seenByPeer += data.length
  })
  const samples = await interleave({
    ours: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++) {
          reader.received(bytes.length)
          reader.split()
        }
      },
    },
    ws: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++) receiver.write(bytes)
      },
    },
  })
  if (seen === 0 || seen !== seenByPeer) throw new Error(`${seen} bytes split, ${seenByPeer} by the peer`)
  const [ours, peer] = [median(samples.ours), median(samples.ws)]
  return {
    question: 'frame split',
    ours,
    unit: 'ns/frame',
    samples: samples.ours,
    peer: PEER,
    peerValue: peer,
    ratio: peer / ours,
    target: '<= 20 ns',
    met: ours <= 20,
  }
}
