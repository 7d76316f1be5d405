import type { Grid } from '@velocimex/core/market/grid'

/** Most symbols that are learnt: more than any venue has ever listed. */
const SYMBOLS_MAX = 20_000
/** Digits behind the point that are believed; more is not a price of any venue. */
const DECIMALS_MAX = 12
const SYMBOL_LENGTH_MAX = 40

/** The grids of one symbol as far as its messages show them. */
export interface LearntGrid {
  readonly symbol: string
  readonly price: Grid
  readonly quantity: Grid
}

/**
 * Grids learnt from the digits of messages: the most digits behind the point that were ever not zero. They can only
 * become finer, and symbols keep the order of their first appearance.
 */
export class LearntGrids {
  readonly #digits = new Map<string, { price: number; quantity: number }>()

  /**
   * Takes what one message says of a symbol: decimal texts; anything else among them teaches nothing.
   * @returns true when a grid became finer or the symbol is new
   */
  widen(symbol: string, prices: readonly unknown[], quantities: readonly unknown[]): boolean {
    const known = this.#digits.get(symbol)
    if (known === undefined && (this.#digits.size >= SYMBOLS_MAX || symbol.length > SYMBOL_LENGTH_MAX)) return false
    const digits = known ?? { price: 0, quantity: 0 }
    const { price, quantity } = digits
    for (const text of prices) digits.price = Math.max(digits.price, decimalsOf(text))
    for (const text of quantities) digits.quantity = Math.max(digits.quantity, decimalsOf(text))
    if (known === undefined) this.#digits.set(symbol, digits)
    return known === undefined || digits.price > price || digits.quantity > quantity
  }

  /** All that was learnt. */
  all(): readonly LearntGrid[] {
    return [...this.#digits].map(([symbol, { price, quantity }]) => ({
      symbol,
      price: { decimals: price, step: 1 },
      quantity: { decimals: quantity, step: 1 },
    }))
  }
}

/** The first and second cells of rows `[[price, quantity, ...], ...]`; anything else is left out. */
export function cellsOf(rows: unknown): { readonly prices: unknown[]; readonly quantities: unknown[] } {
  const whole = Array.isArray(rows) ? rows.filter(row => Array.isArray(row)) : []
  return { prices: whole.map(row => row[0]), quantities: whole.map(row => row[1]) }
}

/** Digits behind the point up to the last that is not zero; 0 for anything that is no decimal text of sane length. */
function decimalsOf(text: unknown): number {
  if (typeof text !== 'string' || text.length > 40) return 0
  const point = text.indexOf('.')
  if (point < 0) return 0
  let end = text.length
  while (text.charCodeAt(end - 1) === 48) end--
  const decimals = Math.max(0, end - point - 1)
  return decimals <= DECIMALS_MAX && /^\d+\.\d+$/.test(text) ? decimals : 0
}
