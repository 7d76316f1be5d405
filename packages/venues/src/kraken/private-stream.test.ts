import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import { recordings } from '../market-codec.conformance.ts'
import type { PrivateMessage } from '../order-venue.ts'
import { krakenOrders } from './kraken-orders.ts'
import { makeInstrument } from './make-instrument.ts'

const at = 1_695_378_785_000_000 as Micros
const TOKEN = '{"error":[],"result":{"token":"T0","expires":900}}'
const OURS = 'V00010000200000003A'

/** A codec whose private stream has been opened. */
function opened() {
  const grids = { price: { decimals: 1, step: 1 }, quantity: { decimals: 8, step: 1 } }
  const draft = { symbol: 'BTC/USD', base: 'BTC', quote: 'USD', bounds: {}, grids: 'published', ...grids } as const
  const codec = krakenOrders.makeOrderCodec({
    instruments: new InstrumentTable([makeInstrument(0, draft)]),
    credentials: { apiKey: 'k', secret: 'c2VjcmV0' },
    cryptography: {
      hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
      digest: (hash, message) => createHash(hash).update(message).digest(),
      sign: () => new Uint8Array(0),
      random: bytes => new Uint8Array(bytes),
    },
  })
  const hello = codec.stream.hello(TOKEN, at)
  const read = (frame: object): readonly PrivateMessage[] => codec.stream.read(JSON.stringify(frame))
  return { codec, hello, read }
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: OURS,
  order: {
    ...{ instrument: 0, side: BUY, type: 'limit', quantity: 1_000_000, price: 300_000, timeInForce: 'gtc' },
    ...{ postOnly: true, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})
let sequence = 0
let ends = 0
const executions = (row: object, type = 'update') => ({
  channel: 'executions',
  type,
  data: [row],
  sequence: ++sequence,
})

test('the socket is opened with a token, subscribed, and kept alive', () => {
  const { codec, hello } = opened()
  deepEqual(
    hello.map(frame => JSON.parse(frame)),
    [
      {
        method: 'subscribe',
        params: { channel: 'executions', snap_orders: true, snap_trades: true, order_status: true, token: 'T0' },
        req_id: 1_000_000_001,
      },
      { method: 'subscribe', params: { channel: 'balances', snapshot: true, token: 'T0' }, req_id: 1_000_000_002 },
    ],
  )
  equal(codec.stream.path(TOKEN), '/v2')
  equal(JSON.parse(codec.stream.renewal!.frames!(at)[0]!).method, 'ping')
  const reply = (channel: string, success = true) =>
    JSON.stringify({
      method: 'subscribe',
      success,
      ...(success ? { result: { channel } } : { error: 'EGeneral:Permission denied' }),
    })
  deepEqual(codec.stream.read(reply('executions')), [{ kind: 'ready' }])
  deepEqual(codec.stream.read(reply('balances')), [{ kind: 'ignored' }])
  deepEqual(codec.stream.read(reply('executions', false)), [
    { kind: 'refused', code: 'EGeneral:Permission denied', words: 'EGeneral:Permission denied' },
  ])
  deepEqual(codec.stream.read('{"channel":"heartbeat"}'), [{ kind: 'heartbeat' }])
  deepEqual(codec.stream.read('{"method":"pong","req_id":1}'), [{ kind: 'heartbeat' }])
  for (const frame of ['x', '[]', '{"channel":"executions"}', '{"channel":5,"data":"x"}'])
    ok(
      codec.stream.read(frame).some(({ kind }) => kind === 'damaged' || kind === 'ignored'),
      frame,
    )
})

test('S2-OMS-15 the life of an order, as the documents tell it: later messages name it by its id alone', () => {
  const { read } = opened()
  sequence = 0
  const id = { order_id: 'OK4GJX-KSTLS-7DZZO5' }
  read(
    executions(
      { ...id, symbol: 'BTC/USD', exec_type: 'new', side: 'buy', order_qty: 1, timestamp: '2023-09-22T10:33:05Z' },
      'snapshot',
    ),
  )
  const said = [
    {
      ...{ ...id, order_userref: 3, symbol: 'BTC/USD', order_qty: 0.005, cum_cost: 0, time_in_force: 'GTC' },
      ...{ exec_type: 'pending_new', side: 'sell', order_type: 'limit', limit_price: 26500, cl_ord_id: OURS.slice(1) },
      ...{ order_status: 'pending_new', timestamp: '2023-09-22T10:33:05.709950Z' },
    },
    { ...id, order_status: 'new', exec_type: 'new', timestamp: '2023-09-22T10:33:05.709982Z' },
    {
      ...{
        ...id,
        exec_id: 'TGBB7L-HT5LX-J3BZ4A',
        exec_type: 'trade',
        trade_id: 62887576,
        symbol: 'BTC/USD',
        side: 'sell',
      },
      ...{ last_qty: 0.005, last_price: 26599.9, liquidity_ind: 't', cost: 132.9995, order_status: 'partially_filled' },
      ...{ cum_qty: 0.005, fees: [{ asset: 'USD', qty: 0.3458 }], timestamp: '2023-09-22T10:33:05.709993Z' },
    },
    { ...id, exec_type: 'filled', order_status: 'filled', cum_qty: 0.005, timestamp: '2023-09-22T10:33:05.709993Z' },
  ].map(row => read(executions(row)))
  const order = { clientOrderId: OURS, venueOrderId: 'OK4GJX-KSTLS-7DZZO5', instrument: 0 }
  const [pending, accepted, filled, done] = said
  deepEqual(pending, [{ kind: 'ignored' }])
  deepEqual(accepted, [
    {
      kind: 'report',
      report: { kind: 'accepted', ...order, at: 1_695_378_785_709_982, cumulative: 0, leaves: 500_000 },
    },
  ])
  const fill = {
    ...{ tradeId: 'TGBB7L-HT5LX-J3BZ4A', ...order, side: SELL, price: 265_999, quantity: 500_000 },
    ...{ fee: 345_800_000n, feeAsset: 'USD', liquidity: 'taker', at: 1_695_378_785_709_993 },
  }
  deepEqual(filled, [
    { kind: 'report', report: { kind: 'filled', ...order, at: fill.at, cumulative: 500_000, leaves: 0, fill } },
  ])
  deepEqual(done, [{ kind: 'ignored' }])
})

test('ends of orders: what was told of them decides between canceled, expired and rejected', () => {
  const { read } = opened()
  const end = (force: string, row: object): unknown => {
    sequence = 0
    const id = { order_id: `O-${++ends}`, timestamp: '2023-09-22T10:33:05Z' }
    const first = {
      ...id,
      exec_type: 'pending_new',
      symbol: 'BTC/USD',
      side: 'buy',
      order_qty: 1,
      time_in_force: force,
      limit_price: 2,
    }
    read(executions(first, 'snapshot'))
    const [message] = read(executions({ ...id, ...row }))
    return message?.kind === 'report' ? [message.report.kind, message.report.leaves, message.report.reason] : message
  }
  deepEqual(end('gtc', { exec_type: 'canceled', reason: 'User requested' }), ['canceled', 0, 'User requested'])
  deepEqual(end('ioc', { exec_type: 'canceled' }), ['expired', 0, undefined])
  deepEqual(end('gtd', { exec_type: 'expired' }), ['expired', 0, undefined])
  deepEqual(end('gtc', { exec_type: 'canceled', reason: 'Post only order' }), ['rejected', 0, 'Post only order'])
  deepEqual(end('gtc', { exec_type: 'canceled', reason: 'Post only order', cum_qty: 0.5 }), [
    'canceled',
    0,
    'Post only order',
  ])
  deepEqual(end('gtc', { exec_type: 'amended', order_qty: 3, limit_price: 2.5 }), ['replaced', 300_000_000, undefined])
  deepEqual(end('gtc', { exec_type: 'restated' }), { kind: 'ignored' })
})

test('a hole in the count of a channel is damage, beside what the message says; an unknown order too', () => {
  const { read } = opened()
  const row = {
    order_id: 'O',
    symbol: 'BTC/USD',
    exec_type: 'new',
    side: 'buy',
    order_qty: 1,
    timestamp: '2023-09-22T10:33:05Z',
  }
  const message = (number: number, data: object = row) =>
    read({ channel: 'executions', type: 'update', data: [data], sequence: number })
  deepEqual(
    message(1).map(({ kind }) => kind),
    ['report'],
  )
  deepEqual(
    message(3).map(({ kind }) => kind),
    ['damaged', 'report'],
  )
  deepEqual(
    message(4).map(({ kind }) => kind),
    ['report'],
  )
  const unknown = message(5, { order_id: 'X', exec_type: 'canceled', timestamp: '2023-09-22T10:33:05Z' })
  deepEqual(
    unknown.map(({ kind }) => kind),
    ['damaged'],
  )
})

test('balances: the whole, then each posting with the new total of its wallet', () => {
  const { read } = opened()
  const whole = {
    asset: 'BTC',
    asset_class: 'currency',
    balance: 1.2,
    wallets: [{ type: 'spot', id: 'main', balance: 1.2 }],
  }
  const amount = { units: 12n, decimals: 1 }
  deepEqual(read({ channel: 'balances', type: 'snapshot', data: [whole], sequence: 1 }), [
    { kind: 'balance', balance: { asset: 'BTC', total: amount, free: amount } },
  ])
  const posting = {
    asset: 'BTC',
    type: 'trade',
    wallet_type: 'spot',
    wallet_id: 'main',
    amount: -0.005,
    fee: 0,
    balance: 0.005,
  }
  const total = { units: 5n, decimals: 3 }
  deepEqual(read({ channel: 'balances', type: 'update', data: [posting], sequence: 2 }), [
    { kind: 'balance', balance: { asset: 'BTC', total, free: total } },
  ])
})

test('commands over the socket keep the digits of their grid, and answers find their command', () => {
  const { codec, read } = opened()
  const known = { clientOrderId: OURS, venueOrderId: 'OA', instrument: 0 }
  deepEqual(
    [
      codec.socket!.place(placing(), 'first', at),
      codec.socket!.cancel(known, 'second', at),
      codec.socket!.replace!(
        { ...known, venueOrderId: '', price: 5 as Ticks, quantity: 100 as Lots },
        'third',
        at,
        BUY,
      ),
    ],
    [
      `{"method":"add_order","params":{"order_type":"limit","side":"buy","order_qty":0.01000000,"symbol":"BTC/USD","limit_price":30000.0,"time_in_force":"gtc","post_only":true,"cl_ord_id":"${OURS.slice(1)}","token":"T0"},"req_id":1}`,
      '{"method":"cancel_order","params":{"order_id":["OA"],"token":"T0"},"req_id":2}',
      `{"method":"amend_order","params":{"cl_ord_id":"${OURS.slice(1)}","order_qty":0.00000100,"limit_price":0.5,"token":"T0"},"req_id":3}`,
    ],
  )
  const time_out = '2026-05-05T10:00:00.125Z'
  const [placed] = read({
    method: 'add_order',
    req_id: 1,
    success: true,
    time_out,
    result: { order_id: 'OA', cl_ord_id: OURS.slice(1) },
  })
  const none = { cumulative: 0, leaves: 0, at: 1_777_975_200_125_000 }
  deepEqual(placed, {
    ...{ kind: 'answer', requestId: 'first' },
    result: {
      ...{ outcome: 'ack', advice: 'none', code: '', words: '' },
      reports: [{ kind: 'accepted', ...known, ...none }],
    },
  })
  const [refused] = read({ method: 'cancel_order', req_id: 2, success: false, error: 'EOrder:Unknown order', time_out })
  deepEqual(
    refused?.kind === 'answer' && [refused.requestId, refused.result.outcome, refused.result.reports[0]!.kind],
    ['second', 'definitive_reject', 'cancel_rejected'],
  )
  const [unsure] = read({ method: 'amend_order', req_id: 3, success: false, error: 'EService:Busy', time_out })
  deepEqual(unsure?.kind === 'answer' && [unsure.requestId, unsure.result.outcome, unsure.result.reports], [
    'third',
    'unknown',
    [],
  ])
  const [again] = read({ method: 'amend_order', req_id: 3, success: true, result: {}, time_out })
  equal(again?.kind === 'answer' && again.requestId, '3', 'an answer comes once')
  codec.socket!.place(placing(), 'fourth', at)
  const [other] = read({
    method: 'add_order',
    req_id: 4,
    success: true,
    time_out,
    result: { order_id: 'OB', cl_ord_id: 'O-2' },
  })
  equal(other?.kind, 'damaged', 'the answer is about another order')
})

test('balances: a deposit, a withdrawal and a transfer are money without an order, what they cost included', () => {
  const { codec } = opened()
  const flowOf = (type: string, amount: number, fee: number): string => {
    const posting = { ledger_id: 'L1', timestamp: '2023-09-22T10:33:05.710082Z', type, asset: 'USD', amount, fee }
    const frame = { channel: 'balances', type: 'update', data: [{ ...posting, balance: 7.5 }], sequence: 1 }
    const [, flow] = codec.stream.read(JSON.stringify(frame)).filter(({ kind }) => kind !== 'damaged')
    if (flow?.kind !== 'cash_flow') return 'none'
    const { kind, amount: paid, id, at: instant } = flow.flow
    return `${kind} ${paid.units}e-${paid.decimals} ${id} ${instant}`
  }
  equal(flowOf('deposit', 5, 0.25), 'deposit 475e-2 L1 1695378785710082')
  equal(flowOf('withdrawal', -5, 0.25), 'withdrawal -525e-2 L1 1695378785710082')
  equal(flowOf('transfer', 5, 0), 'transfer 5e-0 L1 1695378785710082')
  equal(flowOf('trade', 5, 0), 'none')
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

test('the examples of requests and replies', { skip }, () => {
  const { codec } = opened()
  const text = (name: string): string => readFileSync(new URL(`kraken/fixtures/${name}.json`, place), 'utf8')
  const [success] = codec.stream.read(text('ws_add_order_response_success'))
  deepEqual(success?.kind === 'answer' && [success.requestId, success.result.outcome], ['42', 'ack'])
  const [failure] = codec.stream.read(text('ws_add_order_response_failure'))
  deepEqual(failure?.kind === 'answer' && [failure.requestId, failure.result.outcome, failure.result.code], [
    '99',
    'definitive_reject',
    'EOrder:Insufficient funds',
  ])
  deepEqual(codec.stream.read(text('ws_batch_add_response_partial')), [{ kind: 'ignored' }])
  deepEqual(codec.stream.read(text('ws_pong')), [{ kind: 'heartbeat' }])
  // What the examples send is what we send, but for the ids and the token.
  const shape = (frame: string): string[] => Object.keys(JSON.parse(frame).params).sort()
  deepEqual(shape(codec.socket!.place(placing(), '1', at)), shape(text('ws_add_order_request')))
  const known = { clientOrderId: OURS, venueOrderId: 'OABCDE-12345-FGHIJ', instrument: 0 }
  deepEqual(shape(codec.socket!.cancel(known, '2', at)), shape(text('ws_cancel_order_request')))
  deepEqual(shape(codec.socket!.replace!({ ...known, price: 1 as Ticks, quantity: 1 as Lots }, '3', at, BUY)), [
    ...['limit_price', ...shape(text('ws_amend_order_request'))].sort(),
  ])
})
