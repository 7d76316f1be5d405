import type { Transfer } from './transfer.ts'

interface Entry {
  readonly expiry: bigint
  readonly pending: Transfer
}

/** Pending transfers with a timeout, by the instant at which it runs out: a binary heap, the next one first. */
export class ExpiryQueue {
  readonly #heap: Entry[] = []

  /** Transfers in the queue, those that were resolved meanwhile included. */
  get size(): number {
    return this.#heap.length
  }

  /** Puts one in. @param expiry nanoseconds since 1970 */
  add(expiry: bigint, pending: Transfer): void {
    const heap = this.#heap
    let at = heap.push({ expiry, pending }) - 1
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(heap[at]!, heap[parent]!); parent = (at - 1) >> 1) {
      swap(heap, at, parent)
      at = parent
    }
  }

  /** Takes out the first whose time has run out by `now`; undefined if there is none. */
  take(now: bigint): Transfer | undefined {
    const heap = this.#heap
    if (heap.length === 0 || heap[0]!.expiry > now) return undefined
    const { pending } = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return pending
    heap[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child
      if (least === at) return pending
      swap(heap, at, least)
      at = least
    }
  }
}

/** Equal instants go by the transfers' own timestamps, which are unique. */
const isBefore = (one: Entry, other: Entry): boolean =>
  one.expiry < other.expiry || (one.expiry === other.expiry && one.pending.timestamp < other.pending.timestamp)

function swap(heap: Entry[], one: number, other: number): void {
  const kept = heap[one]!
  heap[one] = heap[other]!
  heap[other] = kept
}
