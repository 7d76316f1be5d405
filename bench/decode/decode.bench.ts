import { OrderBook } from '@velocimex/core/book/order-book'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis, type TardisMapper } from '../tardis-peer.ts'
import { type CcxtClient, loadCcxt } from './ccxt-peer.ts'
import { decodeRows } from './decode-rows.ts'
import { placeAll } from './frame-bytes.ts'

/** Name of this benchmark. */
export const name = 'decode'

const CAPTURE = 'binance-spot/btcusdt-2024-08-08.jsonl.gz'
const venue = findVenue('binance-spot')!.members[0]

/** Frames whose length lies nearest to a length: real ones, many different. */
const near = (frames: readonly string[], bytes: number, count = 400): string[] =>
  frames.toSorted((one, other) => Math.abs(one.length - bytes) - Math.abs(other.length - bytes)).slice(0, count)

/** Measures bytes to events beside tardis-dev, ccxt and plain JSON.parse, and up to the best price of a book. */
export async function run(): Promise<BenchRow[]> {
  const library = await loadTardis()
  const { tardis } = library
  const grids = venue.inferGrids()
  const all = rawMessages(CAPTURE, '"stream"')
  for (const raw of all) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const of = (words: string): string[] => all.filter(raw => raw.includes(words))
  const depths = of('depthUpdate')
  const [quotes, trades, short, long] = [
    near(of('@bookTicker'), 146),
    near(of('@trade'), 168),
    near(depths, 340),
    near(depths, 852),
  ]
  const now = new Date()
  const book = (frames: readonly string[]): TardisMapper => {
    const mapper = tardis.normalizeBookChanges('binance', now)
    const snapshot = {
      stream: 'btcusdt@depthSnapshot',
      generated: true,
      data: { lastUpdateId: JSON.parse(frames[0]!).data.U as number, bids: [], asks: [] },
    }
    for (const _ of mapper.map(snapshot, now) ?? []) _
    return mapper
  }
  const cases: [string, readonly string[], TardisMapper, number, number?][] = [
    ['bookTicker', quotes, tardis.normalizeBookTickers('binance', now), 250, 8],
    ['trade', trades, tardis.normalizeTrades('binance', now), 250, 8],
    [`depth of ${levels(short).toFixed(1)} levels`, short, book(short), 75 * levels(short), 8],
    // Below what simdjson takes on demand.
    [`depth of ${levels(long).toFixed(1)} levels`, long, book(long), 1315],
    [`depth of the whole recording, ${levels(depths).toFixed(1)} levels`, depths, book(depths), 75 * levels(depths)],
  ]
  const rows: BenchRow[] = []
  for (const [question, frames, mapper, most, ratio] of cases) {
    const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
    const peer = { library, exchange: 'binance', mapper }
    rows.push(...(await decodeRows({ question, codec, frames, peer, most, ...(ratio && { ratio }) })))
  }
  rows.push(await besideCcxt('bookTicker', quotes, table, await loadCcxt()))
  rows.push(await besideCcxt('trade', trades, table, await loadCcxt()))
  rows.push(await toBook(long, table))
  return rows
}

/** Levels of a frame, on average. */
const levels = (frames: readonly string[]): number =>
  frames.reduce((sum, raw) => sum + (raw.match(/\["/g)?.length ?? 0), 0) / frames.length

async function besideCcxt(
  kind: string,
  frames: readonly string[],
  table: InstrumentTable,
  ccxt: CcxtClient,
): Promise<BenchRow> {
  const codec = venue.makeCodec(table, 1 << 20, 4096, 0)
  const places = placeAll(codec.buffer, frames)
  const buffers = frames.map(raw => Buffer.from(raw))
  const rounds = 25
  const count = rounds * frames.length
  let refused = 0
  const samples = await interleave({
    ours: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) refused += codec.decode(from, to, 1, 0) < 0 ? 1 : 0
      },
    },
    ccxt: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++) for (const raw of buffers) ccxt.receive(raw)
      },
    },
  })
  if (refused > 0 || ccxt.told() < count) throw new Error('a frame was refused')
  const [ours, peer] = [median(samples.ours), median(samples.ccxt)]
  return {
    question: `${kind} to event`,
    ours,
    unit: 'ns/message',
    samples: samples.ours,
    peer: `ccxt ${PEERS['ccxt']}`,
    peerValue: peer,
    ratio: peer / ours,
    target: '>= 20x',
    met: peer / ours >= 20,
  }
}

async function toBook(frames: readonly string[], table: InstrumentTable): Promise<BenchRow> {
  const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
  const places = placeAll(codec.buffer, frames)
  const book = new OrderBook()
  const record = new EventRecord(codec.batch)
  const rounds = 50
  let sum = 0
  const samples = await interleave({
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
