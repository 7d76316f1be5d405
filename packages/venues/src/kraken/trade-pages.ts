/** Trades that TradesHistory tells at once. */
const PAGE = 50

/**
 * Kraken's history of trades begins with the newest, and we read it from the oldest: where there are more than a page
 * holds, the next request for the same instant skips all but the oldest page.
 */
export class TradePages {
  #since = -1
  #offset = 0

  /** How many of the newest to skip for trades since an instant. */
  offset(since: number): number {
    if (since !== this.#since) this.#offset = 0
    this.#since = since
    return this.#offset
  }

  /**
   * Takes an answer.
   * @param body of the request @param rows in the page @param count of all trades since that instant
   * @returns whether the page ends with the oldest of them; if not, ask again
   */
  take(body: string, rows: number, count: number): boolean {
    const skipped = Number(/(?:^|&)ofs=(\d{1,9})(?:&|$)/.exec(body)?.[1] ?? 0)
    if (skipped + rows >= count) return true
    this.#offset = Math.max(0, count - PAGE)
    return false
  }
}
