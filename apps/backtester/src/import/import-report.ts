import type { SkippedInstrument } from '@velocimex/venues/market-venue'
import type { BookView } from './book-check.ts'
import type { RefusalSample } from './capture-session.ts'
import type { InferredInstrument } from './import-instruments.ts'

/** What an import found and wrote. */
export interface ImportReport {
  readonly venue: string
  readonly captures: readonly string[]
  readonly out: string
  /** Messages by kind. */
  readonly messages: Record<string, number>
  readonly lines: {
    readonly recv: number
    readonly http: number
    readonly send: number
    readonly open: number
    readonly damaged: number
  }
  /** Refused messages by reason, all of them, and the first few to look at. */
  readonly refused: Record<string, number>
  readonly refusedTotal: number
  readonly samples: readonly RefusalSample[]
  readonly gaps: number
  /** Frames missing by the connection's own count, and books compared with the venue's checksum. */
  readonly lostFrames: number
  readonly checksums: { readonly agreed: number; readonly differed: number }
  readonly resyncs: number
  readonly snapshotsBridged: number
  readonly snapshotsTooOld: number
  /** Captures that begin before what was given ahead of them ends: a tape is played in the order given. */
  readonly outOfOrder: readonly { readonly file: string; readonly seconds: number }[]
  /** REST answers with a book whose changes came on no connection. */
  readonly snapshotsUnused: number
  /** How often a book went over from a connection that lost it or fell silent to another one that follows it. */
  readonly handovers: number
  /** Trades left off the tape, because another connection had told them. */
  readonly tradesAgain: number
  readonly duplicates: number
  readonly crossedBooks: number
  /** The book against the venue's best quote at equal update ids. */
  readonly quotes: { readonly agreed: number; readonly differed: number }
  readonly records: number
  readonly kinds: Record<string, number>
  /** ISO instants of the first and last record. */
  readonly from: string
  readonly to: string
  readonly seconds: number
  readonly messagesPerSecond: number
  readonly instruments: readonly {
    readonly venue: string
    readonly symbol: string
    readonly unified: string
    readonly grids: string
    readonly synced: boolean
  }[]
  readonly inferred: readonly InferredInstrument[]
  readonly skippedInstruments: readonly SkippedInstrument[]
  readonly contentHash: string
  /** Ten best levels a side after the last message, by symbol; a further connection's book as `connection symbol`. */
  readonly books: Record<string, BookView>
}
