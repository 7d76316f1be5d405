import type { Grid } from '@velocimex/core/market/grid'
import { DigitTally } from './digit-tally.ts'

/** Most symbols that are learnt: more than any venue has ever listed. */
const SYMBOLS_MAX = 20_000
/** What a venue calls an instrument: no blank, no quote, nothing that would stand escaped in a frame. */
const SYMBOL = /^[^\s\p{Cc}"\\]{1,40}$/u

/** The grids of one symbol as far as its messages show them. */
export interface LearntGrid {
  readonly symbol: string
  readonly price: Grid
  readonly quantity: Grid
}

/** Grids learnt from the digits of messages, see `DigitTally`. Symbols keep the order of their first appearance. */
export class LearntGrids {
  readonly #digits = new Map<string, { readonly price: DigitTally; readonly quantity: DigitTally }>()

  /**
   * Takes what one message says of a symbol: decimal texts; anything else among them teaches nothing.
   * @returns true when a grid changed or the symbol is new
   */
  widen(symbol: string, prices: readonly unknown[], quantities: readonly unknown[]): boolean {
    const known = this.#digits.get(symbol)
    if (known === undefined && (this.#digits.size >= SYMBOLS_MAX || !SYMBOL.test(symbol))) return false
    const digits = known ?? { price: new DigitTally(), quantity: new DigitTally() }
    if (known === undefined) this.#digits.set(symbol, digits)
    let isChanged = known === undefined
    for (const text of prices) if (digits.price.take(text)) isChanged = true
    for (const text of quantities) if (digits.quantity.take(text)) isChanged = true
    return isChanged
  }

  /** All that was learnt. */
  all(): readonly LearntGrid[] {
    return [...this.#digits].map(([symbol, { price, quantity }]) => ({
      symbol,
      price: { decimals: price.decimals, step: 1 },
      quantity: { decimals: quantity.decimals, step: 1 },
    }))
  }
}

/** The first and second cells of rows `[[price, quantity, ...], ...]`; anything else is left out. */
export function cellsOf(rows: unknown): { readonly prices: unknown[]; readonly quantities: unknown[] } {
  const whole = Array.isArray(rows) ? rows.filter(row => Array.isArray(row)) : []
  return { prices: whole.map(row => row[0]), quantities: whole.map(row => row[1]) }
}
