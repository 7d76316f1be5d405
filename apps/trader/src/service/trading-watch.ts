import { Kind, STATUS_NAMES } from '@velocimex/core/market/event-kind'
import type { EventRecord } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { TradingStates } from '@velocimex/core/market/trading-states'

/** Follows what the venue says of the trading of each instrument, and tells the operator when it stops and goes on. */
export class TradingWatch {
  readonly #instruments: InstrumentTable
  readonly #states: TradingStates
  readonly #onAlert: (words: string) => void

  constructor(instruments: InstrumentTable, onAlert: (words: string) => void) {
    this.#instruments = instruments
    this.#states = new TradingStates(instruments.all.length)
    this.#onAlert = onAlert
  }

  /** Takes any record; those that are no word of a venue about trading change nothing. */
  onRecord(record: EventRecord): void {
    if (record.kind === Kind.status) this.#take(record)
  }

  /** A number of `MarketStatus`; 0 where the venue has told nothing. */
  status(instrument: number): number {
    return this.#states.of(instrument)
  }

  /** Tells what is halted: for whoever comes late to the market. @param take is lent each record for the call */
  tell(at: number, take: (record: EventRecord) => void): void {
    for (const { index } of this.#instruments.all) this.#states.tell(index, at, take)
  }

  #take(record: EventRecord): void {
    const { instrument } = record
    const mightTrade = this.#states.mayTrade(instrument)
    if (!this.#states.take(record)) return
    const mayTrade = this.#states.mayTrade(instrument)
    // That an open market is open is no news.
    if (mayTrade && mightTrade) return
    const { symbol } = this.#instruments.at(instrument)
    const word = STATUS_NAMES[this.#states.of(instrument)]
    this.#onAlert(
      mayTrade
        ? `${symbol} is trading again: new orders may leave`
        : `${symbol} is ${word} at the venue: no new orders leave, those that rest stay`,
    )
  }
}
