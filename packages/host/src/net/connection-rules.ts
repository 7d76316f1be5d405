import type { LinkRules } from './link-life.ts'

/** What a venue says about a connection that lives for months over many sockets. */
export interface ConnectionRules extends LinkRules {
  /** Age in milliseconds at which a socket is replaced, before the venue cuts it; up to 10 % earlier by chance. 0: never. */
  readonly rolloverMs: number
  /** A socket that was live for so many milliseconds was a success: waits begin at the first again. */
  readonly stableMs: number
}

/**
 * stopped -> connecting -> greeting -> subscribing -> live -> stale | closing -> waiting -> connecting ...
 */
export type ConnectionState =
  | 'stopped'
  | 'waiting'
  | 'connecting'
  | 'greeting'
  | 'subscribing'
  | 'live'
  | 'stale'
  | 'closing'
