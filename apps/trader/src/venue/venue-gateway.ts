import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import type {
  CommandOutcome,
  CommandRef,
  VenueAnswer as DeskAnswer,
  LiveGateway,
  Stamp,
  VenueQuestion,
} from '@velocimex/core/execution/live-gateway'
import type { Verb } from '@velocimex/core/execution/order-entry'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { ClockOffset } from '@velocimex/host/net/clock-offset'
import type { Purpose } from '@velocimex/host/net/rate-budget'
import type { RestClient, RestOutcome } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import type { VenueBudget } from '@velocimex/venues/budgets'
import type { CommandResult, OrderCodec, SocketOrders, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import type { VenueClock } from '@velocimex/venues/venue-clocks'
import type { OrderSocket } from './order-socket.ts'
import { VenueLine } from './venue-line.ts'
import { VenueQuestions } from './venue-questions.ts'

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
  /** The socket that takes commands, where the venue has one; REST takes those that it does not. */
  readonly socket?: OrderSocket
  readonly timers: Timers
  /** Spreads the waits after a refusal. */
  readonly random: Random
  /** What the venue lets us send. */
  readonly budget: VenueBudget
  /** How the venue is asked for its time. */
  readonly clock: VenueClock
  /** What was measured with it before. */
  readonly measured?: ClockOffset
  /** Our side of an order that is amended: some venues want it repeated. */
  sideOf(clientOrderId: string): Side
  readonly listener: GatewayListener
}

/** A command in the words of the venue, made anew for every sending: it carries the time. */
interface Wording {
  readonly verb: Verb
  /** Undefined where the venue has no such command, a text where it must not be sent. */
  request(at: Micros): VenueRequest | string | undefined
  /** Over the socket; undefined where only REST takes it. */
  frame(socket: SocketOrders): ((requestId: string, at: Micros) => string) | undefined
}

/** What an attempt came to: nothing certain, or what the venue said. */
type Attempt =
  | Extract<CommandOutcome, { kind: 'not_sent' | 'unknown' }>
  | { readonly kind: 'told'; readonly result: CommandResult }

/**
 * The way to one account of a real or simulated venue: commands go over its socket where it takes them there and is up,
 * and as signed requests otherwise; answers become outcomes by the venue's table, and what is neither answered nor certainly
 * unsent is unknown. What was written once, either way, is never written again.
 */
export class VenueGateway implements LiveGateway {
  readonly #parts: GatewayParts
  readonly #line: VenueLine
  readonly #questions: VenueQuestions
  #newestEpoch = 0

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#line = new VenueLine({ ...parts, onAdvice: (advice, words) => parts.listener.onAdvice(advice, words) })
    const { codec, instruments } = parts
    const send = (request: VenueRequest): Promise<VenueAnswer | string> => this.send(request)
    this.#questions = new VenueQuestions({
      ...{ codec, instruments, send, now: () => this.now() },
      onFailed: (request, answer, failure) => this.#line.heed(request, answer, failure),
    })
  }

  /** The venue named an order: its executions will name only that. */
  learn(venueOrderId: string, clientOrderId: string): void {
    this.#questions.learn(venueOrderId, clientOrderId)
  }

  place(command: PlaceCommand, stamp: Stamp): void {
    const { codec } = this.#parts
    this.#command(command.clientOrderId, command.order.instrument, stamp, {
      verb: 'place',
      request: at => codec.refusal(command.order) ?? codec.place(command, at),
      frame: socket =>
        codec.refusal(command.order) === undefined ? (id, at) => socket.place(command, id, at) : undefined,
    })
  }

  placeBatch(commands: readonly (PlaceCommand & { readonly stamp: Stamp })[]): void {
    for (const command of commands) this.place(command, command.stamp)
  }

  cancel(command: CancelCommand, stamp: Stamp): void {
    this.#command(command.clientOrderId, command.instrument, stamp, {
      verb: 'cancel',
      request: at => this.#parts.codec.cancel(command, at),
      frame: socket => (id, at) => socket.cancel(command, id, at),
    })
  }

  replace(command: ReplaceCommand, stamp: Stamp): void {
    const side = this.#parts.sideOf(command.clientOrderId)
    this.#command(command.clientOrderId, command.instrument, stamp, {
      verb: 'replace',
      request: at => this.#parts.codec.replace(command, side, at),
      frame: socket => socket.replace && ((id, at) => socket.replace!(command, id, at, side)),
    })
  }

  /** Two requests, one behind the other: no venue's half-done answer has to be taken apart. */
  cancelReplace(cancel: CancelCommand, place: PlaceCommand, stamp: Stamp): void {
    this.cancel(cancel, stamp)
    this.place(place, stamp)
  }

  ask(question: VenueQuestion): void {
    void this.#questions.ask(question).then(answer => this.#parts.listener.onAnswer(answer))
  }

  /** Sends a request of the codec for somebody else: balances, positions, the dead-man switch. */
  async send(request: VenueRequest): Promise<VenueAnswer | string> {
    const outcome = await this.#line.request(request)
    if (outcome.kind !== 'answered') return `${outcome.kind}: ${outcome.words}`
    return { status: outcome.status, headers: outcome.headers, body: outcome.body.toString() }
  }

  /** Whether requests of this cost may go now; see `VenueLine.hasRoom`. */
  hasRoom(requests: readonly VenueRequest[], purpose: Purpose): boolean {
    return this.#line.hasRoom(requests, purpose)
  }

  /** Whether the venue's limit of orders has room now. */
  get takesOrders(): boolean {
    return this.#line.takesOrders
  }

  /** Reads what must be known before commands can go over the socket. */
  async prepare(): Promise<void> {
    const { lessons } = this.#parts.codec
    for (const request of lessons?.requests() ?? []) {
      const answer = await this.send(request)
      if (typeof answer !== 'string' && answer.status === 200) lessons!.learn(answer.body)
    }
  }

  /** Compares our clock with the venue's. */
  syncClock(): Promise<void> {
    return this.#line.syncClock()
  }

  /** Microseconds by which the venue's clock is certainly ahead of ours, negative when it is behind. */
  get clockSkew(): number {
    return this.#line.clockSkew
  }

  /** Microseconds to add to our clock for the venue's, as far as it has told. */
  get clockOffset(): number {
    return this.#line.clockOffset
  }

  /** The venue's instant. */
  now(): Micros {
    return this.#line.now()
  }

  #command(clientOrderId: string, instrument: number, stamp: Stamp, wording: Wording): void {
    const ref: CommandRef = { clientOrderId, verb: wording.verb, command: stamp.command }
    const settle = (outcome: CommandOutcome): void => this.#parts.listener.onOutcome(ref, outcome)
    if (stamp.epoch < this.#newestEpoch) {
      queueMicrotask(() => settle({ kind: 'not_sent', reason: 'a newer start of ours trades this account' }))
      return
    }
    this.#newestEpoch = stamp.epoch
    void this.#run(wording).then(attempt => {
      const outcome = this.#concluded(ref, instrument, attempt)
      if (outcome !== undefined) settle(outcome)
    })
  }

  /** A command that was late by the venue's clock did nothing: once our clock is set it goes out a second time, once. */
  async #run(wording: Wording): Promise<Attempt> {
    const first = await this.#attempt(wording)
    const isLate =
      first.kind === 'told' && first.result.advice === 'sync_clock' && first.result.outcome === 'definitive_reject'
    if (!isLate) return first
    await this.#line.doubtClock()
    return this.#attempt(wording)
  }

  /** What throws before anything was written was not sent; afterwards it is not known what became of it. */
  async #attempt(wording: Wording): Promise<Attempt> {
    const { listener, timers } = this.#parts
    const givenAt = timers.now()
    const request = worded(wording.verb, () => wording.request(this.now()))
    if ('kind' in request) return request
    const spoken = this.#speak(wording, request)
    if (spoken !== undefined) return spoken
    try {
      const outcome = await this.#line.request(request)
      if (outcome.kind !== 'answered') return { kind: outcome.kind, reason: outcome.words }
      listener.onSent(outcome.sentAt - givenAt)
      return this.#read(request, outcome)
    } catch (cause) {
      return { kind: 'unknown', reason: `the answer cannot be read: ${(cause as Error).message}` }
    }
  }

  #read(request: VenueRequest, { status, headers, body }: RestOutcome & { kind: 'answered' }): Attempt {
    const answer = { status, headers, body: body.toString() }
    const result = this.#parts.codec.readCommand(request, answer, this.now())
    this.#line.heed(request, answer, result)
    return { kind: 'told', result }
  }

  /** Over the socket; undefined where not a byte of it was written there. */
  #speak(wording: Wording, request: VenueRequest): Promise<Attempt> | Attempt | undefined {
    const { codec, socket } = this.#parts
    const orders = codec.socket
    if (socket?.isUp !== true || orders === undefined) return undefined
    const frame = wording.frame(orders)
    if (frame === undefined) return undefined
    let unsaid: NotWorded | undefined
    const said = this.#line.through(request, () => {
      try {
        return socket.request(id => frame(id, this.now()))
      } catch (cause) {
        unsaid = notWorded(wording.verb, cause)
        return undefined
      }
    })
    if (said === undefined) return unsaid
    return said.then(outcome => {
      if (outcome.kind === 'answered') return { kind: 'told', result: outcome.result }
      return { kind: outcome.kind, reason: outcome.words }
    })
  }

  /** @returns undefined when the venue took the command without a word about the order: the private stream tells it */
  #concluded(ref: CommandRef, instrument: number, attempt: Attempt): CommandOutcome | undefined {
    if (attempt.kind !== 'told') return attempt
    const { outcome, advice, code, words, reports } = attempt.result
    if (advice !== 'none' && advice !== 'query') this.#parts.listener.onAdvice(advice, `${code} ${words}`)
    const reason = `${code} ${words}`
    if (outcome === 'unknown' || outcome === 'not_sent') return { kind: outcome, reason }
    // An answer over a socket names its command, and not always the order.
    const report = reports[0] ?? (outcome === 'definitive_reject' ? this.#refused(ref, instrument, reason) : undefined)
    if (report === undefined) return undefined
    this.learn(report.venueOrderId, report.clientOrderId)
    // An acknowledgement of a placement may be older than what the stream has told: it is as new as its arrival.
    const isPlaced = ref.verb === 'place' && report.kind === 'accepted'
    return { kind: outcome, report: isPlaced ? { ...report, at: this.now() } : report }
  }

  #refused({ verb, clientOrderId }: CommandRef, instrument: number, reason: string): ExecutionReport {
    const kind = ({ place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const)[verb]
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId: '', instrument, at: this.now(), cumulative: none, leaves: none }
    return { kind, ...order, reason }
  }
}

type NotWorded = Extract<Attempt, { kind: 'not_sent' }>

const notWorded = (verb: Verb, cause: unknown): NotWorded => ({
  kind: 'not_sent',
  reason: `the ${verb} cannot be made: ${(cause as Error).message}`,
})

/** A command in the venue's words, or why there are none: a key that does not sign must not end the process. */
function worded(verb: Verb, make: () => VenueRequest | string | undefined): VenueRequest | NotWorded {
  try {
    const request = make()
    if (typeof request === 'object') return request
    return { kind: 'not_sent', reason: request ?? `this venue has no ${verb}` }
  } catch (cause) {
    return notWorded(verb, cause)
  }
}
