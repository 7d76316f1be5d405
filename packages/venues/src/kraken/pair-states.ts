import { MarketStatus } from '@velocimex/core/market/event-kind'

const { trading, closed } = MarketStatus

/**
 * What the exchange and its pairs have said of themselves on one connection. A pair is traded when both say so: when the
 * exchange comes back from maintenance, a pair that takes cancels alone still does. What a frame says counts once the
 * frame is taken whole.
 */
export class PairStates {
  /** Statuses by instrument; 0 where nothing was said. */
  readonly #pairs: Uint8Array
  readonly #newPairs: Uint8Array
  #system = 0
  #newSystem = 0
  #isTold = false

  constructor(instruments: number) {
    this.#pairs = new Uint8Array(instruments)
    this.#newPairs = new Uint8Array(instruments)
  }

  /** The frame says something of the whole exchange. */
  saySystem(status: number): void {
    this.#newSystem = status
    this.#isTold = true
  }

  /** What a pair is, now that the exchange says this of itself. */
  underSystem(instrument: number, status: number): number {
    const pair = this.#pairs[instrument]!
    return pair === 0 ? status : joint(pair, status)
  }

  /** The frame says something of a pair. @returns what it is by that and by what the exchange has said */
  sayPair(instrument: number, status: number): number {
    this.#newPairs[instrument] = status
    this.#isTold = true
    return this.#system === 0 ? status : joint(status, this.#system)
  }

  /** The frame is taken. */
  commit(): void {
    if (!this.#isTold) return
    if (this.#newSystem !== 0) this.#system = this.#newSystem
    for (let instrument = 0; instrument < this.#pairs.length; instrument++)
      if (this.#newPairs[instrument] !== 0) this.#pairs[instrument] = this.#newPairs[instrument]!
    this.begin()
  }

  /** Another frame: what the last one said and was not taken for is forgotten. */
  begin(): void {
    if (!this.#isTold) return
    this.#isTold = false
    this.#newSystem = 0
    this.#newPairs.fill(0)
  }

  /** Another connection. */
  reset(): void {
    this.begin()
    this.#system = 0
    this.#pairs.fill(0)
  }
}

/** A pair that is no more is no more whatever the exchange says; else the exchange has the word, unless it trades. */
const joint = (pair: number, system: number): number => (pair === closed || system === trading ? pair : system)
