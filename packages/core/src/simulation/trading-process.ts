import type { Journal, JournalHistory } from '../bus/journal.ts'
import { type JournalDisk, MemoryJournal } from '../bus/memory-journal.ts'
import type { Clock } from '../clock/clock.ts'
import type { Micros } from '../clock/micros.ts'
import type { DeskAlert } from '../execution/desk-parts.ts'
import { DESK_TIMING } from '../execution/desk-timing.ts'
import type { JournaledOrders } from '../execution/journaled-orders.ts'
import type { LiveGateway } from '../execution/live-gateway.ts'
import type { LiveOrderDesk } from '../execution/live-order-desk.ts'
import type { OrderListener } from '../execution/order-manager.ts'
import { recover } from '../execution/recovery.ts'
import { AccountBooks } from '../ledger/account-books.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import type { Fill } from '../order/fill.ts'
import { type Exposure, RiskGate } from '../risk/risk-gate.ts'
import { type KillPoints, killableGateway, killableJournal, killableListener } from './kill-points.ts'
import type { Inbound, Seams } from './seams.ts'
import { SIM_LIMITS } from './sim-limits.ts'

/** What a trading process finds around it when it starts. */
export interface Surroundings {
  readonly instruments: InstrumentTable
  readonly disk: JournalDisk
  readonly clock: Clock
  readonly points: KillPoints
  readonly seams: Seams
  readonly durability: 'group' | 'strict'
  /** Mid of the market in ticks. */
  reference(instrument: number): number
  /** The way out; the process hears through `inbound` of itself. */
  connect(inbound: () => Inbound): LiveGateway
  /** Looks over the shoulder: what is really written, sent and booked. */
  watchJournal(journal: Journal): Journal
  watchGateway(gateway: LiveGateway): LiveGateway
  onBooked(fill: Fill): void
  onAlert(alert: DeskAlert | 'overfill' | 'conflict' | 'stale_fill', words: string): void
}

/** What a snapshot of the whole process holds: the orders, and the fills from which the books are kept. */
interface ProcessImage {
  readonly orders: string
  readonly fills: readonly (Omit<Fill, 'fee'> & { readonly fee: string })[]
}

/** Thrown when recovery refuses to start: the process ends, as it does when a sync fails. */
export class StartRefused extends Error {}

/**
 * One life of the program that trades: journal, desk, risk, books. It starts by recovery and may end anywhere; all that
 * outlives it is the disk.
 */
export class TradingProcess {
  readonly desk: LiveOrderDesk
  readonly gate: RiskGate
  readonly books: AccountBooks
  readonly inbound: Inbound
  readonly journal: Journal
  readonly #fills: Fill[] = []

  /** @throws ProcessKilled when it dies while it starts; StartRefused when recovery refuses */
  constructor(around: Surroundings) {
    const { disk, instruments, clock, points, seams } = around
    const reading = disk.read()
    const memory = around.watchJournal(new MemoryJournal(disk, reading.lastSequence, reading.epoch + 1))
    this.journal = killableJournal(seams.journal?.(memory) ?? memory, points)
    this.books = new AccountBooks(instruments, { owner: 1, allowShort: true })
    const listener = this.#listener(around)
    const gateway = this.#gateway(around)
    const desk = recover(this.#history(reading, around), {
      gateway,
      journal: this.journal,
      clock,
      timing: seams.timing ?? DESK_TIMING,
      durability: around.durability,
      instance: 1,
      instruments: instruments.all.length,
      stateOf: orders => this.#stateOf(orders),
      listener,
      onAlert: (alert, words) => around.onAlert(alert, words),
      onJournalAlert: (alert, report) => around.onAlert('stale_fill', `${alert} ${report.clientOrderId}`),
    })
    if (!desk.ok) throw new StartRefused(desk.reason)
    this.desk = desk.value
    const exposure = seams.exposure?.(this.#exposure(around), this.desk) ?? this.#exposure(around)
    this.gate = new RiskGate(instruments, SIM_LIMITS, exposure, clock)
    const inbound: Inbound = {
      onReport: report => this.desk.onReport(report),
      onOutcome: (ref, outcome) => this.desk.onOutcome(ref, outcome),
      onAnswer: answer => this.desk.onAnswer(answer),
    }
    this.inbound = seams.inbound?.(inbound, this.desk, gateway, listener) ?? inbound
  }

  /** Keeps a snapshot of everything. False when the disk has failed: the process must end. */
  saveSnapshot(): boolean {
    const saved = this.journal.saveSnapshot(this.#stateOf(this.desk.orders))
    return saved.ok || saved.reason === 'full'
  }

  #stateOf(orders: JournaledOrders): string {
    const fills = this.#fills.map(fill => ({ ...fill, fee: String(fill.fee) }))
    const image: ProcessImage = { orders: orders.snapshot(), fills }
    return JSON.stringify(image)
  }

  #listener(around: Surroundings): OrderListener {
    const listener: OrderListener = {
      onFill: fill => this.#book(fill, around),
      onOrderUpdate: () => undefined,
      onAlert: (alert, report) => {
        if (alert === 'overfill' || alert === 'conflict')
          around.onAlert(alert, `${report.kind} ${report.clientOrderId}`)
      },
    }
    return killableListener(around.seams.listener?.(listener) ?? listener, around.points)
  }

  #gateway(around: Surroundings): LiveGateway {
    const real = around.watchGateway(around.connect(() => this.inbound))
    return killableGateway(around.seams.gateway?.(real) ?? real, around.points)
  }

  #history(reading: JournalHistory, around: Surroundings): JournalHistory {
    const { snapshot } = reading
    if (snapshot === undefined) return around.seams.history?.(reading) ?? reading
    const image = JSON.parse(snapshot.state) as ProcessImage
    for (const fill of image.fills) this.#book({ ...fill, fee: toMinor(BigInt(fill.fee)) } as Fill, around)
    const history = { ...reading, snapshot: { through: snapshot.through, state: image.orders } }
    return around.seams.history?.(history) ?? history
  }

  #book(fill: Fill, around: Surroundings): void {
    this.#fills.push(fill)
    this.books.fill(fill)
    around.onBooked(fill)
  }

  #exposure(around: Surroundings): Exposure {
    const { manager } = this.desk.orders
    return {
      netLots: instrument => this.books.portfolio.netLots(instrument),
      openBuyLots: instrument => manager.openBuyLots(instrument),
      openSellLots: instrument => manager.openLots(instrument, -1),
      openOrders: instrument => manager.openOrders(instrument).length,
      reference: instrument => around.reference(instrument),
    }
  }
}

/** The process's clock: true time, off by what this machine's clock is off. */
export const skewedClock = (world: { readonly now: number }, skew: number): Clock => ({
  now: () => (world.now + skew) as Micros,
})
