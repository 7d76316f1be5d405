import { assert } from '../assert.ts'
import type { Clock } from '../clock/clock.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { divideHalfEven } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { ok, type Result, refuse } from '../result.ts'
import { bound, ExchangeAccount, worth } from './exchange-account.ts'
import { whyNotTaken } from './exchange-checks.ts'
import type {
  ExchangeFill,
  ExchangeListener,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeRefusal,
  NewExchangeOrder,
} from './exchange-order.ts'
import type { ExchangeTerms, ExchangeView } from './exchange-view.ts'
import { MatchingEngine } from './matching-engine.ts'

/** Orders of accounts are numbered from here; the flow that makes the market counts from 1. */
const FIRST_ACCOUNT_ORDER = 1_000_000_000_000
const BOOK_ORDERS_MAX = 1 << 15
/** Closed orders and executions that are remembered, over all accounts. */
const CLOSED_MAX = 50_000
const RATE_ONE = 100_000_000n

/**
 * A venue's truth: real matching, the orders of its accounts, what they own, owe and hold. It speaks no protocol; the
 * dialects do. Orders without an account are those of the flow that makes the market: they own nothing and are never short.
 */
export class Exchange implements ExchangeView {
  readonly instruments: InstrumentTable
  readonly terms: ExchangeTerms
  readonly accounts = new Map<number, ExchangeAccount>()
  /** Executions of accounts, oldest first; bounded. */
  readonly fills: ExchangeFill[] = []
  /** By instrument index: false while trading is halted. */
  readonly isOpen: boolean[]
  readonly #engines: readonly MatchingEngine[]
  readonly #clock: Clock
  readonly #listener: ExchangeListener
  readonly #orders = new Map<number, ExchangeOrder>()
  readonly #byClientId = new Map<string, ExchangeOrder>()
  readonly #closed: number[] = []
  /** Open orders that end by themselves. */
  readonly #expiring = new Set<ExchangeOrder>()
  #lastOrder = FIRST_ACCOUNT_ORDER
  #lastTrade = 0
  #lastFlow = 0
  #lastPrices: Float64Array

  constructor(instruments: InstrumentTable, terms: ExchangeTerms, clock: Clock, listener: ExchangeListener) {
    this.instruments = instruments
    this.terms = terms
    this.#clock = clock
    this.#listener = listener
    this.isOpen = instruments.all.map(() => true)
    this.#lastPrices = new Float64Array(instruments.all.length)
    this.#engines = instruments.all.map(instrument => {
      const told = {
        onTrade: (taker: number, maker: number, side: Side, price: number, lots: number): void =>
          this.#onTrade(instrument, taker, maker, side, price, lots),
        onRested: (): void => {},
        onLevel: (side: Side, price: number): void => this.#listener.onLevel(instrument, side, price),
      }
      return new MatchingEngine({ orders: BOOK_ORDERS_MAX, windowBits: 14 }, told)
    })
  }

  /** The matching of an instrument, for the flow and for those who publish the book. */
  engine(instrument: number): MatchingEngine {
    return this.#engines[instrument]!
  }

  /** Price of the last trade in ticks; 0 before the first. */
  lastPrice(instrument: number): number {
    return this.#lastPrices[instrument]!
  }

  /** Price by which positions are valued: the mid, or the last trade where a side is empty; 0 for none. */
  mark(instrument: number): number {
    const { book } = this.#engines[instrument]!
    const middle = Math.round((book.best(BUY) + book.best(SELL)) / 2)
    return Number.isFinite(middle) ? middle : this.#lastPrices[instrument]!
  }

  /** The account of a number; an empty one is opened when there is none. */
  account(number: number): ExchangeAccount {
    let account = this.accounts.get(number)
    if (account === undefined) {
      account = new ExchangeAccount()
      this.accounts.set(number, account)
    }
    return account
  }

  /**
   * A deposit, or a withdrawal with a negative amount; booked units.
   * @param isTold false when nobody hears of it: who has the account finds it by asking
   */
  transfer(account: number, code: string, units: bigint, isTold = true): void {
    this.account(account).balance(code).total += units
    if (isTold) this.#listener.onBalance(account, [code], 'transfer', { id: ++this.#lastFlow, code, units })
  }

  /** An order arrives. Refused orders leave no trace. */
  place(account: number, wish: NewExchangeOrder): Result<ExchangeOrder, ExchangeRefusal> {
    const refusal = whyNotTaken(this, account, wish)
    if (refusal !== undefined) return refuse(refusal)
    const now = this.#clock.now()
    const order: ExchangeOrder = {
      ...wish,
      ...{ id: ++this.#lastOrder, account, createdAt: now, updatedAt: now, cumulative: 0, value: 0n, status: 'open' },
    }
    this.#orders.set(order.id, order)
    this.#byClientId.set(keyOf(account, order.clientOrderId), order)
    if (order.type === 'limit') this.#bind(order, order.lots)
    if (order.expiresAt !== undefined) this.#expiring.add(order)
    this.#tell('accepted', order)
    this.#arrive(order)
    return ok(order)
  }

  /** Ends the orders whose time is over. @param instant microseconds */
  expire(instant: number): void {
    for (const order of this.#expiring) {
      if (instant < order.expiresAt!) continue
      this.#engines[order.instrument.index]!.cancel(order.id)
      this.#close(order, 'expired')
    }
  }

  /** Cancels an open order. False when it is not open. */
  cancel(order: ExchangeOrder): boolean {
    if (order.status !== 'open') return false
    this.#engines[order.instrument.index]!.cancel(order.id)
    this.#close(order, 'canceled')
    return true
  }

  /**
   * Amends price and total lots of an open order. Fewer lots at the same price keep the place in the queue, unless the
   * venue is one where everything that is amended arrives anew. No more lots than are executed already cancels it.
   */
  amend(order: ExchangeOrder, price: number, lots: number, mayStay = true): Result<ExchangeOrder, ExchangeRefusal> {
    assert(order.status === 'open' && order.type === 'limit', 'an amended order is open', order.id)
    if (lots <= order.cumulative) {
      this.cancel(order)
      return ok(order)
    }
    const refusal = whyNotTaken(this, order.account, { ...order, price, lots }, order)
    if (refusal !== undefined) return refuse(refusal)
    const engine = this.#engines[order.instrument.index]!
    const left = lots - order.cumulative
    const stays = mayStay && price === order.price && lots <= order.lots
    this.#bind(order, order.cumulative - order.lots)
    order.price = price
    order.lots = lots
    order.updatedAt = this.#clock.now()
    this.#bind(order, left)
    this.#tell('replaced', order)
    if (stays) engine.amend(order.id, price, left)
    else {
      engine.cancel(order.id)
      this.#arrive(order)
    }
    return ok(order)
  }

  /** By the venue's id, open or closed and still remembered. */
  find(id: number): ExchangeOrder | undefined {
    return this.#orders.get(id)
  }

  /** The newest order of an account with a client order id. */
  findByClientId(account: number, clientOrderId: string): ExchangeOrder | undefined {
    return this.#byClientId.get(keyOf(account, clientOrderId))
  }

  /** All remembered orders of an account, oldest first. */
  ordersOf(account: number): ExchangeOrder[] {
    return [...this.#orders.values()].filter(order => order.account === account)
  }

  /** Open orders of an account, oldest first. @param instrument index, or -1 for all */
  openOrders(account: number, instrument = -1): ExchangeOrder[] {
    return this.ordersOf(account).filter(
      ({ status, instrument: of }) => status === 'open' && (instrument < 0 || of.index === instrument),
    )
  }

  /** Pays funding on every position of an instrument: longs pay a positive rate. @param rate in 1e-12 of the value */
  payFunding(instrument: Instrument, rate: number): void {
    const price = this.mark(instrument.index)
    for (const [number, account] of this.accounts) {
      const { lots } = account.position(instrument.index)
      if (lots === 0 || price <= 0) continue
      const value = worth(instrument, price, Math.abs(lots)) * BigInt(Math.sign(lots))
      const { code } = instrument.settle
      const units = -divideHalfEven(value * BigInt(rate), 1_000_000_000_000n)
      account.balance(code).total += units
      const flow = { id: ++this.#lastFlow, code, units, funding: { instrument, rate, price, lots } }
      this.#listener.onBalance(number, [code], 'funding', flow)
    }
  }

  #arrive(order: ExchangeOrder): void {
    const engine = this.#engines[order.instrument.index]!
    const { id, side, price, timeInForce } = order
    const left = order.lots - order.cumulative
    const arrival =
      order.type === 'market' ? engine.market(id, side, left) : engine.limit(id, side, price, left, timeInForce)
    if (order.status === 'open' && arrival !== 'rested') this.#close(order, 'expired')
  }

  #onTrade(instrument: Instrument, taker: number, maker: number, takerSide: Side, price: number, lots: number): void {
    const id = ++this.#lastTrade
    this.#lastPrices[instrument.index] = price
    this.#listener.onTrade({ id, instrument, takerSide, price, lots, at: this.#clock.now() })
    const resting = this.#orders.get(maker)
    if (resting !== undefined) this.#execute(id, resting, price, lots, 'maker')
    const arriving = this.#orders.get(taker)
    if (arriving !== undefined) this.#execute(id, arriving, price, lots, 'taker')
  }

  #execute(tradeId: number, order: ExchangeOrder, price: number, lots: number, liquidity: 'maker' | 'taker'): void {
    const { instrument, side } = order
    const account = this.account(order.account)
    const at = this.#clock.now()
    this.#bind(order, -lots)
    order.cumulative += lots
    order.value += worth(instrument, price, lots)
    order.updatedAt = at
    const isSpot = instrument.kind === 'spot'
    const realised = isSpot ? 0n : account.executeDerivative(instrument, side, price, lots)
    if (isSpot) account.exchangeSpot(instrument, side, price, lots)
    const { fee, feeAsset } = this.#fee(instrument, side, price, lots, liquidity)
    account.balance(feeAsset).total -= fee
    if (order.cumulative === order.lots) this.#finish(order, 'filled')
    const fill: ExchangeFill = { tradeId, order, price, lots, fee, feeAsset, liquidity, realised, at }
    this.fills.push(fill)
    if (this.fills.length > CLOSED_MAX) this.fills.splice(0, CLOSED_MAX / 10)
    this.#listener.onFill(fill)
    const touched = isSpot ? [instrument.base.code, instrument.quote.code] : [instrument.settle.code]
    this.#listener.onBalance(order.account, touched, 'fill')
  }

  /** Rounded half to even in booked units of the asset charged. */
  #fee(instrument: Instrument, side: Side, price: number, lots: number, liquidity: 'maker' | 'taker') {
    const rate = BigInt(instrument.fees[liquidity])
    const inBase = instrument.kind === 'spot' && side === BUY && this.terms.feeFromReceived
    const [feeAsset, value] = inBase
      ? bound(instrument, SELL, price, lots)
      : [instrument.kind === 'spot' ? instrument.quote.code : instrument.settle.code, worth(instrument, price, lots)]
    return { feeAsset, fee: divideHalfEven(value * rate, RATE_ONE) }
  }

  /** Binds, or with negative lots sets free, what an open limit order needs on spot. */
  #bind(order: ExchangeOrder, lots: number): void {
    const { instrument, side, price, type } = order
    if (instrument.kind !== 'spot' || type === 'market' || lots === 0) return
    const [code, units] = bound(instrument, side, price, Math.abs(lots))
    this.account(order.account).balance(code).locked += lots > 0 ? units : -units
  }

  #close(order: ExchangeOrder, event: 'canceled' | 'expired'): void {
    this.#bind(order, order.cumulative - order.lots)
    order.updatedAt = this.#clock.now()
    this.#finish(order, event)
    this.#tell(event, order)
  }

  #finish(order: ExchangeOrder, status: ExchangeOrder['status']): void {
    order.status = status
    this.#expiring.delete(order)
    this.#closed.push(order.id)
    if (this.#closed.length <= CLOSED_MAX) return
    const oldest = this.#orders.get(this.#closed.shift()!)
    if (oldest === undefined) return
    this.#orders.delete(oldest.id)
    const key = keyOf(oldest.account, oldest.clientOrderId)
    if (this.#byClientId.get(key) === oldest) this.#byClientId.delete(key)
  }

  #tell(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#listener.onOrder(event, order)
    if (order.instrument.kind === 'spot' && order.type === 'limit') {
      const [code] = bound(order.instrument, order.side, order.price, 1)
      this.#listener.onBalance(order.account, [code], 'order')
    }
  }
}

const keyOf = (account: number, clientOrderId: string): string => `${account} ${clientOrderId}`
