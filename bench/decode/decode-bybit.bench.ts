import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis } from '../tardis-peer.ts'
import { decodeRows } from './decode-rows.ts'

/** Name of this benchmark. */
export const name = 'decode-bybit'

const CAPTURE = 'bybit/linear-and-spot-2026-08-09.jsonl.gz'
const venue = findVenue('bybit-linear')!.members[0]

/** Measures frames of the linear market, bytes to events, beside tardis-dev and plain JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const library = await loadTardis()
  // Fields in this order are those of the linear market.
  const linear = rawMessages(CAPTURE, '"topic"').filter(raw => /^\{"topic":"[^"]+","(type|data)"/.test(raw))
  const grids = venue.inferGrids()
  for (const raw of linear) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const of = (words: string): string[] => linear.filter(raw => raw.includes(words))
  const rows: BenchRow[] = []
  const cases = [
    ['book change', of('"topic":"orderbook').filter(raw => raw.includes('"delta"')), 'normalizeBookChanges', 8],
    ['trade', of('"topic":"publicTrade'), 'normalizeTrades', undefined],
    ['ticker', of('"topic":"tickers'), 'normalizeDerivativeTickers', undefined],
  ] as const
  for (const [kind, frames, normalizer, ratio] of cases) {
    const mapper = library.tardis[normalizer]('bybit', new Date())
    const codec = venue.makeCodec(table, 8 << 20, 4096, 0)
    // It takes books from the channel of 50 levels alone, whose frames are the same.
    const theirs = frames.map(raw => raw.replace('"orderbook.200.', '"orderbook.50.'))
    const peer = { library, exchange: 'bybit', mapper, frames: theirs }
    const target = ratio === undefined ? {} : { ratio }
    rows.push(...(await decodeRows({ question: `bybit ${kind}`, codec, frames, peer, ...target })))
  }
  return rows
}
