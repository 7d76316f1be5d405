import type { Timers } from './timers.ts'

/** Things that are done again and again, each in its own rhythm, until they are all stopped. */
export class Repeats {
  readonly #timers: Timers
  readonly #takeBack: (() => void)[] = []
  #isStopped = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Does something every so many milliseconds, the first time after that long. */
  every(milliseconds: number, act: () => void): void {
    const slot = this.#takeBack.length
    const again = (): void => {
      act()
      if (!this.#isStopped) this.#takeBack[slot] = this.#timers.after(milliseconds, again)
    }
    this.#takeBack.push(this.#timers.after(milliseconds, again))
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#isStopped = true
    for (const takeBack of this.#takeBack) takeBack()
  }
}
