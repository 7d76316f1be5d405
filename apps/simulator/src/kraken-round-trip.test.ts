import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { krakenOrders } from '@velocimex/venues/kraken/kraken-orders'
import { kraken } from '@velocimex/venues/kraken/kraken-venue'
import { SteppedVenue } from './stepped-venue.conformance.ts'
import { placing } from './wire-client.conformance.ts'

const makeTrial = (): SteppedVenue => new SteppedVenue('kraken', krakenOrders, { USD: 100_000n, BTC: 2n })

test('our codec follows the books of our venue at two depths, proved by every checksum', () => {
  const trial = makeTrial()
  const { exchange } = trial.market
  const codec = kraken.makeCodec(exchange.instruments, 1 << 20, 8192, 0)
  const books = exchange.instruments.all.map(() => new OrderBook())
  const kinds = new Map<number, number>()
  const append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) {
      const { kind, instrument } = record.at(slot)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      if (kind === Kind.level || kind === Kind.clear) books[instrument]!.apply(record)
    }
  }
  const feed = new MarketFeed(codec, kraken.sequencing, { append }, books.length, 0)
  const take = (text: string): void => {
    codec.buffer.set(Buffer.from(text))
    ok(feed.frame(0, Buffer.byteLength(text), trial.now, 0) >= 0, text)
  }
  const session = trial.open('/v2', take)
  const subscribe = (params: object): void => session.onText(JSON.stringify({ method: 'subscribe', params }))
  subscribe({ channel: 'book', symbol: ['BTC/USD'], depth: 10 })
  subscribe({ channel: 'book', symbol: ['ETH/USD'], depth: 100 })
  subscribe({ channel: 'trade', symbol: ['BTC/USD', 'ETH/USD'] })
  subscribe({ channel: 'ticker', symbol: ['BTC/USD'], event_trigger: 'bbo' })
  subscribe({ channel: 'ohlc', symbol: ['BTC/USD'], interval: 1 })
  trial.pass(30_000_000)
  trial.market.dialect.tick(trial.now)
  const { checksums, checksumsFailed, gaps, snapshots } = feed.counts
  deepEqual([checksumsFailed, gaps, snapshots], [0, 0, 2])
  ok(checksums > 500 && [Kind.trade, Kind.quote, Kind.bar].every(kind => kinds.get(kind)! > 5))
  for (const [symbol, depth] of [
    ['BTC/USD', 10],
    ['ETH/USD', 100],
  ] as const)
    for (const side of [BUY, SELL] as const) {
      const { index } = exchange.instruments.find('kraken', symbol)!
      const ladder = side === BUY ? books[index]!.bids : books[index]!.asks
      const { book } = exchange.engine(index)
      let at = book.best(side)
      let level = ladder.best
      for (let count = 0; count < depth && Number.isFinite(at); count++) {
        deepEqual([level, ladder.lotsAt(level)], [at, book.lotsAt(side, at)], `${symbol} ${side} ${count}`)
        at = book.worse(side, at)
        level = ladder.worse(level)
      }
      if (Number.isFinite(at)) ok(!Number.isFinite(level), 'what fell out of the depth is removed')
    }
})

test("fills over the socket and over REST are the venue's own, to the last unit", () => {
  const trial = makeTrial()
  const { codec, market } = trial
  const { exchange } = market
  const session = trial.listen()
  const [bid, ask] = [BUY, SELL].map(side => exchange.engine(0).book.best(side as Side)) as [number, number]
  const place = (command: PlaceCommand, request: string): void =>
    session.onText(codec.socket!.place(command, request, trial.now))
  place(placing('V000010000200000001', BUY, ask + 500, 3_000_000, { timeInForce: 'ioc' }), 'a')
  place(placing('V000010000200000002', SELL, ask, 2_000_000, { postOnly: true }), 'b')
  place(placing('V000010000200000003', BUY, bid, 2_000_000, { postOnly: true }), 'c')
  trial.pass(30_000_000)
  ok(
    trial.messages.every(({ kind }) => kind !== 'damaged' && kind !== 'refused'),
    JSON.stringify(trial.messages.find(({ kind }) => kind === 'damaged' || kind === 'refused')),
  )
  const fills = trial.messages.flatMap(each => (each.kind === 'report' && each.report.fill ? [each.report.fill] : []))
  deepEqual(
    fills.map(({ price, quantity, fee, feeAsset, liquidity }) => [price, quantity, fee, feeAsset, liquidity]),
    exchange.fills.map(({ price, lots, fee, feeAsset, liquidity }) => [price, lots, fee, feeAsset, liquidity]),
  )
  ok(fills.some(({ liquidity }) => liquidity === 'taker'))
  const request = codec.fills(0, 0 as Micros, trial.now)
  const listed = codec.readFills(request, trial.send(request))
  equal(listed.kind, 'found')
  const ids = (all: readonly { readonly tradeId: string }[]): string[] => all.map(({ tradeId }) => tradeId).sort()
  deepEqual(listed.kind === 'found' && ids(listed.value), ids(fills))
  const balances = codec.balances(trial.now)
  const told = codec.readBalances(balances, trial.send(balances))
  for (const { asset, total } of told.kind === 'found' ? told.value : []) {
    const units = total.units * 10n ** BigInt(trial.decimals(asset) - total.decimals)
    equal(units, exchange.account(1).balance(asset).total, asset)
    const last = trial.messages.findLast(each => each.kind === 'balance' && each.balance.asset === asset)
    deepEqual(last?.kind === 'balance' && last.balance.total, total, asset)
  }
})
