import type { Clock } from '../clock/clock.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { type Condition, degradation, isAllowed, type Mode, NORMAL } from './degradation.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import { RateWindow } from './rate-window.ts'
import type { RefusalFigures, RiskRefusal } from './risk-refusal.ts'

/** Told when the mode changes. Whoever executes cancels what rests when the new mode says so. */
export interface ModeListener {
  onMode(mode: Mode, before: Mode, conditions: readonly Condition[]): void
}

/** The usual measures, of which a mode allows a part. */
export interface UsualTrading {
  /** Usual largest order of an instrument, lots; Infinity when there is none, and then its size is not reduced. */
  orderLots(instrument: number): number
  /** Usual orders within a second, 1..100,000. */
  readonly ordersPerSecond: number
}

const SECOND = 1_000_000

/** Keeps the conditions that hold and lets through what their mode allows; reducing it is never asked about. */
export class DegradedTrading implements OrderGuard {
  readonly #conditions = new Set<Condition>()
  readonly #usual: UsualTrading
  readonly #clock: Clock
  readonly #listener: ModeListener
  #rate: RateWindow
  #mode: Mode = NORMAL

  constructor(usual: UsualTrading, clock: Clock, listener: ModeListener) {
    this.#usual = usual
    this.#clock = clock
    this.#listener = listener
    this.#rate = new RateWindow(usual.ordersPerSecond, SECOND)
  }

  /** What is allowed now. */
  get mode(): Mode {
    return this.#mode
  }

  /** A condition holds, or no longer does. */
  set(condition: Condition, holds: boolean): void {
    if (this.#conditions.has(condition) === holds) return
    if (holds) this.#conditions.add(condition)
    else this.#conditions.delete(condition)
    const before = this.#mode
    this.#mode = degradation(this.#conditions)
    if (this.#mode.ratePercent !== before.ratePercent) this.#rate = this.#rate.resized(this.#orders(this.#mode))
    this.#listener.onMode(this.#mode, before, [...this.#conditions])
  }

  /** Why the mode does not allow a wish. */
  refusal({ order, quantity }: Wish): RefusalFigures | undefined {
    const mode = this.#mode
    if (mode === NORMAL) return undefined
    const name = [...this.#conditions].join(', ')
    if (!isAllowed(mode, 'enter')) return figures(name, 'degraded', 0, 0, '')
    if (!order.postOnly && !isAllowed(mode, 'enter_taking')) return figures(`${name}: post only`, 'degraded', 0, 0, '')
    const usual = this.#usual.orderLots(order.instrument)
    const most = Math.floor((usual * mode.sizePercent) / 100)
    if (quantity > most) return figures(name, 'order_too_large', quantity, most, 'lots')
    if (!this.#rate.allows(this.#clock.now())) {
      const orders = this.#orders(mode)
      return figures(name, 'rate_exceeded', orders + 1, orders, 'orders')
    }
    return undefined
  }

  /** Counts every order. */
  onApproved(_wish: Wish, _approved: OrderRequest): void {
    this.#rate.take(this.#clock.now())
  }

  /** An order that was not sent has used up its place in the rate. */
  onSettled(): void {}

  /** Orders a second of a mode; at least one, because `observe` refuses by its posture. */
  #orders({ ratePercent }: Mode): number {
    return Math.max(1, Math.floor((this.#usual.ordersPerSecond * ratePercent) / 100))
  }
}

const figures = (name: string, reason: RiskRefusal, would: number, limit: number, unit: string): RefusalFigures => ({
  reason,
  name,
  scope: {},
  value: 0,
  would,
  limit,
  unit,
})
