import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OrderBook } from '@velocimex/core/book/order-book'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { installPeers, PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'
import { ccxtHandlers } from './ccxt-peer.ts'
import { bytesOf, parseBytes } from './frame-bytes.ts'

/** Name of this benchmark. */
export const name = 'decode'

const CAPTURE = 'binance-spot/btcusdt-2024-08-08.jsonl.gz'
const venue = findVenue('binance-spot')!.members[0]

interface Mapper {
  map(message: unknown, localTimestamp: Date): Iterable<unknown>
}
interface Tardis {
  readonly normalizeTrades: (exchange: string, at: Date) => Mapper
  readonly normalizeBookChanges: (exchange: string, at: Date) => Mapper
  readonly normalizeBookTickers: (exchange: string, at: Date) => Mapper
}

/** Frames whose length lies nearest to a length: real ones, many different. */
const near = (frames: readonly string[], bytes: number, count = 400): string[] =>
  frames.toSorted((one, other) => Math.abs(one.length - bytes) - Math.abs(other.length - bytes)).slice(0, count)

/** Measures bytes to events beside tardis-dev and plain JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Tardis
  const grids = venue.inferGrids()
  const all = rawMessages(CAPTURE, '"stream"')
  for (const raw of all) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const depths = all.filter(raw => raw.includes('depthUpdate'))
  const levels = (frames: readonly string[]): number =>
    frames.reduce((sum, raw) => sum + (raw.match(/\["/g)?.length ?? 0), 0) / frames.length
  const short = near(depths, 340)
  const long = near(depths, 852)
  const now = new Date()
  const book = (frames: readonly string[]): Mapper => {
    const mapper = tardis.normalizeBookChanges('binance', now)
    const snapshot = {
      stream: 'btcusdt@depthSnapshot',
      generated: true,
      data: { lastUpdateId: JSON.parse(frames[0]!).data.U as number, bids: [], asks: [] },
    }
    for (const _ of mapper.map(snapshot, now)) _
    return mapper
  }
  const cases: [string, readonly string[], Mapper, number, number][] = [
    [
      'bookTicker to event',
      near(
        all.filter(raw => raw.includes('@bookTicker')),
        146,
      ),
      tardis.normalizeBookTickers('binance', now),
      250,
      8,
    ],
    [
      'trade to event',
      near(
        all.filter(raw => raw.includes('@trade')),
        168,
      ),
      tardis.normalizeTrades('binance', now),
      250,
      8,
    ],
    [`depth of ${levels(short).toFixed(1)} levels to events`, short, book(short), 75 * levels(short), 8],
    [`depth of ${levels(long).toFixed(1)} levels to events`, long, book(long), 1600, 8],
  ]
  const rows: BenchRow[] = []
  for (const [question, frames, mapper, target, ratio] of cases)
    rows.push(...measure(question, frames, table, mapper, target, ratio))
  const ccxt = ccxtHandlers(directory)
  for (const kind of ['bookTicker', 'trade'] as const) {
    const frames = near(
      all.filter(raw => raw.includes(`@${kind}`)),
      kind === 'trade' ? 168 : 146,
    )
    rows.push(besideCcxt(kind, frames, table, ccxt[kind]))
  }
  rows.push(toBook(long, table))
  return rows
}

function measure(
  question: string,
  frames: readonly string[],
  table: InstrumentTable,
  mapper: Mapper,
  target: number,
  ratio: number,
): BenchRow[] {
  const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
  // As on a socket: the bytes lie in the receive buffer already.
  const places = placeAll(codec.buffer, frames)
  const buffers = bytesOf(frames)
  const rounds = 50
  const count = rounds * frames.length
  let sum = 0
  const samples = interleave({
    ours: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) sum += codec.decode(from, to, 1, 0) + codec.batch.count
      },
    },
    tardis: {
      count: buffers.length,
      work: () => {
        const at = new Date()
        for (const raw of buffers) {
          const message = parseBytes(raw) as { data: { U?: number; u?: number } }
          for (const event of mapper.map(message, at)) sum += event === undefined ? 0 : 1
        }
      },
    },
    json: {
      count: buffers.length,
      work: () => {
        for (const raw of buffers) sum += parseBytes(raw) === null ? 1 : 0
      },
    },
  })
  if (sum < 0) throw new Error('a frame was refused')
  const [ours, peer, json] = [median(samples.ours), median(samples.tardis), median(samples.json)]
  const row = { question, ours, unit: 'ns/message', samples: samples.ours }
  return [
    {
      ...row,
      peer: `tardis-dev ${PEERS['tardis-dev']}`,
      peerValue: peer,
      ratio: peer / ours,
      target: `<= ${target.toFixed(0)} ns, >= ${ratio}x`,
      met: ours <= target && peer / ours >= ratio,
    },
    { ...row, peer: 'JSON.parse alone', peerValue: json, ratio: json / ours },
  ]
}

function besideCcxt(
  kind: string,
  frames: readonly string[],
  table: InstrumentTable,
  handle: (raw: Buffer) => void,
): BenchRow {
  const codec = venue.makeCodec(table, 1 << 20, 4096, 0)
  const places = placeAll(codec.buffer, frames)
  const buffers = bytesOf(frames)
  const rounds = 50
  let sum = 0
  const samples = interleave({
    ours: {
      count: rounds * frames.length,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) sum += codec.decode(from, to, 1, 0)
      },
    },
    ccxt: { count: buffers.length, work: () => buffers.forEach(handle) },
  })
  if (sum < 0) throw new Error('a frame was refused')
  const [ours, peer] = [median(samples.ours), median(samples.ccxt)]
  const target = '>= 20x'
  return {
    question: `${kind} to event`,
    ours,
    unit: 'ns/message',
    samples: samples.ours,
    peer: `ccxt ${PEERS['ccxt']}`,
    peerValue: peer,
    ratio: peer / ours,
    target,
    met: peer / ours >= 20,
  }
}

function toBook(frames: readonly string[], table: InstrumentTable): BenchRow {
  const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
  const places = placeAll(codec.buffer, frames)
  const book = new OrderBook()
  const record = new EventRecord(codec.batch)
  const rounds = 50
  let sum = 0
  const samples = interleave({
    ours: {
      count: rounds * frames.length,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) {
            codec.decode(from, to, 1, 0)
            for (let slot = 0; slot < codec.batch.count; slot++) book.apply(record.at(slot))
            sum += book.bestBid
          }
      },
    },
  })
  if (!Number.isFinite(sum)) throw new Error('the book was empty')
  return {
    question: 'depth of 22 levels to best price',
    ours: median(samples.ours),
    unit: 'ns/message',
    samples: samples.ours,
    target: '<= 1800 ns',
    met: median(samples.ours) <= 1800,
  }
}

function placeAll(buffer: Uint8Array, frames: readonly string[]): [number, number][] {
  let at = 0
  return frames.map(raw => {
    const from = at
    at += Buffer.from(buffer.buffer, buffer.byteOffset).write(raw, at) + 1
    return [from, at - 1]
  })
}
