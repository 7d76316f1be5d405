import { assert } from '@velocimex/core/assert'

/** One line of a venue's table of heartbeats: what we say how often, and what must come back how soon. */
export interface HeartbeatRule {
  /** Milliseconds from one to the next. */
  readonly everyMs: number
  /** A ping frame, or a text. */
  readonly send: 'ping' | { readonly text: string }
  /**
   * What answers it: a pong frame, any bytes at all, a message of exactly this text (which is then not handed on), or
   * nothing that we wait for.
   */
  readonly expect: 'pong' | 'anything' | 'nothing' | { readonly text: string }
  /** Milliseconds within which it comes; at most `everyMs`, so that a dead peer is known within two heartbeats. */
  readonly withinMs: number
  /** Say it only after `everyMs` in which nothing came. */
  readonly whenQuiet?: boolean
}

/** What a heartbeat wants done: nothing, say it, or give the peer up because the answer is overdue. */
export type HeartbeatStep = 'wait' | 'send' | 'overdue'

/** One heartbeat of one connection. Instants go in, the next step comes out. */
export class Heartbeat {
  readonly rule: HeartbeatRule
  #nextAt: number
  /** When the one that waits for its answer was said; -1 when none waits. */
  #saidAt = -1

  /** @param now instant of its beginning, in microseconds: the first is said one period later */
  constructor(rule: HeartbeatRule, now: number) {
    assert(rule.withinMs <= rule.everyMs, 'an answer comes within one heartbeat', rule.withinMs)
    this.rule = rule
    this.#nextAt = now + rule.everyMs * 1000
  }

  /** When `tick` has something to do. */
  get nextAt(): number {
    return this.#saidAt < 0 ? this.#nextAt : this.#saidAt + this.rule.withinMs * 1000
  }

  /** @param heardAt when the last bytes came */
  tick(now: number, heardAt: number): HeartbeatStep {
    const { everyMs, withinMs, expect, whenQuiet } = this.rule
    if (this.#saidAt >= 0 && expect === 'anything' && heardAt > this.#saidAt) this.#saidAt = -1
    if (this.#saidAt >= 0 && now >= this.#saidAt + withinMs * 1000) return 'overdue'
    if (now < this.#nextAt) return 'wait'
    if (whenQuiet === true && heardAt + everyMs * 1000 > now) {
      this.#nextAt = heardAt + everyMs * 1000
      return 'wait'
    }
    this.#nextAt = now + everyMs * 1000
    if (expect !== 'nothing') this.#saidAt = now
    return 'send'
  }

  /** The answer came. */
  answered(): void {
    this.#saidAt = -1
  }
}
