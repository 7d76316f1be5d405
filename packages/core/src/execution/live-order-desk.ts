import { assert } from '../assert.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { OrderView } from '../order/order.ts'
import { isTerminal } from '../order/order-state.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import { ClientOrderIds, parseClientOrderId } from './client-order-id.ts'
import type { DeskParts, DeskRefusal } from './desk-parts.ts'
import type { JournaledOrders } from './journaled-orders.ts'
import type { CommandOutcome, CommandRef, Stamp, VenueAnswer } from './live-gateway.ts'
import { encodeEntry, entryKind, type OrderEntry } from './order-entry.ts'
import { VenueInquiry } from './venue-inquiry.ts'

/**
 * Trades one venue account in a hostile world. Every intent is written down before its first byte leaves, every word of
 * the venue before it takes effect; what is not known is asked for and never sent again. Made by `recover` alone.
 */
export class LiveOrderDesk {
  readonly orders: JournaledOrders
  readonly #parts: DeskParts
  readonly #inquiry: VenueInquiry
  #ids: ClientOrderIds
  #ready = false
  #tickedAt: number
  #unwritten = 0

  constructor(parts: DeskParts, orders: JournaledOrders) {
    this.#parts = parts
    this.orders = orders
    this.#ids = new ClientOrderIds(parts.instance, orders.epoch)
    this.#tickedAt = parts.clock.now()
    const desk = {
      orders,
      record: (entry: OrderEntry) => void this.#record(entry),
      onAudited: () => {
        this.#ready = true
      },
      onLost: (order: OrderView) => parts.onAlert('order_lost_by_venue', order.clientOrderId),
      onStranger: (id: string) => this.#onStranger(id),
    }
    this.#inquiry = new VenueInquiry(desk, parts.gateway, parts.clock, parts.timing)
    for (const [id, facts] of [...orders.facts])
      for (const verb of ['place', 'cancel', 'replace'] as const)
        if (facts[verb] !== undefined) this.#inquiry.doubt(id, verb, facts[verb], 'we started again')
    this.#inquiry.audit(orders.facts.keys())
  }

  /** True once the venue has been asked about everything; orders are refused before. */
  get isReady(): boolean {
    return this.#ready
  }

  /** Words of the venue that could not be written down; they took effect all the same. */
  get unwritten(): number {
    return this.#unwritten
  }

  /** Sends an approved order. */
  place(approved: ApprovedOrder): Result<OrderView, DeskRefusal> {
    const prepared = this.#prepare(approved)
    if (!prepared.ok) return prepared
    const { id, stamp } = prepared.value
    this.#parts.gateway.place({ clientOrderId: id, order: approved }, stamp)
    return ok(this.orders.manager.find(id)!)
  }

  /** Sends approved orders in one request. Each is refused on its own account. */
  placeBatch(approved: readonly ApprovedOrder[]): Result<OrderView, DeskRefusal>[] {
    const prepared = approved.map(order => ({ order, result: this.#prepare(order) }))
    const commands = prepared.flatMap(({ order, result }) =>
      result.ok ? [{ clientOrderId: result.value.id, order, stamp: result.value.stamp }] : [],
    )
    if (commands.length > 0) this.#parts.gateway.placeBatch(commands)
    return prepared.map(({ result }) => (result.ok ? ok(this.orders.manager.find(result.value.id)!) : result))
  }

  /** Asks the venue to cancel. Goes out even when it cannot be written down: it only makes us smaller. */
  cancel(id: string): Result<OrderView, DeskRefusal> {
    const order = this.orders.manager.find(id)
    const facts = this.orders.facts.get(id)
    if (order === undefined || facts === undefined || isTerminal(order.state)) return refuse('not_possible')
    if (facts.cancel !== undefined || order.state === 'pending_cancel') return refuse('not_possible')
    const command = this.#record({ kind: 'cancel', id, at: this.#parts.clock.now() })
    this.#parts.gateway.cancel(this.#named(order), this.#stamp(command))
    return ok(order)
  }

  /** Asks the venue to amend; `approved` is the amended order as risk allowed it. */
  replace(id: string, approved: ApprovedOrder): Result<OrderView, DeskRefusal> {
    const order = this.#amendable(id, approved)
    if (!order.ok) return order
    const price = approved.price as Ticks
    const quantity = approved.quantity as Lots
    const was = { price: order.value.price, quantity: order.value.quantity }
    const written = this.#intend({ kind: 'replace', id, price, quantity, at: this.#parts.clock.now() })
    if (!written.ok) return written
    this.#parts.gateway.replace({ ...this.#named(order.value), price, quantity, was }, this.#stamp(written.value))
    return order
  }

  /**
   * Cancels an order and places another instead, in one request. Either half may succeed alone, so risk must have allowed
   * the new order beside the old one. Returns the new order.
   */
  cancelReplace(id: string, approved: ApprovedOrder): Result<OrderView, DeskRefusal> {
    const old = this.#amendable(id, approved)
    if (!old.ok) return old
    const newId = this.#ids.next()
    const written = this.#intend({ kind: 'cancel_replace', id, newId, order: approved, at: this.#parts.clock.now() })
    if (!written.ok) return written
    const place = { clientOrderId: newId, order: approved }
    this.#parts.gateway.cancelReplace(this.#named(old.value), place, this.#stamp(written.value))
    return ok(this.orders.manager.find(newId)!)
  }

  /** Takes a word of the venue, from whatever channel. */
  onReport(report: ExecutionReport): void {
    const { clientOrderId, venueOrderId, instrument, fill, kind } = report
    if (this.orders.manager.find(clientOrderId) === undefined)
      this.#inquiry.meet(clientOrderId, venueOrderId, instrument, fill)
    else if (fill === undefined || this.orders.isNew(fill))
      this.#record({ kind: 'report', report, at: this.#parts.clock.now() })
    // Perhaps it has just been filled, or has not arrived yet: the venue will say.
    if (kind === 'cancel_rejected' || kind === 'replace_rejected') this.#inquiry.askSoon(clientOrderId)
  }

  /** Takes the outcome of a command. One of a command that is settled already is passed over. */
  onOutcome(ref: CommandRef, outcome: CommandOutcome): void {
    if (outcome.kind === 'ack' || outcome.kind === 'definitive_reject') {
      this.onReport(outcome.report)
      return
    }
    const { clientOrderId: id, verb } = ref
    const under = this.orders.facts.get(id)?.[verb]
    if (under === undefined || under.command !== ref.command) return
    if (outcome.kind === 'not_sent') {
      const at = this.#parts.clock.now()
      this.#record({ kind: 'conclude', id, verb, conclusion: 'unsent', reason: outcome.reason, at })
      return
    }
    this.#parts.onAlert('unknown_outcome', `${verb} of ${id}: ${outcome.reason}`)
    this.#inquiry.doubt(id, verb, under, outcome.reason)
    this.#inquiry.askSoon(id)
  }

  /** Takes the answer to a question. */
  onAnswer(answer: VenueAnswer): void {
    this.#inquiry.onAnswer(answer)
  }

  /** The private stream is up again, or may have missed something: everything is asked for. */
  onLinkUp(): void {
    this.#inquiry.audit()
  }

  /** Nothing but reducing orders from now on, over restarts, and everything open is canceled. */
  engageStop(reason: string): void {
    if (this.orders.stop === undefined)
      this.#record({ kind: 'stop', engaged: true, reason, at: this.#parts.clock.now() })
    this.#cancelAll()
    this.#parts.journal.sync() // A stop outlives the power. It is in force whether or not the disk is well.
  }

  /** Trading may go on. The caller has made sure who asks. */
  releaseStop(reason: string): void {
    this.#record({ kind: 'stop', engaged: false, reason, at: this.#parts.clock.now() })
    this.#parts.journal.sync()
  }

  /** A halted instrument may be traded again. */
  releaseInstrument(instrument: number): void {
    this.#record({ kind: 'release', instrument, at: this.#parts.clock.now() })
  }

  /** Does what is due. To be called several times a second. */
  tick(): void {
    const now = this.#parts.clock.now()
    if (now - this.#tickedAt > this.#parts.timing.pauseMax) {
      this.#ready = false
      this.#inquiry.audit(this.orders.facts.keys())
      this.#parts.onAlert('paused', `for ${Math.round((now - this.#tickedAt) / 1000)} ms`)
    }
    this.#tickedAt = now
    this.#inquiry.tick()
    if (this.orders.stop !== undefined || this.#parts.journal.isShort) this.#cancelAll()
  }

  /**
   * The venue has an order that bears our name and that no journal of ours has. If it is of our own or a later start, the
   * journal was lost or another process trades as us: ids must not be used again.
   */
  #onStranger(id: string): void {
    const parts = parseClientOrderId(id)
    if (parts === undefined || parts.instance !== this.#parts.instance || parts.epoch < this.orders.epoch) return
    if (this.#ready) {
      this.engageStop(`the venue has the order ${id} of ours that we never sent: does another process trade as us?`)
      return
    }
    // Nothing was sent in this epoch yet: step over the one that was used.
    this.#record({ kind: 'start', epoch: parts.epoch + 1, at: this.#parts.clock.now() })
    this.#ids = new ClientOrderIds(this.#parts.instance, this.orders.epoch)
  }

  #cancelAll(): void {
    for (const id of [...this.orders.facts.keys()]) this.cancel(id)
  }

  #prepare(approved: ApprovedOrder): Result<{ readonly id: string; readonly stamp: Stamp }, DeskRefusal> {
    const refusal = this.#whyNot(approved)
    if (refusal !== undefined) return refuse(refusal)
    const id = this.#ids.next()
    const written = this.#intend({ kind: 'place', id, order: approved, at: this.#parts.clock.now() })
    return written.ok ? ok({ id, stamp: this.#stamp(written.value) }) : written
  }

  #whyNot(approved: ApprovedOrder): DeskRefusal | undefined {
    // After a pause that no tick has noticed yet, what we know may be old.
    if (!this.#ready || this.#parts.clock.now() - this.#tickedAt > this.#parts.timing.pauseMax) return 'not_ready'
    if (approved.reduceOnly || approved.reduces === true) return undefined // Whoever must get out, gets out.
    if (this.orders.stop !== undefined || this.#parts.journal.isShort) return 'stopped'
    if (this.#parts.journal.isLagging === true) return 'not_written'
    if (this.orders.halted.has(approved.instrument)) return 'halted'
    return this.orders.manager.openOrders(approved.instrument).some(({ state }) => state === 'unknown')
      ? 'in_doubt'
      : undefined
  }

  #amendable(id: string, approved: ApprovedOrder): Result<OrderView, DeskRefusal> {
    const refusal = this.#whyNot(approved)
    if (refusal !== undefined) return refuse(refusal)
    const order = this.orders.manager.find(id)
    const facts = this.orders.facts.get(id)
    if (order === undefined || facts === undefined || facts.replace !== undefined || facts.cancel !== undefined)
      return refuse('not_possible')
    return order.state === 'submitted' || order.state === 'partially_filled' ? ok(order) : refuse('not_possible')
  }

  /** Writes an intent down, or refuses it. */
  #intend(entry: OrderEntry): Result<number, DeskRefusal> {
    const { journal, durability, onAlert } = this.#parts
    const written = journal.append(entryKind(entry), encodeEntry(entry))
    const safe = written.ok && durability === 'strict' ? journal.sync() : written
    if (!written.ok || !safe.ok) {
      const fault = written.ok ? 'failed' : written.reason
      onAlert(fault === 'full' ? 'journal_full' : 'journal_failed', `${entry.kind} was not sent`)
      return refuse('not_written')
    }
    this.orders.apply(entry, written.value)
    return written
  }

  /** Writes down what happened, and lets it take effect even when it cannot be written: it has happened. */
  #record(entry: OrderEntry): number {
    const { journal, onAlert } = this.#parts
    const written = journal.append(entryKind(entry), encodeEntry(entry))
    if (!written.ok) {
      this.#unwritten++
      onAlert(written.reason === 'full' ? 'journal_full' : 'journal_failed', `${entry.kind} took effect unwritten`)
    }
    const sequence = written.ok ? written.value : journal.writtenThrough + this.#unwritten
    this.orders.apply(entry, sequence)
    return sequence
  }

  #named(order: OrderView): { clientOrderId: string; venueOrderId: string; instrument: number } {
    const { clientOrderId, venueOrderId, request } = order
    assert(request.instrument >= 0, 'an order has an instrument', request.instrument)
    return { clientOrderId, venueOrderId, instrument: request.instrument }
  }

  #stamp(command: number): Stamp {
    return { command, epoch: this.orders.epoch, sentAt: this.#parts.clock.now() }
  }
}
