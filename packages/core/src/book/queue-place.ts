import type { QueueModel } from './queue-model.ts'

/** The place of an order of ours in the queue at its price: the one a simulated venue gives it, or the one we estimate. */
export interface QueuePlace {
  /** Lots ahead of us. */
  ahead: number
  /** Lots printed at our price since its total last changed: they explain as much of the next decrease. */
  traded: number
}

/** A print at our price: it takes from the front. */
export function passPrint(place: QueuePlace, lots: number): void {
  place.ahead = Math.max(0, place.ahead - lots)
  place.traded += lots
}

/** The total of others at our price changed. */
export function passTotal(place: QueuePlace, model: QueueModel, before: number, after: number): void {
  place.ahead = model.onLevel(place.ahead, before, after, place.traded)
  place.traded = 0
}
