import { SeenIds } from '@velocimex/core/feed/seen-ids'
import { type EventRecord, Flag } from '@velocimex/core/market/event-record'

/** 2^9 sets of eight: the last 4,096 trades of an instrument. */
const SEEN_BITS = 9

interface Told<Teller> {
  readonly seen: SeenIds
  readonly first: Teller
  /** Whether another connection told trades too. */
  isShared: boolean
}

/** Trades of a capture in which several connections tell the same ones: each goes onto the tape once, by its id. */
export class ToldTrades<Teller> {
  /** Trades that another connection had told before. */
  again = 0
  readonly #told: (Told<Teller> | undefined)[] = []

  /**
   * Whether a trade is news. Those without an id are, and all of them while one connection alone tells trades of the
   * instrument: what a venue repeats there is not ours to judge.
   */
  isNews(teller: Teller, { instrument, flags, lane2: id }: EventRecord): boolean {
    if (id <= 0) return true
    const told = (this.#told[instrument] ??= { seen: new SeenIds(SEEN_BITS), first: teller, isShared: false })
    const isNew = told.seen.add((flags & Flag.aggregate) === 0 ? id : -1 - id)
    if (teller !== told.first) told.isShared = true
    if (isNew || !told.isShared) return true
    this.again++
    return false
  }
}
