import type { ClientKey } from '../../venue-dialect.ts'
import type { OrderDesk } from './order-desk.ts'
import type { PrivateCalls } from './private-calls.ts'
import type { RequestForm } from './request-form.ts'
import { VenueError } from './venue-errors.ts'

/** What v1 answers to a command beside the word that it is one: the fields of success, or the error. */
export type OlderAnswer = Readonly<Record<string, unknown>> | VenueError

/** Order commands of websocket v1: their parameters are those of REST. */
export class OlderCommands {
  readonly #desk: OrderDesk
  readonly #calls: PrivateCalls

  constructor(desk: OrderDesk, calls: PrivateCalls) {
    this.#desk = desk
    this.#calls = calls
  }

  /** Answers to a command, one for each order that a cancel names; undefined when there is no such event. */
  run(event: string, key: ClientKey, form: RequestForm): readonly OlderAnswer[] | undefined {
    switch (event) {
      case 'addOrder':
        return [this.#place(key, form)]
      case 'cancelOrder':
        return this.#cancels(key, form.list('txid'))
      case 'cancelAll':
        return [this.#calls.cancelAll(key) as OlderAnswer]
      case 'cancelAllOrdersAfter':
        return [this.#calls.cancelAfter(key, form) as OlderAnswer]
      default:
        return undefined
    }
  }

  #place(key: ClientKey, form: RequestForm): OlderAnswer {
    const placed = this.#calls.place(key, form) as { descr: { order: string }; txid?: readonly string[] } | VenueError
    return placed instanceof VenueError ? placed : { descr: placed.descr.order, txid: placed.txid?.[0] }
  }

  #cancels(key: ClientKey, ids: readonly string[]): readonly OlderAnswer[] {
    if (ids.length === 0) return [new VenueError('EGeneral:Invalid arguments:txid')]
    return ids.map(id => this.#desk.cancel(key, this.#desk.find(key.account, id, undefined)) ?? {})
  }
}
