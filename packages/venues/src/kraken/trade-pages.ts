import type { Fill } from '@velocimex/core/order/fill'

/** Trades that are put together at most: a history that is longer is begun again, and proves nothing meanwhile. */
const TRADES_MAX = 5_000

/**
 * Kraken's history of trades begins with the newest and goes on page by page: the pages of one instant are put together,
 * and count when the last of them is there. What is traded meanwhile moves older trades back, so that pages overlap and
 * leave no gap.
 */
export class TradePages {
  #since = -1
  #offset = 0
  readonly #fills = new Map<string, Fill>()

  /** How many of the newest to skip for trades since an instant. */
  offset(since: number): number {
    if (since !== this.#since) this.#begin()
    this.#since = since
    return this.#offset
  }

  /**
   * Takes an answer.
   * @param body of the request @param page its fills of our pairs @param rows of the answer, other pairs included
   * @param count of all trades since that instant
   * @returns all fills, oldest first; undefined while pages are missing: ask again
   */
  take(body: string, page: readonly Fill[], rows: number, count: number): Fill[] | undefined {
    const skipped = Number(/(?:^|&)ofs=(\d{1,9})(?:&|$)/.exec(body)?.[1] ?? 0)
    const through = skipped + rows
    if (skipped === 0 && through >= count) return [...page]
    // The answer to an older request.
    if (skipped !== this.#offset) return undefined
    for (const fill of page) this.#fills.set(fill.tradeId, fill)
    this.#offset = through
    if (through < count && rows > 0 && this.#fills.size <= TRADES_MAX) return undefined
    const all = through < count ? undefined : [...this.#fills.values()].sort((one, other) => one.at - other.at)
    this.#begin()
    return all
  }

  #begin(): void {
    this.#offset = 0
    this.#fills.clear()
  }
}
