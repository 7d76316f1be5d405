import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { BUY } from '@velocimex/core/market/side'
import fc from 'fast-check'
import type { ClientRequest } from '../../venue-dialect.ts'
import { formatMillis } from '../../wire/instant-text.ts'
import { KEY, SimulatedOkx } from './simulated-okx.conformance.ts'

/** A request as a client that is not ours signs it: `changes` are made after. */
function signed(venue: SimulatedOkx, method: string, call: string, body = '', changes: object = {}): ClientRequest {
  const [path, query = ''] = `/api/v5/${call}`.split('?') as [string, string?]
  const timestamp = formatMillis(venue.clock.now())
  const text = `${timestamp}${method}/api/v5/${call}${body}`
  const headers = {
    'ok-access-key': KEY.apiKey,
    'ok-access-passphrase': KEY.passphrase,
    'ok-access-timestamp': timestamp,
    'ok-access-sign': createHmac('sha256', KEY.secret).update(text).digest('base64'),
    ...changes,
  }
  return { method, path, query, headers, body }
}

/** What the venue answers: status, code, rows. */
function ask(venue: SimulatedOkx, method: string, call: string, body = '', changes: object = {}) {
  const { status, body: text } = venue.dialect.answer(signed(venue, method, call, body, changes))
  return { status, ...(JSON.parse(text) as { code: string; msg: string; data: Record<string, string>[] }) }
}

const ORDER = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '59000', sz: '0.01' }
const order = (changes: object = {}): string => JSON.stringify({ ...ORDER, ...changes })

/** Headers that are wrong, and how the venue says so. */
const DOORS: readonly (readonly [headers: object, code: string])[] = [
  [{ 'ok-access-key': '' }, '50103'],
  [{ 'ok-access-passphrase': '' }, '50104'],
  [{ 'ok-access-sign': '' }, '50106'],
  [{ 'ok-access-timestamp': '' }, '50107'],
  [{ 'ok-access-key': 'nobody' }, '50111'],
  [{ 'ok-access-passphrase': 'wrong' }, '50105'],
  [{ 'ok-access-sign': 'bm90IHJpZ2h0' }, '50113'],
  [{ 'ok-access-timestamp': '2026-07-01' }, '50112'],
  [{ 'ok-access-timestamp': '2026-07-01T07:29:29.999Z' }, '50102'],
]
for (const [headers, code] of DOORS)
  test(`a request with ${JSON.stringify(headers)} is refused as ${code}`, () => {
    const { status, code: told } = ask(new SimulatedOkx(), 'GET', 'account/balance', '', headers)
    deepEqual([status, told], [401, code])
  })

/** Placements, and the code of each. */
const PLACEMENTS: readonly (readonly [changes: object, sCode: string])[] = [
  [{}, '0'],
  [{ instId: 'DOGE-USDT' }, '51001'],
  [{ tdMode: 'cross' }, '51010'],
  [{ tdMode: '' }, '51000'],
  [{ instId: 'BTC-USDT-SWAP', tdMode: 'cash' }, '51010'],
  [{ instId: 'BTC-USDT-SWAP', tdMode: 'cross', sz: '1', posSide: 'long' }, '51000'],
  [{ instId: 'BTC-USDT-SWAP', tdMode: 'isolated', sz: '1' }, '51010'],
  [{ side: 'BUY' }, '51000'],
  [{ ordType: 'iceberg' }, '51000'],
  [{ ordType: '__proto__' }, '51000'],
  [{ clOrdId: 'with-dash' }, '51000'],
  [{ tag: 'seventeen letters' }, '51000'],
  [{ attachAlgoOrds: [{ tpTriggerPx: '70000', tpOrdPx: '-1' }] }, '51000'],
  [{ slTriggerPx: '50000', slOrdPx: '-1' }, '51000'],
  [{ slTriggerPx: '', attachAlgoOrds: null }, '0'],
  [{ px: '59000.01' }, '51150'],
  [{ px: '' }, '51000'],
  [{ px: '1e5' }, '51000'],
  [{ sz: '0.000001' }, '51121'],
  [{ sz: '-1' }, '51121'],
  [{ sz: '10000' }, '51008'],
]
for (const [changes, sCode] of PLACEMENTS)
  test(`a placement with ${JSON.stringify(changes)} has the code ${sCode}`, () => {
    const { status, code, data } = ask(new SimulatedOkx(), 'POST', 'trade/order', order(changes))
    deepEqual([status, code, data[0]!['sCode']], [200, sCode === '0' ? '0' : '1', sCode])
  })

test('a batch, as ccxt sends single orders too: code 2 when some fail, all in their order', () => {
  const venue = new SimulatedOkx()
  const tagged = { ...ORDER, tgtCcy: 'base_ccy', clOrdId: '6b9ad766b55dBCDE0123456789abcdef', tag: '6b9ad766b55dBCDE' }
  const body = JSON.stringify([tagged, { ...ORDER, sz: '0' }, ORDER])
  const { code, data } = ask(venue, 'POST', 'trade/batch-orders', body)
  deepEqual([code, data.map(({ sCode }) => sCode)], ['2', ['0', '51121', '0']])
  equal(data[0]!['clOrdId'], tagged.clOrdId)
  const [first] = ask(venue, 'GET', `trade/order?instId=BTC-USDT&clOrdId=${tagged.clOrdId}`).data
  deepEqual([first!['state'], first!['tag'], first!['px'], first!['fee']], ['live', tagged.tag, '59000', '0'])
  const ids = data.flatMap(({ ordId }) => (ordId === '' ? [] : [{ instId: 'BTC-USDT', ordId }]))
  const canceled = ask(venue, 'POST', 'trade/cancel-batch-orders', JSON.stringify(ids))
  deepEqual([canceled.code, canceled.data.length], ['0', 2])
  const history = ask(venue, 'GET', 'trade/orders-history?instType=SPOT').data
  deepEqual(
    history.map(({ state, cancelSource }) => [state, cancelSource]),
    [
      ['canceled', '1'],
      ['canceled', '1'],
    ],
  )
  equal(ask(venue, 'POST', 'trade/batch-orders', JSON.stringify(Array.from({ length: 21 }, () => ORDER))).code, '51000')
  equal(ask(venue, 'POST', 'trade/batch-orders', order()).status, 400)
  equal(ask(venue, 'POST', 'trade/order', 'half a bo').status, 400)
})

test('a market order of money buys what the money buys', () => {
  const venue = new SimulatedOkx()
  const placed = ask(venue, 'POST', 'trade/order', order({ ordType: 'market', sz: '600', px: undefined }))
  const [told] = ask(venue, 'GET', `trade/order?instId=BTC-USDT&ordId=${placed.data[0]!['ordId']}`).data
  deepEqual(
    [told!['state'], told!['accFillSz'], told!['feeCcy'], told!['avgPx']],
    ['filled', '0.00999', 'BTC', '60000.1'],
  )
  equal(told!['fee'], '-0.00000999')
})

test('canceled orders without an execution are forgotten after two hours', () => {
  const venue = new SimulatedOkx()
  const id = ask(venue, 'POST', 'trade/order', order()).data[0]!['ordId']
  ask(venue, 'POST', 'trade/cancel-order', JSON.stringify({ instId: 'BTC-USDT', ordId: id }))
  const query = `trade/order?instId=BTC-USDT&ordId=${id}`
  equal(ask(venue, 'GET', query).data[0]!['state'], 'canceled')
  venue.pass(7_200_001, 600_000)
  equal(ask(venue, 'GET', query).code, '51603')
})

test('R-REST limits: 60 orders of an instrument in two seconds, cancels apart, and a command that comes too late', () => {
  const venue = new SimulatedOkx()
  const codes = Array.from({ length: 61 }, () => ask(venue, 'POST', 'trade/order', order()))
  deepEqual([codes[59]!.code, codes[60]!.status, codes[60]!.code], ['0', 429, '50011'])
  equal(
    ask(venue, 'POST', 'trade/cancel-order', JSON.stringify({ instId: 'BTC-USDT', ordId: codes[0]!.data[0]!['ordId'] }))
      .code,
    '0',
  )
  venue.pass(2000)
  equal(ask(venue, 'POST', 'trade/order', order()).code, '0')
  const expiry = String(Math.floor(venue.clock.now() / 1000) - 1)
  equal(ask(venue, 'POST', 'trade/order', order(), { exptime: expiry }).code, '50036')
})

test('a halted instrument is told as suspended and takes no orders; a position is closed at market', () => {
  const venue = new SimulatedOkx()
  ask(venue, 'POST', 'trade/order', order({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', px: '60000.1', sz: '0.05' }))
  equal(
    ask(venue, 'POST', 'account/set-leverage', '{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"cross"}').data[0]![
      'lever'
    ],
    '5',
  )
  equal(ask(venue, 'POST', 'trade/close-position', '{"instId":"BTC-USDT-SWAP","mgnMode":"cross"}').code, '0')
  deepEqual(ask(venue, 'GET', 'account/positions').data, [])
  equal(ask(venue, 'POST', 'trade/close-position', '{"instId":"BTC-USDT-SWAP","mgnMode":"cross"}').code, '51023')
  venue.exchange.isOpen[0] = false
  equal(ask(venue, 'GET', 'public/instruments?instType=SPOT').data[0]!['state'], 'suspend')
  equal(ask(venue, 'POST', 'trade/order', order()).data[0]!['sCode'], '51022')
})

test('any request and any frame is answered, and nothing throws', () => {
  const venue = new SimulatedOkx()
  const calls = [
    'trade/order',
    'trade/batch-orders',
    'trade/amend-order',
    'trade/cancel-order',
    'trade/fills',
    'market/books',
  ]
  const more = [
    'account/positions',
    'market/candles',
    'public/instruments',
    'trade/orders-pending',
    'trade/cancel-all-after',
  ]
  const text = fc.oneof(
    fc.constantFrom(...Object.values(ORDER), '', '0', '-1', '1e9', '9'.repeat(30), '%', '%zz'),
    fc.string(),
  )
  const fields = fc.dictionary(
    fc.constantFrom(
      ...Object.keys(ORDER),
      'ordId',
      'clOrdId',
      'newSz',
      'newPx',
      'after',
      'bar',
      'timeOut',
      'instType',
      'tgtCcy',
    ),
    text,
  )
  const request = fc.tuple(
    fc.constantFrom('GET', 'POST', 'PUT'),
    fc.constantFrom(...calls, ...more, 'nowhere'),
    fields,
    fc.boolean(),
  )
  fc.assert(
    fc.property(request, ([method, call, given, isList]) => {
      const body = method === 'GET' ? '' : JSON.stringify(isList ? [given, given] : given)
      const query = new URLSearchParams(given).toString()
      const { status } = ask(venue, method, method === 'GET' ? `${call}?${query}` : call, body)
      ok(status >= 200 && status < 500)
    }),
    { numRuns: 1500 },
  )
  const socket = venue.connect('private')
  const op = fc.constantFrom('login', 'subscribe', 'unsubscribe', 'order', 'amend-order', 'batch-cancel-orders', 'ping')
  fc.assert(
    fc.property(op, fc.oneof(fc.array(fields), fc.anything()), text, (name, args, id) => {
      const before = socket.texts.length
      socket.session!.onText(JSON.stringify({ id, op: name, args }))
      ok(socket.texts.length > before, 'an answer came')
    }),
    { numRuns: 1500 },
  )
})

test('an order that meets two others is told once for each', () => {
  const venue = new SimulatedOkx()
  const { messages } = venue.privately()
  messages()
  venue.rest(0, BUY, 600_000, 1000)
  venue.rest(0, BUY, 600_000, 1000)
  const told = ask(venue, 'POST', 'trade/order', order({ side: 'sell', px: '60000', sz: '0.015' }))
  equal(told.code, '0')
  const fills = ask(venue, 'GET', 'trade/fills?instType=SPOT').data
  deepEqual(
    fills.map(({ fillSz, execType, feeCcy }) => [fillSz, execType, feeCcy]),
    [
      ['0.005', 'T', 'USDT'],
      ['0.01', 'T', 'USDT'],
    ],
  )
  equal(messages().filter(({ kind }) => kind === 'report').length, 3)
})

test('a market order cancels the own orders that it meets, and leaves those that it does not reach', () => {
  const venue = new SimulatedOkx()
  const contract = { instId: 'BTC-USDT-SWAP', tdMode: 'cross', sz: '1' }
  const far = ask(venue, 'POST', 'trade/order', order({ ...contract, px: '50000' })).data[0]!['ordId']
  const near = ask(venue, 'POST', 'trade/order', order({ ...contract, px: '60000' })).data[0]!['ordId']
  ask(venue, 'POST', 'trade/order', order({ ...contract, side: 'sell', ordType: 'market', px: undefined }))
  const stateOf = (ordId: string): unknown =>
    ask(venue, 'GET', `trade/order?instId=BTC-USDT-SWAP&ordId=${ordId}`).data[0]!['state']
  deepEqual([stateOf(near!), stateOf(far!)], ['canceled', 'live'])
  equal(
    ask(venue, 'POST', 'trade/close-position', JSON.stringify({ instId: 'BTC-USDT-SWAP', mgnMode: 'cross' })).code,
    '0',
  )
})

test('S3-VEN-3 funding of all perpetuals at once, as ccxt asks for it', () => {
  const { code, data } = ask(new SimulatedOkx(), 'GET', 'public/funding-rate?instId=ANY')
  deepEqual([code, data.map(({ instId }) => instId)], ['0', ['BTC-USDT-SWAP', 'BTC-USD-SWAP']])
})
