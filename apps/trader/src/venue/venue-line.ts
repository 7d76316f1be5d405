import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import { ClockOffset } from '@velocimex/host/net/clock-offset'
import { askAll, type Draw, type Purpose, RateBudget } from '@velocimex/host/net/rate-budget'
import type { RestClient, RestOutcome } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import {
  type Answer,
  type LimitSigns,
  type NotSent,
  type PaidRequest,
  readStatus,
  VenueRest,
} from '@velocimex/host/net/venue-rest'
import type { VenueBudget } from '@velocimex/venues/budgets'
import type { Advice, CommandResult, OrderCodec, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import type { VenueClock } from '@velocimex/venues/venue-clocks'
import type { SocketOutcome } from './order-socket.ts'

const DEADLINE_MS = 5_000
/** A clock that was set so short ago is right: who refuses us then refuses our key. */
const SET_WITHIN_US = 30_000_000
/** A difference of clocks that a person is told; signatures may be refused beyond it. */
const SKEW_ALARM_US = 500_000
/** What an answer over a socket asks of us, in the words in which the status of a REST answer does. */
const VERDICTS: Readonly<Partial<Record<Advice, LimitSigns['verdict']>>> = {
  back_off: 'slow',
  banned: 'ban',
  halt: 'denied',
}

/** Placements that room is left for beside the one that is asked about: they may be on their way to us. */
const HEADROOM_MAX = 3

/** What an answer was read as. */
type Heeded = Pick<CommandResult, 'advice' | 'code' | 'words'>

/** What a line is made of. */
export interface LineParts {
  readonly codec: OrderCodec
  readonly rest: RestClient
  readonly timers: Timers
  readonly random: Random
  readonly budget: VenueBudget
  readonly clock: VenueClock
  /** What was measured with it before. */
  readonly measured?: ClockOffset
  /** A person should know: limits, bans, a refused key, a clock that is wrong. */
  onAdvice(advice: string, words: string): void
}

/** All that is sent for one account, within the venue's limits, on the venue's clock. Nothing is sent twice. */
export class VenueLine {
  readonly #parts: LineParts
  readonly #rest: VenueRest
  readonly #address: RateBudget
  readonly #account: RateBudget
  #clock: ClockOffset
  /** A few orders at once, for `takesOrders`. */
  readonly #fewOrders: Record<string, number>
  #setting: Promise<void> | undefined
  /** When the clock was last set because the venue refused it. */
  #doubtedAt = Number.NEGATIVE_INFINITY

  constructor(parts: LineParts) {
    this.#parts = parts
    this.#clock = parts.measured ?? new ClockOffset()
    const { budget, random, rest, timers } = parts
    this.#address = new RateBudget(budget.address, random)
    this.#account = new RateBudget(budget.account, random)
    const headroom = (limit: number): number => Math.min(HEADROOM_MAX, Math.floor(limit / 10))
    this.#fewOrders = Object.fromEntries(budget.account.map(({ name, limit }) => [name, 1 + headroom(limit)]))
    const readSigns = (answer: Answer, now: number): LimitSigns => this.#signs(answer, now)
    this.#rest = new VenueRest(rest, timers, readSigns, (alert, words) => parts.onAdvice(alert, words))
  }

  /** The venue's instant, as far as our clock has been compared with it. */
  now(): Micros {
    return (this.#parts.timers.now() + this.#clock.offset) as Micros
  }

  /** Microseconds to add to our clock for the venue's. */
  get clockOffset(): number {
    return this.#clock.offset
  }

  /**
   * Microseconds by which the venue's clock is certainly ahead of ours, negative when it is behind: what the time that the
   * comparison took leaves open is not counted.
   */
  get clockSkew(): number {
    return skewOf(this.#clock, this.#parts.clock.resolution)
  }

  /**
   * Whether requests of this cost may go now, one after the other, as far as what was sent leaves room. @param purpose
   * `upkeep` for what can wait
   */
  hasRoom(requests: readonly VenueRequest[], purpose: Purpose): boolean {
    const weight = requests.reduce((sum, each) => sum + each.weight, 0)
    const orders = requests.reduce((sum, each) => sum + each.orders, 0)
    const answer = askAll(this.#draws(weight, orders), purpose, this.#parts.timers.now())
    return answer.ok || answer.reason !== 'exhausted'
  }

  /** Whether the venue's limit of orders has room for some now. */
  get takesOrders(): boolean {
    const answer = this.#account.ask(this.#fewOrders, 'other', this.#parts.timers.now())
    return answer.ok || answer.reason !== 'exhausted'
  }

  /** Sends a request, a tenth of the limits being for cancels alone. */
  request(request: VenueRequest): Promise<RestOutcome> {
    const { method, path, headers, body } = request
    const told = body === undefined ? {} : { body }
    return this.#rest.request({ method, path, headers, ...told, deadlineMs: DEADLINE_MS, ...this.#paid(request) })
  }

  /**
   * Sends a command over a socket, out of the same limits. @param request the same command over REST: what it costs
   * @returns undefined where nothing was written
   */
  through(
    request: VenueRequest,
    send: () => Promise<SocketOutcome> | undefined,
  ): Promise<SocketOutcome | NotSent> | undefined {
    const spoken = this.#rest.through(this.#paid(request), () =>
      send()?.then(outcome => ({ outcome, ...told(outcome) })),
    )
    return spoken?.then(said => ('outcome' in said ? said.outcome : said))
  }

  /** What an answer says beyond its status: some venues answer 200 to whatever they refuse. */
  heed(request: VenueRequest, answer: VenueAnswer, { advice, code, words }: Heeded): void {
    const verdict = VERDICTS[advice]
    const { codec, timers } = this.#parts
    if (verdict === undefined || verdict === readStatus(answer, timers.now()).verdict) return
    const { retryAfter } = codec.readBudget(answer)
    this.#rest.heed({ verdict, retryAfterMs: retryAfter }, `${code} ${words}`, this.#paid(request).draws)
  }

  /** Compares our clock with the venue's. */
  async syncClock(): Promise<void> {
    this.#setting ??= this.#setClock(this.#clock).finally(() => (this.#setting = undefined))
    await this.#setting
  }

  /** The venue says that our time is wrong: what was measured before counts no more. */
  async doubtClock(): Promise<void> {
    const fresh = new ClockOffset()
    await this.#setClock(fresh)
    if (Number.isFinite(fresh.uncertainty)) this.#clock = fresh
    this.#doubtedAt = this.#parts.timers.now()
  }

  async #setClock(clock: ClockOffset): Promise<void> {
    const { clock: venue, onAdvice } = this.#parts
    const outcome = await this.request(venue.request)
    const at = outcome.kind === 'answered' ? venue.read(outcome.body.toString()) : undefined
    if (at === undefined || outcome.kind !== 'answered')
      return onAdvice('sync_clock', 'the venue did not tell its time')
    clock.sample(outcome.sentAt, at + venue.resolution / 2, outcome.answeredAt)
    if (Math.abs(skewOf(clock, venue.resolution)) > SKEW_ALARM_US)
      onAdvice('sync_clock', `our clock is ${Math.round(-clock.offset / 1000)} ms ahead of the venue's`)
  }

  #paid({ call, weight, orders }: VenueRequest): Pick<PaidRequest, 'draws' | 'purpose'> {
    const purpose = call === 'cancel' || call === 'cancel_all' ? 'cancel' : 'other'
    return { draws: this.#draws(weight, orders), purpose }
  }

  #draws(weight: number, orders: number): Draw[] {
    const { budget } = this.#parts
    const all = (windows: VenueBudget['address'], count: number): Record<string, number> =>
      Object.fromEntries(windows.map(({ name }) => [name, count]))
    return [
      { budget: this.#address, weights: all(budget.address, weight) },
      { budget: this.#account, weights: all(budget.account, orders) },
    ]
  }

  #signs(answer: Answer, now: number): LimitSigns {
    const { codec } = this.#parts
    const { status, headers } = answer
    const told: VenueAnswer = { status, headers, body: status === 200 ? '' : answer.body.toString() }
    const { used, retryAfter } = codec.readBudget(told)
    const signs = readStatus(answer, now)
    // Some venues answer a wrong time as they answer a wrong key. The first may be mended, the second not.
    const isLate = signs.verdict === 'denied' && codec.adviceOf(told) === 'sync_clock'
    const verdict = isLate && now - this.#doubtedAt > SET_WITHIN_US ? 'well' : signs.verdict
    const waits = [signs.retryAfterMs, retryAfter].filter(wait => wait !== undefined)
    return { ...signs, verdict, used, retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits) }
  }
}

/** What the round trip and the venue's resolution leave no doubt about. */
function skewOf({ offset, uncertainty }: ClockOffset, resolution: number): number {
  return Math.sign(offset) * Math.max(0, Math.abs(offset) - uncertainty - resolution / 2)
}

/** What an outcome over a socket says about limits; nothing where there is no answer. */
function told(outcome: SocketOutcome): { readonly signs: LimitSigns | undefined; readonly words: string } {
  if (outcome.kind === 'unknown') return { signs: undefined, words: outcome.words }
  const { result, budget } = outcome
  const { advice, code, words } = result
  const verdict = VERDICTS[advice] ?? 'well'
  return { signs: { verdict, used: budget?.used ?? [], retryAfterMs: budget?.retryAfter }, words: `${code} ${words}` }
}
