import { z } from 'zod'

/**
 * A fault that is done to requests or frames that contain a text, a number of times.
 *
 * Requests: `status` answers without doing anything; `lost_answer` does it and closes the line; `not_done` closes the line
 * before it is done; `garbage` does it and answers nonsense; `slow` answers late; `stale` answers what was right when the
 * fault was planned, `match` being a whole public request: an old book, behind the changes that follow.
 * Messages, what a client sends over its socket: `lost_answer` does it and cuts the line; `not_done` cuts the line before
 * it is done; `drop` does nothing and says nothing.
 * Frames, what the venue sends: `drop`, `duplicate`, `hold` (sent behind the next), `truncate`, `garbage`, `corrupt` (a digit is changed),
 * `huge` (blanks behind it), `slow`.
 */
const shape = z.strictObject({
  on: z.enum(['request', 'message', 'frame']),
  /** Part of `METHOD /path?query`, of a message, or of a frame; empty for any. */
  match: z.string().max(200).default(''),
  kind: z.enum([
    'status',
    'lost_answer',
    'not_done',
    'garbage',
    'slow',
    'drop',
    'duplicate',
    'hold',
    'truncate',
    'corrupt',
    'huge',
    'stale',
  ]),
  times: z.int().min(1).max(1_000_000).default(1),
  /** For `status`. */
  status: z.int().min(100).max(599).default(503),
  body: z.string().max(10_000).default(''),
  headers: z.record(z.string(), z.string()).default({}),
  /** For `slow`: milliseconds; for `huge`: bytes. */
  amount: z.int().min(0).max(64_000_000).default(1_000),
})
/** What can be done to each. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  request: ['status', 'lost_answer', 'not_done', 'garbage', 'truncate', 'slow', 'stale'],
  message: ['lost_answer', 'not_done', 'drop'],
  frame: ['drop', 'duplicate', 'hold', 'truncate', 'garbage', 'corrupt', 'huge', 'slow'],
}
/** A fault: see `shape`. One that cannot be done is refused, with what can. */
export const faultSchema = shape.superRefine(({ on, kind, match }, context) => {
  const kinds = KINDS[on]!
  if (!kinds.includes(kind))
    context.addIssue({ code: 'custom', path: ['kind'], message: `of a ${on} is one of ${kinds.join(', ')}` })
  if (kind === 'stale' && !match.startsWith('GET /'))
    context.addIssue({
      code: 'custom',
      path: ['match'],
      message: 'of stale is a request, as GET /api/v3/depth?symbol=BTCUSDT',
    })
})
/** A fault as it is asked for. */
export type Fault = z.infer<typeof faultSchema>

const FAULTS_MAX = 1_000

/** The faults that are still to happen. */
export class FaultPlan {
  readonly #faults: { readonly fault: Fault; left: number }[] = []
  /** While true, sockets are open and nothing is sent on them. */
  isSilent = false

  /** Adds a fault. False when there are too many. */
  add(fault: Fault): boolean {
    if (this.#faults.length >= FAULTS_MAX) return false
    this.#faults.push({ fault, left: fault.times })
    return true
  }

  /** What is still to happen. */
  list(): readonly (Fault & { readonly left: number })[] {
    return this.#faults.map(({ fault, left }) => ({ ...fault, left }))
  }

  clear(): void {
    this.#faults.length = 0
    this.isSilent = false
  }

  /** The fault that strikes a request or a frame, counted as done; undefined for none. */
  strike(on: Fault['on'], text: string): Fault | undefined {
    const at = this.#faults.findIndex(({ fault }) => fault.on === on && text.includes(fault.match))
    const struck = this.#faults[at]
    if (struck === undefined) return undefined
    if (--struck.left === 0) this.#faults.splice(at, 1)
    return struck.fault
  }
}
