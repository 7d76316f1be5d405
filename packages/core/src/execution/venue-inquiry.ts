import type { Clock } from '../clock/clock.ts'
import type { Micros } from '../clock/micros.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { DeskTiming } from './desk-timing.ts'
import { AbsenceEvidence } from './in-doubt.ts'
import type { JournaledOrders } from './journaled-orders.ts'
import type { LiveGateway, VenueAnswer, VenueQuestion } from './live-gateway.ts'
import type { OrderEntry, Verb } from './order-entry.ts'
import { type CommandUnderWay, isUnderWay, type OrderFacts } from './order-facts.ts'
import { reportOfFill, requestOf, type Truth, truthEntries } from './venue-truth.ts'

/** Questions that may be unanswered at once; more wait for their turn. */
const QUESTIONS_MAX = 500
const VERBS: readonly Verb[] = ['place', 'cancel', 'replace']

/** What an inquiry needs of its desk. */
export interface InquiryDesk {
  readonly orders: JournaledOrders
  /** Writes an entry down and lets it take effect. */
  record(entry: OrderEntry): void
  /** An audit is complete: nothing that the venue knew when it was asked is unknown to us. */
  onAudited(): void
  /** The venue does not find an order that it has confirmed before. */
  onLost(order: OrderView): void
  /** The venue speaks of an order that we do not know. */
  onStranger(clientOrderId: string): void
}

/** An order that the venue speaks of and that we do not know. */
interface Stranger {
  readonly venueOrderId: string
  readonly instrument: number
  /** One of its fills; without an order to go with it, the fill alone must do. */
  readonly fill: Fill | undefined
  misses: number
}

interface Asked {
  readonly question: VenueQuestion
  readonly at: Micros
}

/** An audit under way: what is still to be answered. */
interface Audit {
  openOrders: boolean
  fills: boolean
  readonly orders: Set<string>
}

/**
 * Finds out by asking: what became of commands without an answer, which fills we have not seen, whether the venue holds
 * what we think it holds. It never sends an order, and a question that fails changes nothing.
 */
export class VenueInquiry {
  readonly #desk: InquiryDesk
  readonly #gateway: LiveGateway
  readonly #clock: Clock
  readonly #timing: DeskTiming
  readonly #asked = new Map<number, Asked>()
  readonly #askedAbout = new Map<string, number>()
  readonly #evidence = new Map<string, AbsenceEvidence>()
  readonly #doubted = new Set<number>()
  readonly #strangers = new Map<string, Stranger>()
  #audit: Audit | undefined
  #auditedAt = Number.NEGATIVE_INFINITY
  #number = 0

  constructor(desk: InquiryDesk, gateway: LiveGateway, clock: Clock, timing: DeskTiming) {
    this.#desk = desk
    this.#gateway = gateway
    this.#clock = clock
    this.#timing = timing
  }

  /** Entries of the largest map, for a gauge: every one of them is bounded by the open orders. */
  get size(): number {
    return Math.max(this.#asked.size, this.#evidence.size, this.#askedAbout.size, this.#doubted.size)
  }

  /** Starts an audit of everything, unless one is under way. @param orders to ask about one by one as well */
  audit(orders: Iterable<string> = []): void {
    if (this.#audit === undefined) this.#audit = { openOrders: false, fills: false, orders: new Set(orders) }
    else for (const id of orders) this.#audit.orders.add(id)
  }

  /** A command's outcome will not come by itself: ask. */
  doubt(id: string, verb: Verb, under: CommandUnderWay, reason: string): void {
    if (this.#doubted.has(under.command)) return
    this.#doubted.add(under.command)
    this.#desk.record({ kind: 'conclude', id, verb, conclusion: 'in_doubt', reason, at: this.#clock.now() })
  }

  /** Asks what is due. To be called several times a second. */
  tick(): void {
    const now = this.#clock.now()
    for (const [number, { at }] of this.#asked) if (now - at >= this.#timing.answerTimeout) this.#asked.delete(number)
    if (now - this.#auditedAt >= this.#timing.auditEvery) this.audit()
    let wantsFills = this.#audit?.fills === false
    for (const [id, facts] of [...this.#desk.orders.facts]) if (this.#look(id, facts, now)) wantsFills = true
    if (wantsFills) this.#askOnce('fills', now)
    for (const id of this.#strangers.keys()) this.#askAbout(id, now)
    if (this.#audit === undefined) return
    if (!this.#audit.openOrders) this.#askOnce('open_orders', now)
    for (const id of [...this.#audit.orders]) if (this.#audit.openOrders) this.#askAbout(id, now)
  }

  /** Takes an answer; one that was not asked for, or comes too late, is passed over. */
  onAnswer(answer: VenueAnswer): void {
    const asked = this.#asked.get(answer.number)
    if (asked === undefined) return
    this.#asked.delete(answer.number)
    if (answer.about !== asked.question.about) return // A failure: asked again when it is due.
    if (answer.about === 'order') this.#onOrder(asked, answer.order)
    else if (answer.about === 'open_orders') this.#onOpenOrders(asked, answer.orders)
    else if (answer.about === 'fills') this.#onFills(asked, answer)
    this.#finishAudit()
  }

  /** The venue spoke of an order that we do not know: it is adopted once the venue has told what it is. */
  meet(clientOrderId: string, venueOrderId: string, instrument: number, fill?: Fill): void {
    if (this.#strangers.size >= QUESTIONS_MAX || this.#strangers.has(clientOrderId)) return
    this.#strangers.set(clientOrderId, { venueOrderId, instrument, fill, misses: 0 })
    this.#desk.onStranger(clientOrderId)
  }

  /** The venue refused a command for an order that it does not find: asked about at the next tick. */
  askSoon(id: string): void {
    this.#askedAbout.delete(id)
    this.audit([id])
  }

  /** Sees to one order. Returns whether fills are wanted. */
  #look(id: string, facts: OrderFacts, now: Micros): boolean {
    const order = this.#desk.orders.manager.find(id)!
    let ask = false
    for (const verb of VERBS) {
      const under = facts[verb]
      if (under === undefined || now - under.sentAt < this.#timing.commandTimeout) continue
      this.doubt(id, verb, under, 'no answer')
      ask = true
    }
    if (ask) this.#askAbout(id, now)
    return (!facts.acknowledged && ask) || facts.claimed > order.cumulative
  }

  #askAbout(id: string, now: Micros): void {
    const order = this.#desk.orders.manager.find(id)
    const stranger = this.#strangers.get(id)
    const venueOrderId = order?.venueOrderId ?? stranger?.venueOrderId
    const instrument = order?.request.instrument ?? stranger?.instrument
    if (venueOrderId === undefined || instrument === undefined || this.#asked.size >= QUESTIONS_MAX) return
    if (now - (this.#askedAbout.get(id) ?? Number.NEGATIVE_INFINITY) < this.#timing.askEvery) return
    this.#askedAbout.set(id, now)
    this.#ask({ about: 'order', number: ++this.#number, clientOrderId: id, venueOrderId, instrument })
  }

  #askOnce(about: 'open_orders' | 'fills', now: Micros): void {
    if (now - (this.#askedAbout.get(about) ?? Number.NEGATIVE_INFINITY) < this.#timing.askEvery) return
    for (const { question } of this.#asked.values()) if (question.about === about) return
    this.#askedAbout.set(about, now)
    const number = ++this.#number
    if (about === 'open_orders') this.#ask({ about, number })
    else {
      const since = Math.max(0, this.#desk.orders.audited - this.#timing.propagation) as Micros
      this.#ask({ about, number, since })
    }
  }

  #ask(question: VenueQuestion): void {
    this.#asked.set(question.number, { question, at: this.#clock.now() })
    this.#gateway.ask(question)
  }

  #onOrder(asked: Asked, order: Truth | undefined): void {
    if (asked.question.about !== 'order') return
    const id = asked.question.clientOrderId
    this.#audit?.orders.delete(id)
    if (order !== undefined) this.#learn(order, asked.at)
    else if (this.#strangers.has(id)) this.#missStranger(id, this.#strangers.get(id)!)
    else this.#miss(id, asked.at)
  }

  /** The venue has a fill and, asked again and again, no order for it: a liquidation, say. The fill counts. */
  #missStranger(id: string, stranger: Stranger): void {
    stranger.misses++
    if (stranger.misses < this.#timing.absentAnswers) return
    this.#strangers.delete(id)
    const { fill, venueOrderId } = stranger
    if (fill === undefined) return
    this.#desk.record({ kind: 'adopt', id, venueOrderId, order: requestOf(fill), at: this.#clock.now() })
    this.#desk.record({ kind: 'report', report: reportOfFill(fill), at: this.#clock.now() })
  }

  #miss(id: string, askedAt: Micros): void {
    const facts = this.#desk.orders.facts.get(id)
    if (facts === undefined) return
    if (facts.place === undefined || facts.acknowledged) {
      const order = this.#desk.orders.manager.find(id)!
      if (order.leaves > 0 && askedAt >= order.createdAt + this.#timing.propagation) this.#desk.onLost(order)
      return
    }
    const evidence = this.#evidenceOf(id, facts.place)
    evidence.miss(askedAt)
    this.#concludeAbsent(id, evidence)
  }

  #evidenceOf(id: string, place: CommandUnderWay): AbsenceEvidence {
    const known = this.#evidence.get(id)
    if (known !== undefined) return known
    const evidence = new AbsenceEvidence(place.sentAt, this.#timing)
    this.#evidence.set(id, evidence)
    return evidence
  }

  #concludeAbsent(id: string, evidence: AbsenceEvidence): void {
    if (!evidence.isProven) return
    const reason = 'the venue never had it'
    this.#desk.record({ kind: 'conclude', id, verb: 'place', conclusion: 'absent', reason, at: this.#clock.now() })
  }

  #onOpenOrders(asked: Asked, orders: readonly Truth[]): void {
    const listed = new Set<string>()
    for (const order of orders) {
      listed.add(order.clientOrderId)
      this.#learn(order, asked.at)
    }
    if (this.#audit === undefined) return
    this.#audit.openOrders = true
    for (const id of listed) this.#audit.orders.delete(id)
    // What we hold open and the venue does not list has ended, or is too young to be listed: ask for it by name.
    for (const [id, facts] of this.#desk.orders.facts)
      if (facts.acknowledged && !isUnderWay(facts) && !listed.has(id)) this.#audit.orders.add(id)
  }

  #onFills(asked: Asked, answer: VenueAnswer & { readonly about: 'fills' }): void {
    const { orders } = this.#desk
    for (const fill of answer.fills) {
      if (!orders.isNew(fill)) continue
      const { clientOrderId, venueOrderId, instrument } = fill
      if (orders.manager.find(clientOrderId) === undefined) this.meet(clientOrderId, venueOrderId, instrument, fill)
      else this.#desk.record({ kind: 'report', report: reportOfFill(fill), at: this.#clock.now() })
    }
    for (const [id, facts] of [...orders.facts]) {
      if (facts.place === undefined || facts.acknowledged) continue
      const evidence = this.#evidenceOf(id, facts.place)
      evidence.noFill(asked.at)
      this.#concludeAbsent(id, evidence)
    }
    // Fills of strangers are not booked yet: they must be told again.
    if (this.#strangers.size > 0) return
    // A trade may be told of only after it has propagated.
    const through = (answer.at - this.#timing.propagation) as Micros
    if (through > orders.audited + this.#timing.auditEvery / 2)
      this.#desk.record({ kind: 'audited', through, at: this.#clock.now() })
    if (this.#audit !== undefined) this.#audit.fills = true
  }

  #learn(order: Truth, askedAt: Micros): void {
    const { orders } = this.#desk
    const now = this.#clock.now()
    if (orders.manager.find(order.clientOrderId) === undefined && !this.#strangers.has(order.clientOrderId))
      this.#desk.onStranger(order.clientOrderId)
    this.#strangers.delete(order.clientOrderId)
    for (const entry of truthEntries(order, orders, askedAt, this.#timing.propagation, now)) this.#desk.record(entry)
  }

  #finishAudit(): void {
    const audit = this.#audit
    if (audit === undefined || !audit.openOrders || !audit.fills || audit.orders.size > 0) return
    this.#audit = undefined
    this.#auditedAt = this.#clock.now()
    this.#forgetSettled()
    this.#desk.onAudited()
  }

  #forgetSettled(): void {
    const { facts } = this.#desk.orders
    for (const id of this.#evidence.keys()) if (!facts.has(id)) this.#evidence.delete(id)
    for (const id of this.#askedAbout.keys())
      if (!facts.has(id) && id !== 'fills' && id !== 'open_orders') this.#askedAbout.delete(id)
    const underWay = new Set([...facts.values()].flatMap(each => VERBS.map(verb => each[verb]?.command ?? 0)))
    for (const command of this.#doubted) if (!underWay.has(command)) this.#doubted.delete(command)
  }
}
