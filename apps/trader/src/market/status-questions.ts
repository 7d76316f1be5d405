import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ListedStatus } from '@velocimex/venues/market-venue'
import type { ConnectorOptions } from './connector-options.ts'

const DEADLINE_MS = 10_000
/** Under which name a recording has the answers. */
export const STATUS_CONNECTION = 'status-rest'
/** Least time between two questions, however much there is to hurry about. */
const PAUSE_US = 3_000_000

/**
 * Asks a venue whether its instruments are traded, where its sockets do not tell it or tell only what changes, and tells
 * the sink. What a socket said while an answer was under way is newer than the answer: then it is asked again.
 */
export class StatusQuestions {
  readonly #options: ConnectorOptions
  /** Statuses that the sockets of the connector have told so far. */
  readonly #socketsTold: () => number
  /** What was told of each instrument by its index, as long as no socket has told anything since. */
  readonly #told = new Map<number, number>()
  readonly #record = new EventRecord(new Records(1))
  #toldBefore = 0
  #dueAt = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #isAsking = false
  #hasFailed = false

  constructor(options: ConnectorOptions, socketsTold: () => number) {
    this.#options = options
    this.#socketsTold = socketsTold
  }

  /** Whether a venue has to be asked at all. */
  static areNeeded({ wire, venue, channels }: ConnectorOptions): boolean {
    return channels.includes('status') && wire.statusQuery !== undefined && venue.parseStatuses !== undefined
  }

  /** Asks as soon as it may: a socket is up again, and what it told meanwhile was missed; an order was refused. */
  hurry(): void {
    this.#dueAt = Math.min(this.#dueAt, this.#askedAt + PAUSE_US)
  }

  /** Time has passed: asks when it is due. @param followed what the connector follows */
  tick(followed: readonly Instrument[]): void {
    const now = this.#options.timers.now()
    if (this.#isAsking || now < this.#dueAt || followed.length === 0) return
    this.#dueAt = now + this.#options.wire.statusQuery!.everyMs * 1000
    this.#isAsking = true
    this.#askedAt = now
    void this.#ask(followed).finally(() => {
      this.#isAsking = false
    })
  }

  async #ask(followed: readonly Instrument[]): Promise<void> {
    const before = this.#socketsTold()
    const bySymbol = new Map(followed.map(each => [each.symbol, each]))
    const { wire, venue, rest, raw, restOrigin, timers } = this.#options
    const answers: { readonly path: string; readonly body: Buffer; readonly statuses: readonly ListedStatus[] }[] = []
    for (const path of wire.statusQuery!.paths([...bySymbol.keys()])) {
      const outcome = await rest.request({ method: 'GET', path, deadlineMs: DEADLINE_MS })
      if (outcome.kind !== 'answered' || outcome.status !== 200)
        return this.#fail(path, outcome.kind === 'answered' ? `HTTP ${outcome.status}` : outcome.words)
      const parsed = venue.parseStatuses!(outcome.body.toString(), new Set(bySymbol.keys()))
      if (!parsed.ok) return this.#fail(path, 'the answer is not understood')
      answers.push({ path, body: outcome.body, statuses: parsed.value })
    }
    this.#hasFailed = false
    const told = this.#socketsTold()
    if (told !== before) return this.hurry()
    if (told !== this.#toldBefore) this.#told.clear()
    this.#toldBefore = told
    for (const { path, body, statuses } of answers) {
      const news = statuses.filter(status => this.#tell(bySymbol.get(status.symbol), status))
      // What says the same as before is not worth its place in a recording.
      if (news.length > 0) raw?.onAnswer(STATUS_CONNECTION, restOrigin + path, body, timers.now())
    }
  }

  /** @returns whether it is news */
  #tell(instrument: Instrument | undefined, { status, unknown }: ListedStatus): boolean {
    if (instrument === undefined || this.#told.get(instrument.index) === status) return false
    const { index, symbol } = instrument
    this.#told.set(index, status)
    const { sink, timers, onAlert } = this.#options
    if (unknown !== undefined)
      onAlert({
        kind: 'refused',
        words: `the state of ${symbol} is ${unknown}, which is not known: it counts as halted`,
      })
    const record = this.#record.at(0).write(Kind.status, Flag.last, 0, index, 0, timers.now()).lanes(status, 0, 0, 0)
    sink.append(record.records, 0, 1)
    return true
  }

  /** Told once in a row: what was told last stands. */
  #fail(path: string, words: string): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#options.onAlert({ kind: 'status_failed', words: `${path}: ${words}` })
  }
}
