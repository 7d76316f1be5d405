import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { linearContract } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Exchange } from './exchange.ts'
import { bound, worth } from './exchange-account.ts'
import type { ExchangeListener, NewExchangeOrder } from './exchange-order.ts'

const grid = { decimals: 2, step: 1 }
const usd = { code: 'USD', decimals: 8 }
const base = { code: 'BTC', decimals: 8 }
const of = (index: number, kind: 'spot' | 'perpetual'): Instrument => ({
  ...{
    index,
    venue: 'x',
    symbol: kind,
    unified: kind,
    kind,
    base,
    quote: usd,
    settle: usd,
    price: grid,
    quantity: grid,
  },
  contract: linearContract(grid, grid, 8),
  bounds: { quantityMin: 2, quantityMax: 1_000_000, notionalMin: 500_0000n },
  fees: { maker: -10_000, taker: 50_000 },
  grids: 'published',
})
const instruments = new InstrumentTable([of(0, 'spot'), of(1, 'perpetual')])
const [spot, perpetual] = instruments.all as [Instrument, Instrument]
const deaf: ExchangeListener = { onTrade() {}, onLevel() {}, onOrder() {}, onFill() {}, onBalance() {} }
const terms = { feeFromReceived: true, defaultLeverage: 10, openOrdersMax: 5 }

let ids = 0
const wish = (
  instrument: Instrument,
  side: Side,
  price: number,
  lots: number,
  more: Partial<NewExchangeOrder> = {},
): NewExchangeOrder => ({
  ...{
    clientOrderId: `c${++ids}`,
    instrument,
    side,
    type: 'limit',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: false,
    price,
    lots,
  },
  ...more,
})

function make(): Exchange {
  const exchange = new Exchange(instruments, terms, new SimClock(), deaf)
  for (const account of [1, 2]) {
    exchange.transfer(account, 'USD', 1_000n * 10n ** 8n)
    exchange.transfer(account, 'BTC', 10n * 10n ** 8n)
  }
  return exchange
}
const reasonOf = (exchange: Exchange, order: NewExchangeOrder, account = 1): string => {
  const placed = exchange.place(account, order)
  return placed.ok ? 'taken' : placed.reason
}

test('what an exchange refuses, and in which order of precedence', () => {
  const exchange = make()
  equal(reasonOf(exchange, wish(spot, SELL, 10_000, 100), 2), 'taken')
  for (const [order, reason] of [
    [wish(spot, BUY, 0, 100), 'bad_price'],
    [wish(spot, BUY, 9000, 0), 'bad_quantity'],
    [wish(spot, BUY, 9000, 1.5), 'bad_quantity'],
    [wish(spot, BUY, 9000, 1), 'quantity_min'],
    [wish(spot, BUY, 9000, 2_000_000), 'quantity_max'],
    [wish(spot, BUY, 1, 2), 'notional_min'],
    [wish(spot, BUY, 9000, 100_000), 'insufficient_funds'],
    [wish(spot, SELL, 20_000, 100_000), 'insufficient_funds'],
    [wish(spot, BUY, 10_000, 100, { postOnly: true }), 'would_take'],
    [wish(spot, BUY, 10_000, 101, { timeInForce: 'fok' }), 'not_fillable'],
    [wish(perpetual, BUY, 0, 100, { type: 'market' }), 'no_liquidity'],
    [wish(perpetual, SELL, 9000, 100, { reduceOnly: true }), 'reduce_only'],
  ] as const)
    equal(reasonOf(exchange, order), reason)
  const first = wish(spot, BUY, 9000, 100)
  equal(reasonOf(exchange, first), 'taken')
  equal(reasonOf(exchange, first), 'duplicate_client_id')
  equal(reasonOf(exchange, wish(spot, SELL, 9000, 100)), 'self_trade')
  for (let count = 0; count < 4; count++) equal(reasonOf(exchange, wish(spot, BUY, 8000, 100)), 'taken')
  equal(reasonOf(exchange, wish(spot, BUY, 8000, 100)), 'too_many_orders')
  exchange.isOpen[0] = false
  equal(reasonOf(exchange, wish(spot, BUY, 8000, 100)), 'market_closed')
})

test('an order meets those of its own account that it reaches, and not those behind what fills it', () => {
  const exchange = make()
  const market = (lots: number): NewExchangeOrder => wish(spot, SELL, 0, lots, { type: 'market' })
  equal(reasonOf(exchange, wish(spot, BUY, 10_000, 100), 2), 'taken')
  equal(reasonOf(exchange, wish(spot, BUY, 9000, 100), 2), 'taken')
  equal(reasonOf(exchange, wish(spot, BUY, 9000, 100)), 'taken')
  equal(reasonOf(exchange, market(101)), 'self_trade', 'the last price counts as a whole')
  equal(reasonOf(exchange, wish(spot, SELL, 9000, 101)), 'self_trade')
  equal(reasonOf(exchange, wish(spot, SELL, 9001, 101)), 'taken', 'what is left rests above')
  equal(reasonOf(exchange, wish(spot, BUY, 10_000, 200), 2), 'taken')
  equal(reasonOf(exchange, market(199)), 'taken')
  equal(exchange.openOrders(1).length, 1, 'its own bid was not met')
})

test('a position is opened, halved, turned round, and pays funding; margin bounds it', () => {
  const exchange = make()
  const trade = (side: Side, price: number, lots: number): void => {
    ok(exchange.place(2, wish(perpetual, side === BUY ? SELL : BUY, price, lots)).ok)
    ok(exchange.place(1, wish(perpetual, side, price, lots)).ok)
  }
  trade(BUY, 10_000, 200)
  const held = exchange.account(1).position(1)
  deepEqual([held.lots, held.cost], [200, worth(perpetual, 10_000, 200)])
  trade(SELL, 11_000, 100)
  deepEqual([held.lots, held.realised], [100, worth(perpetual, 1000, 100)])
  trade(SELL, 9000, 300)
  deepEqual([held.lots, held.cost, held.realised], [-200, worth(perpetual, 9000, 200), 0n])
  const before = exchange.account(1).balance('USD').total
  exchange.payFunding(perpetual, 1_000_000_000)
  equal(exchange.account(1).balance('USD').total - before, worth(perpetual, 9000, 200) / 1000n, 'shorts receive')
  equal(reasonOf(exchange, wish(perpetual, SELL, 9000, 100_000)), 'insufficient_funds')
})

test('money is conserved: what accounts have is what they were given, less fees; what is bound is what is open', () => {
  let trades = 0
  const action = fc.record({
    account: fc.constantFrom(1, 2),
    at: fc.constantFrom(0, 1),
    side: fc.constantFrom(BUY, SELL),
    price: fc.integer({ min: 95, max: 105 }),
    lots: fc.integer({ min: 2, max: 40 }),
    what: fc.constantFrom('limit', 'limit', 'limit', 'market', 'ioc', 'cancel', 'amend'),
  })
  const property = fc.property(fc.array(action, { maxLength: 60, size: 'max' }), actions => {
    const exchange = make()
    for (const { account, at, side, price, lots, what } of actions) {
      const instrument = instruments.at(at)
      const [open] = exchange.openOrders(account, at)
      if (what === 'cancel' && open !== undefined) exchange.cancel(open)
      else if (what === 'amend' && open !== undefined) exchange.amend(open, price * 100, lots)
      else if (what === 'market') exchange.place(account, wish(instrument, side, 0, lots, { type: 'market' }))
      else
        exchange.place(account, wish(instrument, side, price * 100, lots, what === 'ioc' ? { timeInForce: 'ioc' } : {}))

      const fees: Record<string, bigint> = { USD: 0n, BTC: 0n }
      for (const fill of exchange.fills) fees[fill.feeAsset]! += fill.fee
      const totals = (code: string): bigint =>
        [1, 2].reduce((sum, number) => sum + exchange.account(number).balance(code).total, 0n)
      // Profit that one side has realised and the other has not is still owed between them.
      const owed = [1, 2].reduce((sum, number) => sum + exchange.account(number).unrealised(perpetual, 10_000), 0n)
      equal(totals('USD') + fees['USD']! + owed, 2_000n * 10n ** 8n)
      equal(totals('BTC') + fees['BTC']!, 20n * 10n ** 8n)
      equal(exchange.account(1).position(1).lots + exchange.account(2).position(1).lots, 0)
      for (const number of [1, 2])
        for (const code of ['USD', 'BTC']) {
          const bounds = exchange
            .openOrders(number, 0)
            .map(order => bound(spot, order.side, order.price, order.lots - order.cumulative))
          const sum = bounds.reduce((all, [asset, units]) => (asset === code ? all + units : all), 0n)
          equal(exchange.account(number).balance(code).locked, sum)
          ok(
            exchange.account(number).free(code) >= -(fees[code]! < 0n ? -fees[code]! : fees[code]!),
            'nobody spends what is bound',
          )
        }
    }
    trades += exchange.fills.length
  })
  fc.assert(property, { numRuns: 300 })
  ok(trades > 1000, `the property met trades: ${trades}`)
})
