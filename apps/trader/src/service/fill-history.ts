import { AccountBooks } from '@velocimex/core/ledger/account-books'
import { type CarriedBooks, carriedBooks } from '@velocimex/core/ledger/carried-books'
import { Portfolio } from '@velocimex/core/ledger/portfolio'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { Position } from '@velocimex/core/order/position'

/** An execution with the strategy whose order it was; empty when it was nobody's of ours. */
export interface BookedFill extends Fill {
  readonly strategy: string
}

/** What is left of fills that are no longer kept one by one. */
export interface CarriedFills {
  /** How many there were, and how many of them made liquidity. */
  readonly count: number
  readonly makers: number
  /** Venue's instant of the newest. */
  readonly through: number
  readonly books: CarriedBooks
  /** What each strategy held and had realised after them, one position for each instrument that it traded. */
  readonly strategies: readonly (readonly [name: string, positions: readonly Position[]])[]
}

/** From here on the older half of the fills is folded into what they have made of the account. */
export const FILLS_MAX = 4_000

/**
 * The fills of an account: the newest one by one, because one of them may still be told of late, the older ones as what
 * they came to. Nothing of the account's truth depends on how many are kept, and memory and snapshots stay bounded; each
 * of the older ones is a row of the database.
 */
export class FillHistory {
  carried: CarriedFills | undefined
  readonly #instruments: InstrumentTable
  readonly #max: number
  #recent: BookedFill[] = []

  constructor(instruments: InstrumentTable, max = FILLS_MAX) {
    this.#instruments = instruments
    this.#max = max
  }

  /** The newest, about in the order in which they were told. */
  get recent(): readonly BookedFill[] {
    return this.#recent
  }

  /** Fills since the account was opened. */
  get count(): number {
    return this.#recent.length + (this.carried?.count ?? 0)
  }

  /** Those of them that made liquidity. */
  get makers(): number {
    return countMakers(this.#recent) + (this.carried?.makers ?? 0)
  }

  add(fill: BookedFill): void {
    this.#recent.push(fill)
    if (this.#recent.length > this.#max) this.#fold()
  }

  /** Goes on with what a snapshot kept; to be called before the first fill. */
  carry(carried: CarriedFills): void {
    this.carried = carried
  }

  /** The kept fills of an instrument in the venue's order. */
  of(instrument: number): BookedFill[] {
    return inVenueOrder(this.#recent.filter(each => each.instrument === instrument))
  }

  /** What was held of an instrument before the first of the kept fills; undefined for nothing. */
  before(instrument: number): Position | undefined {
    return this.carried?.books.positions[instrument]
  }

  /** What is held by the fills that are not kept: of the account, or of one strategy. */
  portfolioBefore(strategy?: string): Portfolio {
    const portfolio = new Portfolio(this.#instruments)
    const { carried } = this
    const own = carried?.strategies.find(([name]) => name === strategy)?.[1]
    const positions = strategy === undefined ? carried?.books.positions : own
    for (const position of positions ?? []) portfolio.carry(position)
    return portfolio
  }

  /** The older half becomes what it came to, by the same bookkeeping that would have kept it. */
  #fold(): void {
    const all = inVenueOrder(this.#recent)
    const older = all.slice(0, Math.ceil(all.length / 2))
    const books = new AccountBooks(this.#instruments, { owner: 1, allowShort: true })
    if (this.carried !== undefined) books.carry(this.carried.books, older[0]!.at)
    const names = new Set([
      ...older.map(({ strategy }) => strategy),
      ...(this.carried?.strategies ?? []).map(([name]) => name),
    ])
    const portfolios = new Map([...names].map(name => [name, this.portfolioBefore(name)]))
    for (const fill of older) {
      books.fill(fill)
      portfolios.get(fill.strategy)!.apply(fill)
    }
    const indexes = this.#instruments.all.map(({ index }) => index)
    const positions = (portfolio: Portfolio): Position[] => indexes.map(index => portfolio.position(index))
    this.carried = {
      count: older.length + (this.carried?.count ?? 0),
      makers: countMakers(older) + (this.carried?.makers ?? 0),
      through: Math.max(older.at(-1)!.at, this.carried?.through ?? 0),
      books: carriedBooks(books, indexes.length),
      strategies: [...portfolios].map(([name, portfolio]) => [name, positions(portfolio)] as const),
    }
    this.#recent = all.slice(older.length)
  }
}

const inVenueOrder = (fills: readonly BookedFill[]): BookedFill[] => fills.toSorted((one, other) => one.at - other.at)

const countMakers = (fills: readonly Fill[]): number => fills.filter(({ liquidity }) => liquidity === 'maker').length
