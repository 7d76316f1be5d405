import type { Clock } from '../clock/clock.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Ticks } from '../market/units.ts'
import type { ExposureBook } from '../risk/exposure-book.ts'
import type { Marks, MarkValuation } from '../risk/mark-valuation.ts'
import { type ScopeTotals, worstLots } from '../risk/scope-totals.ts'
import type { Standings } from '../risk/standings.ts'
import type { AccountBooks } from './account-books.ts'
import type { AccountSnapshot, BalanceView, PositionView } from './account-snapshot.ts'

/** Told every new snapshot: screens, the history, and the watch of the emergency stop. */
export interface AccountListener {
  onSnapshot(snapshot: AccountSnapshot): void
}

/** What a monitor watches, and by which prices. */
export interface AccountMonitorParts {
  readonly account: string
  readonly instruments: InstrumentTable
  readonly books: AccountBooks
  readonly exposure: ExposureBook
  /** Gives the currency, too. */
  readonly valuation: MarkValuation
  readonly marks: Marks
  readonly standings: Standings
  readonly clock: Clock
  /** Money that a position or order of an instrument binds, in bps of its value: 10,000 without leverage. */
  readonly marginBps: (instrument: number) => number
  readonly listener: AccountListener
}

const BPS = 10_000n

/** Keeps track of one account: balances, positions, profit, margin and leverage, from the books and the marks. */
export class AccountMonitor {
  readonly #parts: AccountMonitorParts
  readonly #totals: ScopeTotals

  constructor(parts: AccountMonitorParts) {
    this.#parts = parts
    this.#totals = parts.exposure.totals({ account: parts.account })
  }

  /** The account now, told to the standings and the listener. Call it after fills and about once a second. */
  update(): AccountSnapshot {
    const { account, clock, standings, listener } = this.#parts
    const total = this.#total()
    standings.takeAccount(account, total, clock.now())
    const snapshot = this.snapshot()
    listener.onSnapshot(snapshot)
    return snapshot
  }

  /** Money came to the account from outside (negative: went there), booked units of an asset: no profit, no loss. */
  onFlow(code: string, amount: bigint): void {
    const { account, standings, valuation } = this.#parts
    const worth = valuation.worth(amount, code)
    if (worth !== undefined) standings.flow(account, worth)
  }

  /** The account now. */
  snapshot(): AccountSnapshot {
    const { account, clock, standings, valuation } = this.#parts
    const positions = this.#positions()
    const total = this.#total()
    const exposure = sum(positions.map(({ value }) => value))
    const bound = sum(positions.map(position => this.#bound(position)))
    const day = standings.watch({ account })
    return Object.freeze({
      account,
      at: clock.now(),
      currency: valuation.currency,
      total,
      available: total === undefined || bound === undefined ? undefined : total - bound,
      unrealised: this.#inCurrency(positions, ({ unrealised }) => unrealised),
      realised: this.#inCurrency(positions, ({ realised }) => realised),
      fees: this.#fees(),
      dayProfit: total === undefined ? undefined : day.dayProfit,
      dayDrawdownBps: total === undefined ? undefined : day.dayDrawdownBps,
      exposure,
      marginBps: total === undefined || !exposure ? undefined : Number((total * BPS) / exposure),
      leverageBps:
        total === undefined || total <= 0n || exposure === undefined ? undefined : Number((exposure * BPS) / total),
      balances: this.#balances(),
      positions: positions.filter(({ netLots, worstLots: worst }) => netLots !== 0 || worst !== 0),
    })
  }

  /**
   * Balances and the open profit of derivatives. Goods bought on a spot market are balances already, so spot positions
   * are not added again.
   */
  #total(): bigint | undefined {
    const { books, instruments, marks, valuation } = this.#parts
    const worths = this.#balances().map(({ worth }) => worth)
    for (const { index, kind, settle } of instruments.all) {
      if (kind === 'spot' || books.portfolio.netLots(index) === 0) continue
      const mark = marks.mark(index)
      if (!(mark > 0)) return undefined
      worths.push(valuation.worth(books.portfolio.unrealised(index, Math.round(mark) as Ticks), settle.code))
    }
    return sum(worths)
  }

  #balances(): BalanceView[] {
    const { books, valuation } = this.#parts
    return books.chart.assets
      .map(({ code }) => ({ code, amount: books.cash(code) }))
      .filter(({ amount }) => amount !== 0n)
      .map(({ code, amount }) => ({ code, amount, worth: valuation.worth(amount, code) }))
  }

  /** Every instrument, also those without a position: what they have realised counts. */
  #positions(): PositionView[] {
    const { account, books, instruments, marks, valuation } = this.#parts
    return instruments.all.map(({ index }) => {
      const { netLots, realised } = books.portfolio.position(index)
      const mark = marks.mark(index)
      const unrealised = mark > 0 ? books.portfolio.unrealised(index, Math.round(mark) as Ticks) : undefined
      return {
        instrument: index,
        netLots,
        worstLots: worstLots(this.#totals.slot(account, index)),
        mark,
        value: valuation.value(index, Math.abs(netLots)),
        unrealised: netLots === 0 ? 0n : unrealised,
        realised,
      }
    })
  }

  #bound({ instrument, worstLots: worst }: PositionView): bigint | undefined {
    const value = this.#parts.valuation.value(instrument, worst)
    if (value === undefined) return undefined
    return (value * BigInt(this.#parts.marginBps(instrument)) + BPS - 1n) / BPS
  }

  #fees(): bigint | undefined {
    const { books, instruments, valuation } = this.#parts
    return sum(
      instruments.all.map(({ index, settle }) => valuation.convert(books.portfolio.position(index).fees, settle.code)),
    )
  }

  #inCurrency(
    positions: readonly PositionView[],
    of: (position: PositionView) => bigint | undefined,
  ): bigint | undefined {
    const { instruments, valuation } = this.#parts
    return sum(
      positions.map(position => {
        const amount = of(position)
        return amount === undefined
          ? undefined
          : valuation.worth(amount, instruments.at(position.instrument).settle.code)
      }),
    )
  }
}

/** Sum of amounts; not known when one of them is not. */
function sum(amounts: readonly (bigint | undefined)[]): bigint | undefined {
  let total = 0n
  for (const amount of amounts) {
    if (amount === undefined) return undefined
    total += amount
  }
  return total
}
