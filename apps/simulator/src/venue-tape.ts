import { Replay } from '@velocimex/core/bus/replay'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Tape } from '@velocimex/host/tape/tape'
import type { MarketOptions } from './venue-market.ts'

/** A recorded market for a simulated venue: the tape's instruments are listed there under the venue's id. */
export function venueTape(tape: Tape, venue: string): NonNullable<MarketOptions['tape']> {
  const own = tape.instruments.all.map(instrument => ({ ...instrument, venue }))
  return { reader: new Replay([{ source: tape }], tape.blockRecords), instruments: alignAssets(own) }
}
