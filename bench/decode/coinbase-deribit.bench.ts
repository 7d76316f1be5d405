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
export const name = 'coinbase-deribit'

interface Mapper {
  map(message: unknown, localTimestamp: Date): Iterable<unknown> | undefined
}
interface Tardis {
  readonly normalizeBookChanges: (exchange: string, at: Date) => Mapper
}

/** Venue, what is measured, capture, words of its frames, tardis' name of the venue. */
const CASES = [
  [
    'coinbase',
    'l2_data update to events',
    'coinbase/advanced-btcusd-ethusd-2026-08-09.jsonl.gz',
    '"type":"update","product_id"',
    'coinbase',
  ],
  [
    'coinbase',
    'exchange l2update to events',
    'coinbase/pro-five-products-2021-04-17.jsonl.gz',
    '"l2update"',
    'coinbase',
  ],
  ['deribit', 'book change to events', 'deribit/options-2021-04-05.jsonl.gz', '"type":"change"', 'deribit'],
  ['deribit', 'ticker to events', 'deribit/options-2021-04-05.jsonl.gz', '"channel":"ticker.', ''],
] as const

/** Measures book frames of Coinbase and Deribit beside tardis-dev (which reads Coinbase's older feed only) and JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Tardis
  return CASES.flatMap(([venue, question, capture, words, peer]) => {
    const frames = rawMessages(capture, words)
    const isTheirs = peer !== '' && !frames[0]!.includes('l2_data')
    return measure(venue, question, frames, isTheirs ? bookMapper(tardis, peer, capture) : undefined)
  })
}

/** A mapper that has seen the whole books of the capture. */
function bookMapper(tardis: Tardis, peer: string, capture: string): Mapper {
  const now = new Date()
  const mapper = tardis.normalizeBookChanges(peer, now)
  for (const raw of rawMessages(capture, '"snapshot"')) for (const _ of mapper.map(JSON.parse(raw), now) ?? []) _
  return mapper
}

function measure(id: string, question: string, frames: readonly string[], mapper: Mapper | undefined): BenchRow[] {
  const venue = findVenue(id)!.members[0]
  const grids = venue.inferGrids()
  for (const raw of frames) grids.learn(raw)
  const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 1 << 14, 0)
  let end = 0
  // As on a socket: the bytes lie in the receive buffer already.
  const places = frames.map(raw => {
    const from = end
    end += Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset).write(raw, from) + 1
    return [from, end - 1] as const
  })
  const buffers = bytesOf(frames)
  const rounds = Math.ceil(40_000 / frames.length)
  const at = new Date()
  let sum = 0
  const samples = interleave({
    ours: {
      count: rounds * frames.length,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) sum += Math.min(codec.decode(from, to, 1, 0), 0)
      },
    },
    tardis: {
      count: buffers.length,
      work: () => {
        if (mapper !== undefined)
          for (const raw of buffers)
            for (const event of mapper.map(parseBytes(raw), at) ?? []) sum += event === null ? 1 : 0
      },
    },
    json: {
      count: buffers.length,
      work: () => {
        for (const raw of buffers) sum += parseBytes(raw) === null ? 1 : 0
      },
    },
  })
  if (sum !== 0) throw new Error('a frame was refused')
  const [ours, peer, json] = [median(samples.ours), median(samples.tardis), median(samples.json)]
  const bytes = frames.reduce((total, { length }) => total + length, 0) / frames.length
  const row = {
    question: `${id}: ${question}, ${bytes.toFixed(0)} bytes`,
    ours,
    unit: 'ns/message',
    samples: samples.ours,
  }
  const beside = { ...row, peer: 'JSON.parse alone', peerValue: json, ratio: json / ours }
  if (mapper === undefined) return [beside]
  const target = { target: '>= 8x', met: peer / ours >= 8 }
  return [{ ...row, peer: `tardis-dev ${PEERS['tardis-dev']}`, peerValue: peer, ratio: peer / ours, ...target }, beside]
}
