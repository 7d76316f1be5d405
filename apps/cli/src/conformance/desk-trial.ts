import { JournalDisk, MemoryJournal } from '@velocimex/core/bus/memory-journal'
import { DESK_TIMING } from '@velocimex/core/execution/desk-timing'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { recover } from '@velocimex/core/execution/recovery'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import { GatewayTrial } from './gateway-trial.ts'
import type { Wish } from './order-client.ts'
import { hasSocket } from './socket-rows.ts'
import type { VenueRow } from './venue-rows.ts'

/** How often the desk ticks, milliseconds of the wall. */
const TICK_MS = 10
/** Part of our client order ids; that of other orders is 1. */
const INSTANCE = 2

/** The order desk of a live account, on its gateway and its links, at a simulated venue. */
export class DeskTrial {
  readonly trial: GatewayTrial
  readonly desk: LiveOrderDesk
  readonly fills: Fill[] = []
  readonly alerts: string[] = []

  private constructor(trial: GatewayTrial) {
    this.trial = trial
    const disk = new JournalDisk()
    const reading = disk.read()
    const desk = recover(reading, {
      ...{ gateway: trial.gateway, journal: new MemoryJournal(disk, reading.lastSequence, reading.epoch + 1) },
      ...{ clock: trial.timers, timing: DESK_TIMING, durability: 'group', instance: INSTANCE },
      instruments: trial.client.stage.market.exchange.instruments.all.length,
      openingAt: trial.timers.now(),
      onAlert: (alert, words) => this.alerts.push(`${alert}: ${words}`),
      onJournalAlert: alert => this.alerts.push(alert),
      listener: {
        onFill: fill => this.fills.push(fill),
        onOrderUpdate() {},
        onAlert: alert => this.alerts.push(alert),
      },
    })
    if (!desk.ok) throw new Error(desk.reason)
    this.desk = desk.value
    trial.desk = this.desk
  }

  /** Opens a venue whose market stands still, and a desk that has asked everything there. */
  static async with(row: VenueRow, run: (trial: DeskTrial) => Promise<void>): Promise<void> {
    await GatewayTrial.with(row, { overSocket: hasSocket(row) }, async trial => {
      const made = new DeskTrial(trial)
      const timer = setInterval(() => made.desk.tick(), TICK_MS)
      try {
        await trial.until('the desk is ready', () => made.desk.isReady)
        await run(made)
      } finally {
        clearInterval(timer)
      }
    })
  }

  /** Places an order of the suite. @throws Error when the desk refuses it */
  place(wish: Wish = {}): OrderView {
    const placed = this.desk.place(this.trial.client.wish(wish).order)
    if (!placed.ok) throw new Error(`the desk refuses: ${placed.reason}`)
    return placed.value
  }

  /** The command that an order was placed with. */
  commandOf({ clientOrderId, request }: OrderView): PlaceCommand {
    return { clientOrderId, order: request as PlaceCommand['order'] }
  }

  /** Waits until an order is in a state. */
  async becomes(order: OrderView, ...states: readonly OrderView['state'][]): Promise<void> {
    const { clientOrderId } = order
    const state = (): OrderView['state'] => this.desk.orders.manager.find(clientOrderId)!.state
    await this.trial.until(`${clientOrderId} is ${states.join(' or ')}`, () => states.includes(state()))
  }

  /** Lets so many milliseconds of the venue pass, with everything that runs. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.trial.timers.now() + milliseconds * 1000
    await this.trial.until('time has passed', () => this.trial.timers.now() >= until)
  }
}
