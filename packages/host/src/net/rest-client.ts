import type { ConnectionOptions } from 'node:tls'
import { type Dispatcher, Pool } from 'undici'
import type { Timers } from './timers.ts'

/** One HTTP request. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `/api/v3/order?symbol=...` */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds until there must be a whole answer. */
  readonly deadlineMs: number
}

/** Why a request certainly did not reach the venue. */
export type NotSentReason =
  | 'no_connection'
  | 'deadline'
  | 'busy'
  | 'stopped'
  | 'malformed'
  | 'exhausted'
  | 'paused'
  | 'banned'
  | 'breaker_open'

/** Why it is not known what became of a request: its first byte may have left. */
export type UnknownReason = 'deadline' | 'broken' | 'too_large' | 'stopped'

/**
 * What became of a request. There is nothing between: what is neither a whole answer nor certainly unsent is unknown, and
 * an order whose outcome is unknown is asked about, never sent again.
 */
export type RestOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** By lower-case name; values of one name are joined by commas. Has no prototype. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: Buffer
      /** When the request left and when the head of the answer came, in microseconds. */
      readonly sentAt: number
      readonly answeredAt: number
    }
  | {
      readonly kind: 'not_sent'
      readonly reason: NotSentReason
      readonly words: string
      /** When it may be tried, in microseconds, where a limit of ours refused it. */
      readonly retryAt?: number
    }
  | {
      readonly kind: 'unknown'
      readonly reason: UnknownReason
      readonly words: string
      /** The status, when the head of an answer had come. */
      readonly status?: number
    }

/** Bounds of a client. */
export interface RestClientOptions {
  /** `https://api.binance.com` */
  readonly origin: string
  /** Connections kept open. 8 unless told. */
  readonly connections?: number
  /** Requests that may be under way or wait for a connection. 256 unless told. */
  readonly requestsMax?: number
  /** Longest answer in bytes. 16 MiB unless told. */
  readonly bytesMax?: number
  /** Milliseconds that an idle connection is kept; less than the venue keeps it. 10,000 unless told. */
  readonly idleMs?: number
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'>
}

/** A keep-alive HTTP client that says exactly how much it knows about every request. It never sends one twice. */
export class RestClient {
  readonly #pool: Pool
  readonly #timers: Timers
  readonly #requestsMax: number
  readonly #bytesMax: number
  #underWay = 0
  #isStopped = false

  constructor(options: RestClientOptions, timers: Timers) {
    this.#timers = timers
    this.#requestsMax = options.requestsMax ?? 256
    this.#bytesMax = options.bytesMax ?? 16 * 1024 * 1024
    const idle = options.idleMs ?? 10_000
    this.#pool = new Pool(options.origin, {
      connections: options.connections ?? 8,
      pipelining: 1,
      // One request a connection: what breaks one breaks no other.
      allowH2: false,
      keepAliveTimeout: idle,
      keepAliveMaxTimeout: idle,
      // The deadline of each request bounds these; the client's clock decides it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...options.tls, timeout: 10_000 },
    })
  }

  /** Requests that are under way or wait for a connection. */
  get underWay(): number {
    return this.#underWay
  }

  /** Sends one request. The promise is always kept, by the deadline at the latest, and never broken. */
  request(request: RestRequest): Promise<RestOutcome> {
    if (this.#isStopped) return Promise.resolve({ kind: 'not_sent', reason: 'stopped', words: 'the client is stopped' })
    if (this.#underWay >= this.#requestsMax)
      return Promise.resolve({ kind: 'not_sent', reason: 'busy', words: `${this.#underWay} requests are under way` })
    this.#underWay++
    return new Promise(resolve => {
      const settle = (outcome: RestOutcome): void => {
        this.#underWay--
        resolve(outcome)
      }
      const course = new RequestCourse(request.deadlineMs, this.#bytesMax, this.#timers, settle)
      try {
        const { method, path, headers = {}, body = null } = request
        this.#pool.dispatch({ method, path, headers, body }, course)
      } catch (cause) {
        course.refused((cause as Error).message)
      }
    })
  }

  /** Sends nothing more and breaks off what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#pool.destroy()
  }
}

/** One request on its way: what undici tells, until the first thing that settles it. */
class RequestCourse implements Dispatcher.DispatchHandler {
  readonly #timers: Timers
  readonly #bytesMax: number
  readonly #settle: (outcome: RestOutcome) => void
  readonly #takeBack: () => void
  readonly #parts: Buffer[] = []
  #length = 0
  #controller: Dispatcher.DispatchController | undefined
  #sentAt = 0
  #answeredAt = 0
  #status: number | undefined
  #headers: Record<string, string> = Object.create(null)
  #isSettled = false

  constructor(deadlineMs: number, bytesMax: number, timers: Timers, settle: (outcome: RestOutcome) => void) {
    this.#timers = timers
    this.#bytesMax = bytesMax
    this.#settle = settle
    this.#takeBack = timers.after(deadlineMs, () => this.#fail('deadline', 'deadline', `after ${deadlineMs} ms`))
  }

  /** undici does not take the request at all. */
  refused(words: string): void {
    this.#end({ kind: 'not_sent', reason: 'malformed', words })
  }

  /** Called right before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited, or about to be written a second time: neither may leave.
    if (this.#isSettled || this.#controller !== undefined) {
      controller.abort(new Error('not to be sent'))
      return
    }
    this.#controller = controller
    this.#sentAt = this.#timers.now()
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 100 and 103 are no answers yet.
    if (status < 200) return
    this.#answeredAt = this.#timers.now()
    this.#status = status
    for (const [name, value] of Object.entries(headers)) this.#headers[name.toLowerCase()] = String(value)
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#bytesMax) this.#fail('too_large', 'deadline', `more than ${this.#bytesMax} bytes`)
    else this.#parts.push(part)
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#parts)
    const [sentAt, answeredAt, headers] = [this.#sentAt, this.#answeredAt, this.#headers]
    this.#end({ kind: 'answered', status: this.#status ?? 0, headers, body, sentAt, answeredAt })
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error & { readonly code?: string }): void {
    const isStopped = cause.code === 'UND_ERR_DESTROYED' || cause.code === 'UND_ERR_CLOSED'
    const words = [cause.code, cause.message].filter(Boolean).join(': ')
    const isOurs = cause.code === 'UND_ERR_INVALID_ARG'
    this.#fail(isStopped ? 'stopped' : 'broken', isStopped ? 'stopped' : isOurs ? 'malformed' : 'no_connection', words)
  }

  /** Settles by how far it had come. */
  #fail(unknown: UnknownReason, notSent: NotSentReason, words: string): void {
    const controller = this.#controller
    if (controller === undefined) this.#end({ kind: 'not_sent', reason: notSent, words })
    else {
      const status = this.#status
      this.#end({ kind: 'unknown', reason: unknown, words, ...(status === undefined ? {} : { status }) })
      if (!controller.aborted) controller.abort(new Error(words))
    }
  }

  #end(outcome: RestOutcome): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#takeBack()
    this.#settle(outcome)
  }
}
