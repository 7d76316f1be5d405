import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { ok, type Result, refuse } from '@velocimex/core/result'
import type { ParsedInstruments, VenueGroup } from '@velocimex/venues/market-venue'

/** An instrument whose published grid was not used, and why. */
export interface InferredInstrument {
  readonly symbol: string
  readonly words: string
}

/** The instruments that a capture is read with. */
export interface ImportInstruments {
  readonly table: InstrumentTable
  readonly inferred: readonly InferredInstrument[]
}

/**
 * Reads a venue's instrument list: a capture with one or more REST answers (as recorders store them), or a bare answer,
 * either packed with gzip or not. Each answer is read by every venue of the group: it is that of those that know it.
 */
export async function readInstrumentFile(
  group: VenueGroup,
  path: string,
): Promise<Result<ParsedInstruments, 'not_found' | 'malformed'>> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch {
    return refuse('not_found')
  }
  let text: string
  try {
    text = (bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: 256 << 20 }) : bytes).toString()
  } catch {
    return refuse('malformed')
  }
  const read = answersIn(text).flatMap(answer => group.members.map(venue => venue.parseInstruments(answer)))
  const known = read.flatMap(result => (result.ok ? [result.value] : []))
  if (known.length === 0) return refuse('malformed')
  return ok({
    instruments: known.flatMap(({ instruments }) => instruments),
    skipped: known.flatMap(({ skipped }) => skipped),
  })
}

/** The REST answers inside capture lines; any other text as it is. */
function answersIn(text: string): string[] {
  try {
    const lines = text.split('\n').filter(line => line.trim() !== '')
    const answers = lines.map(line => (JSON.parse(line) as { raw?: unknown }).raw)
    return answers.every(answer => typeof answer === 'string') ? answers.filter(answer => answer !== '') : [text]
  } catch {
    return [text]
  }
}

/**
 * Chooses the grids for the symbols that occur: the published ones where there are any and they can hold every digit that
 * was seen, the inferred ones otherwise. A published grid that is coarser than the data is of another day: reading with
 * it would lose levels.
 */
export function chooseInstruments(
  learnt: readonly Instrument[],
  given: readonly Instrument[] | undefined,
): ImportInstruments {
  const published = new Map((given ?? []).map(instrument => [`${instrument.venue} ${instrument.symbol}`, instrument]))
  const inferred: InferredInstrument[] = []
  const chosen = learnt.map((seen, index) => {
    const known = published.get(`${seen.venue} ${seen.symbol}`)
    const fits =
      known !== undefined &&
      known.price.decimals >= seen.price.decimals &&
      known.quantity.decimals >= seen.quantity.decimals
    if (fits) return { ...known, index }
    const words =
      given === undefined
        ? 'no instrument list was given'
        : known === undefined
          ? 'not in the given list'
          : `the given grid is coarser than the data (price ${known.price.decimals} decimals, seen ${seen.price.decimals}; quantity ${known.quantity.decimals}, seen ${seen.quantity.decimals})`
    inferred.push({ symbol: seen.symbol, words })
    return { ...seen, index }
  })
  return { table: new InstrumentTable(alignAssets(chosen)), inferred }
}
