import type { QueueModel } from '../book/queue-model.ts'
import type { Clock } from '../clock/clock.ts'
import type { LatencyModel } from '../exchange/latency-model.ts'
import { SimVenue } from '../exchange/sim-venue.ts'
import { ClientOrderIds } from '../execution/client-order-id.ts'
import { OrderManager } from '../execution/order-manager.ts'
import { AccountBooks } from '../ledger/account-books.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { SELL } from '../market/side.ts'
import type { Amending } from '../order/amending.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import { RiskGate } from '../risk/risk-gate.ts'
import type { RiskLimits } from '../risk/risk-limits.ts'
import type { OrderRoute } from './strategy-desk.ts'

/** No installation has this number, so an id of paper is never taken for one that a venue knows. */
const PAPER_INSTANCE = (1 << 20) - 1

/** What a paper account is made of. */
export interface PaperOptions {
  readonly instruments: InstrumentTable
  readonly clock: Clock
  readonly latency: LatencyModel
  readonly queue: QueueModel
  /** By instrument: what its venue does with an order that is amended. */
  readonly amending: readonly Amending[]
  readonly limits: RiskLimits
  /** Opening cash in booked units, by asset code. */
  readonly capital: readonly { readonly code: string; readonly amount: bigint }[]
  /** Middle of the market in ticks; NaN while a side is empty. */
  mid(instrument: number): number
  /** Told once for each execution, when its report has come back. */
  onFill(fill: Fill, order: OrderView): void
  onOrderUpdate(order: OrderView): void
}

/**
 * Trades on paper against a market that is live: the simulated venue of the backtests, shown the records that come over
 * the wire, with money of its own. Nothing here reaches a venue, the account's journal or its ledger.
 *
 * The simulated venue sees the market when we do, so a command meets the book as it is once the entry latency has passed
 * on our clock.
 */
export class PaperAccount {
  readonly accounts: AccountBooks
  readonly orders: OrderManager
  readonly gate: RiskGate
  readonly #venue: SimVenue
  readonly #clock: Clock
  #records = 0

  constructor(options: PaperOptions) {
    const { instruments, clock, latency, queue, amending, limits, capital } = options
    this.#clock = clock
    this.#venue = new SimVenue({ instruments, latency, queue, amending })
    this.accounts = new AccountBooks(instruments, { owner: 1, allowShort: true })
    const { accounts } = this
    const listener = {
      onFill(fill: Fill, order: OrderView): void {
        accounts.fill(fill)
        options.onFill(fill, order)
      },
      onOrderUpdate: (order: OrderView) => options.onOrderUpdate(order),
      onAlert: () => {}, // The simulated venue tells nothing twice and nothing of strangers.
    }
    const ids = new ClientOrderIds(PAPER_INSTANCE, 0)
    this.orders = new OrderManager(this.#venue, ids, listener, clock, instruments.all.length)
    const exposure = {
      netLots: (instrument: number) => accounts.portfolio.netLots(instrument),
      openBuyLots: (instrument: number) => this.orders.openBuyLots(instrument),
      openSellLots: (instrument: number) => this.orders.openLots(instrument, SELL),
      openOrders: (instrument: number) => this.orders.openOrders(instrument).length,
      reference: (instrument: number) => options.mid(instrument),
    }
    this.gate = new RiskGate(instruments, limits, exposure, clock)
    for (const { code, amount } of capital) accounts.deposit(code, amount, clock.now())
  }

  /** Where approved orders go. */
  get route(): OrderRoute {
    return this.orders
  }

  /** A record of the live market; what was due before it happens before it. */
  onMarket(record: EventRecord): void {
    const now = this.#clock.now()
    this.advance(now)
    this.#venue.onMarket(record, this.#records++, now)
  }

  /** Lets commands reach the venue and reports come back, up to and including an instant. */
  advance(now: number): void {
    const venue = this.#venue
    while (venue.nextCommandAt <= now || venue.nextReportAt <= now)
      if (venue.nextCommandAt <= venue.nextReportAt) venue.processNextCommand()
      else this.orders.onReport(venue.takeReport())
  }
}
