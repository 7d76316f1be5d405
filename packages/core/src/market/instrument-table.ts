import { assert } from '../assert.ts'
import type { Instrument } from './instrument.ts'

/** All instruments of a run, by dense index and by venue symbol. Immutable; the index gives the records their meaning. */
export class InstrumentTable {
  readonly all: readonly Instrument[]
  readonly #bySymbol = new Map<string, Instrument>()

  /** @param all every instrument at its own index */
  constructor(all: readonly Instrument[]) {
    this.all = all
    for (const [index, instrument] of all.entries()) {
      assert(instrument.index === index, 'an instrument stands at its index', instrument.index)
      const key = `${instrument.venue} ${instrument.symbol}`
      assert(!this.#bySymbol.has(key), 'a venue symbol occurs once', key)
      this.#bySymbol.set(key, instrument)
    }
  }

  /** The instrument at an index that a record carries. */
  at(index: number): Instrument {
    const instrument = this.all[index]
    assert(instrument !== undefined, 'the instrument index is in the table', index)
    return instrument
  }

  /** By the venue's own symbol. */
  find(venue: string, symbol: string): Instrument | undefined {
    return this.#bySymbol.get(`${venue} ${symbol}`)
  }
}
