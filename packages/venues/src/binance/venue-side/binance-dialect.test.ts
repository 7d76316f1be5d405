import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import fc from 'fast-check'
import type { Cryptography } from '../../cryptography.ts'
import type { VenueSide } from '../../venue-dialect.ts'
import { binanceSpotSide, binanceUsdmSide } from './binance-dialect.ts'

let drawn = 0
const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => new Uint8Array(bytes).fill(++drawn),
}
const START = 1_790_000_000_000_000
const KEY = { apiKey: 'k', secret: 's', account: 1, canTrade: true, canWithdraw: false }

/** A dialect over an exchange with a market around 60,000, a rich account, and a client that signs. */
function make(side: VenueSide) {
  const clock = new SimClock(START as Micros)
  let target: ExchangeListener | undefined
  const relay: ExchangeListener = {
    onTrade: trade => target?.onTrade(trade),
    onLevel: (instrument, of, price) => target?.onLevel(instrument, of, price),
    onOrder: (event, order) => target?.onOrder(event, order),
    onFill: fill => target?.onFill(fill),
    onBalance: (account, assets, cause, flow) => target?.onBalance(account, assets, cause, flow),
  }
  const exchange = new Exchange(new InstrumentTable(side.instruments), side.terms, clock, relay)
  const dialect = side.makeDialect({ exchange, clock, cryptography, keys: [KEY], random: new Random(1) })
  target = dialect
  for (const asset of ['BTC', 'USDT']) exchange.transfer(1, asset, 10n ** 15n)
  const mid = 60_000 * 10 ** exchange.instruments.at(0).price.decimals
  for (let step = 1; step <= 20; step++)
    for (const resting of [BUY, SELL] as const)
      exchange.engine(0).limit(step * 2 + (resting === BUY ? 1 : 0), resting, mid - resting * step, 5000, 'gtc')
  const pass = (micros: number): void => {
    clock.advanceTo((clock.now() + micros) as Micros)
    dialect.tick(clock.now())
  }
  const signed = (parameters: Readonly<Record<string, unknown>>, isSorted: boolean): [string, string][] => {
    const given = { ...parameters, apiKey: undefined, timestamp: Math.floor(clock.now() / 1000) }
    const all: Record<string, unknown> = isSorted ? { ...given, apiKey: 'k' } : given
    const pairs = Object.entries(all).filter(([, value]) => value !== undefined)
    const texts = pairs.map(([key, value]) => [key, String(value)] as [string, string])
    if (isSorted) texts.sort(([one], [other]) => (one < other ? -1 : 1))
    const plain = texts.map(([key, value]) => `${key}=${isSorted ? value : encodeURIComponent(value)}`).join('&')
    return [...texts, ['signature', createHmac('sha256', 's').update(plain).digest('hex')]]
  }
  /** The answer to a signed call: its status and what it says. */
  const ask = (call: string, parameters: Readonly<Record<string, unknown>>): [number, Record<string, unknown>] => {
    const [method, path] = call.split(' ') as [string, string]
    const query = signed(parameters, false)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&')
    const reply = dialect.answer({ method, path, query, headers: { 'x-mbx-apikey': 'k' }, body: '' })
    return [reply.status, reply.body === '' ? {} : JSON.parse(reply.body)]
  }
  return { dialect, exchange, pass, ask, signed }
}

const SIDES = { spot: binanceSpotSide, usdm: binanceUsdmSide }
const ORDER = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '59000' }
const CALLS: Readonly<Record<keyof typeof SIDES, readonly string[]>> = {
  spot: [
    ...[
      'POST order',
      'POST order/test',
      'DELETE order',
      'GET order',
      'GET openOrders',
      'DELETE openOrders',
      'GET myTrades',
    ],
    ...[
      'POST order/cancelReplace',
      'PUT order/amend/keepPriority',
      'GET allOrders',
      'GET account',
      'GET depth',
      'GET time',
    ],
    ...[
      'GET account/commission',
      'GET trades',
      'GET aggTrades',
      'GET klines',
      'GET ticker/24hr',
      'GET ticker/price',
      'GET x',
    ],
  ].map(call => call.replace(' ', ' /api/v3/')),
  usdm: [
    ...[
      'POST order',
      'POST order/test',
      'PUT order',
      'DELETE order',
      'GET order',
      'GET openOrders',
      'DELETE allOpenOrders',
    ],
    ...[
      'GET allOrders',
      'GET userTrades',
      'POST leverage',
      'POST marginType',
      'POST positionSide/dual',
      'GET premiumIndex',
    ],
    ...[
      'POST countdownCancelAll',
      'POST listenKey',
      'PUT listenKey',
      'GET klines',
      'GET depth',
      'GET ticker/bookTicker',
    ],
    ...[
      'GET commissionRate',
      'POST batchOrders',
      'PUT batchOrders',
      'DELETE batchOrders',
      'GET symbolConfig',
      'DELETE listenKey',
      'GET fundingRate',
      'GET aggTrades',
      'GET leverageBracket',
      'GET x',
    ],
  ].map(call => call.replace(' ', ' /fapi/v1/')),
}
const INHERITED = ['constructor', 'toString', '__proto__', '__defineGetter__', 'valueOf']
const odd = fc.constantFrom<unknown>(
  ...INHERITED,
  '',
  '-1',
  '0',
  '1e9',
  '0.000000001',
  null,
  true,
  {},
  'NaN',
  'x'.repeat(99),
)
const or = (...usual: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd })
const parametersOf = fc.record(
  {
    symbol: or('BTCUSDT', 'ETHUSDT'),
    side: or('BUY', 'SELL'),
    type: or('LIMIT', 'MARKET', 'LIMIT_MAKER'),
    timeInForce: or('GTC', 'IOC', 'FOK', 'GTX'),
    quantity: or('0.01', '1'),
    price: or('59000', '60001'),
    newClientOrderId: or('a', 'b'),
    origClientOrderId: or('a', 'b'),
    cancelOrigClientOrderId: or('a'),
    orderId: or('1000000000001', '1000000000003'),
    newQty: or('0.005'),
    newOrderRespType: or('ACK', 'RESULT', 'FULL'),
    reduceOnly: or('true'),
    leverage: or('5'),
    countdownTime: or('1000', '0'),
    interval: or('1m', '1d'),
    limit: or('5'),
    recvWindow: or('5000'),
    cancelReplaceMode: or('STOP_ON_FAILURE', 'ALLOW_FAILURE'),
    symbols: or('["BTCUSDT"]'),
    batchOrders: or('[{}]', '[7]', JSON.stringify([ORDER, ORDER])),
    orderIdList: or('[1000000000001]', '[null,{}]'),
  },
  { requiredKeys: [] },
)

for (const [name, side] of Object.entries(SIDES) as [keyof typeof SIDES, VenueSide][]) {
  test(`${name}: P-21 whatever is asked is answered, and nobody owes what he has not`, () => {
    const { exchange, pass, ask } = make(side)
    equal(ask(CALLS[name][0]!, ORDER)[0], 200)
    let placed = 0
    fc.assert(
      fc.property(fc.constantFrom(...CALLS[name]), parametersOf, fc.boolean(), (call, parameters, isWhole) => {
        pass(1_000_000)
        const [status, answer] = ask(call, isWhole ? { ...parameters, ...ORDER } : { ...ORDER, ...parameters })
        ok([200, 400, 401, 404, 409, 429].includes(status), `${status}`)
        if (status >= 400 && status !== 404) equal(typeof answer['code'], 'number')
        if (status === 200 && call.startsWith('POST') && call.endsWith('/order')) placed++
        for (const { total, locked } of exchange.account(1).balances.values()) ok(locked >= 0n && locked <= total)
      }),
      { numRuns: 3000 },
    )
    ok(placed > 5, `${placed} orders`)
  })

  test(`${name}: P-21 whatever comes over any socket is answered or passed over`, () => {
    const { dialect, pass, signed } = make(side)
    const methods = [
      'SUBSCRIBE',
      'UNSUBSCRIBE',
      'LIST_SUBSCRIPTIONS',
      'SET_PROPERTY',
      'order.place',
      'order.cancel',
      'ping',
    ]
    const streams = ['btcusdt@depth', 'btcusdt@trade', 'btcusdt@kline_1m', 'btcusdt@depth20@100ms', '!ticker@arr', 'x']
    const command = fc.record(
      {
        id: or(1, 'a'),
        method: or(...methods, 'userDataStream.subscribe.signature', 'account.status', 'openOrders.status'),
        params: fc.oneof(fc.array(or(...streams), { maxLength: 3 }), parametersOf),
      },
      { requiredKeys: [] },
    )
    const apis =
      name === 'spot' ? ['/ws', '/stream', '/ws-api/v3'] : ['/ws', '/public/stream', '/market/ws', '/ws-fapi/v1']
    fc.assert(
      fc.property(
        fc.constantFrom(...apis),
        fc.array(fc.oneof(command, fc.json()), { maxLength: 5 }),
        (path, frames) => {
          const told: string[] = []
          const session = dialect.open(path, '', { send: text => told.push(text), close: () => {} })!
          for (const frame of frames) {
            pass(500_000)
            const before = told.length
            const isCall = path.includes('api') && typeof frame !== 'string' && !Array.isArray(frame.params)
            const signing = isCall
              ? { params: Object.fromEntries(signed((frame.params ?? {}) as Record<string, unknown>, true)) }
              : {}
            session.onText(typeof frame === 'string' ? frame : JSON.stringify({ ...frame, ...signing }))
            ok(told.length > before, JSON.stringify(frame))
          }
          session.onClosed()
          for (const text of told) ok(typeof JSON.parse(text) === 'object')
        },
      ),
      { numRuns: 500 },
    )
  })
}

test('an order with terms that are not offered is refused, not taken without them', () => {
  const refusals = (side: VenueSide, terms: readonly Readonly<Record<string, string>>[]): unknown[] => {
    const { ask, exchange } = make(side)
    const call = side === binanceSpotSide ? 'POST /api/v3/order' : 'POST /fapi/v1/order'
    const codes = terms.map(each => ask(call, { ...ORDER, ...each })[1]['code'])
    equal(exchange.openOrders(1).length, 0)
    equal(ask(call, { ...ORDER, stopPrice: '', positionSide: 'BOTH', closePosition: 'false' })[0], 200)
    return codes
  }
  deepEqual(
    refusals(binanceSpotSide, [{ stopPrice: '58000' }, { trailingDelta: '100' }, { icebergQty: '0.001' }]),
    [-1106, -1106, -1013],
  )
  deepEqual(
    refusals(binanceUsdmSide, [{ stopPrice: '58000' }, { closePosition: 'true' }, { priceMatch: 'QUEUE' }]),
    [-1106, -1106, -1106],
  )
  deepEqual(refusals(binanceUsdmSide, [{ positionSide: 'LONG' }, { type: 'STOP_MARKET' }]), [-4061, -4120])
})

test('S3-VEN-3 usdm: batches, each order answered with itself or its error', () => {
  const { ask, exchange } = make(binanceUsdmSide)
  const call = (method: string, parameters: object): Record<string, unknown>[] =>
    ask(`${method} /fapi/v1/batchOrders`, { ...parameters })[1] as unknown as Record<string, unknown>[]
  const [first, second, third] = call('POST', {
    batchOrders: JSON.stringify([{ ...ORDER, newClientOrderId: 'a' }, { ...ORDER, quantity: '0' }, ORDER]),
  })
  deepEqual([first!['clientOrderId'], second!['code'], third!['status']], ['a', -4003, 'NEW'])
  const amended = { symbol: 'BTCUSDT', side: 'BUY', origClientOrderId: 'a', quantity: '0.02', price: '58000' }
  equal(call('PUT', { batchOrders: JSON.stringify([amended]) })[0]!['origQty'], '0.020')
  const orderIdList = JSON.stringify([third!['orderId'], 5])
  const canceled = call('DELETE', { symbol: 'BTCUSDT', orderIdList })
  deepEqual([canceled[0]!['status'], canceled[1]!['code']], ['CANCELED', -2011])
  equal(call('DELETE', { symbol: 'BTCUSDT', origClientOrderIdList: '["a"]' })[0]!['status'], 'CANCELED')
  equal(exchange.openOrders(1).length, 0)
  for (const [batchOrders, code] of [
    ['', -1102],
    ['x', -1130],
    ['{}', -1130],
    ['[7]', -1130],
    [JSON.stringify(Array(6).fill(ORDER)), -1130],
  ])
    equal(ask('POST /fapi/v1/batchOrders', { batchOrders })[1]['code'], code)
})

test('S3-VEN-3 usdm: the settings of symbols and account, the last funding, as ccxt asks for them', () => {
  const { ask } = make(binanceUsdmSide)
  ask('POST /fapi/v1/leverage', { symbol: 'BTCUSDT', leverage: '7' })
  const [, symbols] = ask('GET /fapi/v1/symbolConfig', { symbol: 'BTCUSDT' }) as unknown as [
    number,
    Record<string, unknown>[],
  ]
  deepEqual([symbols.length, symbols[0]!['leverage'], symbols[0]!['marginType']], [1, 7, 'CROSSED'])
  equal(ask('GET /fapi/v1/accountConfig', {})[1]['dualSidePosition'], false)
  const [, funding] = ask('GET /fapi/v1/fundingRate', { symbol: 'BTCUSDT' }) as unknown as [
    number,
    Record<string, unknown>[],
  ]
  deepEqual([funding[0]!['fundingRate'], Number(funding[0]!['fundingTime']) % 28_800_000], ['0.00010000', 0])
  equal(ask('GET /fapi/v1/symbolConfig', { symbol: 'X' })[1]['code'], -1121)
})

test('usdm: who asks for isolated margin is not told that he has it', () => {
  const { ask } = make(binanceUsdmSide)
  const code = (parameters: object): unknown =>
    ask('POST /fapi/v1/marginType', { symbol: 'BTCUSDT', ...parameters })[1]['code']
  deepEqual([code({ marginType: 'CROSSED' }), code({ marginType: 'ISOLATED' }), code({})], [-4046, -4168, -1102])
})

test('S3-VEN-3 spot: fee rates and the state of the system, as ccxt asks for them; what is empty is said to be', () => {
  const { ask } = make(binanceSpotSide)
  const [, fees] = ask('GET /sapi/v1/asset/tradeFee', { symbol: 'ETHUSDT' }) as unknown as [number, object[]]
  deepEqual(fees, [{ symbol: 'ETHUSDT', makerCommission: '0.00100000', takerCommission: '0.00100000' }])
  deepEqual(ask('GET /sapi/v1/system/status', {})[1], { status: 0, msg: 'normal' })
  for (const empty of ['quantity', 'price'])
    equal(ask('POST /api/v3/order', { ...ORDER, [empty]: '' })[1]['code'], -1105)
})

test('D60 usdm: a halt is told on the stream of all contracts, and in the list; orders are refused in its words', () => {
  const { dialect, exchange, pass, ask } = make(binanceUsdmSide)
  for (const [path, isCarried] of [
    ['/stream', true],
    ['/market/stream', true],
    ['/public/stream', false],
  ] as const) {
    const told: { stream: string; data: Record<string, unknown> }[] = []
    const session = dialect.open(path, '', { send: text => told.push(JSON.parse(text)), close: () => {} })!
    session.onText('{"method":"SUBSCRIBE","params":["!contractInfo"],"id":1}')
    told.length = 0
    const words = [false, true].map(isOpen => {
      exchange.isOpen[1] = isOpen
      for (let step = 0; step < 3; step++) pass(100_000)
      return told.splice(0).map(({ stream, data }) => [stream, data['e'], data['s'], data['cs']].join(' '))
    })
    const event = '!contractInfo contractInfo ETHUSDT'
    deepEqual(words, isCarried ? [[`${event} TRADING_HALT`], [`${event} TRADING`]] : [[], []], path)
    session.onClosed()
  }
  exchange.isOpen[0] = false
  const [status, { code }] = ask('POST /fapi/v1/order', ORDER)
  deepEqual([status, code], [400, -4140])
  pass(100_000)
})

test('D60 spot: the list of some symbols tells their states, and knows no others', () => {
  const { exchange, ask } = make(binanceSpotSide)
  exchange.isOpen[0] = false
  const states = (parameters: Record<string, string>): unknown => {
    const [status, { symbols, code }] = ask('GET /api/v3/exchangeInfo', parameters)
    if (status !== 200) return code
    return (symbols as { symbol: string; status: string }[]).map(each => `${each.symbol} ${each.status}`)
  }
  deepEqual(states({ symbols: '["BTCUSDT","SOLUSDT"]' }), ['BTCUSDT BREAK', 'SOLUSDT TRADING'])
  deepEqual(states({ symbol: 'ETHUSDT' }), ['ETHUSDT TRADING'])
  deepEqual(states({}), ['BTCUSDT BREAK', 'ETHUSDT TRADING', 'SOLUSDT TRADING'])
  equal(states({ symbols: '["BTCUSDT","QXZUSDT"]' }), -1121)
  deepEqual(ask('POST /api/v3/order', ORDER), [400, { code: -2010, msg: 'Market is closed.' }])
})

test('S3-VEN-4 a request costs by what it asks for, over REST and the WebSocket API alike', () => {
  const weigh = (side: VenueSide, call: string, query: string): number => {
    const { dialect } = make(side)
    const [method, path] = call.split(' ') as [string, string]
    const { headers } = dialect.answer({ method, path, query, headers: {}, body: '' })
    return Number(headers!['X-MBX-USED-WEIGHT-1M'])
  }
  for (const [limit, weight] of [
    ['', 5],
    ['&limit=101', 25],
    ['&limit=1000', 50],
    ['&limit=5000', 250],
  ] as const)
    equal(weigh(binanceSpotSide, 'GET /api/v3/depth', `symbol=BTCUSDT${limit}`), weight)
  equal(weigh(binanceUsdmSide, 'GET /fapi/v1/depth', 'symbol=BTCUSDT&limit=50'), 2)
  equal(weigh(binanceUsdmSide, 'GET /fapi/v1/depth', 'symbol=BTCUSDT'), 10)
  equal(weigh(binanceSpotSide, 'GET /api/v3/ticker/bookTicker', ''), 4)
  equal(weigh(binanceUsdmSide, 'GET /fapi/v1/klines', 'symbol=BTCUSDT&interval=1m&limit=1500'), 10)
  const { ask } = make(binanceSpotSide)
  ask('POST /api/v3/order', ORDER)
  const counts = ask('GET /api/v3/rateLimit/order', {})[1] as unknown as readonly { count: number; interval: string }[]
  deepEqual(
    counts.map(({ interval, count }) => [interval, count]),
    [
      ['SECOND', 1],
      ['DAY', 1],
    ],
  )
  equal(ask('GET /api/v3/account', { recvWindow: 60_001 })[1]['code'], -1131)
})

test('S3-VEN-4 what is no control message of the streams is told with its code', () => {
  const { dialect } = make(binanceSpotSide)
  const frames: string[] = []
  const session = dialect.open('/ws', '', { send: text => frames.push(text), close() {} })!
  for (const [text, answer] of [
    ['{"id":1}', { error: { code: 2, msg: 'Invalid request: missing field `method` at line 1 column 1' }, id: 1 }],
    ['{"method":"FOO","id":1}', { error: { code: 2, msg: 'Invalid request: unknown variant `FOO`' }, id: 1 }],
    [
      '{"method":"SUBSCRIBE","id":null}',
      { error: { code: 2, msg: 'Invalid request: missing field `params` at line 1 column 1' }, id: null },
    ],
    [
      '{"method":"SUBSCRIBE","params":[5],"id":1}',
      { error: { code: 2, msg: 'Invalid request: invalid type: expected a string' }, id: 1 },
    ],
    ['{"method":"GET_PROPERTY","params":["combined"],"id":"a"}', { result: false, id: 'a' }],
    [
      '{"method":"SET_PROPERTY","params":["combined",5],"id":1}',
      { error: { code: 1, msg: 'Invalid value type: expected Boolean' }, id: 1 },
    ],
    [
      '{"method":"SET_PROPERTY","params":["other",true],"id":1}',
      { error: { code: 0, msg: 'Unknown property' }, id: 1 },
    ],
    ['{"method":"SET_PROPERTY","params":["combined",true],"id":1}', { result: null, id: 1 }],
    ['{"method":"GET_PROPERTY","params":["combined"],"id":1}', { result: true, id: 1 }],
    ['{"method":"LIST_SUBSCRIPTIONS","id":1}', { result: [], id: 1 }],
  ] as const) {
    session.onText(text)
    deepEqual(JSON.parse(frames.pop()!), answer, text)
  }
  session.onText(`{"method":"LIST_SUBSCRIPTIONS","id":"${'x'.repeat(37)}"}`)
  equal(JSON.parse(frames.pop()!).error.code, 2)
})

test('S3-VEN-4 usdm: a fill is told short, in full, and by what it did to the one position; margins add up', () => {
  const { dialect, ask } = make(binanceUsdmSide)
  const listenKey = ask('POST /fapi/v1/listenKey', {})[1]['listenKey'] as string
  const frames: string[] = []
  const some: string[] = []
  const open = (path: string, query: string, into: string[]) =>
    dialect.open(path, query, { send: text => into.push(text), close() {} })!
  equal(open('/private/ws', `listenKey=${listenKey}`, frames).rules?.pingEveryMs, 180_000)
  open('/private/stream', `listenKey=${listenKey}&events=TRADE_LITE/ACCOUNT_UPDATE`, some)
  ask('POST /fapi/v1/order', { ...ORDER, price: '60100', quantity: '1' })
  const events = frames.map(text => JSON.parse(text))
  deepEqual(
    events.map(({ e, o }) => `${e} ${o?.x ?? ''}`),
    ['ORDER_TRADE_UPDATE NEW', 'TRADE_LITE ', 'ORDER_TRADE_UPDATE TRADE', 'ACCOUNT_UPDATE '],
  )
  equal(events[1].t, events[2].o.t)
  deepEqual(
    events[3].a.P.map((row: Record<string, string>) => [row['s'], row['pa'], row['ep'], row['cr']]),
    [['BTCUSDT', '1.000', '60000.10000', '0.00000000']],
  )
  deepEqual(
    some.map(text => [JSON.parse(text).stream, JSON.parse(text).data.e]),
    [
      [listenKey, 'TRADE_LITE'],
      [listenKey, 'ACCOUNT_UPDATE'],
    ],
  )
  ask('POST /fapi/v1/order', { ...ORDER, price: '59000', quantity: '2' })
  const [, account] = ask('GET /fapi/v3/account', {})
  const of = (key: string): number => Number(account[key])
  // Mark 60,000.0; one bought at 60,000.1; leverage 20; the fee of takers 0.05 %.
  equal(of('totalUnrealizedProfit').toFixed(4), '-0.1000')
  equal(of('totalMarginBalance').toFixed(4), (of('totalWalletBalance') - 0.1).toFixed(4))
  deepEqual([of('totalPositionInitialMargin'), of('totalOpenOrderInitialMargin')], [3000, 6000])
  deepEqual([of('totalInitialMargin'), of('totalMaintMargin')], [9000, 1500])
  equal(of('availableBalance').toFixed(4), (of('totalMarginBalance') - 9000).toFixed(4))
})
