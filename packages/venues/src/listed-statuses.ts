import { MarketStatus } from '@velocimex/core/market/event-kind'
import type { ListedStatus } from './market-venue.ts'
import { isJsonFields, type JsonFields } from './wire/json-object.ts'

/**
 * States of the rows of a venue's list, of the symbols that are asked about. A row without a name is passed over; a state
 * that is no known word counts as halted and is told, for nobody may take it for trading.
 *
 * @param nameKey field with the venue's name of an instrument
 * @param wordOf what a row says, and the statuses by the venue's words
 */
export function listedStatuses(
  rows: readonly unknown[],
  nameKey: string,
  symbols: ReadonlySet<string>,
  wordOf: (row: JsonFields) => readonly [word: unknown, words: Readonly<Record<string, number>>],
): readonly ListedStatus[] {
  return rows.flatMap(row => {
    const symbol = isJsonFields(row) ? row[nameKey] : undefined
    if (!isJsonFields(row) || typeof symbol !== 'string' || !symbols.has(symbol)) return []
    const [word, words] = wordOf(row)
    if (typeof word === 'string' && Object.hasOwn(words, word)) return [{ symbol, status: words[word]! }]
    return [{ symbol, status: MarketStatus.halted, unknown: String(word).slice(0, 60) }]
  })
}
