import type { Instrument } from '@velocimex/core/market/instrument'

/** The instruments of one market among all that an exchange lists: both markets of the venue may share an exchange. */
export class OwnInstruments {
  readonly all: readonly Instrument[]
  readonly #bySymbol: ReadonlyMap<string, Instrument>
  readonly #members: ReadonlySet<Instrument>

  constructor(all: readonly Instrument[]) {
    this.all = all
    this.#bySymbol = new Map(all.map(instrument => [instrument.symbol, instrument]))
    this.#members = new Set(all)
  }

  /** By the venue's symbol. */
  find(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(symbol)
  }

  has(instrument: Instrument): boolean {
    return this.#members.has(instrument)
  }
}
