import type { UpdateIds } from './market-codec.ts'
import type { SequencingRule } from './sequencing.ts'

/** What to do with a frame of changes. */
export const Step = {
  /** No book yet: keep it until a snapshot has come. */
  buffer: 0,
  /** It connects: apply it, the book is then at its last change. */
  apply: 1,
  /** It is older than the book: drop it. */
  ignore: 2,
  /** Changes are missing between the book and it: empty the book, keep this frame, fetch a snapshot. */
  resync: 3,
} as const

/** Frames that are remembered: WebSocket keeps the order, so a frame that comes twice comes soon. */
const RECENT = 16

/**
 * State of one stream of book changes. It is told ids and time and answers what to do next; it has no socket, no book and
 * no timer, so every gap, reconnect and silence is a plain test.
 *
 *            change: buffer                       change: apply | ignore
 *          +---------------+                     +----------------------+
 *          |               v      snapshot       |                      v
 *          +----------  waiting  ----------->    +-------  live  -------+
 *                          ^                                 |
 *                          +---------------------------------+
 *                            gap, silence, disconnect, numbers that start anew
 *
 * Invariant: while live, the book is what the venue's was at change `bookId`. Otherwise `isLive` is false, and nobody may
 * trade on the book.
 */
export class FeedSession {
  readonly #rule: SequencingRule
  #bookId = -1
  #isLive = false
  #bridged = false
  #oldInARow = 0
  #heardAt = 0
  /** Numbers of the last frames applied: what comes twice is told from numbers that start anew. */
  readonly #recent = new Float64Array(RECENT)
  #applied = 0

  constructor(rule: SequencingRule) {
    this.#rule = rule
  }

  /** True while the book can be trusted. */
  get isLive(): boolean {
    return this.#isLive
  }

  /** Whether the venue sends its books unasked; see `SequencingRule.snapshots`. */
  get isStreamed(): boolean {
    return this.#rule.snapshots === 'stream'
  }

  /** Number of the last change in the book; -1 while waiting, and where the venue sends none. */
  get bookId(): number {
    return this.#bookId
  }

  /** A whole book has come: changes connect to it from now on. Buffered frames must be given to `change` again. */
  snapshot(lastId: number, now: number): void {
    this.#bookId = lastId
    this.#isLive = true
    this.#bridged = false
    this.#oldInARow = 0
    this.#heardAt = now
    this.#recent.fill(-1)
    this.#recent[this.#applied++ % RECENT] = lastId
  }

  /** A frame of changes has come. Returns a `Step`; after `resync` the session is waiting. */
  change(ids: UpdateIds, now: number): number {
    if (!this.#isLive) return this.isStreamed ? Step.ignore : Step.buffer
    if (this.#connects(ids)) {
      this.#bookId = ids.last
      this.#recent[this.#applied++ % RECENT] = ids.last
      this.#bridged = true
      this.#oldInARow = 0
      this.#heardAt = now
      return Step.apply
    }
    const isNew = ids.last > this.#bookId || (this.#rule.connects === 'linked' && !this.#recent.includes(ids.last))
    if (isNew || ++this.#oldInARow > this.#rule.oldInARowMax) {
      this.lost()
      return Step.resync
    }
    return Step.ignore
  }

  /** The connection is gone or the book is doubted: wait for a snapshot. */
  lost(): void {
    this.#bookId = -1
    this.#isLive = false
    this.#bridged = false
  }

  /** Whether a live book has been silent for too long at an instant. */
  isStale(now: number): boolean {
    return this.#isLive && now - this.#heardAt > this.#rule.staleAfter
  }

  #connects({ first, last, previous }: UpdateIds): boolean {
    const book = this.#bookId
    const bridging = !this.#bridged && this.#rule.bridgesByOverlap && first <= book && last >= book
    switch (this.#rule.connects) {
      case 'first':
        return last > book && first <= book + 1 && first <= last
      case 'previous':
        return bridging || (previous === book && last > book)
      case 'linked':
        return previous === book
      case 'next':
        return last === book + 1
      case 'arrival':
        return true
    }
  }
}
