import { assert } from '../assert.ts'

/**
 * Timers as events: whoever asked is told at its instant, earliest first, ties in the order of asking. A binary heap on
 * typed arrays; asking and taking allocate nothing.
 */
export class Scheduler {
  readonly #capacity: number
  readonly #instants: Float64Array
  readonly #turns: Float64Array
  readonly #owners: Int32Array
  readonly #tags: Float64Array
  #count = 0
  #turn = 0
  /** Instant of the next timer in microseconds; Infinity when none is pending. To be read only. */
  nextAt = Number.POSITIVE_INFINITY
  /** Who asked for the timer that `take` returned last, and its tag. */
  owner = 0
  tag = 0

  /** @param capacity timers that may be pending at once; one more is our mistake */
  constructor(capacity = 4096) {
    this.#capacity = capacity
    this.#instants = new Float64Array(capacity)
    this.#turns = new Float64Array(capacity)
    this.#owners = new Int32Array(capacity)
    this.#tags = new Float64Array(capacity)
  }

  /** Timers pending. */
  get count(): number {
    return this.#count
  }

  /** True when one more timer may be asked for. */
  get hasRoom(): boolean {
    return this.#count < this.#capacity
  }

  /** Asks for a timer at an instant. `owner` and `tag` come back when it is taken. */
  wakeAt(instant: number, owner: number, tag: number): void {
    assert(this.#count < this.#capacity, 'pending timers stay below the capacity', this.#capacity)
    assert(Number.isFinite(instant), 'a timer has a finite instant', instant)
    let at = this.#count++
    const turn = this.#turn++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#instants[parent]! <= instant) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, instant, turn, owner, tag)
    this.nextAt = this.#instants[0]!
  }

  /** Removes the next timer and shows it in `owner` and `tag`. Returns its instant. */
  take(): number {
    assert(this.#count > 0, 'a timer is pending', this.#count)
    const instant = this.#instants[0]!
    this.owner = this.#owners[0]!
    this.tag = this.#tags[0]!
    const last = --this.#count
    if (last > 0) this.#sink(last)
    this.nextAt = last > 0 ? this.#instants[0]! : Number.POSITIVE_INFINITY
    return instant
  }

  /** Lets the element at `from` (just behind the heap) take its place from the top down. */
  #sink(from: number): void {
    const instant = this.#instants[from]!
    const turn = this.#turns[from]!
    const owner = this.#owners[from]!
    const tag = this.#tags[from]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#count) break
      if (child + 1 < this.#count && this.#before(child + 1, child)) child++
      const childInstant = this.#instants[child]!
      if (instant < childInstant || (instant === childInstant && turn < this.#turns[child]!)) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, instant, turn, owner, tag)
  }

  #before(one: number, other: number): boolean {
    const a = this.#instants[one]!
    const b = this.#instants[other]!
    return a < b || (a === b && this.#turns[one]! < this.#turns[other]!)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#instants[from]!, this.#turns[from]!, this.#owners[from]!, this.#tags[from]!)
  }

  #put(at: number, instant: number, turn: number, owner: number, tag: number): void {
    this.#instants[at] = instant
    this.#turns[at] = turn
    this.#owners[at] = owner
    this.#tags[at] = tag
  }
}
