/**
 * How one venue numbers the changes of a book, as a table row. Ids are whole numbers; a frame carries `first` and `last`
 * (the changes it contains) and on some venues `previous` (the last of the frame before).
 *
 * first:     connects when first <= book + 1      (numbers without holes; frames may overlap)
 * previous:  connects when previous = book        (numbers with holes; each frame names the one before)
 * linked:    as `previous`, and numbers may stand still or start anew as long as the link holds
 * next:      connects when last = book + 1        (one number a frame)
 * arrival:   connects always: the order of arrival is all there is; a checksum or the connection's own count tells of loss
 */
export interface SequencingRule {
  readonly name: string
  readonly connects: 'first' | 'previous' | 'linked' | 'next' | 'arrival'
  /**
   * Where the whole book comes from. `request`: a REST answer that falls among the changes, which are kept until then.
   * `stream`: the socket itself, ahead of the changes: it replaces the book whatever its number, and changes without one
   * mean nothing.
   */
  readonly snapshots: 'request' | 'stream'
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
  snapshots: 'request',
  bridgesByOverlap: true,
  oldInARowMax: 1000,
  staleAfter: 60_000_000,
}

/** USD-M futures documentation, "How to manage a local order book correctly": `pu` links, `U` has holes. */
export const BINANCE_USDM: SequencingRule = {
  name: 'binance-usdm',
  connects: 'previous',
  snapshots: 'request',
  bridgesByOverlap: true,
  oldInARowMax: 1000,
  staleAfter: 60_000_000,
}

/**
 * One number a frame, rising by one, as Bybit's `u` does for each topic (bybit v5, orderbook). A quiet book sends nothing
 * for as long as it likes: that it is alive is known from the connection.
 */
export const CONSECUTIVE: SequencingRule = {
  name: 'consecutive',
  connects: 'next',
  snapshots: 'stream',
  bridgesByOverlap: false,
  oldInARowMax: 1000,
  staleAfter: Number.POSITIVE_INFINITY,
}

/** Each frame names the one before: Deribit's `prev_change_id` (deribit v2, book.{instrument}.{interval}). */
export const LINKED: SequencingRule = {
  name: 'linked',
  connects: 'linked',
  snapshots: 'stream',
  bridgesByOverlap: false,
  oldInARowMax: 1000,
  staleAfter: Number.POSITIVE_INFINITY,
}

/** OKX's `prevSeqId`, with a keep-alive after 60 s without a change (okx v5, order book channel). */
export const LINKED_ALIVE: SequencingRule = { ...LINKED, name: 'linked-alive', staleAfter: 120_000_000 }

/** No numbers of the book itself: Kraken proves it by checksums, Coinbase by the count of the connection's frames. */
export const IN_ORDER: SequencingRule = { ...LINKED, name: 'in-order', connects: 'arrival' }
