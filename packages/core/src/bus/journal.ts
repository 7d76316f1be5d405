import type { Result } from '../result.ts'

/**
 * Why something could not be written, in order of precedence.
 *
 * failed   the disk lost or may have lost bytes: nothing more is written, the process has to start again
 * full     there is no room, not even in the reserve
 */
export type JournalFault = 'failed' | 'full'

/** What was written once and for ever: a kind that its owner gives a meaning, and text. */
export interface JournalRecord {
  /** 1, 2, 3, ... without a gap. */
  readonly sequence: number
  /** 1..65535 */
  readonly kind: number
  /** ASCII; JSON writes everything else as `\uXXXX`. */
  readonly payload: string
}

/**
 * Memory that survives the process: what is appended is written before the call returns, and durable (it survives the
 * loss of power) once `syncedThrough` has reached its sequence.
 */
export interface Journal {
  /** Sequence of the last record written; 0 when there is none. */
  readonly writtenThrough: number
  /** Sequence up to which records are durable. */
  readonly syncedThrough: number
  /** True while only the reserve is left: who can, writes no more. */
  readonly isShort: boolean
  /** The disk is so slow that too much would be lost with the power; absent where none is asked. */
  readonly isLagging?: boolean
  /** Writes a record and returns its sequence. `payload` is ASCII. */
  append(kind: number, payload: string): Result<number, JournalFault>
  /** Returns when everything written is durable. */
  sync(): Result<number, JournalFault>
  /** Keeps a state that stands for all records up to the last one written, so that they need not be read again. */
  saveSnapshot(state: string): Result<number, JournalFault>
}

/** What a journal holds at a start. */
export interface JournalHistory {
  /** State that stands for all records up to `through`; absent when the records tell everything. */
  readonly snapshot?: { readonly through: number; readonly state: string }
  /** The records behind the snapshot, without a gap. */
  readonly records: readonly JournalRecord[]
  /** Highest epoch that any segment was opened with; 0 when there is none. */
  readonly epoch: number
  /** Bytes of a torn tail that were cut. */
  readonly cutBytes: number
  /** What is damaged, in words: the records are those before the damage, and nobody may trade on them alone. */
  readonly quarantine?: string
}

/** Writes text as ASCII, so that its length in bytes is its length. */
export const toAscii = (text: string): string =>
  // The common case is a scan without a match.
  text.replace(/[\u0080-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
