import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { AccountExposure } from './account-exposure.ts'
import { ExposureBook, type WorkingOrder } from './exposure-book.ts'
import { type Actor, LimitBook, type LimitChange } from './limit-book.ts'
import { LimitCheck } from './limit-check.ts'
import { MarkValuation } from './mark-valuation.ts'
import { type ApprovedOrder, RiskGate } from './risk-gate.ts'
import { NO_LIMITS } from './risk-limits.ts'
import type { ScopedLimit } from './scoped-limit.ts'

const asset = (code: string) => ({ code, decimals: 2 })

/** A made-up instrument: one lot at one tick is worth one booked unit, prices and quantities are whole. */
export const trialInstrument = (index: number, more: Partial<Instrument> = {}): Instrument => ({
  index,
  venue: 'alpha',
  symbol: `S${index}`,
  unified: `S${index}/USDT`,
  kind: 'perpetual',
  base: asset(`S${index}`),
  quote: asset('USDT'),
  settle: asset('USDT'),
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
  ...more,
})

/** S0 and S1 on alpha, S0 again on beta, and S3 settled in EUR with a EUR/USDT pair beside it. */
export const TRIAL_TABLE = new InstrumentTable([
  trialInstrument(0),
  trialInstrument(1),
  trialInstrument(2, { venue: 'beta', symbol: 'S0', base: asset('S0') }),
  trialInstrument(3, { quote: asset('EUR'), settle: asset('EUR') }),
  trialInstrument(4, { kind: 'spot', symbol: 'EURUSDT', base: asset('EUR'), price: { decimals: 2, step: 1 } }),
])

/** An admin with a second factor. */
export const ADMIN: Actor = { name: 'ada', role: 'admin', hasSteppedUp: true }
/** An operator. */
export const OPERATOR: Actor = { name: 'otto', role: 'operator', hasSteppedUp: false }

/** A limit order of a wish; a market order when the price is null. */
export const wish = (
  instrument: number,
  side: Side,
  quantity: number,
  price: number | null = 100,
  strategy = 'mm',
): OrderRequest => ({
  instrument,
  side,
  type: price === null ? 'market' : 'limit',
  quantity: lots(quantity),
  timeInForce: price === null ? 'ioc' : 'gtc',
  postOnly: false,
  reduceOnly: false,
  strategy,
  ...(price === null ? {} : { price: ticks(price) }),
})

/** An order as execution would track it. */
export interface TrialOrder extends WorkingOrder {
  exposure: number
}

/** Accounts that trade through gates with limits, on a market whose marks and clock the test moves. */
export class TrialDesk {
  readonly clock = new SimClock(micros(0))
  readonly marks = TRIAL_TABLE.all.map(() => 100)
  readonly book = new ExposureBook(TRIAL_TABLE)
  readonly changes: LimitChange[] = []
  /** Whether the journal takes changes. */
  isJournalOpen = true
  equity: bigint | undefined = 1_000_000n
  dayStart: bigint | undefined = 1_000_000n
  peak: bigint | undefined = 1_000_000n
  readonly limits = new LimitBook(TRIAL_TABLE, this.book, {
    record: change => this.isJournalOpen && this.changes.push(change) > 0,
  })
  readonly #gates = new Map<string, RiskGate>()
  #orders = 0

  constructor(limits: readonly ScopedLimit[]) {
    const loaded = this.limits.load(limits)
    if (!loaded.ok) throw new Error(`${loaded.reason}: ${this.limits.fault}`)
  }

  /** The gate of an account. */
  gate(account = 'main'): RiskGate {
    const known = this.#gates.get(account)
    if (known !== undefined) return known
    const marks = { mark: (instrument: number) => this.marks[instrument]! }
    const check = new LimitCheck({
      account,
      instruments: TRIAL_TABLE,
      limits: this.limits,
      exposure: this.book,
      valuation: new MarkValuation(TRIAL_TABLE, asset('USDT'), marks),
      marks,
      marginBps: () => 2000,
      standing: { equity: () => this.equity, dayStart: () => this.dayStart, peak: () => this.peak },
      clock: this.clock,
    })
    const limits = { byInstrument: TRIAL_TABLE.all.map(() => NO_LIMITS), ordersPerWindowMax: 100_000, rateWindow: 1 }
    const exposure = new AccountExposure(this.book, account, marks)
    const made = new RiskGate(TRIAL_TABLE, limits, exposure, this.clock, [check])
    this.#gates.set(account, made)
    return made
  }

  /** Reviews a wish. Returns the reason of the refusal, or '' with the order reserved. */
  ask(request: OrderRequest, account = 'main'): string {
    const reviewed = this.gate(account).review(request)
    return reviewed.ok ? '' : reviewed.reason
  }

  /** Reviews a wish and places it. Undefined when it was refused. */
  place(request: OrderRequest, account = 'main'): TrialOrder | undefined {
    const reviewed = this.gate(account).review(request)
    return reviewed.ok ? this.send(reviewed.value, account) : undefined
  }

  /** Places what was approved. */
  send(approved: ApprovedOrder, account = 'main'): TrialOrder {
    const clientOrderId = `o${this.#orders++}`
    // Every other order comes back from a journal, as an equal request and not as the same object.
    const request = this.#orders % 2 === 0 ? approved : { ...approved }
    const order = { clientOrderId, request, exposure: approved.quantity as number }
    this.book.onOrder(account, order)
    this.gate(account).settle(approved, clientOrderId)
    return order
  }

  /** Fills part of an order; a late fill may pass what is open. */
  fill(order: TrialOrder, quantity: number, account = 'main'): void {
    order.exposure = Math.max(0, order.exposure - quantity)
    this.book.onFill(account, order, quantity)
  }

  /** Closes an order with what it has filled. */
  close(order: TrialOrder, account = 'main'): void {
    order.exposure = 0
    this.book.onOrder(account, order)
  }

  /** Gives the account a position at once. */
  hold(instrument: number, net: number, account = 'main', strategy = 'mm'): void {
    this.book.correct(account, strategy, instrument, net)
  }

  /** Buys and holds, for stories. */
  bought(instrument: number, quantity: number): void {
    const order = this.place(wish(instrument, BUY, quantity))
    if (order !== undefined) this.fill(order, quantity)
  }
}
