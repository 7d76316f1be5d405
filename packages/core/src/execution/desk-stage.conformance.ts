import { JournalDisk, MemoryJournal } from '../bus/memory-journal.ts'
import type { Micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { toMinor } from '../market/money.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import { DESK_TIMING } from './desk-timing.ts'
import type { LiveGateway, OrderAtVenue, VenueAnswer, VenueQuestion } from './live-gateway.ts'
import type { LiveOrderDesk } from './live-order-desk.ts'
import { recover } from './recovery.ts'

/** What risk would allow: these tests are about execution, so the brand is put on by hand. */
export const approved = (request: Partial<OrderRequest> = {}): ApprovedOrder =>
  ({
    instrument: 0,
    side: BUY,
    type: 'limit',
    quantity: 10,
    price: 100,
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: false,
    strategy: 's',
    ...request,
  }) as ApprovedOrder

/** A desk with a disk, a clock and a venue that is played by the test. */
export class DeskStage {
  readonly clock = new SimClock(1_000_000_000 as Micros)
  readonly disk: JournalDisk
  readonly sent: string[] = []
  readonly alerts: string[] = []
  readonly fills: Fill[] = []
  readonly commands = new Map<string, number>()
  readonly desk: LiveOrderDesk
  readonly journal: MemoryJournal
  /** What the venue tells when it is asked; undefined lets the question hang. */
  truth: Map<string, OrderAtVenue> | undefined = new Map()
  trades: Fill[] = []
  #questions: VenueQuestion[] = []

  /** @param disk of an earlier stage, to start again on it */
  constructor(disk = new JournalDisk(), durability: 'group' | 'strict' = 'group') {
    this.disk = disk
    const reading = disk.read()
    this.journal = new MemoryJournal(disk, reading.lastSequence, reading.epoch + 1)
    const desk = recover(reading, {
      gateway: this.#gateway(),
      journal: this.journal,
      clock: this.clock,
      timing: DESK_TIMING,
      durability,
      instance: 1,
      instruments: 2,
      onAlert: alert => this.alerts.push(alert),
      onJournalAlert: alert => this.alerts.push(alert),
      listener: {
        onFill: fill => this.fills.push(fill),
        onOrderUpdate: () => undefined,
        onAlert: alert => this.alerts.push(alert),
      },
    })
    if (!desk.ok) throw new Error(desk.reason)
    this.desk = desk.value
  }

  /** Lets time pass; the desk ticks four times a second, and questions are answered at once. */
  pass(seconds: number): void {
    for (let tick = 0; tick < seconds * 4; tick++) {
      this.clock.advanceTo((this.clock.now() + 250_000) as Micros)
      this.desk.tick()
      this.answer()
    }
  }

  /** Answers what was asked, with an error where the venue has no words. */
  answer(): void {
    const questions = this.#questions
    this.#questions = []
    for (const question of questions) this.desk.onAnswer(this.#answerTo(question))
  }

  /** A word of the venue. */
  say(kind: ReportKind, id: string, more: Partial<ExecutionReport> = {}): void {
    this.desk.onReport({
      kind,
      clientOrderId: id,
      venueOrderId: 'X1',
      instrument: 0,
      at: this.clock.now(),
      cumulative: 0 as Lots,
      leaves: 0 as Lots,
      ...more,
    })
  }

  /** An execution of an order. @param cumulative what of it is filled with this one */
  fill(id: string, tradeId: string, quantity: number, cumulative = quantity): void {
    const fill = fillOf(id, tradeId, quantity, this.clock.now())
    this.say('filled', id, { fill, cumulative: cumulative as Lots })
  }

  /** State of an order, `state cumulative/quantity`. */
  state(id: string): string {
    const order = this.desk.orders.manager.find(id)
    return order === undefined ? 'not known' : `${order.state} ${order.cumulative}/${order.quantity}`
  }

  #answerTo(question: VenueQuestion): VenueAnswer {
    const { number, about } = question
    const at = this.clock.now()
    if (this.truth === undefined) return { about: 'failure', number, reason: 'DNS' }
    if (about === 'order') return { about, number, at, order: this.truth.get(question.clientOrderId) }
    if (about === 'fills') return { about, number, at, fills: this.trades.filter(fill => fill.at >= question.since) }
    return { about, number, at, orders: [...this.truth.values()].filter(({ status }) => status === 'open') }
  }

  #gateway(): LiveGateway {
    const note = (words: string, id: string, command: number): void => {
      this.sent.push(words)
      this.commands.set(`${words.split(' ')[0]} ${id}`, command)
    }
    return {
      place: ({ clientOrderId: id }, { command }) => note('place', id, command),
      placeBatch: commands => {
        for (const { clientOrderId: id, stamp } of commands) note('place', id, stamp.command)
      },
      cancel: ({ clientOrderId: id }, { command }) => note('cancel', id, command),
      replace: ({ clientOrderId: id, quantity, price }, { command }) =>
        note(`replace ${quantity}@${price}`, id, command),
      cancelReplace: (cancel, place, { command }) => {
        note('cancel', cancel.clientOrderId, command)
        note('place', place.clientOrderId, command)
      },
      ask: question => this.#questions.push(question),
    }
  }
}

/** One execution. */
export const fillOf = (id: string, tradeId: string, quantity: number, at: number, instrument = 0): Fill => ({
  tradeId,
  clientOrderId: id,
  venueOrderId: 'X1',
  instrument,
  side: BUY,
  price: 100 as Ticks,
  quantity: quantity as Lots,
  fee: toMinor(-3n),
  feeAsset: 'USD',
  liquidity: 'maker',
  at: at as Micros,
})

/** An order as the venue tells it. */
export const orderAtVenue = (id: string, more: Partial<OrderAtVenue> = {}): OrderAtVenue => ({
  clientOrderId: id,
  venueOrderId: 'X1',
  instrument: 0,
  side: BUY,
  type: 'limit',
  timeInForce: 'gtc',
  price: 100 as Ticks,
  quantity: 10 as Lots,
  cumulative: 0 as Lots,
  status: 'open',
  updatedAt: 1_000_000_000 as Micros,
  ...more,
})
