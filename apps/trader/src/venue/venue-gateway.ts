import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import type { VenueClock } from '@velocimex/core/clock/venue-clock'
import type {
  CommandOutcome,
  CommandRef,
  VenueAnswer as DeskAnswer,
  LiveGateway,
  OrderAtVenue,
  Stamp,
  VenueQuestion,
} from '@velocimex/core/execution/live-gateway'
import type { Verb } from '@velocimex/core/execution/order-entry'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, type Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import { RateBudget } from '@velocimex/host/net/rate-budget'
import type { RestClient, RestOutcome } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import { type Answer, type LimitSigns, readStatus, VenueRest } from '@velocimex/host/net/venue-rest'
import type { VenueBudget } from '@velocimex/venues/budgets'
import type { OrderCodec, OrderSnapshot, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'

const DEADLINE_MS = 5_000
/** Orders of which the venue's id is remembered, so that its executions can be told apart. */
const IDS_MAX = 100_000

/** Told what came of commands and questions; see `LiveOrderDesk`. */
export interface GatewayListener {
  onOutcome(ref: CommandRef, outcome: CommandOutcome): void
  onAnswer(answer: DeskAnswer): void
  /** The venue said something that a person should know: banned, key refused. */
  onAdvice(advice: string, words: string): void
  /** A command left so many microseconds after it was given: our own limits and connections made it wait. */
  onSent(waited: number): void
}

/** What a gateway is made of. */
export interface GatewayParts {
  readonly codec: OrderCodec
  readonly instruments: InstrumentTable
  readonly rest: RestClient
  readonly timers: Timers
  /** Hears the answers of `rest`. */
  readonly venueClock: VenueClock
  /** Spreads the waits after a refusal. */
  readonly random: Random
  /** What the venue lets us send. */
  readonly budget: VenueBudget
  /** Our side of an order that is amended: some venues want it repeated. */
  sideOf(clientOrderId: string): Side
  readonly listener: GatewayListener
}

/**
 * The way to one account of a real or simulated venue over REST: commands become signed requests, answers become outcomes
 * by the venue's table, and what is neither answered nor certainly unsent is unknown.
 */
export class VenueGateway implements LiveGateway {
  readonly #parts: GatewayParts
  /** The account's client order ids by the venue's own. */
  readonly #clientIds = new Map<string, string>()
  readonly #rest: VenueRest
  readonly #address: RateBudget
  readonly #account: RateBudget
  #newestEpoch = 0

  constructor(parts: GatewayParts) {
    this.#parts = parts
    const { budget, random, rest, timers, codec, listener } = parts
    this.#address = new RateBudget(budget.address, random)
    this.#account = new RateBudget(budget.account, random)
    const readSigns = (answer: Answer, now: number): LimitSigns => {
      const { used, retryAfter } = codec.readBudget({ ...answer, body: '' })
      return { ...readStatus(answer, now), used, ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }) }
    }
    this.#rest = new VenueRest(rest, timers, readSigns, (alert, words) => listener.onAdvice(alert, words))
  }

  /** The venue named an order: its executions will name only that. */
  learn(venueOrderId: string, clientOrderId: string): void {
    if (venueOrderId === '' || clientOrderId === '') return
    this.#clientIds.set(venueOrderId, clientOrderId)
    if (this.#clientIds.size > IDS_MAX) this.#clientIds.delete(this.#clientIds.keys().next().value!)
  }

  place(command: PlaceCommand, stamp: Stamp): void {
    const refusal = this.#parts.codec.refusal(command.order)
    this.#command('place', command.clientOrderId, stamp, at => refusal ?? this.#parts.codec.place(command, at))
  }

  placeBatch(commands: readonly (PlaceCommand & { readonly stamp: Stamp })[]): void {
    for (const command of commands) this.place(command, command.stamp)
  }

  cancel(command: CancelCommand, stamp: Stamp): void {
    this.#command('cancel', command.clientOrderId, stamp, at => this.#parts.codec.cancel(command, at))
  }

  replace(command: ReplaceCommand, stamp: Stamp): void {
    const side = this.#parts.sideOf(command.clientOrderId)
    this.#command('replace', command.clientOrderId, stamp, at => this.#parts.codec.replace(command, side, at))
  }

  /** Two requests, one behind the other: no venue's half-done answer has to be taken apart. */
  cancelReplace(cancel: CancelCommand, place: PlaceCommand, stamp: Stamp): void {
    this.cancel(cancel, stamp)
    this.place(place, stamp)
  }

  ask(question: VenueQuestion): void {
    const { number } = question
    const answered =
      question.about === 'order'
        ? this.#askOrder(question)
        : question.about === 'open_orders'
          ? this.#askOpen(number)
          : this.#askFills(number, question.since)
    answered.then(
      answer => this.#parts.listener.onAnswer(answer),
      (cause: unknown) => this.#parts.listener.onAnswer({ about: 'failure', number, reason: String(cause) }),
    )
  }

  /** Sends a request of the codec for somebody else: balances, positions, the dead-man switch. */
  async send(request: VenueRequest): Promise<VenueAnswer | string> {
    const outcome = await this.#sent(request)
    if (outcome.kind !== 'answered') return `${outcome.kind}: ${outcome.words}`
    return { status: outcome.status, headers: outcome.headers, body: outcome.body.toString() }
  }

  /** The venue's instant. */
  now(): Micros {
    const { timers, venueClock } = this.#parts
    return venueClock.at(timers.now())
  }

  #command(
    verb: Verb,
    clientOrderId: string,
    stamp: Stamp,
    make: (at: Micros) => VenueRequest | string | undefined,
  ): void {
    const ref: CommandRef = { clientOrderId, verb, command: stamp.command }
    const settle = (outcome: CommandOutcome): void => this.#parts.listener.onOutcome(ref, outcome)
    if (stamp.epoch < this.#newestEpoch) {
      queueMicrotask(() => settle({ kind: 'not_sent', reason: 'a newer start of ours trades this account' }))
      return
    }
    this.#newestEpoch = stamp.epoch
    const request = make(this.now())
    if (request === undefined || typeof request === 'string') {
      queueMicrotask(() => settle({ kind: 'not_sent', reason: request ?? `this venue has no ${verb}` }))
      return
    }
    void this.#run(request, at => make(at) as VenueRequest).then(outcome => {
      if (outcome !== undefined) settle(outcome)
    })
  }

  /**
   * @param again makes the request with another instant: what the venue refused for its instant alone is sent once more,
   * under the same id, because it says itself that it did nothing
   * @returns undefined when the venue took the command without a word about the order: the private stream tells it
   */
  async #run(request: VenueRequest, again?: (at: Micros) => VenueRequest): Promise<CommandOutcome | undefined> {
    const { codec, listener, timers } = this.#parts
    const givenAt = timers.now()
    const outcome = await this.#sent(request)
    if (outcome.kind === 'not_sent') return { kind: 'not_sent', reason: outcome.words }
    if (outcome.kind === 'unknown') return { kind: 'unknown', reason: outcome.words }
    listener.onSent(outcome.sentAt - givenAt)
    const answer = { status: outcome.status, headers: outcome.headers, body: outcome.body.toString() }
    const result = codec.readCommand(request, answer, this.now())
    const reason = `${result.code} ${result.words}`
    if (result.advice === 'sync_clock' && result.outcome === 'definitive_reject' && again !== undefined)
      return this.#run(again(this.now())) // The date of the answer has set the venue's clock.
    if (result.advice !== 'none' && result.advice !== 'query') listener.onAdvice(result.advice, reason)
    if (result.outcome === 'unknown') return { kind: 'unknown', reason }
    if (result.outcome === 'not_sent') return { kind: 'not_sent', reason }
    const [report] = result.reports
    if (report === undefined) return undefined
    this.learn(report.venueOrderId, report.clientOrderId)
    return { kind: result.outcome, report: this.#whole(request, report) }
  }

  /** Within the venue's limits, a tenth of which only cancels use. */
  #sent({ method, path, headers, body, call, weight, orders }: VenueRequest): Promise<RestOutcome> {
    const { budget } = this.#parts
    const all = (windows: VenueBudget['address'], count: number): Record<string, number> =>
      Object.fromEntries(windows.map(({ name }) => [name, count]))
    return this.#rest.request({
      ...{ method, path, headers, ...(body === undefined ? {} : { body }), deadlineMs: DEADLINE_MS },
      draws: [
        { budget: this.#address, weights: all(budget.address, weight) },
        { budget: this.#account, weights: all(budget.account, orders) },
      ],
      purpose: call === 'cancel' || call === 'cancel_all' ? 'cancel' : 'other',
    })
  }

  /** An acknowledgement of a placement does not repeat what is open: it is what was sent. */
  #whole(request: VenueRequest, report: ExecutionReport): ExecutionReport {
    return request.call === 'place' && report.kind === 'accepted' ? { ...report, at: this.now() } : report
  }

  async #askOrder(question: VenueQuestion & { readonly about: 'order' }): Promise<DeskAnswer> {
    const { codec } = this.#parts
    const { number, clientOrderId, venueOrderId, instrument } = question
    const request = codec.order(clientOrderId, venueOrderId, instrument, this.now())
    const answer = await this.send(request)
    if (typeof answer === 'string') return { about: 'failure', number, reason: answer }
    const found = codec.readOrder(request, answer)
    if (found.kind === 'failed') return { about: 'failure', number, reason: `${found.code} ${found.words}` }
    const order = found.kind === 'found' ? this.#atVenue(found.value) : undefined
    return { about: 'order', number, at: this.now(), order }
  }

  async #askOpen(number: number): Promise<DeskAnswer> {
    const { codec } = this.#parts
    const request = codec.openOrders(-1, this.now())
    const answer = await this.send(request)
    if (typeof answer === 'string') return { about: 'failure', number, reason: answer }
    const found = codec.readOpenOrders(request, answer)
    if (found.kind !== 'found') return { about: 'failure', number, reason: `${found.code} ${found.words}` }
    return { about: 'open_orders', number, at: this.now(), orders: found.value.map(order => this.#atVenue(order)) }
  }

  /** Executions of every instrument; each venue names the order by its own id, which is ours to know. */
  async #askFills(number: number, since: Micros): Promise<DeskAnswer> {
    const { codec, instruments } = this.#parts
    const fills: Fill[] = []
    const at = this.now()
    for (const { index } of instruments.all) {
      const request = codec.fills(index, since, this.now())
      const answer = await this.send(request)
      if (typeof answer === 'string') return { about: 'failure', number, reason: answer }
      const found = codec.readFills(request, answer)
      if (found.kind !== 'found') return { about: 'failure', number, reason: `${found.code} ${found.words}` }
      for (const fill of found.value) {
        const clientOrderId = await this.#ownerOf(fill)
        if (clientOrderId === undefined) return { about: 'failure', number, reason: 'whose fill it is was not told' }
        fills.push({ ...fill, clientOrderId })
      }
    }
    return { about: 'fills', number, at, fills: fills.toSorted((one, other) => one.at - other.at) }
  }

  /** The client order id behind a fill, asked for when it is not known; an order without one goes by the venue's. */
  async #ownerOf({ clientOrderId, venueOrderId, instrument }: Fill): Promise<string | undefined> {
    const known = clientOrderId !== '' ? clientOrderId : this.#clientIds.get(venueOrderId)
    if (known !== undefined) return known
    const { codec } = this.#parts
    const request = codec.order('', venueOrderId, instrument, this.now())
    const answer = await this.send(request)
    const found = typeof answer === 'string' ? undefined : codec.readOrder(request, answer)
    if (found?.kind !== 'found') return found?.kind === 'absent' ? venueOrderId : undefined
    const owner = found.value.clientOrderId === '' ? venueOrderId : found.value.clientOrderId
    this.learn(venueOrderId, owner)
    return owner
  }

  #atVenue(snapshot: OrderSnapshot): OrderAtVenue {
    const { venueOrderId, instrument, side, price, quantity, cumulative, status, at } = snapshot
    const clientOrderId = snapshot.clientOrderId === '' ? venueOrderId : snapshot.clientOrderId
    this.learn(venueOrderId, clientOrderId)
    const type = price === undefined ? 'market' : 'limit'
    const told = { clientOrderId, venueOrderId, instrument, side: side ?? BUY, type, price } as const
    return { ...told, timeInForce: 'gtc', quantity, cumulative: cumulative as Lots, status, updatedAt: at }
  }
}
