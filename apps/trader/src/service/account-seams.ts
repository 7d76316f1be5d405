import type { RecoveryParts } from '@velocimex/core/execution/recovery'
import type { FileJournalOptions } from '@velocimex/host/journal/open-file-journal'

/** How often an account does what it does again and again, milliseconds. */
export interface AccountPace {
  readonly tickMs: number
  readonly snapshotMs: number
  readonly reconcileMs: number
  /** Between two comparisons of our clock with the venue's. */
  readonly clockMs: number
  /** Between two signs of life for the venue's dead-man switch, and what the venue waits for one. */
  readonly signOfLifeMs: number
  readonly deadManMs: number
}

/** The pace of a live account. */
export const ACCOUNT_PACE: AccountPace = {
  tickMs: 100,
  snapshotMs: 600_000,
  reconcileMs: 5_000,
  clockMs: 60_000,
  signOfLifeMs: 30_000,
  deadManMs: 120_000,
}

/**
 * What stands around the parts of an account: to watch what passes, to break it off, to let a disk fail, or to hasten.
 * Production leaves everything out, and then nothing stands there.
 */
export interface AccountSeams {
  /** Replaces parts of the order desk before it recovers: journal, gateway, listener, timing. */
  readonly desk?: (parts: RecoveryParts) => RecoveryParts
  readonly disk?: Partial<Pick<FileJournalOptions, 'files' | 'segmentBytes' | 'reserveBytes'>>
  readonly pace?: Partial<AccountPace>
  /** Hears each command that was written to a socket. */
  readonly onWritten?: (frame: string) => void
  /** Fills that are kept one by one, see `FILLS_MAX`. */
  readonly fillsMax?: number
}
