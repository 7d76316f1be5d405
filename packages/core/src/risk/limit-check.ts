import type { Clock } from '../clock/clock.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { ExposureBook } from './exposure-book.ts'
import type { ActiveLimit, LimitBook } from './limit-book.ts'
import { covers, type Scope } from './limit-scope.ts'
import type { Marks, MarkValuation } from './mark-valuation.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import { type Change, grossAfter, growthOf } from './projected-exposure.ts'
import type { RefusalFigures, RiskRefusal } from './risk-refusal.ts'
import type { ScopeTotals } from './scope-totals.ts'
import { LIMIT_UNITS, type LimitKind, type ScopedLimit } from './scoped-limit.ts'

/** How whatever a scope names stands: the accounts, or the part of them that a strategy runs. Booked units. */
export interface Standing {
  /** Worth now; undefined while it is not known, and then nothing is added that depends on it. */
  equity(scope: Scope): bigint | undefined
  /** Worth when the trading day began. */
  dayStart(scope: Scope): bigint | undefined
  /** Highest worth so far. */
  peak(scope: Scope): bigint | undefined
}

/** What a check works with. */
export interface LimitCheckParts {
  readonly account: string
  readonly instruments: InstrumentTable
  readonly limits: LimitBook
  readonly exposure: ExposureBook
  readonly valuation: MarkValuation
  readonly marks: Marks
  readonly standing: Standing
  /** Money that a position or order of an instrument binds, in bps of its value: 10,000 without leverage. */
  readonly marginBps: (instrument: number) => number
  readonly clock: Clock
}

const BPS = 10_000n

/** Refusals of the kinds that are measured in parts of the equity. */
const OF_EQUITY = {
  leverage: 'leverage_too_high',
  concentration: 'concentration_too_high',
  margin_use: 'margin_too_small',
} as const

/**
 * Holds every order of one account against the limits of all scopes that cover it, and reserves what is approved. A wish
 * is refused only for what it makes worse: after a limit was lowered below what is there, nothing is added, and all else
 * goes on.
 */
export class LimitCheck implements OrderGuard {
  readonly #parts: LimitCheckParts
  readonly #applying = new Map<string, (readonly ActiveLimit[] | undefined)[]>()
  #revision = -1
  // Exposure and leverage of one scope ask the same of the same wish.
  #asked: { wish: Wish | undefined; totals: ScopeTotals | undefined; gross: Change<bigint> | undefined } = {
    wish: undefined,
    totals: undefined,
    gross: undefined,
  }

  constructor(parts: LimitCheckParts) {
    this.#parts = parts
  }

  /** The first limit that the wish would break. */
  refusal(wish: Wish): RefusalFigures | undefined {
    const { exposure } = this.#parts
    if (!exposure.hasRoom)
      return figures('too_many_orders', 'exposure book', {}, exposure.held, exposure.held + 1, exposure.held, 'orders')
    for (const active of this.#limitsOf(wish.order)) {
      const refusal = this.#break(active, wish)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  /** Reserves the order and counts it in every rate. */
  onApproved(wish: Wish, approved: OrderRequest): void {
    const { account, clock, exposure } = this.#parts
    exposure.reserve(account, approved, wish.added, !wish.isReplace)
    const now = clock.now()
    for (const { rate } of this.#limitsOf(wish.order)) rate?.take(now)
  }

  /** The order itself is counted from here on, or nothing is. */
  onSettled(approved: OrderRequest): void {
    this.#parts.exposure.release(approved)
  }

  #limitsOf({ strategy, instrument }: OrderRequest): readonly ActiveLimit[] {
    const { account, instruments, limits } = this.#parts
    if (this.#revision !== limits.revision) {
      this.#applying.clear()
      this.#revision = limits.revision
    }
    let byInstrument = this.#applying.get(strategy)
    if (byInstrument === undefined) {
      byInstrument = []
      this.#applying.set(strategy, byInstrument)
    }
    let applying = byInstrument[instrument]
    if (applying === undefined) {
      const subject = { account, strategy, instrument, venue: instruments.at(instrument).venue }
      applying = limits.active.filter(({ limit }) => covers(limit.scope, subject))
      byInstrument[instrument] = applying
    }
    return applying
  }

  #break(active: ActiveLimit, wish: Wish): RefusalFigures | undefined {
    const { limit, totals, rate, count } = active
    switch (limit.kind) {
      case 'order_size':
        return wish.quantity > count ? broken(limit, 'order_too_large', 0, wish.quantity) : undefined
      case 'price_band':
        return this.#breakBand(limit, count, wish)
      case 'position':
        return this.#breakPosition(active, wish)
      case 'notional':
        return this.#breakNotional(active, wish)
      case 'exposure':
      case 'leverage':
      case 'concentration':
      case 'margin_use':
        return wish.added === 0 ? undefined : this.#breakGross(active, wish)
      case 'open_orders': {
        const { orders } = totals
        return !wish.isReplace && orders >= count ? broken(limit, 'too_many_orders', orders, orders + 1) : undefined
      }
      case 'order_rate':
        return rate?.allows(this.#parts.clock.now()) === true
          ? undefined
          : broken(limit, 'rate_exceeded', limit.value, limit.value + 1n)
      case 'daily_loss':
      case 'drawdown':
        return this.#breakLoss(limit)
    }
  }

  #breakBand(limit: ScopedLimit, count: number, { order, price }: Wish): RefusalFigures | undefined {
    if (price === undefined) return undefined
    const mark = this.#parts.marks.mark(order.instrument)
    if (!(mark > 0)) return broken(limit, 'no_reference_price', 0, 0)
    // Whole numbers below 2^53 stand on both sides wherever the mark is one; a fraction of a tick is a mid's half.
    const away = (order.side * (price - mark) * 10_000) / mark
    return away > count ? broken(limit, 'price_out_of_band', 0, Math.ceil(away)) : undefined
  }

  #breakPosition({ limit, totals, count }: ActiveLimit, { order, added }: Wish): RefusalFigures | undefined {
    if (added === 0) return undefined
    let now = 0
    let would = 0
    for (const slot of totals.slots) {
      if (slot.instrument !== order.instrument) continue
      const worst = Math.max(0, order.side * slot.net + (order.side > 0 ? slot.buys : slot.sells))
      now += worst
      if (slot.account !== this.#parts.account) would += worst
    }
    const own = totals.slot(this.#parts.account, order.instrument)
    would += Math.max(0, order.side * own.net + (order.side > 0 ? own.buys : own.sells) + added)
    return would > count ? broken(limit, 'position_too_large', now, would) : undefined
  }

  #breakNotional({ limit, totals }: ActiveLimit, wish: Wish): RefusalFigures | undefined {
    const { instrument } = wish.order
    const grown = growthOf(totals, this.#parts.account, wish.order, wish.added)
    if (grown.after <= grown.before) return undefined
    const after = this.#parts.valuation.value(instrument, grown.after)
    const before = this.#parts.valuation.value(instrument, grown.before)
    if (after === undefined || before === undefined) return broken(limit, 'no_valuation', 0, 0)
    return after > limit.value ? broken(limit, 'notional_too_large', before, after) : undefined
  }

  #breakGross({ limit, totals }: ActiveLimit, wish: Wish): RefusalFigures | undefined {
    const { standing } = this.#parts
    const gross = this.#gross(limit.kind, totals, wish)
    if (gross === undefined) return broken(limit, 'no_valuation', 0, 0)
    if (gross.after <= gross.before) return undefined
    if (limit.kind === 'exposure')
      return gross.after > limit.value ? broken(limit, 'exposure_too_large', gross.before, gross.after) : undefined
    const equity = standing.equity(limit.scope)
    if (equity === undefined) return broken(limit, 'no_valuation', 0, 0)
    if (equity > 0n && gross.after * BPS <= limit.value * equity) return undefined
    return broken(
      limit,
      OF_EQUITY[limit.kind as keyof typeof OF_EQUITY],
      share(gross.before, equity),
      share(gross.after, equity),
    )
  }

  #gross(kind: LimitKind, totals: ScopeTotals, wish: Wish): Change<bigint> | undefined {
    if (kind === 'concentration') return this.#ofAsset(totals, wish)
    return kind === 'margin_use' ? this.#margin(totals, wish) : this.#ofAll(totals, wish)
  }

  #margin(totals: ScopeTotals, wish: Wish): Change<bigint> | undefined {
    const { account, marginBps, valuation } = this.#parts
    const bound = {
      value: (instrument: number, lots: number): bigint | undefined => {
        const value = valuation.value(instrument, lots)
        return value === undefined ? undefined : (value * BigInt(marginBps(instrument)) + BPS - 1n) / BPS
      },
    }
    return grossAfter(totals, account, wish.order, wish.added, bound, () => true)
  }

  #ofAll(totals: ScopeTotals, wish: Wish): Change<bigint> | undefined {
    if (this.#asked.wish !== wish || this.#asked.totals !== totals) {
      const { account, valuation } = this.#parts
      this.#asked.gross = grossAfter(totals, account, wish.order, wish.added, valuation, () => true)
      this.#asked.wish = wish
      this.#asked.totals = totals
    }
    return this.#asked.gross
  }

  #ofAsset(totals: ScopeTotals, wish: Wish): Change<bigint> | undefined {
    const { account, instruments, valuation } = this.#parts
    const { code } = instruments.at(wish.order.instrument).base
    const counts = (instrument: number): boolean => instruments.at(instrument).base.code === code
    return grossAfter(totals, account, wish.order, wish.added, valuation, counts)
  }

  #breakLoss(limit: ScopedLimit): RefusalFigures | undefined {
    const { standing } = this.#parts
    const equity = standing.equity(limit.scope)
    const from = limit.kind === 'daily_loss' ? standing.dayStart(limit.scope) : standing.peak(limit.scope)
    if (equity === undefined || from === undefined) return broken(limit, 'no_valuation', 0, 0)
    const lost = from > equity ? from - equity : 0n
    if (limit.kind === 'daily_loss')
      return lost >= limit.value ? broken(limit, 'daily_loss_reached', lost, lost) : undefined
    const fall = from > 0n ? (lost * BPS) / from : BPS
    return fall >= limit.value ? broken(limit, 'drawdown_reached', fall, fall) : undefined
  }
}

/** A part of the equity in bps, rounded up; without equity every unit counts as all of it. */
const share = (part: bigint, equity: bigint): bigint => (equity > 0n ? (part * BPS + equity - 1n) / equity : part * BPS)

const broken = (
  { name, scope, kind, value: limit }: ScopedLimit,
  reason: RiskRefusal,
  value: number | bigint,
  would: number | bigint,
): RefusalFigures => figures(reason, name, scope, value, would, limit, LIMIT_UNITS[kind])

const figures = (
  reason: RiskRefusal,
  name: string,
  scope: Scope,
  value: number | bigint,
  would: number | bigint,
  limit: number | bigint,
  unit: string,
): RefusalFigures => ({ reason, name, scope, value, would, limit, unit })
