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
export const name = 'decode-okx'

const ROUNDS = 100
const BOOKS = 'okx/spot-future-swap-2022-05-13.jsonl.gz'
const TICKS = 'okx/ten-instruments-tbt-2022-02-27.jsonl.gz'
const venue = findVenue('okx')!.members[0]

interface Mapper {
  map(message: unknown, localTimestamp: Date): Iterable<unknown>
}
type MapperOf = (exchange: string, at: Date) => Mapper

/** Measures frames of OKX, bytes to events, beside tardis-dev and plain JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Record<string, MapperOf>
  const cases: [string, string[], string, boolean][] = [
    ['change of a book of 400 levels', rawMessages(BOOKS, '"action":"update"'), 'normalizeBookChanges', true],
    ['change tick by tick', rawMessages(TICKS, '"action":"update"').slice(0, 1000), 'normalizeBookChanges', true],
    ['trade', rawMessages(BOOKS, '"tradeId"'), 'normalizeTrades', false],
  ]
  return cases.flatMap(([kind, frames, mapper, isBook]) => measure(kind, frames, tardis[mapper]!, isBook))
}

function measure(kind: string, frames: readonly string[], make: MapperOf, isBook: boolean): BenchRow[] {
  const grids = venue.inferGrids()
  for (const raw of frames) grids.learn(raw)
  const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 4096, 0)
  // As on a socket: the bytes lie in the receive buffer already.
  let end = 0
  const places = frames.map(raw => {
    const from = end
    end += Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset).write(raw, from) + 1
    return [from, end - 1] as const
  })
  const at = new Date()
  // The peer reads books by the tick-by-tick channel alone, which has the same frames.
  const forPeer = bytesOf(frames.map(raw => raw.replace('"channel":"books"', '"channel":"books-l2-tbt"')))
  const mapper = make('okex', at)
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
      count: forPeer.length,
      work: () => {
        for (const raw of forPeer)
          for (const event of mapper.map(parseBytes(raw), at)) sum += event === undefined ? 0 : 1
      },
    },
    json: {
      count: forPeer.length,
      work: () => {
        for (const raw of forPeer) sum += parseBytes(raw) === null ? 1 : 0
      },
    },
  })
  if (sum < 0) throw new Error('a frame was refused')
  const [ours, peer, json] = [median(samples.ours), median(samples.tardis), median(samples.json)]
  const bytes = frames.reduce((total, raw) => total + raw.length, 0) / frames.length
  const row = {
    question: `okx ${kind}, ${bytes.toFixed(0)} bytes, to events`,
    ours,
    unit: 'ns/message',
    samples: samples.ours,
  }
  const target = isBook ? { target: '>= 8x', met: peer / ours >= 8 } : {}
  return [
    { ...row, peer: `tardis-dev ${PEERS['tardis-dev']}`, peerValue: peer, ratio: peer / ours, ...target },
    { ...row, peer: 'JSON.parse alone', peerValue: json, ratio: json / ours },
  ]
}
