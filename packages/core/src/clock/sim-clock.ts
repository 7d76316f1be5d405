import { assert } from '../assert.ts'
import type { Clock } from './clock.ts'
import { type Micros, micros } from './micros.ts'

/** A clock that moves only when told to, and never backwards. */
export class SimClock implements Clock {
  /** A number from the beginning: a field that was anything else before would be given a new box at every change. */
  #now = 0 as Micros

  /** @param start the first instant; 1970 unless told */
  constructor(start: Micros = micros(0)) {
    this.#now = start
  }

  now(): Micros {
    return this.#now
  }

  /** Moves to `instant`, which is not before the present one. */
  advanceTo(instant: Micros): void {
    assert(instant >= this.#now, 'time does not go back', instant)
    this.#now = instant
  }
}
