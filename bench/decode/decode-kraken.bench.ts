import { FrameKind } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis } from '../tardis-peer.ts'
import { type DecodeCase, decodeRows } from './decode-rows.ts'
import { parseBytes, placeAll } from './frame-bytes.ts'

/** Name of this benchmark. */
export const name = 'decode-kraken'

const venue = findVenue('kraken')!.members[0]
/** Rounds of the recording in a sample. */
const ROUNDS = 10

/**
 * Measures frames of Kraken's books to events, with the audit of the book, beside JSON.parse; and for v1, the dialect that
 * it knows, beside tardis-dev, which does not audit.
 */
export async function run(): Promise<BenchRow[]> {
  const library = await loadTardis()
  const mapper = library.tardis.normalizeBookChanges('kraken', new Date())
  const v2 = rawMessages('kraken/v2-btcusd-book25-2026-08-02.jsonl.gz', '"channel":"book","type"')
  const v1 = rawMessages('kraken/v1-ten-pairs-2021-04-17.jsonl.gz', '"book-1000"').filter(raw => raw.startsWith('['))
  const peer = { library, exchange: 'kraken', mapper }
  return [
    ...(await decodeRows({ question: 'kraken v2 book change', codec: codecOf(v2), frames: v2 })),
    ...(await audited('kraken v2 book change, with its checksum', v2)),
    ...(await decodeRows({ question: 'kraken v1 book change', codec: codecOf(v1), frames: v1, peer, ratio: 8 })),
    ...(await audited('kraken v1 book change, with its checksum', v1)),
  ]
}

function codecOf(frames: readonly string[]): DecodeCase['codec'] {
  const grids = venue.inferGrids()
  for (const raw of frames) grids.learn(raw)
  return venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 4096, 0)
}

/** The book kept in each frame's own order, whose checksum a whole round proves frame by frame. */
async function audited(question: string, frames: readonly string[]): Promise<BenchRow[]> {
  const codec = codecOf(frames)
  const places = placeAll(codec.buffer, frames)
  const buffers = frames.map(raw => Buffer.from(raw))
  let wrong = 0
  const samples = await interleave({
    ours: {
      count: ROUNDS * frames.length,
      work: () => {
        for (let round = 0; round < ROUNDS; round++)
          for (const [from, to] of places) {
            const kind = codec.decode(from, to, 1, 0)
            const isSnapshot = kind === FrameKind.snapshot
            if (kind < 0 || !codec.audit!.apply(codec.instrument, codec.batch, isSnapshot, codec.checksum!)) wrong++
          }
      },
    },
    json: {
      count: ROUNDS * frames.length,
      work: () => {
        for (let round = 0; round < ROUNDS; round++) for (const raw of buffers) wrong += parseBytes(raw) ? 0 : 1
      },
    },
  })
  if (wrong > 0) throw new Error(`${wrong} frames were refused, or a book differed from its checksum`)
  const [ours, json] = [median(samples.ours), median(samples.json)]
  const unit = 'ns/message'
  return [
    { question, ours, unit, samples: samples.ours, peer: 'JSON.parse alone', peerValue: json, ratio: json / ours },
  ]
}
