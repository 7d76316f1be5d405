import type { Fill } from '@velocimex/core/order/fill'
import type { Timers } from '@velocimex/host/net/timers'
import type { AccountSeams } from './account-seams.ts'
import type { GuardOptions } from './guard-options.ts'
import type { GivenStop } from './stop-order.ts'
import type { StoreWriter } from './store-writer.ts'
import type { AccountConfig } from './trader-config.ts'
import type { VenueAddresses } from './venue-addresses.ts'

/** What a run of everything in one process is started with. */
export interface SingleOptions {
  readonly accounts: readonly AccountConfig[]
  /** Of the first simulated market; the others follow. */
  readonly seed: number
  /** Where journals, books and the socket of the local API lie. */
  readonly directory: string
  /** Simulated venues that run already, by name; without them new ones are started, and what was traded before is void. */
  readonly venues?: VenueAddresses
  /** What guards every account beyond its own configuration. */
  readonly guards?: GuardOptions
  /** The order to stop that was given and not taken back: every account stops before it does anything. */
  readonly stopped?: GivenStop
  /** Why the audit log lets nobody enter before a person has acknowledged it; left out when it is whole. */
  readonly auditDamage?: string
  /** What stands around each account, by its name; nothing in production. */
  readonly seams?: (name: string) => AccountSeams
  readonly timers: Timers
  /** Keeps what the accounts do. */
  readonly store: StoreWriter
  nanos(): number
  onFill(account: string, fill: Fill, words: string): void
  onAlert(account: string, words: string): void
  onFatal(words: string): void
}
