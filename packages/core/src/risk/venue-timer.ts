import { assert } from '../assert.ts'

/** What a timer at a venue cancels: everything there, or the orders of one instrument where the venue counts so. */
export interface TimerTarget {
  readonly venue: string
  /** Index in the instrument table; absent for everything at the venue. */
  readonly instrument?: number
}

/** Sends the venue's own "cancel everything of mine in n seconds unless I say so again". Answers come to `VenueTimer`. */
export interface VenueTimerCommands {
  /** @param timeout microseconds; 0 disarms */
  cancelAllAfter(target: TimerTarget, timeout: number): void
}

/** Told what a person should know about a venue's timer. */
export interface VenueTimerListener {
  /** The venue has not confirmed in time: it may cancel everything, or it may not protect us. */
  onUnprotected(target: TimerTarget, silentFor: number): void
}

/**
 * Keeps one venue's dead-man timer running, refreshed at every third of its timeout: when this process dies, the venue
 * cancels what it left behind. It is refreshed only while there is something to protect and the caller says that we are
 * well; a process that hangs does not go on saying that it lives.
 */
export class VenueTimer {
  readonly target: TimerTarget
  readonly timeout: number
  readonly #commands: VenueTimerCommands
  readonly #listener: VenueTimerListener
  #sentAt = Number.NEGATIVE_INFINITY
  #confirmedAt = Number.NaN
  #startedAt = 0
  #isRunning = false
  #hasWarned = false

  /** @param timeout microseconds, at least 3 seconds: a third of it must outlast a slow answer */
  constructor(target: TimerTarget, timeout: number, commands: VenueTimerCommands, listener: VenueTimerListener) {
    assert(Number.isSafeInteger(timeout) && timeout >= 3_000_000, 'a venue timer is at least 3 s', timeout)
    this.target = target
    this.timeout = timeout
    this.#commands = commands
    this.#listener = listener
  }

  /** The venue has confirmed within the timeout, so it would cancel for us. */
  isProtecting(now: number): boolean {
    return this.#isRunning && now - this.#confirmedAt < this.timeout
  }

  /** The venue confirmed a refresh that was sent at an instant. */
  onConfirmed(sentAt: number): void {
    if (!this.#isRunning) return
    this.#confirmedAt = Number.isNaN(this.#confirmedAt) ? sentAt : Math.max(this.#confirmedAt, sentAt)
    this.#hasWarned = false
  }

  /** The connection was lost: the venue may have forgotten the timer. */
  onReconnected(): void {
    this.#sentAt = Number.NEGATIVE_INFINITY
  }

  /**
   * Refreshes or disarms. Call it at least every tenth of the timeout.
   * @param isNeeded orders of ours are open at the venue, or are about to be
   * @param isWell the parts that must live do: the loop runs, the operator's switch has not expired
   */
  tick(now: number, isNeeded: boolean, isWell: boolean): void {
    if (!isNeeded) {
      // Disarmed, so that an idle venue does not cancel orders placed by hand.
      if (this.#isRunning && isWell) this.#commands.cancelAllAfter(this.target, 0)
      this.#isRunning = false
      this.#sentAt = Number.NEGATIVE_INFINITY
      this.#confirmedAt = Number.NaN
      return
    }
    if (!isWell) return
    if (!this.#isRunning) {
      this.#isRunning = true
      this.#hasWarned = false
      this.#confirmedAt = Number.NaN
      this.#startedAt = now
    }
    if (now - this.#sentAt >= this.timeout / 3) {
      this.#sentAt = now
      this.#commands.cancelAllAfter(this.target, this.timeout)
    }
    const since = Number.isNaN(this.#confirmedAt) ? this.#startedAt : this.#confirmedAt
    if (this.#hasWarned || now - since < this.timeout) return
    this.#hasWarned = true
    this.#listener.onUnprotected(this.target, now - since)
  }
}
