import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { LINKED_ALIVE } from '@velocimex/core/feed/sequencing'
import { Kind } from '@velocimex/core/market/event-kind'
import type { RecordSink } from '@velocimex/core/market/event-record'
import fc from 'fast-check'
import { trialOf } from './codec-trial.conformance.ts'

type Row = readonly [price: string, quantity: string]

/** A feed over one codec, which is told frames and answers what became of the book. */
class Feed {
  readonly kinds: number[] = []
  readonly feed: MarketFeed
  readonly #codec = trialOf().codec

  constructor() {
    const sink: RecordSink = {
      append: (records, from) => {
        this.kinds.push(records.i32[from * 16]! & 0xff)
      },
    }
    this.feed = new MarketFeed(this.#codec, LINKED_ALIVE, sink, 5, 0)
  }

  /** @returns whether the book of BTC-USDT is live */
  push(action: string, asks: readonly Row[], bids: readonly Row[], fields: string): boolean {
    const rows = (side: readonly Row[]): string => JSON.stringify(side.map(row => [...row, '0', '1']))
    const book = `{"asks":${rows(asks)},"bids":${rows(bids)},"ts":"1",${fields}}`
    const text = `{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"${action}","data":[${book}]}`
    const length = Buffer.from(this.#codec.buffer.buffer).write(text)
    ok(this.feed.frame(0, length, 1, 0) >= 0, text)
    return this.feed.isLive(0)
  }
}

const crc = (text: string): number => crc32(text) | 0

test('the checksum of the documents: two levels a side, and one bid beside three asks', () => {
  const two = crc('3366.1:7:3366.8:9:3366:6:3368:8')
  equal(two, -1881014294)
  const bids: Row[] = [
    ['3366.1', '7'],
    ['3366', '6'],
  ]
  const asks: Row[] = [
    ['3366.8', '9'],
    ['3368', '8'],
  ]
  const feed = new Feed()
  ok(feed.push('snapshot', asks, bids, `"checksum":${two}`))
  // The second bid goes, a third ask comes.
  ok(feed.push('update', [['3372', '8']], [['3366', '0']], '"checksum":831078360'))
  deepEqual([feed.feed.counts.checksums, feed.feed.counts.checksumsFailed], [2, 0])
})

test('the digits count as they were sent: 8476.90 is not 8476.9', () => {
  const sum = crc('8476.90:1.50:8477:1')
  ok(new Feed().push('snapshot', [['8477', '1']], [['8476.90', '1.50']], `"checksum":${sum}`))
  ok(!new Feed().push('snapshot', [['8477', '1']], [['8476.9', '1.5']], `"checksum":${sum}`))
})

test('R-WS-02 a book that differs from its checksum is given up at once, and lives again with the next snapshot', () => {
  const feed = new Feed()
  const first = crc('1:1:2:1')
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], `"checksum":${first}`))
  feed.kinds.length = 0
  ok(!feed.push('update', [['2', '3']], [], `"checksum":${first}`))
  deepEqual(feed.kinds, [Kind.clear, Kind.status], 'nothing of the change is published')
  equal(feed.feed.counts.checksumsFailed, 1)
  ok(!feed.push('update', [['2', '1']], [], `"checksum":${first}`), 'changes alone do not mend it')
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], `"checksum":${first}`))
})

test('a checksum of 0 is none: since 2026 the numbers alone prove the book', () => {
  const feed = new Feed()
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], '"checksum":0,"seqId":10,"prevSeqId":-1'))
  ok(feed.push('update', [['2', '2']], [], '"checksum":0,"seqId":15,"prevSeqId":10'))
  ok(feed.push('update', [], [], '"checksum":0,"seqId":15,"prevSeqId":15'), 'keep-alive')
  ok(feed.push('update', [['3', '2']], [], '"checksum":0,"seqId":3,"prevSeqId":15'), 'numbers anew after maintenance')
  ok(feed.push('update', [['3', '1']], [], '"seqId":5,"prevSeqId":3'))
  equal(feed.feed.counts.checksums, 0)
  ok(!feed.push('update', [['3', '1']], [], '"seqId":9,"prevSeqId":7'), 'R-WS-02 a hole')
  equal(feed.feed.counts.gaps, 1)
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], '"seqId":12,"prevSeqId":-1'))
})

test('a checksum on a change whose snapshot had none is not compared: nothing was kept', () => {
  const feed = new Feed()
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], '"seqId":1,"prevSeqId":-1'))
  ok(feed.push('update', [['2', '2']], [], '"checksum":12345,"seqId":2,"prevSeqId":1'))
  equal(feed.feed.counts.checksums, 0)
})

test('digits too long to be kept are no reason to believe the book', () => {
  const long = `1.${'0'.repeat(80)}`
  ok(!new Feed().push('snapshot', [['2', '1']], [[long, '1']], `"checksum":${crc(`${long}:1:2:1`)}`))
})

test('a silent book is given up after two minutes: the venue keeps it alive every minute', () => {
  const feed = new Feed()
  ok(feed.push('snapshot', [['2', '1']], [['1', '1']], '"seqId":1,"prevSeqId":-1'))
  feed.feed.tick(120_000_001)
  ok(feed.feed.isLive(0))
  feed.feed.tick(120_000_002)
  ok(!feed.feed.isLive(0))
})

test('books of any changes have the checksum of their twin, two maps that are sorted anew', () => {
  const change = fc.record({
    isBid: fc.boolean(),
    price: fc.integer({ min: 1, max: 700 }),
    lots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 99 })),
    zeros: fc.nat(2),
  })
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { minLength: 1, maxLength: 40, size: 'max' }), { maxLength: 60, size: 'max' }),
      frames => {
        const feed = new Feed()
        const sides = [new Map<number, Row>(), new Map<number, Row>()] as const
        for (const [at, changes] of frames.entries()) {
          const rows: [Row[], Row[]] = [[], []]
          for (const { isBid, price, lots, zeros } of changes) {
            const side = isBid ? 0 : 1
            const row: Row = [zeros === 0 ? `${price}` : `${price}.${'0'.repeat(zeros)}`, `${lots}`]
            rows[side].push(row)
            if (lots === 0) sides[side].delete(price)
            else sides[side].set(price, row)
          }
          const sorted = sides.map((side, which) =>
            [...side]
              .sort(([one], [other]) => (which === 0 ? other - one : one - other))
              .map(([, row]) => row.join(':')),
          )
          const turns = Array.from({ length: 25 }, (_, rank) => sorted.map(side => side[rank])).flat()
          const sum = crc(turns.filter(text => text !== undefined).join(':'))
          if (sum === 0) return
          ok(feed.push(at === 0 ? 'snapshot' : 'update', rows[1], rows[0], `"checksum":${sum}`))
        }
      },
    ),
    { numRuns: 200 },
  )
})
