import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { Level3Book } from '@velocimex/core/book/level3-book'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { KIND_NAMES, Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, type Records } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import fc from 'fast-check'
import { recordings } from '../market-codec.conformance.ts'
import { PAIRS, trialOf } from './codec-trial.conformance.ts'
import { kraken } from './kraken-venue.ts'

/** An order as the twin keeps it. */
interface Order {
  readonly id: string
  price: number
  lots: number
}

/** The obvious twin: two lists of orders in the order of their places, and texts. Prices are whole numbers of 0.1. */
class Twin {
  readonly sides: Order[][] = [[], []]
  readonly depth: number
  constructor(depth: number) {
    this.depth = depth
  }

  /** Cuts both sides to the depth. @returns ids of what fell out */
  cut(): string[] {
    return [0, 1].flatMap(side => {
      const kept = this.prices(side).slice(0, this.depth)
      const gone = this.sides[side]!.filter(({ price }) => !kept.includes(price))
      this.sides[side] = this.sides[side]!.filter(({ price }) => kept.includes(price))
      return gone.map(({ id }) => id)
    })
  }

  prices(side: number): number[] {
    const sign = side === 0 ? -1 : 1
    return [...new Set(this.sides[side]!.map(({ price }) => price))].sort((one, other) => sign * (one - other))
  }

  get checksum(): number {
    const digits = [1, 0].flatMap(side =>
      this.prices(side)
        .slice(0, 10)
        .flatMap(price => this.sides[side]!.filter(order => order.price === price))
        .map(({ price, lots }) => `${price}${lots}`),
    )
    return crc32(digits.join(''))
  }
}

const TIME = '"timestamp":"2024-01-15T12:00:00.000000Z"'
const orderText = ({ id, price, lots }: Order, event?: string): string =>
  `{${event === undefined ? '' : `"event":"${event}",`}"order_id":"${id}","limit_price":${(price / 10).toFixed(1)},"order_qty":${(lots / 1e8).toFixed(8)},${TIME}}`
const frameText = (type: string, bids: readonly string[], asks: readonly string[], checksum: number): string =>
  `{"channel":"level3","type":"${type}","data":[{"symbol":"BTC/USD","checksum":${checksum},"bids":[${bids}],"asks":[${asks}],${TIME}}]}`

/** A feed that keeps an L3 book of what it publishes, and the kinds of the records of the last frame. */
function feedOf() {
  const codec = kraken.makeCodec(PAIRS, 1 << 20, 8192, 0)
  const book = new Level3Book({ orders: 4096 })
  const kinds: string[] = []
  const append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      const { kind, isLast } = record.at(slot)
      if (kind !== Kind.clear) kinds.push(`${KIND_NAMES[kind]}${isLast ? '.' : ''}`)
      ok(book.apply(record), `${KIND_NAMES[kind]} ${book.refusal}`)
    }
  }
  const feed = new MarketFeed(codec, kraken.sequencing, { append }, PAIRS.all.length, 0)
  const take = (text: string): string[] => {
    const bytes = Buffer.from(text)
    codec.buffer.set(bytes)
    ok(feed.frame(0, bytes.length, 1, 0) >= 0, text)
    return kinds.splice(0)
  }
  return { feed, book, take }
}

test('R-WS-04 books of orders: changes keep their place or lose it, what lies beyond the depth is deleted', () => {
  const { feed, book, take } = feedOf()
  const twin = new Twin(10)
  take('{"method":"subscribe","result":{"channel":"level3","depth":10,"symbol":"BTC/USD"},"success":true}')
  twin.sides[0] = Array.from({ length: 10 }, (_, at) => ({ id: `b${at}`, price: 4200 - at, lots: 100 }))
  twin.sides[0].splice(1, 0, { id: 'second', price: 4200, lots: 50 })
  equal(
    take(
      frameText(
        'snapshot',
        twin.sides[0].map(order => orderText(order)),
        [],
        twin.checksum,
      ),
    ).length,
    11,
  )
  const [first] = twin.sides[0]
  first!.lots = 60
  deepEqual(take(frameText('update', [orderText(first!, 'modify')], [], twin.checksum)), ['order-reduce.'])
  twin.sides[0] = [...twin.sides[0].slice(1), { ...first!, lots: 90 }]
  deepEqual(take(frameText('update', [orderText({ ...first!, lots: 90 }, 'modify')], [], twin.checksum)), [
    'order-replace.',
  ])
  const better = { id: 'new', price: 4300, lots: 7 }
  twin.sides[0].push(better)
  deepEqual(twin.cut(), ['b9'])
  deepEqual(take(frameText('update', [orderText(better, 'add')], [], twin.checksum)), ['order-add', 'order-delete.'])
  twin.sides[0].pop()
  deepEqual(take(frameText('update', [orderText({ ...better, lots: 0 }, 'delete')], [], twin.checksum)), [
    'order-delete.',
  ])
  deepEqual([feed.counts.checksumsFailed, feed.isLive(0), book.best(BUY), book.count], [0, true, 4200, 10])
  take(frameText('update', [orderText({ id: 'unknown', price: 4200, lots: 1 }, 'modify')], [], twin.checksum))
  equal(feed.isLive(0), false, "a change of an order that is not there: the book is not the venue's")
})

test('R-WS-04 any orders: checksums and cuts are those of the obvious twin', () => {
  const change = fc.record({
    side: fc.nat(1),
    price: fc.integer({ min: 1, max: 25 }),
    lots: fc.integer({ min: 1, max: 9 }),
    pick: fc.nat(),
    what: fc.constantFrom('add', 'add', 'modify', 'delete'),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 20, maxLength: 120, size: 'max' }), changes => {
      const { feed, book, take } = feedOf()
      const twin = new Twin(10)
      let made = 0
      take('{"method":"subscribe","result":{"channel":"level3","depth":10,"symbol":"BTC/USD"},"success":true}')
      take(frameText('snapshot', [], [], 0))
      for (const { side, price, lots, pick, what } of changes) {
        const orders = twin.sides[side]!
        const chosen = orders[pick % Math.max(1, orders.length)]
        const event = chosen === undefined ? 'add' : what
        const order =
          event === 'add'
            ? { id: `o${++made}`, price, lots }
            : { id: chosen!.id, price: event === 'modify' ? price : chosen!.price, lots: event === 'modify' ? lots : 0 }
        const staysBehind = event === 'modify' && order.price === chosen!.price && order.lots < chosen!.lots
        if (staysBehind) chosen!.lots = order.lots
        else {
          twin.sides[side] = orders.filter(({ id }) => id !== order.id)
          if (event !== 'delete') twin.sides[side]!.push(order)
        }
        twin.cut()
        const text = [orderText(order, event)]
        take(frameText('update', side === 0 ? text : [], side === 1 ? text : [], twin.checksum))
      }
      equal(feed.counts.checksumsFailed, 0)
      equal(book.count, twin.sides[0]!.length + twin.sides[1]!.length)
      for (const [side, of] of [BUY, SELL].entries())
        equal(Number.isFinite(book.best(of)) ? book.best(of) : undefined, twin.prices(side)[0])
    }),
    { numRuns: 150 },
  )
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const at = (seconds: number): number => 1_705_320_000_000_000 + seconds * 1e6
const FIXTURES: Readonly<Record<string, readonly unknown[]>> = {
  ws_l3_snapshot: [
    ['order-add', 'bid', at(-2), 420_005, 50_000_000],
    ['order-add', 'bid', at(-1), 420_005, 120_000_000],
    ['order-add', 'bid', at(-0.5), 419_990, 30_000_000],
    ['order-add', '', at(-3), 420_010, 80_000_000],
    ['order-add', 'last', at(-1.5), 420_020, 200_000_000],
  ],
  ws_l3_update_add: [['order-add', 'last bid', at(1), 420_000, 10_000_000]],
  ws_l3_update_delete: [['order-delete', 'last', at(4), 0, 0]],
  ws_l3_update_modify_price: [['order-replace', 'last bid', at(3), 419_980, 50_000_000]],
  ws_l3_update_modify_qty: [['order-replace', 'last', at(2), 420_010, 50_000_000]],
}
for (const [name, expected] of Object.entries(FIXTURES))
  test(`the example ${name}.json`, { skip }, () => {
    const trial = trialOf()
    const frame = readFileSync(new URL(`kraken/fixtures/${name}.json`, place))
    ok('kind' in trial.agree(frame))
    trial.codec.decode(0, trial.put(frame), 0, 0)
    const record = new EventRecord(trial.codec.batch)
    const told = Array.from({ length: trial.codec.batch.count }, (_, row) => {
      const { kind, flags, venueTime, lane0, lane1, lane2 } = record.at(row)
      ok(lane0 > 0 && (flags & Flag.truncatedId) !== 0)
      const set = ['last', 'bid'].filter(flag => (flags & Flag[flag as 'last' | 'bid']) !== 0)
      return [KIND_NAMES[kind], set.join(' '), venueTime, lane1, lane2]
    })
    deepEqual(told, expected)
  })
