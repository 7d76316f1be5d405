import { generateKeyPairSync } from 'node:crypto'
import { Random } from '@velocimex/core/clock/random'
import type {
  CommandOutcome,
  CommandRef,
  Stamp,
  VenueAnswer,
  VenueQuestion,
} from '@velocimex/core/execution/live-gateway'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { Verb } from '@velocimex/core/execution/order-entry'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { ReportKind } from '@velocimex/core/order/execution-report'
import { RestClient } from '@velocimex/host/net/rest-client'
import { AccountLinks } from '@velocimex/trader/service/account-links'
import { VenueGateway } from '@velocimex/trader/venue/venue-gateway'
import { VENUE_BUDGETS } from '@velocimex/venues/budgets'
import type { CashFlow } from '@velocimex/venues/cash-flow'
import type { OrderCodec } from '@velocimex/venues/order-venue'
import { VENUE_CLOCKS } from '@velocimex/venues/venue-clocks'
import { OrderClient } from './order-client.ts'
import { StageTimers } from './stage-timers.ts'
import type { VenueRow } from './venue-rows.ts'

const PATIENCE_MS = 20_000
const ASK_TURNS = 4

type Question = VenueQuestion extends infer Each ? (Each extends unknown ? Omit<Each, 'number'> : never) : never

/** What is to be known of a trial beside its venue. */
export interface GatewayOptions {
  /** Commands go over the venue's socket where it has one. */
  readonly overSocket: boolean
  /** Our secret is another than the venue knows. */
  readonly hasWrongSecret?: boolean
  /** Microseconds by which our clock is ahead of the venue's. */
  readonly skew?: number
}

/** The gateway and the links of a live account at a simulated venue, and what the venue tells beside them. */
export class GatewayTrial {
  readonly client: OrderClient
  readonly timers: StageTimers
  readonly codec: OrderCodec
  readonly gateway: VenueGateway
  readonly links: AccountLinks
  /** What a person would be told. */
  readonly advice: string[] = []
  /** What came and went without an order. */
  readonly flows: CashFlow[] = []
  /** Told everything too, once there is one. */
  desk: Pick<LiveOrderDesk, 'onOutcome' | 'onAnswer' | 'onReport' | 'onLinkUp'> | undefined
  readonly #rest: RestClient
  readonly #outcomes = new Map<number, CommandOutcome>()
  readonly #reported = new Set<string>()
  readonly #answers = new Map<number, VenueAnswer>()
  #number = 0

  private constructor(client: OrderClient, { overSocket, hasWrongSecret = false, skew = 0 }: GatewayOptions) {
    this.client = client
    const { stage, row } = client
    this.timers = new StageTimers(stage, client.speed, skew)
    const { timers } = this
    // One instrument is traded, and asked about.
    const instruments = new InstrumentTable([client.instrument])
    const key = client.stage.keys[0]!
    this.codec = client.codecFor(hasWrongSecret ? { ...key, secret: wrong(key.secret) } : key)
    const random = new Random(1)
    const host = `127.0.0.1:${stage.port}`
    this.#rest = new RestClient({ origin: `http://${host}`, connections: 2 }, timers)
    this.links = new AccountLinks({
      ...{ codec: this.codec, options: { timers, privateSockets: `ws://${host}` }, random },
      gateway: () => this.gateway,
      onReport: report => {
        this.#reported.add(`${report.kind} ${report.clientOrderId}`)
        this.gateway.learn(report.venueOrderId, report.clientOrderId)
        this.desk?.onReport(report)
      },
      onFlow: flow => this.flows.push(flow),
      onUp: () => this.desk?.onLinkUp(),
      onAlert: words => this.advice.push(words),
    })
    this.gateway = new VenueGateway({
      ...{ codec: this.codec, instruments, rest: this.#rest, timers, random, sideOf: () => client.wish().order.side },
      ...(overSocket ? { socket: this.links.commands } : {}),
      budget: VENUE_BUDGETS.get(row.side.id)!,
      clock: VENUE_CLOCKS.get(row.side.id)!,
      listener: {
        onOutcome: (ref, outcome) => {
          this.#outcomes.set(ref.command, outcome)
          this.desk?.onOutcome(ref, outcome)
        },
        onAnswer: answer => {
          this.#answers.set(answer.number, answer)
          this.desk?.onAnswer(answer)
        },
        onAdvice: (advice, words) => this.advice.push(`${advice}: ${words}`),
        onSent: () => {},
      },
    })
  }

  /** Opens a venue whose market stands still, and an account of its first key there. */
  static async with(
    row: VenueRow,
    options: GatewayOptions,
    run: (trial: GatewayTrial) => Promise<void>,
  ): Promise<void> {
    await OrderClient.with(row, async client => {
      const trial = new GatewayTrial(client, options)
      try {
        if (options.hasWrongSecret !== true && options.skew === undefined) await trial.#begin()
        await run(trial)
      } finally {
        trial.links.stop()
        await trial.#rest.stop()
      }
    })
  }

  async #begin(): Promise<void> {
    await this.gateway.prepare()
    this.links.start()
    const hasSocket = this.codec.socket !== undefined
    await this.until('it is logged in', () => this.links.isUp && (!hasSocket || this.links.commands.isUp))
  }

  /** Requests that the venue has answered, and messages that it has been sent. */
  get heard(): { readonly requests: number; readonly frames: number } {
    return { ...this.client.stage.server.counts }
  }

  /** Sends a placement. @returns what became of it; `ack` without a report where only the private stream tells it */
  place(command: PlaceCommand): Promise<CommandOutcome['kind']> {
    return this.outcome('place', command, ref => this.gateway.place(command, ref))
  }

  /** As `place`. */
  cancel(command: PlaceCommand): Promise<CommandOutcome['kind']> {
    return this.outcome('cancel', command, ref => this.gateway.cancel(named(command), ref))
  }

  /** Sends a command. @returns what became of it */
  async outcome(
    verb: Verb,
    { clientOrderId }: PlaceCommand,
    send: (ref: Ref) => void,
  ): Promise<CommandOutcome['kind']> {
    const ref = this.ref(clientOrderId, verb)
    send(ref)
    return this.settled(ref)
  }

  /** As `place` or `cancel`, by what the gateway says alone: the private stream may know more. */
  async answerTo(verb: 'place' | 'cancel', command: PlaceCommand): Promise<CommandOutcome['kind']> {
    const ref = this.ref(command.clientOrderId, verb)
    if (verb === 'place') this.gateway.place(command, ref)
    else this.gateway.cancel(named(command), ref)
    await this.until(`an answer to ${verb} ${command.clientOrderId}`, () => this.#outcomes.has(ref.command))
    return this.#outcomes.get(ref.command)!.kind
  }

  /** Names the next command. */
  ref(clientOrderId: string, verb: Verb): Ref {
    return { clientOrderId, verb, command: ++this.#number, epoch: 1, sentAt: this.timers.now() }
  }

  /** Waits for what becomes of a command. */
  async settled({ command, verb, clientOrderId }: Ref): Promise<CommandOutcome['kind']> {
    const report = `${DONE[verb]} ${clientOrderId}`
    const isTold = (): boolean => this.#reported.has(report) || this.client.isTold(clientOrderId, DONE[verb])
    const isSettled = (): boolean => this.#outcomes.has(command) || isTold()
    await this.until(`what becomes of ${verb} ${clientOrderId}`, isSettled)
    return this.#outcomes.get(command)?.kind ?? 'ack'
  }

  /** Asks, as often as the answer says nothing, and so many times at the most. */
  async ask(question: Question, turns = ASK_TURNS): Promise<VenueAnswer> {
    for (let turn = 1; ; turn++) {
      const number = ++this.#number
      this.gateway.ask({ ...question, number } as VenueQuestion)
      await this.until(`an answer about ${question.about}`, () => this.#answers.has(number))
      const answer = this.#answers.get(number)!
      if (answer.about !== 'failure' || turn === turns) return answer
    }
  }

  /** What the venue says of an order; `absent` when it says that there is none. */
  async askOrder(command: PlaceCommand, turns = ASK_TURNS): Promise<string> {
    const answer = await this.ask({ about: 'order', ...named(command) }, turns)
    if (answer.about !== 'order') return answer.about === 'failure' ? `failure: ${answer.reason}` : answer.about
    return answer.order?.status ?? 'absent'
  }

  /** Resolves once something is so. @throws Error when it does not become so */
  async until(words: string, is: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    while (!is()) {
      if (Date.now() > deadline)
        throw new Error(`${this.client.row.name}: waited in vain until ${words}: ${this.advice.join('; ')}`)
      await new Promise<void>(done => setTimeout(done, 2))
    }
  }
}

/** Another secret of the same form. */
function wrong(secret: string): string {
  if (!secret.includes('PRIVATE KEY')) return secret.replace(/[a-z]/, letter => (letter === 'a' ? 'b' : 'a'))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString()
}

/** A command with the stamp that it is sent under. */
export type Ref = CommandRef & Stamp

/** What the private stream says of a command that was done. */
const DONE: Readonly<Record<Verb, ReportKind>> = { place: 'accepted', cancel: 'canceled', replace: 'replaced' }

/** An order by our id. */
export const named = ({ clientOrderId, order }: PlaceCommand) => ({
  ...{ clientOrderId, venueOrderId: '', instrument: order.instrument },
})
