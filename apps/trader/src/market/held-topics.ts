import type { Instrument } from '@velocimex/core/market/instrument'

/** The topics of the instruments that one line follows. A topic may be of several of them: it is asked for once. */
export class HeldTopics {
  readonly #topics: Map<Instrument, readonly string[]>

  constructor(topics: ReadonlyMap<Instrument, readonly string[]>) {
    this.#topics = new Map(topics)
  }

  /** Instruments with their topics. */
  get byInstrument(): ReadonlyMap<Instrument, readonly string[]> {
    return this.#topics
  }

  /** Every topic once. */
  get all(): readonly string[] {
    return [...new Set([...this.#topics.values()].flat())]
  }

  /** Those of some topics that no instrument holds yet. */
  news(topics: readonly string[]): readonly string[] {
    const held = new Set(this.all)
    return topics.filter(topic => !held.has(topic))
  }

  add(instrument: Instrument, topics: readonly string[]): void {
    this.#topics.set(instrument, topics)
  }

  /** Leaves an instrument. @returns its topics that nobody else holds; undefined when it is not here */
  remove(instrument: Instrument): readonly string[] | undefined {
    const topics = this.#topics.get(instrument)
    if (topics === undefined) return undefined
    this.#topics.delete(instrument)
    return this.news(topics)
  }
}
