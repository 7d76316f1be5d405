import { tellBook } from '@velocimex/core/book/book-records'
import type { OrderBook } from '@velocimex/core/book/order-book'
import type { RecordSink } from '@velocimex/core/market/event-record'

/** Microseconds of silence, while another connection speaks of the same book, after which that one owns it. */
const SILENCE = 10_000_000

/** The book as one connection of a capture tells it. */
export interface ToldBook {
  readonly book: OrderBook
  /** Whether it is the venue's. */
  readonly synced: boolean
}

interface Owner<Teller> {
  teller: Teller
  told: ToldBook
  /** Since when others have spoken while the owner was silent; 0 for not at all. */
  othersSince: number
}

/**
 * Whose book of an instrument is on the tape, where several connections of a capture follow it: the first one's. When that
 * one loses its book, or falls silent while another goes on, the other's whole book is put on the tape and that one goes
 * on, so that a connection which died or came back under another name leaves no book that stands still.
 */
export class BookOwners<Teller> {
  /** How often a book went over to another connection. */
  handovers = 0
  readonly #tape: RecordSink
  readonly #owners: (Owner<Teller> | undefined)[] = []

  constructor(tape: RecordSink) {
    this.#tape = tape
  }

  /** The connection whose book of an instrument is on the tape. */
  of(instrument: number): Teller | undefined {
    return this.#owners[instrument]?.teller
  }

  /**
   * A connection has told a part of a book, which its own book has taken.
   * @param isWhole whether its message is at its end @param at receive time, microseconds
   * @returns how many records a handover put on the tape; 0 when the part itself belongs there, -1 when nothing does
   */
  take(teller: Teller, told: ToldBook, instrument: number, isWhole: boolean, at: number): number {
    const owner = (this.#owners[instrument] ??= { teller, told, othersSince: 0 })
    if (owner.teller === teller) {
      owner.othersSince = 0
      return 0
    }
    if (!told.synced) return -1
    if (owner.othersSince === 0) owner.othersSince = at
    if (!isWhole || (owner.told.synced && at - owner.othersSince < SILENCE)) return -1
    this.#owners[instrument] = { teller, told, othersSince: 0 }
    this.handovers++
    let records = 0
    tellBook(told.book, instrument, at, ({ records: own }) => {
      this.#tape.append(own, 0, 1)
      records++
    })
    return records
  }
}
