import type { QueueModel } from '../book/queue-model.ts'
import type { Micros } from '../clock/micros.ts'
import type { CancelCommand, OrderGateway, PlaceCommand, ReplaceCommand } from '../execution/order-gateway.ts'
import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { FeeRates } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, opposite, SELL } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import { type Amending, amendmentOf } from '../order/amending.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { FillCause, Liquidity } from '../order/fill.ts'
import { feeOf } from './fee-model.ts'
import type { LatencyModel } from './latency-model.ts'
import { type MakerFill, onBookMoved, onLevelChanged, onTrade } from './maker-fills.ts'
import { SimMarket } from './sim-market.ts'
import { TransitQueue } from './transit-queue.ts'
import { leavesOf, type VenueOrder } from './venue-order.ts'
import { VenueReports } from './venue-reports.ts'
import { whyRefused } from './venue-rules.ts'

/** The assumptions of a simulated venue. */
export interface SimVenueOptions {
  readonly instruments: InstrumentTable
  readonly latency: LatencyModel
  readonly queue: QueueModel
  /** Instead of the instruments' own fees. */
  readonly fees?: FeeRates
  /** By instrument: what becomes of an order that is amended; one that becomes smaller keeps its place if left out. */
  readonly amending?: readonly Amending[]
}

type Command =
  | { readonly do: 'place'; readonly command: PlaceCommand }
  | { readonly do: 'cancel'; readonly command: CancelCommand }
  | { readonly do: 'replace'; readonly command: ReplaceCommand }

const TRANSIT_MAX = 1_000_000
const SEEN_MAX = 1_000_000

/**
 * Trades our orders against a recorded book. The tape is the market as it was without us: it never reacts to us, so what
 * we take stays taken for as long as the level stands, and what we rest does not change anybody's mind.
 *
 * Our resting orders are filled
 *   - by a print at our price, with what of it is left after the lots ahead of us,
 *   - by a print at a worse price for its aggressor than ours: it would have met us first,
 *   - by the other side of the book moving to or through our price, up to the lots that did,
 * always at our price, never by more than what printed or moved. Every fill carries its cause.
 * The engine owns time: it shows the tape (`onMarket`), and asks for commands and reports when their instants come.
 */
export class SimVenue implements OrderGateway {
  readonly latency: LatencyModel
  readonly amending: readonly Amending[]
  readonly #queue: QueueModel
  readonly #fees: FeeRates | undefined
  readonly #markets: readonly SimMarket[]
  readonly #commands = new TransitQueue<Command>(TRANSIT_MAX)
  readonly #reports: VenueReports
  readonly #open = new Map<string, VenueOrder>()
  readonly #maker: MakerFill = (market, order, lots, cause) => this.#fillResting(market, order, lots, cause)
  readonly #seen = new Set<string>()
  #record = -1
  #orderCount = 0
  #tradeCount = 0

  constructor(options: SimVenueOptions) {
    this.latency = options.latency
    this.#queue = options.queue
    this.#fees = options.fees
    this.amending = options.amending ?? options.instruments.all.map(() => 'keeps_place')
    this.#reports = new VenueReports(options.latency)
    this.#markets = options.instruments.all.map(instrument => new SimMarket(instrument))
  }

  place(command: PlaceCommand, now: Micros): void {
    this.#commands.send(now + this.latency.entry(), { do: 'place', command })
  }

  cancel(command: CancelCommand, now: Micros): void {
    this.#commands.send(now + this.latency.entry(), { do: 'cancel', command })
  }

  replace(command: ReplaceCommand, now: Micros): void {
    this.#commands.send(now + this.latency.entry(), { do: 'replace', command })
  }

  /** Instant at which the next command reaches the venue; Infinity when none is under way. */
  get nextCommandAt(): number {
    return this.#commands.nextAt
  }

  /** Instant at which the next report reaches us; Infinity when none is under way. */
  get nextReportAt(): number {
    return this.#reports.nextAt
  }

  /** Takes the report that reaches us next. */
  takeReport(): ExecutionReport {
    return this.#reports.take()
  }

  /** Orders that the venue holds, as it sees them. */
  get openOrders(): readonly VenueOrder[] {
    return [...this.#open.values()]
  }

  /** Our position of an instrument as the venue sees it. */
  netLots(instrument: number): number {
    return this.#markets[instrument]!.netLots
  }

  /** The venue's market moves. @param sequence of the record on the tape @param at the venue's instant */
  onMarket(event: EventRecord, sequence: number, at: number): void {
    const market = this.#markets[event.instrument]!
    this.#reports.now = at as Micros
    this.#record = sequence
    const { kind } = event
    if (kind === Kind.level) {
      const side = event.isBid ? BUY : SELL
      market.refresh(side, event.lane0, event.lane1)
      if (market.hasOrders) onLevelChanged(market, this.#queue, side, event)
      market.book.apply(event)
      if (event.isLast && market.hasOrders) onBookMoved(market, this.#maker)
    } else if (kind === Kind.trade) {
      if (market.hasOrders) onTrade(market, event, this.#maker)
    } else if (kind === Kind.clear) {
      market.book.apply(event)
      market.forgetTaken()
      market.isOpen = event.isSnapshot
    } else if (kind === Kind.status) market.onStatus(event.lane0)
  }

  /** Executes the command that reaches the venue next. */
  processNextCommand(): void {
    this.#reports.now = this.#commands.nextAt as Micros
    const next = this.#commands.take()
    if (next.do === 'place') this.#onPlace(next.command)
    else if (next.do === 'cancel') this.#onCancel(next.command)
    else this.#onReplace(next.command)
  }

  #onPlace({ clientOrderId, order }: PlaceCommand): void {
    const market = this.#markets[order.instrument]!
    const { side } = order
    // A market order goes as far as the book does.
    const price = order.price ?? side * Number.MAX_SAFE_INTEGER
    const made: VenueOrder = {
      clientOrderId,
      venueOrderId: `SIM${++this.#orderCount}`,
      request: order,
      side,
      price,
      quantity: order.quantity,
      cumulative: 0,
      ahead: 0,
      queueAtEntry: 0,
      traded: 0,
    }
    const refusal = this.#seen.has(clientOrderId) ? 'duplicate client order id' : whyRefused(market, made)
    this.#seen.add(clientOrderId)
    if (this.#seen.size > SEEN_MAX) this.#seen.delete(this.#seen.values().next().value!)
    if (refusal !== undefined) {
      this.#reports.tell('rejected', made, refusal)
      return
    }
    this.#open.set(clientOrderId, made)
    this.#reports.tell('accepted', made)
    this.#execute(market, made)
  }

  /** Lets an arriving order take what it may, and rest or expire with the remainder. */
  #execute(market: SimMarket, order: VenueOrder): void {
    const { timeInForce, type } = order.request
    if (timeInForce === 'fok' && market.reachable(order.side, order.price) < leavesOf(order)) {
      this.#close(market, order, 'expired', 'not fillable at once')
      return
    }
    const resting = opposite(order.side)
    const ladder = market.book.side(resting)
    for (
      let price = ladder.best;
      leavesOf(order) > 0 && order.side * (order.price - price) >= 0;
      price = ladder.worse(price)
    ) {
      if (!Number.isFinite(price)) break
      const lots = Math.min(leavesOf(order), market.available(resting, price))
      if (lots === 0) continue
      const shown = ladder.lotsAt(price)
      market.take(resting, price, lots)
      this.#fill(market, order, price, lots, 'taker', { trigger: 'taker', price, quantity: shown, queueBefore: 0 })
    }
    if (leavesOf(order) === 0) return
    if (timeInForce === 'gtc' && type === 'limit') this.#rest(market, order)
    else this.#close(market, order, 'expired', type === 'market' ? 'the book is used up' : 'not filled at once')
  }

  #rest(market: SimMarket, order: VenueOrder): void {
    order.ahead = market.book.side(order.side).lotsAt(order.price)
    order.queueAtEntry = order.ahead
    order.traded = 0
    market.rest(order)
  }

  #onCancel({ clientOrderId, instrument }: CancelCommand): void {
    const order = this.#open.get(clientOrderId)
    if (order === undefined) this.#reject('cancel_rejected', clientOrderId, instrument)
    else this.#close(this.#markets[instrument]!, order, 'canceled')
  }

  #onReplace({ clientOrderId, instrument, price, quantity }: ReplaceCommand): void {
    const order = this.#open.get(clientOrderId)
    if (order === undefined) {
      this.#reject('replace_rejected', clientOrderId, instrument)
      return
    }
    const market = this.#markets[instrument]!
    const amended = amendmentOf(this.amending[instrument]!, order, { price, quantity })
    const place = market.takeOut(order)
    const refusal =
      amended === 'refused'
        ? 'an order cannot be changed like that here'
        : quantity <= order.cumulative
          ? 'quantity is not above what is filled'
          : whyRefused(market, { ...order, price, quantity })
    if (refusal !== undefined || amended === 'stays') market.putBack(order, place)
    if (refusal !== undefined) {
      this.#reports.tell('replace_rejected', order, refusal)
      return
    }
    order.price = price
    order.quantity = quantity
    this.#reports.tell('replaced', order)
    if (amended === 'moves') this.#execute(market, order)
  }

  /** A resting order that may only reduce is filled as far as there is a position to reduce, and then closed. */
  #fillResting(
    market: SimMarket,
    order: VenueOrder,
    lots: number,
    cause: Omit<FillCause, 'record' | 'queueAtEntry'>,
  ): void {
    const room = order.request.reduceOnly ? Math.max(0, -order.side * market.netLots) : lots
    if (room > 0) this.#fill(market, order, order.price, Math.min(lots, room), 'maker', cause)
    if (room < lots || (order.request.reduceOnly && room === 0))
      if (leavesOf(order) > 0) this.#close(market, order, 'expired', 'there is no position left to reduce')
  }

  #fill(
    market: SimMarket,
    order: VenueOrder,
    price: number,
    lots: number,
    liquidity: Liquidity,
    cause: Omit<FillCause, 'record' | 'queueAtEntry'>,
  ): void {
    order.cumulative += lots
    market.netLots += order.side * lots
    const { instrument } = market
    const fill = {
      tradeId: `SIM${++this.#tradeCount}`,
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
      instrument: instrument.index,
      side: order.side,
      price: price as Ticks,
      quantity: lots as Lots,
      fee: feeOf(instrument, this.#fees ?? instrument.fees, price as Ticks, lots as Lots, liquidity),
      feeAsset: instrument.settle.code,
      liquidity,
      at: this.#reports.now,
      cause: { ...cause, record: this.#record, queueAtEntry: order.queueAtEntry },
    }
    if (leavesOf(order) === 0) this.#forget(market, order)
    this.#reports.fill(order, fill)
  }

  #close(market: SimMarket, order: VenueOrder, kind: 'canceled' | 'expired', reason?: string): void {
    this.#forget(market, order)
    this.#reports.tell(kind, order, reason)
  }

  #forget(market: SimMarket, order: VenueOrder): void {
    market.remove(order)
    this.#open.delete(order.clientOrderId)
  }

  #reject(kind: 'cancel_rejected' | 'replace_rejected', clientOrderId: string, instrument: number): void {
    const reason = this.#seen.has(clientOrderId) ? 'the order is closed' : 'the order is not known'
    this.#reports.reject(kind, clientOrderId, instrument, reason)
  }
}
