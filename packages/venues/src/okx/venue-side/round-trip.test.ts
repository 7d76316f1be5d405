import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { CommandResult, PrivateMessage, QueryResult } from '../../order-venue.ts'
import { parseInstrumentList } from '../instrument-list.ts'
import { KEY, SimulatedOkx } from './simulated-okx.conformance.ts'

let count = 0
const placing = (changes: object = {}): PlaceCommand => ({
  clientOrderId: `V${++count}`,
  order: {
    ...{ instrument: 0, side: BUY, type: 'limit', quantity: 1000, price: 599_990, timeInForce: 'gtc' },
    ...{ postOnly: false, reduceOnly: false, strategy: 's', ...changes },
  } as unknown as PlaceCommand['order'],
})

/** Places an order over REST. */
function place(venue: SimulatedOkx, changes: object = {}): CommandResult & { readonly id: string } {
  const command = placing(changes)
  const request = venue.client.place(command, venue.clock.now())
  const result = venue.client.readCommand(request, venue.send(request), venue.clock.now())
  return { ...result, id: command.clientOrderId }
}

const found = <T>(result: QueryResult<T>): T => {
  ok(result.kind === 'found', 'words' in result ? result.words : '')
  return result.value
}

/** Reports of orders in short. */
const reports = (messages: readonly PrivateMessage[]): string[] =>
  messages.flatMap(message => {
    if (message.kind !== 'report') return []
    const { kind, clientOrderId, cumulative, leaves, fill, reason } = message.report
    const executed = fill === undefined ? '' : ` ${fill.quantity}@${fill.price} ${fill.feeAsset} ${fill.liquidity}`
    return [`${kind} ${clientOrderId} ${cumulative}+${leaves}${executed}${reason === undefined ? '' : ` (${reason})`}`]
  })

test("the venue's own list of instruments says what the exchange trades, contract values included", () => {
  const venue = new SimulatedOkx()
  const body = ['SPOT', 'SWAP', 'FUTURES'].map(type => {
    const request = {
      method: 'GET',
      path: '/api/v5/public/instruments',
      query: `instType=${type}`,
      headers: {},
      body: '',
    }
    return venue.dialect.answer(request).body
  })
  const parsed = body.map(text => parseInstrumentList('okx', text))
  const all = parsed.flatMap(each => (each.ok ? each.value.instruments : []))
  deepEqual(
    parsed.map(each => (each.ok ? each.value.skipped : 'malformed')),
    [[], [], []],
  )
  for (const ours of venue.instruments.all) {
    const told = all.find(({ symbol }) => symbol === ours.symbol)!
    deepEqual(
      [told.price, told.quantity, told.kind, told.unified],
      [ours.price, ours.quantity, ours.kind, ours.unified],
    )
    equal(told.contract.kind, ours.contract.kind)
  }
  equal(
    JSON.parse(body[1]!)
      .data.map((row: { ctVal: string }) => row.ctVal)
      .join(),
    '0.01,100',
  )
  equal(venue.client.codes.learn(body[0]!) + venue.client.codes.learn(body[1]!), 3)
  ok(venue.client.socket !== undefined)
})

test('an order rests, is filled in part by others, amended, and canceled; the stream tells each step', () => {
  const venue = new SimulatedOkx()
  const { messages } = venue.privately()
  ok(messages().some(({ kind }) => kind === 'ready'))
  const { id, outcome, reports: answered } = place(venue)
  equal(outcome, 'ack')
  const { venueOrderId } = answered[0]!
  ok(venueOrderId.length === 19, 'beyond 2^53')
  deepEqual(reports(messages()), [`accepted ${id} 0+1000`])

  // Others take what rests above us at our price, and some of ours.
  const ahead = venue.exchange.engine(0).book.lotsAt(BUY, 599_990) - 1000
  let better = 0
  for (let price = 599_999; price > 599_990; price--) better += venue.exchange.engine(0).book.lotsAt(BUY, price)
  venue.rest(0, SELL, 599_990, better + ahead + 400, 'ioc')
  deepEqual(reports(messages()), [`filled ${id} 400+600 400@599990 BTC maker`])

  const replace = { clientOrderId: id, venueOrderId, instrument: 0, price: 599_980 as Ticks, quantity: 1200 as Lots }
  const amend = venue.client.replace(replace, BUY, venue.clock.now())
  deepEqual(venue.client.readCommand(amend, venue.send(amend), venue.clock.now()).outcome, 'ack')
  deepEqual(reports(messages()), [`replaced ${id} 400+800`])

  const order = venue.client.order(id, '', 0, venue.clock.now())
  const snapshot = found(venue.client.readOrder(order, venue.send(order)))
  deepEqual([snapshot.status, snapshot.price, snapshot.quantity, snapshot.cumulative], ['open', 599_980, 1200, 400])

  const cancel = venue.client.cancel({ clientOrderId: id, venueOrderId, instrument: 0 }, venue.clock.now())
  equal(venue.client.readCommand(cancel, venue.send(cancel), venue.clock.now()).outcome, 'ack')
  deepEqual(reports(messages()), [`canceled ${id} 400+0`])
  const again = venue.client.readCommand(cancel, venue.send(cancel), venue.clock.now())
  deepEqual([again.outcome, again.code, again.advice], ['definitive_reject', '51400', 'query'])
  const ask = venue.client.fills(0, 0 as Micros, venue.clock.now())
  const fills = found(venue.client.readFills(ask, venue.send(ask)))
  deepEqual(
    fills.map(({ quantity, liquidity, clientOrderId }) => [quantity, liquidity, clientOrderId]),
    [[400, 'maker', id]],
  )
})

/** An order, and what the stream says of it; `*` stands for its id. */
const STORIES: readonly (readonly [string, object, ...string[]])[] = [
  [
    'a taker order of spot',
    { price: 600_001, quantity: 500 },
    'accepted * 0+500',
    'filled * 500+0 500@600001 BTC taker',
  ],
  [
    'a sale at market',
    { type: 'market', price: undefined, side: SELL, quantity: 500 },
    'accepted * 0+500',
    'filled * 500+0 500@599999 USDT taker',
  ],
  ['post-only that would take', { postOnly: true, price: 600_001 }, 'expired * 0+0 (post-only would have taken)'],
  [
    'fill-or-kill that cannot be',
    { timeInForce: 'fok', price: 600_001, quantity: 90_000_000 / 100 },
    'expired * 0+0 (fill or kill)',
  ],
  [
    'immediate-or-cancel with a rest',
    { timeInForce: 'ioc', price: 600_001, quantity: 15_000 },
    'accepted * 0+15000',
    'filled * 10000+5000 10000@600001 BTC taker',
    'expired * 10000+0 (the rest of an immediate order)',
  ],
  ['a contract', { instrument: 1, price: 600_001, quantity: 7 }, 'accepted * 0+7', 'filled * 7+0 7@600001 USDT taker'],
  [
    'an inverse contract',
    { instrument: 2, price: 600_001, quantity: 1 },
    'accepted * 0+1',
    'filled * 1+0 1@600001 BTC taker',
  ],
]
for (const [name, changes, ...told] of STORIES)
  test(`${name}: ${told.at(-1)}`, () => {
    const venue = new SimulatedOkx()
    const { messages } = venue.privately()
    messages()
    const { id, outcome } = place(venue, changes)
    equal(outcome, 'ack')
    deepEqual(
      reports(messages()),
      told.map(each => each.replace('*', id)),
    )
  })

test('what the venue refuses is refused for sure: funds, size, reduce-only, the twin of an id', () => {
  const venue = new SimulatedOkx()
  const codeOf = ({ outcome, code }: CommandResult): string => `${outcome} ${code}`
  equal(codeOf(place(venue, { quantity: 99_000_000, price: 599_000 })), 'definitive_reject 51008')
  equal(codeOf(place(venue, { quantity: 0 })), 'definitive_reject 51121')
  equal(codeOf(place(venue, { instrument: 1, quantity: 1, reduceOnly: true })), 'definitive_reject 51169')
  const command = placing()
  const request = venue.client.place(command, venue.clock.now())
  const read = (): CommandResult => venue.client.readCommand(request, venue.send(request), venue.clock.now())
  equal(codeOf(read()), 'ack ')
  equal(codeOf(read()), 'unknown 51016', 'the first of it is ours')
})

test('a wish that would meet an order of our own cancels that one first', () => {
  const venue = new SimulatedOkx()
  const { messages } = venue.privately()
  const resting = place(venue, { price: 600_000, side: SELL, quantity: 100 })
  messages()
  const taking = place(venue, { price: 600_000, quantity: 100 })
  deepEqual(reports(messages()), [`canceled ${resting.id} 0+0 (self-trade)`, `accepted ${taking.id} 0+100`])
})

test('balances, positions, fees and rights as the client reads them', () => {
  const venue = new SimulatedOkx()
  const { messages } = venue.privately()
  messages()
  place(venue, { quantity: 1000 })
  place(venue, { instrument: 1, side: SELL, price: 599_999, quantity: 3 })
  const { client, clock } = venue
  const balances = found(client.readBalances(client.balances(clock.now()), venue.send(client.balances(clock.now()))))
  const [usdt] = balances.filter(({ asset }) => asset === 'USDT')
  ok(usdt!.free.units * 10n ** BigInt(usdt!.total.decimals) < usdt!.total.units * 10n ** BigInt(usdt!.free.decimals))
  const asked = client.positions(clock.now())
  deepEqual(
    found(client.readPositions(asked, venue.send(asked))).map(({ instrument, lots, entryPrice }) => [
      instrument,
      lots,
      entryPrice,
    ]),
    [[1, -3, '59999.9']],
  )
  for (const [instrument, maker, taker] of [
    [0, 80_000, 100_000],
    [1, 20_000, 50_000],
    [2, 20_000, 50_000],
  ] as const) {
    const fees = client.fees(instrument, clock.now())
    deepEqual(found(client.readFees(fees, venue.send(fees))), { maker, taker })
  }
  const permissions = client.permissions(clock.now())
  deepEqual(found(client.readPermissions(permissions, venue.send(permissions))), {
    ...{ canTrade: true, canWithdraw: false, isBoundToAddress: true },
  })
  const leverage = client.leverage(1, 10, clock.now())
  equal(client.readCommand(leverage!, venue.send(leverage), clock.now()).outcome, 'ack')
  equal(
    client.readCommand(
      client.positionMode(true, clock.now()),
      venue.send(client.positionMode(true, clock.now())),
      clock.now(),
    ).outcome,
    'ack',
  )
  venue.pass(60)
  const told = messages()
  ok(told.some(message => message.kind === 'position' && message.position.lots === -3))
  ok(told.some(message => message.kind === 'balance' && message.balance.asset === 'USDT'))
})

test('the dead-man switch cancels everything when it is not set again, and funding is paid at eight', () => {
  const venue = new SimulatedOkx()
  const { socket, messages } = venue.privately()
  const { client } = venue
  const resting = place(venue)
  place(venue, { instrument: 1, price: 600_001, quantity: 10 })
  messages()
  const arm = client.deadMan(-1, 10_000, venue.clock.now())
  equal(client.readCommand(arm, venue.send(arm), venue.clock.now()).outcome, 'ack')
  venue.pass(9_990)
  deepEqual(reports(messages()), [])
  venue.pass(20)
  deepEqual(reports(messages()), [`canceled ${resting.id} 0+0 (dead-man switch)`])
  let funding: PrivateMessage | undefined
  for (let minutes = 0; minutes < 30 && funding === undefined; minutes++) {
    for (let part = 0; part < 4; part++) {
      venue.pass(15_000, 500)
      for (const frame of client.stream.renewal.frames()) socket.session!.onText(frame)
    }
    funding = messages().find(({ kind }) => kind === 'cash_flow')
  }
  const paid = funding?.kind === 'cash_flow' ? funding.flow : undefined
  ok(paid?.kind === 'funding' && paid.asset === 'USDT' && paid.amount.units < 0n, 'the long pays')
})

test('orders over the socket: by code, acknowledged, refused, and late', () => {
  const venue = new SimulatedOkx()
  const { client, clock } = venue
  const list = venue.dialect.answer({
    method: 'GET',
    path: '/api/v5/public/instruments',
    query: 'instType=SWAP',
    headers: {},
    body: '',
  })
  const spot = venue.dialect.answer({
    method: 'GET',
    path: '/api/v5/public/instruments',
    query: 'instType=SPOT',
    headers: {},
    body: '',
  })
  client.codes.learn(list.body)
  client.codes.learn(spot.body)
  const { socket, messages } = venue.privately()
  messages()
  const send = (frame: string): string => {
    socket.session!.onText(frame)
    const [answer] = messages().filter(message => message.kind === 'answer')
    return answer === undefined ? 'no answer' : `${answer.requestId} ${answer.result.outcome} ${answer.result.code}`
  }
  const command = placing({ instrument: 1, price: 599_000, quantity: 5 })
  equal(send(client.socket!.place(command, 'r1', clock.now())), 'r1 ack ')
  const named = { clientOrderId: command.clientOrderId, venueOrderId: '', instrument: 1 }
  equal(
    send(client.socket!.replace({ ...named, price: 599_100 as Ticks, quantity: 6 as Lots }, 'r2', clock.now())),
    'r2 ack ',
  )
  equal(send(client.socket!.cancel(named, 'r3')), 'r3 ack ')
  equal(send(client.socket!.cancel(named, 'r4')), 'r4 definitive_reject 51400')
  const late = client.socket!.place(placing(), 'r5', (clock.now() - 10_000_000) as Micros)
  equal(send(late), 'r5 definitive_reject 50036')
  const byName = JSON.stringify({
    id: 'r6',
    op: 'order',
    args: [{ instId: 'BTC-USDT', side: 'buy', tdMode: 'cash', ordType: 'market', sz: '1' }],
  })
  equal(send(byName), 'r6 definitive_reject 51001')
  equal(KEY.account, 1)
})
