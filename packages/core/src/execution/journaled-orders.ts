import type { Micros } from '../clock/micros.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import { isTerminal } from '../order/order-state.ts'
import type { OrderImage } from '../order/tracked-order.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import type { Conclusion, OrderEntry, Verb } from './order-entry.ts'
import { isUnderWay, newFacts, type OrderFacts } from './order-facts.ts'
import { type OrderListener, OrderManager } from './order-manager.ts'
import { SeenTrades } from './seen-trades.ts'

/** How long before the last audit a trade is remembered, microseconds: longer than any venue repeats itself. */
const TRADE_MEMORY = 600_000_000
/** Closed orders that a snapshot keeps, so that late fills find their strategy. */
const CLOSED_KEPT = 1000

/** The venue's words that are not wanted by the state machine, for a person to see. */
export type JournalAlert = 'stale_fill' | 'not_ours'

/** State of all orders as a snapshot keeps it. */
interface OrdersImage {
  readonly epoch: number
  readonly audited: Micros
  readonly stop: string | null
  readonly halted: readonly number[]
  readonly orders: readonly OrderImage[]
  readonly facts: readonly (readonly [string, OrderFacts])[]
  readonly trades: SeenTrades['image']
}

/**
 * What we know of our orders at one venue account: the entries of the journal, applied one after the other. Live and
 * replay run this same code, so a state that was rebuilt is the state that was; it sends nothing and asks for nothing.
 */
export class JournaledOrders {
  /** Starts of the installation. */
  epoch = 0
  /** Venue's instant up to which every fill is known; 0 before the first audit. */
  audited = 0 as Micros
  /** Why the emergency stop is engaged; undefined when it is not. */
  stop: string | undefined
  /** Instruments that are not traded until a person releases them. */
  readonly halted = new Set<number>()
  /** By client order id, of orders that are open or of which something is missing. */
  readonly facts = new Map<string, OrderFacts>()
  readonly manager: OrderManager
  readonly #seen = new SeenTrades()
  readonly #onAlert: (alert: JournalAlert, report: ExecutionReport) => void
  #now = 0 as Micros
  #id = ''

  /** @param onAlert what the listener's alerts do not cover */
  constructor(
    instruments: number,
    listener: OrderListener,
    onAlert: (alert: JournalAlert, report: ExecutionReport) => void,
  ) {
    this.#onAlert = onAlert
    const mute = { place: () => undefined, cancel: () => undefined, replace: () => undefined }
    const told: OrderListener = {
      onFill: (fill, order) => listener.onFill(fill, order),
      onOrderUpdate: order => listener.onOrderUpdate(order),
      onAlert: (alert, report, order) => {
        if (alert === 'overfill') this.halted.add(report.instrument)
        listener.onAlert(alert, report, order)
      },
    }
    this.manager = new OrderManager(mute, { next: () => this.#id }, told, { now: () => this.#now }, instruments)
  }

  /** Trades remembered against repetition. */
  get tradesRemembered(): number {
    return this.#seen.size
  }

  /** Takes one entry. @param sequence of the entry in the journal */
  apply(entry: OrderEntry, sequence: number): void {
    this.#now = entry.at
    switch (entry.kind) {
      case 'start':
        this.epoch = entry.epoch
        break
      case 'place':
        this.#place(entry.id, entry.order as ApprovedOrder, sequence)
        break
      case 'cancel':
        this.#cancel(entry.id, sequence)
        break
      case 'replace':
        this.#replace(entry, sequence)
        break
      case 'cancel_replace':
        this.#cancel(entry.id, sequence)
        this.#place(entry.newId, entry.order as ApprovedOrder, sequence)
        break
      case 'report':
        this.#report(entry.report)
        break
      case 'conclude':
        this.#conclude(entry.id, entry.verb, entry.conclusion, entry.reason)
        break
      case 'adopt':
        this.manager.adopt(entry.id, entry.venueOrderId, entry.order)
        this.facts.set(entry.id, newFacts(undefined))
        break
      case 'audited':
        this.audited = entry.through
        this.#seen.forgetBefore(entry.through - TRADE_MEMORY)
        break
      case 'stop':
        this.stop = entry.engaged ? entry.reason : undefined
        break
      case 'release':
        this.halted.delete(entry.instrument)
        break
    }
  }

  /** Whether a fill was not booked yet. */
  isNew(fill: Fill): boolean {
    return this.#seen.look(fill.instrument, fill.tradeId, fill.at) === 'new'
  }

  /** State for a snapshot, as text. */
  snapshot(): string {
    const image: OrdersImage = {
      epoch: this.epoch,
      audited: this.audited,
      stop: this.stop ?? null,
      halted: [...this.halted],
      orders: this.manager.images(CLOSED_KEPT),
      facts: [...this.facts],
      trades: this.#seen.image,
    }
    return JSON.stringify(image)
  }

  /** Takes the state of a snapshot that `snapshot` wrote, before anything is applied. */
  restore(state: string): void {
    const image = JSON.parse(state) as OrdersImage
    this.epoch = image.epoch
    this.audited = image.audited
    this.stop = image.stop ?? undefined
    for (const instrument of image.halted) this.halted.add(instrument)
    this.manager.restore(image.orders)
    for (const [id, facts] of image.facts) this.facts.set(id, { ...newFacts(undefined), ...facts })
    this.#seen.restore(image.trades)
  }

  /** Text that is equal for equal states: open orders, what is missing, what is halted. */
  digest(): string {
    return JSON.stringify([
      this.epoch,
      this.audited,
      this.stop,
      [...this.halted].sort(),
      this.manager.images(0),
      [...this.facts].map(([id, facts]) => [id, { ...newFacts(undefined), ...facts }]),
      this.#seen.size,
    ])
  }

  #place(id: string, order: ApprovedOrder, command: number): void {
    this.#id = id
    this.facts.set(id, newFacts({ sentAt: this.#now, command }))
    this.manager.place(order)
  }

  #cancel(id: string, command: number): void {
    const facts = this.facts.get(id)
    if (facts === undefined || !this.manager.cancel(id)) return
    facts.cancel = { sentAt: this.#now, command }
  }

  #replace(entry: OrderEntry & { readonly kind: 'replace' }, command: number): void {
    const facts = this.facts.get(entry.id)
    const order = this.manager.find(entry.id)
    if (facts === undefined || order === undefined) return
    const { price, quantity } = entry
    if (this.manager.replace(entry.id, { ...order.request, price, quantity } as ApprovedOrder))
      facts.replace = { sentAt: this.#now, command }
  }

  #report(report: ExecutionReport): void {
    const order = this.manager.find(report.clientOrderId)
    if (order === undefined) {
      this.#onAlert('not_ours', report)
      return
    }
    const facts = this.facts.get(report.clientOrderId) ?? newFacts(undefined)
    facts.claimed = Math.max(facts.claimed, report.cumulative)
    if (report.kind === 'filled') this.#fill(report, facts)
    else this.#word(report, order, facts)
    this.#settle(report.clientOrderId, facts)
  }

  #fill(report: ExecutionReport, facts: OrderFacts): void {
    const { tradeId, instrument, at } = report.fill!
    const look = this.#seen.look(instrument, tradeId, at)
    if (look === 'stale') this.#onAlert('stale_fill', report)
    if (look !== 'new') return
    this.#seen.add(instrument, tradeId, at)
    this.#acknowledge(facts)
    this.manager.onReport(report)
  }

  #word(report: ExecutionReport, order: OrderView, facts: OrderFacts): void {
    const { kind } = report
    if (kind === 'cancel_rejected') {
      if (report.at <= facts.cancelAnsweredAt) return
      facts.cancelAnsweredAt = report.at
      facts.cancel = undefined // `#settle` opens the order again, once it is certain that the venue has it.
      return
    }
    if (kind === 'replaced' || kind === 'replace_rejected') {
      if (report.at <= facts.replaceAnsweredAt) return
      facts.replaceAnsweredAt = report.at
      facts.replace = undefined
      if (kind === 'replaced') this.#acknowledge(facts)
      this.manager.onReport(report)
      return
    }
    if (kind === 'rejected') facts.place = undefined
    else this.#acknowledge(facts)
    const missing = (kind === 'canceled' || kind === 'expired') && report.cumulative > order.cumulative
    if (missing) facts.closing ??= report
    else this.manager.onReport(report)
  }

  #conclude(id: string, verb: Verb, conclusion: Conclusion, reason: string): void {
    const facts = this.facts.get(id)
    if (facts === undefined) return
    if (conclusion === 'in_doubt') this.manager.onOutcome(id, 'in_doubt', reason)
    else if (verb === 'place') {
      // A fill or an answer that came meanwhile is stronger than what we conclude.
      if (!facts.acknowledged) this.manager.onOutcome(id, 'absent', reason)
    } else {
      facts[verb] = undefined
      if (verb === 'replace') this.manager.withdrawReplace(id)
    }
    this.#settle(id, facts)
  }

  #acknowledge(facts: OrderFacts): void {
    facts.acknowledged = true
    facts.place = undefined
  }

  /** Makes the state say what the facts say, and forgets what is done with. */
  #settle(id: string, facts: OrderFacts): void {
    const order = this.manager.find(id)!
    const { closing } = facts
    if (closing !== undefined && order.cumulative >= closing.cumulative) {
      facts.closing = undefined
      this.manager.onReport(closing)
    }
    if (facts.acknowledged && facts.closing === undefined) {
      if (order.state === 'unknown' && !isUnderWay(facts)) this.manager.onReport(plain('accepted', order, this.#now))
      if (order.state === 'pending_cancel' && facts.cancel === undefined)
        this.manager.onReport(plain('cancel_rejected', order, this.#now))
      if (order.state === 'pending_replace' && facts.replace === undefined)
        this.manager.onReport(plain('replace_rejected', order, this.#now))
    }
    if (isTerminal(order.state) && facts.claimed <= order.cumulative) this.facts.delete(id)
    else if (!this.facts.has(id)) this.facts.set(id, facts)
  }
}

const plain = (kind: ExecutionReport['kind'], order: OrderView, at: Micros): ExecutionReport => ({
  kind,
  clientOrderId: order.clientOrderId,
  venueOrderId: order.venueOrderId,
  instrument: order.request.instrument,
  at,
  cumulative: order.cumulative,
  leaves: order.leaves,
})
