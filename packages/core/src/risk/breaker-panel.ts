import type { Clock } from '../clock/clock.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { BreakerState } from './circuit-breaker.ts'
import type { Actor } from './limit-book.ts'
import type { Standing } from './limit-check.ts'
import { covers, type Scope } from './limit-scope.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import type { RefusalFigures } from './risk-refusal.ts'
import { type BreakerSpec, breakerFault, TradingBreaker } from './trading-breaker.ts'

/** Told every change of a breaker, once: for the log, the alert and the audit. */
export interface BreakerListener {
  onBreaker(spec: BreakerSpec, from: BreakerState, to: BreakerState, now: number, cause: string): void
  /** It has not been closed for a minute. S2-ALR-4 */
  onOpenLong(spec: BreakerSpec, since: number): void
}

/** What a panel works with. */
export interface BreakerPanelParts {
  /** Account whose orders pass here. */
  readonly account: string
  readonly instruments: InstrumentTable
  readonly clock: Clock
  readonly standing: Pick<Standing, 'equity'>
  readonly listener: BreakerListener
}

/** An order that the venue said something about. */
export interface ToldOrder {
  readonly clientOrderId: string
  readonly request: OrderRequest
}

const BREAKERS_MAX = 1000
const LONG = 60_000_000

/**
 * The circuit breakers of trading, by symbol, venue and strategy. An open one holds back entries of its scope; what only
 * reduces is never asked. In half-open a few orders are let through as probes: each that the venue takes proves a little,
 * and one that it rejects, or the cause coming back, opens the breaker again.
 */
export class BreakerPanel implements OrderGuard {
  readonly #parts: BreakerPanelParts
  readonly #breakers: readonly TradingBreaker[]
  readonly #byInstrument: readonly (readonly TradingBreaker[])[]
  // Both hold at most as many as all breakers together let through.
  readonly #approved = new Map<OrderRequest, readonly TradingBreaker[]>()
  readonly #probes = new Map<string, readonly TradingBreaker[]>()

  private constructor(parts: BreakerPanelParts, breakers: readonly TradingBreaker[]) {
    this.#parts = parts
    this.#breakers = breakers
    this.#byInstrument = parts.instruments.all.map(({ index, venue }) =>
      breakers.filter(({ spec: { scope } }) => coversMarket(scope, index, venue)),
    )
  }

  /** A panel of breakers, or what is wrong with one of them in words. */
  static of(parts: BreakerPanelParts, specs: readonly BreakerSpec[]): BreakerPanel | string {
    if (specs.length > BREAKERS_MAX) return `breakers: at most ${BREAKERS_MAX}, not ${specs.length}`
    const names = new Set<string>()
    for (const spec of specs) {
      const fault = names.has(spec.name) ? 'name: it occurs twice' : breakerFault(spec, parts.instruments)
      if (fault !== undefined) return `breaker ${spec.name}: ${fault}`
      names.add(spec.name)
    }
    const now = parts.clock.now()
    return new BreakerPanel(
      parts,
      specs.map(spec => new TradingBreaker(spec, now)),
    )
  }

  /** The first breaker that holds the wish back. */
  refusal(wish: Wish): RefusalFigures | undefined {
    const now = this.#parts.clock.now()
    for (const one of this.#byInstrument[wish.order.instrument]!) {
      if (!this.#covers(one, wish.order)) continue
      // An amendment proves nothing that a placement would not prove better, so it is no probe.
      const passes = wish.isReplace ? one.breaker.state(now) === 'closed' : one.breaker.allows(now)
      if (passes) continue
      const { name, scope } = one.spec
      return { reason: 'breaker_open', name, scope, value: 0, would: 0, limit: 0, unit: '' }
    }
    return undefined
  }

  /** In half-open, an order that adds is a probe. */
  onApproved(wish: Wish, approved: OrderRequest): void {
    if (wish.isReducing || wish.isReplace) return
    const now = this.#parts.clock.now()
    const probed: TradingBreaker[] = []
    for (const one of this.#byInstrument[wish.order.instrument]!) {
      if (!this.#covers(one, wish.order) || one.breaker.state(now) !== 'half_open') continue
      this.#tell(one, now, '')
      one.breaker.attempt(now)
      probed.push(one)
    }
    if (probed.length > 0) this.#approved.set(approved, probed)
  }

  /** A probe has its order, or was not sent and its place is free again. */
  onSettled(approved: OrderRequest, clientOrderId: string | undefined): void {
    const probed = this.#approved.get(approved)
    if (probed === undefined) return
    this.#approved.delete(approved)
    if (clientOrderId !== undefined) this.#probes.set(clientOrderId, probed)
    else this.#abandon(probed)
  }

  /** The venue took an order: accepted it, or filled it at once. Telling it twice is once. */
  onAccepted(order: ToldOrder): void {
    const now = this.#parts.clock.now()
    for (const one of this.#takeProbe(order)) {
      one.breaker.succeed(now)
      this.#tell(one, now, 'probes succeeded')
    }
  }

  /** The venue rejected an order. */
  onRejected(order: ToldOrder, reason: string): void {
    const now = this.#parts.clock.now()
    this.#abandon(this.#takeProbe(order).filter(({ spec }) => spec.trigger.cause !== 'rejects'))
    for (const one of this.#byInstrument[order.request.instrument]!) {
      if (one.spec.trigger.cause !== 'rejects' || !this.#covers(one, order.request)) continue
      one.breaker.fail(now)
      this.#tell(one, now, `rejected: ${reason}`)
    }
  }

  /** An order ended without the venue having taken or rejected it: its probe is free again. */
  onUnsent(order: ToldOrder): void {
    this.#abandon(this.#takeProbe(order))
  }

  /** A mark of an instrument, in ticks. On the path of a market event. */
  onMark(instrument: number, mark: number, now: number): void {
    const breakers = this.#byInstrument[instrument]!
    for (let at = 0; at < breakers.length; at++) {
      const one = breakers[at]!
      one.onMark(instrument, mark, now)
      if (one.breaker.openedAt === now) this.#tell(one, now, 'price moved')
    }
  }

  /** How long a strategy took from a market event to its decision, microseconds. */
  onLatency(strategy: string, instrument: number, latency: number): void {
    const now = this.#parts.clock.now()
    for (const one of this.#byInstrument[instrument]!) {
      if (one.spec.scope.strategy !== undefined && one.spec.scope.strategy !== strategy) continue
      one.onLatency(latency, now)
      this.#tell(one, now, 'too slow')
    }
  }

  /** Call it regularly, about once a second: silence and losses are measured, and half-open is told. */
  tick(): void {
    const now = this.#parts.clock.now()
    for (const one of this.#breakers) {
      const { trigger, scope } = one.spec
      one.tick(now, trigger.cause === 'loss' ? this.#parts.standing.equity(scope) : undefined)
      this.#tell(one, now, trigger.cause)
      if (one.isLong || !(now - one.openSince >= LONG)) continue
      one.isLong = true
      this.#parts.listener.onOpenLong(one.spec, one.openSince)
    }
  }

  /** Opens a breaker by hand. False when there is none of this name. */
  trip(name: string, actor: Actor): Result<BreakerState, 'unknown_breaker' | 'not_permitted'> {
    const one = this.#find(name)
    if (one === undefined) return refuse('unknown_breaker')
    if (actor.role !== 'operator' && actor.role !== 'admin') return refuse('not_permitted')
    const now = this.#parts.clock.now()
    one.breaker.trip(now)
    this.#tell(one, now, `opened by ${actor.name}`)
    return ok('open')
  }

  /** Closes a breaker by hand, without waiting for probes: admins only, with a reason. */
  reset(
    name: string,
    actor: Actor,
    reason: string,
  ): Result<BreakerState, 'unknown_breaker' | 'not_permitted' | 'no_reason'> {
    const one = this.#find(name)
    if (one === undefined) return refuse('unknown_breaker')
    if (actor.role !== 'admin') return refuse('not_permitted')
    if (reason.trim() === '') return refuse('no_reason')
    one.breaker.reset()
    this.#tell(one, this.#parts.clock.now(), `closed by ${actor.name}: ${reason}`)
    return ok('closed')
  }

  /** Every breaker with its state and the instant at which it opened last, for screens and alerts. */
  states(): readonly { readonly spec: BreakerSpec; readonly state: BreakerState; readonly openedAt: number }[] {
    const now = this.#parts.clock.now()
    return this.#breakers.map(({ spec, breaker }) => ({ spec, state: breaker.state(now), openedAt: breaker.openedAt }))
  }

  /** Opens a breaker as it was before a restart. Without one of this name it does nothing. */
  resume(name: string, openedAt: number): void {
    const one = this.#find(name)
    if (one === undefined) return
    one.breaker.trip(openedAt)
    this.#tell(one, this.#parts.clock.now(), 'open before the restart')
  }

  #find(name: string): TradingBreaker | undefined {
    return this.#breakers.find(({ spec }) => spec.name === name)
  }

  #covers({ spec: { scope } }: TradingBreaker, { instrument, strategy }: OrderRequest): boolean {
    if (scope.strategy === undefined && scope.account === undefined) return true
    const { account, instruments } = this.#parts
    return covers(scope, { account, strategy, instrument, venue: instruments.at(instrument).venue })
  }

  /** The breakers that an order probes. The venue's word may come before execution has told the order's id. */
  #takeProbe({ clientOrderId, request }: ToldOrder): readonly TradingBreaker[] {
    const probed = this.#probes.get(clientOrderId) ?? this.#approved.get(request) ?? []
    this.#probes.delete(clientOrderId)
    this.#approved.delete(request)
    return probed
  }

  #abandon(probed: readonly TradingBreaker[]): void {
    const now = this.#parts.clock.now()
    for (const one of probed) one.breaker.abandon(now)
  }

  #tell(one: TradingBreaker, now: number, cause: string): void {
    const state = one.breaker.state(now)
    if (state === one.told) return
    const from = one.told
    one.told = state
    if (from === 'closed') one.openSince = now
    if (state === 'closed') {
      one.openSince = Number.NaN
      one.isLong = false
    }
    const why = state === 'half_open' ? 'time to try again' : cause
    this.#parts.listener.onBreaker(one.spec, from, state, now, why)
  }
}

/** Whether the market of an instrument is in a scope; whose orders they are does not matter for marks. */
const coversMarket = (scope: Scope, instrument: number, venue: string): boolean =>
  (scope.instrument === undefined || scope.instrument === instrument) &&
  (scope.venue === undefined || scope.venue === venue)
