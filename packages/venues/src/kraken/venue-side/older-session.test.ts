import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import { Random } from '@velocimex/core/clock/random'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import fc from 'fast-check'
import { mutations, reshaped } from '../../damaged-frames.conformance.ts'
import { bestLevels } from '../../level-changes.ts'
import { kraken } from '../kraken-venue.ts'
import { VenueTrial } from './venue-trial.conformance.ts'

/** A frame of v1, read. */
// biome-ignore lint/suspicious/noExplicitAny: frames of another's dialect, looked into field by field
type Frame = any

/** A venue whose first instrument has a market around 61,800.0, and a client of v1. */
function older() {
  const venue = new VenueTrial()
  for (let step = 1; step <= 30; step++) {
    venue.flow(BUY, 618_000 - step * 3, 5_000_000 + step)
    venue.flow(SELL, 618_000 + step * 3, 5_000_000 + step)
  }
  const { session, take, closed } = venue.socket('/')
  const { token } = JSON.parse(venue.ask(venue.codec.stream.token(venue.now)!).body).result as { token: string }
  /** What the venue sends by itself. */
  const heard = (): Frame[] => take().map(text => JSON.parse(text))
  /** What the venue sends for a command. */
  const say = (command: object): Frame[] => {
    heard()
    session.onText(JSON.stringify(command))
    return heard()
  }
  return { venue, session, closed, token, take, heard, say }
}

const WISH = { pair: 'XBT/USD', type: 'buy', ordertype: 'limit', volume: '0.01', price: '60000' }
const book = (depth: number, pair = ['XBT/USD']): object => ({
  event: 'subscribe',
  pair,
  subscription: { name: 'book', depth },
})

test('S3-VEN-3 our client follows books and trades of v1, and every checksum is right', () => {
  const { venue, session, take, heard } = older()
  equal(heard()[0].event, 'systemStatus')
  const codec = kraken.makeCodec(venue.exchange.instruments, 1 << 20, 10_000, 0)
  const ours = new OrderBook()
  let trades = 0
  const append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      if (record.at(slot).kind <= Kind.level) ours.apply(record)
      if (record.kind === Kind.trade) trades++
    }
  }
  const feed = new MarketFeed(codec, kraken.sequencing, { append }, venue.exchange.instruments.all.length, 0)
  const listen = (): void => {
    for (const frame of take()) {
      const bytes = Buffer.from(frame)
      codec.buffer.set(bytes)
      ok(feed.frame(0, bytes.length, venue.now, 0) >= 0, frame)
    }
  }
  session.onText(JSON.stringify(book(10)))
  session.onText('{"event":"subscribe","pair":["XBT/USD"],"subscription":{"name":"trade"}}')
  listen()
  const random = new Random(7)
  const open: number[] = []
  for (let step = 0; step < 2000; step++) {
    const side = random.uniform() < 0.5 ? BUY : SELL
    const { book: truth } = venue.exchange.engine(0)
    if (random.uniform() < 0.45 && open.length > 0)
      venue.exchange.engine(0).cancel(open.splice(random.below(open.length), 1)[0]!)
    else open.push(venue.flow(side, truth.best(side) + side * (2 - random.below(14)), 1 + random.below(3_000_000)))
    if (random.uniform() < 0.4) venue.pass(50_000)
    listen()
  }
  venue.pass(50_000)
  listen()
  ok(feed.counts.checksums > 500 && trades > 20, `${feed.counts.checksums} checksums, ${trades} trades`)
  deepEqual([feed.counts.checksumsFailed, feed.counts.gaps, feed.isLive(0)], [0, 0, true])
  for (const side of [BUY, SELL] as const) {
    const ladder = side === BUY ? ours.bids : ours.asks
    const told: [number, number][] = []
    for (let at = ladder.best; Number.isFinite(at); at = ladder.worse(at)) told.push([at, ladder.lotsAt(at)])
    deepEqual(told, bestLevels(venue.exchange, 0, side, 10))
  }
})

test('S3-VEN-3 v1: place, see the order, cancel, take, see the trade, each channel counted', () => {
  const { venue, token, heard, say } = older()
  for (const name of ['openOrders', 'ownTrades']) {
    const [status, whole] = say({ event: 'subscribe', reqid: 7, subscription: { name, token } })
    deepEqual([status.channelName, status.status, status.reqid], [name, 'subscribed', 7])
    deepEqual(whole, [[], name, { sequence: 1 }])
  }
  const [pending, opened, answer] = say({ event: 'addOrder', reqid: 8, token, ...WISH })
  const { txid } = answer
  deepEqual(answer, { descr: 'buy 0.01 XBT/USD @ limit 60000', txid, status: 'ok', event: 'addOrderStatus', reqid: 8 })
  const [{ [txid]: row }] = pending[0]
  deepEqual([row.status, row.vol, row.descr.pair, pending[2].sequence], ['pending', '0.01000000', 'XBT/USD', 2])
  deepEqual(opened, [[{ [txid]: { status: 'open', userref: 0 } }], 'openOrders', { sequence: 3 }])

  const [canceled, gone, unknown] = say({ event: 'cancelOrder', token, txid: [txid, 'O00000-00000-000009'] })
  deepEqual([canceled[0][0][txid].status, canceled[0][0][txid].cancel_reason], ['canceled', 'User requested'])
  deepEqual([gone.event, gone.status], ['cancelOrderStatus', 'ok'])
  deepEqual([unknown.status, unknown.errorMessage], ['error', 'EOrder:Unknown order'])

  const told = say({ event: 'addOrder', token, ...WISH, price: '61900' })
  const taker = told.at(-1).txid
  const [[fill], channel, count] = told.find(frame => frame[1] === 'ownTrades')
  const [trade] = Object.values(fill) as Frame[]
  deepEqual(
    [trade.ordertxid, trade.pair, trade.price, trade.vol, trade.type, channel, count],
    [...[taker, 'XBT/USD', '61800.3', '0.01000000', 'buy', 'ownTrades', { sequence: 2 }]],
  )
  equal(trade.time, `${Math.floor(venue.now / 1e6)}.${String(venue.now % 1e6).padStart(6, '0')}`)
  ok(told.some(frame => frame[1] === 'openOrders' && frame[0][0][taker].status === 'closed'))

  say({ event: 'addOrder', token, ...WISH })
  deepEqual(say({ event: 'cancelAll', token }).at(-1), { count: 1, status: 'ok', event: 'cancelAllStatus' })
  equal(say({ event: 'cancelAllOrdersAfter', token, timeout: 60 }).at(-1).status, 'ok')
  say({ event: 'unsubscribe', subscription: { name: 'openOrders', token } })
  say({ event: 'addOrder', token, ...WISH })
  deepEqual(heard(), [])
})

test('v1 refuses in its own words', () => {
  const { token, say } = older()
  const words = (command: object): unknown => say(command).at(-1).errorMessage
  const channel = (subscription: object, pair = ['XBT/USD']): object => ({ event: 'subscribe', pair, subscription })
  equal(words(channel({ name: 'spread' })), 'Subscription name invalid')
  equal(words(book(11)), 'Subscription depth not supported')
  equal(words(book(10, ['XXX/USD'])), 'Currency pair not supported')
  equal(words(book(10)), undefined)
  equal(words(book(10)), 'Already subscribed')
  equal(words({ ...channel({ name: 'trade' }), event: 'unsubscribe' }), 'Subscription Not Found')
  equal(words({ event: 'subscribe', subscription: { name: 'ownTrades', token: 'x' } }), 'ESession:Invalid session')
  equal(words({ event: 'addOrder', token: 'x', ...WISH }), 'ESession:Invalid session')
  equal(words({ event: 'addOrder', token, ...WISH, volume: '1000' }), 'EOrder:Insufficient funds')
  equal(words({ event: 'addOrder', token, ...WISH, leverage: '2' }), 'EGeneral:Invalid arguments:leverage')
  equal(words({ event: 'editOrder', token }), 'Event(s) not found')
  equal(words({ event: 'cancelOrder', token, txid: [] }), 'EGeneral:Invalid arguments:txid')
  equal(words({ event: 'subscribe', subscription: { name: 'book' } }), 'Pair field must be an array')
  equal(words([]), 'Malformed request')
  deepEqual(say({ event: 'ping', reqid: 3 }), [{ event: 'pong', reqid: 3 }])
})

test('v1: a heartbeat a second after the last message, and idle sockets are closed', () => {
  const { venue, say, heard } = older()
  say(book(10))
  venue.pass(1_000_000)
  deepEqual(heard(), [{ event: 'heartbeat' }])
  const idle = older()
  idle.venue.pass(60_000_000)
  deepEqual(idle.closed, [1000])
})

test('P-21 whatever a client sends over v1 is answered', () => {
  const { venue, session, token, take } = older()
  const frames = [
    { event: 'addOrder', reqid: 1, token, ...WISH },
    { event: 'cancelOrder', token, txid: ['O00000-00000-000009'] },
    { event: 'cancelAllOrdersAfter', token, timeout: 60 },
    { event: 'subscribe', subscription: { name: 'openOrders', token } },
    { event: 'unsubscribe', pair: ['XBT/USD', 'ETH/USD'], subscription: { name: 'book', depth: 10 } },
    book(25, ['XBT/USD', 'ETH/USD']),
  ].map(frame => JSON.stringify(frame))
  fc.assert(
    fc.property(fc.oneof(reshaped(frames), mutations(frames)), text => {
      session.onText(text)
      ok(take().every(frame => typeof JSON.parse(frame) === 'object'))
      venue.pass(1_000_000)
      take()
    }),
    { numRuns: 2000 },
  )
})
