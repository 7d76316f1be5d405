import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import type { Cryptography } from '../../cryptography.ts'
import type { ClientRequest, VenueDialect } from '../../venue-dialect.ts'
import { bybitLinearSide, bybitSpotSide } from './bybit-dialect.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => new Uint8Array(bytes),
}
const NOW = 1_790_000_000_000_000
const KEY = { apiKey: 'k', secret: 's', account: 1, canTrade: true, canWithdraw: false }

/** A dialect over an exchange with an empty book and a rich account. */
function make(side: typeof bybitSpotSide, key = KEY): { dialect: VenueDialect; exchange: Exchange; clock: SimClock } {
  const clock = new SimClock(NOW as Micros)
  let target: ExchangeListener | undefined
  const relay: ExchangeListener = {
    onTrade: trade => target?.onTrade(trade),
    onLevel: (instrument, of, price) => target?.onLevel(instrument, of, price),
    onOrder: (event, order) => target?.onOrder(event, order),
    onFill: fill => target?.onFill(fill),
    onBalance: (account, assets, cause, flow) => target?.onBalance(account, assets, cause, flow),
  }
  const exchange = new Exchange(new InstrumentTable(side.instruments), side.terms, clock, relay)
  const dialect = side.makeDialect({ exchange, clock, cryptography, keys: [key], random: new Random(1) })
  target = dialect
  exchange.transfer(1, 'USDT', 10n ** 20n)
  exchange.transfer(1, 'BTC', 10n ** 20n)
  return { dialect, exchange, clock }
}

/** A request with a signature that is right. */
function signed(method: 'GET' | 'POST', path: string, carried: string): ClientRequest {
  const timestamp = String(NOW / 1000)
  const sign = createHmac('sha256', 's').update(`${timestamp}k5000${carried}`).digest('hex')
  const headers = {
    ...{ 'x-bapi-api-key': 'k', 'x-bapi-timestamp': timestamp, 'x-bapi-recv-window': '5000', 'x-bapi-sign': sign },
  }
  return { method, path, headers, query: method === 'GET' ? carried : '', body: method === 'POST' ? carried : '' }
}

const PATHS = [
  ...[
    '/v5/order/create',
    '/v5/order/create-batch',
    '/v5/order/cancel-batch',
    '/v5/order/amend',
    '/v5/order/cancel',
    '/v5/order/cancel-all',
    '/v5/position/set-leverage',
  ],
  ...['/v5/order/disconnected-cancel-all', '/v5/order/realtime', '/v5/order/history', '/v5/execution/list'],
  ...['/v5/position/list', '/v5/account/wallet-balance', '/v5/account/fee-rate', '/v5/market/orderbook'],
  ...['/v5/market/kline', '/v5/market/tickers', '/v5/market/recent-trade', '/v5/market/instruments-info', '/v5/none'],
]
const values = fc.record(
  {
    category: fc.constantFrom('spot', 'linear', '', 7, null),
    symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT', 'DOGE', '', 0),
    side: fc.constantFrom('Buy', 'Sell', 'buy'),
    orderType: fc.constantFrom('Limit', 'Market', 'Stop'),
    qty: fc.constantFrom('0.01', '0', '-1', '1e3', '99999999999999999999', '0.0000001', 'x', 1, 0.5),
    price: fc.constantFrom('60000', '0', '60000.05', '', '1e999', 60_000),
    timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK', 'PostOnly', 'DAY'),
    marketUnit: fc.constantFrom('baseCoin', 'quoteCoin', 'x'),
    orderLinkId: fc.constantFrom('a', 'b', '~1', 'x'.repeat(40), ''),
    orderId: fc.constantFrom('a', '2000001000000000001', '00000000-0000-4000-8000-00e8d4a51001', ''),
    positionIdx: fc.constantFrom(0, 1, '2'),
    reduceOnly: fc.boolean(),
    buyLeverage: fc.constantFrom('5', '0', 'x'),
    sellLeverage: fc.constantFrom('5', '0'),
    interval: fc.constantFrom('1', 'D', '__proto__'),
    settleCoin: fc.constantFrom('USDT', 'X'),
    accountType: fc.constant('UNIFIED'),
    limit: fc.constantFrom('0', '1', '-1', '1000000', 'x'),
    cursor: fc.constantFrom('0', '5', 'x'),
    request: fc.array(fc.constantFrom({ symbol: 'BTCUSDT', qty: '0.01' }, 7, null), { maxLength: 3 }),
    timeWindow: fc.constantFrom(3, 300, 1e9, '-1'),
  },
  { requiredKeys: [] },
)

for (const side of [bybitSpotSide, bybitLinearSide])
  test(`${side.id}: P-21 whatever is asked is answered with the envelope, and the account never owes what it has not`, () => {
    const { dialect, exchange, clock } = make(side)
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), fc.constantFrom('GET', 'POST'), values, (path, method, given) => {
        clock.advanceTo((clock.now() + 100_000) as Micros)
        const query = Object.entries(given).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
        const timestamp = String(Math.floor(clock.now() / 1000))
        const carried = method === 'GET' ? query.join('&') : JSON.stringify(given)
        const sign = createHmac('sha256', 's').update(`${timestamp}k5000${carried}`).digest('hex')
        const request = signed(method as 'GET' | 'POST', path, carried)
        const headers = { ...request.headers, 'x-bapi-timestamp': timestamp, 'x-bapi-sign': sign }
        const { status, body } = dialect.answer({ ...request, headers })
        ok([200, 403, 404].includes(status))
        if (status === 200) equal(typeof JSON.parse(body).retCode, 'number')
        for (const { total, locked } of exchange.account(1).balances.values()) ok(locked >= 0n && locked <= total)
      }),
      { numRuns: 3000 },
    )
  })

test('P-21 whatever comes over any socket is answered or passed over', () => {
  const { dialect } = make(bybitLinearSide)
  const commands = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.json(),
    fc.record({
      op: fc.constantFrom('subscribe', 'unsubscribe', 'auth', 'ping', 'order.create', 'order.x', 7, '__proto__'),
      args: fc.oneof(
        fc.array(fc.constantFrom('order', 'orderbook.50.BTCUSDT', 'tickers.X', 7, null, {}), { maxLength: 4 }),
        fc.constant('order'),
        fc.array(values, { maxLength: 2 }),
      ),
      req_id: fc.constantFrom('a', 7, null),
      header: fc.constantFrom({ 'X-BAPI-TIMESTAMP': String(NOW / 1000) }, 7, null),
    }),
  )
  for (const path of ['/v5/public/linear', '/v5/private', '/v5/trade'])
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 4 }), texts => {
        const session = dialect.open(path, '', { send: text => void JSON.parse(text), close: () => {} })!
        const expires = NOW / 1000 + 5000
        const sign = createHmac('sha256', 's').update(`GET/realtime${expires}`).digest('hex')
        session.onText(JSON.stringify({ op: 'auth', args: ['k', expires, sign] }))
        for (const text of texts) session.onText(typeof text === 'string' ? text : JSON.stringify(text))
        session.onClosed()
      }),
      { numRuns: 400 },
    )
  equal(dialect.open('/v5/public/spot', '', { send: () => {}, close: () => {} }), undefined)
})

test('a request is signed over exactly what is sent, and only once in time', () => {
  const { dialect } = make(bybitSpotSide)
  const code = (request: ClientRequest): number => JSON.parse(dialect.answer(request).body || '{"retCode":0}').retCode
  const good = signed('GET', '/v5/order/realtime', 'category=spot')
  const changed = (headers: Record<string, string>): ClientRequest => ({
    ...good,
    headers: { ...good.headers, ...headers },
  })
  equal(code(good), 0)
  equal(code({ ...good, query: 'category=spot&limit=1' }), 10004)
  equal(code(changed({ 'x-bapi-sign': '00' })), 10004)
  equal(code(changed({ 'x-bapi-recv-window': '5001' })), 10004)
  equal(code(changed({ 'x-bapi-api-key': 'z' })), 10003)
  equal(code({ ...good, headers: {} }), 10003)
  for (const [timestamp, expected] of [
    [NOW / 1000 - 5001, 10002],
    [NOW / 1000 - 5000, 10004],
    [NOW / 1000 + 999, 10004],
    [NOW / 1000 + 1000, 10002],
  ] as const)
    equal(code(changed({ 'x-bapi-timestamp': String(timestamp) })), expected, String(timestamp))
  equal(dialect.answer({ ...good, body: '{}' }).status, 403, 'a body on a GET')
})

test('a key that may not trade reads and does not order', () => {
  const { dialect } = make(bybitSpotSide, { ...KEY, canTrade: false })
  const code = (path: string, carried: string): number =>
    JSON.parse(dialect.answer(signed(path.endsWith('realtime') ? 'GET' : 'POST', path, carried)).body).retCode
  deepEqual(
    [
      code('/v5/order/realtime', 'category=spot'),
      code('/v5/order/create', '{"category":"spot"}'),
      code('/v5/order/amend', '{}'),
      code('/v5/order/cancel', '{}'),
      code('/v5/order/cancel-all', '{}'),
    ],
    [0, 10005, 10005, 10005, 10005],
  )
})

test('S3-VEN-3 the id of a command comes back as a text, also of clients that number theirs', () => {
  const { dialect } = make(bybitLinearSide)
  const told: Record<string, unknown>[] = []
  const session = dialect.open('/v5/public/linear', '', { send: text => told.push(JSON.parse(text)), close: () => {} })!
  for (const id of [7, 'seven', null])
    session.onText(JSON.stringify({ op: 'unsubscribe', req_id: id, args: ['tickers.BTCUSDT'] }))
  deepEqual(
    told.map(({ op, success, req_id }) => [op, success, req_id]),
    [
      ['unsubscribe', true, '7'],
      ['unsubscribe', true, 'seven'],
      ['unsubscribe', true, ''],
    ],
  )
})

test('S3-VEN-3 lists of the categories that are not here are empty; a category that nobody has is refused', () => {
  const { dialect } = make(bybitLinearSide)
  const asked = (path: string, category: string): unknown => {
    const { retCode, result } = JSON.parse(dialect.answer(signed('GET', path, `category=${category}`)).body)
    return [retCode, result.list?.length]
  }
  const ofAccount = ['/v5/order/realtime', '/v5/order/history', '/v5/execution/list', '/v5/position/list']
  for (const path of [...ofAccount, '/v5/market/instruments-info']) {
    for (const category of ['inverse', 'option', 'spot']) deepEqual(asked(path, category), [0, 0])
    deepEqual(asked(path, 'futures'), [10001, undefined])
  }
})

test('an order with conditions is refused, not taken without them', () => {
  const { dialect, exchange } = make(bybitLinearSide)
  const order = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.01', price: '60000' }
  const code = (terms: object): unknown =>
    JSON.parse(dialect.answer(signed('POST', '/v5/order/create', JSON.stringify({ ...order, ...terms }))).body).retCode
  const terms = [{ triggerPrice: '1' }, { takeProfit: '70000' }, { stopLoss: '50000' }, { orderFilter: 'StopOrder' }]
  deepEqual(terms.map(code), [10001, 10001, 10001, 10001])
  equal(exchange.openOrders(1).length, 0)
  equal(code({ takeProfit: '', stopLoss: '0', orderFilter: 'Order' }), 0)
})

test('S3-VEN-3 batches: each order is told for itself, and counts for itself', () => {
  const { dialect, exchange } = make(bybitLinearSide)
  const order = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.01', price: '60000' }
  const batch = (verb: string, request: unknown, category = 'linear') =>
    JSON.parse(dialect.answer(signed('POST', `/v5/order/${verb}-batch`, JSON.stringify({ category, request }))).body)
  const placed = batch('create', [{ ...order, orderLinkId: 'a' }, { ...order, qty: '0' }, order])
  deepEqual([placed.retCode, placed.retExtInfo.list.map(({ code }: { code: number }) => code)], [0, [0, 10001, 0]])
  const [first, second, third] = placed.result.list
  deepEqual([first.orderLinkId, first.symbol, second.orderId, typeof first.createAt], ['a', 'BTCUSDT', '', 'string'])
  const { symbol } = order
  const amended = batch('amend', [
    { symbol, orderId: first.orderId, price: '59000' },
    { symbol, orderId: 'none' },
  ])
  deepEqual([amended.retExtInfo.list[0].code, amended.retExtInfo.list[1].code], [0, 110001])
  equal(exchange.findByClientId(1, 'a')!.price, 590_000)
  const canceled = batch('cancel', [
    { symbol, orderLinkId: 'a' },
    { symbol, orderId: third.orderId },
  ])
  deepEqual(
    [canceled.retExtInfo.list, exchange.openOrders(1).length],
    [
      [
        { code: 0, msg: 'OK' },
        { code: 0, msg: 'OK' },
      ],
      0,
    ],
  )
  for (const wrong of [[], 'x', undefined, [7], Array.from({ length: 21 }, () => order)])
    ok([10001, 10006].includes(batch('create', wrong).retCode))
  equal(batch('create', [order], 'inverse').retCode, 10001)
  equal(
    batch(
      'create',
      Array.from({ length: 8 }, () => order),
    ).retCode,
    10006,
    'four of ten are used',
  )
  equal(exchange.openOrders(1).length, 0)
})

test('who asks for isolated margin is not told that he has it', () => {
  const { dialect } = make(bybitLinearSide)
  const asked = (setMarginMode: string): [number, unknown[] | undefined] => {
    const body = JSON.stringify({ setMarginMode })
    const { retCode, result } = JSON.parse(dialect.answer(signed('POST', '/v5/account/set-margin-mode', body)).body)
    return [retCode, result.reasons?.length]
  }
  deepEqual(asked('REGULAR_MARGIN'), [110026, undefined])
  deepEqual(asked('ISOLATED_MARGIN'), [0, 1])
  deepEqual(asked('x'), [10001, undefined])
})
