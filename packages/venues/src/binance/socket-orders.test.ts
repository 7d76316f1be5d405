import { deepEqual, equal, throws } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Cryptography } from '../cryptography.ts'
import type { OrderCodec, PrivateMessage } from '../order-venue.ts'
import { binanceSpotOrders, binanceUsdmOrders } from './binance-orders.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
/** The example key of the documents. */
const credentials = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
}
const at = 1_660_801_715_431_000 as Micros

function codecOf(dialect: Dialect): OrderCodec {
  const grids = { price: { decimals: 2, step: 1 }, quantity: { decimals: 8, step: 1 }, bounds: {} }
  const kind = dialect === 'spot' ? 'spot' : 'perpetual'
  const names = { symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', settle: 'USDT' }
  const draft = { ...names, ...grids, kind, expiry: '', grids: 'published' } as const
  const instruments = new InstrumentTable([makeInstrument(dialect, `binance-${dialect}`, 0, draft)])
  const orders = dialect === 'spot' ? binanceSpotOrders : binanceUsdmOrders
  return orders.makeOrderCodec({ instruments, credentials, cryptography })
}

const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: 'V1',
  order: {
    ...{ instrument: 0, side: SELL, type: 'limit', quantity: 1_000_000 as Lots, price: 5_200_000 as Ticks },
    ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})

/** What an answer says, shortly. */
function told(codec: OrderCodec, frame: object): unknown[] {
  const [message] = (codec.socket!.session ?? codec.stream).read(JSON.stringify(frame)) as [PrivateMessage]
  if (message.kind !== 'answer') return [message.kind]
  const { outcome, advice, code, reports } = message.result
  return [message.requestId, outcome, advice, code, ...reports.map(report => [report.kind, report.venueOrderId])]
}

test('every command is signed by itself, its parameters sorted by name', () => {
  const frame = JSON.parse(codecOf('spot').socket!.place(placing(), '7x1', at))
  const { signature, ...params } = frame.params
  deepEqual(
    [frame.id, frame.method, params],
    [
      'p7x1',
      'order.place',
      {
        apiKey: credentials.apiKey,
        newClientOrderId: 'V1',
        newOrderRespType: 'ACK',
        price: '52000.00',
        quantity: '0.01000000',
        side: 'SELL',
        symbol: 'BTCUSDT',
        timeInForce: 'GTC',
        timestamp: 1_660_801_715_431,
        type: 'LIMIT',
      },
    ],
  )
  const payload = Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  equal(signature, createHmac('sha256', credentials.secret).update(payload).digest('hex'))
})

test('spot and USD-M: where commands go, and which there are', () => {
  const spot = codecOf('spot').socket!
  equal(spot.session, undefined)
  const usdm = codecOf('usdm').socket!
  const { session } = usdm
  deepEqual(
    [session!.path(''), session!.hello('', at), session!.token(at), session!.renewal],
    ['/ws-fapi/v1', [], undefined, undefined],
  )
  const named = { clientOrderId: 'V1', venueOrderId: '', instrument: 0 }
  const change = { ...named, price: 5_000_000 as Ticks, quantity: 2_000_000 as Lots }
  const { id, method, params } = JSON.parse(usdm.replace!(change, '2', at, SELL))
  deepEqual(
    [id, method, params.origClientOrderId, params.side, params.quantity, params.price],
    ['r2', 'order.modify', 'V1', 'SELL', '0.02000000', '50000.00'],
  )
  const cancel = JSON.parse(usdm.cancel({ ...named, venueOrderId: '41' }, '3', at))
  deepEqual(
    [cancel.id, cancel.method, cancel.params.orderId, cancel.params.origClientOrderId],
    ['c3', 'order.cancel', 41, undefined],
  )
  throws(() => spot.place(placing({ reduceOnly: true }), '1', at), /a refusal is not written/)
})

test('answers by id: what became of the order', () => {
  const spot = codecOf('spot')
  const result = { symbol: 'BTCUSDT', orderId: 12_569_099_453, orderListId: -1, clientOrderId: 'V1' }
  const placed = { id: 'p1', status: 200, result: { ...result, transactTime: 1_660_801_715_639 } }
  deepEqual(told(spot, placed), ['1', 'ack', 'none', '', ['accepted', '12569099453']])
  const canceled = {
    ...{ ...result, origClientOrderId: 'V1', clientOrderId: '91fe37ce9e69c90d6358c0', transactTime: 1_684_804_350_068 },
    ...{ price: '23416.10000000', origQty: '0.00847000', executedQty: '0.00100000', status: 'CANCELED' },
    ...{ timeInForce: 'GTC', type: 'LIMIT', side: 'SELL' },
  }
  const cancel = { id: 'c2', status: 200, result: canceled }
  deepEqual(told(spot, cancel), ['2', 'ack', 'none', '', ['canceled', '12569099453']])
  const usdm = codecOf('usdm')
  const open = {
    ...{ orderId: 20_072_994_037, symbol: 'BTCUSDT', status: 'NEW', clientOrderId: 'V1', price: '30005.00' },
    ...{ origQty: '1.00000000', executedQty: '0.00000000', side: 'SELL', type: 'LIMIT', updateTime: 1_629_182_711_600 },
  }
  deepEqual(told(usdm, { id: 'r3', status: 200, result: open }), ['3', 'ack', 'none', '', ['replaced', '20072994037']])
})

test('R-REST-03 answers of which nothing can be concluded, and those of which all can', () => {
  const codec = codecOf('spot')
  const failed = (status: number, code: number, msg = 'words') =>
    told(codec, { id: 'p1', status, error: { code, msg } }).slice(1)
  deepEqual(failed(400, -2010, 'Account has insufficient balance'), ['definitive_reject', 'none', '-2010'])
  deepEqual(failed(400, -2010, 'Duplicate order sent.'), ['unknown', 'query', '-2010'])
  deepEqual(failed(400, -1021), ['definitive_reject', 'sync_clock', '-1021'])
  deepEqual(failed(403, -1000), ['unknown', 'banned', '-1000'])
  deepEqual(failed(500, -1000), ['unknown', 'query', '-1000'])
  deepEqual(failed(504, -1007), ['unknown', 'query', '-1007'])
  deepEqual(failed(400, -9999), ['unknown', 'query', '-9999'])
  deepEqual(told(codec, { id: 'p1', status: 200 }), ['1', 'unknown', 'query', 'status 200'])
  deepEqual(told(codec, { id: 'p1', status: 200, result: {} }), ['1', 'unknown', 'query', 'status 200'])
  deepEqual(told(codec, { id: 'p1', status: 200, result: { symbol: 'BTCUSDT', orderId: 1 } }), ['damaged'])
})

test('R-REST-01 an answer over the socket tells what is left, and how long to wait', () => {
  const { stream } = codecOf('spot')
  const rateLimits = [
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50, count: 12 },
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 321 },
    { rateLimitType: 'CONNECTIONS', interval: 'MINUTE', intervalNum: 5, limit: 300, count: 1 },
  ]
  const data = { serverTime: 1_659_142_907_531, retryAfter: 1_659_142_910_031 }
  const error = { code: -1003, msg: 'Too much request weight used', data }
  const [message] = stream.read(JSON.stringify({ id: 'p1', status: 429, error, rateLimits }))
  deepEqual(message?.kind === 'answer' && [message.result.advice, message.budget], [
    'back_off',
    {
      used: [
        { window: 'orders-10s', count: 12 },
        { window: 'weight-1m', count: 321 },
      ],
      retryAfter: 2500,
    },
  ])
})

test('S2-OMS-32 spot over the socket: quantity is taken away in place, and nothing else is said there', () => {
  const codec = codecOf('spot')
  const was = { price: 5_200_000 as Ticks, quantity: 1_000_000 as Lots }
  const change = { clientOrderId: 'V1', venueOrderId: '41', instrument: 0, ...was, was, quantity: 400_000 as Lots }
  const { id, method, params } = JSON.parse(codec.socket!.replace!(change, '5', at, SELL))
  deepEqual(
    [id, method, params.orderId, params.newQty, params.newClientOrderId],
    ['r5', 'order.amend.keepPriority', 41, '0.00400000', 'V1'],
  )
  throws(() => codec.socket!.replace!({ ...change, price: 1 as Ticks }, '6', at, SELL), /only takes quantity away/)
  const amendedOrder = {
    ...{
      symbol: 'BTCUSDT',
      orderId: 41,
      origClientOrderId: 'V1',
      clientOrderId: 'V1',
      price: '52000.00',
      side: 'SELL',
    },
    ...{ qty: '0.00400000', executedQty: '0.00100000', status: 'PARTIALLY_FILLED', type: 'LIMIT', timeInForce: 'GTC' },
  }
  const result = { transactTime: 1_660_801_715_431, executionId: 22, amendedOrder }
  deepEqual(told(codec, { id: 'r5', status: 200, result }), ['5', 'ack', 'none', '', ['replaced', '41']])
  const refused = {
    id: 'r5',
    status: 400,
    error: { code: -2038, msg: 'Order amend (quantity increase) is not supported.' },
  }
  deepEqual(told(codec, refused), ['5', 'definitive_reject', 'none', '-2038'])
})
