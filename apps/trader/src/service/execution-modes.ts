import type { OrderRoute } from '@velocimex/core/engine/strategy-desk'

/**
 * What becomes of the orders of a strategy:
 *
 *     live         sent to the venue
 *     simulation   traded on paper against the live market, with money of its own
 *     observation  refused; the strategy watches and signals. S2-STR-28
 */
export type ExecutionMode = 'live' | 'simulation' | 'observation'

/** The modes by name. */
export const EXECUTION_MODES: readonly ExecutionMode[] = ['live', 'simulation', 'observation']

const WATCHES = 'observation_only'

/** A route that sends nothing. What is open can still be found, and canceled. */
export const watching = (route: OrderRoute): OrderRoute => ({
  place: () => WATCHES,
  cancel: id => route.cancel(id),
  replace: () => false,
  find: id => route.find(id),
  openOrders: instrument => route.openOrders(instrument),
})

/** What a change of mode needs to know of its strategy. */
export interface Holdings {
  isFlat(): boolean
  openOrders(): readonly string[]
  cancel(clientOrderId: string): void
}

/**
 * The mode of one strategy, and the rules by which it changes. Real and paper positions must never be taken for each
 * other: into `live` or `simulation` a strategy goes only without open orders, and flat unless it goes on with what it
 * holds from that same mode. `observation` is always allowed, and cancels what is open.
 */
export class StrategyMode {
  #mode: ExecutionMode
  /** Where what the strategy holds was traded. */
  #holds: ExecutionMode

  constructor(mode: ExecutionMode) {
    this.#mode = mode
    this.#holds = mode
  }

  get mode(): ExecutionMode {
    return this.#mode
  }

  /** Where what the strategy holds, and what of it is still open, was traded: real money, if `live`. */
  get holds(): ExecutionMode {
    return this.#holds
  }

  /**
   * After a start: what the strategy holds then was traded at the venue, since paper does not outlive the process. One
   * that was to trade on paper only watches until that position is closed. @returns whether the mode has changed
   */
  resume(isFlat: boolean): boolean {
    if (isFlat) return false
    this.#holds = 'live'
    if (this.#mode !== 'simulation') return false
    this.#mode = 'observation'
    return true
  }

  /** @returns why the mode stays as it is; undefined when it has changed */
  change(to: ExecutionMode, holdings: Holdings): string | undefined {
    if (to === this.#mode) return undefined
    if (to === 'observation') {
      for (const id of holdings.openOrders()) holdings.cancel(id)
      this.#mode = to
      return undefined
    }
    const open = holdings.openOrders().length
    if (open > 0) return `${open} orders are open: go to observation first, which cancels them`
    if (!holdings.isFlat() && this.#holds !== to && this.#holds !== 'observation')
      return `it holds a position of mode ${this.#holds}: close it first`
    this.#mode = to
    this.#holds = to
    return undefined
  }

  /** Back to observation, whatever it was. */
  fall(): void {
    this.#mode = 'observation'
  }
}
