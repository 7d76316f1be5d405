import { makeFolder } from '@velocimex/host/files/make-folder'
import { accountPlace } from './account-place.ts'
import type { LiveAccount } from './live-account.ts'
import type { SingleOptions } from './single-options.ts'
import { startAccount } from './start-account.ts'
import type { AccountConfig } from './trader-config.ts'
import { VenueProcess } from './venue-process.ts'

/** Names of the simulated venues that accounts need, each once. */
export const simulatedVenues = (accounts: readonly AccountConfig[]): string[] => [
  ...new Set(accounts.filter(({ endpoint }) => endpoint === 'simulated').map(({ venue }) => venue)),
]

/** Everything in one process: accounts with their strategies, and the simulated venues that they need beside it. */
export class SingleTopology {
  readonly accounts: readonly LiveAccount[]
  readonly names: readonly string[]
  /** How often each reason refused an order. */
  readonly refusals: ReadonlyMap<string, number>
  readonly #venues: readonly VenueProcess[]

  private constructor(
    accounts: readonly LiveAccount[],
    names: readonly string[],
    venues: readonly VenueProcess[],
    refusals: ReadonlyMap<string, number>,
  ) {
    this.accounts = accounts
    this.#venues = venues
    this.names = names
    this.refusals = refusals
  }

  /** @throws Error with words for a person when a venue or a journal cannot be had; what had been started has ended then */
  static async start(options: SingleOptions): Promise<SingleTopology> {
    const { directory, seed, accounts: configured } = options
    makeFolder(directory, 0o700)
    const isNewVenue = options.venues === undefined
    const instances = configured.map(config => accountPlace(directory, config, isNewVenue))
    const venues: VenueProcess[] = []
    const accounts: LiveAccount[] = []
    const refusals = new Map<string, number>()
    try {
      const names = isNewVenue ? simulatedVenues(configured) : []
      const begun = await Promise.allSettled(names.map((name, at) => VenueProcess.start(name, seed + at)))
      venues.push(...begun.flatMap(each => (each.status === 'fulfilled' ? [each.value] : [])))
      for (const each of begun) if (each.status === 'rejected') throw each.reason
      const addresses = options.venues ?? Object.fromEntries(venues.map(({ address }) => [address.venue, address]))
      for (const [at, config] of configured.entries()) {
        const account = await startAccount(config, {
          ...options,
          ...{ addresses, instance: instances[at]! },
          onRefusal: reason => refusals.set(reason, (refusals.get(reason) ?? 0) + 1),
        })
        accounts.push(account)
      }
    } catch (cause) {
      await end(accounts, venues)
      throw cause
    }
    const names = configured.map(({ name }) => name)
    return new SingleTopology(accounts, names, venues, refusals)
  }

  async stop(): Promise<void> {
    await end(this.accounts, this.#venues)
  }
}

async function end(accounts: readonly LiveAccount[], venues: readonly VenueProcess[]): Promise<void> {
  await Promise.all(accounts.map(account => account.stop()))
  for (const venue of venues) venue.stop()
}
