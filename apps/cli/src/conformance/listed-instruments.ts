import type { Instrument } from '@velocimex/core/market/instrument'
import type { MarketTrial } from './market-trial.ts'

/** The instruments that a venue publishes, read over HTTP as the platform reads them. @throws Error when a list is no list */
export async function listedInstruments({ row, rest }: MarketTrial): Promise<Instrument[]> {
  const found: Instrument[] = []
  for (const path of row.wire.instrumentPaths) {
    const outcome = await rest.request({ method: 'GET', path, deadlineMs: 60_000 })
    if (outcome.kind !== 'answered' || outcome.status !== 200)
      throw new Error(`${path}: ${outcome.kind === 'answered' ? `HTTP ${outcome.status}` : outcome.words}`)
    const parsed = row.venue.parseInstruments(outcome.body.toString())
    if (!parsed.ok) throw new Error(`${path}: ${parsed.reason}: ${outcome.body.toString().slice(0, 200)}`)
    found.push(...parsed.value.instruments)
  }
  return found
}
