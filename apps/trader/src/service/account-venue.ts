import type { Random } from '@velocimex/core/clock/random'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { SELL } from '@velocimex/core/market/side'
import { RestClient } from '@velocimex/host/net/rest-client'
import { VENUE_BUDGETS } from '@velocimex/venues/budgets'
import type { CashFlow } from '@velocimex/venues/cash-flow'
import type { OrderCodec } from '@velocimex/venues/order-venue'
import { VENUE_CLOCKS } from '@velocimex/venues/venue-clocks'
import { VenueGateway } from '../venue/venue-gateway.ts'
import { AccountLinks } from './account-links.ts'
import type { LiveAccountOptions } from './live-account-options.ts'

/** What the way to a venue is made of. */
export interface AccountVenueParts {
  readonly options: LiveAccountOptions
  readonly instruments: InstrumentTable
  readonly random: Random
  /** Not before `connect`: what comes from the venue is told to it. */
  desk(): LiveOrderDesk
  /** A command left so many microseconds after it was given. */
  onSent(waited: number): void
  /** Money came or went without an order. */
  onFlow(flow: CashFlow): void
  onAlert(words: string): void
}

/** Everything between one account and its venue: commands and questions go out, answers and reports come to its desk. */
export class AccountVenue {
  readonly codec: OrderCodec
  readonly rest: RestClient
  readonly gateway: VenueGateway
  readonly links: AccountLinks
  #isStopped = false

  constructor(parts: AccountVenueParts) {
    const { options, instruments, random, desk, onAlert } = parts
    const { timers, wire, orders, credentials, cryptography, venue } = options
    const connections = orders.isInOrder === true ? { connections: 1 } : {}
    this.rest = new RestClient({ origin: options.rest ?? wire.rest, ...connections }, timers)
    this.codec = orders.makeOrderCodec({ instruments, credentials, cryptography })
    this.links = new AccountLinks({
      ...{ codec: this.codec, options, random, onAlert, gateway: () => this.gateway },
      onReport: report => {
        this.gateway.learn(report.venueOrderId, report.clientOrderId)
        desk().onReport(report)
      },
      onFlow: flow => parts.onFlow(flow),
      onUp: () => desk().onLinkUp(),
    })
    this.gateway = new VenueGateway({
      ...{ codec: this.codec, instruments, rest: this.rest, timers, random, socket: this.links.commands },
      ...{ budget: VENUE_BUDGETS.get(venue.id)!, clock: VENUE_CLOCKS.get(venue.id)! },
      ...(options.venueClock && { measured: options.venueClock }),
      sideOf: id => desk().orders.manager.find(id)?.request.side ?? SELL,
      listener: {
        onOutcome: (ref, outcome) => desk().onOutcome(ref, outcome),
        onAnswer: answer => desk().onAnswer(answer),
        onAdvice: (advice, words) => onAlert(`${advice}: ${words}`),
        onSent: waited => parts.onSent(waited),
      },
    })
  }

  /** Whether the account is told what happens to it. */
  get isUp(): boolean {
    return this.links.isUp
  }

  /**
   * Opens the sockets. What is signed carries the time: our clock is compared with the venue's before anything else.
   * @returns whether to go on: false when it was let go meanwhile
   */
  async connect(): Promise<boolean> {
    await this.gateway.syncClock()
    if (this.#isStopped) return false
    this.links.start()
    void this.gateway.prepare()
    return true
  }

  /** Closes the sockets; requests can still be sent. */
  leave(): void {
    this.#isStopped = true
    this.links.stop()
  }
}
