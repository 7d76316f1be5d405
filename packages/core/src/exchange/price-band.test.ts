import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { linearContract } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Exchange } from './exchange.ts'
import { boundsAt } from './price-band.ts'

const grid = { decimals: 1, step: 1 }
const usd = { code: 'USD', decimals: 8 }
const perpetual: Instrument = {
  ...{ index: 0, venue: 'x', symbol: 'P', unified: 'P', kind: 'perpetual', grids: 'published', bounds: {} },
  ...{ base: { code: 'BTC', decimals: 8 }, quote: usd, settle: usd, price: grid, quantity: grid },
  ...{ contract: linearContract(grid, grid, 8), fees: { maker: 0, taker: 0 } },
}
const bands = { perpetual: { buyMax: 11_000, sellMin: 9000 } }

test('bounds are widened to whole ticks; without a mark, or a band of the kind, nothing is bounded', () => {
  const open = { min: 1, max: Number.MAX_SAFE_INTEGER }
  deepEqual(boundsAt(bands, perpetual, 1003), { buy: { min: 1, max: 1104 }, sell: { min: 902, max: open.max } })
  deepEqual(boundsAt(bands, perpetual, 0), { buy: open, sell: open })
  deepEqual(boundsAt({ spot: bands.perpetual }, perpetual, 1003), { buy: open, sell: open })
  deepEqual(boundsAt(undefined, perpetual, 1003), { buy: open, sell: open })
})

test('S3-VEN-4 a limit price beyond the band is refused on its side only, placed or amended; a market order has none', () => {
  const deaf = { onTrade() {}, onLevel() {}, onOrder() {}, onFill() {}, onBalance() {} }
  const terms = { feeFromReceived: false, defaultLeverage: 10, openOrdersMax: 50, bands }
  const exchange = new Exchange(new InstrumentTable([perpetual]), terms, new SimClock(0 as Micros), deaf)
  const engine = exchange.engine(0)
  engine.limit(1, BUY, 999, 1000)
  engine.limit(2, SELL, 1001, 1000)
  exchange.transfer(1, 'USD', 10n ** 15n)
  let ids = 0
  const place = (side: Side, price: number, type: 'limit' | 'market' = 'limit') =>
    exchange.place(1, {
      ...{ clientOrderId: `c${++ids}`, instrument: perpetual, side, price, type, lots: 1, timeInForce: 'gtc' },
      ...{ postOnly: false, reduceOnly: false },
    })
  const outcome = (side: Side, price: number): string => {
    const placed = place(side, price)
    return placed.ok ? 'taken' : placed.reason
  }
  deepEqual([outcome(BUY, 1100), outcome(BUY, 1101)], ['taken', 'price_too_high'])
  deepEqual([outcome(SELL, 900), outcome(SELL, 899)], ['taken', 'price_too_low'])
  deepEqual([outcome(BUY, 100), outcome(SELL, 5000)], ['taken', 'taken'])
  equal(place(BUY, 0, 'market').ok, true)
  const resting = place(BUY, 990)
  equal(resting.ok && exchange.amend(resting.value, 1101, 1).ok, false)
  equal(resting.ok && resting.value.price, 990)
})
