import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { BUY, SELL } from '@velocimex/core/market/side'
import { coinbaseOrders } from '@velocimex/venues/coinbase/coinbase-orders'
import { coinbase } from '@velocimex/venues/coinbase/coinbase-venue'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import { SIDES } from '@velocimex/venues/sides'
import { WebSocket } from 'ws'
import { SimulatedVenue } from './simulated-venue.ts'
import { isClosed, isReport, now, placing, withVenue } from './wire-client.conformance.ts'

const side = SIDES.get('coinbase')!

const withCoinbase = (trial: Parameters<typeof withVenue>[2]): Promise<void> =>
  withVenue('coinbase', coinbaseOrders, trial)

test("coinbase: our client places, queries, amends, cancels and takes at our venue; the account agrees with the venue's truth", () =>
  withCoinbase(async (client, venue) => {
    const { codec } = client
    const { exchange } = venue.market
    const { book } = exchange.engine(0)
    const far = Math.floor(book.best(BUY) * 0.98)
    const place = codec.place(placing('V1', BUY, far, 1_000_000, { postOnly: true }), now())
    const placed = await client.command(place)
    deepEqual([placed.outcome, placed.reports[0]?.kind], ['ack', 'accepted'])
    await client.until(isReport('accepted', 'V1'))
    const again = await client.command(codec.place(placing('V1', BUY, far, 1_000_000), now()))
    deepEqual(
      [again.outcome, again.reports[0]?.venueOrderId],
      ['ack', placed.reports[0]?.venueOrderId],
      'sent twice, placed once',
    )
    equal(exchange.openOrders(1).length, 1)
    const query = codec.order('V1', '', 0, now())
    const found = codec.readOrder(query, await client.send(query))
    deepEqual(found.kind === 'found' && [found.value.status, found.value.price, found.value.quantity], [
      'open',
      far,
      1_000_000,
    ])
    const open = codec.openOrders(0, now())
    const listed = codec.readOpenOrders(open, await client.send(open))
    deepEqual(listed.kind === 'found' && listed.value.map(({ clientOrderId }) => clientOrderId), ['V1'])
    const change = { clientOrderId: 'V1', venueOrderId: '', instrument: 0, price: far - 100, quantity: 2_000_000 }
    equal((await client.command(codec.replace(change as never, BUY, now())!)).outcome, 'ack')
    await client.until(isReport('replaced', 'V1'))
    const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, now())
    equal((await client.command(cancel)).outcome, 'ack')
    await client.until(isReport('canceled', 'V1'))
    equal(
      (await client.command(codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, now()))).advice,
      'query',
    )

    const price = Math.ceil(book.best(SELL) * 1.01)
    const take = codec.place(placing('V2', BUY, price, 100_000, { timeInForce: 'ioc' }), now())
    equal((await client.command(take)).outcome, 'ack')
    await client.until(isClosed('V2'))
    const since = codec.fills(0, 0 as Micros, now())
    const fills = codec.readFills(since, await client.send(since))
    ok(fills.kind === 'found')
    const told = client.messages.flatMap(message => (message.kind === 'report' ? (message.report.fill ?? []) : []))
    const facts = (all: typeof told): unknown[] => all.map(({ tradeId, fee, liquidity }) => [tradeId, fee, liquidity])
    deepEqual(facts(told), facts([...fills.value]), 'the user channel and the list of fills name the same executions')
    deepEqual(
      told.map(({ fee }) => fee),
      exchange.fills.map(({ fee }) => fee),
    )
    equal(
      fills.value.reduce((lots, fill) => lots + fill.quantity, 0),
      100_000,
    )
    ok(
      client.messages.every(({ kind }) => kind !== 'damaged'),
      'every message was understood',
    )
  }))

test('coinbase: balances, rights and rates are those of the venue', () =>
  withCoinbase(async (client, venue) => {
    const { codec } = client
    const { exchange } = venue.market
    const balances = codec.balances(now())
    const owned = codec.readBalances(balances, await client.send(balances))
    ok(owned.kind === 'found')
    const { decimals } = exchange.instruments.at(0).base
    const btc = owned.value.find(({ asset }) => asset === 'BTC')!.total
    equal(btc.units * 10n ** BigInt(decimals - btc.decimals), exchange.account(1).balance('BTC').total)
    const rights = codec.permissions(now())!
    deepEqual(codec.readPermissions(rights, await client.send(rights)), {
      ...{ kind: 'found', value: { canTrade: true, canWithdraw: false, isBoundToAddress: undefined } },
    })
    const rates = codec.fees(0, now())
    deepEqual(codec.readFees(rates, await client.send(rates)), {
      kind: 'found',
      value: { maker: 400_000, taker: 600_000 },
    })
  }))

test('S2-RSK coinbase: refusals of the venue, and requests whose tokens are no good', () =>
  withCoinbase(async (client, venue) => {
    const { codec } = client
    const { book } = venue.market.exchange.engine(0)
    const outcomeOf = async (request: VenueRequest) => {
      const { outcome, advice, code } = await client.command(request)
      return [outcome, advice, code]
    }
    const crossing = codec.place(placing('P1', BUY, book.best(SELL) + 10_000, 1_000_000, { postOnly: true }), now())
    deepEqual(await outcomeOf(crossing), ['definitive_reject', 'none', 'INVALID_LIMIT_PRICE_POST_ONLY'])
    const huge = codec.place(placing('P2', BUY, book.best(BUY) - 1000, 9_000_000_000), now())
    deepEqual(await outcomeOf(huge), ['definitive_reject', 'none', 'INSUFFICIENT_FUND'])
    const old = codec.place(placing('P3', BUY, book.best(BUY) - 1000, 1_000_000), (now() - 200_000_000) as Micros)
    deepEqual(await outcomeOf(old), ['definitive_reject', 'sync_clock', 'HTTP 401'])
    const good = codec.place(placing('P4', BUY, book.best(BUY) - 1000, 1_000_000), now())
    const elsewhere = { ...good, path: '/api/v3/brokerage/orders/edit' }
    deepEqual(await outcomeOf(elsewhere), ['definitive_reject', 'sync_clock', 'HTTP 401'], 'a token is for one call')
    const other = codec.place(placing('P5', BUY, book.best(BUY) - 1000, 1_000_000), now())
    const mixed = `${good.headers['authorization']!.replace(/[^.]+$/, '')}${other.headers['authorization']!.split('.')[2]}`
    deepEqual(await outcomeOf({ ...good, headers: { authorization: mixed } }), [
      'definitive_reject',
      'sync_clock',
      'HTTP 401',
    ])
    const answer = await client.send(good)
    equal(codec.readCommand(good, answer, now()).outcome, 'ack')
    equal(codec.readBudget(answer).used[0]!.window, 'requests-1s')
  }))

test('R-REST-03 coinbase: an order whose answer is lost is unknown, and found by asking or by sending it again', () =>
  withCoinbase(async (client, venue) => {
    const { codec } = client
    const price = venue.market.exchange.engine(0).book.best(BUY) - 1000
    venue.server.plan.add({
      ...{ on: 'request', match: 'POST /api/v3/brokerage/orders', kind: 'lost_answer', times: 1, status: 0 },
      ...{ body: '', headers: {}, amount: 0 },
    })
    const place = codec.place(placing('L1', BUY, price, 1_000_000), now())
    equal(
      await client.send(place).then(
        () => 'answered',
        () => 'lost',
      ),
      'lost',
    )
    const query = codec.order('L1', '', 0, now())
    const found = codec.readOrder(query, await client.send(query))
    equal(found.kind === 'found' && found.value.status, 'open')
    equal((await client.command(place)).outcome, 'ack')
    equal(venue.market.exchange.openOrders(1).length, 1)
    const none = codec.order('L2', '', 0, now())
    equal(codec.readOrder(none, await client.send(none)).kind, 'absent')
  }))

test('coinbase: the market that our venue publishes is read by our codec into the same books', async () => {
  const venue = await SimulatedVenue.start({ side, seed: 5, port: 0, controlPort: 0 })
  const { instruments } = venue.market.exchange
  const codec = coinbase.makeCodec(instruments, 8 << 20, 1 << 16, 0)
  const feed = new MarketFeed(codec, coinbase.sequencing, { append: () => {} }, instruments.all.length, 0)
  const socket = new WebSocket(`ws://127.0.0.1:${venue.port}/`)
  try {
    await once(socket, 'open')
    const product_ids = ['BTC-USD', 'ETH-USD']
    for (const channel of ['level2', 'market_trades', 'ticker', 'candles', 'status', 'heartbeats'])
      socket.send(JSON.stringify({ type: 'subscribe', product_ids, channel }))
    await new Promise<void>(done =>
      socket.on('message', bytes => {
        const text = bytes.toString()
        codec.buffer.set(Buffer.from(text))
        const kind = feed.frame(0, Buffer.byteLength(text), now(), 0)
        ok(kind >= 0, text.slice(0, 300))
        const { frames } = feed.counts
        if (frames[1]! > 20 && frames[4]! > 3 && frames[5]! > 3 && frames[0]! > 6) done()
      }),
    )
    const { gaps, lostFrames, snapshots, refusals, frames } = feed.counts
    deepEqual([gaps, lostFrames, snapshots], [0, 0, 2])
    ok(refusals.every(count => count === 0) && feed.isLive(0) && feed.isLive(1))
    ok(frames[8]! === 1, 'the states of the products')
  } finally {
    socket.terminate()
    await venue.stop()
  }
})

test("the requests that ccxt's client of this venue makes are answered in the shapes that it reads", () =>
  withCoinbase(async ({ codec }, venue) => {
    const at = `http://127.0.0.1:${venue.port}`
    const open = async (path: string) =>
      (await fetch(`${at}/api/v3/brokerage${path}`)).json() as Promise<Record<string, never>>
    const { products } = (await open('/market/products')) as unknown as { products: Record<string, string>[] }
    const list = coinbase.parseInstruments(JSON.stringify({ products }))
    deepEqual(list.ok && [list.value.instruments.length, list.value.skipped.length], [3, 0])
    const book = (await open('/market/product_book?product_id=BTC-USD&limit=3')) as unknown as {
      pricebook: { bids: { price: string }[]; asks: { price: string }[] }
    }
    equal(book.pricebook.bids.length, 3)
    ok(Number(book.pricebook.bids[0]!.price) < Number(book.pricebook.asks[0]!.price))
    match(JSON.stringify(await open('/market/products/BTC-USD/ticker?limit=2')), /"best_bid":"\d/)
    match(JSON.stringify(await open('/time')), /"epochMillis":"\d{13}"/)
    ok('candles' in (await open('/market/products/BTC-USD/candles?granularity=ONE_MINUTE')))
    equal((await fetch(`${at}/api/v3/brokerage/accounts`)).status, 401)
    equal((await fetch(`${at}/api/v3/brokerage/market/products/NO-USD`)).status, 404)
    equal((await fetch(`${at}/elsewhere`)).status, 404)
    equal(codec.positions(now()), undefined)
  }))
