import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, type Records } from '../market/event-record.ts'
import { RecordBatch } from '../market/record-batch.ts'
import type { BookAudit } from './book-audit.ts'
import { FeedSession, Step } from './feed-session.ts'
import { FrameKind, type MarketCodec } from './market-codec.ts'
import { MarketFeed } from './market-feed.ts'
import {
  BINANCE_SPOT,
  BINANCE_USDM,
  CONSECUTIVE,
  IN_ORDER,
  LINKED,
  LINKED_ALIVE,
  type SequencingRule,
} from './sequencing.ts'

/** One step of a session as text: `U-u` or `U-u/pu` is a frame of changes, `=n` a snapshot, `!` a lost connection. */
const stories: [SequencingRule, string][] = [
  [
    BINANCE_SPOT,
    '5-7 buffer; =6; 5-7 apply; 8-8 apply; 8-8 ignore; 9-12 apply; 14-15 resync; 16-16 buffer; =16; 17-17 apply',
  ],
  [BINANCE_SPOT, '=10; 9-10 ignore; 11-13 apply; 12-15 apply; 1-2 ignore; 17-17 resync'],
  [BINANCE_SPOT, '=10; 12-13 resync; !; 14-14 buffer'],
  [BINANCE_USDM, '90-95/80 buffer; =100; 90-95/80 ignore; 98-104/95 apply; 110-120/104 apply; 130-140/121 resync'],
  [BINANCE_USDM, '=100; 101-104/100 apply; 98-99/97 ignore; 98-110/95 resync'],
  [BINANCE_USDM, '=100; 105-109/103 resync; 110-111/109 buffer'],
  [CONSECUTIVE, '4-4 ignore; =5; 6-6 apply; 6-6 ignore; 7-7 apply; 9-9 resync; 10-10 ignore; =1; 2-2 apply'],
  // The chain that OKX documents: snapshot, change, keep-alive, numbers that start anew, change; then a repeat and a hole.
  [LINKED_ALIVE, '=10; 15-15/10 apply; 15-15/15 apply; 3-3/15 apply; 5-5/3 apply; 5-5/3 ignore; 9-9/7 resync'],
  [LINKED, '=10; 12-12/10 apply; 12-12/10 ignore; 4-4/2 resync; 5-5/4 ignore; =5; 6-6/5 apply'],
  [LINKED, '=10; 10-10/9 ignore; 11-11/10 apply'],
  [IN_ORDER, '1-1 ignore; =0; 1-1 apply; 1-1 apply; !; 2-2 ignore'],
]
for (const [rule, story] of stories)
  test(`R-WS-05 a whole book before, between and behind changes: ${rule.name}: ${story}`, () => {
    const session = new FeedSession(rule)
    for (const step of story.split(';').map(part => part.trim())) {
      if (step === '!') session.lost()
      else if (step.startsWith('=')) session.snapshot(Number(step.slice(1)), 0)
      else {
        const [, first, last, previous = '-1', word] = /^(\d+)-(\d+)(?:\/(\d+))? (\w+)$/.exec(step)!
        const done = session.change({ first: Number(first), last: Number(last), previous: Number(previous) }, 0)
        equal(done, Step[word as keyof typeof Step], step)
        if (done === Step.resync) equal(session.isLive, false)
      }
    }
  })

test('numbers that start anew are not ignored for ever', () => {
  const session = new FeedSession({ ...BINANCE_SPOT, oldInARowMax: 3 })
  session.snapshot(1000, 0)
  deepEqual(
    [1, 2, 3, 4].map(id => session.change({ first: id, last: id, previous: -1 }, 0)),
    [2, 2, 2, Step.resync],
  )
})

test('a live book that is silent for too long is stale', () => {
  const session = new FeedSession({ ...BINANCE_SPOT, staleAfter: 100 })
  equal(session.isStale(1000), false)
  session.snapshot(1, 1000)
  equal(session.isStale(1100), false)
  equal(session.isStale(1101), true)
})

/** A change of one level, as the made-up venue sends it. */
interface Change {
  readonly id: number
  readonly bid: boolean
  readonly price: number
  readonly lots: number
}
/** A frame on the made-up wire: changes, or a whole book. */
interface Wire {
  readonly first: number
  readonly last: number
  readonly previous: number
  readonly snapshot: boolean
  readonly changes: readonly Change[]
}

/** A codec whose "bytes" are an index into a list of frames: sequencing is under test here, not decoding. */
class ListCodec implements MarketCodec {
  sequence?: number
  checksum?: number
  audit?: BookAudit
  readonly buffer = new Uint8Array(0)
  readonly batch = new RecordBatch(1024)
  readonly instrument = 0
  readonly ids = { first: -1, last: -1, previous: -1 }
  readonly #wire: readonly Wire[]
  readonly #record = new EventRecord(this.batch)
  constructor(wire: readonly Wire[]) {
    this.#wire = wire
  }
  decode(from: number): number {
    const frame = this.#wire[from]!
    Object.assign(this.ids, { first: frame.first, last: frame.last, previous: frame.previous })
    this.batch.count = 0
    for (const change of frame.changes) {
      const flags = (change.bid ? Flag.bid : 0) | (frame.snapshot ? Flag.snapshot : 0)
      this.#record
        .at(this.batch.count++)
        .write(Kind.level, flags, 0, 0, 0, 0)
        .lanes(change.price, change.lots, frame.last, 0)
    }
    return frame.snapshot ? FrameKind.snapshot : FrameKind.depth
  }
  decodeSnapshot(from: number): number {
    return this.decode(from)
  }
}

/** Bids and asks as text, from a plain map of levels. */
const show = (levels: ReadonlyMap<string, number>): string[] =>
  [...levels].map(([key, lots]) => `${key}=${lots}`).sort()

/** The made-up venue: its true book after every change, and the frames that tell of it under a rule. */
function truth(rule: SequencingRule, sizes: readonly number[], seeds: readonly number[]) {
  const book = new Map<string, number>()
  const states = new Map<number, string[]>([[0, []]])
  const frames: Wire[] = []
  let id = 0
  let previous = 0
  for (const [at, size] of sizes.entries()) {
    const changes: Change[] = []
    const first = id + 1
    for (let change = 0; change < size; change++) {
      const seed = seeds[(at * 7 + change) % seeds.length]! + at
      // USD-M numbers have holes; the other rules number every change or every frame.
      if (rule.connects !== 'next' || change === 0)
        id += rule.connects === 'previous' || rule.connects === 'linked' ? 1 + (seed % 3) : 1
      const bid = seed % 2 === 0
      const level = { id, bid, price: bid ? 90 + (seed % 10) : 100 + (seed % 10), lots: seed % 4 }
      changes.push(level)
      const key = `${bid ? 'b' : 'a'}${level.price}`
      if (level.lots === 0) book.delete(key)
      else book.set(key, level.lots)
    }
    frames.push({ first: rule.connects === 'next' ? id : first, last: id, previous, snapshot: false, changes })
    states.set(id, show(book))
    previous = id
  }
  const snapshotAt = (frame: number): Wire => {
    const last = frame < 0 ? 0 : frames[frame]!.last
    const changes = states.get(last)!.map(text => {
      const [, side, price, lots] = /^(.)(\d+)=(\d+)$/.exec(text)!
      return { id: last, bid: side === 'b', price: Number(price), lots: Number(lots) }
    })
    return { first: -1, last, previous: -1, snapshot: true, changes }
  }
  return { frames, states, snapshotAt }
}

const fate = fc.record({
  kind: fc.constantFrom('pass', 'pass', 'pass', 'pass', 'lose', 'twice', 'delay', 'snapshot', 'disconnect'),
  back: fc.nat(6),
})

for (const rule of [BINANCE_SPOT, BINANCE_USDM, CONSECUTIVE, LINKED])
  test(`P-02 ${rule.name}: loss, repeats, delays and old snapshots give the true book or a book that says it is not`, () => {
    let checked = 0
    const property = fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 40, size: 'max' }),
      fc.array(fc.nat(1000), { minLength: 3, maxLength: 20, size: 'max' }),
      fc.array(fate, { minLength: 5, maxLength: 40, size: 'max' }),
      (sizes, seeds, fates) => {
        const venue = truth(rule, sizes, seeds)
        const wire: Wire[] = []
        const order: (number | 'disconnect')[] = []
        const put = (frame: Wire): void => {
          order.push(wire.push(frame) - 1)
        }
        let late: Wire | undefined
        for (const [at, frame] of venue.frames.entries()) {
          const { kind, back } = fates[at % fates.length]!
          if (kind === 'delay' && late === undefined) {
            late = frame
            continue
          }
          if (kind !== 'lose') put(frame)
          if (kind === 'twice') put(frame)
          if (kind === 'snapshot') put(venue.snapshotAt(at - back))
          if (kind === 'disconnect') order.push('disconnect')
          if (late !== undefined) put(late)
          late = undefined
        }
        const book = new PlainBook()
        let live = false
        const sink: RecordSink = {
          append(records: Records, from: number, to: number) {
            const record = new EventRecord(records)
            for (let slot = from; slot < to; slot++) {
              book.apply(record.at(slot))
              if (record.kind === Kind.clear) live = record.isSnapshot
            }
          },
        }
        const feed = new MarketFeed(new ListCodec(wire), rule, sink, 1, 0)
        for (const step of order) {
          if (step === 'disconnect') feed.disconnected(0)
          else feed.frame(step, step, 0, 0)
          equal(live, feed.isLive(0), 'consumers know what the session knows')
          if (!live) {
            equal(book.levels.size, 0, 'a book that is not live is empty')
            continue
          }
          checked++
          deepEqual(show(book.levels), venue.states.get(book.updateId), `book at ${book.updateId}`)
        }
      },
    )
    fc.assert(property, { numRuns: 600 })
    ok(checked > 1000, 'the property met live books')
  })

/** The least that a consumer keeps: levels by side and price. */
class PlainBook {
  readonly levels = new Map<string, number>()
  updateId = 0

  apply(record: EventRecord): void {
    if (record.kind === Kind.clear) {
      this.levels.clear()
      this.updateId = record.lane0
    } else if (record.kind === Kind.level) {
      const key = `${record.isBid ? 'b' : 'a'}${record.price}`
      if (record.quantity === 0) this.levels.delete(key)
      else this.levels.set(key, record.quantity)
      this.updateId = record.lane2
    }
  }
}
