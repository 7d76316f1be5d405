import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import { ClearReason, KIND_NAMES, Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, type RecordSink, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { FeedChannel, FeedWish } from './feed-consumer.ts'
import { type FeedHandle, MarketFeeds } from './market-feeds.ts'

const bitcoin = { index: 0, venue: 'x', symbol: 'BTC' } as Instrument
const ether = { index: 1, venue: 'x', symbol: 'ETH' } as Instrument
const ALL: readonly FeedChannel[] = ['book', 'trades', 'metrics']

/** A consumer that keeps what it is told, and a book of it. */
class Listener implements RecordSink {
  readonly book = new OrderBook()
  readonly told: string[] = []
  readonly lanes: number[][] = []
  onRecord: (() => void) | undefined
  append(records: Records, from: number, to: number): void {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      record.at(slot)
      if (record.kind !== Kind.metrics) this.book.apply(record)
      this.told.push(KIND_NAMES[record.kind]!)
      this.lanes.push([record.lane0, record.lane1, record.lane2, record.lane3])
    }
    this.onRecord?.()
  }
  get best(): number[] {
    return [this.book.bestBid, this.book.bidLots, this.book.bestAsk, this.book.askLots]
  }
}

type Row = readonly [kind: Kind, flags: number, ...lanes: number[]]
const level = (isBid: boolean, price: number, lots: number, more = 0): Row => [
  Kind.level,
  more | (isBid ? Flag.bid : 0),
  price,
  lots,
]
const CLEAR: Row = [Kind.clear, Flag.snapshot, 0, ClearReason.snapshot]
const WHOLE: readonly Row[] = [CLEAR, level(true, 100, 5), level(false, 103, 15, Flag.last)]
const TRADE: Row = [Kind.trade, Flag.last, 100, 1, 7]

function stage() {
  const said: string[] = []
  const source = {
    follow: () => said.push('follow') > 0,
    unfollow: () => said.push('unfollow') > 0,
    resyncBook: () => said.push('resync'),
    isLive: () => true,
    offers: (_: Instrument, channel: string) => channel !== 'mark',
  }
  const feeds = new MarketFeeds(new Map([['x', source]]), 2)
  const tell = (rows: readonly Row[], { at = 100, instrument = 0 } = {}): void => {
    const records = new Records(rows.length)
    for (const [slot, [kind, flags, ...lanes]] of rows.entries())
      new EventRecord(records)
        .at(slot)
        .write(kind, flags, 0, instrument, 0, at)
        .lanes(lanes[0] ?? 0, lanes[1] ?? 0, lanes[2] ?? 0, 0)
    feeds.append(records, 0, rows.length)
  }
  const join = (sink: RecordSink, channels = ALL, wish: FeedWish = {}, instrument = bitcoin): FeedHandle => {
    const joined = feeds.subscribe(instrument, channels, sink, 1, wish)
    if (!joined.ok) throw new Error(joined.reason)
    return joined.value
  }
  return { said, feeds, tell, join, source }
}

test('the first consumer follows, the last one leaves; one that was followed before sends its book again', () => {
  const { said, join, source, feeds } = stage()
  const [first, second] = [join(new Listener()), join(new Listener())]
  first.close()
  first.close()
  deepEqual([said, feeds.consumers(bitcoin)], [['follow'], 1])
  second.close()
  deepEqual([said, feeds.consumers(bitcoin)], [['follow', 'unfollow'], 0])
  source.follow = () => false
  join(new Listener())
  deepEqual(said, ['follow', 'unfollow', 'resync'])
})

test('a late consumer is told the whole book first; in the middle of a message, behind it', () => {
  const { tell, join } = stage()
  const [first, late, later, tardy] = [new Listener(), new Listener(), new Listener(), new Listener()]
  join(first)
  tell(WHOLE)
  join(late, ['book'])
  deepEqual([late.told, late.best], [['clear', 'level', 'level'], first.best])
  tell([level(true, 101, 2)])
  join(later, ['book'])
  join(tardy, ['trades'])
  deepEqual(later.told, [])
  tell([level(false, 103, 0), level(false, 102, 4, Flag.last)])
  deepEqual(
    [later.told, later.best],
    [
      ['clear', 'level', 'level', 'level'],
      [101, 2, 102, 4],
    ],
  )
  tell([level(true, 101, 9, Flag.last), TRADE])
  deepEqual([later.best, late.best, first.best], [[101, 9, 102, 4], later.best, later.best])
  deepEqual(tardy.told, ['trade'])
})

test('metrics come behind each message of the book: spread, mid, microprice, imbalance; NaN when it is lost', () => {
  const { tell, join } = stage()
  const [both, metrics] = [new Listener(), new Listener()]
  join(both)
  join(metrics, ['metrics'])
  tell(WHOLE.slice(0, 1))
  tell(WHOLE.slice(1))
  tell([TRADE])
  tell([[Kind.clear, Flag.last, 0, ClearReason.gap]])
  deepEqual(both.told, ['clear', 'level', 'level', 'metrics', 'trade', 'clear', 'metrics'])
  deepEqual(metrics.told, ['metrics', 'metrics'])
  deepEqual(metrics.lanes, [[3, 101.5, 100 + (3 * 5) / 20, -0.5], new Array(4).fill(Number.NaN)])
})

test('each hears its channels; statuses are everybody’s', () => {
  const { tell, join } = stage()
  const [trades, books, other] = [new Listener(), new Listener(), new Listener()]
  join(trades, ['trades'])
  join(books, ['book'])
  join(other, ALL, {}, ether)
  tell([...WHOLE, TRADE, [Kind.status, Flag.last, 1], [Kind.quote, Flag.last]])
  deepEqual(trades.told, ['trade', 'status'])
  deepEqual(books.told, ['clear', 'level', 'level', 'status'])
  deepEqual(other.told, [])
})

test('D60 a late consumer is told that trading is halted; that it goes on is no news to it', () => {
  const { tell, join } = stage()
  const [first, late, later, other] = [new Listener(), new Listener(), new Listener(), new Listener()]
  join(first)
  tell([...WHOLE, [Kind.status, Flag.last, MarketStatus.halted], [Kind.status, Flag.last, MarketStatus.synced]])
  join(late, ['book'])
  deepEqual(
    [late.told, late.lanes[0]],
    [
      ['status', 'clear', 'level', 'level'],
      [MarketStatus.halted, 0, 0, 0],
    ],
  )
  join(other, ['book'], {}, ether)
  deepEqual(other.told, [], 'it is about another')
  tell([[Kind.status, Flag.last, MarketStatus.trading]])
  join(later, ['book'])
  deepEqual(later.told, ['clear', 'level', 'level'])
})

test('a conflated consumer gets the newest state when it asks', () => {
  const { tell, join } = stage()
  const slow = new Listener()
  const handle = join(slow, ALL, { conflate: { slots: 16, rowSlots: 8 } })
  tell(WHOLE)
  for (let lots = 1; lots < 50; lots++) tell([level(true, 100, lots, Flag.last)])
  tell([TRADE])
  deepEqual(slow.told, [])
  // 49 times the level, and 49 of the 50 metrics.
  deepEqual(handle.drain(200), { records: 5, folded: 98, lost: 0, overrun: false })
  deepEqual([slow.best, slow.told.filter(kind => kind === 'metrics').length], [[100, 49, 103, 15], 1])
})

test('what does not fit behind a slow consumer is made good by the whole book', () => {
  const { tell, join } = stage()
  const slow = new Listener()
  const handle = join(slow, ['book'], { conflate: { slots: 4, rowSlots: 8 } })
  tell(WHOLE)
  for (let price = 1; price < 60; price++) tell([level(true, price, price, Flag.last)])
  equal(handle.drain(200)?.overrun, true)
  deepEqual([slow.best, slow.book.bids.count], [[100, 5, 103, 15], 60])
  tell([level(true, 100, 6, Flag.last)])
  deepEqual(handle.drain(300), { records: 1, folded: 0, lost: 0, overrun: false })
  equal(slow.best[1], 6)
})

test('a consumer with a pace gets the newest state at most so often, and the last one by time alone', () => {
  const { feeds, tell, join } = stage()
  const screen = new Listener()
  join(screen, ['book'], { perSecond: 10 })
  tell(WHOLE, { at: 1_000_000 })
  deepEqual(screen.best, [100, 5, 103, 15])
  for (let step = 1; step <= 40; step++) tell([level(true, 100, step, Flag.last)], { at: 1_000_000 + step * 5_000 })
  // Told at 1.0, 1.1 and 1.2 s.
  deepEqual([screen.told.filter(kind => kind === 'level').length, screen.best[1]], [4, 40])
  tell([level(true, 100, 77, Flag.last)], { at: 1_250_000 })
  feeds.tick(1_299_999)
  equal(screen.best[1], 40)
  feeds.tick(1_300_000)
  equal(screen.best[1], 77)
})

test('a consumer may join and leave while it is being told', () => {
  const { tell, join, said } = stage()
  const [one, other] = [new Listener(), new Listener()]
  const handle = join(one)
  one.onRecord = () => {
    one.onRecord = undefined
    join(other)
    handle.close()
  }
  tell(WHOLE)
  tell([level(true, 100, 8, Flag.last)])
  deepEqual(
    [one.told, other.best],
    [
      ['clear', 'level', 'level'],
      [100, 8, 103, 15],
    ],
  )
  deepEqual(said, ['follow'])
})

test('readiness, silence and refusals', () => {
  const { feeds, tell, join } = stage()
  const sink = new Listener()
  equal(feeds.silence(bitcoin, 5), Number.POSITIVE_INFINITY)
  tell([TRADE])
  deepEqual([feeds.silence(bitcoin, 130), feeds.isReady(bitcoin), feeds.book(bitcoin)], [30, true, undefined])
  const reason = (instrument: Instrument, channels: readonly FeedChannel[]) =>
    feeds.subscribe(instrument, channels, sink, 1)
  deepEqual(reason({ ...bitcoin, venue: 'y' }, ['book']), { ok: false, reason: 'unknown_venue' })
  deepEqual(reason(bitcoin, []), { ok: false, reason: 'no_channel' })
  deepEqual(reason(bitcoin, ['book', 'mark']), { ok: false, reason: 'not_offered' })
  for (let count = 0; count < 256; count++) join(sink)
  deepEqual(reason(bitcoin, ['book']), { ok: false, reason: 'too_many_consumers' })
})
