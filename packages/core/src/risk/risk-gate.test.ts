import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { RateWindow } from './rate-window.ts'
import { RiskGate } from './risk-gate.ts'
import { type InstrumentLimits, NO_LIMITS } from './risk-limits.ts'

const usdt = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'spot',
  base: { code: 'X', decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {
    quantityMin: 2,
    quantityMax: 500,
    marketQuantityMax: 50,
    priceMin: 10,
    priceMax: 10_000,
    notionalMin: 300n,
  },
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}
const LIMITS: InstrumentLimits = {
  orderLotsMax: 100,
  orderNotionalMax: 9000n,
  positionLotsMax: 150,
  openOrdersMax: 3,
  priceBandBps: 500,
}

function gateWith(
  us: { net?: number; buys?: number; sells?: number; orders?: number; mid?: number },
  limits: Partial<InstrumentLimits> = {},
) {
  const { net = 0, buys = 0, sells = 0, orders = 0, mid = 100 } = us
  const exposure = {
    netLots: () => net,
    openBuyLots: () => buys,
    openSellLots: () => sells,
    openOrders: () => orders,
    reference: () => mid,
  }
  const clock = new SimClock(micros(0))
  const options = { byInstrument: [{ ...LIMITS, ...limits }], ordersPerWindowMax: 2, rateWindow: 1000 }
  return { gate: new RiskGate(new InstrumentTable([INSTRUMENT]), options, exposure, clock), clock }
}
const order = (
  side: Side,
  quantity: number,
  price: number | null = 100,
  more: Partial<OrderRequest> = {},
): OrderRequest => ({
  instrument: 0,
  side,
  type: price === null ? 'market' : 'limit',
  quantity: lots(quantity),
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: false,
  strategy: 's',
  ...(price === null ? {} : { price: ticks(price) }),
  ...more,
})

type Us = Parameters<typeof gateWith>[0]
const rows: [string, Us, OrderRequest, { reason?: string; halted?: boolean }][] = [
  ['within every limit', {}, order(BUY, 50), {}],
  ['halted', {}, order(BUY, 50), { halted: true, reason: 'halted' }],
  ['halted, but only reduces', { net: 60 }, order(SELL, 50), { halted: true }],
  ['halted, and could flip', { net: 60 }, order(SELL, 61), { halted: true, reason: 'halted' }],
  [
    'halted, and could flip with what rests',
    { net: 60, sells: 20 },
    order(SELL, 50),
    { halted: true, reason: 'halted' },
  ],
  ['limit order without a price', {}, { ...order(BUY, 50, null), type: 'limit' }, { reason: 'malformed' }],
  ['market order that should rest', {}, order(BUY, 50, null, { postOnly: true }), { reason: 'malformed' }],
  [
    'post-only that should not rest',
    {},
    order(BUY, 50, 100, { postOnly: true, timeInForce: 'ioc' }),
    { reason: 'malformed' },
  ],
  ['unknown instrument', {}, { ...order(BUY, 50), instrument: 7 }, { reason: 'malformed' }],
  ['below the venue minimum', {}, order(BUY, 1), { reason: 'order_too_small' }],
  ['above our maximum', {}, order(BUY, 101), { reason: 'order_too_large' }],
  ['reducing may be larger than ours', { net: 120 }, order(SELL, 101, 99), {}],
  ['reducing may not be larger than the venue’s', { net: 900 }, order(SELL, 501), { reason: 'order_too_large' }],
  ['market order above the venue maximum', {}, order(BUY, 51, null), { reason: 'order_too_large' }],
  ['price below the venue minimum', {}, order(BUY, 50, 9), { reason: 'price_out_of_bounds' }],
  ['buy too far above the mid', {}, order(BUY, 50, 106), { reason: 'price_out_of_band' }],
  ['sell too far below the mid', {}, order(SELL, 50, 94), { reason: 'price_out_of_band' }],
  ['a passive price may be far', {}, order(BUY, 50, 50), {}],
  ['no mid', { mid: Number.NaN }, order(BUY, 50), { reason: 'no_reference_price' }],
  ['no mid, but gets out', { mid: Number.NaN, net: 60 }, order(SELL, 50), {}],
  ['no mid, but gets out at the market', { mid: Number.NaN, net: 60 }, order(SELL, 50, null), { halted: true }],
  ['worth too little', {}, order(BUY, 2), { reason: 'notional_too_small' }],
  ['worth too much', {}, order(BUY, 90, 101), { reason: 'notional_too_large' }],
  ['reduce-only that does not reduce', {}, order(BUY, 50, 100, { reduceOnly: true }), { reason: 'not_reducing' }],
  ['reduce-only that reduces', { net: -60 }, order(BUY, 50, 100, { reduceOnly: true }), {}],
  ['position with what rests', { net: 60, buys: 50 }, order(BUY, 41), { reason: 'position_too_large' }],
  ['position to the limit', { net: 60, buys: 50 }, order(BUY, 40), {}],
  ['short position', { net: -60, sells: 50 }, order(SELL, 41), { reason: 'position_too_large' }],
  ['one order too many', { orders: 3 }, order(BUY, 50), { reason: 'too_many_orders' }],
  ['one order too many, but reduces', { orders: 3, net: 60 }, order(SELL, 50), {}],
]
for (const [name, us, request, { reason, halted = false }] of rows)
  test(`R-ORD-03 ${name}: ${reason ?? 'approved'}`, () => {
    const { gate } = gateWith(us)
    gate.halted = halted
    const reviewed = gate.review(request)
    equal(reviewed.ok ? undefined : reviewed.reason, reason)
    if (reason !== undefined) equal(gate.lastRefusal.reason, reason)
  })

test('a refusal tells its figures', () => {
  const { gate } = gateWith({ net: 60, buys: 50 })
  gate.review(order(BUY, 41))
  deepEqual(gate.lastRefusal, {
    reason: 'position_too_large',
    name: 'positionLotsMax',
    scope: { instrument: 0 },
    value: 110,
    would: 151,
    limit: 150,
    unit: 'lots',
  })
})

test('an amendment is judged by what it adds', () => {
  const request = order(BUY, 50)
  const { gate } = gateWith({ net: 60, buys: 90, orders: 3 })
  equal(gate.reviewReplace(request, ticks(101), lots(50), 50, 0).ok, true, 'a new price adds nothing')
  const more = gate.reviewReplace(request, ticks(100), lots(51), 50, 0)
  equal(more.ok ? '' : more.reason, 'position_too_large')
  const done = gate.reviewReplace(request, ticks(100), lots(10), 30, 20)
  equal(done.ok ? '' : done.reason, 'malformed', 'not below what is filled')
})

test('orders a window: exact, and reducing passes', () => {
  const { gate, clock } = gateWith({})
  deepEqual([gate.review(order(BUY, 50)).ok, gate.review(order(BUY, 50)).ok], [true, true])
  const third = gate.review(order(BUY, 50))
  equal(third.ok ? '' : third.reason, 'rate_exceeded')
  clock.advanceTo(micros(1000))
  ok(gate.review(order(BUY, 50)).ok)
})

test('P-13 no window of the length ever holds more than the limit, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(40), { maxLength: 100, size: 'max' }),
      (limit, gaps) => {
        const rate = new RateWindow(limit, 100)
        const taken: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const inWindow = taken.filter(at => now - at < 100).length
          equal(rate.allows(now), inWindow < limit)
          if (!rate.allows(now)) continue
          rate.take(now)
          taken.push(now)
        }
      },
    ),
  )
})

test('P-12 whatever is asked, filled and canceled, the worst case never passes the limit, and getting out always works', () => {
  const wish = fc.record({
    side: fc.constantFrom(BUY, SELL),
    quantity: fc.integer({ min: 3, max: 90 }),
    next: fc.constantFrom('rest', 'fill', 'part', 'cancel'),
  })
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 80, size: 'max' }), wishes => {
      let net = 0
      const open: { side: Side; lots: number }[] = []
      const sum = (side: Side): number =>
        open.filter(each => each.side === side).reduce((total, each) => total + each.lots, 0)
      const exposure = {
        netLots: () => net,
        openBuyLots: () => sum(BUY),
        openSellLots: () => sum(SELL),
        openOrders: () => open.length,
        reference: () => 100,
      }
      const limits = { byInstrument: [{ ...NO_LIMITS, positionLotsMax: 150 }], ordersPerWindowMax: 1000, rateWindow: 1 }
      const gate = new RiskGate(new InstrumentTable([INSTRUMENT]), limits, exposure, new SimClock(micros(0)))
      for (const { side, quantity, next } of wishes) {
        gate.halted = quantity % 5 === 0
        const reducing = net * side < 0 && quantity + sum(side) <= Math.abs(net)
        const reviewed = gate.review(order(side, quantity))
        if (reducing) ok(reviewed.ok, 'a wish that only reduces passes')
        if (reviewed.ok && next !== 'cancel') open.push({ side, lots: quantity })
        if (next === 'fill' || next === 'part') {
          const each = open.shift()
          if (each !== undefined) {
            const filled = next === 'fill' ? each.lots : Math.ceil(each.lots / 2)
            net += each.side * filled
            if (filled < each.lots) open.push({ side: each.side, lots: each.lots - filled })
          }
        }
        ok(net + sum(BUY) <= 150 && -net + sum(SELL) <= 150, `net ${net}, buys ${sum(BUY)}, sells ${sum(SELL)}`)
      }
    }),
    { numRuns: 500 },
  )
})
