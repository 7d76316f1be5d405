import type { RecordBatch } from '../market/record-batch.ts'
import type { BookAudit } from './book-audit.ts'

/** What a frame turned out to be. Negative numbers are refusals; see `Refusal`. */
export const FrameKind = {
  /** Well formed and of no interest: acknowledgements, heartbeats, streams we do not read. */
  control: 0,
  /** Changes of a book; must pass the sequencing of its instrument. */
  depth: 1,
  /** A whole book (a REST answer or a snapshot frame) to which changes connect. */
  snapshot: 2,
  /** The best n levels, complete in themselves; not part of the sequenced book. */
  partialDepth: 3,
  trade: 4,
  quote: 5,
  bar: 6,
  mark: 7,
  status: 8,
} as const

/** Names of the frame kinds, for counters and reports. */
export const FRAME_KIND_NAMES: readonly string[] = [
  'control',
  'depth',
  'snapshot',
  'partial-depth',
  'trade',
  'quote',
  'bar',
  'mark',
  'status',
]

/**
 * Why a frame was refused, in order of precedence. A refused frame leaves no record behind and is never read with
 * another meaning.
 */
export const Refusal = {
  /** Not JSON of the shape that the venue documents: cut short, damaged, trailing bytes, wrong types. */
  malformed: -1,
  /** A field that the kind needs is not there, or is there twice. */
  missingField: -2,
  /** The symbol is not in the table. */
  unknownSymbol: -3,
  /** A number that is negative where it may not be, not finite, with an exponent, or beyond 2^53. */
  badNumber: -4,
  /** A price or quantity between the steps of the instrument's grid: the grid is older than the venue's. */
  offGrid: -5,
  /** More levels than the batch has room for. */
  tooLarge: -6,
  /** JSON well formed, but of a kind that this codec does not know. */
  unknownKind: -7,
} as const

/** Names of the refusals by their negated number. */
export const REFUSAL_NAMES: readonly string[] = [
  '',
  'malformed',
  'missing-field',
  'unknown-symbol',
  'bad-number',
  'off-grid',
  'too-large',
  'unknown-kind',
]

/** Update ids of the frame just decoded. Overwritten by the next; -1 where the venue sends none. */
export interface UpdateIds {
  /** First change contained (`U`). */
  first: number
  /** Last change contained (`u`, `lastUpdateId`). */
  last: number
  /** Last change of the frame before (`pu`, `prevSeqId`, `prev_change_id`). */
  previous: number
}

/**
 * The market-data side of one venue's wire: bytes in, records out. What a venue sends only when it changes (a ticker's
 * fields) is kept until `reset`; nothing else is.
 *
 * The caller puts a frame into `buffer` (which has `SLACK` bytes behind every frame, written by the codec's sentinel),
 * calls a decode method and reads `instrument`, `ids` and `batch`, all valid until the next call. No allocation per frame.
 *
 * A frame is refused whole or taken whole: `decode` has read all of it before it returns its first part. Every record
 * carries its instrument; `instrument` is that of a book, bar or mark, and of the last trade or quote of a frame of many.
 * Trades that a venue repeats on subscription carry `Flag.snapshot`.
 */
export interface MarketCodec {
  /** Frames are put here before they are decoded. */
  readonly buffer: Uint8Array
  /** Records of the frame just decoded; `count` is 0 after a control frame or a refusal. */
  readonly batch: RecordBatch
  /** Index of the instrument of the frame just decoded; -1 when it has none. */
  readonly instrument: number
  readonly ids: UpdateIds
  /** Number of the frame just decoded among all of its connection; -1 or absent where the venue does not count them. */
  readonly sequence?: number
  /** Checksum that the venue sent with the book just decoded; NaN for none. */
  readonly checksum?: number
  /** The books that ids alone do not prove, where the venue sends checksums or cuts books to a depth. */
  readonly audit?: BookAudit
  /**
   * Decodes a socket frame that lies in `buffer` at [from, to).
   * @param receivedAt whole microseconds; `receivedNanos` 0-999 beyond it
   * @returns a `FrameKind`, or a `Refusal` below zero
   */
  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number
  /**
   * Decodes a REST answer with a whole book, which does not name its instrument on every venue.
   * @param instrument index in the table
   * @returns `FrameKind.snapshot`; `partialDepth` where the answer's number is not that of the stream's changes
   */
  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number
  /**
   * The next part of the frame just decoded, where venues put several books or kinds into one frame; absent where they do
   * not. Returns `FrameKind.control` when there is none; never a refusal, for `decode` has read the whole frame.
   */
  next?(): number
  /** The connection was lost or opened: forgets what was kept. */
  reset?(): void
}

/** Bytes that must be writable behind every frame in a codec's buffer: room for its sentinel and wide loads. */
export const SLACK = 64
