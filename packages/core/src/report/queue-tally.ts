import type { ActingReason, OrderDecision } from '../order/order-decision.ts'

/** Places in queues, and what became of them. */
export interface QueueFigures {
  /** Places begun: orders placed to rest, and amendments that go to the back. */
  readonly places: number
  /** Places given up by a move or a cancel of ours; the others were filled, closed by the venue, or stand. */
  readonly givenUp: number
  /** Mean share of its queue that a place had passed when it was given up, 0..1; undefined when none was. */
  readonly passed: number | undefined
}

/** Whether a decision begins a place, and whether it gives one up. */
const OF_PLACES: Readonly<Record<ActingReason, readonly [begins: boolean, givesUp: boolean]>> = {
  joined: [true, false],
  improved: [true, false],
  bounded: [true, false],
  repriced: [true, false],
  taken: [false, false],
  followed: [true, true],
  adverse: [true, true],
  size_off: [true, true],
  reduced: [false, false],
  withdrawn: [false, true],
  urgent: [false, true],
}

/** Gathers what decisions do to places in queues. Constant memory. */
export class QueueTally {
  #places = 0
  #givenUp = 0
  #passed = 0

  /**
   * @param isCancel whether an order is canceled rather than amended: it begins no place
   * @param entered lots ahead when the place began that is given up; undefined when it is not known
   */
  take({ reason, ahead }: OrderDecision, isCancel: boolean, entered: number | undefined): void {
    const [begins, givesUp] = OF_PLACES[reason]
    if (begins && !isCancel) this.#places++
    if (!givesUp || entered === undefined || Number.isNaN(ahead)) return
    this.#givenUp++
    this.#passed += entered === 0 ? 1 : 1 - ahead / entered
  }

  figures(): QueueFigures {
    return {
      places: this.#places,
      givenUp: this.#givenUp,
      passed: this.#givenUp === 0 ? undefined : this.#passed / this.#givenUp,
    }
  }
}
