import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { installPeers, PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'
import { bytesOf, parseBytes } from './frame-bytes.ts'

/** Name of this benchmark. */
export const name = 'decode-kraken'

const venue = findVenue('kraken')!.members[0]
/** Most that a frame of a book may cost beside tardis-dev: performance.md, "book frames". */
const RATIO = 8
/** Few, so that a sample is shorter than the time slice of a busy machine. */
const ROUNDS = 3

interface Mapper {
  map(message: unknown, localTimestamp: Date): Iterable<unknown>
}
interface Tardis {
  readonly normalizeBookChanges: (exchange: string, at: Date) => Mapper
}

/**
 * Measures frames of Kraken's books to events, with the audit of the book, beside JSON.parse; and for v1, the dialect that
 * it knows, beside tardis-dev, which does not audit.
 */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Tardis
  const mapper = tardis.normalizeBookChanges('kraken', new Date())
  const v2 = rawMessages('kraken/v2-btcusd-book25-2026-08-02.jsonl.gz', '"channel":"book","type"')
  const v1 = rawMessages('kraken/v1-ten-pairs-2021-04-17.jsonl.gz', '"book-1000"').filter(raw => raw.startsWith('['))
  return [...measure('v2 book change to events', v2), ...measure('v1 book change to events', v1, mapper)]
}

function measure(question: string, frames: readonly string[], mapper?: Mapper): BenchRow[] {
  const grids = venue.inferGrids()
  for (const raw of frames) grids.learn(raw)
  const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 4096, 0)
  const bytes = Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset)
  // As on a socket: the bytes lie in the receive buffer already.
  let end = 0
  const places = frames.map(raw => {
    const from = end
    end += bytes.write(raw, end) + 1
    return [from, end - 1] as const
  })
  const buffers = bytesOf(frames)
  let sum = 0
  const work = (audits: boolean) => (): void => {
    for (let round = 0; round < ROUNDS; round++)
      for (const [from, to] of places) {
        const kind = codec.decode(from, to, 1, 0)
        sum += kind < 0 ? Number.NEGATIVE_INFINITY : codec.batch.count
        if (!audits) continue
        const isTrue = codec.audit!.apply(codec.instrument, codec.batch, kind === FrameKind.snapshot, codec.checksum!)
        if (!isTrue) sum = Number.NEGATIVE_INFINITY
      }
  }
  const now = new Date()
  const map = (): void => {
    for (const raw of buffers) for (const event of mapper!.map(parseBytes(raw), now)) sum += event === undefined ? 0 : 1
  }
  const count = buffers.length
  const samples = interleave({
    ours: { count: ROUNDS * frames.length, work: work(false) },
    audited: { count: ROUNDS * frames.length, work: work(true) },
    json: { count, work: () => buffers.forEach(raw => void parseBytes(raw)) },
    ...(mapper === undefined ? {} : { tardis: { count, work: map } }),
  } as Readonly<Record<string, { count: number; work: () => void }>>)
  if (!(sum > 0)) throw new Error('a frame was refused, or a book differed from its checksum')
  const row = (of: string, label: string, peer: string, peerSamples: number[], ratio?: number): BenchRow => {
    const [ours, other] = [median(samples[of]!), median(peerSamples)]
    const target = ratio === undefined ? {} : { target: `>= ${ratio}x`, met: other / ours >= ratio }
    return {
      question: label,
      ours,
      unit: 'ns/message',
      samples: samples[of]!,
      peer,
      peerValue: other,
      ratio: other / ours,
      ...target,
    }
  }
  const rows = [
    row('ours', question, 'JSON.parse alone', samples['json']!),
    row('audited', `${question}, and the audit`, 'JSON.parse alone', samples['json']!),
  ]
  if (samples['tardis'] !== undefined)
    rows.push(row('ours', question, `tardis-dev ${PEERS['tardis-dev']}`, samples['tardis'], RATIO))
  return rows
}
