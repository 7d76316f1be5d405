/** Remembers what the numbers of causes stand for: TigerBeetle keeps numbers alone. */
export interface CauseBook {
  /** Fulfilled when they will be known from now on, also after a restart. */
  remember(causes: ReadonlyMap<bigint, string>): Promise<void>
  /** Those that are known. */
  recall(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, string>>
}

/** A book of causes that forgets them with the process. At most `max`; the oldest goes first. */
export class MemoryCauseBook implements CauseBook {
  readonly #causes = new Map<bigint, string>()
  readonly #max: number

  constructor(max = 1_000_000) {
    this.#max = max
  }

  async remember(causes: ReadonlyMap<bigint, string>): Promise<void> {
    for (const [id, cause] of causes) {
      this.#causes.set(id, cause)
      if (this.#causes.size > this.#max) this.#causes.delete(this.#causes.keys().next().value!)
    }
  }

  async recall(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, string>> {
    return new Map(ids.flatMap(id => (this.#causes.has(id) ? [[id, this.#causes.get(id)!]] : [])))
  }
}
