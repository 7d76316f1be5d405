import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { BUY, SELL } from '@velocimex/core/market/side'
import { deribitOrders } from '@velocimex/venues/deribit/deribit-orders'
import { deribit } from '@velocimex/venues/deribit/deribit-venue'
import type { PrivateMessage, VenueRequest } from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import { WebSocket } from 'ws'
import { DEMO_KEYS, SimulatedVenue } from './simulated-venue.ts'
import { isClosed, isReport, now, placing, withVenue } from './wire-client.conformance.ts'

const side = SIDES.get('deribit')!

const withDeribit = (trial: Parameters<typeof withVenue>[2]): Promise<void> =>
  withVenue('deribit', deribitOrders, trial)

test("deribit: our client places, queries, amends, cancels and takes at our venue; the account agrees with the venue's truth", () =>
  withDeribit(async (client, venue) => {
    const { codec } = client
    const { exchange } = venue.market
    const { book } = exchange.engine(0)
    const far = Math.floor(book.best(BUY) * 0.98)
    const placed = await client.command(codec.place(placing('V1', BUY, far, 100, { postOnly: true }), now()))
    deepEqual([placed.outcome, placed.reports[0]?.kind], ['ack', 'accepted'])
    await client.until(isReport('accepted', 'V1'))
    for (const venueOrderId of ['', placed.reports[0]!.venueOrderId]) {
      const query = codec.order('V1', venueOrderId, 0, now())
      const found = codec.readOrder(query, await client.send(query))
      ok(found.kind === 'found')
      deepEqual([found.value.status, found.value.price, found.value.quantity], ['open', far, 100])
    }
    const open = codec.openOrders(0, now())
    const listed = codec.readOpenOrders(open, await client.send(open))
    deepEqual(listed.kind === 'found' && listed.value.map(({ clientOrderId }) => clientOrderId), ['V1'])
    const change = { clientOrderId: 'V1', venueOrderId: '', instrument: 0, price: far - 10, quantity: 200 }
    const amended = await client.command(codec.replace(change as never, BUY, now())!)
    deepEqual([amended.outcome, amended.reports[0]?.kind, amended.reports[0]?.quantity], ['ack', 'replaced', 200])
    await client.until(isReport('replaced', 'V1'))
    const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, now())
    equal((await client.command(cancel)).outcome, 'ack')
    await client.until(isReport('canceled', 'V1'))
    equal((await client.command(cancel)).advice, 'query', 'a second cancel finds nothing')

    const price = Math.ceil(book.best(SELL) * 1.01)
    const take = await client.command(codec.place(placing('V2', BUY, price, 500, { timeInForce: 'ioc' }), now()))
    equal(take.outcome, 'ack')
    await client.until(isClosed('V2'))
    const since = codec.fills(0, 0 as Micros, now())
    const fills = codec.readFills(since, await client.send(since))
    ok(fills.kind === 'found')
    const told = client.messages.flatMap(message => (message.kind === 'report' ? (message.report.fill ?? []) : []))
    const facts = (all: typeof told): unknown[] =>
      all.map(({ tradeId, fee, liquidity, clientOrderId }) => [tradeId, fee, liquidity, clientOrderId])
    deepEqual(facts(told), facts([...fills.value]))
    deepEqual(
      facts(told),
      facts(take.reports.flatMap(({ fill }) => fill ?? [])),
      'the answer tells the same executions',
    )
    deepEqual(
      told.map(({ fee }) => fee),
      exchange.fills.map(({ fee }) => fee),
    )
    equal(
      fills.value.reduce((lots, fill) => lots + fill.quantity, 0),
      500,
    )
    ok(
      client.messages.every(({ kind }) => kind !== 'damaged'),
      'every message was understood',
    )
  }))

test('deribit: balances, positions, rights and rates are those of the venue', () =>
  withDeribit(async (client, venue) => {
    const { codec } = client
    const { exchange } = venue.market
    const price = Math.ceil(exchange.engine(0).book.best(SELL) * 1.01)
    await client.command(codec.place(placing('B1', BUY, price, 300, { timeInForce: 'ioc' }), now()))
    await client.until(message => message.kind === 'position' && message.position.lots === 300)
    const positions = codec.positions(now())!
    const held = codec.readPositions(positions, await client.send(positions))
    ok(held.kind === 'found')
    deepEqual(
      held.value.map(({ instrument, lots }) => [instrument, lots]),
      [[0, 300]],
    )
    const entry = Number(held.value[0]!.entryPrice)
    ok(Math.abs(entry / exchange.mark(0) - 0.5) < 0.01, `entered at ${entry}`)
    const balances = codec.balances(now())
    const owned = codec.readBalances(balances, await client.send(balances))
    ok(owned.kind === 'found')
    const btc = owned.value.find(({ asset }) => asset === 'BTC')!.total
    const { decimals } = exchange.instruments.at(0).settle
    equal(btc.units * 10n ** BigInt(decimals - btc.decimals), exchange.account(1).balance('BTC').total)
    const rights = codec.permissions(now())!
    deepEqual(codec.readPermissions(rights, await client.send(rights)), {
      ...{ kind: 'found', value: { canTrade: true, canWithdraw: false, isBoundToAddress: false } },
    })
    const rates = codec.fees(0, now())
    const { maker, taker } = exchange.instruments.at(0).fees
    deepEqual(codec.readFees(rates, await client.send(rates)), { kind: 'found', value: { maker, taker } })
  }))

test('S2-RSK deribit: refusals of the venue, and requests that are not signed as they should be', () =>
  withDeribit(async (client, venue) => {
    const { codec } = client
    const { book } = venue.market.exchange.engine(0)
    const outcomeOf = async (request: VenueRequest) => {
      const { outcome, advice, code } = await client.command(request)
      return [outcome, advice, code]
    }
    const crossing = codec.place(placing('P1', BUY, book.best(SELL) + 100, 100, { postOnly: true }), now())
    deepEqual(await outcomeOf(crossing), ['definitive_reject', 'none', '11054'])
    const reducing = codec.place(placing('P2', SELL, book.best(SELL) + 100, 100, { reduceOnly: true }), now())
    deepEqual(await outcomeOf(reducing), ['definitive_reject', 'none', '11030'])
    const huge = codec.place(placing('P3', BUY, book.best(BUY) - 10, 90_000_000), now())
    deepEqual(await outcomeOf(huge), ['definitive_reject', 'none', '10009'])
    const late = codec.place(placing('P4', BUY, book.best(BUY) - 10, 100), (now() - 10_000_000) as Micros)
    deepEqual(await outcomeOf(late), ['definitive_reject', 'sync_clock', '13888'])
    const good = codec.place(placing('P5', BUY, book.best(BUY) - 10, 100), now())
    const forged = { ...good, body: good.body!.replace('"amount":1000', '"amount":2000') }
    deepEqual(await outcomeOf(forged), ['definitive_reject', 'halt', '13009'])
    const uneven = { ...good, body: good.body!.replace('"amount":1000', '"amount":1001') }
    deepEqual(await outcomeOf(uneven), ['definitive_reject', 'halt', '13009'], 'the signature is over the body')
    deepEqual(await outcomeOf(good), ['ack', 'none', ''])
    venue.server.closeAll(1006, '')
    const query = codec.order('P5', '', 0, now())
    for (;;) {
      const found = codec.readOrder(query, await client.send(query))
      if (found.kind === 'found' && found.value.status === 'canceled') break
    }
    equal(venue.market.exchange.openOrders(1).length, 0, 'the lost connection cancels all orders')
  }))

test('R-REST-03 deribit: an order whose answer is lost is unknown, and found by its label', () =>
  withDeribit(async (client, venue) => {
    const { codec } = client
    const price = venue.market.exchange.engine(0).book.best(BUY) - 10
    venue.server.plan.add({
      ...{ on: 'request', match: 'private/buy', kind: 'lost_answer', times: 1, status: 0 },
      ...{ body: '', headers: {}, amount: 0 },
    })
    const place = codec.place(placing('L1', BUY, price, 100), now())
    const lost = await client.send(place).then(
      () => 'answered',
      () => 'lost',
    )
    equal(lost, 'lost')
    const query = codec.order('L1', '', 0, now())
    const found = codec.readOrder(query, await client.send(query))
    equal(found.kind === 'found' && found.value.status, 'open')
    const none = codec.order('L2', '', 0, now())
    equal(codec.readOrder(none, await client.send(none)).kind, 'absent')
    equal((await client.command(codec.cancelAll(-1, now())!)).outcome, 'ack')
    equal(venue.market.exchange.openOrders(1).length, 0)
  }))

test('deribit: orders over the socket are answered there', () =>
  withDeribit(async (client, venue) => {
    const { codec, socket } = client
    const price = venue.market.exchange.engine(0).book.best(BUY) - 10
    const isAnswer = (id: string) => (message: PrivateMessage) => message.kind === 'answer' && message.requestId === id
    socket.send(codec.socket!.place(placing('S1', BUY, price, 100), 'r1', now()))
    const placed = await client.until(isAnswer('r1'))
    deepEqual(placed.kind === 'answer' && [placed.result.outcome, placed.result.reports[0]?.kind], ['ack', 'accepted'])
    socket.send(codec.socket!.cancel({ clientOrderId: 'S1', venueOrderId: '', instrument: 0 }, 'r2', now()))
    await client.until(isAnswer('r2'))
    await client.until(isReport('canceled', 'S1'))
    for (const frame of codec.stream.renewal!.frames!(now())) socket.send(frame)
    await client.until(message => message.kind === 'heartbeat')
  }))

test('deribit: the market that our venue publishes is read by our codec into the same books', async () => {
  const venue = await SimulatedVenue.start({ side, seed: 5, port: 0, controlPort: 0 })
  const { instruments } = venue.market.exchange
  const codec = deribit.makeCodec(instruments, 8 << 20, 1 << 16, 0)
  const feed = new MarketFeed(codec, deribit.sequencing, { append: () => {} }, instruments.all.length, 0)
  const socket = new WebSocket(`ws://127.0.0.1:${venue.port}/ws/api/v2`)
  try {
    await once(socket, 'open')
    const names = ['book.BTC-PERPETUAL.100ms', 'book.ETH_USDC-PERPETUAL.100ms', 'trades.future.any.100ms']
    const more = [
      'ticker.BTC-PERPETUAL.100ms',
      'quote.ETH-PERPETUAL',
      'perpetual.BTC-PERPETUAL.100ms',
      'chart.trades.BTC-PERPETUAL.1',
    ]
    const channels = [...names, ...more, 'book.DOGE.100ms']
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'public/subscribe', params: { channels } }))
    await new Promise<void>(done =>
      socket.on('message', bytes => {
        const text = bytes.toString()
        if (text.includes('"id":1'))
          deepEqual(JSON.parse(text).result, [...names, ...more], 'what there is none of is left out')
        codec.buffer.set(Buffer.from(text))
        const kind = feed.frame(0, Buffer.byteLength(text), now(), 0)
        ok(kind >= 0, `${kind} ${text.slice(0, 300)}`)
        const { frames } = feed.counts
        if (frames[1]! > 10 && frames[4]! > 3 && frames[5]! > 3 && frames[6]! > 0 && frames[7]! > 5) done()
      }),
    )
    const { gaps, snapshots, refusals } = feed.counts
    deepEqual([gaps, snapshots], [0, 2])
    ok(refusals.every(count => count === 0) && feed.isLive(0) && feed.isLive(2))
  } finally {
    socket.terminate()
    await venue.stop()
  }
})

test("the requests that ccxt's client of this venue makes are answered in the shapes that it reads", () =>
  withDeribit(async (_client, venue) => {
    const at = `http://127.0.0.1:${venue.port}/api/v2`
    const get = async (path: string) =>
      (await fetch(`${at}/${path}`)).json() as Promise<{ result: never; usDiff: number }>
    const list = deribit.parseInstruments(JSON.stringify(await get('public/get_instruments?currency=BTC&kind=future')))
    deepEqual(list.ok && list.value.instruments.map(({ symbol }) => symbol), ['BTC-PERPETUAL'])
    ok(((await get('public/get_currencies')).result as unknown[]).length > 0)
    const { result } = (await get('public/get_order_book?instrument_name=BTC-PERPETUAL&depth=3')) as {
      result: { bids: number[][]; asks: number[][]; best_bid_price: number }
    }
    equal(result.bids.length, 3)
    equal(result.bids[0]![0], result.best_bid_price)
    match(JSON.stringify(await get('public/ticker?instrument_name=ETH-PERPETUAL')), /"mark_price":\d/)
    match(
      JSON.stringify(await get('public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&count=2')),
      /"has_more"/,
    )
    const chart =
      'public/get_tradingview_chart_data?instrument_name=BTC-PERPETUAL&resolution=1&start_timestamp=0&end_timestamp=2000000000000'
    match(JSON.stringify(await get(chart)), /"ticks":\[/)
    const refusals = ['private/get_positions?currency=BTC', 'public/ticker?instrument_name=DOGE', 'public/nothing']
    const statuses = await Promise.all(refusals.map(async path => (await fetch(`${at}/${path}`)).status))
    deepEqual(statuses, [401, 400, 400])
    const { apiKey, secret } = DEMO_KEYS[0]!
    const granted = await get(
      `public/auth?grant_type=client_credentials&client_id=${apiKey}&client_secret=${encodeURIComponent(secret)}`,
    )
    const { access_token, refresh_token } = granted.result as { access_token: string; refresh_token: string }
    const headers = { authorization: `Bearer ${access_token}` }
    equal((await fetch(`${at}/private/get_account_summary?currency=BTC`, { headers })).status, 200)
    const refresh = `public/auth?grant_type=refresh_token&refresh_token=${refresh_token}`
    equal((await fetch(`${at}/${refresh}`)).status, 200)
    equal((await fetch(`${at}/${refresh}`)).status, 401, 'a refresh token is good for once')
  }))
