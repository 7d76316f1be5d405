import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { installPeers, PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'
import { bytesOf, parseBytes } from './frame-bytes.ts'

/** Name of this benchmark. */
export const name = 'decode-bybit'

const CAPTURE = 'bybit/linear-and-spot-2026-08-09.jsonl.gz'
const ROUNDS = 100
const venue = findVenue('bybit-linear')!.members[0]

interface Mapper {
  map(message: unknown, localTimestamp: Date): Iterable<unknown>
}
type MapperOf = (exchange: string, at: Date) => Mapper

/** Measures frames of the linear market, bytes to events, beside tardis-dev and plain JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Record<string, MapperOf>
  // Fields in this order are those of the linear market.
  const linear = rawMessages(CAPTURE, '"topic"').filter(raw => /^\{"topic":"[^"]+","(type|data)"/.test(raw))
  const grids = venue.inferGrids()
  for (const raw of linear) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const of = (words: string): string[] => linear.filter(raw => raw.includes(words))
  const rows: BenchRow[] = []
  const cases: [string, string[], string][] = [
    ['book change', of('"topic":"orderbook').filter(raw => raw.includes('"delta"')), 'normalizeBookChanges'],
    ['trade', of('"topic":"publicTrade'), 'normalizeTrades'],
    ['ticker', of('"topic":"tickers'), 'normalizeDerivativeTickers'],
  ]
  for (const [kind, frames, mapper] of cases) rows.push(...measure(kind, frames, table, tardis[mapper]!))
  return rows
}

function measure(kind: string, frames: readonly string[], table: InstrumentTable, make: MapperOf): BenchRow[] {
  const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
  // As on a socket: the bytes lie in the receive buffer already.
  let end = 0
  const places = frames.map(raw => {
    const from = end
    end += Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset).write(raw, from) + 1
    return [from, end - 1] as const
  })
  const at = new Date()
  const buffers = bytesOf(frames)
  const mapper = make('bybit', at)
  let sum = 0
  const samples = interleave({
    ours: {
      count: ROUNDS * frames.length,
      work: () => {
        for (let round = 0; round < ROUNDS; round++)
          for (const [from, to] of places) sum += codec.decode(from, to, 1, 0) + codec.batch.count
      },
    },
    tardis: {
      count: buffers.length,
      work: () => {
        for (const raw of buffers)
          for (const event of mapper.map(parseBytes(raw), at)) sum += event === undefined ? 0 : 1
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
  const bytes = frames.reduce((total, raw) => total + raw.length, 0) / frames.length
  const question = `bybit ${kind} of ${bytes.toFixed(0)} bytes to events`
  const row = { question, ours, unit: 'ns/message', samples: samples.ours }
  const target = { target: '>= 8x', met: peer / ours >= 8 }
  return [
    {
      ...row,
      peer: `tardis-dev ${PEERS['tardis-dev']}`,
      peerValue: peer,
      ratio: peer / ours,
      ...(kind === 'book change' ? target : {}),
    },
    { ...row, peer: 'JSON.parse alone', peerValue: json, ratio: json / ours },
  ]
}
