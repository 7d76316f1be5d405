interface Item {
  readonly at: number
  readonly turn: number
  readonly act: () => void
}

/** What is going to happen, earliest first, ties in the order of asking: the heart of a simulated world. */
export class Agenda {
  /** The present instant in microseconds. */
  now: number
  readonly #heap: Item[] = []
  #turn = 0

  /** @param start the first instant */
  constructor(start: number) {
    this.now = start
  }

  /** Instant of the next item; Infinity when nothing is planned. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  /** Plans something for an instant, or for now when that has passed. */
  plan(at: number, act: () => void): void {
    const item = { at: Math.max(at, this.now), turn: this.#turn++, act }
    let place = this.#heap.length
    this.#heap.push(item)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (before(this.#heap[parent]!, item)) break
      this.#heap[place] = this.#heap[parent]!
      place = parent
    }
    this.#heap[place] = item
  }

  /** Plans something after a duration. */
  after(duration: number, act: () => void): void {
    this.plan(this.now + duration, act)
  }

  /** Moves to the next item and hands it over; there is one. */
  take(): () => void {
    const first = this.#heap[0]!
    const last = this.#heap.pop()!
    if (this.#heap.length > 0) this.#sink(last)
    this.now = first.at
    return first.act
  }

  #sink(item: Item): void {
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#heap.length) break
      if (child + 1 < this.#heap.length && before(this.#heap[child + 1]!, this.#heap[child]!)) child++
      if (before(item, this.#heap[child]!)) break
      this.#heap[place] = this.#heap[child]!
      place = child
    }
    this.#heap[place] = item
  }
}

const before = (one: Item, other: Item): boolean => one.at < other.at || (one.at === other.at && one.turn < other.turn)
