import { Kind, MarketStatus } from './event-kind.ts'
import { EventRecord, Flag, Records } from './event-record.ts'

/**
 * What venues say of the trading of their instruments, the last word counts. Only `trading` allows new orders: what is
 * halted, in an auction or closed would refuse them, or let them rest where nothing matches. An instrument of which
 * nothing was told is not held back: most venues speak of it only when it changes.
 */
export class TradingStates {
  readonly #states: Uint8Array

  /** @param instruments how many the table holds */
  constructor(instruments: number) {
    this.#states = new Uint8Array(instruments)
  }

  /**
   * Takes a status record. `desynced` and `synced` speak of our book and not of trading: they change nothing.
   * @returns whether the venue's word changed
   */
  take({ instrument, lane0 }: EventRecord): boolean {
    const isOfTrading = lane0 >= MarketStatus.trading && lane0 <= MarketStatus.closed
    if (!isOfTrading || this.#states[instrument] === lane0) return false
    this.#states[instrument] = lane0
    return true
  }

  /** A number of `MarketStatus`; 0 where the venue has told nothing. */
  of(instrument: number): number {
    return this.#states[instrument]!
  }

  /**
   * Tells that an instrument is not traded, if it is not: for whoever comes late to a market.
   * @param at receive time of the record, microseconds @param take is lent the record for the call
   */
  tell(instrument: number, at: number, take: (record: EventRecord) => void): void {
    if (this.mayTrade(instrument)) return
    const record = new EventRecord(new Records(1)).at(0)
    record.write(Kind.status, Flag.synthetic | Flag.last, 0, instrument, 0, at)
    take(record.lanes(this.of(instrument), 0, 0, 0))
  }

  /** Whether new orders make sense. */
  mayTrade(instrument: number): boolean {
    return this.#states[instrument]! <= MarketStatus.trading
  }
}
