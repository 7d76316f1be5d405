import type { Micros } from '../clock/micros.ts'
import type {
  CommandOutcome,
  CommandRef,
  LiveGateway,
  Stamp,
  VenueAnswer,
  VenueQuestion,
} from '../execution/live-gateway.ts'
import type { Verb } from '../execution/order-entry.ts'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '../execution/order-gateway.ts'
import type { Lots } from '../market/units.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { SimExchange } from './sim-exchange.ts'
import type { SimNetwork } from './sim-network.ts'

/** The exchange refuses what was sent longer ago than this, microseconds: nothing arrives from the distant past. */
const RECEIVE_WINDOW = 5_000_000

/** Whoever is to be told, while it lives. */
export interface GatewayEars {
  onOutcome(ref: CommandRef, outcome: CommandOutcome): void
  onAnswer(answer: VenueAnswer): void
}

/** What a request for an order did at the exchange: a word of it, or nothing that can be understood. */
type Worked = ExecutionReport | undefined

const REFUSALS: ReadonlySet<ExecutionReport['kind']> = new Set(['rejected', 'cancel_rejected', 'replace_rejected'])

/** The way of one trading process to the simulated exchange, over the simulated network. */
export class SimGateway implements LiveGateway {
  readonly #exchange: SimExchange
  readonly #network: SimNetwork
  readonly #clock: { readonly now: number }
  readonly #ears: GatewayEars

  constructor(exchange: SimExchange, network: SimNetwork, clock: { readonly now: number }, ears: GatewayEars) {
    this.#exchange = exchange
    this.#network = network
    this.#clock = clock
    this.#ears = ears
  }

  place(command: PlaceCommand, stamp: Stamp): void {
    this.#request('place', command.clientOrderId, stamp, () => this.#place(command, stamp))
  }

  placeBatch(commands: readonly (PlaceCommand & { readonly stamp: Stamp })[]): void {
    this.#network.request(
      () => commands.map(command => this.#place(command, command.stamp)),
      answers => {
        for (const [at, { clientOrderId, stamp }] of commands.entries())
          this.#tell('place', clientOrderId, stamp, answers[at])
      },
      why => {
        for (const { clientOrderId, stamp } of commands) this.#fail('place', clientOrderId, stamp, why)
      },
    )
  }

  cancel(command: CancelCommand, stamp: Stamp): void {
    this.#request('cancel', command.clientOrderId, stamp, () => this.#cancel(command, stamp))
  }

  replace(command: ReplaceCommand, stamp: Stamp): void {
    const { clientOrderId, instrument, price, quantity } = command
    this.#request('replace', clientOrderId, stamp, () => {
      if (this.#exchange.isRepeat(`${stamp.epoch} ${stamp.command}`)) return undefined
      return this.#isLate(stamp)
        ? this.#refusal('replace_rejected', command)
        : this.#exchange.replace(clientOrderId, instrument, price, quantity)
    })
  }

  /** The exchange tries both halves, whatever becomes of the other. */
  cancelReplace(cancel: CancelCommand, place: PlaceCommand, stamp: Stamp): void {
    const [id, newId] = [cancel.clientOrderId, place.clientOrderId]
    this.#network.request(
      () => [this.#cancel(cancel, stamp), this.#place(place, stamp)] as const,
      ([canceled, placed]) => {
        this.#tell('cancel', id, stamp, canceled)
        this.#tell('place', newId, stamp, placed)
      },
      why => {
        this.#fail('cancel', id, stamp, why)
        this.#fail('place', newId, stamp, why)
      },
    )
  }

  ask(question: VenueQuestion): void {
    const { number } = question
    this.#network.request(
      () => (this.#network.areQuestionsDown ? undefined : this.#answer(question)),
      answer => this.#ears.onAnswer(answer ?? { about: 'failure', number, reason: '503' }),
      why => this.#ears.onAnswer({ about: 'failure', number, reason: why }),
    )
  }

  #answer(question: VenueQuestion): VenueAnswer {
    const { number } = question
    const at = this.#clock.now as Micros
    if (question.about === 'order')
      return { about: 'order', number, at, order: this.#exchange.find(question.clientOrderId) }
    if (question.about === 'open_orders')
      return { about: 'open_orders', number, at, orders: this.#exchange.openOrders() }
    return { about: 'fills', number, at, fills: this.#exchange.fillsSince(question.since) }
  }

  #place({ clientOrderId, order }: PlaceCommand, stamp: Stamp): Worked {
    // A second arrival of the same request is refused as a duplicate, which says nothing about the first.
    if (this.#exchange.orders.has(clientOrderId)) return undefined
    return this.#isLate(stamp)
      ? this.#refusal('rejected', { clientOrderId, instrument: order.instrument })
      : this.#exchange.place(clientOrderId, order)
  }

  #cancel(command: CancelCommand, stamp: Stamp): Worked {
    return this.#isLate(stamp)
      ? this.#refusal('cancel_rejected', command)
      : this.#exchange.cancel(command.clientOrderId, command.instrument)
  }

  #isLate({ sentAt }: Stamp): boolean {
    return this.#clock.now - sentAt > RECEIVE_WINDOW
  }

  #refusal(
    kind: ExecutionReport['kind'],
    { clientOrderId, instrument }: { readonly clientOrderId: string; readonly instrument: number },
  ): ExecutionReport {
    const none = 0 as Lots
    const at = this.#clock.now as Micros
    const reason = 'outside the receive window'
    return { kind, clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none, reason }
  }

  #request(verb: Verb, id: string, stamp: Stamp, work: () => Worked): void {
    this.#network.request(
      work,
      answer => this.#tell(verb, id, stamp, answer),
      why => this.#fail(verb, id, stamp, why),
    )
  }

  #tell(verb: Verb, clientOrderId: string, { command }: Stamp, report: Worked): void {
    const ref = { clientOrderId, verb, command }
    if (report === undefined) this.#ears.onOutcome(ref, { kind: 'unknown', reason: 'duplicate id' })
    else this.#ears.onOutcome(ref, { kind: REFUSALS.has(report.kind) ? 'definitive_reject' : 'ack', report })
  }

  #fail(verb: Verb, clientOrderId: string, { command }: Stamp, kind: 'not_sent' | 'unknown'): void {
    this.#ears.onOutcome({ clientOrderId, verb, command }, { kind, reason: kind === 'unknown' ? 'timeout' : 'refused' })
  }
}
