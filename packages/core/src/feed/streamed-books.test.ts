import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type Records } from '../market/event-record.ts'
import { RecordBatch } from '../market/record-batch.ts'
import type { BookAudit } from './book-audit.ts'
import { FrameKind, type MarketCodec } from './market-codec.ts'
import { MarketFeed } from './market-feed.ts'
import { IN_ORDER } from './sequencing.ts'

/** A part of a frame: which book, whether whole, its levels as `price:lots`, and the checksum that comes with it. */
interface Part {
  readonly instrument: number
  readonly kind: number
  readonly levels: readonly [price: number, lots: number][]
  readonly checksum?: number
}

/** A made-up venue that counts its frames, sends several books in one, and a checksum that is the sum of all lots. */
class SumVenue implements MarketCodec {
  readonly buffer = new Uint8Array(0)
  readonly batch = new RecordBatch(16)
  readonly ids = { first: -1, last: -1, previous: -1 }
  instrument = -1
  sequence = -1
  checksum = Number.NaN
  resets = 0
  readonly audit: BookAudit
  readonly #books = [new Map<number, number>(), new Map<number, number>()]
  #parts: Part[] = []

  constructor() {
    this.audit = {
      apply: (instrument, batch, isSnapshot, checksum) => {
        const book = this.#books[instrument]!
        if (isSnapshot) book.clear()
        const record = new EventRecord(batch)
        for (let slot = 0; slot < batch.count; slot++) book.set(record.at(slot).price, record.quantity)
        if (book.size > 2) {
          const farthest = Math.min(...book.keys())
          book.delete(farthest)
          record
            .at(batch.count++)
            .write(Kind.level, Flag.bid | Flag.last, 0, instrument, 0, 0)
            .lanes(farthest, 0, 0, 0)
        }
        return Number.isNaN(checksum) || [...book.values()].reduce((sum, lots) => sum + lots, 0) === checksum
      },
      forget: instrument => this.#books[instrument]!.clear(),
    }
  }

  load(sequence: number, ...parts: Part[]): void {
    this.sequence = sequence
    this.#parts = parts
  }
  decode(): number {
    return this.next()
  }
  next(): number {
    const part = this.#parts.shift()
    this.batch.count = 0
    if (part === undefined) return FrameKind.control
    const record = new EventRecord(this.batch)
    for (const [price, lots] of part.levels)
      record
        .at(this.batch.count++)
        .write(Kind.level, Flag.bid, 0, part.instrument, 0, 0)
        .lanes(price, lots, 0, 0)
    this.instrument = part.instrument
    this.checksum = part.checksum ?? Number.NaN
    return part.kind
  }
  decodeSnapshot(): number {
    return FrameKind.control
  }
  reset(): void {
    this.resets++
  }
}

/** A feed over the made-up venue, with what it publishes as text. */
function feedOf() {
  const venue = new SumVenue()
  const told: string[] = []
  const append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      const { kind, instrument } = record.at(slot)
      const text =
        kind === Kind.clear ? 'clear' : kind === Kind.status ? 'status' : `${record.price}:${record.quantity}`
      told.push(`${instrument} ${text}`)
    }
  }
  const feed = new MarketFeed(venue, IN_ORDER, { append }, 2, 0)
  const take = (sequence: number, ...parts: Part[]): string[] => {
    venue.load(sequence, ...parts)
    feed.frame(0, 0, 0, 0)
    return told.splice(0)
  }
  return { venue, feed, take, told }
}

const { depth, snapshot } = FrameKind
const whole: Part = { instrument: 0, kind: snapshot, levels: [[10, 1]] }

test('several books in one frame are taken one after the other, and their frames counted', () => {
  const { feed, take } = feedOf()
  const other: Part = { instrument: 1, kind: snapshot, levels: [[20, 5]] }
  deepEqual(take(0, whole, other, { instrument: 0, kind: depth, levels: [[9, 2]] }), [
    '0 clear',
    '0 10:1',
    '1 clear',
    '1 20:5',
    '0 9:2',
  ])
  deepEqual([feed.counts.frames[snapshot], feed.counts.frames[depth]], [2, 1])
})

test('R-WS-02 a hole in the count of the connection puts every book of it in doubt; a frame that comes twice does not', () => {
  const { feed, take } = feedOf()
  take(0, whole)
  take(1, { instrument: 1, kind: snapshot, levels: [] })
  deepEqual(take(1, { instrument: 0, kind: depth, levels: [[9, 2]] }), [], 'twice')
  equal(feed.isLive(0), true)
  deepEqual(take(4, { instrument: 0, kind: depth, levels: [[9, 2]] }), ['0 clear', '0 status', '1 clear', '1 status'])
  deepEqual(
    [feed.isLive(0), feed.isLive(1), feed.wantsSnapshot(1), feed.counts.lostFrames, feed.counts.gaps],
    [false, false, true, 2, 1],
  )
  deepEqual(take(5, whole), ['0 clear', '0 10:1'])
  equal(feed.isLive(0), true)
})

test('a count that starts anew is a new connection, told or not', () => {
  const { venue, feed, take } = feedOf()
  take(7, whole)
  take(0, { instrument: 1, kind: snapshot, levels: [] })
  deepEqual([feed.isLive(0), feed.isLive(1), feed.counts.ignored], [false, true, 0])
  feed.disconnected(0)
  equal(venue.resets, 1)
  take(3, whole)
  equal(feed.isLive(0), true, 'after a loss that was told any number may come first')
})

test('R-WS-04 a book that differs from its checksum is given up before anybody sees it', () => {
  const { feed, take } = feedOf()
  take(0, { ...whole, checksum: 1 })
  deepEqual(take(1, { instrument: 0, kind: depth, levels: [[9, 2]], checksum: 3 }), ['0 9:2'])
  deepEqual(take(2, { instrument: 0, kind: depth, levels: [[9, 4]], checksum: 6 }), ['0 clear', '0 status'])
  deepEqual(take(3, { instrument: 0, kind: depth, levels: [[9, 4]], checksum: 6 }), [], 'nothing until a whole book')
  deepEqual(take(4, { ...whole, checksum: 2 }), ['0 clear', '0 status'], 'nor one that is damaged itself')
  deepEqual(take(5, { ...whole, checksum: 1 }), ['0 clear', '0 10:1'])
  deepEqual([feed.counts.checksums, feed.counts.checksumsFailed], [5, 2])
})

test('levels that fall out of the subscribed depth are published as removed', () => {
  const { take } = feedOf()
  take(0, { instrument: 0, kind: snapshot, levels: [[10, 1]] })
  take(1, { instrument: 0, kind: depth, levels: [[9, 1]] })
  deepEqual(take(2, { instrument: 0, kind: depth, levels: [[11, 1]], checksum: 2 }), ['0 11:1', '0 9:0'])
})
