import { MarketStatus } from '@velocimex/core/market/event-kind'

/** Statuses of the exchange and of its pairs, as an oracle keeps them: the obvious twin of `PairStates`, for tests only. */
export class OracleStates {
  #system: number | undefined
  #pairs: ReadonlyMap<number, number> = new Map()
  #said: { system?: number; readonly pairs: Map<number, number> } = { pairs: new Map() }

  /** A frame begins. */
  begin(): void {
    this.#said = { pairs: new Map() }
  }

  saySystem(status: number): void {
    this.#said.system = status
  }

  /** @returns what the pair is by that and by what the exchange has said */
  sayPair(instrument: number, status: number): number {
    this.#said.pairs.set(instrument, status)
    return this.of(instrument)
  }

  /** What an instrument is by everything that was said, this frame's words for it given. */
  of(instrument: number): number {
    const system = this.#said.system ?? this.#system ?? MarketStatus.trading
    const pair = this.#said.pairs.get(instrument) ?? this.#pairs.get(instrument) ?? MarketStatus.trading
    if (pair === MarketStatus.closed) return pair
    return system === MarketStatus.trading ? pair : system
  }

  /** The frame was read whole. */
  commit(): void {
    this.#system = this.#said.system ?? this.#system
    this.#pairs = new Map([...this.#pairs, ...this.#said.pairs])
  }
}
