import type { LiveAccount } from './live-account.ts'

/** An account with the name that people call it by. */
export interface NamedAccount {
  readonly name: string
  readonly account: LiveAccount
}
