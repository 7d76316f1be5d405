import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
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
import { deribitOrders } from './deribit-orders.ts'
import { DERIBIT } from './deribit-venue.ts'
import { inferredDraft, makeInstrument } from './instruments.ts'
import { DeribitSigner, requestText } from './order-requests.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: () => new Uint8Array(0),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
const credentials = { apiKey: 'id', secret: 'AMANDASECRECT' }
const at = 1_767_978_363_493_000 as Micros

function codecOf() {
  const rows: readonly (readonly [string, Grid, Grid])[] = [
    ['BTC-PERPETUAL', { decimals: 1, step: 5 }, { decimals: 0, step: 10 }],
    ['ETH_USDC-PERPETUAL', { decimals: 2, step: 5 }, { decimals: 3, step: 1 }],
    ['ETH-PERPETUAL', { decimals: 2, step: 5 }, { decimals: 0, step: 1 }],
    ['BTC_USDC-PERPETUAL', { decimals: 0, step: 1 }, { decimals: 3, step: 1 }],
  ]
  const all = rows.map(([symbol, price, quantity], at) =>
    makeInstrument(DERIBIT, at, inferredDraft(symbol, price, quantity)),
  )
  return deribitOrders.makeOrderCodec({ instruments: new InstrumentTable(all), credentials, cryptography })
}
const order = {
  ...{ instrument: 0, side: BUY, type: 'limit', quantity: 100 as Lots, price: 85_001 as Ticks },
  ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, strategy: 's' },
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: 'V1',
  order: { ...order, ...changes } as unknown as PlaceCommand['order'],
})
const answer = (status: number, body: unknown): VenueAnswer => ({
  ...{ status, headers: {} },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const result = (value: unknown): VenueAnswer => answer(200, { jsonrpc: '2.0', id: 1, result: value, testnet: false })
const error = (code: number, message = 'words', data?: unknown): VenueAnswer =>
  answer(400, { jsonrpc: '2.0', id: 1, error: { code, message, data: data ?? null } })

test('the signatures of the documents', () => {
  const signer = new DeribitSigner(credentials, cryptography)
  equal(
    signer.signature('1576074319000\n1iqt2wls\n'),
    '56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1',
  )
  const uri = '/api/v2/private/get_account_summary?currency=BTC'
  equal(
    signer.signature(requestText(1_554_883_365_000, 'fdbmmz79', 'GET', uri, '')),
    '106afad5efa4fe016b431d76241fae0df20f1f6864d90d4ecc29ee1b1d47d8a4',
  )
  const body = '{"jsonrpc":"2.0","id":1,"method":"private/get_account_summaries","params":{}}'
  const other = new DeribitSigner({ apiKey: 'id', secret: 'test_client_secret' }, cryptography)
  equal(
    other.signature(requestText(1_609_459_200_000, '550e8400-e29b-41d4-a716-446655440000', 'POST', '/api/v2', body)),
    '687c9c8397163a1b66412d6b886ba6004f4918cd36c33184b9b984bf43f98ed3',
  )
})

test('a call is signed over its time, nonce and body', () => {
  const request = codecOf().balances(at)
  const [, id, ts, sig, nonce] = /^deri-hmac-sha256 id=(\w+),ts=(\d+),sig=(\w+),nonce=(\w+)$/.exec(
    request.headers['authorization']!,
  )!
  deepEqual([request.method, request.path, id, ts], ['POST', '/api/v2', 'id', '1767978363493'])
  const text = `${ts}\n${nonce}\nPOST\n/api/v2\n${request.body}\n`
  equal(sig, createHmac('sha256', credentials.secret).update(text).digest('hex'))
})

const END = '"label":"V1",'
for (const [changes, method, parameters] of [
  [
    {},
    'buy',
    `"amount":1000,"type":"limit","price":42500.5,${END}"time_in_force":"good_til_cancelled","post_only":false,"reduce_only":false`,
  ],
  [
    { postOnly: true, side: SELL },
    'sell',
    `"amount":1000,"type":"limit","price":42500.5,${END}"time_in_force":"good_til_cancelled","post_only":true,"reject_post_only":true,"reduce_only":false`,
  ],
  [
    { timeInForce: 'ioc', reduceOnly: true },
    'buy',
    `"amount":1000,"type":"limit","price":42500.5,${END}"time_in_force":"immediate_or_cancel","post_only":false,"reduce_only":true`,
  ],
  [
    { type: 'market', price: undefined },
    'buy',
    `"amount":1000,"type":"market",${END}"post_only":false,"reduce_only":false`,
  ],
] as const)
  test(`place: ${method} ${parameters}`, () => {
    const request = codecOf().place(placing(changes), at)
    const life = '"valid_until":1767978368493'
    equal(
      request.body,
      `{"jsonrpc":"2.0","id":1,"method":"private/${method}","params":{"instrument_name":"BTC-PERPETUAL",${parameters},${life}}}`,
    )
    deepEqual([request.orders, request.weight, request.clientOrderId, request.instrument], [1, 0, 'V1', 0])
    JSON.parse(request.body!)
  })

const ORDER = {
  ...{ label: 'V1', price: 42500.5, amount: 1000.0, direction: 'buy', time_in_force: 'good_til_cancelled' },
  ...{ instrument_name: 'BTC-PERPETUAL', order_id: '94166', creation_timestamp: 1767978363493, replaced: false },
  ...{ filled_amount: 0.0, last_update_timestamp: 1767978363493, order_state: 'open', order_type: 'limit' },
}
const TRADE = {
  ...{ trade_seq: 1966068, trade_id: 'BTC-2696097', timestamp: 1767978363494, price: 42500.0, order_id: '94166' },
  ...{
    liquidity: 'T',
    instrument_name: 'BTC-PERPETUAL',
    fee_currency: 'BTC',
    fee: 7.766e-5,
    direction: 'buy',
    amount: 400,
  },
}
const told = (message: PrivateMessage): string => {
  if (message.kind === 'damaged' || message.kind === 'refused') return `${message.kind} ${message.words}`
  if (message.kind === 'position') return `position ${message.position.lots} at ${message.position.entryPrice}`
  if (message.kind === 'balance')
    return `${message.balance.asset} ${message.balance.total.units}e-${message.balance.total.decimals}`
  if (message.kind === 'answer')
    return `answer ${message.requestId} ${message.result.outcome} ${message.result.code}`.trim()
  return message.kind === 'report' ? toldReport(message.report) : message.kind
}
const toldReport = (report: Extract<PrivateMessage, { kind: 'report' }>['report']): string => {
  const { kind, cumulative, leaves, fill, price, quantity, reason } = report
  const executed =
    fill === undefined ? '' : ` ${fill.quantity}@${fill.price} fee ${fill.fee} ${fill.liquidity} ${fill.tradeId}`
  const amended = kind === 'replaced' ? ` to ${quantity}@${price}` : ''
  return `${kind} ${cumulative}+${leaves}${executed}${amended}${reason === undefined ? '' : ` (${reason})`}`
}

test('R-REST-03 outcomes: what the venue says, what it leaves open, and what is not its answer at all', () => {
  const codec = codecOf()
  const place = codec.place(placing(), at)
  const outcomeOf = (request: typeof place, given: VenueAnswer) => {
    const { outcome, advice, reports } = codec.readCommand(request, given, at)
    return [outcome, advice, ...reports.map(toldReport)]
  }
  deepEqual(outcomeOf(place, result({ order: ORDER, trades: [] })), ['ack', 'none', 'accepted 0+100'])
  const half = { ...ORDER, filled_amount: 400.0 }
  const filled = 'filled 40+60 40@85000 fee 7766 taker BTC-2696097'
  deepEqual(outcomeOf(place, result({ order: half, trades: [TRADE] })), ['ack', 'none', 'accepted 0+100', filled])
  const ended = { ...half, order_state: 'cancelled', time_in_force: 'immediate_or_cancel' }
  deepEqual(outcomeOf(place, result({ order: ended, trades: [TRADE] })), ['ack', 'none', filled, 'expired 40+0'])
  deepEqual(outcomeOf(place, result({ order: { ...ORDER, label: 'V2' }, trades: [] })), ['unknown', 'query'])
  for (const body of ['', '<html>', '[]', '{}', '{"result":{}}', '{"result":{"order":{}}}', '{"result":"ok"}'])
    deepEqual(outcomeOf(place, answer(200, body)), ['unknown', 'query'], body)
  deepEqual(outcomeOf(place, error(10009, 'not_enough_funds')), [
    'definitive_reject',
    'none',
    'rejected 0+0 (10009 not_enough_funds)',
  ])
  deepEqual(outcomeOf(place, error(-32602, 'Invalid params', { reason: 'wrong format', param: 'price' })), [
    ...['definitive_reject', 'none', 'rejected 0+0 (-32602 Invalid params, wrong format, price)'],
  ])
  deepEqual(outcomeOf(place, error(11054, 'post_only_reject')).slice(0, 2), ['definitive_reject', 'none'])
  deepEqual(outcomeOf(place, error(10028)).slice(0, 2), ['definitive_reject', 'back_off'])
  deepEqual(outcomeOf(place, error(13888)).slice(0, 2), ['definitive_reject', 'sync_clock'])
  deepEqual(outcomeOf(place, error(13004)).slice(0, 2), ['definitive_reject', 'halt'])
  for (const code of [10001, 11094, 99999]) deepEqual(outcomeOf(place, error(code)), ['unknown', 'query'])
  for (const status of [500, 502, 503]) deepEqual(outcomeOf(place, answer(status, 'oops')), ['unknown', 'query'])
  deepEqual(outcomeOf(place, answer(429, 'slow')), ['unknown', 'back_off'])
  deepEqual(outcomeOf(place, answer(403, '<html>')), ['unknown', 'banned'])
})

test('cancels and amendments by the id of the venue, or by our label while that is not known', () => {
  const codec = codecOf()
  const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '94166', instrument: 0 }, at)
  match(cancel.body!, /"method":"private\/cancel","params":\{"order_id":"94166"\}/)
  const reports = (request: typeof cancel, given: VenueAnswer) => {
    const { outcome, reports: all } = codec.readCommand(request, given, at)
    return [outcome, ...all.map(toldReport)]
  }
  const gone = { ...ORDER, order_state: 'cancelled', cancel_reason: 'user_request', filled_amount: 400 }
  deepEqual(reports(cancel, result(gone)), ['ack', 'canceled 40+0'])
  deepEqual(reports(cancel, error(10004, 'order_not_found')), [
    'definitive_reject',
    'cancel_rejected 0+0 (10004 order_not_found)',
  ])
  const byLabel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, at)
  match(byLabel.body!, /"method":"private\/cancel_by_label","params":\{"label":"V1"\}/)
  deepEqual(reports(byLabel, result(1)), ['ack'])
  deepEqual(reports(byLabel, result(0)), [
    'definitive_reject',
    'cancel_rejected 0+0 (not_open no open order has this label)',
  ])
  const change = {
    clientOrderId: 'V1',
    venueOrderId: '94166',
    instrument: 0,
    price: 85_002 as Ticks,
    quantity: 90 as Lots,
  }
  const edit = codec.replace(change, BUY, at)!
  match(edit.body!, /"private\/edit","params":\{"order_id":"94166","amount":900,"price":42501.0\}/)
  const edited = { ...ORDER, price: 42501.0, amount: 900.0, replaced: true, filled_amount: 400 }
  deepEqual(reports(edit, result({ order: edited, trades: [] })), ['ack', 'replaced 40+50 to 90@85002'])
  match(
    codec.replace({ ...change, venueOrderId: '' }, BUY, at)!.body!,
    /"private\/edit_by_label","params":\{"label":"V1"/,
  )
  deepEqual(reports(codec.cancelAll(-1, at)!, result(4)), ['ack'])
  match(
    codec.cancelAll(0, at)!.body!,
    /"private\/cancel_all_by_instrument","params":\{"instrument_name":"BTC-PERPETUAL"\}/,
  )
})

test('only the answer to an authenticated query proves that an order is absent', () => {
  const codec = codecOf()
  const byId = codec.order('V1', '94166', 0, at)
  equal(codec.readOrder(byId, error(10004, 'order_not_found')).kind, 'absent')
  equal(codec.readOrder(byId, error(13009)).kind, 'failed')
  equal(codec.readOrder(byId, answer(503, 'x')).kind, 'failed')
  equal(codec.readOrder(byId, result({ ...ORDER, instrument_name: 'DOGE-PERPETUAL' })).kind, 'failed')
  const byLabel = codec.order('V1', '', 0, at)
  match(byLabel.body!, /"private\/get_order_state_by_label","params":\{"currency":"BTC","label":"V1"\}/)
  equal(codec.readOrder(byLabel, result([])).kind, 'absent')
  equal(codec.readOrder(byLabel, result({})).kind, 'failed')
  const later = { ...ORDER, order_state: 'filled', filled_amount: 1000.0, last_update_timestamp: 1767978363494 }
  const found = codec.readOrder(byLabel, result([ORDER, later, { ...later, label: 'V2', last_update_timestamp: 2e12 }]))
  deepEqual(found, {
    kind: 'found',
    value: {
      ...{ clientOrderId: 'V1', venueOrderId: '94166', instrument: 0, side: 1, status: 'filled', price: 85_001 },
      ...{ quantity: 100, cumulative: 100, at: 1_767_978_363_494_000 },
    },
  })
  deepEqual(codec.readOpenOrders(codec.openOrders(-1, at), result([])), { kind: 'found', value: [] })
})

test('the account: fills, positions, rates, rights and the budget', () => {
  const codec = codecOf()
  const fills = codec.readFills(
    codec.fills(0, at, at),
    result({ trades: [{ ...TRADE, label: 'V1' }], has_more: false }),
  )
  deepEqual(fills.kind === 'found' && fills.value[0], {
    ...{ tradeId: 'BTC-2696097', clientOrderId: 'V1', venueOrderId: '94166', instrument: 0, side: 1, price: 85_000 },
    ...{ quantity: 40, fee: 7766n, feeAsset: 'BTC', liquidity: 'taker', at: 1_767_978_363_494_000 },
  })
  const position = {
    instrument_name: 'BTC-PERPETUAL',
    average_price: 7440.18,
    floating_profit_loss: 0,
    direction: 'sell',
  }
  const read = (size: number) => codec.readPositions(codec.positions(at)!, result([{ ...position, size }]))
  for (const size of [50, -50])
    deepEqual(read(size), {
      ...{ kind: 'found', value: [{ instrument: 0, lots: -5, entryPrice: '7440.18', unrealised: '0' }] },
    })
  const rates = result({ maker_commission: -0.0001, taker_commission: 5.0e-4 })
  deepEqual(codec.readFees(codec.fees(0, at), rates), { kind: 'found', value: { maker: -10_000, taker: 50_000 } })
  const rights = (scope: string) => codec.readPermissions(codec.permissions(at)!, result({ scope, access_token: 'x' }))
  const all = 'account:read_write block_trade:read_write connection mainaccount trade:read_write wallet:read_write'
  deepEqual(rights(all), { kind: 'found', value: { canTrade: true, canWithdraw: true, isBoundToAddress: false } })
  deepEqual(rights('account:read trade:read_write wallet:read'), {
    ...{ kind: 'found', value: { canTrade: true, canWithdraw: false, isBoundToAddress: false } },
  })
  deepEqual(codec.readBudget(error(10028)), { used: [], retryAfter: 1000 })
  deepEqual(codec.readBudget(result(1)), { used: [] })
})

const note = (channel: string, data: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } })
const changes = (data: object): string =>
  note('user.changes.any.any.raw', { instrument_name: 'BTC-PERPETUAL', trades: [], positions: [], orders: [], ...data })

test('the private stream signs in, guards the account, and is ready when both channels are subscribed', () => {
  const { stream } = codecOf()
  match(stream.token(at)!.body!, /"method":"public\/auth".*"scope":"session:velocimex account:read trade:read_write"/)
  const frames = stream.hello('{"result":{"access_token":"T","expires_in":900}}', at).map(frame => JSON.parse(frame))
  deepEqual(
    frames.map(({ method }) => method),
    ['public/auth', 'public/set_heartbeat', 'private/enable_cancel_on_disconnect', 'private/subscribe'],
  )
  const { params } = frames[0]
  equal(
    params.signature,
    createHmac('sha256', credentials.secret).update(`${params.timestamp}\n${params.nonce}\n`).digest('hex'),
  )
  deepEqual(frames[2].params, { scope: 'account', access_token: 'T' })
  const reply = (id: string, more: object): string => JSON.stringify({ jsonrpc: '2.0', id, ...more })
  const channels = frames[3].params.channels
  deepEqual(stream.read(reply('account-subscribe', { result: channels })).map(told), ['ready'])
  deepEqual(stream.read(reply('account-subscribe', { result: channels.slice(1) })).map(told), [
    'refused user.changes.any.any.raw',
  ])
  const denied = { error: { code: 13004, message: 'invalid_credentials' } }
  deepEqual(stream.read(reply('account-auth', denied)).map(told), ['refused account-auth: invalid_credentials'])
  deepEqual(stream.read(reply('account-test', { result: { version: '1.2.26' } })).map(told), ['heartbeat'])
  deepEqual(stream.read('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}').map(told), [
    'heartbeat',
  ])
  deepEqual(stream.read(reply('V1', { result: { order: ORDER, trades: [] } })).map(told), ['answer V1 ack'])
  deepEqual(stream.read(reply('V1', denied)).map(told), ['answer V1 definitive_reject 13004'])
  const methods = (later: number) =>
    stream.renewal!.frames!((at + later) as Micros).map(frame => JSON.parse(frame).method)
  deepEqual(methods(5_000_000), ['public/test'])
  deepEqual(methods(600_000_000), ['public/auth', 'public/test'])
  deepEqual(methods(605_000_000), ['public/test'])
})

test('changes tell executions with the sums that each led to, then the end of the order, then positions', () => {
  const { stream } = codecOf()
  const read = (data: object): string => stream.read(changes(data)).map(told).join('|')
  equal(read({ orders: [ORDER] }), 'accepted 0+100')
  const second = { ...TRADE, trade_id: 'BTC-2', amount: 100, liquidity: 'M', fee: -1e-8 }
  const half = { ...ORDER, filled_amount: 500.0 }
  const size = { instrument_name: 'BTC-PERPETUAL', size: 500.0, average_price: 42500.0, direction: 'buy' }
  equal(
    read({ trades: [TRADE, second], orders: [half], positions: [size] }),
    'accepted 0+100|filled 40+60 40@85000 fee 7766 taker BTC-2696097|filled 50+50 10@85000 fee -1 maker BTC-2|position 50 at 42500',
  )
  const edited = { ...half, price: 42400.0, replaced: true }
  equal(read({ orders: [edited] }), 'replaced 50+50 to 100@84800')
  const gone = { ...edited, order_state: 'cancelled', cancel_reason: 'cancel_on_disconnect' }
  equal(read({ orders: [gone] }), 'canceled 50+0 (cancel_on_disconnect)')
  equal(read({ orders: [{ ...gone, cancel_reason: 'settlement' }] }), 'expired 50+0 (settlement)')
  equal(read({ trades: [TRADE] }), 'damaged trade BTC-2696097 came without its order 94166')
  equal(read({ orders: [{ ...ORDER, instrument_name: 'DOGE' }] }), '')
  match(read({ orders: [{ ...ORDER, order_state: 'odd' }] }), /^damaged .*order_state: is not known/)
  match(read({ orders: [{ ...ORDER, amount: 1005 }] }), /^damaged .*amount: is between the steps of its grid/)
})

const fixtures = new URL('../../../../../shared/data/deribit/fixtures/', import.meta.url)
const skip = !existsSync(fixtures) && 'no recordings beside the checkout'
const fixture = (name: string): VenueAnswer => answer(200, readFileSync(new URL(name, fixtures), 'utf8'))
const foundIn = <T>(read: QueryResult<T>): T => {
  if (read.kind !== 'found') throw new Error(JSON.stringify(read))
  return read.value
}

test('the published answers to orders', { skip }, () => {
  const codec = codecOf()
  const read = (name: string, clientOrderId: string, call: 'place' | 'cancel' | 'replace' = 'place') => {
    const request = { ...codec.place({ ...placing(), clientOrderId }, at), call }
    const { outcome, code, reports } = codec.readCommand(request, fixture(name), at)
    return [outcome, code, ...reports.map(toldReport)].filter(word => word !== '')
  }
  const id = 'O-19700101-000000-001-001-'
  deepEqual(read('ws_order_buy_response.json', `${id}1`), ['ack', 'accepted 0+1'])
  deepEqual(read('ws_order_sell_response.json', `${id}2`), ['ack', 'accepted 0+1'])
  deepEqual(read('ws_order_edit_response.json', `${id}1`, 'replace'), ['ack', 'replaced 0+1 to 1@61344'])
  deepEqual(read('ws_order_cancel_response.json', `${id}1`, 'cancel'), ['ack', 'canceled 0+0'])
  deepEqual(read('ws_order_stop_market_response.json', `${id}3`), ['ack', 'accepted 0+10'])
  deepEqual(read('ws_order_stop_market_no_filled_amount.json', `${id}3`), ['ack', 'accepted 0+10'])
  deepEqual(read('ws_error.json', 'V1'), ['definitive_reject', '10028', 'rejected 0+0 (10028 too_many_requests)'])
})

test('the published account summaries and portfolio', { skip }, () => {
  const codec = codecOf()
  const summaries = foundIn(codec.readBalances(codec.balances(at), fixture('http_get_account_summaries.json')))
  deepEqual(summaries[0], {
    ...{ asset: 'BTC', total: { units: 30_260_065_765n, decimals: 8 }, free: { units: 30_138_059_622n, decimals: 8 } },
  })
  ok(
    foundIn(codec.readBalances(codec.balances(at), fixture('http_get_account_summaries_cross_margin.json'))).length > 0,
  )
  deepEqual(codec.stream.read(fixture('ws_portfolio.json').body).map(told), ['USDT 5500055e-5'])
  deepEqual(codec.stream.read(fixture('ws_test_request.json').body).map(told), ['heartbeat'])
})
