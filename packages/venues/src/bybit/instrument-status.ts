import { MarketStatus } from '@velocimex/core/market/event-kind'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { listedStatuses } from '../listed-statuses.ts'
import type { ListedStatus } from '../market-venue.ts'
import { isJsonFields, objectIn } from '../wire/json-object.ts'

/**
 * States of an instrument: bybit v5, enums, "status". Before its launch, while it is settled or delivered and afterwards
 * it takes no new orders. The venue has no word for a halt.
 */
const WORDS: Readonly<Record<string, number>> = {
  Trading: MarketStatus.trading,
  PreLaunch: MarketStatus.closed,
  Settling: MarketStatus.closed,
  Delivering: MarketStatus.closed,
  Closed: MarketStatus.closed,
}

/** States of the instruments of an answer of `GET /v5/market/instruments-info`. */
export function instrumentsInfoStatuses(
  text: string,
  symbols: ReadonlySet<string>,
): Result<readonly ListedStatus[], 'malformed'> {
  const answer = objectIn(text)
  const result = answer?.['retCode'] === 0 ? answer['result'] : undefined
  const list = isJsonFields(result) ? result['list'] : undefined
  if (!Array.isArray(list)) return refuse('malformed')
  return ok(listedStatuses(list, 'symbol', symbols, ({ status }) => [status, WORDS]))
}
