/**
 * How one venue numbers the changes of a book, as a table row. Ids are whole numbers; a frame carries `first` and `last`
 * (the changes it contains) and on some venues `previous` (the last of the frame before).
 *
 * first:     connects when first <= book + 1      (numbers without holes; frames may overlap)
 * previous:  connects when previous = book        (numbers with holes; each frame names the one before)
 * next:      connects when last = book + 1        (one number a frame)
 */
export interface SequencingRule {
  readonly name: string
  readonly connects: 'first' | 'previous' | 'next'
  /** Whether the first frame behind a snapshot may also overlap it: first <= book <= last. */
  readonly bridgesByOverlap: boolean
  /** Frames that are older than the book are dropped; this many in a row mean that the venue numbers anew. */
  readonly oldInARowMax: number
  /** Silence in microseconds after which the book is no longer believed. */
  readonly staleAfter: number
}

/** binance-spot-api-docs, web-socket-streams.md, "How to manage a local order book correctly". */
export const BINANCE_SPOT: SequencingRule = {
  name: 'binance-spot',
  connects: 'first',
  bridgesByOverlap: true,
  oldInARowMax: 1000,
  staleAfter: 60_000_000,
}

/** USD-M futures documentation, "How to manage a local order book correctly": `pu` links, `U` has holes. */
export const BINANCE_USDM: SequencingRule = {
  name: 'binance-usdm',
  connects: 'previous',
  bridgesByOverlap: true,
  oldInARowMax: 1000,
  staleAfter: 60_000_000,
}

/** One number a frame, rising by one: the simplest rule, as Bybit's `u` and Coinbase's `sequence_num` follow it. */
export const CONSECUTIVE: SequencingRule = {
  name: 'consecutive',
  connects: 'next',
  bridgesByOverlap: false,
  oldInARowMax: 1000,
  staleAfter: 60_000_000,
}
