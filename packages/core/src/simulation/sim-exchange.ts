import type { Micros } from '../clock/micros.ts'
import type { Random } from '../clock/random.ts'
import { feeOf } from '../exchange/fee-model.ts'
import { MatchingEngine } from '../exchange/matching-engine.ts'
import type { OrderAtVenue } from '../execution/live-gateway.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { opposite, type Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill, Liquidity } from '../order/fill.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { Crowd } from './crowd.ts'

/** An order as the exchange holds it; quantities in lots, price in ticks. */
interface Held {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly engineId: number
  readonly request: OrderRequest
  price: number | undefined
  quantity: number
  cumulative: number
  status: OrderAtVenue['status']
  updatedAt: number
  /** From when questions find it. */
  readonly visibleAt: number
}

/** A fill, and from when questions find it. */
interface Trade {
  readonly fill: Fill
  readonly visibleAt: number
}

/** Ids of our orders in the matching; the crowd's are below. */
const OWN_FROM = 1_000_000_000

/**
 * The exchange with our account on it: the truth against which everything else is judged. It matches by price and time,
 * does what it is told when it is told, and answers questions as late as `lag` allows.
 */
export class SimExchange {
  readonly orders = new Map<string, Held>()
  readonly trades: Trade[] = []
  /** Lots held by instrument. */
  readonly position: number[]
  /** What the account holds of the settling asset and of every base asset, in booked units, since the start. */
  cash = 0n
  /** How late questions see things, microseconds; a new draw for every order and fill. */
  lag = 0
  readonly crowds: readonly Crowd[]
  readonly #engines: readonly MatchingEngine[]
  readonly #instruments: InstrumentTable
  readonly #random: Random
  readonly #clock: { readonly now: number }
  readonly #onReport: (report: ExecutionReport) => void
  readonly #byEngineId = new Map<number, Held>()
  readonly #tradeIds: number[]
  readonly #requests = new Set<string>()
  #engineId = OWN_FROM
  #stamped = 0
  /** Rises with everything that happens to the account. */
  changes = 0

  constructor(
    instruments: InstrumentTable,
    random: Random,
    clock: { readonly now: number },
    onReport: (report: ExecutionReport) => void,
  ) {
    this.#instruments = instruments
    this.#random = random
    this.#clock = clock
    this.#onReport = onReport
    this.position = instruments.all.map(() => 0)
    this.#tradeIds = instruments.all.map(() => 0)
    this.#engines = instruments.all.map(({ index }) => {
      const onTrade = (taker: number, maker: number, side: Side, price: number, lots: number): void => {
        this.#trade(index, taker, side, price, lots, 'taker')
        this.#trade(index, maker, opposite(side), price, lots, 'maker')
      }
      const ignore = (): void => undefined
      return new MatchingEngine({ orders: 1 << 10, windowBits: 12 }, { onTrade, onRested: ignore, onLevel: ignore })
    })
    this.crowds = this.#engines.map(engine => new Crowd(engine, random))
  }

  /** Open orders of the account. */
  get open(): Held[] {
    return [...this.#byEngineId.values()]
  }

  /** Whether a request with this key has arrived before; from now on it has. */
  isRepeat(key: string): boolean {
    if (this.#requests.has(key)) return true
    this.#requests.add(key)
    return false
  }

  /** A placement arrives. Returns what is answered; the same word goes out on the private stream. */
  place(clientOrderId: string, request: OrderRequest): ExecutionReport {
    const held: Held = {
      clientOrderId,
      venueOrderId: `X${++this.#engineId}`,
      engineId: this.#engineId,
      request,
      price: request.price,
      quantity: request.quantity,
      cumulative: 0,
      status: 'open',
      updatedAt: this.#stamp(),
      visibleAt: this.#clock.now + (this.lag > 0 ? this.#random.below(this.lag) : 0),
    }
    this.orders.set(clientOrderId, held)
    const engine = this.#engines[request.instrument]!
    const crosses =
      request.price !== undefined && request.side * (request.price - engine.book.best(opposite(request.side))) >= 0
    if (this.#meetsOwn(held, request.price)) return this.#end(held, 'rejected', 'would trade with our own order')
    if (request.postOnly && crosses) return this.#end(held, 'rejected', 'would take liquidity')
    this.#byEngineId.set(held.engineId, held)
    const accepted = this.#say('accepted', held)
    const arrival =
      request.price === undefined
        ? engine.market(held.engineId, request.side, request.quantity)
        : engine.limit(held.engineId, request.side, request.price, request.quantity, request.timeInForce)
    if (arrival !== 'rested' && arrival !== 'filled') this.#end(held, 'expired', arrival)
    return accepted
  }

  /** A cancel arrives. */
  cancel(clientOrderId: string, instrument: number): ExecutionReport {
    const held = this.orders.get(clientOrderId)
    if (held?.status !== 'open') return this.#refuse('cancel_rejected', clientOrderId, instrument, 'unknown order')
    this.#engines[instrument]!.cancel(held.engineId)
    return this.#end(held, 'canceled')
  }

  /** An amendment arrives. */
  replace(clientOrderId: string, instrument: number, price: number, quantity: number): ExecutionReport {
    const held = this.orders.get(clientOrderId)
    if (held?.status !== 'open') return this.#refuse('replace_rejected', clientOrderId, instrument, 'unknown order')
    if (quantity <= held.cumulative || held.price === undefined || this.#meetsOwn(held, price))
      return this.#refuse('replace_rejected', clientOrderId, instrument, 'not possible')
    held.price = price
    held.quantity = quantity
    const told = this.#say('replaced', held)
    this.#engines[instrument]!.amend(held.engineId, price, quantity - held.cumulative)
    return told
  }

  /** The order with an id as a question sees it now. */
  find(clientOrderId: string): OrderAtVenue | undefined {
    const held = this.orders.get(clientOrderId)
    return held === undefined || held.visibleAt > this.#clock.now ? undefined : describe(held)
  }

  /** Open orders as a question sees them now. */
  openOrders(): OrderAtVenue[] {
    return this.open.filter(({ visibleAt }) => visibleAt <= this.#clock.now).map(describe)
  }

  /** Fills from an instant on as a question sees them now. */
  fillsSince(since: number): Fill[] {
    const found: Fill[] = []
    for (let at = this.trades.length - 1; at >= 0 && this.trades[at]!.fill.at >= since; at--)
      if (this.trades[at]!.visibleAt <= this.#clock.now) found.push(this.trades[at]!.fill)
    return found.reverse()
  }

  #trade(instrument: number, engineId: number, side: Side, price: number, lots: number, liquidity: Liquidity): void {
    const held = this.#byEngineId.get(engineId)
    if (held === undefined) return
    held.cumulative += lots
    const of = this.#instruments.at(instrument)
    const at = this.#stamp() as Micros
    const fee = feeOf(of, of.fees, price as Ticks, lots as Lots, liquidity)
    const fill: Fill = {
      tradeId: String(++this.#tradeIds[instrument]!),
      clientOrderId: held.clientOrderId,
      venueOrderId: held.venueOrderId,
      instrument,
      side,
      price: price as Ticks,
      quantity: lots as Lots,
      fee,
      feeAsset: 'USD',
      liquidity,
      at,
    }
    held.updatedAt = at
    this.position[instrument]! += side * lots
    // 2 + 3 decimals of price and quantity, booked with 8.
    this.cash -= BigInt(side) * BigInt(price) * BigInt(lots) * 1000n + fee
    this.trades.push({ fill, visibleAt: this.#clock.now + (this.lag > 0 ? this.#random.below(this.lag) : 0) })
    if (held.cumulative === held.quantity) {
      held.status = 'filled'
      this.#byEngineId.delete(engineId)
    }
    this.#onReport({ ...report('filled', held, at), fill })
  }

  #meetsOwn({ request, engineId }: Held, price: number | undefined): boolean {
    const { side, instrument } = request
    return this.open.some(
      other =>
        other.engineId !== engineId &&
        other.request.instrument === instrument &&
        other.request.side !== side &&
        (price === undefined || other.price === undefined || side * (price - other.price) >= 0),
    )
  }

  #end(held: Held, kind: 'rejected' | 'canceled' | 'expired', reason?: string): ExecutionReport {
    held.status = kind
    this.#byEngineId.delete(held.engineId)
    return this.#say(kind, held, reason)
  }

  #say(kind: ReportKind, held: Held, reason?: string): ExecutionReport {
    held.updatedAt = this.#stamp()
    const told = { ...report(kind, held, held.updatedAt), ...(reason === undefined ? {} : { reason }) }
    this.#onReport(told)
    return told
  }

  #refuse(kind: ReportKind, clientOrderId: string, instrument: number, reason: string): ExecutionReport {
    const none = 0 as Lots
    const at = this.#stamp() as Micros
    const told = { kind, clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none, reason }
    this.#onReport(told)
    return told
  }

  /** Instants of the exchange never repeat. */
  #stamp(): number {
    this.changes++
    this.#stamped = Math.max(this.#stamped + 1, this.#clock.now)
    return this.#stamped
  }
}

function report(kind: ReportKind, held: Held, at: number): ExecutionReport {
  const isOver = kind === 'rejected' || kind === 'canceled' || kind === 'expired'
  const amended = kind === 'replaced' ? { price: held.price as Ticks, quantity: held.quantity as Lots } : {}
  return {
    kind,
    clientOrderId: held.clientOrderId,
    venueOrderId: held.venueOrderId,
    instrument: held.request.instrument,
    at: at as Micros,
    cumulative: held.cumulative as Lots,
    leaves: (isOver ? 0 : held.quantity - held.cumulative) as Lots,
    ...amended,
  }
}

const describe = (held: Held): OrderAtVenue => ({
  clientOrderId: held.clientOrderId,
  venueOrderId: held.venueOrderId,
  instrument: held.request.instrument,
  side: held.request.side,
  type: held.request.type,
  timeInForce: held.request.timeInForce,
  price: held.price as Ticks | undefined,
  quantity: held.quantity as Lots,
  cumulative: held.cumulative as Lots,
  status: held.status,
  updatedAt: held.updatedAt as Micros,
})
