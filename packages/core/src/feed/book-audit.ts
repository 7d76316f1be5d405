import type { RecordBatch } from '../market/record-batch.ts'

/**
 * A second copy of the books of a connection, kept where ids do not prove enough: it cuts each to the depth that was
 * subscribed (levels that fall out get no message on some venues) and compares the venue's checksum.
 */
export interface BookAudit {
  /**
   * Applies the level records of a frame that connects, in order; a snapshot replaces the book. Levels that fell out of
   * the depth are appended to the batch as records with 0 lots, and `Flag.last` moves to the last of them.
   * @param checksum as the venue sent it; NaN when it sent none, which is always right
   * @returns whether the book is the venue's. When it is not, nothing of the frame may be published.
   */
  apply(instrument: number, batch: RecordBatch, isSnapshot: boolean, checksum: number): boolean
  /** The book of an instrument is given up. */
  forget(instrument: number): void
}
