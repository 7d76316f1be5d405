import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import type { Grid } from '@velocimex/core/market/grid'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Cryptography } from '../cryptography.ts'
import type { PrivateMessage, QueryResult, VenueAnswer } from '../order-venue.ts'
import { splitInstId } from './inst-id.ts'
import { makeInstrument } from './make-instrument.ts'
import { OkxOrders } from './okx-orders.ts'
import { OkxSigner } from './signing.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
const credentials = {
  apiKey: '985d5b66-57ce-40fb-b714-afc0b9787083',
  secret: 'chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO',
  passphrase: '1234567890',
}
const OTHER = { ...credentials, secret: '22582BD0CFF14C41EDBF1AB98506286D' }
const at = (Date.UTC(2020, 11, 8, 9, 8, 57, 715) * 1000) as Micros

const FINE: Grid = { decimals: 5, step: 1 }
function codecOf(...symbols: string[]): OkxOrders {
  const names = symbols.length > 0 ? symbols : ['BTC-USDT', 'BTC-USDT-SWAP']
  const all = names.map((symbol, index) => {
    const parts = splitInstId(symbol)!
    const settle = parts.quote === 'USD' ? parts.base : parts.quote
    const draft = { symbol, ...parts, settle, price: FINE, quantity: FINE, bounds: {}, grids: 'published' } as const
    return makeInstrument('okx', index, draft)
  })
  return new OkxOrders({ instruments: new InstrumentTable(all), credentials, cryptography })
}
const order = {
  instrument: 0,
  side: BUY,
  type: 'limit',
  quantity: 1000 as Lots,
  price: 2_000_000_000 as Ticks,
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: false,
  strategy: 's',
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: 'test0001',
  order: { ...order, ...changes } as unknown as PlaceCommand['order'],
})
const answer = (status: number, body: unknown): VenueAnswer => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const data = (...rows: object[]): object => ({ code: '0', msg: '', data: rows })

test('the signatures of the documents: REST with and without query and body, and the log-in', () => {
  const signer = new OkxSigner(credentials, cryptography)
  const other = new OkxSigner(OTHER, cryptography)
  const sign = (text: string): string => signer.signature(`2020-12-08T09:08:57.715Z${text}`)
  equal(sign('GET/api/v5/account/balance'), 'PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=')
  equal(sign('GET/api/v5/account/balance?ccy=BTC'), 'ebNz0sDoc3LoFm1hqjP8LDT0fnRlDERj5C+I4ZqB4Cw=')
  equal(
    other.signature('2020-12-08T09:08:57.715ZGET/api/v5/account/balance?ccy=BTC'),
    'HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY=',
  )
  const codec = codecOf()
  const balances = codec.balances(at)
  equal(balances.headers['OK-ACCESS-SIGN'], 'PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=')
  equal(balances.headers['OK-ACCESS-TIMESTAMP'], '2020-12-08T09:08:57.715Z')
  const place = codec.place(placing(), at)
  equal(
    place.body,
    '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","sz":"0.01","px":"20000","clOrdId":"test0001"}',
  )
  equal(place.headers['OK-ACCESS-SIGN'], 'z3YjpxENWHkP+22xDQk2ZeTYEsuTt0sC2kuPncRrfFw=')
  equal(place.headers['expTime'], '1607418542715')
  const instant = 1_538_054_050_999_999 as Micros
  const login = (one: OkxSigner): string => JSON.parse(one.login(instant)).args[0].sign
  equal(login(signer), 'ENpPNQ8mQv8YzDMPhBsB4SrjaKK+FaEh2nozTRW6KU0=')
  equal(login(other), '+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M=')
})

/** What is wished, and the fields that differ from a plain limit order of spot. */
const PLACEMENTS: readonly (readonly [object, object])[] = [
  [{ postOnly: true }, { ordType: 'post_only' }],
  [{ timeInForce: 'ioc' }, { ordType: 'ioc' }],
  [
    { timeInForce: 'fok', side: SELL },
    { ordType: 'fok', side: 'sell' },
  ],
  [
    { type: 'market', price: undefined },
    { ordType: 'market', px: undefined, tgtCcy: 'base_ccy' },
  ],
  [{ instrument: 1 }, { instId: 'BTC-USDT-SWAP', tdMode: 'cross' }],
  [
    { instrument: 1, reduceOnly: true },
    { instId: 'BTC-USDT-SWAP', tdMode: 'cross', reduceOnly: true },
  ],
  [
    { instrument: 1, type: 'market', price: undefined },
    { instId: 'BTC-USDT-SWAP', tdMode: 'cross', ordType: 'market', px: undefined },
  ],
]
for (const [wish, fields] of PLACEMENTS)
  test(`place ${JSON.stringify(wish)}`, () => {
    const request = codecOf().place(placing(wish), at)
    const plain = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '0.01', px: '20000' }
    const expected = JSON.parse(JSON.stringify({ ...plain, clOrdId: 'test0001', ...fields }))
    deepEqual(JSON.parse(request.body!), expected)
    deepEqual([request.method, request.path, request.orders], ['POST', '/api/v5/trade/order', 1])
  })

test('cancel, amend and query name the order by the venue id where it is known', () => {
  const codec = codecOf()
  const named = { clientOrderId: 'V1', venueOrderId: '312269865356374016', instrument: 0 }
  equal(codec.cancel(named, at).body, '{"instId":"BTC-USDT","ordId":"312269865356374016"}')
  equal(codec.cancel({ ...named, venueOrderId: '' }, at).body, '{"instId":"BTC-USDT","clOrdId":"V1"}')
  const amended = { ...named, price: 150_000 as Ticks, quantity: 250_000 as Lots }
  equal(
    codec.replace(amended, BUY, at).body,
    '{"instId":"BTC-USDT","ordId":"312269865356374016","newSz":"2.5","newPx":"1.5","reqId":"V1"}',
  )
  equal(codec.order('V1', '', 1, at).path, '/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=V1')
  equal(codec.openOrders(-1, at).path, '/api/v5/trade/orders-pending?limit=100')
  equal(
    codec.fills(1, 5_000_000 as Micros, at).path,
    '/api/v5/trade/fills?instType=SWAP&instId=BTC-USDT-SWAP&begin=5000&limit=100',
  )
  equal(codec.fees(0, at).path, '/api/v5/account/trade-fee?instType=SPOT&instId=BTC-USDT')
  equal(codec.fees(1, at).path, '/api/v5/account/trade-fee?instType=SWAP&instFamily=BTC-USDT')
  equal(codec.cancelAll(), undefined)
  equal(codec.leverage(0, 3, at), undefined)
  equal(codec.leverage(1, 3, at)!.body, '{"instId":"BTC-USDT-SWAP","lever":"3","mgnMode":"cross"}')
  equal(codec.positionMode(true, at).body, '{"posMode":"net_mode"}')
})

test('the dead-man switch counts seconds between 10 and 120, and 0 switches it off', () => {
  const codec = codecOf()
  const timeOut = (milliseconds: number): string => JSON.parse(codec.deadMan(0, milliseconds, at).body!).timeOut
  deepEqual([0, 1, 10_001, 60_000, 500_000].map(timeOut), ['0', '10', '11', '60', '120'])
})

const ACK = { clOrdId: 'test0001', ordId: '312269865356374016', tag: '', ts: '1695190491421', sCode: '0', sMsg: '' }
const failed = (sCode: string, sMsg = 'x'): object => ({
  code: '1',
  msg: 'All operations failed',
  data: [{ ...ACK, ordId: '', sCode, sMsg }],
})

/** Status and body of the answer to a placement: outcome, advice, report. */
const OUTCOMES: readonly (readonly [status: number, body: unknown, ...made: string[]])[] = [
  [200, data(ACK), 'ack', 'none', 'accepted'],
  [200, data({ ...ACK, clOrdId: 'other' }), 'unknown', 'query'],
  [200, data({ ...ACK, ordId: '' }), 'unknown', 'query'],
  [200, data(), 'unknown', 'query'],
  [200, '<html>', 'unknown', 'query'],
  [200, failed('51008', 'Insufficient USDT balance'), 'definitive_reject', 'none', 'rejected'],
  [200, failed('51121'), 'definitive_reject', 'none', 'rejected'],
  [200, failed('51016'), 'unknown', 'query'],
  [200, failed('51054'), 'unknown', 'query'],
  [200, failed('59999'), 'unknown', 'query'],
  [200, failed('54094'), 'definitive_reject', 'halt', 'rejected'],
  [200, failed('50036'), 'definitive_reject', 'sync_clock', 'rejected'],
  [200, { code: '0', msg: '', data: [{ ...ACK, sCode: '51000' }] }, 'definitive_reject', 'none', 'rejected'],
  [200, { code: '1', msg: '', data: [ACK] }, 'unknown', 'query'],
  [200, { code: '50061', msg: 'x', data: [] }, 'definitive_reject', 'back_off', 'rejected'],
  [429, { code: '50011', msg: 'Too Many Requests' }, 'definitive_reject', 'back_off', 'rejected'],
  [429, 'slow down', 'unknown', 'back_off'],
  [401, { code: '50102', msg: 'Timestamp request expired' }, 'definitive_reject', 'sync_clock', 'rejected'],
  [401, { code: '50113', msg: 'Invalid Sign' }, 'definitive_reject', 'halt', 'rejected'],
  [403, '<html>', 'unknown', 'banned'],
  [400, { code: '50004', msg: 'Endpoint request timeout' }, 'unknown', 'query'],
  [503, { code: '50001', msg: 'Service temporarily unavailable' }, 'unknown', 'back_off'],
  [500, { code: '50026', msg: 'System error' }, 'unknown', 'back_off'],
  [502, 'bad gateway', 'unknown', 'query'],
]
for (const [status, body, ...made] of OUTCOMES)
  test(`R-REST-03 a placement answered by ${status} ${JSON.stringify(body).slice(0, 90)} is ${made[0]}`, () => {
    const codec = codecOf()
    const { outcome, advice, reports } = codec.readCommand(codec.place(placing(), at), answer(status, body), at)
    deepEqual([outcome, advice, ...reports.map(({ kind }) => kind)], made)
  })

test('the answer to a cancel says that it was taken in, or that there is nothing to cancel', () => {
  const codec = codecOf()
  const request = codec.cancel({ clientOrderId: 'test0001', venueOrderId: '7', instrument: 0 }, at)
  const read = (body: object) => codec.readCommand(request, answer(200, body), at)
  deepEqual([read(data(ACK)).outcome, read(data(ACK)).reports], ['ack', []])
  equal(read(data({ ...ACK, clOrdId: '', ordId: '7' })).outcome, 'ack', 'named by the id of the venue')
  equal(read(data({ ...ACK, clOrdId: '', ordId: '8' })).outcome, 'unknown')
  const gone = read(failed('51400', 'canceled, filled or does not exist'))
  deepEqual([gone.outcome, gone.advice, gone.reports[0]!.kind], ['definitive_reject', 'query', 'cancel_rejected'])
})

test('only the answer to an authenticated query proves that an order is absent', () => {
  const codec = codecOf()
  const request = codec.order('V1', '', 0, at)
  const kind = (status: number, body: unknown): string => codec.readOrder(request, answer(status, body)).kind
  equal(kind(200, { code: '51603', msg: 'Order does not exist', data: [] }), 'absent')
  equal(kind(200, data()), 'failed')
  equal(kind(503, 'x'), 'failed')
  equal(kind(401, { code: '50113', msg: 'Invalid Sign' }), 'failed')
  equal(kind(200, '{"code":"0","data":['), 'failed')
})

test('S2-OMS a key that can withdraw is told; the mode of the account says how spot is traded', () => {
  const codec = codecOf()
  const config = { acctLv: '3', posMode: 'net_mode', uid: '1', perm: 'read_only,withdraw,trade', ip: '1.2.3.4' }
  deepEqual(codec.readPermissions(codec.permissions(at), answer(200, data(config))), {
    kind: 'found',
    value: { canTrade: true, canWithdraw: true, isBoundToAddress: true },
  })
  equal(JSON.parse(codec.place(placing(), at).body!).tdMode, 'cross')
  const plain = { ...config, acctLv: '1', perm: 'read_only', ip: '' }
  deepEqual(codec.readPermissions(codec.permissions(at), answer(200, data(plain))), {
    kind: 'found',
    value: { canTrade: false, canWithdraw: false, isBoundToAddress: false },
  })
  equal(JSON.parse(codec.place(placing(), at).body!).tdMode, 'cash')
})

const place = new URL('../../../../../shared/data/okx/fixtures/', import.meta.url)
const skip = existsSync(place) ? false : 'the recordings are not beside the checkout'
const fixture = (name: string): string => readFileSync(new URL(name, place), 'utf8')
const told = (message: PrivateMessage): string => {
  if (message.kind === 'report') {
    const { kind, clientOrderId, cumulative, leaves, fill, reason } = message.report
    const executed =
      fill === undefined
        ? ''
        : ` ${fill.tradeId} ${fill.quantity}@${fill.price} fee ${fill.fee} ${fill.feeAsset} ${fill.liquidity}`
    return `${kind} ${clientOrderId} ${cumulative}+${leaves}${executed}${reason === undefined ? '' : ` (${reason})`}`
  }
  if (message.kind === 'balance') {
    const { asset, total, free } = message.balance
    return `${asset} ${total.units}e-${total.decimals} ${free.units}e-${free.decimals}`
  }
  if (message.kind === 'position') return `position ${message.position.lots} at ${message.position.entryPrice}`
  if (message.kind === 'cash_flow') {
    const { kind, asset, amount } = message.flow
    return `${kind} ${amount.units}e-${amount.decimals} ${asset}`
  }
  return message.kind
}

/** Every private message of the published examples, and what is understood of it. Fees in 1e-10 of their asset. */
const EVENTS: Readonly<Record<string, string>> = {
  ws_account: 'USDT 10052768569797846e-14 10052768569797846e-14|BTC 51e-10 51e-10|ETH 185e-9 185e-9',
  ws_account_empty: 'ignored',
  ws_orders: 'filled 001BTCUSDT20250106001 3000+0 BTC-USDT-SWAP:1518905529 3000@10369890000 fee 217767690 USDT maker',
  ws_orders_adl: 'filled  30000+0 ETH-USDT-SWAP:1518906000 30000@4100000000 fee 123000000000 USDT taker',
  ws_orders_algo: 'ignored',
  ws_orders_fok: 'filled FOK-TEST-001 5000+0 BTC-USDT:1518905530 5000@5000000000 fee 2500000000 USDT taker',
  ws_orders_ioc: 'filled IOC-TEST-001 2000+3000 BTC-USDT:1518905531 2000@5010050000 fee 1002000000 USDT taker',
  ws_orders_liquidation: 'filled  50000+0 BTC-USDT-SWAP:1518905999 50000@4000000000 fee 200000000000 USDT taker',
  ws_orders_optimal_limit_ioc:
    'filled OPTIMAL-IOC-TEST-001 10000+0 BTC-USDT-SWAP:1518905532 10000@10375025000 fee 518751250 USDT maker',
  ws_orders_option:
    'filled 001BTCUSD-OPT-250328-50000-C 100000+0 BTC-USD-250328-50000-C:1518905600 100000@3250 fee 3000000 BTC maker',
  ws_orders_trigger:
    'filled 706620792746729474_0 1000+0 BTC-USDT-SWAP:1518905530 1000@10195000000 fee 203900000 USDT taker',
  ws_sprd_orders: 'ignored',
}
const SYMBOLS = ['BTC-USDT', 'BTC-USDT-SWAP', 'ETH-USDT-SWAP', 'BTC-USD-250328-50000-C']
for (const [name, words] of Object.entries(EVENTS))
  test(`the private message ${name} of the documents`, { skip }, () => {
    const { stream } = codecOf(...SYMBOLS)
    equal(
      stream
        .read(fixture(`${name}.json`))
        .map(told)
        .join('|'),
      words,
    )
  })

test('the answers of the documents', { skip }, () => {
  const codec = codecOf(...SYMBOLS)
  const request = codec.openOrders(-1, at)
  const read = (name: string): VenueAnswer => answer(200, fixture(`http_${name}.json`))
  const found = <T>(result: QueryResult<T>): T => {
    ok(result.kind === 'found', 'words' in result ? result.words : '')
    return result.value
  }
  const [pending] = found(codec.readOpenOrders(request, read('get_orders_pending')))
  const [past] = found(codec.readOpenOrders(request, read('get_orders_history')))
  equal(found(codec.readOpenOrders(request, read('get_orders_pending_with_attached_tp_sl'))).length, 1)
  deepEqual(pending, {
    ...{
      clientOrderId: 'client-order-1',
      venueOrderId: '1234567890123456789',
      instrument: 1,
      side: BUY,
      status: 'open',
    },
    ...{ price: 10_350_000_000, quantity: 10_000, cumulative: 0, at: 1_746_947_317_000_000 },
  })
  deepEqual([past!.status, past!.cumulative, 'price' in past!], ['filled', 3000, false])
  deepEqual(found(codec.readPositions(request, read('get_positions'))), [
    { instrument: 1, lots: 50_000, entryPrice: '10000', unrealised: '0' },
  ])
  deepEqual(
    found(codec.readBalances(request, read('get_account_balance'))).map(({ asset, total }) => [asset, total.units]),
    [['USDT', 9_442_612_990_333_333n]],
  )
  const fees = found(codec.readFees(codec.fees(0, at), read('get_trade_fee_response')))
  deepEqual(fees, { maker: 80_000, taker: 100_000 })
  for (const [name, paid] of [
    ['transaction_detail', -420_000_000],
    ['transaction_detail_empty_fee', 0],
  ] as const) {
    const [fill] = found(codec.readFills(request, answer(200, data(JSON.parse(fixture(`http_${name}.json`))))))
    deepEqual(
      [fill!.tradeId, fill!.price, fill!.quantity, fill!.fee],
      ['BTC-USDT:123456789', 4_200_050_000, 100, BigInt(paid)],
    )
  }
  for (const name of ['old', 'new']) {
    const details = [JSON.parse(fixture(`http_balance_detail_${name}_fields.json`))]
    const [balance] = found(codec.readBalances(request, answer(200, data({ details }))))
    deepEqual(balance!.free, { units: 100n, decimals: 0 })
  }
  const place = codec.place({ ...placing(), clientOrderId: 'client_order_123' }, at)
  const placed = codec.readCommand(place, answer(200, data(JSON.parse(fixture('http_place_order_response.json')))), at)
  equal(placed.reports[0]!.venueOrderId, '12345678901234567890')
  const algo = { ...place, clientOrderId: 'test_algo_rej' }
  equal(codec.readCommand(algo, read('place_algo_order_rejected'), at).code, '51000')
  equal(codec.readCommand(codec.positionMode(false, at), read('set_position_mode_response'), at).outcome, 'ack')
})

test('rates of contracts settled in dollars stand apart, or in groups', () => {
  const codec = codecOf()
  const request = codec.fees(1, at)
  const row = { instType: 'SWAP', maker: '-0.0001', taker: '-0.0002', makerU: '0.00001', takerU: '-0.0005' }
  const read = (body: object) => codec.readFees(request, answer(200, data(body)))
  deepEqual(read(row), { kind: 'found', value: { maker: -1000, taker: 50_000 } })
  const grouped = {
    maker: '',
    taker: '',
    makerU: '',
    takerU: '',
    feeGroup: [{ groupId: '1', maker: '-0.0002', taker: '-0.0005' }],
  }
  deepEqual(read(grouped), { kind: 'found', value: { maker: 20_000, taker: 50_000 } })
  equal(read({ instType: 'SWAP' }).kind, 'failed')
})

const ORDER = {
  ...{ instId: 'BTC-USDT-SWAP', clOrdId: 'V1', ordId: '9', side: 'sell', px: '1.5', sz: '0.1', accFillSz: '0' },
  ...{
    state: 'live',
    tradeId: '',
    fillSz: '0',
    fillPx: '',
    uTime: '5',
    execType: '',
    amendResult: '',
    cancelSource: '',
  },
}
const FILL = {
  tradeId: '77',
  fillSz: '0.04',
  fillPx: '1.5',
  fillFee: '0.0001',
  fillFeeCcy: 'USDT',
  execType: 'M',
  fillTime: '6',
}

/** What changes in the message of an order, and what it says. */
const STORIES: readonly (readonly [object, string])[] = [
  [{}, 'accepted V1 0+10000'],
  [
    { ...FILL, state: 'partially_filled', accFillSz: '0.06' },
    'filled V1 6000+4000 BTC-USDT-SWAP:77 4000@150000 fee -1000000 USDT maker',
  ],
  [{ state: 'canceled', cancelSource: '1', accFillSz: '0.06' }, 'canceled V1 6000+0'],
  [{ state: 'canceled', cancelSource: '20' }, 'canceled V1 0+0 (dead-man switch)'],
  [{ state: 'canceled', cancelSource: '99' }, 'canceled V1 0+0 (cancelSource 99)'],
  [{ state: 'canceled', cancelSource: '14', accFillSz: '0.01' }, 'expired V1 1000+0 (the rest of an immediate order)'],
  [{ state: 'canceled', cancelSource: '31' }, 'expired V1 0+0 (post-only would have taken)'],
  [{ amendResult: '0', px: '1.25', sz: '0.2' }, 'replaced V1 0+20000'],
  [{ amendResult: '-1', code: '51506', msg: 'x' }, 'replace_rejected V1 0+10000 (51506 x)'],
  [{ state: 'filled', accFillSz: '0.1' }, 'ignored'],
  [{ state: 'filled', accFillSz: '0.09' }, 'expired V1 9000+0 (the rest of a market order)'],
  [{ instId: 'DOGE-USDT' }, 'ignored'],
  [{ state: 'surprising' }, 'damaged'],
  [{ ...FILL, fillFee: '', fee: '-1', feeCcy: 'USDT', accFillSz: '0.06', state: 'partially_filled' }, 'damaged'],
  [{ ...FILL, execType: '', accFillSz: '0.04', state: 'partially_filled' }, 'damaged'],
]
for (const [changes, words] of STORIES)
  test(`an order's message with ${JSON.stringify(changes)} says: ${words}`, () => {
    const push = { arg: { channel: 'orders', instType: 'ANY' }, data: [{ ...ORDER, ...changes }] }
    equal(codecOf().stream.read(JSON.stringify(push)).map(told).join('|'), words)
  })

test('the stream logs in, subscribes when that is answered, and is ready when all four channels are', () => {
  const { stream } = codecOf()
  equal(stream.token(), undefined)
  equal(stream.path(), '/ws/v5/private')
  equal(JSON.parse(stream.hello('', at)[0]!).op, 'login')
  const [send] = stream.read('{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}')
  ok(send!.kind === 'send')
  const { args } = JSON.parse(send.frames[0]!)
  const kinds = args.map(
    (arg: object) => stream.read(JSON.stringify({ event: 'subscribe', arg, connId: 'x' }))[0]!.kind,
  )
  deepEqual(kinds, ['ignored', 'ignored', 'ignored', 'ready'])
  deepEqual(stream.renewal.frames(), ['ping'])
  deepEqual(stream.read('pong'), [{ kind: 'heartbeat' }])
  const refused = stream.read('{"event":"error","code":"60009","msg":"Login failed.","connId":"a4d3ae55"}')
  deepEqual(refused, [{ kind: 'refused', code: '60009', words: 'Login failed.' }])
  equal(stream.read('{"event":"notice","code":"64008","msg":"closing","connId":"x"}')[0]!.kind, 'expired')
  equal(
    stream.read('{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"x"}')[0]!.kind,
    'ignored',
  )
  equal(
    stream.read('{"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"x"}')[0]!.kind,
    'refused',
  )
})

test('positions are signed, and funding is what the cash moved by', () => {
  const { stream } = codecOf()
  const push = (channel: string, ...rows: object[]): string =>
    stream
      .read(JSON.stringify({ arg: { channel }, data: rows }))
      .map(told)
      .join('|')
  const position = { instId: 'BTC-USDT-SWAP', posSide: 'net', pos: '-0.5', avgPx: '10', upl: '-1' }
  equal(push('positions', position), 'position -50000 at 10')
  equal(push('positions', { ...position, posSide: 'short', pos: '0.5' }), 'position -50000 at 10')
  equal(push('positions', { ...position, posSide: 'long', pos: '0', avgPx: '' }), 'position 0 at ')
  const moved = (eventType: string, cashBal: string): string =>
    push('balance_and_position', {
      pTime: '1597026383085',
      eventType,
      balData: [{ ccy: 'USDT', cashBal }],
      posData: [],
    })
  equal(moved('snapshot', '100.5'), 'ignored')
  equal(moved('filled', '100'), 'ignored')
  equal(moved('funding_fee', '99.75'), 'funding -25e-2 USDT')
})

test('every frame of a private message that is cut short is told as damaged, and none throws', () => {
  const { stream } = codecOf()
  const text = JSON.stringify({ arg: { channel: 'orders' }, data: [{ ...ORDER, ...FILL, accFillSz: '0.04' }] })
  for (let length = 0; length < text.length; length++)
    equal(stream.read(text.slice(0, length))[0]!.kind, 'damaged', `cut at ${length}`)
  for (const key of ['instId', 'side', 'sz', 'accFillSz', 'state', 'fillSz', 'fillPx', 'execType', 'ordId', 'uTime'])
    equal(stream.read(text.replace(`"${key}":`, `"_${key}":`))[0]!.kind, 'damaged', `without ${key}`)
})

test('orders over the socket name instruments by code, and are offered once all codes are known', () => {
  const codec = codecOf()
  equal(codec.socket, undefined)
  const list = data(
    { instId: 'BTC-USDT', instIdCode: 7 },
    { instId: 'BTC-USDT-SWAP', instIdCode: 10459 },
    { instId: 'X' },
  )
  equal(codec.codes.learn('no list'), 0)
  equal(codec.codes.learn(JSON.stringify(list)), 2)
  const socket = codec.socket!
  equal(
    socket.place(placing({ instrument: 1 }), '1512', at),
    '{"id":"1512","op":"order","expTime":"1607418542715","args":[{"instIdCode":10459,"tdMode":"cross","side":"buy","ordType":"limit","sz":"0.01","px":"20000","clOrdId":"test0001"}]}',
  )
  const named = { clientOrderId: 'V1', venueOrderId: '', instrument: 0 }
  equal(socket.cancel(named, 'r2'), '{"id":"r2","op":"cancel-order","args":[{"instIdCode":7,"clOrdId":"V1"}]}')
  const amended = JSON.parse(socket.replace({ ...named, price: 1 as Ticks, quantity: 2 as Lots }, 'r3', at))
  deepEqual(amended.args, [{ instIdCode: 7, clOrdId: 'V1', newSz: '0.00002', newPx: '0.00001', reqId: 'V1' }])
  const answered = (code: string, row: object | undefined): string => {
    const rows = row === undefined ? [] : [row]
    const [message] = codec.stream.read(JSON.stringify({ id: '1512', op: 'order', code, msg: 'x', data: rows }))
    return message!.kind === 'answer'
      ? `${message.requestId} ${message.result.outcome} ${message.result.code}`
      : message!.kind
  }
  equal(answered('0', ACK), '1512 ack ')
  equal(answered('1', { ...ACK, sCode: '51008' }), '1512 definitive_reject 51008')
  equal(answered('60013', undefined), '1512 definitive_reject 60013')
  equal(answered('63999', undefined), '1512 unknown 63999')
})
