import { FRAME_KIND_NAMES, REFUSAL_NAMES } from './market-codec.ts'

/** What a feed has seen, counted since the start. */
export interface FeedCounts {
  /** Frames by kind, by the names of `FRAME_KIND_NAMES`. */
  readonly frames: number[]
  /** Refusals by negated code, by the names of `REFUSAL_NAMES`. */
  readonly refusals: number[]
  /** Changes were missing. */
  gaps: number
  /** Books rebuilt from a snapshot after the first one. */
  resyncs: number
  /** Snapshots that connected with the changes behind them, or have nothing behind them yet. */
  snapshots: number
  /** Snapshots older than the oldest change at hand: another is wanted. */
  snapshotsTooOld: number
  /** Frames of changes older than the book: duplicates, and what a snapshot already held. */
  ignored: number
  /** Best-levels frames left out because the whole book of the instrument is followed. */
  superseded: number
  /** Books given up for silence. */
  stale: number
  /** Frames missing by the connection's own count. */
  lostFrames: number
  /** Books compared with the venue's checksum, and those that differed. */
  checksums: number
  checksumsFailed: number
  records: number
}

/** Counts of a feed that has seen nothing. */
export function noCounts(): FeedCounts {
  return {
    frames: FRAME_KIND_NAMES.map(() => 0),
    refusals: REFUSAL_NAMES.map(() => 0),
    gaps: 0,
    resyncs: 0,
    snapshots: 0,
    snapshotsTooOld: 0,
    ignored: 0,
    superseded: 0,
    stale: 0,
    lostFrames: 0,
    checksums: 0,
    checksumsFailed: 0,
    records: 0,
  }
}
