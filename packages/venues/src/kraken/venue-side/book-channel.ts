import { crc32 } from '@velocimex/core/bus/crc32'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels, type SideLevels } from '../../level-changes.ts'
import { encodeUtf8 } from '../../wire/utf8.ts'
import { isoText } from '../iso-text.ts'
import { Digits, type Writable } from './venue-json.ts'
import { lotsText, priceText } from './venue-texts.ts'

/** Levels a side that a checksum covers. */
const COVERED = 10

/** What a client is told of a book: the whole, or what has changed. */
export interface BookChange {
  readonly type: 'snapshot' | 'update'
  readonly bids: SideLevels
  readonly asks: SideLevels
  /** Of the whole book as the client has it then. */
  readonly checksum: number
  /** Microseconds. */
  readonly at: number
}

/**
 * The book of one instrument as one client has it: the best levels to the depth that was asked for. A level that leaves
 * this depth because better ones came gets no message, as the real venue does it; one that comes back is told anew.
 */
export class BookChannel<Message> {
  readonly instrument: Instrument
  readonly depth: number
  readonly #exchange: Exchange
  #sides: Readonly<Record<Side, ReadonlyMap<number, number>>> = { [BUY]: new Map(), [SELL]: new Map() }
  readonly #write: (instrument: Instrument, change: BookChange) => Message
  #isTouched = false

  /** @param write a change in the words of the client's dialect */
  constructor(
    exchange: Exchange,
    instrument: Instrument,
    depth: number,
    write: (instrument: Instrument, change: BookChange) => Message,
  ) {
    this.#exchange = exchange
    this.instrument = instrument
    this.depth = depth
    this.#write = write
  }

  /** Something changed in the book. */
  touch(): void {
    this.#isTouched = true
  }

  /** The whole. @param now microseconds */
  snapshot(now: number): Message {
    const [bids, asks] = [this.#best(BUY), this.#best(SELL)]
    this.#keep(bids, asks)
    return this.#message('snapshot', [bids, asks], bids, asks, now)
  }

  /** What has changed since the last message; undefined when the client has it all. */
  update(now: number): Message | undefined {
    if (!this.#isTouched) return undefined
    const [bids, asks] = [this.#best(BUY), this.#best(SELL)]
    const changed = [this.#changes(BUY, bids), this.#changes(SELL, asks)] as const
    this.#keep(bids, asks)
    if (changed[0].length + changed[1].length === 0) return undefined
    return this.#message('update', changed, bids, asks, now)
  }

  #best(side: Side): SideLevels {
    return bestLevels(this.#exchange, this.instrument.index, side, this.depth)
  }

  #keep(bids: SideLevels, asks: SideLevels): void {
    this.#sides = { [BUY]: new Map(bids), [SELL]: new Map(asks) }
    this.#isTouched = false
  }

  #changes(side: Side, now: SideLevels): SideLevels {
    const before = this.#sides[side]
    const after = new Map(now)
    const { book } = this.#exchange.engine(this.instrument.index)
    const gone = [...before.keys()].filter(price => !after.has(price) && book.lotsAt(side, price) === 0)
    return [...gone.map(price => [price, 0] as const), ...now.filter(([price, lots]) => before.get(price) !== lots)]
  }

  #message(
    type: BookChange['type'],
    [bids, asks]: readonly [SideLevels, SideLevels],
    allBids: SideLevels,
    allAsks: SideLevels,
    at: number,
  ): Message {
    const checksum = checksumOf(this.instrument, allBids, allAsks)
    return this.#write(this.instrument, { type, bids, asks, checksum, at })
  }
}

/** A change of a book in the words of v2. */
export function bookMessage(instrument: Instrument, { type, bids, asks, checksum, at }: BookChange): Writable {
  const rows = (levels: SideLevels): Writable =>
    levels.map(([price, lots]) => ({
      price: new Digits(priceText(instrument, price)),
      qty: new Digits(lotsText(instrument, lots)),
    }))
  const book = { symbol: instrument.symbol, bids: rows(bids), asks: rows(asks), checksum, timestamp: isoText(at) }
  return { channel: 'book', type, data: [book] }
}

/** CRC-32 of the digits of the ten best asks and bids, without points and leading zeros. */
export function checksumOf(instrument: Instrument, bids: SideLevels, asks: SideLevels): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')
  const texts = [...asks.slice(0, COVERED), ...bids.slice(0, COVERED)].map(
    ([price, lots]) => digits(priceText(instrument, price)) + digits(lotsText(instrument, lots)),
  )
  const bytes = encodeUtf8(texts.join(''))
  return crc32(bytes, 0, bytes.length)
}
