import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Amount } from '../amount.ts'
import type { Cryptography } from '../cryptography.ts'
import type { PrivateMessage, QueryResult, VenueAnswer, VenueRequest } from '../order-venue.ts'
import { bybitLinearOrders, bybitSpotOrders } from './bybit-orders.ts'
import type { Category } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { BybitSigner } from './order-requests.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
const credentials = { apiKey: 'test_api_key', secret: 'test_secret' }
const at = 1_700_000_000_000_000 as Micros

/** Symbols with prices of 0.01 and quantities of 0.001, quoted in their last four letters. */
function codecOf(category: Category, symbols = ['BTCUSDT', 'ETHUSDT', 'APEXUSDT'], settle?: string) {
  const all = symbols.map((symbol, index) => {
    const [base, quote] = [symbol.slice(0, -4), symbol.slice(-4)]
    const grids = { price: { decimals: 3, step: 1 }, quantity: { decimals: 3, step: 1 }, grids: 'published' } as const
    const kind = category === 'spot' ? 'spot' : 'perpetual'
    const draft = { symbol, base, quote, settle: settle ?? quote, kind, expiry: '', bounds: {}, ...grids } as const
    return makeInstrument(category, `bybit-${category}`, index, draft)
  })
  const venue = category === 'spot' ? bybitSpotOrders : bybitLinearOrders
  return venue.makeOrderCodec({ instruments: new InstrumentTable(all), credentials, cryptography })
}
const order = {
  instrument: 0,
  side: BUY,
  type: 'limit',
  quantity: 12_345 as Lots,
  price: 25_000_500 as Ticks,
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: false,
  strategy: 's',
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: 'V1',
  order: { ...order, ...changes } as unknown as PlaceCommand['order'],
})
const answer = (body: unknown, status = 200, headers: Record<string, string> = {}): VenueAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const succeeded = (result: unknown): VenueAnswer =>
  answer({ retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1_700_000_000_001 })
const failed = (retCode: number, retMsg = 'x'): VenueAnswer =>
  answer({ retCode, retMsg, result: {}, retExtInfo: {}, time: 1_700_000_000_001 })

const VECTORS: readonly (readonly [carried: string, signature: string])[] = [
  ['category=linear&symbol=BTCUSDT', 'fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7'],
  [
    '{"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-order-1"}',
    '2df4a0603d69c08d5dea29ba85b46eb7db64ce9e9ebd34a7802a3d69700cb2a1',
  ],
  [
    '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"25000","timeInForce":"PostOnly","orderLinkId":"test-order-1"}',
    '1525ff4ac092bdecb925f86d36bf90dcc1d56e61e9b5daf4b1c3815c1ca32f97',
  ],
  ['', 'cfffd774219bfa1d400476f699f830daaedcd3c41faa1dbdda95a8f4dd8170cc'],
]
test('requests and log-ins are signed as the known vectors are', () => {
  const signer = new BybitSigner(credentials, cryptography)
  for (const [carried, signature] of VECTORS) equal(signer.requestSignature(carried, 1_700_000_000_000), signature)
  equal(
    signer.signature('GET/realtime1700000000000'),
    'bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925',
  )
  deepEqual(JSON.parse(signer.logIn((at - 10_000_000) as Micros)), {
    req_id: 'auth',
    op: 'auth',
    args: ['test_api_key', 1_700_000_000_000, signer.signature('GET/realtime1700000000000')],
  })
})

/** What is sent, without the headers, whose signature is checked against exactly that. */
function sent(request: VenueRequest): string {
  const carried = request.method === 'GET' ? (request.path.split('?')[1] ?? '') : request.body!
  const text = `1700000000000test_api_key5000${carried}`
  equal(request.headers['X-BAPI-SIGN'], createHmac('sha256', 'test_secret').update(text).digest('hex'))
  deepEqual(
    ['X-BAPI-API-KEY', 'X-BAPI-TIMESTAMP', 'X-BAPI-RECV-WINDOW'].map(name => request.headers[name]),
    ['test_api_key', '1700000000000', '5000'],
  )
  equal(request.headers['Content-Type'], request.method === 'POST' ? 'application/json' : undefined)
  equal(request.body === undefined, request.method === 'GET')
  return `${request.method} ${request.path} ${request.body ?? ''}`.trim()
}

const PLACED: readonly (readonly [Category, object, string])[] = [
  ['spot', {}, '"orderType":"Limit","qty":"12.345","price":"25000.500","timeInForce":"GTC","orderLinkId":"V1"'],
  [
    'spot',
    { type: 'market', price: undefined, timeInForce: 'ioc' },
    '"orderType":"Market","qty":"12.345","marketUnit":"baseCoin","orderLinkId":"V1"',
  ],
  [
    'linear',
    { postOnly: true },
    '"orderType":"Limit","qty":"12.345","price":"25000.500","timeInForce":"PostOnly","positionIdx":0,"orderLinkId":"V1"',
  ],
  [
    'linear',
    { timeInForce: 'fok', reduceOnly: true },
    '"orderType":"Limit","qty":"12.345","price":"25000.500","timeInForce":"FOK","positionIdx":0,"orderLinkId":"V1","reduceOnly":true',
  ],
  [
    'linear',
    { type: 'market', price: undefined },
    '"orderType":"Market","qty":"12.345","positionIdx":0,"orderLinkId":"V1"',
  ],
]
for (const [category, changes, fields] of PLACED)
  test(`place on ${category}: ${fields}`, () => {
    const request = codecOf(category).place(placing(changes), at)
    const head = `"category":"${category}","symbol":"BTCUSDT","side":"Buy"`
    equal(sent(request), `POST /v5/order/create {${head},${fields}}`)
    deepEqual([request.call, request.orders, request.clientOrderId, request.instrument], ['place', 1, 'V1', 0])
  })

test('every other request of both markets', () => {
  const names = { clientOrderId: 'V1', venueOrderId: '', instrument: 1 }
  const known = { ...names, venueOrderId: 'a-b' }
  const amended = { price: 1 as Ticks, quantity: 2000 as Lots }
  const requests = (category: Category): (string | undefined)[] => {
    const codec = codecOf(category)
    const all = [
      codec.cancel(names, at),
      codec.cancel(known, at),
      codec.replace({ ...known, ...amended }, SELL, at),
      codec.cancelAll(1, at),
      codec.cancelAll(-1, at),
      codec.order('V1', '', 1, at),
      codec.order('V1', 'a-b', 1, at),
      codec.openOrders(-1, at),
      codec.openOrders(1, at),
      codec.fills(1, 1_600_000_000_000_999 as Micros, at),
      codec.balances(at),
      codec.positions(at),
      codec.fees(1, at),
      codec.permissions(at),
      codec.deadMan(-1, 10_001, at),
      codec.leverage(1, 5, at),
      codec.positionMode(true, at),
    ]
    return all.map(request => (request === undefined ? undefined : sent(request)))
  }
  const of = (category: Category, all: string): string[] => [
    `POST /v5/order/cancel {"category":"${category}","symbol":"ETHUSDT","orderLinkId":"V1"}`,
    `POST /v5/order/cancel {"category":"${category}","symbol":"ETHUSDT","orderId":"a-b"}`,
    `POST /v5/order/amend {"category":"${category}","symbol":"ETHUSDT","orderId":"a-b","qty":"2.000","price":"0.001"}`,
    `POST /v5/order/cancel-all {"category":"${category}","symbol":"ETHUSDT"}`,
    `POST /v5/order/cancel-all {"category":"${category}"${all === '' ? '' : ',"settleCoin":"USDT"'}}`,
    `GET /v5/order/realtime?category=${category}&symbol=ETHUSDT&orderLinkId=V1`,
    `GET /v5/order/realtime?category=${category}&symbol=ETHUSDT&orderId=a-b`,
    `GET /v5/order/realtime?category=${category}${all}&openOnly=0&limit=50`,
    `GET /v5/order/realtime?category=${category}&symbol=ETHUSDT&openOnly=0&limit=50`,
    `GET /v5/execution/list?category=${category}&symbol=ETHUSDT&startTime=1600000000000&limit=100`,
    'GET /v5/account/wallet-balance?accountType=UNIFIED',
  ]
  deepEqual(requests('spot'), [
    ...of('spot', ''),
    undefined,
    'GET /v5/account/fee-rate?category=spot&symbol=ETHUSDT',
    'GET /v5/user/query-api',
    'POST /v5/order/disconnected-cancel-all {"product":"SPOT","timeWindow":11}',
    undefined,
    undefined,
  ])
  deepEqual(requests('linear'), [
    ...of('linear', '&settleCoin=USDT'),
    'GET /v5/position/list?category=linear&settleCoin=USDT&limit=200',
    'GET /v5/account/fee-rate?category=linear&symbol=ETHUSDT',
    'GET /v5/user/query-api',
    'POST /v5/order/disconnected-cancel-all {"product":"DERIVATIVES","timeWindow":11}',
    'POST /v5/position/set-leverage {"category":"linear","symbol":"ETHUSDT","buyLeverage":"5","sellLeverage":"5"}',
    'POST /v5/position/switch-mode {"category":"linear","coin":"USDT","mode":0}',
  ])
})

test('contracts of several settling coins are never taken for all of them', () => {
  const codec = codecOf('linear', ['BTCUSDT', 'BTCUSDC'])
  deepEqual([codec.cancelAll(-1, at), codec.positions(at)], [undefined, undefined])
  equal(codec.openOrders(-1, at).path, '/v5/order/realtime?category=linear&openOnly=0&limit=50')
  equal(codec.deadMan(0, 0, at), undefined)
  ok(codec.deadMan(0, 1, at)!.body!.endsWith('"timeWindow":3}'))
  ok(codec.deadMan(0, 1e9, at)!.body!.endsWith('"timeWindow":300}'))
})

test('R-REST-03 outcomes: what the venue says, what it leaves open, and what is not its answer at all', () => {
  const codec = codecOf('linear')
  const place = codec.place(placing(), at)
  const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, at)
  const byId = codec.cancel({ clientOrderId: '', venueOrderId: '28', instrument: 0 }, at)
  const replace = codec.replace(
    { ...{ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, price: 1 as Ticks, quantity: 1 as Lots },
    BUY,
    at,
  )!
  const outcomeOf = (request: VenueRequest, got: VenueAnswer): unknown[] => {
    const { outcome, advice, reports } = codec.readCommand(request, got, at)
    return [outcome, advice, ...reports.map(({ kind, clientOrderId }) => `${kind} ${clientOrderId}`)]
  }
  const named = succeeded({ orderId: '28', orderLinkId: 'V1' })
  for (const request of [place, cancel, replace, byId]) deepEqual(outcomeOf(request, named), ['ack', 'none'])
  deepEqual(outcomeOf(place, succeeded({ orderId: '28', orderLinkId: 'V2' })), ['unknown', 'query'], 'another order')
  deepEqual(outcomeOf(byId, succeeded({ orderId: '29', orderLinkId: '' })), ['unknown', 'query'])
  deepEqual(outcomeOf(place, succeeded({})), ['unknown', 'query'])
  deepEqual(outcomeOf(place, succeeded({ orderLinkId: 'V1' })), ['unknown', 'query'], 'without an id of the venue')
  deepEqual(outcomeOf(place, answer('<html>')), ['unknown', 'query'])
  deepEqual(outcomeOf(place, answer('{"retCode":0')), ['unknown', 'query'])
  const rejected = (advice: string, kind = 'rejected'): unknown[] => ['definitive_reject', advice, `${kind} V1`]
  deepEqual(outcomeOf(place, failed(110007)), rejected('none'))
  deepEqual(outcomeOf(place, failed(170218)), rejected('none'))
  deepEqual(outcomeOf(place, failed(10002)), rejected('sync_clock'))
  deepEqual(outcomeOf(place, failed(-1)), rejected('sync_clock'))
  deepEqual(outcomeOf(place, failed(10004)), rejected('halt'))
  deepEqual(outcomeOf(place, failed(10006)), rejected('back_off'))
  deepEqual(outcomeOf(cancel, failed(110001)), rejected('query', 'cancel_rejected'))
  deepEqual(outcomeOf(cancel, failed(170213)), rejected('query', 'cancel_rejected'))
  deepEqual(outcomeOf(replace, failed(110064)), rejected('none', 'replace_rejected'))
  for (const code of [10000, 10014, 10016, 10019, 110072, 170007, 170032, 170141, 170146, 170147, 999_999])
    deepEqual(outcomeOf(place, failed(code)), ['unknown', 'query'], String(code))
  deepEqual(outcomeOf(place, answer('Forbidden', 403)), ['unknown', 'banned'])
  deepEqual(outcomeOf(place, answer('slow down', 429)), ['unknown', 'back_off'])
  for (const status of [404, 500, 502, 503, 504])
    deepEqual(outcomeOf(place, answer('oops', status)), ['unknown', 'query'])
  const all = codec.cancelAll(0, at)!
  deepEqual(outcomeOf(all, succeeded({ list: [], success: '1' })), ['ack', 'none'])
  deepEqual(outcomeOf(codec.leverage(0, 5, at)!, failed(110043)), ['ack', 'none'], 'it is so already')
  deepEqual(outcomeOf(codec.positionMode(true, at)!, failed(110025)), ['ack', 'none'])
})

test('an order is absent when an authenticated list is empty, or the venue says that there is none', () => {
  const codec = codecOf('spot')
  const request = codec.order('V1', '', 0, at)
  const kindOf = (got: VenueAnswer): string => codec.readOrder(request, got).kind
  equal(kindOf(succeeded({ list: [], nextPageCursor: '' })), 'absent')
  equal(kindOf(failed(170213)), 'absent')
  equal(kindOf(failed(110001)), 'absent')
  for (const got of [
    failed(10003),
    failed(10016),
    answer('x', 503),
    answer(''),
    succeeded({}),
    succeeded({ list: [7] }),
  ])
    equal(kindOf(got), 'failed', got.body)
})

test('a page that is not all is never taken for all', () => {
  const codec = codecOf('spot')
  const row = {
    ...{ symbol: 'BTCUSDT', orderId: '1', orderLinkId: 'V1', side: 'Buy', orderType: 'Limit', price: '1', qty: '1' },
    ...{ orderStatus: 'New', cumExecQty: '0', updatedTime: '1', timeInForce: 'GTC' },
  }
  const rows = (count: number, nextPageCursor: string) => {
    const list = Array.from({ length: count }, () => row)
    return codec.readOpenOrders(codec.openOrders(-1, at), succeeded({ list, nextPageCursor })).kind
  }
  deepEqual([rows(49, 'more'), rows(50, ''), rows(50, 'more')], ['found', 'found', 'failed'])
})

test('S2-OMS a key that can withdraw is told, and so is one that is bound to no address', () => {
  const key = {
    ...{ id: '1', note: '', apiKey: 'k', readOnly: 0, ips: ['*'], type: 1 },
    permissions: { ContractTrade: ['Order', 'Position'], Spot: ['SpotTrade'], Wallet: ['AccountTransfer', 'Withdraw'] },
  }
  const read = (category: Category, body: object): unknown => {
    const codec = codecOf(category)
    const read = codec.readPermissions(codec.permissions(at)!, succeeded(body))
    return read.kind === 'found' ? Object.values(read.value) : read.kind
  }
  deepEqual(read('spot', key), [true, true, false])
  const narrow = { ...key, ips: ['10.0.0.1'], permissions: { ContractTrade: ['Order'], Spot: [], Wallet: [] } }
  deepEqual(read('linear', narrow), [true, false, true])
  deepEqual(read('spot', narrow), [false, false, true])
  deepEqual(read('linear', { ...narrow, readOnly: 1 }), [false, false, true])
  equal(read('linear', { ...narrow, permissions: undefined }), 'failed')
})

test('the headers of the budget are read, and how long to wait when it is used up', () => {
  const codec = codecOf('spot')
  const headers = {
    'x-bapi-limit': '20',
    'x-bapi-limit-status': '17',
    'x-bapi-limit-reset-timestamp': '1700000000900',
  }
  deepEqual(codec.readBudget({ ...succeeded({}), headers }), { used: [{ window: '1s', count: 3 }] })
  deepEqual(codec.readBudget({ ...failed(10006), headers: { ...headers, 'x-bapi-limit-status': '0' } }), {
    used: [{ window: '1s', count: 20 }],
    retryAfter: 899,
  })
  deepEqual(codec.readBudget(answer('x', 403, { 'x-bapi-limit': 'a' })), { used: [] })
})

const text = ({ units, decimals }: Amount): string => `${units}e-${decimals}`
const told = (message: PrivateMessage): string => {
  if (message.kind === 'report') {
    const { kind, clientOrderId, cumulative, leaves, fill, reason, price, quantity } = message.report
    const executed =
      fill === undefined ? '' : ` ${fill.quantity}@${fill.price} fee ${fill.fee} ${fill.feeAsset} ${fill.liquidity}`
    const terms = kind === 'replaced' ? ` to ${quantity}@${price}` : ''
    return `${kind} ${clientOrderId} ${cumulative}+${leaves}${executed}${terms}${reason === undefined ? '' : ` (${reason})`}`
  }
  if (message.kind === 'balance')
    return `${message.balance.asset} ${text(message.balance.total)} free ${text(message.balance.free)}`
  if (message.kind === 'position')
    return `position ${message.position.lots} at ${message.position.entryPrice} ${message.position.unrealised}`
  if (message.kind === 'cash_flow') return `funding ${message.flow.asset} ${text(message.flow.amount)}`
  if (message.kind === 'refused') return `refused ${message.code} ${message.words}`
  if (message.kind === 'answer') return `answer ${message.requestId} ${message.result.outcome}`
  return message.kind === 'damaged' ? `damaged ${message.words}` : message.kind
}

/** Every private message of the published examples, and what is understood of it in the linear market. */
const EVENTS: Readonly<Record<string, string>> = {
  ws_account_execution: 'filled test-order-link-001 500+0 500@95900100 fee 2637252750 USDT taker',
  ws_account_execution_adl: 'filled  500+0 500@95850000 fee 0 USDT taker',
  ws_account_execution_fast: 'ignored',
  ws_account_execution_fast_envelope_id: 'ignored',
  ws_account_order: 'canceled client-1 0+0',
  ws_account_order_buy_stop_market: 'accepted test-client-buy-stop-market-001 0+100',
  ws_account_order_filled: 'ignored',
  ws_account_order_limit_if_touched: 'accepted test-client-lit-001 0+100',
  ws_account_order_market_if_touched: 'accepted test-client-mit-001 0+100',
  ws_account_order_partially_filled_rejected: 'ignored',
  ws_account_order_sell_market_if_touched: 'accepted test-client-sell-mit-001 0+100',
  ws_account_order_stop_limit: 'accepted test-client-stop-limit-001 0+100',
  ws_account_order_stop_loss: 'accepted test-client-sl-001 0+500',
  ws_account_order_stop_market: 'accepted test-client-stop-market-001 0+100',
  ws_account_order_take_profit: 'accepted test-client-tp-001 0+500',
  ws_account_position: 'position -10 at 3641.075 -0.00255',
  ws_account_position_short: 'position -10 at 3641.075 -0.00255',
  // A row of a position message without its frame.
  ws_account_position_with_open_time: 'damaged op: is missing',
  ws_account_wallet: 'BTC 102964e-8 free 92964e-8|USDT 964775537647e-8 free 951989806037e-8',
  ws_account_wallet_locked_exceeds_total: 'USDT 100e-0 free 0e-0',
  ws_account_wallet_small_order: 'USDT 5133382543837e-8 free 5128379743837e-8',
  ws_auth_failure: 'refused 10003 Invalid apikey',
  ws_auth_success: 'ignored',
}
const place = new URL('../../../../../shared/data/bybit/fixtures/', import.meta.url)
const skip = existsSync(place) ? false : 'the recordings are not beside the checkout'
const fixture = (file: string): string => readFileSync(new URL(file, place), 'utf8')

test('every private message of the published examples', { skip }, () => {
  const files = readdirSync(place).filter(file => /^ws_(account|auth)/.test(file))
  const seen = files.sort().map(file => {
    const messages = codecOf('linear').stream.read(fixture(file))
    return [file.replace('.json', ''), messages.map(told).join('|')]
  })
  deepEqual(Object.fromEntries(seen), EVENTS)
})

test('spot takes its own orders alone; what was filled before a rejection stands', { skip }, () => {
  const { stream } = codecOf('spot')
  const read = (file: string): string => stream.read(fixture(file)).map(told).join('|')
  equal(read('ws_account_order_partially_filled_rejected.json'), 'canceled O-20251001-164609-APEX-000-49 50000+0')
  equal(read('ws_account_order.json'), 'ignored')
  equal(read('ws_account_execution.json'), 'ignored')
  equal(read('ws_account_position.json'), 'ignored')
})

const found = <T>(result: QueryResult<T>): T => {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result))
  return result.value
}

test('the answers of the published examples', { skip }, () => {
  const codec = codecOf('linear', ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'LTCUSDT'])
  const of = (file: string): VenueAnswer => answer(fixture(`http_get_${file}.json`))
  const request = codec.openOrders(0, at)
  const orders = (file: string): string[] =>
    found(codec.readOpenOrders(request, of(file))).map(
      ({ clientOrderId, venueOrderId, side, status, price, quantity, cumulative }) =>
        `${clientOrderId} ${venueOrderId} ${side} ${status} ${quantity}@${price} ${cumulative}`,
    )
  deepEqual(orders('orders_realtime'), [
    'client-open-1 open-order-1 1 open 10@3930410 0',
    'client-open-2 open-order-2 -1 open 10@3940420 0',
  ])
  deepEqual(orders('orders_realtime_tp_sl'), [
    'client-tp-001 tp-order-001 -1 open 500@undefined 0',
    'client-sl-001 sl-order-001 -1 open 500@47500000 0',
  ])
  deepEqual(orders('orders_history'), ['client-1 abcdef123456 1 canceled 10@30000000 0'])
  deepEqual(orders('orders_history_with_duplicate'), [
    'client-open-1 open-order-1 1 open 10@3930410 0',
    'client-closed-1 closed-order-1 1 canceled 10@30000000 0',
  ])
  const partly = found(codec.readOrder(request, of('order_partially_filled_rejected')))
  deepEqual([partly.status, partly.cumulative, partly.quantity], ['canceled', 5, 10])
  equal(codec.readOrder(request, of('orders_realtime')).kind, 'failed', 'two orders for one id')
  deepEqual(
    found(codec.readFills(request, of('executions'))).map(
      ({ tradeId, clientOrderId, side, quantity, price, fee, liquidity }) =>
        [tradeId.slice(0, 8), clientOrderId, side, quantity, price, fee, liquidity].join(' '),
    ),
    ['f1dce92e test-order-002 -1 500 3000000 90000000 taker', 'e0cbe81d test-order-001 1 100 50000000 1500000 maker'],
  )
  deepEqual(
    found(codec.readPositions(request, of('positions'))).map(({ instrument, lots, entryPrice }) => [
      instrument,
      lots,
      entryPrice,
    ]),
    [
      [0, 500, '50000.00'],
      [1, -5000, '3000.00'],
      [2, 0, ''],
    ],
  )
  deepEqual(
    found(codec.readPositions(request, of('positions_with_open_time'))).map(({ lots }) => lots),
    [1000],
  )
  const balances = (file: string): string[] =>
    found(codec.readBalances(request, of(file))).map(
      ({ asset, total, free }) => `${asset} ${text(total)} ${text(free)}`,
    )
  deepEqual(balances('wallet_balance'), ['BTC 0e-0 0e-0', 'USDT 10005e-1 10005e-1', 'ETH 0e-0 0e-0'])
  deepEqual(balances('wallet_balance_spot_short'), ['ETH 0e-0 0e-0', 'USDT 2500e-0 2500e-0'])
  deepEqual(balances('wallet_balance_with_spot_borrow'), ['USDT 1200e-0 1200e-0'])
  deepEqual(found(codec.readFees(codec.fees(2, at), of('fee_rate'))), { maker: 25_000, taker: 75_000 })
  equal(codec.readFees(codec.fees(3, at), of('fee_rate')).kind, 'failed', 'a symbol that is not told')
})

const orderRow = (changes: object): string =>
  JSON.stringify({
    ...{ topic: 'order.linear', id: 'x', creationTime: 1 },
    data: [
      {
        ...{ category: 'linear', symbol: 'BTCUSDT', orderId: 'a', orderLinkId: 'V1', side: 'Sell', orderType: 'Limit' },
        ...{ price: '100', qty: '2', timeInForce: 'GTC', orderStatus: 'New', cancelType: 'UNKNOWN', leavesQty: '2' },
        ...{ rejectReason: 'EC_NoError', cumExecQty: '0', createdTime: '1', updatedTime: '2' },
        ...changes,
      },
    ],
  })

test('S2-OMS-15 the life of an order: accepted once, amended when its terms change, ended for a reason', () => {
  const { stream } = codecOf('linear')
  const read = (changes: object): string => stream.read(orderRow(changes)).map(told).join('|')
  equal(read({}), 'accepted V1 0+2000')
  equal(read({ orderStatus: 'PartiallyFilled', cumExecQty: '0.5' }), 'ignored', 'fills come by executions')
  equal(
    read({ orderStatus: 'PartiallyFilled', cumExecQty: '0.5', price: '101' }),
    'replaced V1 500+1500 to 2000@101000',
  )
  equal(
    read({ orderStatus: 'PartiallyFilled', cumExecQty: '0.5', price: '101', qty: '1' }),
    'replaced V1 500+500 to 1000@101000',
  )
  equal(
    read({ orderStatus: 'Cancelled', cumExecQty: '0.5', leavesQty: '0', cancelType: 'CancelByUser' }),
    'canceled V1 500+0',
  )
  equal(
    read({
      orderStatus: 'Filled',
      cumExecQty: '2',
      cancelType: 'CancelByUser',
      rejectReason: 'EC_OrigClOrdIDDoesNotExist',
    }),
    'ignored',
  )
})

const ENDS = `
  Cancelled              GTC      EC_PerCancelRequest           0   canceled
  PartiallyFilledCanceled GTC     EC_PerCancelRequest           1   canceled
  Deactivated            GTC      EC_NoError                    0   canceled
  Cancelled              IOC      EC_NoImmediateQtyToFill       0   expired (EC_NoImmediateQtyToFill)
  PartiallyFilledCanceled IOC     EC_NoImmediateQtyToFill       1   expired (EC_NoImmediateQtyToFill)
  Cancelled              FOK      EC_CancelForNoFullFill        0   expired (EC_CancelForNoFullFill)
  Rejected               IOC      EC_ReachMaxTradeNum           1   expired (EC_ReachMaxTradeNum)
  Cancelled              PostOnly EC_PostOnlyWillTakeLiquidity  0   rejected (EC_PostOnlyWillTakeLiquidity)
  Rejected               PostOnly EC_PostOnlyWillTakeLiquidity  0   rejected (EC_PostOnlyWillTakeLiquidity)
  Rejected               GTC      EC_Others                     0   rejected (EC_Others)
  Rejected               GTC      EC_Others                     1   canceled
`
for (const line of ENDS.trim().split('\n'))
  test(`an order ends: ${line.trim()}`, () => {
    const [orderStatus, timeInForce, rejectReason, cumExecQty, ...end] = line.trim().split(/\s+/) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const message = orderRow({ orderStatus, timeInForce, rejectReason, cumExecQty })
    const [report] = codecOf('linear').stream.read(message).map(told)
    const [kind, ...words] = end
    equal(report, [`${kind} V1 ${Number(cumExecQty) * 1000}+0`, ...words].join(' '))
  })

test('funding is cash: what the venue charges is paid by us', () => {
  const row = { symbol: 'BTCUSDT', execType: 'Funding', execFee: '0.25', execTime: '7', execId: 'f1' }
  const message = JSON.stringify({ topic: 'execution', data: [row, { ...row, execFee: '-1', feeCurrency: 'USDC' }] })
  deepEqual(codecOf('linear').stream.read(message).map(told), ['funding USDT -25e-2', 'funding USDC 1e-0'])
})

test('the fee of spot is taken from what is received, a rebate given in what is paid', () => {
  const row = {
    ...{ category: 'spot', symbol: 'BTCUSDT', execType: 'Trade', execId: 't', orderId: 'a', orderLinkId: 'V1' },
    ...{ execPrice: '100', execQty: '1', leavesQty: '0', orderQty: '1', execTime: '7' },
  }
  const fee = (side: string, execFee: string, isMaker: boolean): string => {
    const message = JSON.stringify({ topic: 'execution.spot', data: [{ ...row, side, execFee, isMaker }] })
    const [report] = codecOf('spot').stream.read(message)
    return report?.kind === 'report' ? `${report.report.fill!.fee} ${report.report.fill!.feeAsset}` : told(report!)
  }
  equal(fee('Buy', '0.001', false), '100000 BTC')
  equal(fee('Sell', '0.001', true), '100000 USDT')
  equal(fee('Buy', '-0.001', true), '-100000 USDT')
  equal(fee('Sell', '-0.001', true), '-100000 BTC')
})

test('every private message that is cut short or lacks a field is told as damaged, and none throws', { skip }, () => {
  const { stream } = codecOf('linear')
  const message = fixture('ws_account_execution.json')
  for (let length = 0; length < message.trimEnd().length; length++)
    equal(stream.read(message.slice(0, length))[0]!.kind, 'damaged', `cut at ${length}`)
  for (const key of [
    'side',
    'execPrice',
    'execQty',
    'execId',
    'orderId',
    'isMaker',
    'execFee',
    'execTime',
    'leavesQty',
    'data',
  ])
    equal(stream.read(message.replace(`"${key}":`, `"_${key}":`))[0]!.kind, 'damaged', `without ${key}`)
  const bad = ['{"orderStatus":"Odd"}', '{"side":"buy"}', '{"cumExecQty":"0.0001"}', '{"orderStatus":null}']
  for (const change of bad) equal(stream.read(orderRow(JSON.parse(change)))[0]!.kind, 'damaged', change)
})

test('the private stream: log-in, topics of this market alone, a ping every twenty seconds', () => {
  const { stream } = codecOf('linear')
  deepEqual([stream.token(at), stream.path(''), stream.renewal!.every], [undefined, '/v5/private', 20_000_000])
  const frames = stream.hello('', at).map(frame => JSON.parse(frame))
  equal(frames[0].op, 'auth')
  deepEqual(frames[1].args, ['order.linear', 'execution.linear', 'wallet', 'position.linear'])
  deepEqual(frames[2].args, ['dcp.future'])
  deepEqual(JSON.parse(stream.renewal!.frames!(at)[0]!), { req_id: 'ping', op: 'ping' })
  const read = (frame: string): string => stream.read(frame).map(told).join('|')
  const subscribed = '{"success":true,"ret_msg":"","conn_id":"c","req_id":"account","op":"subscribe"}'
  equal(read(subscribed), 'ready')
  equal(read(subscribed.replace('true', 'false').replace('""', '"no"')), 'refused subscribe no')
  equal(read(subscribed.replace('true', 'false').replace('account', 'dead-man')), 'ignored', 'not every account may')
  equal(read('{"req_id":"ping","op":"pong","args":["1675418560633"],"conn_id":"c"}'), 'heartbeat')
  equal(read('{"success":true,"ret_msg":"","op":"auth","conn_id":"cejreaspqfm3sjdnldmg-p"}'), 'ignored')
  equal(read('{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"c"}'), 'refused auth Params Error')
  deepEqual(JSON.parse(codecOf('spot').stream.hello('', at)[1]!).args, ['order.spot', 'execution.spot', 'wallet'])
})

test('order entry over the socket of its own', { skip }, () => {
  const socket = codecOf('linear').socket!
  const session = socket.session!
  equal(session.path(''), '/v5/trade')
  deepEqual(JSON.parse(socket.place(placing(), 'r1', at)), {
    reqId: 'r1',
    header: { 'X-BAPI-TIMESTAMP': '1700000000000', 'X-BAPI-RECV-WINDOW': '5000' },
    op: 'order.create',
    args: [JSON.parse(codecOf('linear').place(placing(), at).body!)],
  })
  const names = { clientOrderId: 'V1', venueOrderId: '', instrument: 0 }
  equal(JSON.parse(socket.cancel(names, 'r2', at)).op, 'order.cancel')
  const change = { ...names, price: 1 as Ticks, quantity: 1 as Lots }
  equal(JSON.parse(socket.replace!(change, 'r3', at, BUY)).op, 'order.amend')
  const read = (frame: string): string => session.read(frame).map(told).join('|')
  equal(read('{"retCode":0,"retMsg":"OK","op":"auth","connId":"cnt5leec0hvan15eukcg-2t"}'), 'ready')
  equal(read('{"retCode":10004,"retMsg":"bad sign","op":"auth","connId":"c"}'), 'refused 10004 bad sign')
  equal(read('{"retCode":0,"retMsg":"OK","op":"pong","data":["1711002002529"],"connId":"c"}'), 'heartbeat')
  equal(read(fixture('ws_order_response.json')), 'answer order-req-001 ack')
  const answered = (code: number): string =>
    `{"reqId":"r9","retCode":${code},"retMsg":"x","op":"order.create","data":{}}`
  equal(read(answered(110007)), 'answer r9 definitive_reject')
  equal(read(answered(10019)), 'answer r9 unknown')
  equal(read('{"retCode":0}'), 'damaged op: is missing')
})
