import { equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { SigningClient } from './signing-client.conformance.ts'

const HOUR_MS = 3_600_000

/** How a venue is asked for an order that rests for an hour, and then what it says of it. */
interface Dated {
  place(client: SigningClient): unknown
  /** A text that shows the status and the time in force. */
  look(client: SigningClient): unknown
  readonly open: RegExp
  readonly ended: RegExp
}

const DATED: Readonly<Record<string, Dated>> = {
  'binance-usdm': {
    place: client =>
      client.ask(
        `POST /fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&goodTillDate=${client.now + HOUR_MS}&quantity=0.01&price=50000&newClientOrderId=d1`,
      ),
    look: client => client.ask('GET /fapi/v1/order?symbol=BTCUSDT&origClientOrderId=d1'),
    open: /"status":"NEW".*"timeInForce":"GTD".*"goodTillDate":1790003600/,
    ended: /"status":"EXPIRED".*"timeInForce":"GTD"/,
  },
  kraken: {
    place: client =>
      client.ask(
        'POST /0/private/AddOrder',
        'pair=XBTUSD&type=buy&ordertype=limit&timeinforce=GTD&expiretm=%2B3600&volume=0.01&price=50000&cl_ord_id=d1',
      ),
    look: client => [client.ask('POST /0/private/OpenOrders'), client.ask('POST /0/private/ClosedOrders')],
    open: /"cl_ord_id":"d1","status":"open".*"expiretm":1790003600.*"timeinforce":"GTD"/,
    ended: /"cl_ord_id":"d1","status":"expired"/,
  },
  coinbase: {
    place: client =>
      client.ask('POST /api/v3/brokerage/orders', {
        ...{ client_order_id: 'd1', product_id: 'BTC-USD', side: 'BUY' },
        order_configuration: {
          limit_limit_gtd: {
            ...{ base_size: '0.01', limit_price: '50000', post_only: false },
            end_time: new Date(client.now + HOUR_MS).toISOString(),
          },
        },
      }),
    look: client => client.ask('GET /api/v3/brokerage/orders/historical/batch'),
    open: /"limit_limit_gtd":\{.*"status":"(OPEN|PENDING)","time_in_force":"GOOD_UNTIL_DATE_TIME"/,
    ended: /"status":"EXPIRED","time_in_force":"GOOD_UNTIL_DATE_TIME"/,
  },
  deribit: {
    place: client =>
      client.ask(
        'GET /api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=100&price=50000&label=d1&time_in_force=good_til_day',
      ),
    look: client => client.ask('GET /api/v2/private/get_order_state_by_label?currency=BTC&label=d1'),
    open: /(?=.*"order_state":"open").*"time_in_force":"good_til_day"/,
    ended: /"order_state":"cancelled"/,
  },
}

for (const [id, { place, look, open, ended }] of Object.entries(DATED))
  test(`S3-VEN-6 ${id}: an order that is dated rests until its time, and ends by itself`, () => {
    const client = new SigningClient(id)
    const placed = JSON.stringify(place(client))
    match(JSON.stringify(look(client)), open, placed)
    // The venue's day ends at eight; the clock starts on 21 September 2026 at 14:13.
    client.jump(id === 'deribit' ? 17 * HOUR_MS : HOUR_MS - 10_000)
    match(JSON.stringify(look(client)), open)
    client.jump(id === 'deribit' ? HOUR_MS : 20_000)
    match(JSON.stringify(look(client)), ended)
    equal(client.market.exchange.openOrders(1).length, 0)
  })

const REFUSED: readonly (readonly [id: string, call: string, body: string | object, words: RegExp])[] = [
  [
    'binance-usdm',
    'POST /fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.01&price=50000',
    '',
    /-1102.*goodTillDate/,
  ],
  [
    'binance-usdm',
    'POST /fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&goodTillDate=5&quantity=0.01&price=50000',
    '',
    /-1130/,
  ],
  [
    'kraken',
    'POST /0/private/AddOrder',
    'pair=XBTUSD&type=buy&ordertype=limit&timeinforce=GTD&volume=0.01&price=50000',
    /Invalid arguments:expiretm/,
  ],
  [
    'kraken',
    'POST /0/private/AddOrder',
    'pair=XBTUSD&type=buy&ordertype=limit&expiretm=%2B60&volume=0.01&price=50000',
    /Invalid arguments:expiretm/,
  ],
  [
    'kraken',
    'POST /0/private/AddOrder',
    'pair=XBTUSD&type=sell&ordertype=market&oflags=viqc&volume=100',
    /Invalid arguments:viqc/,
  ],
  [
    'deribit',
    'GET /api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=100&price=50000&post_only=true&time_in_force=fill_or_kill',
    '',
    /post_only_not_allowed/,
  ],
  ['binance-spot', 'POST /api/v3/order?symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=100&quantity=1', '', /-1106/],
]
for (const [id, call, body, words] of REFUSED)
  test(`S3-VEN-6 ${id}: refused with ${words.source}`, () => {
    match(JSON.stringify(new SigningClient(id).ask(call, body)), words)
  })

/** Market orders of so much money, on each venue that has them. */
const MONEY = 1_000_000
const BOUGHT: Readonly<Record<string, (client: SigningClient) => unknown>> = {
  'binance-spot': client => client.ask(`POST /api/v3/order?symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=${MONEY}`),
  'bybit-spot': client =>
    client.ask('POST /v5/order/create', {
      ...{ category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: String(MONEY) },
    }),
  'okx-spot': client =>
    client.ask('POST /api/v5/trade/order', {
      ...{ instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'market', sz: String(MONEY) },
    }),
  coinbase: client =>
    client.ask('POST /api/v3/brokerage/orders', {
      ...{ client_order_id: 'm1', product_id: 'BTC-USD', side: 'BUY' },
      order_configuration: { market_market_ioc: { quote_size: String(MONEY) } },
    }),
  kraken: client =>
    client.ask('POST /0/private/AddOrder', `pair=XBTUSD&type=buy&ordertype=market&oflags=viqc&volume=${MONEY}`),
}
for (const [id, buy] of Object.entries(BOUGHT))
  test(`S3-VEN-6 ${id}: an order of a sum of money walks the book and costs no more than the sum`, () => {
    const client = new SigningClient(id)
    const answer = JSON.stringify(buy(client))
    const [order] = client.market.exchange.ordersOf(1)
    ok(order !== undefined, answer)
    const spent = Number(order.value) / 10 ** order.instrument.settle.decimals
    const lot = spent / order.cumulative
    equal(order.status, 'filled', answer)
    ok(spent <= MONEY && spent > MONEY - 2 * lot, `${spent} of ${MONEY}, a lot is worth ${lot}`)
    ok(new Set(client.market.exchange.fills.map(({ price }) => price)).size > 1, 'more than the best price was taken')
  })

test('S3-VEN-6 deribit: contracts are lots, where no amount is told', () => {
  const client = new SigningClient('deribit')
  const answer = client.ask('GET /api/v2/private/buy?instrument_name=BTC-PERPETUAL&contracts=7&price=50000')
  match(JSON.stringify(answer), /"amount":70,/)
})

test('S3-VEN-6 deribit: a position is closed by one call, orders are canceled by kind, funding is told by the hour', () => {
  const client = new SigningClient('deribit')
  const call = (method: string, query: string): string => JSON.stringify(client.ask(`GET /api/v2/${method}?${query}`))
  match(call('private/close_position', 'instrument_name=BTC-PERPETUAL&type=market'), /already_closed/)
  call('private/buy', 'instrument_name=BTC-PERPETUAL&amount=500&type=market')
  match(call('private/close_position', 'instrument_name=BTC-PERPETUAL&type=market'), /"direction":"sell".*"amount":500/)
  equal(client.market.exchange.account(1).position(0).lots, 0)
  call('private/buy', 'instrument_name=BTC-PERPETUAL&amount=500&price=50000')
  match(call('private/cancel_all_by_kind_or_type', 'currency=BTC&kind=option'), /"result":0/)
  match(call('private/cancel_all_by_kind_or_type', 'currency=BTC&kind=future'), /"result":1/)
  const from = client.now - 3 * HOUR_MS
  const told = client.ask(
    `GET /api/v2/public/get_funding_rate_history?instrument_name=BTC-PERPETUAL&start_timestamp=${from}&end_timestamp=${client.now}`,
  )
  const rows = told['result'] as readonly { timestamp: number; interest_1h: number }[]
  equal(rows.length, 3)
  ok(rows.every(({ timestamp, interest_1h }) => timestamp % HOUR_MS === 0 && interest_1h === 0.0000125))
})

test('S3-VEN-6 deribit: raw channels want a log-in, and a frame of more than 32 kB is too large', () => {
  const { market } = new SigningClient('deribit')
  const frames: string[] = []
  const session = market.dialect.open('/ws/api/v2', '', { send: text => frames.push(text), close() {} })!
  session.onText(
    '{"jsonrpc":"2.0","id":1,"method":"public/subscribe","params":{"channels":["book.BTC-PERPETUAL.raw"]}}',
  )
  match(frames.pop()!, /"code":13778/)
  session.onText(`{"jsonrpc":"2.0","id":1,"method":"public/test","params":{"a":"${'x'.repeat(40_000)}"}}`)
  match(frames.pop()!, /"request entity too large".*-32600|-32600.*"request entity too large"/)
})
