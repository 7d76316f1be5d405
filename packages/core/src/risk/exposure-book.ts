import { assert } from '../assert.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, type Side } from '../market/side.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { covers, type Scope, type Subject, scopeKey } from './limit-scope.ts'
import { ScopeTotals } from './scope-totals.ts'

/** An order as the book of exposures needs it; every tracked order fits. */
export interface WorkingOrder {
  readonly clientOrderId: string
  /** The very object that risk approved: by it the reservation is found again. */
  readonly request: OrderRequest
  /** Lots that may still be filled at worst, an amendment under way counted; 0 when closed. */
  readonly exposure: number
  /** An amendment is under way. */
  readonly state: string
}

interface Place extends Subject {
  /** Every total that counts this place, with the slot of the account and instrument in it. */
  readonly counted: ScopeTotals[]
}

interface Held {
  readonly place: Place
  readonly side: Side
  lots: number
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
  readonly #places = new Map<string, Place>()
  readonly #own = new Map<string, ScopeTotals>()
  readonly #totals = new Map<string, ScopeTotals>()
  readonly #working = new Map<string, Held>()
  readonly #reserved = new Map<OrderRequest, Held>()
  readonly #growing = new Map<OrderRequest, Held>()

  constructor(instruments: InstrumentTable) {
    this.#instruments = instruments
  }

  /** Whether one more order can be counted. */
  get hasRoom(): boolean {
    return this.#working.size + this.#reserved.size + this.#growing.size < HELD_MAX
  }

  /** Orders and reservations counted now. */
  get held(): number {
    return this.#working.size + this.#reserved.size + this.#growing.size
  }

  /** Totals of a scope, kept from now on. The same scope gives the same totals. */
  totals(scope: Scope): ScopeTotals {
    const key = scopeKey(scope)
    const known = this.#totals.get(key)
    if (known !== undefined) return known
    const made = new ScopeTotals(scope)
    this.#totals.set(key, made)
    for (const [name, place] of this.#places) if (covers(scope, place)) this.#replay(name, place, made)
    return made
  }

  /** Counts an order that risk allowed, until `onOrder` brings it or `release` gives it up. */
  reserve(account: string, request: OrderRequest): void {
    assert(!this.#reserved.has(request), 'an approved order is reserved once', request.strategy)
    const held = { place: this.#placeOf(account, request), side: request.side, lots: 0 }
    this.#reserved.set(request, held)
    this.#count(held, request.quantity, 1)
  }

  /** Counts what an amendment that risk allowed adds, until the order is amended, closed or `release`d. */
  reserveGrowth(account: string, request: OrderRequest, added: number): void {
    const known = this.#growing.get(request)
    const held = known ?? { place: this.#placeOf(account, request), side: request.side, lots: 0 }
    this.#growing.set(request, held)
    this.#count(held, Math.max(held.lots, added), 0)
  }

  /** An approved order or amendment was not sent. */
  release(request: OrderRequest): void {
    const order = this.#reserved.get(request)
    if (order !== undefined) this.#count(order, 0, -1)
    const growth = this.#growing.get(request)
    if (growth !== undefined) this.#count(growth, 0, 0)
    this.#reserved.delete(request)
    this.#growing.delete(request)
  }

  /** An order is new or has changed. */
  onOrder(account: string, order: WorkingOrder): void {
    const { clientOrderId, request, exposure } = order
    const known = this.#working.get(clientOrderId)
    if (exposure === 0) {
      if (known !== undefined) this.#count(known, 0, -1)
      this.#working.delete(clientOrderId)
      this.release(request)
      return
    }
    const held = known ?? { place: this.#placeOf(account, request), side: request.side, lots: 0 }
    this.#working.set(clientOrderId, held)
    this.#count(held, exposure, known === undefined ? 1 : 0)
    if (this.#reserved.has(request) || order.state === 'pending_replace') this.release(request)
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
    for (const totals of place.counted) totals.slot(account, instrument).net += lots
  }

  #replay(name: string, place: Place, made: ScopeTotals): void {
    const own = this.#own.get(name)!.slot(place.account, place.instrument)
    const slot = made.slot(place.account, place.instrument)
    slot.net += own.net
    slot.buys += own.buys
    slot.sells += own.sells
    slot.orders += own.orders
    made.orders += own.orders
    place.counted.push(made)
  }

  #placeOf(account: string, { strategy, instrument }: OrderRequest): Place {
    return this.#place(account, strategy, instrument)
  }

  #place(account: string, strategy: string, instrument: number): Place {
    const key = `${instrument} ${account}\n${strategy}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const { venue } = this.#instruments.at(instrument)
    const own = new ScopeTotals({ account, venue, instrument, strategy })
    const place: Place = { account, venue, instrument, strategy, counted: [own] }
    for (const totals of this.#totals.values()) if (covers(totals.scope, place)) place.counted.push(totals)
    this.#places.set(key, place)
    this.#own.set(key, own)
    return place
  }

  #count(held: Held, lots: number, orders: number): void {
    const change = lots - held.lots
    held.lots = lots
    const { account, instrument } = held.place
    for (const totals of held.place.counted) {
      const slot = totals.slot(account, instrument)
      if (held.side === BUY) slot.buys += change
      else slot.sells += change
      slot.orders += orders
      totals.orders += orders
    }
  }
}
