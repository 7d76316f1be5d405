import { ok, type Result, refuse } from '@velocimex/core/result'
import { listedStatuses } from '../listed-statuses.ts'
import type { ListedStatus } from '../market-venue.ts'
import { isJsonFields, objectIn } from '../wire/json-object.ts'
import { STATE_WORDS } from './frame-places.ts'

/** The state of an instrument by an answer of `public/ticker`: that of its book, which knows of locks and of expiries. */
export function tickerStatus(text: string, symbols: ReadonlySet<string>): Result<readonly ListedStatus[], 'malformed'> {
  const result = objectIn(text)?.['result']
  if (!isJsonFields(result) || typeof result['instrument_name'] !== 'string') return refuse('malformed')
  return ok(listedStatuses([result], 'instrument_name', symbols, ({ state }) => [state, STATE_WORDS]))
}
