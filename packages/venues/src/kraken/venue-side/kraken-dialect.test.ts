import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import { Random } from '@velocimex/core/clock/random'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import fc from 'fast-check'
import { mutations, reshaped } from '../../damaged-frames.conformance.ts'
import { bestLevels } from '../../level-changes.ts'
import type { PrivateMessage, QueryResult } from '../../order-venue.ts'
import { isoText } from '../iso-text.ts'
import { kraken } from '../kraken-venue.ts'
import { KrakenSigner } from '../order-requests.ts'
import { orderNumber, orderText } from './venue-texts.ts'
import { cryptography, KEYS, VenueTrial } from './venue-trial.conformance.ts'

const ID = (last: string): string => `V0000100002${last.padStart(8, '0')}`
function found<T>(result: QueryResult<T>): T {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result))
  return result.value
}
const placing = (clientOrderId: string, changes: object = {}): PlaceCommand => ({
  clientOrderId,
  order: {
    ...{ instrument: 0, side: BUY, type: 'limit', quantity: 1_000_000, price: 600_000, timeInForce: 'gtc' },
    ...{ postOnly: true, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})

const TRADER = { apiKey: 'trader', secret: 'dHJhZGVy' }

/** A venue whose first instrument has a market around 61,800.0. */
function traded(seed = 1): VenueTrial {
  const venue = new VenueTrial(seed)
  for (let step = 1; step <= 30; step++) {
    venue.flow(BUY, 618_000 - step * 3, 5_000_000 + step)
    venue.flow(SELL, 618_000 + step * 3, 5_000_000 + step)
  }
  return venue
}

test('ids and instants are written and read', () => {
  for (const id of [1, 1_000_000_000_001, 2 ** 53 - 1]) equal(orderNumber(orderText(id)), id)
  equal(orderNumber('O12345-12345'), -1)
  for (const at of [0, 951_782_399_999_999, 1_709_208_000_000_001, 1_790_000_000_000_000])
    equal(
      isoText(at),
      `${new Date(Math.floor(at / 1000)).toISOString().slice(0, -1)}${String(at % 1000).padStart(3, '0')}Z`,
    )
})

test('S3-VEN-3 our client trades over REST: place, look, amend, cancel, be filled', () => {
  const venue = traded()
  const { codec } = venue
  const request = codec.place(placing(ID('1')), venue.now)
  const placed = codec.readCommand(request, venue.ask(request), venue.now)
  deepEqual([placed.outcome, placed.reports[0]!.kind], ['ack', 'accepted'])
  const { venueOrderId } = placed.reports[0]!
  const order = { clientOrderId: ID('1'), venueOrderId, instrument: 0 }
  const byId = codec.order(ID('1'), venueOrderId, 0, venue.now)
  const seen = found(codec.readOrder(byId, venue.ask(byId)))
  deepEqual(
    [seen.clientOrderId, seen.status, seen.price, seen.quantity, seen.cumulative, seen.side],
    [ID('1'), 'open', 600_000, 1_000_000, 0, BUY],
  )
  const byOurs = codec.order(ID('1'), '', 0, venue.now)
  equal(found(codec.readOrder(byOurs, venue.ask(byOurs))).venueOrderId, venueOrderId)
  const amend = codec.replace({ ...order, price: 600_010 as Ticks, quantity: 2_000_000 as Lots }, BUY, venue.now)!
  equal(codec.readCommand(amend, venue.ask(amend), venue.now).outcome, 'ack')
  const open = codec.openOrders(0, venue.now)
  deepEqual(
    found(codec.readOpenOrders(open, venue.ask(open))).map(({ price, quantity }) => [price, quantity]),
    [[600_010, 2_000_000]],
  )
  venue.pass(1e6)
  venue.flow(SELL, 600_000, 300_000_000)
  const fills = codec.fills(0, 0 as never, venue.now)
  const [fill] = found(codec.readFills(fills, venue.ask(fills)))
  deepEqual(
    [fill!.venueOrderId, fill!.price, fill!.quantity, fill!.side, fill!.liquidity, fill!.feeAsset],
    [venueOrderId, 600_010, 2_000_000, BUY, 'maker', 'USD'],
  )
  const closed = codec.order(ID('1'), venueOrderId, 0, venue.now)
  equal(found(codec.readOrder(closed, venue.ask(closed))).status, 'filled')
  const cancel = codec.cancel(order, venue.now)
  const late = codec.readCommand(cancel, venue.ask(cancel), venue.now)
  deepEqual([late.outcome, late.reports[0]!.kind], ['definitive_reject', 'cancel_rejected'])
})

test('the account: balances with holds, tier, dead man, all orders canceled', () => {
  const venue = traded()
  const { codec } = venue
  const place = codec.place(placing(ID('2')), venue.now)
  venue.ask(place)
  const balances = codec.balances(venue.now)
  const usd = found(codec.readBalances(balances, venue.ask(balances))).find(({ asset }) => asset === 'USD')!
  deepEqual(
    [usd.total, usd.free],
    [
      { units: 1_000_000n, decimals: 0 },
      { units: 999_400n, decimals: 0 },
    ],
  )
  const fees = codec.fees(0, venue.now)
  deepEqual(found(codec.readFees(fees, venue.ask(fees))), { maker: 250_000, taker: 400_000 })
  const arm = codec.deadMan(0, 10_000, venue.now)!
  equal(codec.readCommand(arm, venue.ask(arm), venue.now).outcome, 'ack')
  venue.pass(9e6)
  equal(venue.exchange.openOrders(1).length, 1)
  venue.pass(2e6)
  equal(venue.exchange.openOrders(1).length, 0)
  venue.ask(codec.place(placing(ID('3')), venue.now))
  const all = codec.cancelAll(-1, venue.now)!
  equal(codec.readCommand(all, venue.ask(all), venue.now).outcome, 'ack')
  equal(venue.exchange.openOrders(1).length, 0)
})

test('R-REST-03 what the venue refuses, our client understands', () => {
  const venue = traded()
  const { codec } = venue
  const outcome = (command: PlaceCommand) => {
    const request = codec.place(command, venue.now)
    const { outcome, code } = codec.readCommand(request, venue.ask(request), venue.now)
    return [outcome, code]
  }
  deepEqual(outcome(placing(ID('4'), { price: 700_000 })), ['definitive_reject', 'EOrder:Post only order'])
  deepEqual(outcome(placing(ID('5'), { quantity: 1 })), ['definitive_reject', 'EOrder:Order minimum not met'])
  deepEqual(outcome(placing(ID('6'), { quantity: 10_000_000_000 })), ['definitive_reject', 'EOrder:Insufficient funds'])
  deepEqual(outcome(placing(ID('7'))), ['ack', ''])
  deepEqual(outcome(placing(ID('7'))), ['unknown', 'EOrder:Duplicate cl_ord_id'])
  for (let at = 0; at < 70; at++) outcome(placing(ID(`A${at}`)))
  deepEqual(outcome(placing(ID('8'))), ['ack', ''])
  for (let at = 0; at < 60; at++) outcome(placing(ID(`B${at}`)))
  deepEqual(outcome(placing(ID('9')))[1], 'EOrder:Rate limit exceeded')
  const late = codec.place(placing(ID('D')), venue.now)
  venue.pass(5_100_000)
  equal(codec.readCommand(late, venue.ask(late), venue.now).code, 'EService:Deadline elapsed')
  const watcher = new VenueTrial(1, KEYS[1]!)
  const request = watcher.codec.place(placing(ID('1')), watcher.now)
  equal(watcher.codec.readCommand(request, watcher.ask(request), watcher.now).advice, 'halt')
})

test('signatures, nonces and counters are checked', () => {
  const venue = new VenueTrial()
  const request = venue.codec.balances(venue.now)
  const error = (changes: object): string => JSON.parse(venue.ask({ ...request, ...changes }).body).error[0]
  equal(error({ headers: { ...request.headers, 'API-Sign': 'x' } }), 'EAPI:Invalid signature')
  equal(error({ headers: {} }), 'EAPI:Invalid key')
  equal(error({ path: '/0/private/Nothing' }), 'EGeneral:Unknown method')
  equal(error({ method: 'GET' }), 'EGeneral:Unknown method')
  equal(error({ body: 'a=%E0%A4%A' }), 'EGeneral:Invalid arguments')
  equal(error({}), undefined)
  equal(error({}), 'EAPI:Invalid nonce')
  const codes = Array.from({ length: 25 }, () =>
    venue.codec.readBalances(request, venue.ask(venue.codec.balances(venue.now))),
  )
  deepEqual(codes.filter(({ kind }) => kind === 'found').length, 19)
  equal((codes.at(-1) as { code?: string }).code, 'EAPI:Rate limit exceeded')
})

for (const seed of [1, 2, 3, 4])
  test(`our client trades over the socket, answers before events or behind them (seed ${seed})`, () => {
    const venue = traded(seed)
    const { codec } = venue
    const token = venue.ask(codec.stream.token(venue.now)!).body
    const { session, take } = venue.socket()
    const heard: PrivateMessage[] = []
    const listen = (): PrivateMessage[] => {
      for (const frame of take()) heard.push(...codec.stream.read(frame))
      return heard.splice(0)
    }
    for (const frame of codec.stream.hello(token, venue.now)) session.onText(frame)
    const first = listen()
    ok(first.some(({ kind }) => kind === 'ready'))
    const usd = first.find(message => message.kind === 'balance' && message.balance.asset === 'USD')
    ok(usd !== undefined)
    const say = (frame: string): string[] => {
      session.onText(frame)
      const said = listen()
      ok(
        said.every(({ kind }) => kind !== 'damaged' && kind !== 'refused'),
        JSON.stringify(said, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      )
      return said.flatMap(message => {
        if (message.kind === 'answer') return [`answer ${message.requestId} ${message.result.outcome}`]
        if (message.kind !== 'report') return []
        const { kind, clientOrderId, cumulative, leaves } = message.report
        return [`${kind} ${clientOrderId.at(-1)} ${cumulative} ${leaves}`]
      })
    }
    deepEqual(say(codec.socket!.place(placing(ID('1')), 'a', venue.now)).sort(), [
      'accepted 1 0 1000000',
      'answer a ack',
    ])
    const known = { clientOrderId: ID('1'), venueOrderId: '', instrument: 0 }
    deepEqual(
      say(
        codec.socket!.replace!({ ...known, price: 600_100 as Ticks, quantity: 3_000_000 as Lots }, 'b', venue.now, BUY),
      ).sort(),
      ['answer b ack', 'replaced 1 0 3000000'],
    )
    venue.flow(SELL, 600_100, 300_000_000 + 1_000_000)
    const filled = listen().flatMap(message => (message.kind === 'report' ? [message.report] : []))
    deepEqual(
      filled.map(({ kind, cumulative, leaves }) => [kind, cumulative, leaves]),
      [['filled', 3_000_000, 0]],
    )
    equal(filled[0]!.fill!.price, 600_100)
    deepEqual(say(codec.socket!.cancel(known, 'c', venue.now)), ['answer c definitive_reject'])
    deepEqual(
      say(
        codec.socket!.place(placing(ID('2'), { timeInForce: 'ioc', postOnly: false, price: 500_000 }), 'd', venue.now),
      ).sort(),
      ['accepted 2 0 1000000', 'answer d ack', 'expired 2 0 0'],
    )
    say(codec.socket!.place(placing(ID('3')), 'e', venue.now))
    deepEqual(say(codec.socket!.cancel({ ...known, clientOrderId: ID('3') }, 'f', venue.now)).sort(), [
      'answer f ack',
      'canceled 3 0 0',
    ])
    const second = venue.socket()
    second.session.onText('{"method":"add_order","params":{"token":"wrong"},"req_id":9}')
    ok(second.frames.at(-1)!.includes('ESession:Invalid session'))
  })

test("R-WS-04 a client that follows the book has the venue's, by every checksum, at every depth", () => {
  const venue = traded()
  const codec = kraken.makeCodec(venue.exchange.instruments, 1 << 20, 8192, 0)
  const book = new OrderBook()
  const append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) if (record.at(slot).kind <= Kind.level) book.apply(record)
  }
  const feed = new MarketFeed(codec, kraken.sequencing, { append }, venue.exchange.instruments.all.length, 0)
  const { session, take } = venue.socket()
  const listen = (): void => {
    for (const frame of take()) {
      const bytes = Buffer.from(frame)
      codec.buffer.set(bytes)
      ok(feed.frame(0, bytes.length, venue.now, 0) >= 0, frame)
    }
  }
  session.onText(
    '{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD","XBT/USD"],"depth":10},"req_id":1}',
  )
  ok(venue.socket().frames.length === 1)
  session.onText('{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"]}}')
  session.onText('{"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"],"event_trigger":"bbo"}}')
  session.onText('{"method":"subscribe","params":{"channel":"ohlc","symbol":["BTC/USD"],"interval":1}}')
  session.onText('{"method":"subscribe","params":{"channel":"instrument"}}')
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
  ok(feed.counts.checksums > 500 && feed.counts.frames[4]! > 20, String(feed.counts.frames))
  deepEqual([feed.counts.checksumsFailed, feed.counts.gaps, feed.isLive(0)], [0, 0, true])
  for (const side of [BUY, SELL] as const) {
    const ladder = side === BUY ? book.bids : book.asks
    const ours: [number, number][] = []
    for (let at = ladder.best; Number.isFinite(at); at = ladder.worse(at)) ours.push([at, ladder.lotsAt(at)])
    deepEqual(ours, bestLevels(venue.exchange, 0, side, 10))
  }
})

test('what is not offered is refused, not left out', () => {
  const venue = traded()
  const { codec } = venue
  const place = codec.place(placing(ID('1')), venue.now)
  const rest = (more: string): string => {
    const nonce = String(venue.now + 1)
    const body = `${place.body!.replace(/^nonce=\d+/, `nonce=${nonce}`)}${more}`
    const signed = new KrakenSigner(TRADER, cryptography).signature(place.path, nonce, body)
    return JSON.parse(venue.ask({ ...place, body, headers: { ...place.headers, 'API-Sign': signed } }).body).error[0]
  }
  equal(rest('&oflags=viqc'), 'EGeneral:Invalid arguments:viqc')
  equal(rest('&leverage=2:1'), 'EGeneral:Invalid arguments:leverage')
  equal(rest('&expiretm=%2B60'), 'EGeneral:Invalid arguments:expiretm')
  const { session, take } = venue.socket()
  const { token } = JSON.parse(venue.ask(codec.stream.token(venue.now)!).body).result
  const wish = { symbol: 'BTC/USD', order_type: 'limit', side: 'buy', order_qty: 1, limit_price: 5, token }
  const say = (params: object): string => {
    take()
    session.onText(JSON.stringify({ method: 'add_order', params: { ...wish, ...params } }))
    return JSON.parse(take()[0]!).error
  }
  equal(say({ margin: true }), 'EGeneral:Invalid arguments:margin')
  equal(say({ conditional: { order_type: 'limit' } }), 'EGeneral:Invalid arguments:conditional')
  equal(say({ expire_time: '2030-01-01T00:00:00Z' }), 'EGeneral:Invalid arguments:expire_time')
  equal(say({ margin: false, limit_price_type: 'static' }), undefined)
  equal(rest(''), undefined)
})

test('batches over REST and over the socket: each order is told for itself', () => {
  const venue = traded()
  const { codec } = venue
  const order = { ordertype: 'limit', type: 'buy', volume: '0.01', price: '60000' }
  const call = (name: string, more: object): Record<string, unknown> => {
    const signed = codec.balances(venue.now)
    const nonce = /nonce=(\d+)/.exec(signed.body!)![1]!
    const body = JSON.stringify({ nonce, ...more })
    const path = `/0/private/${name}`
    const headers = {
      'API-Key': 'trader',
      'API-Sign': new KrakenSigner(TRADER, cryptography).signature(path, nonce, body),
    }
    return JSON.parse(venue.ask({ ...signed, path, body, headers }).body).result
  }
  const orders = [order, { ...order, price: '60000.05' }, { ...order, cl_ord_id: 'b-1' }]
  const [first, second, third] = call('AddOrderBatch', { pair: 'XXBTZUSD', orders })['orders'] as Record<
    string,
    string
  >[]
  equal(second!['error'], 'EOrder:Tick size check failed')
  equal(venue.exchange.openOrders(1).length, 2)
  deepEqual(call('CancelOrderBatch', { orders: [first!['txid'], third!['txid'], 'O00000-00000-000009'] }), { count: 2 })
  const { session, take } = venue.socket()
  const { token } = JSON.parse(venue.ask(codec.stream.token(venue.now)!).body).result
  const say = (method: string, params: object): unknown => {
    take()
    session.onText(JSON.stringify({ method, params: { ...params, token }, req_id: 1 }))
    return JSON.parse(take()[0]!).result
  }
  const wish = { order_type: 'limit', side: 'buy', order_qty: 0.01, limit_price: 60000 }
  const told = say('batch_add', {
    symbol: 'BTC/USD',
    orders: [
      { ...wish, cl_ord_id: 'c-1' },
      { ...wish, order_qty: 0, cl_ord_id: 'c-2' },
    ],
  })
  deepEqual(
    (told as Record<string, string>[]).map(each => [each['cl_ord_id'], each['error']]),
    [
      ['c-1', undefined],
      ['c-2', 'EGeneral:Invalid arguments:volume'],
    ],
  )
  deepEqual(say('batch_cancel', { cl_ord_id: ['c-1', 'c-2'] }), { count: 1 })
  deepEqual(say('cancel_all', {}), { count: 0 })
  deepEqual(say('cancel_all_orders_after', { timeout: 0 }), {
    currentTime: `${isoText(venue.now).slice(0, 19)}Z`,
    triggerTime: '0',
  })
})

test('a token of one account does not speak for another, and any other text for none', () => {
  const venue = traded()
  const { token } = JSON.parse(venue.ask(venue.codec.stream.token(venue.now)!).body).result
  const { session, take } = venue.socket()
  const say = (with_: string): string | undefined => {
    take()
    session.onText(JSON.stringify({ method: 'cancel_all', params: { token: with_ } }))
    return JSON.parse(take()[0]!).error
  }
  deepEqual(
    [say('x'), say(token), say('x'), say('')],
    ['ESession:Invalid session', undefined, ...Array(2).fill('ESession:Invalid session')],
  )
  venue.pass(1000e6)
  equal(say(token), undefined, 'it holds as long as the connection')
  const late = venue.socket()
  late.session.onText(JSON.stringify({ method: 'cancel_all', params: { token } }))
  ok(late.frames.at(-1)!.includes('ESession:Invalid session'), 'and begins none after its time')
})

test('P-21 whatever a client sends over the socket is answered', () => {
  const venue = traded()
  const { codec } = venue
  const { token } = JSON.parse(venue.ask(codec.stream.token(venue.now)!).body).result
  const frames = [
    codec.socket!.place(placing(ID('1')), 'a', venue.now).replace('"token":""', `"token":"${token}"`),
    codec
      .socket!.cancel({ clientOrderId: ID('1'), venueOrderId: '', instrument: 0 }, 'b', venue.now)
      .replace('"token":""', `"token":"${token}"`),
    `{"method":"amend_order","params":{"cl_ord_id":"${ID('1').slice(1)}","order_qty":1,"limit_price":5,"token":"${token}"},"req_id":1}`,
    `{"method":"subscribe","params":{"channel":"executions","token":"${token}","snap_orders":true},"req_id":1}`,
    '{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD","ETH/USD"],"depth":10,"snapshot":true}}',
    '{"method":"unsubscribe","params":{"channel":"ohlc","symbol":["BTC/USD"],"interval":1}}',
  ]
  const { session, take } = venue.socket()
  fc.assert(
    fc.property(fc.oneof(reshaped(frames), mutations(frames)), text => {
      session.onText(text)
      ok(take().every(frame => typeof JSON.parse(frame) === 'object'))
      venue.pass(1_000_000)
      take()
    }),
    { numRuns: 3000 },
  )
})

test('P-21 whatever a client asks over REST is answered', () => {
  const venue = traded()
  const { codec } = venue
  const bodies = [
    'AddOrder',
    'AmendOrder',
    'CancelOrder',
    'TradesHistory',
    'ClosedOrders',
    'TradeVolume',
    'CancelAllOrdersAfter',
    'AddOrderBatch',
  ]
  const fields = fc.constantFrom(
    'pair',
    'type',
    'ordertype',
    'volume',
    'price',
    'txid',
    'cl_ord_id',
    'userref',
    'start',
    'ofs',
    'timeout',
    'order_qty',
    'limit_price',
    'oflags',
    'orders',
  )
  const values = fc.constantFrom(
    'XBTUSD',
    'buy',
    'limit',
    'market',
    '1',
    '0',
    '-1',
    '1e5',
    '1.5',
    '9'.repeat(30),
    'O00000-00000-000001',
    'post',
    '~1',
    '%',
    'é',
    'NaN',
  )
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(fc.tuple(fields, values), { maxLength: 7 }), (name, pairs) => {
      const signed = codec.balances(venue.now)
      const nonce = /nonce=(\d+)/.exec(signed.body!)![1]!
      const body = [
        `nonce=${nonce}`,
        ...pairs.map(([key, value]) => `${key}=${value === '%' ? '%' : encodeURIComponent(value)}`),
      ].join('&')
      const path = `/0/private/${name}`
      const headers = {
        'API-Key': 'trader',
        'API-Sign': new KrakenSigner(TRADER, cryptography).signature(path, nonce, body),
      }
      const { status, body: told } = venue.ask({ ...signed, path, body, headers })
      venue.pass(10_000_000)
      ok(status === 200 && Array.isArray(JSON.parse(told).error))
    }),
    { numRuns: 1000 },
  )
})

test('heartbeats, pings, idle sockets and refused subscriptions', () => {
  const venue = traded()
  const { session, take, closed } = venue.socket()
  equal(JSON.parse(take()[0]!).data[0].system, 'online')
  session.onText('{"method":"ping","req_id":101}')
  deepEqual(JSON.parse(take()[0]!).req_id, 101)
  const errorOf = (params: object): string => {
    session.onText(JSON.stringify({ method: 'subscribe', params }))
    return JSON.parse(take()[0]!).error
  }
  equal(errorOf({ channel: 'book', symbol: ['XBT/USD'] }), 'Currency pair not supported XBT/USD')
  equal(errorOf({ channel: 'book', symbol: ['BTC/USD'], depth: 7 }), 'Subscription depth not supported')
  equal(errorOf({ channel: 'ohlc', symbol: ['BTC/USD'], interval: 7 }), 'Subscription ohlc interval not supported')
  equal(errorOf({ channel: 'nothing' }), 'Unknown channel')
  equal(errorOf({ channel: 'executions' }), 'ESession:Invalid session')
  for (const text of ['x', '[]', '{}', '{"method":5}', '{"method":"subscribe","params":[]}', '{"method":"x"}'])
    session.onText(text)
  take()
  venue.pass(30e6)
  deepEqual([take(), closed], [[], []], 'no heartbeat before the first subscription')
  venue.pass(31e6)
  deepEqual(closed, [1000])
  session.onText('{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"]}}')
  take()
  venue.pass(1_100_000)
  deepEqual(take(), ['{"channel":"heartbeat"}'])
  venue.exchange.isOpen.fill(false)
  venue.pass(10_000)
  equal(JSON.parse(take()[0]!).data[0].system, 'cancel_only')
  session.onClosed()
  venue.pass(5e6)
  deepEqual(take(), [])
})

test('public calls: what ccxt asks first, and what our own readers make of it', () => {
  const venue = traded()
  venue.flow(BUY, 618_003, 1_000_000)
  const ask = (path: string): { error: string[]; result: never } =>
    JSON.parse(
      venue.dialect.answer({
        method: 'GET',
        path: `/0/public/${path.split('?')[0]}`,
        query: path.split('?')[1] ?? '',
        headers: {},
        body: '',
      }).body,
    )
  const pairs = kraken.parseInstruments(JSON.stringify(ask('AssetPairs')))
  if (!pairs.ok) throw new Error(pairs.reason)
  deepEqual(pairs.value.skipped, [])
  deepEqual(
    pairs.value.instruments.map(({ symbol, price, quantity, bounds, fees }) => [
      symbol,
      price,
      quantity,
      bounds.quantityMin,
      fees,
    ]),
    venue.exchange.instruments.all.map(({ symbol, price, quantity, bounds, fees }) => [
      symbol,
      price,
      quantity,
      bounds.quantityMin,
      fees,
    ]),
  )
  const depth = JSON.stringify(ask('Depth?pair=XXBTZUSD&count=5'))
  const codec = kraken.makeCodec(venue.exchange.instruments, 1 << 20, 100, 0)
  const bytes = Buffer.from(depth)
  codec.buffer.set(bytes)
  equal(codec.decodeSnapshot(0, bytes.length, 0, 0, 0), 2)
  equal(codec.batch.count, 10)
  const first = (path: string, key: string): unknown => (ask(path).result as Record<string, unknown>)[key]
  equal((first('Trades?pair=XBT/USD', 'XXBTZUSD') as unknown[][])[0]![0], '61800.3')
  equal((first('OHLC?pair=XBTUSD&interval=1', 'XXBTZUSD') as unknown[][])[0]![4], '61800.3')
  equal((first('Ticker?pair=XBTUSD', 'XXBTZUSD') as { b: string[] }).b[0], '61799.7')
  deepEqual(Object.keys(ask('Assets').result), ['XXBT', 'ZUSD', 'USDT', 'XETH', 'SOL'])
  ok((ask('Time').result as { unixtime: number }).unixtime > 1.7e9)
  equal((ask('SystemStatus').result as { status: string }).status, 'online')
  deepEqual(ask('Depth?pair=NONE').error, ['EQuery:Unknown asset pair'])
})
