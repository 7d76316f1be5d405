import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeListener } from '@velocimex/core/exchange/exchange-order'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import fc from 'fast-check'
import type { Cryptography } from '../../cryptography.ts'
import type { ClientRequest } from '../../venue-dialect.ts'
import { deribitSide } from './deribit-dialect.ts'

let drawn = 0
const cryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign: () => new Uint8Array(0),
  random: bytes => new Uint8Array(bytes).fill(++drawn),
}
const START = 1_790_000_000_000_000
const KEY = { apiKey: 'k', secret: 's', account: 1, canTrade: true, canWithdraw: false }

/** A dialect over an exchange with a small market, a rich account, and a client of each kind. */
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
  const { terms, instruments } = deribitSide
  const exchange = new Exchange(new InstrumentTable(instruments), terms, clock, relay)
  const dialect = deribitSide.makeDialect({ exchange, clock, cryptography, keys: [KEY], random: new Random(1) })
  target = dialect
  for (const account of [1, 2])
    for (const asset of ['BTC', 'ETH', 'USDC']) exchange.transfer(account, asset, 10n ** 12n)
  const pass = (micros: number): void => {
    clock.advanceTo((clock.now() + micros) as Micros)
    dialect.tick(clock.now())
  }
  /** The answer to a call of REST. */
  const ask = (method: string, params: Record<string, unknown>, token = ''): Record<string, unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers: Record<string, string> = token === '' ? {} : { authorization: `bearer ${token}` }
    const request: ClientRequest = { method: 'POST', path: '/api/v2', query: '', headers, body }
    return JSON.parse(dialect.answer(request).body)
  }
  const grant = { grant_type: 'client_credentials', client_id: 'k', client_secret: 's' }
  const { access_token: token } = ask('public/auth', grant)['result'] as { access_token: string }
  return { dialect, exchange, pass, token, ask }
}

type Frame = Record<string, unknown>

/** Names that every object of the language has. */
const INHERITED = ['constructor', 'toString', '__proto__', '__defineGetter__', 'hasOwnProperty', 'valueOf']

test('P-21 names that the language knows are no methods, channels or times in force', () => {
  const { ask, token, dialect } = make()
  const order = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 60_000 }
  for (const name of INHERITED) {
    const answer = ask(name, {}, token)
    deepEqual([answer['result'], (answer['error'] as { code: number }).code], [undefined, -32601], name)
    const refused = ask('private/buy', { ...order, time_in_force: name }, token)
    equal((refused['error'] as { code: number }).code, -32602, name)
    const told: Record<string, unknown>[] = []
    const session = dialect.open('/ws/api/v2', '', { send: text => told.push(JSON.parse(text)), close: () => {} })!
    const channels = [`trades.BTC-PERPETUAL.${name}`, `ticker.BTC-PERPETUAL.${name}`, `${name}.BTC-PERPETUAL`]
    session.onText(JSON.stringify({ id: 1, method: 'public/subscribe', params: { channels } }))
    deepEqual(told[0]!['result'], [], name)
  }
})

test('an order with terms that are not offered is refused, not taken without them', () => {
  const { ask, token, exchange } = make()
  const order = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 60_000 }
  const terms = [{ trigger_price: 59_000, trigger: 'last_price' }, { linked_order_type: 'one_triggers_other' }]
  for (const each of [...terms, { otoco_config: [{}] }, { display_amount: 10 }])
    equal((ask('private/buy', { ...order, ...each }, token)['error'] as { code: number }).code, -32602)
  equal(exchange.openOrders(1).length, 0)
  ok(ask('private/buy', order, token)['result'] !== undefined)
})

test('S3-VEN-3 summaries of a currency, funding over a time, and orders that are over, as ccxt asks for them', () => {
  const { ask, token, exchange } = make()
  exchange.engine(0).limit(7, BUY, 119_000, 5, 'gtc')
  const [row, ...more] = ask('public/get_book_summary_by_currency', { currency: 'BTC' })['result'] as Frame[]
  deepEqual(
    [row!['instrument_name'], row!['bid_price'], row!['ask_price'], row!['mid_price']],
    ['BTC-PERPETUAL', 59_500, null, null],
  )
  equal(more.length, 0)
  const eight = { instrument_name: 'BTC-PERPETUAL', start_timestamp: 0, end_timestamp: 28_800_000 }
  equal(ask('public/get_funding_rate_value', eight)['result'], 0.0001)
  const order = { instrument_name: 'BTC-PERPETUAL', amount: 10 }
  const placed = (method: string, price: number): unknown =>
    (ask(method, { ...order, price }, token)['result'] as { order: Frame }).order['order_id']
  const [filled, canceled] = [placed('private/sell', 59_500), placed('private/buy', 50_000)]
  const history = (more: object): unknown[] =>
    (ask('private/get_order_history_by_currency', { currency: 'BTC', ...more }, token)['result'] as Frame[]).map(
      each => each['order_id'],
    )
  deepEqual(history({}), [filled])
  ask('private/cancel', { order_id: canceled }, token)
  deepEqual(
    [history({}), history({ include_unfilled: true }), history({ include_unfilled: true, offset: 1 })],
    [[filled], [canceled, filled], [filled]],
  )
})

const METHODS = [
  ...'buy sell edit cancel cancel_all cancel_by_label get_order_state get_open_orders get_positions'.split(' '),
  ...'get_account_summary get_account_summaries get_position get_user_trades_by_instrument subscribe logout'.split(' '),
  ...'get_order_history_by_currency get_user_trades_by_order get_order_state_by_label edit_by_label enable_cancel_on_disconnect'.split(
    ' ',
  ),
].map(name => `private/${name}`)
const OPEN_METHODS = [
  ...'auth test get_time get_instruments get_currencies ticker get_order_book get_tradingview_chart_data'.split(' '),
  ...'get_book_summary_by_currency get_funding_rate_value get_last_trades_by_instrument set_heartbeat subscribe unsubscribe unsubscribe_all none'.split(
    ' ',
  ),
].map(name => `public/${name}`)
const odd = fc.constantFrom<unknown>(...INHERITED, '', -1, 0, 1e-9, 1e21, null, true, [], {}, 'NaN', 'x'.repeat(99))
const or = (...usual: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd })
const paramsOf = fc.record(
  {
    instrument_name: or('BTC-PERPETUAL', 'ETH_USDC-PERPETUAL', 'DOGE'),
    amount: or(10, 1000, '20'),
    price: or(60_000, 59_999.5, '60000'),
    type: or('limit', 'market'),
    time_in_force: or('good_til_cancelled', 'immediate_or_cancel', 'fill_or_kill'),
    label: or('a', 'b'),
    post_only: fc.boolean(),
    reduce_only: fc.boolean(),
    order_id: or('1000000000001', '1000000000002'),
    currency: or('BTC', 'any'),
    count: or(1, 5),
    depth: or(5, 20),
    resolution: or('1', '1D'),
    channels: or(['book.BTC-PERPETUAL.100ms', 'user.orders.any.any.raw'], ['chart.trades.BTC-PERPETUAL.1'], [7]),
    interval: or(10, 60),
    grant_type: or('client_credentials', 'refresh_token'),
  },
  { requiredKeys: [] },
)

test('P-21 whatever is asked over HTTP or a socket is answered, and nobody owes what he has not', () => {
  const { dialect, exchange, pass, ask, token } = make()
  const told: string[] = []
  const open = (): ReturnType<typeof dialect.open> =>
    dialect.open('/ws/api/v2', '', { send: text => told.push(text), close: () => {} })
  let session = open()!
  const assets = [...exchange.account(1).balances.keys()].length
  fc.assert(
    fc.property(
      fc.constantFrom(...METHODS, ...OPEN_METHODS, ...INHERITED),
      paramsOf,
      fc.nat(9),
      (method, params, at) => {
        pass(500_000)
        const { result, error } = ask(method, params, token)
        ok((result !== undefined) !== (error !== undefined), method)
        told.length = 0
        if (at === 0) {
          session.onClosed()
          session = open()!
        }
        session.onText(JSON.stringify({ id: 5, method, params: { ...params, access_token: token } }))
        ok(told.some(text => JSON.parse(text).id === 5))
        session.onText(JSON.stringify(params))
        for (const { total, locked } of exchange.account(1).balances.values()) ok(locked >= 0n && total >= 0n)
      },
    ),
    { numRuns: 3000 },
  )
  ok(exchange.account(1).balances.size <= assets + 1, 'a question opens no wallet')
})

test('D60 a halt is a lock of the index, told once to who asks for it; orders are refused, cancels are done', () => {
  const { dialect, exchange, pass, ask, token } = make()
  const told: Frame[] = []
  const session = dialect.open('/ws/api/v2', '', { send: text => told.push(JSON.parse(text)), close: () => {} })!
  const channels = ['platform_state', 'instrument.state.any.any', 'instrument.state.bonds.any', 'platform_states']
  session.onText(JSON.stringify({ id: 1, method: 'public/subscribe', params: { channels } }))
  deepEqual(told.shift()!['result'], channels.slice(0, 2))
  const order = { instrument_name: 'ETH_USDC-PERPETUAL', amount: 1, price: 1000 }
  const { order_id } = (ask('private/buy', order, token)['result'] as { order: Frame }).order
  const ticker = (): unknown => (ask('public/ticker', order)['result'] as Frame)['state']
  equal(ticker(), 'open')
  exchange.isOpen[2] = false
  for (let step = 0; step < 3; step++) pass(100_000)
  const channel = 'platform_state'
  deepEqual(
    told.splice(0).map(({ params }) => params),
    [{ channel, data: { price_index: 'eth_usdc', locked: true } }],
  )
  equal(ticker(), 'locked')
  deepEqual(ask('public/status', {})['result'], { locked: 'partial', locked_indices: ['eth_usdc'] })
  equal((ask('private/buy', order, token)['error'] as { code: number }).code, 10012)
  ok(ask('private/cancel', { order_id }, token)['result'] !== undefined)
  exchange.isOpen[2] = true
  session.onText(JSON.stringify({ id: 2, method: 'public/unsubscribe', params: { channels: ['platform_state'] } }))
  told.length = 0
  pass(100_000)
  deepEqual(told, [], 'nobody asks for it any more')
  deepEqual(ask('public/status', {})['result'], { locked: 'false', locked_indices: [] })
})
