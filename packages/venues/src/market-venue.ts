import type { MarketCodec } from '@velocimex/core/feed/market-codec'
import type { SequencingRule } from '@velocimex/core/feed/sequencing'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Result } from '@velocimex/core/result'

/** An instrument of a list that could not be read, and why. */
export interface SkippedInstrument {
  readonly symbol: string
  readonly words: string
}

/** Instruments of a venue's published list, with dense indexes, and those that were skipped. */
export interface ParsedInstruments {
  readonly instruments: readonly Instrument[]
  readonly skipped: readonly SkippedInstrument[]
}

/** What a venue's answer says of the trading of one instrument. */
export interface ListedStatus {
  readonly symbol: string
  /** A number of `MarketStatus`, `trading` to `closed`. */
  readonly status: number
  /** The venue's word where it is not known: such an instrument counts as halted, never as trading. */
  readonly unknown?: string
}

/** Learns grids from the digits of messages, for recordings without an instrument list. */
export interface GridInference {
  /**
   * Takes one raw message. Text that is not understood teaches nothing.
   * @param snapshotOf the symbol, for a REST answer that does not name it
   * @returns true when a symbol is new or a grid changed
   */
  learn(text: string, snapshotOf?: string): boolean
  /** What has been learnt, with dense indexes in the order of first appearance, marked `inferred`. */
  instruments(): readonly Instrument[]
}

/** The market-data side of one venue: all that a recorder, an importer or a connector needs to read it. */
export interface MarketVenue {
  /** `binance-spot` */
  readonly id: string
  /** How its book changes connect. */
  readonly sequencing: SequencingRule
  /**
   * @param bufferBytes longest frame @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  makeCodec(instruments: InstrumentTable, bufferBytes: number, maxLevels: number, source: number): MarketCodec
  /** Reads the venue's published instrument list. */
  parseInstruments(text: string): Result<ParsedInstruments, 'malformed'>
  /**
   * Reads an answer of `MarketWire.statusQuery`; absent where there is none.
   * @param symbols of the instruments that were asked about; none of them that the answer leaves out is in the result
   */
  parseStatuses?(text: string, symbols: ReadonlySet<string>): Result<readonly ListedStatus[], 'malformed'>
  inferGrids(): GridInference
  /** The symbol of a REST snapshot by its address; undefined when the address is not that of a book. */
  snapshotSymbol(url: string): string | undefined
}

/**
 * What one name on the command line stands for: a venue, or the venues whose sockets one capture may hold and whose
 * symbols would be mixed up otherwise (`bybit`: spot and linear both have BTCUSDT).
 */
export interface VenueGroup {
  readonly id: string
  readonly members: readonly [MarketVenue, ...MarketVenue[]]
  /** The member that speaks at an address; the first where the address tells nothing. */
  memberAt(url: string): MarketVenue
}

/** A group of one venue. */
export const alone = (venue: MarketVenue): VenueGroup => ({ id: venue.id, members: [venue], memberAt: () => venue })
