import { assert } from '../assert.ts'

const WAYS = 8

/** The ids that were seen last, in fixed memory: sets of eight, of which the oldest makes room. */
export class SeenIds {
  readonly #ids: Float64Array
  readonly #next: Uint8Array
  readonly #mask: number

  /** @param setBits 2^setBits sets of eight ids are kept, 1 to 16 */
  constructor(setBits: number) {
    assert(setBits >= 1 && setBits <= 16, 'set bits are 1 to 16', setBits)
    this.#mask = (1 << setBits) - 1
    this.#ids = new Float64Array(WAYS << setBits).fill(Number.NaN)
    this.#next = new Uint8Array(1 << setBits)
  }

  /** Keeps an id. @returns true when it is new, or was forgotten */
  add(id: number): boolean {
    const set = Math.abs(id % 4_294_967_291) & this.#mask
    const from = set * WAYS
    for (let way = 0; way < WAYS; way++) if (this.#ids[from + way] === id) return false
    const way = this.#next[set]!
    this.#ids[from + way] = id
    this.#next[set] = (way + 1) % WAYS
    return true
  }
}
