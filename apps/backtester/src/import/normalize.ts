import { FrameKind, type MarketCodec, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { Kind, STATUS_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { GridInference, MarketVenue } from '@velocimex/venues/market-venue'
import { isoOf } from './iso-of.ts'

const BUFFER_BYTES = 16 << 20
const LEVELS_MAX = 1 << 17

/** An event as people and other programs read it: decimal texts and ISO instants with microseconds; no time when the venue sent none. */
export type NormalisedEvent = Readonly<Record<string, unknown>>

/** A line that was not read, and why. */
export interface RefusedLine {
  readonly line: number
  readonly reason: string
  readonly text: string
}

/**
 * Turns raw messages of a venue into normalised events, one call a message. Without an instrument list the grids are
 * learnt from the digits as they come; prices and quantities print without trailing zeros, so the grid never shows.
 */
export class Normalizer {
  readonly #venue: MarketVenue
  readonly #grids: GridInference | undefined
  readonly #snapshotOf: string | undefined
  #table: InstrumentTable
  #codec: MarketCodec
  #record: EventRecord

  /**
   * @param instruments the venue's published instruments; undefined to learn the grids
   * @param snapshotOf venue symbol of the REST answers with a book among the messages, which do not name it
   */
  constructor(venue: MarketVenue, instruments: readonly Instrument[] | undefined, snapshotOf?: string) {
    this.#venue = venue
    this.#snapshotOf = snapshotOf
    this.#grids = instruments === undefined ? venue.inferGrids() : undefined
    const own = (instruments ?? []).filter(instrument => instrument.venue === venue.id)
    this.#table = new InstrumentTable(own.map((instrument, index) => ({ ...instrument, index })))
    this.#codec = venue.makeCodec(this.#table, BUFFER_BYTES, LEVELS_MAX, 0)
    this.#record = new EventRecord(this.#codec.batch)
  }

  /** @returns the events of one message (none for control frames), or the reason of a refusal */
  message(raw: string): readonly NormalisedEvent[] | string {
    if (this.#grids?.learn(raw) === true) this.#relearn(this.#grids.instruments())
    const bytes = Buffer.from(this.#codec.buffer.buffer, this.#codec.buffer.byteOffset)
    const to = bytes.write(raw, 0, this.#codec.buffer.length - SLACK, 'utf8')
    const kind = this.#codec.decode(0, to, 0, 0)
    if (kind < 0) return this.#answer(raw, to) ?? REFUSAL_NAMES[-kind]!
    const events = kind === FrameKind.control ? [] : this.#events(kind)
    if (this.#codec.next !== undefined)
      for (let part = this.#codec.next(); part !== FrameKind.control; part = this.#codec.next())
        events.push(...this.#events(part))
    return events
  }

  /** What is no frame may be a REST answer with the book of the symbol that was told. */
  #answer(raw: string, to: number): readonly NormalisedEvent[] | undefined {
    if (this.#snapshotOf === undefined) return undefined
    if (this.#grids?.learn(raw, this.#snapshotOf) === true) this.#relearn(this.#grids.instruments())
    const of = this.#table.find(this.#venue.id, this.#snapshotOf)
    if (of === undefined) return undefined
    Buffer.from(this.#codec.buffer.buffer, this.#codec.buffer.byteOffset).write(raw, 0, to, 'utf8')
    const kind = this.#codec.decodeSnapshot(0, to, of.index, 0, 0)
    return kind < 0 ? undefined : [this.#book(kind, of)]
  }

  #relearn(instruments: readonly Instrument[]): void {
    this.#table = new InstrumentTable(instruments)
    this.#codec = this.#venue.makeCodec(this.#table, BUFFER_BYTES, LEVELS_MAX, 0)
    this.#record = new EventRecord(this.#codec.batch)
  }

  #events(kind: number): NormalisedEvent[] {
    const { batch, instrument } = this.#codec
    if (kind === FrameKind.depth || kind === FrameKind.partialDepth || kind === FrameKind.snapshot)
      return [this.#book(kind, this.#table.at(instrument))]
    const events: NormalisedEvent[] = []
    for (let at = 0; at < batch.count; at++) {
      const record = this.#record.at(at)
      const event = this.#single(record, this.#table.at(record.instrument))
      if (event !== undefined) events.push(event)
    }
    return events
  }

  #head(type: string, { unified, symbol, venue }: Instrument): Record<string, unknown> {
    const time = this.#record.venueTime
    return { type, venue, symbol: unified, venueSymbol: symbol, ...(time > 0 ? { time: isoOf(time) } : {}) }
  }

  #book(kind: number, of: Instrument): NormalisedEvent {
    const { batch, ids } = this.#codec
    const sides: [string, string][][] = [[], []]
    for (let at = 0; at < batch.count; at++) {
      const { isBid, price, quantity } = this.#record.at(at)
      sides[isBid ? 0 : 1]!.push([decimal(price, of.price), decimal(quantity, of.quantity)])
    }
    if (batch.count === 0) this.#record.at(0).write(Kind.level, 0, 0, of.index, 0, 0)
    const known = Object.fromEntries(
      Object.entries({ firstUpdateId: ids.first, updateId: ids.last, previousUpdateId: ids.previous }).filter(
        ([, id]) => id >= 0,
      ),
    )
    const type = kind === FrameKind.depth ? 'book_change' : 'book_snapshot'
    return { ...this.#head(type, of), ...known, bids: sides[0], asks: sides[1] }
  }

  /** A venue that pays all the time has no next instant. */
  #funding(of: Instrument): Record<string, unknown> {
    const { lane0, lane1 } = this.#record
    const next = lane1 > 0 ? { nextTime: isoOf(lane1) } : {}
    return { ...this.#head('funding', of), rate: scaled(lane0, 12), ...next }
  }

  #single(record: EventRecord, of: Instrument): NormalisedEvent | undefined {
    const price = (ticks: number): string => decimal(ticks, of.price)
    const quantity = (lots: number): string => decimal(lots, of.quantity)
    switch (record.kind) {
      case Kind.trade: {
        const side = record.aggressorBuy ? 'buy' : 'sell'
        const aggregate = (record.flags & Flag.aggregate) !== 0 ? { firstId: record.lane3, trades: record.extra } : {}
        // Of an id that is not a number, or beyond 2^53, the record keeps a part that tells nobody anything.
        const id = (record.flags & Flag.truncatedId) === 0 && record.lane2 >= 0 ? { id: record.lane2 } : {}
        return {
          ...this.#head('trade', of),
          ...id,
          ...aggregate,
          ...((record.flags & Flag.snapshot) !== 0 ? { snapshot: true } : {}),
          price: price(record.price),
          quantity: quantity(record.quantity),
          side,
        }
      }
      case Kind.quote:
        return {
          ...this.#head('quote', of),
          ...(this.#codec.ids.last >= 0 ? { updateId: this.#codec.ids.last } : {}),
          bidPrice: price(record.lane0),
          bidQuantity: quantity(record.lane1),
          askPrice: price(record.lane2),
          askQuantity: quantity(record.lane3),
        }
      case Kind.bar: {
        const [open, high, low, close] = [record.lane0, record.lane1, record.lane2, record.lane3].map(price)
        const closed = (record.flags & Flag.closed) !== 0
        const { openTime, seconds } = { openTime: isoOf(record.venueTime), seconds: record.extra }
        const volume = new EventRecord(record.records).at(record.slot + 1)
        const extras = {
          volume: quantity(volume.lane0),
          trades: volume.lane1,
          takerBuyVolume: quantity(volume.lane2),
          quoteVolume: decimalOfFloat(volume.lane3),
        }
        return {
          ...this.#head('bar', of),
          time: isoOf(volume.venueTime),
          openTime,
          seconds,
          open,
          high,
          low,
          close,
          ...extras,
          closed,
        }
      }
      case Kind.mark:
        return {
          ...this.#head('mark', of),
          markPrice: scaled(record.lane0, 8),
          indexPrice: scaled(record.lane1, 8),
          ...(record.lane2 > 0 ? { settlePrice: scaled(record.lane2, 8) } : {}),
        }
      case Kind.funding:
        return this.#funding(of)
      case Kind.status:
        return { ...this.#head('status', of), status: STATUS_NAMES[record.lane0] ?? 'unknown' }
      default:
        return undefined // The volume of a bar is told with its bar.
    }
  }
}

const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
const decimal = (steps: number, grid: Instrument['price']): string => plain(formatOnGrid(steps, grid))
/** The shortest decimal text that names a float: the venue's own digits, up to 15 of them. Never an exponent. */
const decimalOfFloat = (value: number): string => {
  const text = String(value)
  return text.includes('e') ? plain(value.toFixed(value < 1 ? 20 : 0)) : text
}
const scaled = (value: number, decimals: number): string => plain(formatScaled(BigInt(value), decimals))

/**
 * Normalises a stream of lines. `write` gets one JSON text per event, `refuse` every line that was not read; empty lines
 * are passed over.
 *
 * @param snapshotOf see `Normalizer`
 */
export async function normalizeLines(
  venue: MarketVenue,
  lines: AsyncIterable<string>,
  write: (json: string) => void,
  refuse: (refused: RefusedLine) => void,
  instruments?: readonly Instrument[],
  snapshotOf?: string,
): Promise<{ readonly lines: number; readonly events: number; readonly refused: number }> {
  const normalizer = new Normalizer(venue, instruments, snapshotOf)
  const counts = { lines: 0, events: 0, refused: 0 }
  for await (const raw of lines) {
    counts.lines++
    if (raw.trim() === '') continue
    const events = normalizer.message(raw)
    if (typeof events === 'string') {
      counts.refused++
      refuse({ line: counts.lines, reason: events, text: raw.slice(0, 120) })
    } else {
      for (const event of events) write(JSON.stringify(event))
      counts.events += events.length
    }
  }
  return counts
}
