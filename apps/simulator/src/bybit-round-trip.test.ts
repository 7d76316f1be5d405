import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import type { Micros } from '@velocimex/core/clock/micros'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord } from '@velocimex/core/market/event-record'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import { bybitLinearOrders, bybitSpotOrders } from '@velocimex/venues/bybit/bybit-orders'
import { bybitLinear, bybitSpot } from '@velocimex/venues/bybit/bybit-venue'
import type {
  OrderCodec,
  PrivateMessage,
  PrivateStream,
  QueryResult,
  VenueRequest,
} from '@velocimex/venues/order-venue'
import type { SocketSession } from '@velocimex/venues/venue-dialect'
import { DEMO_KEYS, nodeCryptography } from './simulated-venue.ts'
import { SteppedVenue } from './stepped-venue.conformance.ts'
import { placing } from './wire-client.conformance.ts'

type Category = 'spot' | 'linear'
const orders = { spot: bybitSpotOrders, linear: bybitLinearOrders }
const venues = { spot: bybitSpot, linear: bybitLinear }

/** A simulated Bybit in simulated time. */
class Trial extends SteppedVenue {
  constructor(category: Category, key = DEMO_KEYS[0]!, name = `bybit-${category}`) {
    super(name, orders[category], { USDT: 100_000n, BTC: 2n }, key)
  }

  /** What a command came to: outcome, advice, code. */
  command(request: VenueRequest | undefined): string {
    const { outcome, advice, code } = this.codec.readCommand(request!, this.send(request!), this.now)
    return [outcome, advice, code].filter(word => word !== '').join(' ')
  }

  override listen(stream: PrivateStream = this.codec.stream): SocketSession {
    const session = super.listen(stream)
    ok(
      this.messages.some(({ kind }) => kind === 'ready'),
      'logged in',
    )
    return session
  }

  /** What the private messages say of an order, in their order. */
  told(id: string): string[] {
    return this.messages.flatMap(message => {
      if (message.kind !== 'report' || message.report.clientOrderId !== id) return []
      const { kind, cumulative, leaves, price, reason } = message.report
      return [[kind, `${cumulative}+${leaves}`, price ?? '', reason ?? ''].join(' ').trim()]
    })
  }

  best(side: Side): number {
    return this.market.exchange.engine(0).book.best(side)
  }
}

const found = <T>(result: QueryResult<T>): T => {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result))
  return result.value
}

for (const category of ['spot', 'linear'] as const)
  test(`${category}: our codec follows the books, trades, quotes and bars of our venue without a gap`, () => {
    const trial = new Trial(category)
    const { exchange } = trial.market
    const venue = venues[category]
    const codec = venue.makeCodec(exchange.instruments, 1 << 20, 4096, 0)
    const books = exchange.instruments.all.map(() => new OrderBook())
    const kinds = new Map<number, number>()
    const record = new EventRecord(codec.batch)
    const traded: number[] = []
    const sink = {
      append(records: ConstructorParameters<typeof EventRecord>[0], from: number, to: number): void {
        record.wrap(records)
        for (let at = from; at < to; at++) {
          const { kind, instrument } = record.at(at)
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
          if (kind === Kind.trade && instrument === 0) traded.push(record.price * record.quantity)
          if (kind === Kind.level || kind === Kind.clear) books[instrument]!.apply(record)
        }
      },
    }
    const feed = new MarketFeed(codec, venue.sequencing, sink, books.length, 0)
    const session = trial.open(`/v5/public/${category}`, text => {
      codec.buffer.set(Buffer.from(text))
      ok(feed.frame(0, Buffer.byteLength(text), trial.now, 0) >= 0, text)
    })
    const before = exchange.lastPrice(0)
    const topics = [
      'orderbook.50.BTCUSDT',
      'publicTrade.BTCUSDT',
      'tickers.BTCUSDT',
      'kline.1.BTCUSDT',
      'orderbook.1000.ETHUSDT',
    ]
    session.onText(JSON.stringify({ op: 'subscribe', args: topics, req_id: 'r' }))
    trial.pass(65_000_000)
    trial.market.dialect.tick((trial.now + 1_000_000) as Micros)
    deepEqual([feed.counts.gaps, feed.counts.resyncs, feed.counts.ignored, feed.counts.snapshots], [0, 0, 0, 2])
    for (const [index, depth] of [
      [0, 50],
      [1, 1000],
    ] as const)
      for (const side of [BUY, SELL] as const) {
        const ladder = side === BUY ? books[index]!.bids : books[index]!.asks
        const { book } = exchange.engine(index)
        let at = book.best(side)
        let level = ladder.best
        for (let count = 0; count < depth && Number.isFinite(at); count++) {
          deepEqual([level, ladder.lotsAt(level)], [at, book.lotsAt(side, at)], `${side} ${count}`)
          at = book.worse(side, at)
          level = ladder.worse(level)
        }
        if (Number.isFinite(at)) ok(!Number.isFinite(level), 'what fell out of the depth is deleted')
      }
    ok(before > 0 && traded.length > 10)
    ok((kinds.get(Kind.bar) ?? 0) > 5)
    equal((kinds.get(Kind.quote) ?? 0) > 10, category === 'linear')
    equal((kinds.get(Kind.funding) ?? 0) > 0, category === 'linear')
  })

test('a level of one depth comes in snapshots and is told again after three seconds', () => {
  const trial = new Trial('linear')
  trial.market.exchange.isOpen[0] = false
  const frames: { type: string; data: { u: number; b: unknown[] } }[] = []
  const session = trial.open('/v5/public/linear', text => frames.push(JSON.parse(text)))
  session.onText('{"op":"subscribe","args":["orderbook.1.SOLUSDT"]}')
  trial.pass(10_000_000)
  const books = frames.slice(1)
  ok(books.length > 3 && books.every(({ type, data }) => type === 'snapshot' && data.b.length <= 1))
  ok(books.every(({ data }, at) => at === 0 || data.u - books[at - 1]!.data.u <= 1))
})

for (const category of ['spot', 'linear'] as const)
  test(`${category}: the instrument list of our venue is read as what it lists`, () => {
    const { market } = new Trial(category)
    const query = `category=${category}&limit=1000`
    const path = '/v5/market/instruments-info'
    const { body } = market.dialect.answer({ method: 'GET', path, query, headers: {}, body: '' })
    const parsed = venues[category].parseInstruments(body)
    ok(parsed.ok)
    deepEqual(parsed.value.skipped, [])
    const names = ['symbol', 'unified', 'kind', 'price', 'quantity', 'fees'] as const
    const told = (all: readonly object[]): unknown[] =>
      all.map(each => names.map(name => (each as Record<string, unknown>)[name]))
    deepEqual(told(parsed.value.instruments), told(market.exchange.instruments.all))
  })

for (const category of ['spot', 'linear'] as const)
  test(`${category}: our client places, amends, cancels and takes; the account agrees with the venue's truth`, () => {
    const trial = new Trial(category)
    const { codec, market } = trial
    const { exchange } = market
    trial.listen()
    const far = Math.floor(trial.best(BUY) * 0.98)
    equal(trial.command(codec.place(placing('V1', BUY, far, 1000, { postOnly: true }), trial.now)), 'ack none')
    const name = { clientOrderId: 'V1', venueOrderId: '', instrument: 0 }
    const order = found(
      codec.readOrder(codec.order('V1', '', 0, trial.now), trial.send(codec.order('V1', '', 0, trial.now))),
    )
    deepEqual([order.status, order.price, order.quantity], ['open', far, 1000])
    equal(
      found(codec.readOpenOrders(codec.openOrders(-1, trial.now), trial.send(codec.openOrders(-1, trial.now)))).length,
      1,
    )
    const amended = { ...name, venueOrderId: order.venueOrderId, price: (far - 10) as Ticks, quantity: 900 as Lots }
    equal(trial.command(codec.replace(amended, BUY, trial.now)), 'ack none')
    equal(trial.command(codec.cancel(name, trial.now)), 'ack none')
    const again = trial.command(codec.cancel(name, trial.now))
    equal(again, category === 'spot' ? 'definitive_reject query 170142' : 'definitive_reject query 110001')
    deepEqual(trial.told('V1'), ['accepted 0+1000', `replaced 0+900 ${far - 10}`, 'canceled 0+0'])

    const through = Math.ceil(trial.best(SELL) * 1.01)
    equal(trial.command(codec.place(placing('V2', BUY, through, 2000, { timeInForce: 'ioc' }), trial.now)), 'ack none')
    const fills = trial.messages.flatMap(each => (each.kind === 'report' && each.report.fill ? [each.report.fill] : []))
    ok(fills.length > 0)
    const listed = found(
      codec.readFills(codec.fills(0, 0 as Micros, trial.now), trial.send(codec.fills(0, 0 as Micros, trial.now))),
    )
    const essence = (all: typeof fills): unknown[] =>
      all.map(({ tradeId, price, quantity, fee, feeAsset, liquidity, clientOrderId }) => [
        ...[tradeId, price, quantity, fee, feeAsset, liquidity, clientOrderId],
      ])
    deepEqual(essence(fills), essence([...listed]))
    deepEqual(
      fills.map(({ price, quantity, fee, feeAsset }) => [price, quantity, fee, feeAsset]),
      exchange.fills.map(({ price, lots, fee, feeAsset }) => [price, lots, fee, feeAsset]),
    )
    const balances = found(codec.readBalances(codec.balances(trial.now), trial.send(codec.balances(trial.now))))
    for (const { asset, total } of balances) {
      const units = total.units * 10n ** BigInt(trial.decimals(asset) - total.decimals)
      equal(units, exchange.account(1).balance(asset).total, asset)
    }
    const positions = codec.positions(trial.now)
    if (category === 'spot') equal(positions, undefined)
    else {
      const [position] = found(codec.readPositions(positions!, trial.send(positions!)))
      deepEqual([position!.instrument, position!.lots], [0, exchange.account(1).position(0).lots])
      const last = trial.messages.findLast(({ kind }) => kind === 'position')
      equal(last?.kind === 'position' && last.position.lots, position!.lots)
    }
    ok(
      trial.messages.every(({ kind }) => kind !== 'damaged'),
      JSON.stringify(trial.messages.find(({ kind }) => kind === 'damaged')),
    )
  })

test('S2-OMS-23 orders that the venue takes and ends at once are told on the stream alone', () => {
  for (const category of ['spot', 'linear'] as const) {
    const trial = new Trial(category)
    const { codec } = trial
    trial.listen()
    const through = trial.best(SELL) + 50
    const place = (id: string, changes: object, lots = 1000, price = through): string =>
      trial.command(codec.place(placing(id, BUY, price, lots, changes), trial.now))
    equal(place('P1', { postOnly: true }), 'ack none')
    deepEqual(trial.told('P1'), ['rejected 0+0  EC_PostOnlyWillTakeLiquidity'])
    equal(place('F1', { timeInForce: 'fok' }, 1000, trial.best(BUY) - 50), 'ack none')
    deepEqual(trial.told('F1'), ['expired 0+0  EC_CancelForNoFullFill'])
    equal(place('I1', { timeInForce: 'ioc' }, 1000, trial.best(BUY) - 50), 'ack none')
    equal(trial.told('I1').at(-1), 'expired 0+0  EC_NoImmediateQtyToFill')
    const query = codec.order('P1', '', 0, trial.now)
    equal(found(codec.readOrder(query, trial.send(query))).status, 'rejected')
    equal(place('P1', {}), `unknown query ${category === 'spot' ? 170141 : 110072}`, 'an id is used once')
    const none = codec.order('never', '', 0, trial.now)
    equal(codec.readOrder(none, trial.send(none)).kind, 'absent')
  }
})

test('S2-RSK refusals of the venue, and requests that are not signed as they should be', () => {
  const trial = new Trial('linear')
  const { codec } = trial
  const place = (id: string, changes: object = {}, lots = 100, at = trial.now): VenueRequest =>
    codec.place(placing(id, SELL, trial.best(SELL) + 10_000, lots, changes), at)
  equal(trial.command(place('R1', { reduceOnly: true })), 'definitive_reject query 110017')
  equal(trial.command(place('R2', {}, 9_000_000)), 'definitive_reject none 110007')
  equal(trial.command(place('R3', {}, 100, (trial.now - 6_000_000) as Micros)), 'definitive_reject sync_clock 10002')
  equal(trial.command(place('R4', {}, 100, (trial.now + 1_000_000) as Micros)), 'definitive_reject sync_clock 10002')
  const good = place('R5')
  equal(trial.command({ ...good, body: good.body!.replace('"0.100"', '"0.200"') }), 'definitive_reject halt 10004')
  equal(trial.command({ ...good, headers: { ...good.headers, 'X-BAPI-API-KEY': 'x' } }), 'definitive_reject halt 10003')
  equal(trial.command(good), 'ack none')
  trial.pass(1_500_000)
  const burst = Array.from({ length: 12 }, (_, at) => trial.command(place(`B${at}`)))
  deepEqual(new Set(burst.slice(0, 10)), new Set(['ack none']))
  deepEqual(new Set(burst.slice(10)), new Set(['definitive_reject back_off 10006']))
  const { used, retryAfter } = codec.readBudget(trial.send(place('B12')))
  deepEqual([used, retryAfter], [[{ window: '1s', count: 10 }], 1000])
  trial.pass(1_100_000)
  equal(trial.command(place('B13')), 'ack none')
  equal(trial.command(codec.cancelAll(-1, trial.now)), 'ack none')
  equal(trial.market.exchange.openOrders(1).length, 0)
})

test('the address is shut out when it asks too often, and let in again', () => {
  const trial = new Trial('spot')
  const ask = (): number => trial.send(trial.codec.permissions(trial.now)!).status
  const all = Array.from({ length: 601 }, ask)
  deepEqual([all.slice(0, 600).every(status => status === 200), all[600], ask()], [true, 403, 403])
  trial.pass(601_000_000)
  equal(ask(), 200)
})

test('keys, fees, leverage, position mode and a key that can withdraw', () => {
  const trial = new Trial('linear')
  const { codec } = trial
  const rights = (request: VenueRequest | undefined): unknown =>
    found(codec.readPermissions(request!, trial.send(request!)))
  deepEqual(rights(codec.permissions(trial.now)), { canTrade: true, canWithdraw: false, isBoundToAddress: false })
  deepEqual(found(codec.readFees(codec.fees(0, trial.now), trial.send(codec.fees(0, trial.now)))), {
    maker: 20_000,
    taker: 55_000,
  })
  equal(trial.command(codec.leverage(0, 5, trial.now)), 'ack none')
  equal(trial.command(codec.leverage(0, 5, trial.now)), 'ack none', 'it is so already')
  equal(trial.command(codec.positionMode(true, trial.now)), 'ack none')
  const other = new Trial('spot', DEMO_KEYS[2]!)
  const read = other.codec.readPermissions(
    other.codec.permissions(other.now)!,
    other.send(other.codec.permissions(other.now)!),
  )
  equal(found(read).canWithdraw, true)
})

test('order entry over the trading socket: answers by request id, once, and only when logged in', () => {
  const trial = new Trial('linear')
  const { codec } = trial
  const socket = codec.socket!
  const session = socket.session!
  const answers: string[] = []
  const raw = trial.open('/v5/trade', text => {
    for (const message of session.read(text))
      answers.push(
        message.kind === 'answer'
          ? `${message.requestId} ${message.result.outcome} ${message.result.code}`
          : message.kind,
      )
  })
  const price = trial.best(BUY) - 100
  const place = (request: string, id: string, at = trial.now): void =>
    raw.onText(socket.place(placing(id, BUY, price, 100), request, at))
  place('r0', 'S0')
  for (const frame of session.hello('', trial.now)) raw.onText(frame)
  for (const frame of session.renewal!.frames!(trial.now)) raw.onText(frame)
  place('r1', 'S1')
  place('r1', 'S2')
  place('r3', 'S3', (trial.now - 9_000_000) as Micros)
  const name = { clientOrderId: 'S1', venueOrderId: '', instrument: 0 }
  raw.onText(socket.replace!({ ...name, price: (price - 1) as Ticks, quantity: 200 as Lots }, 'r4', trial.now, BUY))
  raw.onText(socket.cancel(name, 'r5', trial.now))
  raw.onText(socket.cancel(name, 'r6', trial.now))
  deepEqual(answers, [
    'r0 definitive_reject 10003',
    'ready',
    'heartbeat',
    'r1 ack ',
    'r1 definitive_reject 20006',
    'r3 definitive_reject 10002',
    'r4 ack ',
    'r5 ack ',
    'r6 definitive_reject 110001',
  ])
})

test('the private stream: logged in first, pings answered, cut when idle; a wrong signature is refused', () => {
  const trial = new Trial('spot')
  const frames: string[] = []
  const session = trial.open('/v5/private', text => frames.push(text))
  session.onText('{"op":"subscribe","args":["order"],"req_id":"a"}')
  session.onText('{"op":"auth","args":["velocimex-demo-key",1,"x"],"req_id":"b"}')
  session.onText('{"op":"ping","req_id":"c"}')
  session.onText('nonsense')
  deepEqual(
    frames.map(frame => (frame.startsWith('{') ? [JSON.parse(frame).op, JSON.parse(frame).success] : frame)),
    [['subscribe', false], ['auth', false], 'closed log-in failed', ['pong', undefined], ['', false]],
  )
  const stream = trial.listen()
  stream.onText('{"op":"subscribe","args":["order","execution.spot"],"req_id":"z"}')
  equal(trial.messages.at(-1)?.kind, 'refused', 'topics of all markets and of one are not mixed')
  const idle: string[] = []
  trial.open('/v5/private', text => idle.push(text))
  trial.pass(601_000_000)
  deepEqual(idle, ['closed idle'])
})

test('cancel on disconnect: when the last socket that has the topic is gone for long enough', () => {
  const trial = new Trial('linear')
  const { codec, market } = trial
  equal(trial.command(codec.deadMan(-1, 5000, trial.now)), 'ack none')
  const session = trial.listen()
  equal(trial.command(codec.place(placing('D1', BUY, trial.best(BUY) - 5000, 100), trial.now)), 'ack none')
  trial.pass(20_000_000)
  equal(market.exchange.openOrders(1).length, 1, 'while a socket is there')
  session.onClosed()
  trial.pass(4_900_000)
  const again = trial.listen()
  trial.pass(20_000_000)
  equal(market.exchange.openOrders(1).length, 1, 'another came in time')
  again.onClosed()
  trial.pass(5_100_000)
  equal(market.exchange.openOrders(1).length, 0)
})

test('funding is paid every eight hours and told as an execution', () => {
  const trial = new Trial('linear')
  const { codec, market } = trial
  trial.listen()
  equal(
    trial.command(codec.place(placing('L1', BUY, 0, 100, { type: 'market', price: undefined }), trial.now)),
    'ack none',
  )
  const before = market.exchange.account(1).balance('USDT').total
  const next = (Math.floor(trial.now / 28_800_000_000) + 1) * 28_800_000_000
  market.clock.advanceTo((next - 1) as Micros)
  market.dialect.tick(next as Micros)
  const told = trial.messages.find(({ kind }) => kind === 'cash_flow')
  ok(told?.kind === 'cash_flow')
  const funding = told.flow
  ok(funding.kind === 'funding' && funding.amount.units < 0n, 'a long pays')
  equal(funding.instrument, 0)
  const paid = funding.amount.units * 10n ** BigInt(trial.decimals('USDT') - funding.amount.decimals)
  equal(market.exchange.account(1).balance('USDT').total, before + paid)
})

test('requests as other clients write them: loose bodies, market buys in quote money, queries of the public side', () => {
  const trial = new Trial('spot')
  const [key] = DEMO_KEYS
  const call = (method: 'GET' | 'POST', path: string, carried: string, isSigned = true): Record<string, never> => {
    const timestamp = String(Math.floor(trial.now / 1000))
    const text = `${timestamp}${key!.apiKey}5000${carried}`
    const headers = {
      ...{ 'X-BAPI-API-KEY': key!.apiKey, 'X-BAPI-TIMESTAMP': timestamp, 'X-BAPI-RECV-WINDOW': '5000' },
      ...{ 'X-BAPI-SIGN': createHmac('sha256', key!.secret).update(text).digest('hex'), 'X-BAPI-SIGN-TYPE': '2' },
    }
    const body = method === 'POST' ? { body: carried } : {}
    const whole = method === 'GET' && carried !== '' ? `${path}?${carried}` : path
    const request = { method, path: whole, headers: isSigned ? headers : {}, ...body }
    return JSON.parse(trial.send(request as unknown as VenueRequest).body)
  }
  const loose = '{ "symbol": "BTCUSDT", "category": "spot", "side": "Buy", "orderType": "Market", "qty": "1000" }'
  const placed = call('POST', '/v5/order/create', loose)
  deepEqual([placed['retCode'], placed['retMsg']], [0, 'OK'])
  const { exchange } = trial.market
  const spent = exchange.fills.reduce((sum, { order }) => (order === undefined ? sum : order.value), 0n)
  const money = Number(spent) / 10 ** trial.decimals('USDT')
  ok(money > 900 && money <= 1010, `${money} of a thousand`)
  const id = (placed['result'] as unknown as { orderId: string }).orderId
  ok(/^\d{19}$/.test(id), 'beyond 2^53')
  const history = call('GET', '/v5/order/history', 'category=spot&limit=1')['result'] as unknown as {
    list: { orderId: string }[]
  }
  equal(history.list[0]!.orderId, id)
  const rows = (path: string, query: string): unknown[] =>
    ((call('GET', path, query, false) as { result?: { list?: unknown[] } }).result?.list ?? []) as unknown[]
  equal(rows('/v5/market/tickers', 'category=spot').length, 3)
  equal(rows('/v5/market/tickers', 'category=spot&symbol=ETHUSDT').length, 1)
  trial.pass(130_000_000)
  equal(rows('/v5/market/recent-trade', 'category=spot&symbol=BTCUSDT&limit=3').length, 3)
  equal(rows('/v5/market/kline', 'category=spot&symbol=BTCUSDT&interval=1&limit=2').length, 2)
  const codes = [
    call('GET', '/v5/market/tickers', 'category=linear', false),
    call('GET', '/v5/market/orderbook', 'category=spot&symbol=DOGEUSDT', false),
    call('GET', '/v5/market/kline', 'category=spot&symbol=BTCUSDT&interval=7', false),
    call('POST', '/v5/order/create', '[]'),
    call(
      'POST',
      '/v5/order/create',
      '{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"1"}',
    ),
    call(
      'POST',
      '/v5/order/create',
      '{"category":"spot","symbol":"BTCUSDT","side":"buy","orderType":"Limit","qty":"1","price":"1"}',
    ),
    call('POST', '/v5/order/cancel', '{"category":"spot","symbol":"BTCUSDT"}'),
    call('GET', '/v5/account/wallet-balance', 'accountType=CONTRACT'),
  ]
  deepEqual(
    codes.map(({ retCode }) => retCode),
    [10001, 170121, 10001, 10001, 10001, 10001, 10001, 10001],
  )
})

test('both markets at one address: the same symbol twice, one wallet, each client its own orders', () => {
  const trial = new Trial('linear', DEMO_KEYS[0], 'bybit')
  const { exchange } = trial.market
  const { instruments } = exchange
  const options = { instruments, credentials: DEMO_KEYS[0]!, cryptography: nodeCryptography }
  const spot = bybitSpotOrders.makeOrderCodec(options)
  const index = instruments.find('bybit-spot', 'BTCUSDT')!.index
  trial.listen()
  const before = trial.messages.length
  const linearPrice = trial.best(BUY) - 1000
  equal(trial.command(trial.codec.place(placing('L1', BUY, linearPrice, 10), trial.now)), 'ack none')
  const told: PrivateMessage[] = []
  const session = trial.open(spot.stream.path(''), text => told.push(...spot.stream.read(text)))
  for (const frame of spot.stream.hello('', trial.now)) session.onText(frame)
  const price = exchange.engine(index).book.best(BUY) - 1000
  const place = spot.place(placing('S1', BUY, price, 1000, { instrument: index }), trial.now)
  equal(spot.readCommand(place, trial.send(place), trial.now).outcome, 'ack')
  const openOf = (codec: OrderCodec): unknown =>
    found(codec.readOpenOrders(codec.openOrders(-1, trial.now), trial.send(codec.openOrders(-1, trial.now)))).map(
      ({ clientOrderId, instrument }) => [clientOrderId, instrument],
    )
  deepEqual([openOf(trial.codec), openOf(spot)], [[['L1', 0]], [['S1', index]]])
  const ids = (messages: readonly PrivateMessage[]): string[] =>
    messages.flatMap(message => (message.kind === 'report' ? [message.report.clientOrderId] : []))
  deepEqual([ids(trial.messages.slice(before)), ids(told)], [['L1'], ['S1']])
  equal(told.filter(({ kind }) => kind === 'balance').length, 1, 'the wallet is told once')
  const all = spot.cancelAll(-1, trial.now)!
  equal(spot.readCommand(all, trial.send(all), trial.now).outcome, 'ack')
  deepEqual(
    exchange.openOrders(1).map(({ clientOrderId }) => clientOrderId),
    ['L1'],
  )
  const frames: string[] = []
  trial.open('/v5/public/spot', text => frames.push(text)).onText('{"op":"subscribe","args":["tickers.BTCUSDT"]}')
  ok(frames[1]!.includes('"usdIndexPrice"'))
})
