import { assert } from '../assert.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, type Side } from '../market/side.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { covers, type Scope, type Subject, scopeKey } from './limit-scope.ts'
import { type ExposureSlot, ScopeTotals } from './scope-totals.ts'

/** An order as the book of exposures needs it; every tracked order fits. */
export interface WorkingOrder {
  readonly clientOrderId: string
  readonly request: OrderRequest
  /** Lots that may still be filled at worst, an amendment under way counted; 0 when closed. */
  readonly exposure: number
}

/** One place in the totals of a scope. */
interface Counted {
  readonly totals: ScopeTotals
  readonly slot: ExposureSlot
}

/** What one strategy does in one instrument of one account. */
interface Place extends Subject {
  /** Its own slot first, then those of every scope that covers it. */
  readonly counted: Counted[]
}

interface Held {
  readonly place: Place
  readonly side: Side
  lots: number
  /** Orders that it is: 0 for the growth of an amendment. */
  readonly orders: number
}

/** Orders and reservations that a book counts; beyond it nothing new is allowed. */
const HELD_MAX = 65_536

/**
 * What may become of us at worst, by account, strategy and instrument: positions, and everything that rests, is in flight
 * or in doubt. What risk approves is reserved in the same call, before an order exists, so that any number of wishes
 * reviewed at once can never together pass a limit.
 *
 * Totals of scopes are kept as orders change; asking costs nothing.
 */
export class ExposureBook {
  readonly #instruments: InstrumentTable
  // As many as there are strategies that trade times instruments that they trade.
  readonly #places: Place[] = []
  readonly #byAccount = new Map<string, Map<string, (Place | undefined)[]>>()
  readonly #totals = new Map<string, ScopeTotals>()
  readonly #working = new Map<string, Held>()
  readonly #reserved = new Map<OrderRequest, Held>()

  constructor(instruments: InstrumentTable) {
    this.#instruments = instruments
  }

  /** Whether one more order can be counted. */
  get hasRoom(): boolean {
    return this.#working.size + this.#reserved.size < HELD_MAX
  }

  /** Orders and reservations counted now. */
  get held(): number {
    return this.#working.size + this.#reserved.size
  }

  /** Totals of a scope, kept from now on. The same scope gives the same totals. */
  totals(scope: Scope): ScopeTotals {
    const key = scopeKey(scope)
    const known = this.#totals.get(key)
    if (known !== undefined) return known
    const made = new ScopeTotals(scope)
    this.#totals.set(key, made)
    for (const place of this.#places) if (covers(scope, place)) replay(place, made)
    return made
  }

  /**
   * Counts what risk approved, until `release` says that execution has it or that it was not sent.
   * @param lots that it adds at worst: of an order all of it, of an amendment its growth
   * @param isOrder whether it is one more order
   */
  reserve(account: string, approved: OrderRequest, lots: number, isOrder: boolean): void {
    assert(!this.#reserved.has(approved), 'what is approved is reserved once', approved.strategy)
    const held = {
      place: this.#place(account, approved.strategy, approved.instrument),
      side: approved.side,
      lots: 0,
      orders: isOrder ? 1 : 0,
    }
    this.#reserved.set(approved, held)
    this.#count(held, lots, held.orders)
  }

  /** Execution counts it from here on, or it was not sent. Told again, or of something else, it does nothing. */
  release(approved: OrderRequest): void {
    const held = this.#reserved.get(approved)
    if (held === undefined) return
    this.#count(held, 0, -held.orders)
    this.#reserved.delete(approved)
  }

  /** An order is new or has changed. An order known by the object that was approved ends its reservation. */
  onOrder(account: string, order: WorkingOrder): void {
    const { clientOrderId, request, exposure } = order
    const known = this.#working.get(clientOrderId)
    if (exposure === 0) {
      if (known !== undefined) this.#count(known, 0, -1)
      this.#working.delete(clientOrderId)
    } else {
      const held = known ?? {
        place: this.#place(account, request.strategy, request.instrument),
        side: request.side,
        lots: 0,
        orders: 1,
      }
      this.#working.set(clientOrderId, held)
      this.#count(held, exposure, known === undefined ? 1 : 0)
    }
    this.release(request)
  }

  /** An execution: the position moves and the order shrinks in one step. */
  onFill(account: string, order: WorkingOrder, lots: number): void {
    const { request } = order
    this.correct(account, request.strategy, request.instrument, request.side * lots)
    this.onOrder(account, order)
  }

  /** The position of a place changes by lots without an order of ours: a correction, an external trade. */
  correct(account: string, strategy: string, instrument: number, lots: number): void {
    const place = this.#place(account, strategy, instrument)
    for (const { slot } of place.counted) slot.net += lots
  }

  #place(account: string, strategy: string, instrument: number): Place {
    let byStrategy = this.#byAccount.get(account)
    if (byStrategy === undefined) this.#byAccount.set(account, (byStrategy = new Map()))
    let byInstrument = byStrategy.get(strategy)
    if (byInstrument === undefined) byStrategy.set(strategy, (byInstrument = []))
    const known = byInstrument[instrument]
    if (known !== undefined) return known
    const { venue } = this.#instruments.at(instrument)
    const place: Place = { account, venue, instrument, strategy, counted: [] }
    count(place, new ScopeTotals({ account, venue, instrument, strategy }))
    for (const totals of this.#totals.values()) if (covers(totals.scope, place)) count(place, totals)
    this.#places.push(place)
    byInstrument[instrument] = place
    return place
  }

  #count(held: Held, lots: number, orders: number): void {
    const change = lots - held.lots
    held.lots = lots
    for (const { slot, totals } of held.place.counted) {
      if (held.side === BUY) slot.buys += change
      else slot.sells += change
      slot.orders += orders
      totals.orders += orders
    }
  }
}

/** Totals count a place from here on. */
const count = ({ account, instrument, counted }: Place, totals: ScopeTotals): number =>
  counted.push({ totals, slot: totals.slot(account, instrument) })

/** New totals take over what a place has come to so far. */
function replay(place: Place, made: ScopeTotals): void {
  const own = place.counted[0]!.slot
  count(place, made)
  const { slot } = place.counted.at(-1)!
  slot.net += own.net
  slot.buys += own.buys
  slot.sells += own.sells
  slot.orders += own.orders
  made.orders += own.orders
}
