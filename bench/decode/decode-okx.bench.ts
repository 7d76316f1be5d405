import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis } from '../tardis-peer.ts'
import { decodeRows } from './decode-rows.ts'

/** Name of this benchmark. */
export const name = 'decode-okx'

const BOOKS = 'okx/spot-future-swap-2022-05-13.jsonl.gz'
const TICKS = 'okx/ten-instruments-tbt-2022-02-27.jsonl.gz'
const venue = findVenue('okx')!.members[0]

/** Measures frames of OKX, bytes to events, beside tardis-dev and plain JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const library = await loadTardis()
  const cases = [
    ['change of a book of 400 levels', rawMessages(BOOKS, '"action":"update"'), 'normalizeBookChanges', 8],
    ['change tick by tick', rawMessages(TICKS, '"action":"update"').slice(0, 1000), 'normalizeBookChanges', 8],
    ['trade', rawMessages(BOOKS, '"tradeId"'), 'normalizeTrades', undefined],
  ] as const
  const rows: BenchRow[] = []
  for (const [kind, frames, normalizer, ratio] of cases) {
    const grids = venue.inferGrids()
    for (const raw of frames) grids.learn(raw)
    const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 4096, 0)
    const peer = {
      library,
      exchange: 'okex',
      mapper: library.tardis[normalizer]('okex', new Date()),
      // It takes books from the public channel alone, whose frames are the same.
      frames: frames.map(raw => raw.replace('"channel":"books-l2-tbt"', '"channel":"books"')),
    }
    const target = ratio === undefined ? {} : { ratio }
    rows.push(...(await decodeRows({ question: `okx ${kind}`, codec, frames, peer, ...target })))
  }
  return rows
}
