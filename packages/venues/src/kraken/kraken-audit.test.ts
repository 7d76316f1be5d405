import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import fc from 'fast-check'
import { PAIRS } from './codec-trial.conformance.ts'
import { kraken } from './kraken-venue.ts'

/** A feed over the codec, with the levels that it publishes as `price:lots` in the order of the frames. */
function feedOf() {
  const codec = kraken.makeCodec(PAIRS, 1 << 20, 8192, 0)
  const told: string[] = []
  const record = { append: (_: Records, __: number, ___: number): void => {} }
  record.append = (records, from, to) => {
    const each = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      const { kind, isBid, price, quantity, isLast } = each.at(slot)
      if (kind === Kind.level) told.push(`${isBid ? 'b' : 'a'}${price}:${quantity}${isLast ? '.' : ''}`)
      else told.push(kind === Kind.clear ? 'clear' : 'status')
    }
  }
  const feed = new MarketFeed(codec, kraken.sequencing, record, PAIRS.all.length, 0)
  const take = (frame: string): string[] => {
    const bytes = Buffer.from(frame)
    codec.buffer.set(bytes)
    ok(feed.frame(0, bytes.length, 1, 0) >= 0, frame)
    return told.splice(0)
  }
  return { codec, feed, take }
}

type Level = readonly [price: string, quantity: string]
const rows = (levels: readonly Level[]): string => levels.map(([p, q]) => `{"price":${p},"qty":${q}}`).join()
const frame = (type: string, bids: readonly Level[], asks: readonly Level[], checksum: number): string =>
  `{"channel":"book","type":"${type}","data":[{"symbol":"BTC/USD","bids":[${rows(bids)}],"asks":[${rows(asks)}],"checksum":${checksum},"timestamp":"2023-10-06T17:35:55.440295Z"}]}`
const reply = (depth: number): string =>
  `{"method":"subscribe","result":{"channel":"book","depth":${depth},"snapshot":true,"symbol":"BTC/USD"},"success":true}`

const DOCUMENTED = {
  bids: '45283.5/0.10000000, 45283.4/1.54582015, 45282.1/0.10000000, 45281.0/0.10000000, 45280.3/1.54592586, 45279.0/0.07990000, 45277.6/0.03310103, 45277.5/0.30000000, 45277.3/1.54602737, 45276.6/0.15445238',
  asks: '45285.2/0.00100000, 45286.4/1.54571953, 45286.6/1.54571109, 45289.6/1.54560911, 45290.2/0.15890660, 45291.8/1.54553491, 45294.7/0.04454749, 45296.1/0.35380000, 45297.5/0.09945542, 45299.5/0.18772827',
}
const levelsOf = (text: string): Level[] => text.split(', ').map(each => each.split('/') as unknown as Level)

test('R-WS-04 the checksum of the documented book, and of what follows from it, with the level that is cut away', () => {
  const { feed, take } = feedOf()
  take(reply(10))
  const published = take(frame('snapshot', levelsOf(DOCUMENTED.bids), levelsOf(DOCUMENTED.asks), 3310070434))
  equal(published.length, 21)
  deepEqual(take(frame('update', [['45283.4', '0.00000000']], [], 1370792253)), ['b452834:0.'])
  deepEqual(take(frame('update', [['45283.6', '0.00012345']], [], 3915208541)), ['b452836:12345.'])
  deepEqual(take(frame('update', [['45283.7', '2.00000000']], [], 414178908)), ['b452837:200000000', 'b452766:0.'])
  deepEqual([feed.counts.checksums, feed.counts.checksumsFailed], [4, 0])
})

test('R-WS-04 a book whose checksum differs is given up until the next whole one', () => {
  const { feed, take } = feedOf()
  const whole = frame('snapshot', levelsOf(DOCUMENTED.bids), levelsOf(DOCUMENTED.asks), 3310070434)
  take(whole)
  deepEqual(take(frame('update', [['45283.4', '0.00000000']], [], 1370792254)), ['clear', 'status'])
  equal(feed.isLive(0), false)
  deepEqual(take(frame('update', [['45283.6', '0.00012345']], [], 3915208541)), [])
  take(whole)
  equal(feed.isLive(0), true)
})

test('trailing zeros count: the same numbers in other digits have another checksum', () => {
  const { feed, take } = feedOf()
  const bids = levelsOf(DOCUMENTED.bids).map(([p, q]) => [p, q.replace(/0+$/, '')] as const)
  deepEqual(take(frame('snapshot', bids, levelsOf(DOCUMENTED.asks), 3310070434)), ['clear', 'status'])
  equal(feed.counts.checksumsFailed, 1)
})

test('without a reply the depth is the smallest on offer that holds the snapshot; a lost connection forgets replies', () => {
  const { codec, feed, take } = feedOf()
  const checksumOf = (bids: readonly Level[]): number =>
    crc32(
      bids
        .slice(0, 10)
        .map(([p, q]) => (p + q).replaceAll('.', '').replace(/^0+/, ''))
        .join(''),
    )
  const bids = Array.from({ length: 25 }, (_, at): Level => [`${200 - at}.0`, '1.0'])
  take(reply(100))
  feed.disconnected(0)
  take(frame('snapshot', bids, [], checksumOf(bids)))
  const more: Level = ['300.0', '1.0']
  deepEqual(take(frame('update', [more], [], checksumOf([more, ...bids]))), ['b3000:100000000', 'b1760:0.'])
  equal(codec.audit !== undefined, true)
})

test('the depth is that of the reply, whatever the snapshot holds', () => {
  const { take } = feedOf()
  const checksumOf = (bids: readonly Level[]): number =>
    crc32(
      bids
        .slice(0, 10)
        .map(([p, q]) => (p + q).replaceAll('.', '').replace(/^0+/, ''))
        .join(''),
    )
  const bids = Array.from({ length: 10 }, (_, at): Level => [`${200 - at}.0`, '1.0'])
  take(reply(25))
  take(frame('snapshot', bids, [], checksumOf(bids)))
  const better: Level = ['300.0', '1.0']
  deepEqual(take(frame('update', [better], [], checksumOf([better, ...bids]))), ['b3000:100000000.'])
})

/** The obvious twin of the audit: maps, sorting, texts. */
class Twin {
  readonly sides = [new Map<string, string>(), new Map<string, string>()]
  readonly depth: number
  constructor(depth: number) {
    this.depth = depth
  }
  apply(bids: readonly Level[], asks: readonly Level[]): { checksum: number; dropped: string[] } {
    const dropped: string[] = []
    for (const [side, levels] of [bids, asks].entries()) {
      const map = this.sides[side]!
      for (const [price, quantity] of levels)
        if (Number(quantity) === 0) map.delete(price)
        else map.set(price, quantity)
      for (const [price] of this.sorted(side).slice(this.depth)) {
        map.delete(price)
        dropped.push(`${side === 0 ? 'b' : 'a'}${Math.round(Number(price) * 10)}`)
      }
    }
    const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')
    const best = [1, 0].flatMap(side => this.sorted(side).slice(0, 10))
    return { checksum: crc32(best.map(([p, q]) => digits(p) + digits(q)).join('')), dropped }
  }
  sorted(side: number): [string, string][] {
    const sign = side === 0 ? -1 : 1
    return [...this.sides[side]!].sort(([one], [other]) => sign * (Number(one) - Number(other)))
  }
}

test('R-WS-03 R-WS-04 any changes: checksums and cuts are those of the obvious twin', () => {
  const level = fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 1e9 }))
    .map(([price, kind, lots]): Level => [`${price}.0`, kind === 0 ? '0.00000000' : (lots / 1e8).toFixed(8)])
  const message = fc.tuple(fc.array(level, { maxLength: 6 }), fc.array(level, { maxLength: 6 }))
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 60, size: 'max' }), messages => {
      const { feed, take } = feedOf()
      const twin = new Twin(10)
      take(reply(10))
      take(frame('snapshot', [], [], 0))
      for (const [bids, asks] of messages) {
        const { checksum, dropped } = twin.apply(bids, asks)
        const told = take(frame('update', bids, asks, checksum))
        const cut = told.slice(bids.length + asks.length).map(text => text.split(':')[0])
        deepEqual(cut.sort(), dropped.sort())
        equal(told.filter(text => text.endsWith('.')).length, told.length > 0 ? 1 : 0)
      }
      equal(feed.counts.checksumsFailed, 0)
    }),
    { numRuns: 200 },
  )
})

test('R-WS-04 books of many levels, whole in any order and then changed: checksums and cuts are those of the obvious twin', () => {
  const price = fc.integer({ min: 1, max: 400 })
  const level = fc
    .tuple(price, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 1e9 }))
    .map(([at, kind, lots]): Level => [`${at}.0`, kind === 0 ? '0.00000000' : (lots / 1e8).toFixed(8)])
  const levels = (maxLength: number) => fc.array(level, { maxLength, size: 'max' })
  const order = fc.constantFrom('best first', 'worst first', 'any')
  const sorted = (side: number, rows: readonly Level[], by: string): Level[] => {
    if (by === 'any') return [...rows]
    const sign = (side === 0 ? -1 : 1) * (by === 'best first' ? 1 : -1)
    return [...new Map(rows)].sort(([one], [other]) => sign * (Number(one) - Number(other)))
  }
  const message = fc.tuple(levels(6), levels(6))
  fc.assert(
    fc.property(
      levels(120),
      levels(120),
      order,
      fc.array(message, { maxLength: 20, size: 'max' }),
      (bids, asks, by, more) => {
        const { feed, take } = feedOf()
        take(reply(100))
        const twin = new Twin(100)
        const whole = [sorted(0, bids, by), sorted(1, asks, by)] as const
        take(frame('snapshot', whole[0], whole[1], twin.apply(...whole).checksum))
        for (const [changedBids, changedAsks] of more)
          take(frame('update', changedBids, changedAsks, twin.apply(changedBids, changedAsks).checksum))
        equal(feed.counts.checksumsFailed, 0)
      },
    ),
    { numRuns: 100 },
  )
})

test('of a price that a whole book tells twice the later quantity counts', () => {
  const { feed, take } = feedOf()
  const bids: Level[] = [
    ['5.0', '1.0'],
    ['5.0', '2.0'],
    ['4.0', '1.0'],
  ]
  take(frame('snapshot', bids, [], new Twin(10).apply(bids, []).checksum))
  deepEqual([feed.counts.checksums, feed.counts.checksumsFailed], [1, 0])
})

test('several books in one frame come one after the other, and are refused together', () => {
  const { codec, feed, take } = feedOf()
  const two = (first: string): string =>
    `{"channel":"book","type":"snapshot","data":[{"symbol":"${first}","bids":[{"price":1.0,"qty":1.0}],"asks":[],"checksum":${crc32('1010')}},{"symbol":"ETH/USD","bids":[],"asks":[{"price":2.50,"qty":0.0250}],"checksum":${crc32('250250')}}]}`
  deepEqual(take(two('BTC/USD')), ['clear', 'b10:100000000.', 'clear', 'a50:10.'])
  deepEqual([feed.isLive(0), feed.isLive(1)], [true, true])
  const bytes = Buffer.from(two('XXX/USD'))
  codec.buffer.set(bytes)
  ok(codec.decode(0, bytes.length, 0, 0) < 0)
  equal(codec.next!(), FrameKind.control)
})

test('a status of the exchange is told of each book that the connection carries', () => {
  const { take } = feedOf()
  const status = (system: string): string =>
    `{"channel":"status","type":"update","data":[{"system":"${system}","connection_id":13834774380200032777}]}`
  deepEqual(take(status('online')), [])
  take(frame('snapshot', [], [], 0))
  deepEqual(take(status('maintenance')), ['status'])
  deepEqual(take('{"event":"systemStatus","status":"online"}'), ['status'])
})
