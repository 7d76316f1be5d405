import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { formatClientOrderId, parseClientOrderId } from '@velocimex/core/execution/client-order-id'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import fc from 'fast-check'
import type { Cryptography } from '../cryptography.ts'
import { recordings } from '../market-codec.conformance.ts'
import type { QueryResult, VenueAnswer, VenueRequest } from '../order-venue.ts'
import { ownOrderId, wireOrderId } from './client-id.ts'
import { krakenOrders } from './kraken-orders.ts'
import { makeInstrument } from './make-instrument.ts'
import { KrakenSigner } from './order-requests.ts'
import { assetOfRest, restPairId } from './rest-names.ts'

const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => randomBytes(bytes),
}
const credentials = {
  apiKey: 'key',
  secret: 'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==',
}
const at = 1_616_492_376_594_000 as Micros
const PAIRS = ['BTC/USD', 'BTC/USDT', 'ETH/USDT', 'DOGE/BTC']
const OURS = formatClientOrderId({ instance: 1, epoch: 2, counter: 3 })

function codecOf() {
  const all = PAIRS.map((symbol, index) => {
    const [base, quote] = symbol.split('/') as [string, string]
    const grids = { price: { decimals: 2, step: 1 }, quantity: { decimals: 8, step: 1 } }
    return makeInstrument(index, { symbol, base, quote, bounds: {}, grids: 'published', ...grids })
  })
  return krakenOrders.makeOrderCodec({ instruments: new InstrumentTable(all), credentials, cryptography })
}
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: OURS,
  order: {
    ...{ instrument: 0, side: BUY, type: 'limit', quantity: 125_000_000, price: 3_750_000, timeInForce: 'gtc' },
    ...{ postOnly: false, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})
const answer = (body: unknown, status = 200, headers: Record<string, string> = {}): VenueAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const sent = ({ path, body = '' }: VenueRequest): string => `${path.slice(11)}?${body.replace(/^nonce=\d+&?/, '')}`
function found<T>(result: QueryResult<T>): T {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result))
  return result.value
}

test('the signatures of the documents: a form, and the same as JSON', () => {
  const signer = new KrakenSigner(credentials, cryptography)
  const form = 'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25'
  equal(
    signer.signature('/0/private/AddOrder', '1616492376594', form),
    '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
  )
  const json =
    '{"nonce":"1616492376594","ordertype":"limit","pair":"XBTUSD","price":"37500","type":"buy","volume":"1.25"}'
  equal(
    signer.signature('/0/private/AddOrder', '1616492376594', json),
    'r/o+GpKxXjV/mls/r5CKLu5R+yzK5psqvQ4hXxMX1nzdxTBhV+ui82QGgPZMMitpFwCOAdPEZMmXgZxD2chJEg==',
  )
})

test('nonces rise, whatever the clock does', () => {
  const codec = codecOf()
  const nonces = [at, at, at - 5_000_000, at + 10].map(now =>
    Number(/^nonce=(\d+)/.exec(codec.balances(now as Micros).body!)![1]),
  )
  deepEqual(nonces, [at, at + 1, at + 2, at + 10])
})

test('our ids are one letter longer than Kraken takes: they travel without it, and come back whole', () => {
  equal(wireOrderId(OURS).length, 18)
  const part = fc.nat(2 ** 20 - 1)
  fc.assert(
    fc.property(part, part, part, (instance, epoch, counter) => {
      const id = formatClientOrderId({ instance, epoch, counter })
      equal(ownOrderId(wireOrderId(id)), id)
      ok(parseClientOrderId(ownOrderId(wireOrderId(id))) !== undefined)
    }),
  )
  for (const other of ['', 'O-20260505-000001', '2c6be801-1f53-4f79-a0bb-4ea1c95dfae9'])
    equal(ownOrderId(wireOrderId(other)), other)
})

test('names of REST: assets and pairs of old have letters before them', () => {
  deepEqual(['XXBT', 'ZUSD', 'SOL', 'XXDG', 'XBT.F', 'ZRX'].map(assetOfRest), [
    'BTC',
    'USD',
    'SOL',
    'DOGE',
    'BTC.F',
    'ZRX',
  ])
  deepEqual(['BTC/USD', 'BTC/USDT', 'SOL/USD', 'DOGE/BTC'].map(restPairId), [
    'XXBTZUSD',
    'XBTUSDT',
    'SOLUSD',
    'XXDGXXBT',
  ])
})

for (const [changes, body] of [
  [{}, 'ordertype=limit&type=buy&volume=1.25000000&pair=XBTUSD&price=37500.00&timeinforce=GTC'],
  [
    { postOnly: true, side: SELL },
    'ordertype=limit&type=sell&volume=1.25000000&pair=XBTUSD&price=37500.00&timeinforce=GTC&oflags=post',
  ],
  [{ timeInForce: 'ioc' }, 'ordertype=limit&type=buy&volume=1.25000000&pair=XBTUSD&price=37500.00&timeinforce=IOC'],
  [{ type: 'market', price: undefined }, 'ordertype=market&type=buy&volume=1.25000000&pair=XBTUSD'],
] as const)
  test(`place: ${body}`, () => {
    const request = codecOf().place(placing(changes), at)
    equal(sent(request), `AddOrder?${body}&cl_ord_id=${OURS.slice(1)}&deadline=2021-03-23T09%3A39%3A41.594Z`)
    equal(request.headers['API-Key'], 'key')
    deepEqual([request.method, request.orders, request.clientOrderId], ['POST', 1, OURS])
  })

test('the other calls', () => {
  const codec = codecOf()
  const known = { clientOrderId: OURS, venueOrderId: 'OU22CG', instrument: 0 }
  const unknown = { ...known, venueOrderId: '' }
  const wire = OURS.slice(1)
  const amendment = { ...known, price: 100 as Ticks, quantity: 5 as Lots }
  deepEqual(
    [
      codec.cancel(known, at),
      codec.cancel(unknown, at),
      codec.replace(amendment, BUY, at)!,
      codec.cancelAll(-1, at)!,
      codec.order(OURS, 'OU22CG', 0, at),
      codec.order(OURS, '', 0, at),
      codec.fills(0, 1_500_000 as Micros, at),
      codec.fees(3, at),
      codec.deadMan(0, 60_000, at)!,
      codec.deadMan(0, 0, at)!,
      codec.stream.token(at)!,
    ].map(sent),
    [
      'CancelOrder?txid=OU22CG',
      `CancelOrder?cl_ord_id=${wire}`,
      'AmendOrder?txid=OU22CG&order_qty=0.00000005&limit_price=1.00',
      'CancelAll?',
      'QueryOrders?txid=OU22CG',
      `OpenOrders?cl_ord_id=${wire}`,
      'TradesHistory?start=1.499999',
      'TradeVolume?pair=XDGXBT',
      'CancelAllOrdersAfter?timeout=60',
      'CancelAllOrdersAfter?timeout=0',
      'GetWebSocketsToken?',
    ],
  )
  deepEqual(
    [
      codec.cancelAll(0, at),
      codec.positions(at),
      codec.permissions(at),
      codec.leverage(0, 2, at),
      codec.positionMode(true, at),
    ],
    [undefined, undefined, undefined, undefined, undefined],
  )
})

test('R-REST-03 outcomes: what the venue says, what it leaves open, and what is not its answer at all', () => {
  const codec = codecOf()
  const place = codec.place(placing(), at)
  const cancel = codec.cancel({ clientOrderId: OURS, venueOrderId: 'O', instrument: 0 }, at)
  const outcomeOf = (request: VenueRequest, body: unknown, status = 200) => {
    const { outcome, advice, reports } = codec.readCommand(request, answer(body, status), at)
    return [outcome, advice, ...reports.map(({ kind }) => kind)]
  }
  const error = (...errors: string[]) => ({ error: errors })
  deepEqual(outcomeOf(place, { error: [], result: { txid: ['OU22CG'] } }), ['ack', 'none', 'accepted'])
  deepEqual(outcomeOf(place, { error: ['WOrder:x'], result: { txid: ['OU22CG'] } }), ['ack', 'none', 'accepted'])
  for (const body of [{ error: [], result: {} }, { error: [] }, '<html>', { error: 5 }, [], error('EOrder:New words')])
    deepEqual(outcomeOf(place, body), ['unknown', 'query'])
  for (const [words, advice] of [
    ['EOrder:Insufficient funds', 'none'],
    ['EGeneral:Invalid arguments:volume minimum not met', 'none'],
    ['EOrder:Post only order', 'none'],
    ['EOrder:Reduce only:Non-PC', 'none'],
    ['EOrder:Rate limit exceeded', 'back_off'],
    ['EService: Throttled: 1616492376', 'back_off'],
    ['EService:Market in cancel_only mode', 'back_off'],
    ['EAPI:Invalid nonce', 'sync_clock'],
    ['EAPI:Invalid key', 'halt'],
    ['EGeneral:Permission denied', 'halt'],
    ['EGeneral:Temporary lockout', 'banned'],
  ] as const)
    deepEqual(outcomeOf(place, error(words)), ['definitive_reject', advice, 'rejected'], words)
  for (const words of ['EService:Unavailable', 'EService:Busy', 'EGeneral:Internal error', 'EService:Timeout'])
    deepEqual(outcomeOf(place, error(words)), ['unknown', 'query'], words)
  deepEqual(outcomeOf(place, error('EOrder:Insufficient funds', 'EService:Busy')), ['unknown', 'query'])
  deepEqual(outcomeOf(place, error('EOrder:Insufficient funds'), 502), ['unknown', 'query'])
  deepEqual(outcomeOf(place, '', 520), ['unknown', 'query'])
  deepEqual(outcomeOf(place, '<html>', 403), ['unknown', 'banned'])
  deepEqual(outcomeOf(place, 'slow', 429), ['unknown', 'back_off'])
  deepEqual(outcomeOf(cancel, { error: [], result: { count: 1 } }), ['ack', 'none'])
  deepEqual(outcomeOf(cancel, { error: [], result: { count: 0 } }), ['unknown', 'query'])
  deepEqual(outcomeOf(cancel, error('EOrder:Unknown order')), ['definitive_reject', 'query', 'cancel_rejected'])
})

const openOrder = (wire: string, more: object = {}) => ({
  ...{ status: 'open', opentm: 1688583840.8648, cl_ord_id: wire, vol: '0.5', vol_exec: '0.1', ...more },
  descr: { pair: 'XBTUSD', type: 'sell', ordertype: 'limit', price: '29500.0' },
})

test('an order of which only our id is known is absent when it is neither open nor closed', () => {
  const codec = codecOf()
  const none = (part: string) => answer({ error: [], result: { [part]: {}, count: 0 } })
  const first = codec.order(OURS, '', 0, at)
  deepEqual(codec.readOrder(first, none('open')).kind, 'failed')
  const second = codec.order(OURS, '', 0, at)
  ok(second.path.endsWith('ClosedOrders'))
  equal(codec.readOrder(second, answer('x', 502)).kind, 'failed')
  equal(codec.readOrder(second, none('closed')).kind, 'absent')
  ok(codec.order(OURS, '', 0, at).path.endsWith('OpenOrders'), 'the next search begins anew')
  const others = answer({ error: [], result: { closed: { O1: openOrder('other') }, count: 1 } })
  equal(codec.readOrder(second, others).kind, 'failed', 'a venue that ignores the id proves nothing')
  const open = answer({ error: [], result: { open: { O0: openOrder('other'), O1: openOrder(OURS.slice(1)) } } })
  deepEqual(found(codec.readOrder(first, open)), {
    ...{ clientOrderId: OURS, venueOrderId: 'O1', instrument: 0, side: SELL, status: 'open' },
    ...{ price: 2_950_000, quantity: 50_000_000, cumulative: 10_000_000, at: 1_688_583_840_864_800 },
  })
  const byId = codec.order(OURS, 'O1', 0, at)
  equal(found(codec.readOrder(byId, answer({ error: [], result: { O1: openOrder('') } }))).venueOrderId, 'O1')
  equal(codec.readOrder(byId, answer({ error: ['EOrder:Unknown order'] })).kind, 'absent')
  equal(codec.readOrder(byId, answer({ error: ['EService:Busy'] })).kind, 'failed')
})

test('trades are told newest first, in pages: all of them count, once the last page is there', () => {
  const own = codecOf()
  const trade = { pair: 'XBTUSD', type: 'buy', price: '1', vol: '1', fee: '0', maker: true, ordertxid: 'O' }
  const page = (from: number, count: number, total: number) =>
    answer({
      error: [],
      result: {
        trades: Object.fromEntries(
          Array.from({ length: count }, (_, at) => [`T${from - at}`, { ...trade, time: from - at }]),
        ),
        count: total,
      },
    })
  const ask = (from: number, rows: number, total: number) =>
    own.readFills(own.fills(0, at, at), page(from, rows, total))
  equal(ask(120, 50, 120).kind, 'failed')
  ok(own.fills(0, at, at).body!.endsWith('&ofs=50'))
  // Two more have come meanwhile: what was behind them stands two places further back.
  equal(ask(72, 50, 122).kind, 'failed')
  ok(own.fills(0, at, at).body!.endsWith('&ofs=100'))
  const all = found(ask(22, 22, 122))
  deepEqual(
    all.map(({ tradeId }) => tradeId),
    Array.from({ length: 120 }, (_, index) => `T${index + 1}`),
  )
  const again = own.fills(0, at, at)
  ok(!again.body!.includes('ofs'), 'and begins again with the newest')
  equal(found(own.readFills(again, page(50, 50, 50))).length, 50)
  equal(ask(120, 50, 120).kind, 'failed')
  equal(own.readFills(again, page(120, 50, 120)).kind, 'failed', 'an answer to an older request is no page')
  ok(own.fills(0, (at + 1) as Micros, at).body!.endsWith('.594000'), 'another instant begins with the newest')
})

test('balances with what is held, tiers, and headers', () => {
  const codec = codecOf()
  const request = codec.balances(at)
  const body = { XXBT: { balance: '1.5000000000', hold_trade: '0.25' }, ZUSD: { balance: '2', hold_trade: '0' } }
  deepEqual(found(codec.readBalances(request, answer({ error: [], result: body }))), [
    { asset: 'BTC', total: { units: 15n, decimals: 1 }, free: { units: 125n, decimals: 2 } },
    { asset: 'USD', total: { units: 2n, decimals: 0 }, free: { units: 2n, decimals: 0 } },
  ])
  const tier = { fees: { XXBTZUSD: { fee: '0.2600' } }, fees_maker: { XXBTZUSD: { fee: '-0.0100' } } }
  deepEqual(found(codec.readFees(codec.fees(0, at), answer({ error: [], result: tier }))), {
    taker: 260_000,
    maker: -10_000,
  })
  equal(codec.readFees(request, answer({ error: [], result: {} })).kind, 'failed')
  deepEqual(codec.readBudget(answer('', 429, { 'retry-after': '3' })), { used: [], retryAfter: 3000 })
  equal(codec.readPermissions(request, answer('{}')).kind, 'failed')
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const fixture = (name: string): VenueAnswer =>
  answer(readFileSync(new URL(`kraken/fixtures/${name}.json`, place), 'utf8'))

test('the examples of orders and trades', { skip }, () => {
  const codec = codecOf()
  const placed = codec.place(placing(), at)
  const { outcome, reports } = codec.readCommand(placed, fixture('http_add_order_spot'), at)
  deepEqual([outcome, reports[0]!.venueOrderId, reports[0]!.clientOrderId], ['ack', 'OUF4EM-FRGI2-MQMWZD', OURS])
  const cancel = codec.cancel({ clientOrderId: OURS, venueOrderId: 'O', instrument: 0 }, at)
  equal(codec.readCommand(cancel, fixture('http_cancel_order_spot'), at).outcome, 'ack')
  const all = codec.openOrders(-1, at)
  const none = { clientOrderId: '', quantity: 50_000_000, cumulative: 0, at: 1_688_583_840_864_800 }
  deepEqual(found(codec.readOpenOrders(all, fixture('http_open_orders'))), [
    { ...none, venueOrderId: 'O26VBY-ISGAE-JP5TLU', instrument: 1, side: BUY, status: 'open', price: 2_950_000 },
    {
      ...{ ...none, venueOrderId: 'OYEQF4-FDE4C-NMUYUI', instrument: 2, side: SELL, status: 'open' },
      ...{ quantity: 100_000_000, at: 1_688_584_240_123_400 },
    },
  ])
  equal(found(codec.readOpenOrders(codec.openOrders(2, at), fixture('http_open_orders'))).length, 1)
  const closed = JSON.parse(fixture('http_closed_orders').body).result.closed
  const query = codec.order(OURS, 'O5KZFT-GH3AD-LP6TLU', 1, at)
  deepEqual(found(codec.readOrder(query, answer({ error: [], result: closed }))), {
    ...{ ...none, venueOrderId: 'O5KZFT-GH3AD-LP6TLU', instrument: 1, side: BUY, status: 'filled', price: 2_950_000 },
    ...{ cumulative: 50_000_000, at: 1_688_590_000_543_200 },
  })
  deepEqual(found(codec.readFills(codec.fills(-1, at, at), fixture('http_trades_history'))), [
    {
      ...{ tradeId: 'TCCCTY-WJ6EO-4FP4VZ', clientOrderId: '', venueOrderId: 'O26VBY-ISGAE-JP5TLU', instrument: 1 },
      ...{ side: BUY, price: 2_950_050, quantity: 50_000_000, fee: 236_000_000_000n, feeAsset: 'USDT' },
      ...{ liquidity: 'maker', at: 1_688_585_840_892_100 },
    },
    {
      ...{ tradeId: 'TDCVFQ-TPEG4-6X7LSZ', clientOrderId: '', venueOrderId: 'OYEQF4-FDE4C-NMUYUI', instrument: 2 },
      ...{ side: SELL, price: 179_975, quantity: 100_000_000, fee: 36_000_000_000n, feeAsset: 'USDT' },
      ...{ liquidity: 'taker', at: 1_688_586_440_345_600 },
    },
  ])
})

test('the examples of the account', { skip }, () => {
  const codec = codecOf()
  const request = codec.balances(at)
  const assets = found(codec.readBalances(request, fixture('http_spot_balance')))
  deepEqual(
    assets.map(({ asset, total, free }) => [asset, total, free.units === total.units]),
    [
      ['USD', { units: 200_000n, decimals: 0 }, true],
      ['BTC', { units: 5n, decimals: 1 }, true],
      ['ETH', { units: 2n, decimals: 0 }, true],
    ],
  )
  deepEqual(found(codec.readPositions(request, fixture('http_spot_open_positions'))), [
    { instrument: 0, lots: 50_000_000, entryPrice: '100000.00', unrealised: '' },
  ])
})
