import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { DecimalReader } from '../wire/decimal-reader.ts'
import { GridTable } from '../wire/grid-table.ts'
import { Literal } from '../wire/literal.ts'
import { NameTable } from '../wire/name-table.ts'
import { NumberReader } from '../wire/number-reader.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { KRAKEN } from './make-instrument.ts'
import { olderPairName } from './pair-names.ts'
import { PlainNames } from './plain-text.ts'

/** Slots of the numbers of a message. The four lanes of each kind of record stand in a row, the first named in `Lanes`. */
export const Slot = {
  /** 0 and three zeros behind it: an absent instant, empty lanes. */
  zero: 0,
  price: 4,
  lots: 5,
  id: 6,
  firstId: 7,
  bid: 8,
  bidLots: 9,
  ask: 10,
  askLots: 11,
  open: 12,
  high: 13,
  low: 14,
  close: 15,
  volume: 16,
  trades: 17,
  // 18, what takers bought, is never written: the venue does not tell it.
  quoteVolume: 19,
  status: 20,
  // 21 to 23 are never written.
  time: 24,
  opened: 25,
  minutes: 26,
  checksum: 27,
  bids: 28,
  asks: 30,
  vwap: 32,
  depth: 33,
  cell: 34,
  sent: 35,
  orderId: 36,
  orderPrice: 37,
  orderLots: 38,
  newOrderId: 39,
} as const

/** First slots of the lanes of the records. */
export const Lanes = {
  trade: Slot.price,
  quote: Slot.bid,
  bar: Slot.open,
  barVolume: Slot.volume,
  status: Slot.status,
  order: Slot.orderId,
} as const

/** What the readers of both dialects work with: one set a codec. */
export class WireParts {
  readonly numbers: NumberReader
  readonly decimals: DecimalReader
  readonly batch: RecordBatch
  readonly writer: RecordWriter
  readonly names = new PlainNames()
  /** Names of v2 between quotes by index; undefined for those of other venues. */
  readonly quotedSymbols: readonly (Literal | undefined)[]
  /** Indexes by the names of v2, `BTC/USD`. */
  readonly symbols: NameTable
  /** Indexes by the names of v1, `XBT/USD`. */
  readonly olderSymbols: NameTable
  /** Digits behind the point as they stood on the wire, of the price and the quantity of each level of the batch. */
  readonly places: Uint8Array
  /** 1 for each instrument whose book this connection carries. */
  readonly carried: Uint8Array
  /** Index of the instrument of the message; the last of several. */
  instrument = -1
  /** Depth that the message itself tells of its book; 0 for none. */
  depth = 0

  constructor(buffer: Uint8Array, batch: RecordBatch, instruments: InstrumentTable, source: number) {
    this.numbers = new NumberReader(buffer, new GridTable(instruments.all))
    this.decimals = new DecimalReader(this.numbers)
    this.batch = batch
    this.writer = new RecordWriter(batch, this.numbers.slots, source)
    const own = instruments.all.filter(({ venue }) => venue === KRAKEN)
    this.symbols = new NameTable(own.map(({ symbol, index }) => [symbol, index]))
    this.quotedSymbols = instruments.all.map(({ venue, symbol }) =>
      venue === KRAKEN ? Literal.quoted(symbol) : undefined,
    )
    this.olderSymbols = new NameTable(own.map(({ symbol, index }) => [olderPairName(symbol), index]))
    this.places = new Uint8Array(batch.capacity * 2)
    this.carried = new Uint8Array(instruments.all.length)
  }
}
