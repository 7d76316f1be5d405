import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import type { BenchRow } from '../bench-row.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis, type TardisMapper, type TardisPeer } from '../tardis-peer.ts'
import { decodeRows } from './decode-rows.ts'

/** Name of this benchmark. */
export const name = 'coinbase-deribit'

/** Venue, what is measured, capture, words of its frames, tardis' name of the venue where it reads these frames. */
const CASES = [
  [
    'coinbase',
    'l2_data update',
    'coinbase/advanced-btcusd-ethusd-2026-08-09.jsonl.gz',
    '"type":"update","product_id"',
    '',
  ],
  ['coinbase', 'exchange l2update', 'coinbase/pro-five-products-2021-04-17.jsonl.gz', '"l2update"', 'coinbase'],
  ['deribit', 'book change', 'deribit/options-2021-04-05.jsonl.gz', '"type":"change"', 'deribit'],
  ['deribit', 'ticker', 'deribit/options-2021-04-05.jsonl.gz', '"channel":"ticker.', ''],
] as const

/** Measures frames of Coinbase and Deribit beside tardis-dev (which reads Coinbase's older feed only) and JSON.parse. */
export async function run(): Promise<BenchRow[]> {
  const library = await loadTardis()
  const rows: BenchRow[] = []
  for (const [id, question, capture, words, exchange] of CASES) {
    const frames = rawMessages(capture, words)
    const venue = findVenue(id)!.members[0]
    const grids = venue.inferGrids()
    for (const raw of frames) grids.learn(raw)
    const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 8 << 20, 1 << 14, 0)
    const peer = exchange !== '' && { library, exchange, mapper: bookMapper(library, exchange, capture) }
    const beside = peer ? { peer, ratio: 8 } : {}
    rows.push(...(await decodeRows({ question: `${id} ${question}`, codec, frames, ...beside })))
  }
  return rows
}

/** A mapper that has seen the whole books of the capture. */
function bookMapper({ tardis }: TardisPeer, exchange: string, capture: string): TardisMapper {
  const now = new Date()
  const mapper = tardis.normalizeBookChanges(exchange, now)
  for (const raw of rawMessages(capture, '"snapshot"'))
    if (mapper.canHandle(JSON.parse(raw))) for (const _ of mapper.map(JSON.parse(raw), now) ?? []) _
  return mapper
}
