import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import { binanceSpotOrders, binanceUsdmOrders } from '@velocimex/venues/binance/binance-orders'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import { DEMO_KEYS } from './simulated-venue.ts'
import { isClosed, isReport, now, placing, withVenue } from './wire-client.conformance.ts'

const orders = { 'binance-spot': binanceSpotOrders, 'binance-usdm': binanceUsdmOrders }
const withBinance = (id: keyof typeof orders, trial: Parameters<typeof withVenue>[2]): Promise<void> =>
  withVenue(id, orders[id], trial)

for (const id of ['binance-spot', 'binance-usdm'] as const)
  test(`${id}: our client places, queries, cancels and takes at our venue; the account agrees with the venue's truth`, () =>
    withBinance(id, async (client, venue) => {
      const { codec } = client
      const { exchange } = venue.market
      const { book } = exchange.engine(0)
      const far = Math.floor(book.best(BUY) * 0.98)
      const place = codec.place(placing('V1', BUY, far, 1000, { postOnly: true }), now())
      const placed = codec.readCommand(place, await client.send(place), now())
      deepEqual([placed.outcome, placed.reports[0]?.kind], ['ack', 'accepted'])
      await client.until(isReport('accepted', 'V1'))
      const query = codec.order('V1', '', 0, now())
      const found = codec.readOrder(query, await client.send(query))
      deepEqual(found.kind === 'found' && [found.value.status, found.value.price, found.value.quantity], [
        'open',
        far,
        1000,
      ])
      const cancel = codec.cancel({ clientOrderId: 'V1', venueOrderId: '', instrument: 0 }, now())
      equal(codec.readCommand(cancel, await client.send(cancel), now()).outcome, 'ack')
      await client.until(isReport('canceled', 'V1'))
      equal(
        codec.readCommand(cancel, await client.send(cancel), now()).advice,
        'query',
        'a second cancel finds nothing',
      )

      const take = codec.place(
        placing('V2', BUY, Math.ceil(book.best(SELL) * 1.01), 100, { timeInForce: 'ioc' }),
        now(),
      )
      equal(codec.readCommand(take, await client.send(take), now()).outcome, 'ack')
      await client.until(isClosed('V2'))
      const since = codec.fills(0, 0 as Micros, now())
      const fills = codec.readFills(since, await client.send(since))
      ok(fills.kind === 'found')
      equal(
        fills.value.reduce((lots, fill) => lots + fill.quantity, 0),
        100,
      )
      const told = client.messages.flatMap(message =>
        message.kind === 'report' && message.report.fill ? [message.report.fill] : [],
      )
      deepEqual(
        told.map(({ tradeId, fee }) => [tradeId, fee]),
        fills.value.map(({ tradeId, fee }) => [tradeId, fee]),
      )
      deepEqual(
        exchange.fills.map(({ tradeId, fee }) => [String(tradeId), fee]),
        told.map(({ tradeId, fee }) => [tradeId, fee]),
      )
      const balances = codec.balances(now())
      equal(codec.readBalances(balances, await client.send(balances)).kind, 'found')
    }))

test('S2-RSK refusals of the venue, and requests that are not signed as they should be', () =>
  withBinance('binance-usdm', async (client, venue) => {
    const { codec } = client
    const { book } = venue.market.exchange.engine(0)
    const outcomeOf = async (request: VenueRequest) => {
      const { outcome, advice, code } = codec.readCommand(request, await client.send(request), now())
      return [outcome, advice, code]
    }
    const crossing = codec.place(placing('P1', BUY, book.best(SELL) + 10_000, 100, { postOnly: true }), now())
    deepEqual(await outcomeOf(crossing), ['definitive_reject', 'none', '-5022'])
    const reducing = codec.place(placing('P2', SELL, book.best(SELL) + 10_000, 100, { reduceOnly: true }), now())
    deepEqual(await outcomeOf(reducing), ['definitive_reject', 'none', '-2022'])
    const huge = codec.place(placing('P3', BUY, book.best(BUY) - 1000, 900_000), now())
    deepEqual(await outcomeOf(huge), ['definitive_reject', 'none', '-2019'])
    const old = codec.place(placing('P4', BUY, book.best(BUY) - 1000, 100), (now() - 10_000_000) as Micros)
    deepEqual(await outcomeOf(old), ['definitive_reject', 'sync_clock', '-1021'])
    const good = codec.place(placing('P5', BUY, book.best(BUY) - 1000, 100), now())
    deepEqual(await outcomeOf({ ...good, path: good.path.replace('quantity=0.100', 'quantity=0.200') }), [
      'definitive_reject',
      'halt',
      '-1022',
    ])
    deepEqual(await outcomeOf(good), ['ack', 'none', ''])
    deepEqual(await outcomeOf(good), ['unknown', 'query', '-4116'], 'the same id while it is open')
  }))

test('R-REST-03 an order whose answer is lost is unknown, and found by asking', () =>
  withBinance('binance-spot', async (client, venue) => {
    const { codec } = client
    const price = venue.market.exchange.engine(0).book.best(BUY) - 1000
    venue.server.plan.add({
      on: 'request',
      match: 'POST /api/v3/order',
      kind: 'lost_answer',
      times: 1,
      status: 0,
      body: '',
      headers: {},
      amount: 0,
    })
    const place = codec.place(placing('L1', BUY, price, 1000), now())
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
  }))

test('the control surface tells the truth and takes deposits, faults and halts', () =>
  withBinance('binance-spot', async (client, venue) => {
    const control = `http://127.0.0.1:${venue.controlPort}`
    const post = async (path: string, body: object) =>
      (await fetch(control + path, { method: 'POST', body: JSON.stringify(body) })).status
    equal(await post('/deposit', { account: 1, asset: 'USDT', amount: '1.5' }), 200)
    equal(await post('/deposit', { account: 1, asset: 'USDT', amount: 'x' }), 400)
    equal(await post('/halt', { symbol: 'BTCUSDT', open: false }), 200)
    equal(await post('/nothing', {}), 404)
    const place = client.codec.place(placing('H1', BUY, 6_000_000, 1000), now())
    const { code } = client.codec.readCommand(place, await client.send(place), now())
    equal(code, '-2010')
    const truth = (await (await fetch(`${control}/truth`)).json()) as {
      accounts: { account: number; balances: { asset: string; total: string }[] }[]
    }
    const own = truth.accounts.find(({ account }) => account === 1)!
    equal(own.balances.find(({ asset }) => asset === 'USDT')!.total.replace(/0+$/, ''), '100001.5')
  }))

test('S2-OMS-32 binance-spot: an order shrinks at our venue and keeps its place; a larger one is not sent', () =>
  withBinance('binance-spot', async (client, venue) => {
    const { codec } = client
    const { exchange } = venue.market
    const price = Math.floor(exchange.engine(0).book.best(BUY) * 0.98) as Ticks
    const place = codec.place(placing('V7', BUY, price, 1000), now())
    equal(codec.readCommand(place, await client.send(place), now()).outcome, 'ack')
    const was = { price, quantity: 1000 as Lots }
    const change = { clientOrderId: 'V7', venueOrderId: '', instrument: 0, price, quantity: 400 as Lots, was }
    const replace = codec.replace(change, BUY, now())!
    const { outcome, reports } = codec.readCommand(replace, await client.send(replace), now())
    deepEqual([outcome, reports[0]?.kind, reports[0]?.leaves], ['ack', 'replaced', 400])
    await client.until(isReport('replaced', 'V7'))
    const [order] = exchange.openOrders(DEMO_KEYS[0]!.account)
    deepEqual([order?.price, order?.lots, order?.clientOrderId], [price, 400, 'V7'])
    const again = codec.readCommand(replace, await client.send(replace), now())
    deepEqual([again.outcome, again.code, again.reports[0]?.kind], ['definitive_reject', '-2038', 'replace_rejected'])
  }))
