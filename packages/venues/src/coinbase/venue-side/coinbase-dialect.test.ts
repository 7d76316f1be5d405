import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import type { Cryptography } from '../../cryptography.ts'
import { coinbaseSide } from './coinbase-dialect.ts'

/** Signatures are another test's: here all are right. */
const cryptography: Cryptography = {
  hmac: () => new Uint8Array(0),
  digest: () => new Uint8Array(0),
  sign: () => new Uint8Array(0),
  verify: () => true,
  random: bytes => new Uint8Array(bytes),
}
const START = 1_790_000_000_000_000
const API = '/api/v3/brokerage'

/** A dialect over an exchange with a rich account, and a client that has signed in. */
function make() {
  const clock = new SimClock(START as Micros)
  let target: ExchangeListener | undefined
  const relay: ExchangeListener = {
    onTrade: trade => target?.onTrade(trade),
    onLevel: (instrument, of, price) => target?.onLevel(instrument, of, price),
    onOrder: (event, order) => target?.onOrder(event, order),
    onFill: fill => target?.onFill(fill),
    onBalance: (account, assets, cause, flow) => target?.onBalance(account, assets, cause, flow),
  }
  const { terms, instruments, keys = [] } = coinbaseSide
  const exchange = new Exchange(new InstrumentTable(instruments), terms, clock, relay)
  const dialect = coinbaseSide.makeDialect({ exchange, clock, cryptography, keys, random: new Random(1) })
  target = dialect
  for (const asset of ['BTC', 'USD']) exchange.transfer(1, asset, 10n ** 15n)
  const pass = (micros: number): void => {
    clock.advanceTo((clock.now() + micros) as Micros)
    dialect.tick(clock.now())
  }
  const token = (uri: string): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const [nbf, { apiKey }] = [Math.floor(clock.now() / 1e6), keys[0]!]
    const claims = { sub: apiKey, iss: 'cdp', nbf, exp: nbf + 120, uri }
    return `${part({ alg: 'ES256', kid: apiKey })}.${part(claims)}.${Buffer.from('signed').toString('base64url')}`
  }
  /** The answer to a signed call: its status and what it says. */
  const ask = (method: string, call: string, query = '', body: unknown = ''): [number, Record<string, unknown>] => {
    const path = API + call
    const headers = { authorization: `Bearer ${token(`${method} api.coinbase.com${path}`)}` }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const reply = dialect.answer({ method, path, query, headers, body: text })
    return [reply.status, reply.body === '' ? {} : JSON.parse(reply.body)]
  }
  return { dialect, exchange, pass, token, ask }
}

/** Names that every object of the language has. */
const INHERITED = ['constructor', 'toString', '__proto__', '__defineGetter__', 'hasOwnProperty', 'valueOf']

test('P-21 names that the language knows are no kinds of order and no lengths of candles', () => {
  const { ask } = make()
  const common = { client_order_id: 'a', product_id: 'BTC-USD', side: 'BUY' }
  for (const name of INHERITED) {
    const order_configuration = JSON.parse(`{"${name}":{"base_size":"0.01","limit_price":"60000"}}`)
    const [status, answer] = ask('POST', '/orders', '', { ...common, order_configuration })
    const { error } = answer['error_response'] as { error: string }
    deepEqual([status, answer['success'], error], [200, false, 'UNSUPPORTED_ORDER_CONFIGURATION'], name)
    equal(ask('GET', '/products/BTC-USD/candles', `granularity=${name}`)[0], 400, name)
  }
})

test('an order with another attached to it is refused, not taken alone', () => {
  const { ask, exchange } = make()
  const terms = { base_size: '0.01', limit_price: '60000' }
  const order = {
    client_order_id: 'a',
    product_id: 'BTC-USD',
    side: 'BUY',
    order_configuration: { limit_limit_gtc: terms },
  }
  const attached_order_configuration = { trigger_bracket_gtc: { limit_price: '70000', stop_trigger_price: '50000' } }
  equal(ask('POST', '/orders', '', { ...order, attached_order_configuration })[1]['success'], false)
  equal(exchange.openOrders(1).length, 0)
  equal(ask('POST', '/orders', '', { ...order, attached_order_configuration: null })[1]['success'], true)
})

test('P-21 a path whose percent-encoding is broken names nothing', () => {
  const { ask } = make()
  for (const call of [
    '/products/%zz',
    '/market/products/%',
    '/orders/historical/%E0%A4%A',
    '/market/products/%zz/ticker',
  ])
    equal(ask('GET', call)[0], 404, call)
})

test('S3-VEN-3 the time of the older interface, as ccxt asks for it', () => {
  const { dialect } = make()
  const { body } = dialect.answer({ method: 'GET', path: '/v2/time', query: '', headers: {}, body: '' })
  equal(JSON.parse(body).data.epoch, START / 1e6)
})

const odd = fc.constantFrom<unknown>(
  ...INHERITED,
  '',
  '-1',
  '0',
  '1e-9',
  '1e21',
  null,
  true,
  [],
  {},
  'NaN',
  7,
  'x'.repeat(99),
)
const or = (...usual: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd })
const CALLS = [
  ...['POST /orders', 'POST /orders/batch_cancel', 'POST /orders/edit', 'GET /orders/historical/batch', 'GET /time'],
  ...['GET /orders/historical/fills', 'GET /orders/historical/x', 'GET /accounts', 'GET /transaction_summary'],
  ...['GET /key_permissions', 'GET /best_bid_ask', 'GET /portfolios', 'GET /products', 'GET /product_book'],
  ...['GET /products/BTC-USD', 'GET /products/BTC-USD/candles', 'GET /market/products/BTC-USD/ticker', 'DELETE /x'],
]
const terms = fc.record({ base_size: or('0.01', '1'), limit_price: or('60000', '61000.01'), post_only: fc.boolean() })
const bodies = fc.record(
  {
    client_order_id: or('a', 'b', 'c'),
    product_id: or('BTC-USD', 'DOGE-USD'),
    side: or('BUY', 'SELL'),
    order_configuration: fc.oneof(
      fc.record({ limit_limit_gtc: terms }),
      fc.record({ sor_limit_ioc: terms }),
      fc.record({ market_market_ioc: fc.record({ quote_size: or('100') }) }),
      odd,
    ),
    order_id: or('0a1b2c3d-0000-4000-8000-00e8d4a51001'),
    order_ids: or(['0a1b2c3d-0000-4000-8000-00e8d4a51001', 'x'], [7]),
    price: or('60000.5'),
    size: or('0.02'),
  },
  { requiredKeys: [] },
)
const queries = fc.record(
  {
    ...{
      limit: or('1', '5'),
      cursor: or('0', '1'),
      granularity: or('ONE_MINUTE', 'ONE_DAY'),
      start: or('1'),
      end: or('2'),
    },
    ...{ product_id: or('BTC-USD'), product_ids: or('BTC-USD,X'), order_status: or('OPEN'), order_ids: or('x') },
  },
  { requiredKeys: [] },
)

test('P-21 whatever is asked is answered, and nobody owes what he has not', () => {
  const { exchange, pass, ask } = make()
  fc.assert(
    fc.property(fc.constantFrom(...CALLS), queries, fc.oneof(bodies, fc.json()), (call, query, body) => {
      pass(500_000)
      const [method, path] = call.split(' ') as [string, string]
      const text = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      const [status, answer] = ask(method, path, text.join('&'), body)
      ok([200, 400, 404, 429].includes(status) && typeof answer === 'object', `${status}`)
      for (const { total, locked } of exchange.account(1).balances.values()) ok(locked >= 0n && locked <= total)
    }),
    { numRuns: 3000 },
  )
})

test('P-21 whatever comes over a socket is answered or passed over', () => {
  const { dialect, pass, token } = make()
  const CHANNELS = ['heartbeats', 'level2', 'market_trades', 'ticker', 'ticker_batch', 'candles', 'status', 'user']
  const command = fc.record(
    {
      type: or('subscribe', 'unsubscribe'),
      channel: or(...CHANNELS),
      product_ids: or(['BTC-USD'], ['BTC-USD', 'ETH-USD'], [7]),
      jwt: fc.option(fc.constant(token('')), { nil: undefined }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(command, fc.json()), { maxLength: 6 }), commands => {
      const told: string[] = []
      const session = dialect.open('/', '', { send: text => told.push(text), close: () => {} })!
      for (const each of commands) {
        const before = told.length
        session.onText(typeof each === 'string' ? each : JSON.stringify(each))
        ok(told.length > before)
        pass(300_000)
      }
      session.onClosed()
      for (const text of told) ok(typeof JSON.parse(text) === 'object')
    }),
    { numRuns: 400 },
  )
})
