import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentDraft } from './draft-instrument.ts'
import type { ParsedInstruments, SkippedInstrument } from './market-venue.ts'
import { isJsonFields, type JsonFields } from './wire/json-object.ts'

/**
 * Instruments of the rows of a venue's published list, with dense indexes. A row that is not whole is skipped and named with
 * the field at fault, and so is one whose name was listed before; none is half read.
 *
 * @param nameKey field with the venue's name of an instrument
 * @param read a draft; the field at fault in words; or undefined for one that is left out without a word
 */
export function listedInstruments(
  rows: readonly unknown[],
  nameKey: string,
  read: (row: JsonFields) => InstrumentDraft | string | undefined,
  make: (index: number, draft: InstrumentDraft) => Instrument,
): ParsedInstruments {
  const instruments: Instrument[] = []
  const skipped: SkippedInstrument[] = []
  const seen = new Set<string>()
  for (const [at, row] of rows.entries()) {
    const draft = isJsonFields(row) ? read(row) : 'not an object'
    if (draft === undefined) continue
    const name = isJsonFields(row) && typeof row[nameKey] === 'string' ? row[nameKey] : `#${at}`
    if (typeof draft === 'string') skipped.push({ symbol: name, words: draft })
    else if (seen.has(name)) skipped.push({ symbol: name, words: 'listed twice' })
    else {
      seen.add(name)
      instruments.push(make(instruments.length, draft))
    }
  }
  return { instruments, skipped }
}
