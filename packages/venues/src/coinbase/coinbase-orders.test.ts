import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Cryptography } from '../cryptography.ts'
import type { PrivateMessage, QueryResult, VenueAnswer } from '../order-venue.ts'
import { coinbaseOrders } from './coinbase-orders.ts'
import { COINBASE, coinbase } from './coinbase-venue.ts'
import { CoinbaseSigner } from './order-signing.ts'
import { makeProduct } from './products.ts'

const PEM = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIKwf3Uox30cRWzRBOPoPOH5p0Gpb0Dt8zUKXUEM5fMkGoAoGCCqGSM49
AwEHoUQDQgAEbAtpLlSZYVOwYICz+uEyxcS29vRIujiES/gQ1DC7FV4zK4JuYE9v
qDyGZQYjdXHLM7I6f/QnnOITL+dXYWBHRA==
-----END EC PRIVATE KEY-----
`
const NAME = 'organizations/test-organization/apiKeys/test-api-key'
const cryptography: Cryptography = {
  hmac: () => new Uint8Array(0),
  digest: () => new Uint8Array(0),
  sign: (key, message) =>
    key.includes('EC PRIVATE KEY')
      ? sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
      : sign(null, message, key),
  random: bytes => randomBytes(bytes),
}
const at = 1_700_000_000_000_000 as Micros

function products(): InstrumentTable {
  const draft = { kind: 'spot', expiry: '', bounds: {}, grids: 'published', price: { decimals: 2, step: 1 } } as const
  return new InstrumentTable(
    ['BTC-USD', 'ETH-USD'].map((symbol, index) => {
      const [base, quote] = symbol.split('-') as [string, string]
      const quantity = { decimals: 8, step: 1 }
      return makeProduct(COINBASE, index, { ...draft, symbol, base, quote, settle: quote, quantity })
    }),
  )
}
const codecOf = (secret = PEM) =>
  coinbaseOrders.makeOrderCodec({ instruments: products(), credentials: { apiKey: NAME, secret }, cryptography })
const order = {
  ...{ instrument: 0, side: BUY, type: 'limit', quantity: 100_000 as Lots, price: 1_000_000 as Ticks },
  ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, strategy: 's' },
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
const VECTOR =
  'eyJhbGciOiJFUzI1NiIsImtpZCI6Im9yZ2FuaXphdGlvbnMvdGVzdC1vcmdhbml6YXRpb24vYXBpS2V5cy90ZXN0LWFwaS1rZXkiLCJub25jZSI6IjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwidHlwIjoiSldUIn0.eyJzdWIiOiJvcmdhbml6YXRpb25zL3Rlc3Qtb3JnYW5pemF0aW9uL2FwaUtleXMvdGVzdC1hcGkta2V5IiwiaXNzIjoiY2RwIiwibmJmIjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDAxMjAsInVyaSI6IkdFVCBhcGkuY29pbmJhc2UuY29tL2FwaS92My9icm9rZXJhZ2UvYWNjb3VudHMifQ.A-Sfn4JuikiUT0P991pT2aCsZha9u2ngnQHEWvAKmXgaioium9E1dZ6RgnNPSbvjIH1Gond_zgqZwKCGEkPmbg'

/** Whether a token was signed by the test key. */
function isSigned(token: string): boolean {
  const [header, claims, signature] = token.split('.') as [string, string, string]
  const key = { key: createPublicKey(PEM), dsaEncoding: 'ieee-p1363' } as const
  return verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))
}

test('the token of the vector: the same text to sign, and a signature that the public key knows', () => {
  const fixed = { ...cryptography, random: () => Buffer.from('0123456789abcdef0123456789abcdef', 'hex') }
  for (const secret of [PEM, PEM.replaceAll('\n', '\\n')]) {
    const signer = new CoinbaseSigner({ apiKey: NAME, secret }, fixed)
    const token = signer.token(at, 'GET api.coinbase.com/api/v3/brokerage/accounts')
    equal(token.slice(0, token.lastIndexOf('.')), VECTOR.slice(0, VECTOR.lastIndexOf('.')))
    ok(isSigned(VECTOR) && isSigned(token))
    equal(Buffer.from(token.split('.')[2]!, 'base64url').length, 64, 'r and s, not DER')
  }
  equal(isSigned(`${VECTOR.slice(0, -4)}AAAA`), false)
})

test('a token names the path without the query; that of the socket names none; each is made anew', () => {
  const codec = codecOf()
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  const request = codec.openOrders(0, at)
  equal(request.path, '/api/v3/brokerage/orders/historical/batch?order_status=OPEN&product_ids=BTC-USD&limit=1000')
  const token = request.headers['authorization']!.replace('Bearer ', '')
  ok(isSigned(token))
  equal(claims(token).uri, 'GET api.coinbase.com/api/v3/brokerage/orders/historical/batch')
  const [heartbeats, user] = codec.stream.hello('', at).map(frame => JSON.parse(frame))
  deepEqual([heartbeats.channel, user.channel, user.product_ids], ['heartbeats', 'user', ['BTC-USD', 'ETH-USD']])
  equal(claims(user.jwt).uri, undefined)
  ok(heartbeats.jwt !== user.jwt)
})

test('a key of 64 bytes signs by Ed25519', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const half = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const secret = Buffer.concat([seed, half]).toString('base64')
  const token = new CoinbaseSigner({ apiKey: NAME, secret }, cryptography).token(at)
  const [header, claims, signature] = token.split('.') as [string, string, string]
  equal(JSON.parse(Buffer.from(header, 'base64url').toString()).alg, 'EdDSA')
  ok(verify(null, Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url')))
})

const SIZE = { base_size: '0.00100000' }
const LIMIT = { ...SIZE, limit_price: '10000.00' }
for (const [changes, configuration] of [
  [{}, { limit_limit_gtc: { ...LIMIT, post_only: false } }],
  [{ postOnly: true }, { limit_limit_gtc: { ...LIMIT, post_only: true } }],
  [{ timeInForce: 'ioc' }, { sor_limit_ioc: LIMIT }],
  [{ timeInForce: 'fok' }, { limit_limit_fok: LIMIT }],
  [{ type: 'market', price: undefined, timeInForce: 'ioc' }, { market_market_ioc: SIZE }],
] as const)
  test(`place ${JSON.stringify(configuration)}`, () => {
    const request = codecOf().place(placing(changes), at)
    deepEqual([request.method, request.path], ['POST', '/api/v3/brokerage/orders'])
    deepEqual(JSON.parse(request.body!), {
      ...{ client_order_id: 'V1', product_id: 'BTC-USD', side: 'BUY', order_configuration: configuration },
    })
  })

const SUCCESS = {
  success: true,
  success_response: { order_id: 'X', product_id: 'BTC-USD', side: 'BUY', client_order_id: 'V1' },
}
const failure = (reason: string, error = 'UNKNOWN_FAILURE_REASON'): object => ({
  success: false,
  error_response: {
    ...{ error, message: 'words', error_details: '', preview_failure_reason: 'UNKNOWN_PREVIEW_FAILURE_REASON' },
    new_order_failure_reason: reason,
  },
})

test('R-REST-03 outcomes of a placement: what the venue says, what it leaves open, and what is not its answer', () => {
  const codec = codecOf()
  const place = codec.place(placing(), at)
  const outcomeOf = (status: number, body: unknown) => {
    const { outcome, advice, reports } = codec.readCommand(place, answer(status, body), at)
    return [outcome, advice, ...reports.map(({ kind, venueOrderId }) => `${kind} ${venueOrderId}`.trim())]
  }
  deepEqual(outcomeOf(200, SUCCESS), ['ack', 'none', 'accepted X'])
  deepEqual(outcomeOf(200, { ...SUCCESS, failure_reason: 'UNKNOWN_FAILURE_REASON' }), ['ack', 'none', 'accepted X'])
  const foreign = { ...SUCCESS, success_response: { ...SUCCESS.success_response, client_order_id: 'V2' } }
  deepEqual(outcomeOf(200, foreign), ['unknown', 'query'])
  for (const body of ['', '<html>', '[]', '{}', '{"success":"maybe"}'])
    deepEqual(outcomeOf(200, body), ['unknown', 'query'])
  for (const reason of ['INSUFFICIENT_FUND', 'INVALID_LIMIT_PRICE_POST_ONLY', 'PREVIEW_INVALID_BASE_SIZE_TOO_SMALL'])
    deepEqual(outcomeOf(200, failure(reason)), ['definitive_reject', 'none', 'rejected'], reason)
  deepEqual(outcomeOf(200, failure('UNKNOWN_FAILURE_REASON', 'INSUFFICIENT_FUND')), [
    'definitive_reject',
    'none',
    'rejected',
  ])
  deepEqual(outcomeOf(200, failure('ORDER_ENTRY_DISABLED')), ['definitive_reject', 'halt', 'rejected'])
  deepEqual(outcomeOf(200, failure('UNKNOWN_FAILURE_REASON')), ['unknown', 'query'])
  deepEqual(outcomeOf(200, failure('SOMETHING_NEW')), ['unknown', 'query'])
  const error = (code: string): object => ({ error: code, code: 3, message: 'words' })
  deepEqual(outcomeOf(400, error('INVALID_ARGUMENT')), ['definitive_reject', 'none', 'rejected'])
  deepEqual(outcomeOf(401, 'Unauthorized\n'), ['definitive_reject', 'sync_clock', 'rejected'])
  deepEqual(outcomeOf(403, { message: 'Missing required scopes' }), ['definitive_reject', 'halt', 'rejected'])
  deepEqual(outcomeOf(403, '<html>'), ['unknown', 'banned'])
  deepEqual(outcomeOf(429, error('RESOURCE_EXHAUSTED')), ['definitive_reject', 'back_off', 'rejected'])
  deepEqual(outcomeOf(429, 'slow down'), ['unknown', 'back_off'])
  for (const status of [500, 502, 503, 504]) deepEqual(outcomeOf(status, error('INTERNAL')), ['unknown', 'query'])
})

test('R-REST-03 outcomes of cancels and amendments; a cancel that came twice is on its way', () => {
  const codec = codecOf()
  const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: 'X', instrument: 0 }, at)
  deepEqual(JSON.parse(cancel.body!), { order_ids: ['X'] })
  const canceled = (results: unknown) => {
    const { outcome, advice, reports } = codec.readCommand(cancel, answer(200, { results }), at)
    return [outcome, advice, ...reports.map(({ kind }) => kind)]
  }
  const row = { success: true, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id: 'X' }
  deepEqual(canceled([row]), ['ack', 'none'])
  const no = (failure_reason: string): object => ({ ...row, success: false, failure_reason })
  deepEqual(canceled([no('ORDER_IS_FULLY_FILLED')]), ['definitive_reject', 'query', 'cancel_rejected'])
  deepEqual(canceled([no('DUPLICATE_CANCEL_REQUEST')]), ['ack', 'none'])
  deepEqual(canceled([no('UNKNOWN_CANCEL_FAILURE_REASON')]), ['unknown', 'query'])
  deepEqual(canceled([{ ...row, order_id: 'Y' }]), ['unknown', 'query'])
  deepEqual(canceled([]), ['unknown', 'query'])
  const amendment = {
    clientOrderId: 'V1',
    venueOrderId: 'X',
    instrument: 0,
    price: 1_000_050 as Ticks,
    quantity: 5 as Lots,
  }
  const replace = codec.replace(amendment, BUY, at)!
  deepEqual(JSON.parse(replace.body!), { order_id: 'X', price: '10000.50', size: '0.00000005' })
  const replaced = (body: unknown) => {
    const { outcome, advice, reports } = codec.readCommand(replace, answer(200, body), at)
    return [outcome, advice, ...reports.map(({ kind }) => kind)]
  }
  deepEqual(replaced({ success: true, errors: [] }), ['ack', 'none'])
  const edit = (edit_failure_reason: string): object => ({ success: false, errors: [{ edit_failure_reason }] })
  deepEqual(replaced(edit('INVALID_EDITED_SIZE')), ['definitive_reject', 'none', 'replace_rejected'])
  deepEqual(replaced(edit('ORDER_NOT_FOUND')), ['definitive_reject', 'query', 'replace_rejected'])
  deepEqual(replaced(edit('UNKNOWN_EDIT_ORDER_FAILURE_REASON')), ['unknown', 'query'])
  deepEqual(replaced({ success: false }), ['unknown', 'query'])
})

test("the venue's id, once told, names an order of ours; before that it is searched for", () => {
  const codec = codecOf()
  equal(
    codec.replace({ ...placing(), venueOrderId: '', instrument: 0, price: 1 as Ticks, quantity: 1 as Lots }, BUY, at),
    undefined,
  )
  const search = codec.order('V1', '', 0, at)
  match(search.path, /\/orders\/historical\/batch\?product_ids=BTC-USD&limit=1000$/)
  const list = (orders: unknown[], has_next: boolean): VenueAnswer => answer(200, { orders, has_next })
  equal(codec.readOrder(search, list([], false)).kind, 'absent')
  equal(codec.readOrder(search, list([], true)).kind, 'failed')
  codec.readCommand(codec.place(placing(), at), answer(200, SUCCESS), at)
  deepEqual(JSON.parse(codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, at).body!), {
    order_ids: ['X'],
  })
  const named = codec.order('V1', '', 0, at)
  match(named.path, /\/orders\/historical\/X$/)
  equal(codec.readOrder(named, answer(404, { error: 'NOT_FOUND', message: 'order not found' })).kind, 'absent')
  equal(codec.readOrder(named, answer(404, '<html>')).kind, 'failed')
  equal(codec.readOrder(named, answer(200, '{"order":{}}')).kind, 'failed')
})

test('a key that can transfer is told, and so are rates and the budget', () => {
  const codec = codecOf()
  const rights = { can_view: true, can_trade: true, can_transfer: true, portfolio_uuid: 'p', portfolio_type: 'DEFAULT' }
  deepEqual(codec.readPermissions(codec.permissions(at)!, answer(200, rights)), {
    ...{ kind: 'found', value: { canTrade: true, canWithdraw: true, isBoundToAddress: undefined } },
  })
  const tier = { fee_tier: { pricing_tier: '<$10k', taker_fee_rate: '0.0060', maker_fee_rate: '0.0040' } }
  deepEqual(codec.readFees(codec.fees(0, at), answer(200, tier)), {
    ...{ kind: 'found', value: { maker: 400_000, taker: 600_000 } },
  })
  const headers = { 'x-ratelimit-limit': '30', 'x-ratelimit-remaining': '28', 'x-ratelimit-reset': '1' }
  deepEqual(codec.readBudget(answer(200, '', headers)), { used: [{ window: 'requests-1s', count: 2 }] })
  deepEqual(codec.readBudget(answer(429, '', {})), { used: [], retryAfter: 1000 })
})

/** A message of the user channel about one order. */
function userFrame(sequence: number, changes: object): string {
  const told = {
    ...{ order_id: 'X', client_order_id: 'V1', cumulative_quantity: '0', leaves_quantity: '0.003', filled_value: '0' },
    ...{ number_of_fills: '0', total_fees: '0', status: 'OPEN', product_id: 'BTC-USD', order_side: 'BUY' },
    ...{
      limit_price: '10000',
      time_in_force: 'GOOD_UNTIL_CANCELLED',
      cancel_reason: '',
      reject_reason: '',
      ...changes,
    },
  }
  const timestamp = '2026-04-07T14:30:06.000000Z'
  return JSON.stringify({
    channel: 'user',
    timestamp,
    sequence_num: sequence,
    events: [{ type: 'update', orders: [told] }],
  })
}
const told = (message: PrivateMessage): string => {
  if (message.kind === 'damaged' || message.kind === 'refused') return `${message.kind} ${message.words}`
  if (message.kind !== 'report') return message.kind
  const { kind, cumulative, leaves, fill, price, quantity, reason } = message.report
  const executed =
    fill === undefined ? '' : ` ${fill.quantity}@${fill.price} fee ${fill.fee} ${fill.liquidity} ${fill.tradeId}`
  const amended = kind === 'replaced' ? ` to ${quantity}@${price}` : ''
  return `${kind} ${cumulative}+${leaves}${executed}${amended}${reason === undefined ? '' : ` (${reason})`}`
}

test('the sums of the user channel become executions, each told once', () => {
  const { stream } = codecOf()
  const after = (
    cumulative: string,
    leaves: string,
    value: string,
    count: number,
    fees: string,
    more: object = {},
  ) => ({
    ...{
      cumulative_quantity: cumulative,
      leaves_quantity: leaves,
      filled_value: value,
      number_of_fills: String(count),
    },
    ...{ total_fees: fees, ...more },
  })
  const story: [object, string][] = [
    [{ status: 'PENDING' }, ''],
    [{}, 'accepted 0+300000'],
    [
      after('0.001', '0.002', '9.9995', 1, '0.04'),
      'filled 100000+200000 100000@999950 fee 400000000 maker X/100000x999950',
    ],
    [after('0.001', '0.002', '9.9995', 1, '0.04'), ''],
    [
      after('0.002', '0.001', '19.999', 2, '0.08'),
      'filled 200000+100000 100000@999950 fee 400000000 maker X/100000x999950/1',
    ],
    [after('0.001', '0.002', '9.9995', 1, '0.04'), 'ignored'],
    [
      after('0.002', '0.002', '19.999', 2, '0.08', { limit_price: '10001' }),
      'replaced 200000+200000 to 400000@1000100',
    ],
    [
      after('0.002', '0', '19.999', 2, '0.08', { status: 'CANCELLED', cancel_reason: 'User requested cancel' }),
      'canceled 200000+0 (User requested cancel)',
    ],
  ]
  for (const [sequence, [changes, expected]] of story.entries())
    equal(stream.read(userFrame(sequence, changes)).map(told).join('|'), expected, JSON.stringify(changes))
})

test('two executions in one message, or one of an order not seen from its beginning, are asked for and not guessed', () => {
  const words = 'damaged executions of order X are not told one by one'
  const both = { cumulative_quantity: '0.002', leaves_quantity: '0.001', filled_value: '20', number_of_fills: '2' }
  const { stream } = codecOf()
  stream.read(userFrame(0, {}))
  deepEqual(stream.read(userFrame(1, both)).map(told), [words])
  const third = {
    cumulative_quantity: '0.003',
    leaves_quantity: '0',
    filled_value: '30',
    number_of_fills: '3',
    status: 'FILLED',
  }
  deepEqual(stream.read(userFrame(2, third)).map(told), [words], 'nor are those behind them')
  deepEqual(codecOf().stream.read(userFrame(0, both)).map(told), [words])
  const odd = { cumulative_quantity: '0.002', leaves_quantity: '0.001', filled_value: '19.99999', number_of_fills: '1' }
  const other = codecOf().stream
  other.read(userFrame(0, {}))
  deepEqual(other.read(userFrame(1, odd)).map(told), [words], 'a mean of two prices lies on no grid')
})

test('the list of fills names executions as the user channel does', () => {
  const codec = codecOf()
  const row = (size: string, price: string) => ({
    ...{
      entry_id: 'e',
      trade_id: 't',
      order_id: 'X',
      trade_time: '2024-01-15T10:30:00Z',
      trade_type: 'FILL',
      price,
      size,
    },
    ...{ commission: '0.04', product_id: 'BTC-USD', liquidity_indicator: 'MAKER', size_in_quote: false, side: 'BUY' },
  })
  const fills = [row('0.001', '9999.5'), row('0.002', '9999.5'), row('0.001', '9999.50')]
  const read = (all: unknown[], cursor = '') =>
    codec.readFills(codec.fills(0, at, at), answer(200, { fills: all, cursor }))
  const listed = read(fills)
  deepEqual(listed.kind === 'found' && listed.value.map(({ tradeId }) => tradeId), [
    'X/100000x999950',
    'X/200000x999950',
    'X/100000x999950/1',
  ])
  equal(read(fills, 'more').kind, 'failed', 'a list that goes on proves nothing')
  equal(read([{ ...row('1', '1'), trade_type: 'REVERSAL' }]).kind, 'failed')
  match(codec.fills(0, at, at).path, /start_sequence_timestamp=2023-11-14T22%3A13%3A20\.000000Z/)
})

test('an immediate order that is cancelled has expired; a failed one was rejected; holes and errors are told', () => {
  const { stream } = codecOf()
  const ioc = { status: 'CANCELLED', time_in_force: 'IMMEDIATE_OR_CANCEL', leaves_quantity: '0' }
  deepEqual(stream.read(userFrame(0, ioc)).map(told), ['expired 0+0'])
  const failed = { status: 'FAILED', order_id: 'Y', reject_reason: 'INSUFFICIENT_FUND' }
  deepEqual(stream.read(userFrame(1, failed)).map(told), ['rejected 0+0 (INSUFFICIENT_FUND)'])
  deepEqual(stream.read(userFrame(3, { order_id: 'Z' })).map(told), [
    'damaged frame 3 behind frame 1',
    'accepted 0+300000',
  ])
  const frame = (channel: string, event: object): string =>
    JSON.stringify({ channel, timestamp: '2026-04-07T14:30:06Z', sequence_num: 0, events: [event] })
  const fresh = codecOf().stream
  deepEqual(fresh.read(frame('heartbeats', {})).map(told), ['heartbeat'])
  fresh.hello('', at)
  deepEqual(fresh.read(frame('subscriptions', { subscriptions: { user: ['p'] } })).map(told), ['ready'])
  deepEqual(fresh.read('{"type":"error","message":"authentication failure"}').map(told), [
    'refused authentication failure',
  ])
  deepEqual(fresh.read(userFrame(1, { status: 'NEW' })).map(told), ['damaged events[0].orders[0].status: is not known'])
  deepEqual(fresh.read('nonsense').map(told), ['damaged not a JSON object'])
})

const fixtures = new URL('../../../../../shared/data/coinbase/fixtures/', import.meta.url)
const skip = !existsSync(fixtures) && 'no recordings beside the checkout'
const fixture = (name: string): VenueAnswer => answer(200, readFileSync(new URL(name, fixtures), 'utf8'))
const found = <T>(result: QueryResult<T>): T => {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result))
  return result.value
}

test('the published answers about orders, fills and accounts', { skip }, () => {
  const codec = codecOf()
  const request = codec.order('', '0000-000000-000000', 0, at)
  deepEqual(found(codec.readOrder(request, fixture('http_order.json'))), {
    ...{ clientOrderId: '11111-000000-000000', venueOrderId: '0000-000000-000000', instrument: 0, side: 1 },
    ...{ status: 'open', price: 1_000_000, quantity: 100_000, cumulative: 100_000, at: 1_622_457_000_000_000 },
  })
  const [one, other] = found(codec.readOpenOrders(request, fixture('http_orders_list.json')))
  deepEqual([one!.quantity, one!.price, one!.status, one!.at], [1_000_000, 4_500_000, 'open', 1_705_312_800_000_000])
  deepEqual([other!.quantity, other!.price, other!.status], [3_250_000, undefined, 'filled'])
  const [sold, bought] = found(codec.readFills(request, fixture('http_fills.json')))
  deepEqual(bought, {
    ...{ tradeId: '0000-000000-000000/500000x4512345', clientOrderId: '', venueOrderId: '0000-000000-000000' },
    ...{ instrument: 0, side: 1, price: 4_512_345, quantity: 500_000, fee: 11_400_000_000n, feeAsset: 'USD' },
    ...{ liquidity: 'maker', at: 1_705_314_600_000_000 },
  })
  deepEqual([sold!.side, sold!.price, sold!.liquidity, sold!.instrument], [-1, 307_692, 'taker', 1])
  deepEqual(found(codec.readBalances(request, fixture('http_accounts.json'))), [
    { asset: 'BTC', total: { units: 123_956_789n, decimals: 8 }, free: { units: 123_456_789n, decimals: 8 } },
    { asset: 'USD', total: { units: 104_505n, decimals: 1 }, free: { units: 100_005n, decimals: 1 } },
  ])
})

test('the published contracts and the published user message', { skip }, () => {
  const codec = codecOf()
  equal(codec.positions(at), undefined, 'spot alone has no positions')
  const list = coinbase.parseInstruments(fixture('http_products_future.json').body)
  ok(list.ok)
  const instruments = new InstrumentTable(list.value.instruments)
  const contracts = coinbaseOrders.makeOrderCodec({
    instruments,
    credentials: { apiKey: NAME, secret: PEM },
    cryptography,
  })
  const [position] = found(contracts.readPositions(contracts.positions(at)!, fixture('http_cfm_positions.json')))
  deepEqual(position, { instrument: 0, lots: 2, entryPrice: '49000.00', unrealised: '20.00' })
  const messages = codec.stream.read(fixture('ws_user.json').body)
  deepEqual(messages.map(told), ['accepted 0+100000'])
})
