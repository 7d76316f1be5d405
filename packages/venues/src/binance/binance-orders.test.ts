import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import type { Grid } from '@velocimex/core/market/grid'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Cryptography } from '../cryptography.ts'
import type { PrivateMessage, QueryResult, VenueAnswer } from '../order-venue.ts'
import { binanceSpotOrders, binanceUsdmOrders } from './binance-orders.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { BinanceSigner } from './order-requests.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
const credentials = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
}
const at = 1_499_827_319_559_000 as Micros

function codecOf(dialect: Dialect, ...symbols: string[]) {
  return codecOn({ decimals: 2, step: 1 }, { decimals: 5, step: 1 }, dialect, ...symbols)
}
function codecOn(price: Grid, quantity: Grid, dialect: Dialect, ...symbols: string[]) {
  const kind = dialect === 'spot' ? 'spot' : 'perpetual'
  const draft = { kind, expiry: '', price, quantity, bounds: {}, grids: 'published' } as const
  const names = symbols.length > 0 ? symbols : ['BTCUSDT']
  const all = names.map((symbol, index) => {
    const [base, quote] = [symbol.slice(0, 3), symbol.slice(3)]
    return makeInstrument(dialect, `binance-${dialect}`, index, { ...draft, symbol, base, quote, settle: quote })
  })
  const venue = dialect === 'spot' ? binanceSpotOrders : binanceUsdmOrders
  return venue.makeOrderCodec({ instruments: new InstrumentTable(all), credentials, cryptography })
}
const order = {
  instrument: 0,
  side: BUY,
  type: 'limit',
  quantity: 12_345 as Lots,
  price: 6_000_050 as Ticks,
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: false,
  strategy: 's',
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: 'V1',
  order: { ...order, ...changes } as unknown as PlaceCommand['order'],
})
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): VenueAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

test('the signatures of the documents', () => {
  const signer = new BinanceSigner(credentials, cryptography)
  const text = 'side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
  equal(signer.signature(`symbol=LTCBTC&${text}`), 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71')
  equal(
    signer.signature(`symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&${text}`),
    'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
  )
  const params = signer.socketParameters([], 1_747_385_641_636_000 as Micros)
  equal(params['signature'], '681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e')
  const socket = signer.socketParameters(
    [
      ['symbol', '１２３４５６'],
      ['side', 'BUY'],
      ['type', 'LIMIT'],
      ['timeInForce', 'GTC'],
      ['quantity', '1.00000000'],
      ['price', '0.10000000'],
      ['recvWindow', 5000],
    ],
    1_645_423_376_532_000 as Micros,
  )
  equal(socket['signature'], 'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd')
  const usdm = { apiKey: 'k', secret: '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9' }
  equal(
    new BinanceSigner(usdm, cryptography).signature(
      'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943',
    ),
    '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
  )
})

for (const [dialect, changes, query] of [
  ['spot', {}, 'type=LIMIT&timeInForce=GTC&quantity=0.12345&price=60000.50'],
  ['spot', { postOnly: true }, 'type=LIMIT_MAKER&quantity=0.12345&price=60000.50'],
  ['spot', { type: 'market', price: undefined }, 'type=MARKET&quantity=0.12345'],
  [
    'usdm',
    { timeInForce: 'ioc', reduceOnly: true },
    'type=LIMIT&timeInForce=IOC&quantity=0.12345&price=60000.50&reduceOnly=true',
  ],
  ['usdm', { postOnly: true }, 'type=LIMIT&timeInForce=GTX&quantity=0.12345&price=60000.50'],
] as const)
  test(`place on ${dialect}: ${query}`, () => {
    const request = codecOf(dialect).place(placing(changes), at)
    const [path, sent] = request.path.split('?') as [string, string]
    equal(path, dialect === 'spot' ? '/api/v3/order' : '/fapi/v1/order')
    const end = '&newClientOrderId=V1&newOrderRespType=ACK&recvWindow=5000&timestamp=1499827319559&signature='
    ok(sent.startsWith(`symbol=BTCUSDT&side=BUY&${query}${end}`), sent)
    const [signed, signature] = sent.split('&signature=') as [string, string]
    equal(signature, createHmac('sha256', credentials.secret).update(signed).digest('hex'))
    deepEqual([request.method, request.orders, request.clientOrderId], ['POST', 1, 'V1'])
  })

test('R-REST-03 outcomes: what the venue says, what it leaves open, and what is not its answer at all', () => {
  const spot = codecOf('spot')
  const place = spot.place(placing(), at)
  const cancel = spot.cancel({ clientOrderId: 'V1', venueOrderId: '28', instrument: 0 }, at)
  const outcomeOf = (request: typeof place, status: number, body: unknown) => {
    const { outcome, advice, reports } = spot.readCommand(request, answer(status, body), at)
    return [outcome, advice, ...reports.map(({ kind }) => kind)]
  }
  const ack = { symbol: 'BTCUSDT', orderId: 28, orderListId: -1, clientOrderId: 'V1', transactTime: 1507725176595 }
  deepEqual(outcomeOf(place, 200, ack), ['ack', 'none', 'accepted'])
  deepEqual(outcomeOf(place, 200, { ...ack, clientOrderId: 'V2' }), ['unknown', 'query'], 'another order')
  deepEqual(outcomeOf(place, 200, '<html>'), ['unknown', 'query'])
  deepEqual(outcomeOf(place, 400, { code: -2010, msg: 'Account has insufficient balance for requested action.' }), [
    'definitive_reject',
    'none',
    'rejected',
  ])
  deepEqual(outcomeOf(place, 400, { code: -2010, msg: 'Duplicate order sent.' }), ['unknown', 'query'])
  deepEqual(outcomeOf(place, 400, { code: -1021, msg: 'x' }), ['definitive_reject', 'sync_clock', 'rejected'])
  deepEqual(outcomeOf(place, 401, { code: -2015, msg: 'x' }), ['definitive_reject', 'halt', 'rejected'])
  deepEqual(outcomeOf(place, 429, { code: -1003, msg: 'x' }), ['definitive_reject', 'back_off', 'rejected'])
  deepEqual(outcomeOf(place, 418, { code: -1003, msg: 'x' }), ['definitive_reject', 'banned', 'rejected'])
  deepEqual(outcomeOf(place, 429, 'slow down'), ['unknown', 'back_off'])
  deepEqual(outcomeOf(place, 403, '<html>'), ['unknown', 'banned'])
  deepEqual(outcomeOf(place, 400, { code: -9999, msg: 'new' }), ['unknown', 'query'])
  deepEqual(outcomeOf(place, 400, { code: -1007, msg: 'Timeout' }), ['unknown', 'query'])
  for (const status of [500, 502, 503, 504]) deepEqual(outcomeOf(place, status, 'oops'), ['unknown', 'query'])
  deepEqual(outcomeOf(cancel, 400, { code: -2011, msg: 'Unknown order sent.' }), [
    'definitive_reject',
    'query',
    'cancel_rejected',
  ])
  const usdm = codecOf('usdm')
  const placed = usdm.place(placing(), at)
  const nothing = answer(503, { code: -1001, msg: 'Service Unavailable.' })
  equal(usdm.readCommand(placed, nothing, at).outcome, 'definitive_reject')
  const unsure = answer(503, { code: -1001, msg: 'Unknown error, please check your request or try again later.' })
  equal(usdm.readCommand(placed, unsure, at).outcome, 'unknown')
})

test('only the answer to an authenticated query proves that an order is absent', () => {
  const codec = codecOf('spot')
  const request = codec.order('V1', '', 0, at)
  ok(request.path.includes('origClientOrderId=V1'))
  equal(codec.readOrder(request, answer(400, { code: -2013, msg: 'Order does not exist.' })).kind, 'absent')
  equal(codec.readOrder(request, answer(503, 'x')).kind, 'failed')
  equal(codec.readOrder(request, answer(200, '{"symbol":"BTCUSDT"')).kind, 'failed')
  equal(codec.readOrder(request, answer(401, { code: -2015, msg: 'x' })).kind, 'failed')
})

test('the cancel of spot names itself; the report names the order', () => {
  const codec = codecOf('spot')
  const request = codec.cancel({ clientOrderId: 'V1', venueOrderId: '4', instrument: 0 }, at)
  const body = {
    ...{ symbol: 'BTCUSDT', origClientOrderId: 'V1', orderId: 4, clientOrderId: 'other', transactTime: 1684804350068 },
    ...{ price: '2.00', origQty: '1.0', executedQty: '0.25', status: 'CANCELED', type: 'LIMIT', side: 'BUY' },
  }
  const { reports } = codec.readCommand(request, answer(200, body), at)
  deepEqual(
    reports.map(({ kind, clientOrderId, cumulative }) => [kind, clientOrderId, cumulative]),
    [['canceled', 'V1', 25_000]],
  )
})

test('S2-OMS-32 spot takes quantity away in place; what may change otherwise is not said', () => {
  const codec = codecOf('spot')
  const was = { price: 5_200_000 as Ticks, quantity: 100_000 as Lots }
  const change = { clientOrderId: 'V1', venueOrderId: '', instrument: 0, ...was, was }
  const less = { ...change, quantity: 40_000 as Lots }
  const request = codec.replace(less, SELL, at)!
  deepEqual([request.method, request.weight, request.orders], ['PUT', 4, 0])
  ok(request.path.startsWith('/api/v3/order/amend/keepPriority?symbol='))
  ok(/origClientOrderId=V1&newQty=0\.40000&newClientOrderId=V1&/.test(request.path), request.path)
  const { was: _, ...unknown } = less
  const others = [change, { ...change, quantity: 100_001 as Lots }, { ...less, price: 1 as Ticks }, unknown]
  for (const other of others) equal(codec.replace(other, SELL, at), undefined)
  const amendedOrder = {
    ...{
      symbol: 'BTCUSDT',
      orderId: 12,
      origClientOrderId: 'V1',
      clientOrderId: 'V1',
      price: '52000.00',
      side: 'SELL',
    },
    ...{ qty: '0.40000000', executedQty: '0.10000000', status: 'PARTIALLY_FILLED', type: 'LIMIT', timeInForce: 'GTC' },
  }
  const body = { transactTime: 1_741_923_284_382, executionId: 16, amendedOrder }
  const { outcome, reports } = codec.readCommand(request, answer(200, body), at)
  const [report] = reports
  deepEqual(
    [outcome, report?.kind, report?.venueOrderId, report?.at, (report?.leaves ?? 0) * 4],
    ['ack', 'replaced', '12', 1_741_923_284_382_000, (report?.cumulative ?? 0) * 12],
  )
  const other = { ...body, amendedOrder: { ...amendedOrder, origClientOrderId: 'V2' } }
  equal(codec.readCommand(request, answer(200, other), at).outcome, 'unknown')
})

test('S2-OMS a key that can withdraw is told, and the headers of the budget are read', () => {
  const codec = codecOf('spot')
  const request = codec.permissions(at)!
  const body = { ipRestrict: true, enableWithdrawals: true, enableSpotAndMarginTrading: true, enableReading: true }
  deepEqual(codec.readPermissions(request, answer(200, body)), {
    kind: 'found',
    value: { canTrade: true, canWithdraw: true, isBoundToAddress: true },
  })
  const headers = { 'x-mbx-used-weight-1m': '17', 'x-mbx-order-count-10s': '3', 'retry-after': '7', date: 'x' }
  deepEqual(codec.readBudget(answer(429, '', headers)), {
    used: [
      { window: 'weight-1m', count: 17 },
      { window: 'orders-10s', count: 3 },
    ],
    retryAfter: 7000,
  })
})

const fixtures = new URL('../../../../../shared/data/', import.meta.url)
const fixture = (path: string): string => readFileSync(new URL(path, fixtures), 'utf8')
const told = (message: PrivateMessage): string => {
  if (message.kind === 'report') {
    const { kind, clientOrderId, cumulative, leaves, fill, reason } = message.report
    const executed =
      fill === undefined ? '' : ` ${fill.quantity}@${fill.price} fee ${fill.fee} ${fill.feeAsset} ${fill.liquidity}`
    return `${kind} ${clientOrderId} ${cumulative}+${leaves}${executed}${reason === undefined ? '' : ` (${reason})`}`
  }
  if (message.kind === 'balance')
    return `${message.balance.asset} ${message.balance.total.units}e-${message.balance.total.decimals}`
  if (message.kind === 'position') return `position ${message.position.lots} at ${message.position.entryPrice}`
  if (message.kind === 'cash_flow') {
    const { kind, asset, amount, id } = message.flow
    return `${kind} ${amount.units}e-${amount.decimals} ${asset} (${id})`
  }
  return message.kind
}

/** Every private message of the published examples, and what is understood of it. */
const EVENTS: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  spot: {
    account_position: 'USDT 12500e-0|ETH 5e-0',
    account_position_wrapped: 'ETH 10000e-0',
    balance_update: 'transfer 1e-3 BTC (1709654400000 0.00100000)',
    balance_update_wrapped: 'transfer 100e-0 BTC (1573200697068 100.00000000)',
    execution_report_canceled: 'canceled x-TD67BGP9-T0000000000000 0+0',
    execution_report_expired: 'expired x-TD67BGP9-T0000000000000 0+0 (INSUFFICIENT_LIQUIDITY)',
    execution_report_new: 'accepted x-TD67BGP9-T0000000000000 0+100000',
    execution_report_stop_loss: 'accepted x-TD67BGP9-T0000000000001 0+100000',
    execution_report_trade: 'filled x-TD67BGP9-T0000000000000 100000+0 100000@250000 fee 100000 ETH maker',
    execution_report_wrapped: 'accepted mUvoqJxFIILMdfAW5iGSOW 0+100000',
    list_status_wrapped: 'ignored',
  },
  usdm: {
    account_update:
      'USDT 12262412345678e-8|position 0 at 0.00000|position 2000000 at 6563.6|position -1000000 at 6563.8',
    account_update_bnfcr: 'BNFCR 500128983031e-8',
    algo_update_canceled: 'ignored',
    algo_update_new: 'ignored',
    order_update_adl: 'filled adl_autoclose_12345 500+0 500@4200000 fee 10500000 USDT taker',
    order_update_calculated: 'filled autoclose-1234567890 1400+0 1400@991012 fee 6937084 USDT taker',
    order_update_calculated_pending: 'ignored',
    order_update_delivery: 'ignored',
    order_update_insurance: 'filled autoclose-insurance-5678 2000+0 2000@4500000 fee 45000000 USDT taker',
    order_update_new: 'accepted TEST 0+100',
    order_update_settlement: 'filled settlement_autoclose-9999 1000+0 1000@5000000 fee 25000000 USDT taker',
    order_update_trade: 'filled TEST 100+0 100@710050 fee 1000000 USDT maker',
    order_update_trade_partial: 'filled TEST 100+100 100@710050 fee 1000000 USDT maker',
    trade_lite: 'ignored',
  },
}

test('money without an order: funding, deposits and withdrawals are told once each, what moves within the account is not', () => {
  const update = (m: string, bc: string, wb: string, T: number, P: readonly object[] = []): string =>
    JSON.stringify({ e: 'ACCOUNT_UPDATE', E: T, T, a: { m, B: [{ a: 'USDT', wb, cw: wb, bc }], P } })
  const { stream } = codecOf('usdm')
  const flows = (text: string): string[] =>
    stream.read(text).flatMap(message => (message.kind === 'cash_flow' ? [told(message)] : []))
  deepEqual(flows(update('FUNDING_FEE', '-0.25', '99.75', 7)), ['funding -25e-2 USDT (FUNDING_FEE 7 99.75 -0.25)'])
  deepEqual(flows(update('DEPOSIT', '5', '105', 8)), ['deposit 5e-0 USDT (DEPOSIT 8 105 5)'])
  deepEqual(flows(update('WITHDRAW', '-5', '100', 9)), ['withdrawal -5e-0 USDT (WITHDRAW 9 100 -5)'])
  deepEqual(flows(update('DEPOSIT', '0', '100', 9)), [], 'nothing')
  for (const reason of ['ORDER', 'MARGIN_TRANSFER', 'ADJUSTMENT']) deepEqual(flows(update(reason, '5', '105', 8)), [])
  const row = { s: 'BTCUSDT', pa: '1', ep: '1', up: '0' }
  const [, paid] = stream.read(update('FUNDING_FEE', '-0.25', '99.75', 7, [row]))
  equal(paid?.kind === 'cash_flow' && paid.flow.instrument, 0, 'of an isolated position the instrument is told')
})

const skip = !existsSync(fixtures) && 'no recordings beside the checkout'

for (const dialect of ['spot', 'usdm'] as const)
  test(`the private messages of the ${dialect} documents`, { skip }, () => {
    const { stream } = codecOf(dialect, 'ETHUSDT', 'BTCUSDT', 'ETHBTC', 'LTCUSDT')
    const folder = `binance-${dialect}/fixtures/user_data/`
    const files = readdirSync(new URL(folder, fixtures)).sort()
    const seen = files.map(file => [
      file.replace('.json', ''),
      stream
        .read(fixture(folder + file))
        .map(told)
        .join('|'),
    ])
    deepEqual(Object.fromEntries(seen), EVENTS[dialect])
  })

test('every frame of the private messages that is cut short is told as damaged, and none throws', { skip }, () => {
  const { stream } = codecOf('spot', 'ETHUSDT')
  const text = fixture('binance-spot/fixtures/user_data/execution_report_trade.json')
  for (let length = 0; length < text.trimEnd().length; length++)
    equal(stream.read(text.slice(0, length))[0]!.kind, 'damaged', `cut at ${length}`)
  const without = (key: string): string => text.replace(`"${key}":`, `"_${key}":`)
  for (const key of ['S', 'l', 'L', 'm', 't', 'i', 'z', 'T'])
    equal(stream.read(without(key))[0]!.kind, 'damaged', `without ${key}`)
})

test('the answers of the documents', { skip }, () => {
  const fine = { decimals: 8, step: 1 }
  const spot = codecOn(fine, fine, 'spot', 'BTCUSDT', 'ETHUSDT', 'LTCBTC', 'BNBBTC')
  const read = (name: string): VenueAnswer => answer(200, fixture(`binance-spot/fixtures/http/${name}_response.json`))
  const found = <T>(result: QueryResult<T>): T => {
    ok(result.kind === 'found', 'words' in result ? result.words : '')
    return result.value
  }
  const request = spot.openOrders(-1, at)
  const open = found(spot.readOpenOrders(request, read('open_orders')))
  const all = found(spot.readOpenOrders(request, read('all_orders')))
  const single = found(spot.readOrder(request, read('order')))
  const fills = found(spot.readFills(request, read('account_trades')))
  const balances = found(spot.readBalances(request, read('account')))
  ok(open.length > 0 && open.every(({ status }) => status === 'open'))
  ok(all.length > 0 && single.venueOrderId !== '' && fills.length > 0 && balances.length > 0)
  const usdm = codecOf('usdm', 'BTCUSDT')
  const futures = (name: string): VenueAnswer => answer(200, fixture(`binance-usdm/fixtures/http/${name}.json`))
  equal(found(usdm.readOrder(request, futures('order_response'))).instrument, 0)
  deepEqual(
    found(usdm.readBalances(request, futures('balance'))).map(({ asset, total }) => [
      asset,
      total.units,
      total.decimals,
    ]),
    [['USDT', 12_212_345_678n, 8]],
  )
  equal(found(usdm.readPositions(request, futures('position_risk'))).length, 1)
})

test('a listen key opens the stream of USD-M, a signed request that of spot', () => {
  const usdm = codecOf('usdm').stream
  equal(usdm.token(at)!.path, '/fapi/v1/listenKey')
  equal(usdm.path('{"listenKey":"pqia91"}'), '/private/ws?listenKey=pqia91')
  equal(usdm.renewal!.request!('', at).method, 'PUT')
  deepEqual(usdm.read('{"e":"listenKeyExpired","E":"1736996475556","listenKey":"x"}'), [{ kind: 'expired' }])
  const { stream } = codecOf('spot')
  const hello = JSON.parse(stream.hello('', at)[0]!)
  equal(hello.method, 'userDataStream.subscribe.signature')
  deepEqual(stream.read(`{"id":"${hello.id}","status":200,"result":{"subscriptionId":0}}`), [{ kind: 'ready' }])
  const refused = `{"id":"${hello.id}","status":400,"error":{"code":-2014,"msg":"API-key format invalid."}}`
  deepEqual(stream.read(refused), [{ kind: 'refused', code: '-2014', words: 'API-key format invalid.' }])
  const revoked = '{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid API-key."},"rateLimits":[]}'
  deepEqual(stream.read(revoked), [{ kind: 'refused', code: '-2015', words: 'Invalid API-key.' }])
})
