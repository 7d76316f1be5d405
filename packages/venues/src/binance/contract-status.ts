import { MarketStatus } from '@velocimex/core/market/event-kind'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { listedStatuses } from '../listed-statuses.ts'
import type { ListedStatus } from '../market-venue.ts'
import { objectIn } from '../wire/json-object.ts'
import { NameTable } from '../wire/name-table.ts'
import type { Dialect } from './frame-fields.ts'

/**
 * States of a symbol by their words. Spot: enums.md, "Symbol status" (its older words for auctions are still listed
 * there). USD-M: common definitions, "Contract status". A contract that is to be delivered or settled takes no new orders.
 */
const WORDS: Readonly<Record<Dialect, Readonly<Record<string, number>>>> = {
  spot: {
    TRADING: MarketStatus.trading,
    HALT: MarketStatus.halted,
    BREAK: MarketStatus.halted,
    CANCEL_ONLY: MarketStatus.halted,
    AUCTION_MATCH: MarketStatus.auction,
    PRE_TRADING: MarketStatus.closed,
    POST_TRADING: MarketStatus.closed,
    END_OF_DAY: MarketStatus.closed,
  },
  usdm: {
    TRADING: MarketStatus.trading,
    TRADING_HALT: MarketStatus.halted,
    TRADING_CANCEL_ONLY: MarketStatus.halted,
    PENDING_TRADING: MarketStatus.closed,
    PRE_DELIVERING: MarketStatus.closed,
    DELIVERING: MarketStatus.closed,
    DELIVERED: MarketStatus.closed,
    PRE_SETTLE: MarketStatus.closed,
    SETTLING: MarketStatus.closed,
    CLOSE: MarketStatus.closed,
  },
}

/** The words of a dialect, for its codec. */
export const contractStates = (dialect: Dialect): NameTable => new NameTable(Object.entries(WORDS[dialect]))

/** States of the symbols of an exchangeInfo answer. */
export function exchangeInfoStatuses(
  dialect: Dialect,
  text: string,
  symbols: ReadonlySet<string>,
): Result<readonly ListedStatus[], 'malformed'> {
  const listed = objectIn(text)?.['symbols']
  if (!Array.isArray(listed)) return refuse('malformed')
  return ok(listedStatuses(listed, 'symbol', symbols, ({ status }) => [status, WORDS[dialect]]))
}
