import { VenueError } from './venue-errors.ts'

/** Intermediate tier: the counter of one pair, and what it loses in a second. */
const PAIR = { most: 125, decay: 2.34 } as const
/** The counter of a key over REST. */
const CALLS = { most: 20, decay: 0.5 } as const
/** What an amendment and a cancel cost beside their fixed part, for orders younger than so many seconds. */
const AGES = [5, 10, 15, 45, 90, 300] as const
const EXTRAS = { amend: [3, 2, 1, 0, 0, 0], cancel: [8, 6, 5, 4, 2, 1] } as const

/** The venue's counters: they rise with each action and fall with time (docs.kraken.com, "Spot trading rate limits"). */
export class RateCounters {
  readonly #counters = new Map<string, { value: number; at: number }>()

  /** A new order of an account in a pair. @param now microseconds */
  place(account: number, instrument: number, now: number): VenueError | undefined {
    return this.#pair(account, instrument, 1, now)
  }

  /** @param age of the order in microseconds */
  change(
    what: 'amend' | 'cancel',
    account: number,
    instrument: number,
    age: number,
    now: number,
  ): VenueError | undefined {
    const row = AGES.findIndex(seconds => age < seconds * 1e6)
    const extra = row < 0 ? 0 : EXTRAS[what][row]!
    return this.#pair(account, instrument, extra + (what === 'amend' ? 1 : 0), now)
  }

  /** A call of a key over REST. */
  call(apiKey: string, cost: number, now: number): VenueError | undefined {
    return this.#add(`key ${apiKey}`, CALLS, cost, now) ? undefined : new VenueError('EAPI:Rate limit exceeded')
  }

  #pair(account: number, instrument: number, cost: number, now: number): VenueError | undefined {
    const isTaken = this.#add(`pair ${account} ${instrument}`, PAIR, cost, now)
    return isTaken ? undefined : new VenueError('EOrder:Rate limit exceeded')
  }

  /** Adds to a counter. False, and nothing added, when it would rise above its most. */
  #add(name: string, { most, decay }: { most: number; decay: number }, cost: number, now: number): boolean {
    const { value, at } = this.#counters.get(name) ?? { value: 0, at: now }
    const left = Math.max(0, value - ((now - at) / 1e6) * decay)
    const isTaken = left + cost <= most
    this.#counters.set(name, { value: isTaken ? left + cost : left, at: now })
    return isTaken
  }
}
