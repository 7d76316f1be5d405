import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { Instrument } from '@velocimex/core/market/instrument'

const NOBODY: readonly Instrument[] = []

/** Sees which instruments of an exchange were halted, or opened again, since it was last asked. */
export class OpenWatch {
  readonly #exchange: Exchange
  #seen: readonly boolean[]

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    this.#seen = [...exchange.isOpen]
  }

  /** Those whose state is not what it was; none the next time, unless it changes again. */
  changes(): readonly Instrument[] {
    const { isOpen, instruments } = this.#exchange
    if (this.#seen.every((was, index) => was === isOpen[index])) return NOBODY
    const changed = instruments.all.filter(({ index }) => this.#seen[index] !== isOpen[index])
    this.#seen = [...isOpen]
    return changed
  }
}
