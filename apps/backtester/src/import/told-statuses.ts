import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, type RecordSink, Records } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { CaptureLine } from '@velocimex/host/capture/capture-reader'
import type { MarketVenue } from '@velocimex/venues/market-venue'

/**
 * What REST answers of a capture say of the trading of instruments, where a venue is asked for it: a record for each that
 * is not traded, and for each that is traded again.
 */
export class ToldStatuses {
  readonly #table: InstrumentTable
  readonly #tape: RecordSink
  readonly #told: Uint8Array
  readonly #record = new EventRecord(new Records(1))
  readonly #symbols = new Map<string, ReadonlySet<string>>()

  constructor(table: InstrumentTable, tape: RecordSink) {
    this.#table = table
    this.#tape = tape
    this.#told = new Uint8Array(table.all.length).fill(MarketStatus.trading)
  }

  /** Takes an answer; one that says nothing of the kind changes nothing. @returns how many records it became */
  take(venue: MarketVenue, { raw, at, nanos }: CaptureLine): number {
    const read = venue.parseStatuses?.(raw, this.#symbolsOf(venue.id))
    if (read?.ok !== true) return 0
    let records = 0
    for (const { symbol, status } of read.value) {
      const { index } = this.#table.find(venue.id, symbol)!
      if (this.#told[index] === status) continue
      this.#told[index] = status
      const record = this.#record.at(0).write(Kind.status, Flag.last, 0, index, 0, at).nanos(0, nanos)
      this.#tape.append(record.lanes(status, 0, 0, 0).records, 0, 1)
      records++
    }
    return records
  }

  /** A socket has told a status, which is on the tape. */
  heard({ instrument, lane0 }: EventRecord): void {
    this.#told[instrument] = lane0
  }

  #symbolsOf(venue: string): ReadonlySet<string> {
    const known = this.#symbols.get(venue)
    if (known !== undefined) return known
    const symbols = new Set(this.#table.all.filter(each => each.venue === venue).map(({ symbol }) => symbol))
    this.#symbols.set(venue, symbols)
    return symbols
  }
}
