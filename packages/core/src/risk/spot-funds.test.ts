import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Wish } from './order-guard.ts'
import { SpotFunds } from './spot-funds.ts'

const btc = { code: 'BTC', decimals: 8 }
const usdt = { code: 'USDT', decimals: 8 }
const usd = { code: 'USD', decimals: 8 }
/** Prices of 0.01, quantities of 0.001. */
const spot = (index: number, quote: typeof usdt, kind: Instrument['kind'] = 'spot'): Instrument => ({
  ...{ index, venue: 'v', symbol: `BTC${quote.code}${kind}`, unified: `BTC/${quote.code}`, kind, base: btc, quote },
  ...{
    settle: quote,
    price: { decimals: 2, step: 1 },
    quantity: { decimals: 3, step: 1 },
    fees: { maker: 0, taker: 0 },
  },
  ...{ bounds: {}, grids: 'published', contract: { kind: 'linear', minorPerTickLot: 1_000n } },
})
const TABLE = new InstrumentTable([spot(0, usdt), spot(1, usd), spot(2, usdt, 'perpetual')])

/** An account of 1 BTC, 1,000 USDT and no USD; the middle of the market is 200.00. */
class Stage {
  readonly cash: Record<string, bigint> = { BTC: 1_00000000n, USDT: 1000_00000000n }
  open: OrderView[] = []
  readonly guard = new SpotFunds(TABLE, {
    cash: code => this.cash[code] ?? 0n,
    openOrders: index => this.open.filter(({ request }) => request.instrument === index),
    mid: () => 20_000,
  })

  rests(instrument: number, side: Side, price: number, quantity: number, cumulative = 0): this {
    this.open.push({ request: { instrument, side }, price, quantity, cumulative } as unknown as OrderView)
    return this
  }

  why(instrument: number, side: Side, added: number, price?: number): string {
    const order = { instrument, side, quantity: added } as OrderRequest
    const wish: Wish = { order, price, quantity: added, added, isReducing: false, isReplace: false }
    const told = this.guard.refusal(wish)
    return told === undefined ? '' : `${told.reason} ${told.name} ${told.value} ${told.would} ${told.limit}`
  }
}

test('S2-OMS validation: a seller needs the goods, less what other sales of them bind on any market', () => {
  const stage = new Stage()
  equal(stage.why(0, SELL, 1_000, 10_000), '')
  equal(stage.why(0, SELL, 1_001, 10_000), 'insufficient_funds BTC 0 100100000 100000000')
  stage.rests(1, SELL, 10_000, 700, 100)
  deepEqual([stage.why(0, SELL, 400, 10_000), stage.why(0, SELL, 401).split(' ')[0]], ['', 'insufficient_funds'])
})

test('a buyer needs the money at the price of the order, or the middle of the market', () => {
  const stage = new Stage()
  equal(stage.why(0, BUY, 10_000, 10_000), '')
  equal(stage.why(0, BUY, 10_001, 10_000).split(' ')[0], 'insufficient_funds')
  deepEqual([stage.why(0, BUY, 5_000), stage.why(0, BUY, 5_001).split(' ')[0]], ['', 'insufficient_funds'])
  equal(stage.why(1, BUY, 1, 10_000).split(' ').slice(0, 2).join(' '), 'insufficient_funds USD')
  stage.rests(0, BUY, 10_000, 9_000)
  deepEqual(
    [stage.why(0, BUY, 1_000, 10_000), stage.why(0, BUY, 1_001, 10_000).split(' ')[0]],
    ['', 'insufficient_funds'],
  )
})

test('derivatives bind margin, which is not asked for here', () => {
  equal(new Stage().why(2, SELL, 1_000_000, 10_000), '')
})

test('P-11 whatever is asked, placed, filled and canceled: what is available of each asset is never negative', () => {
  const wish = fc.record({
    what: fc.constantFrom('place' as const, 'place' as const, 'fill' as const, 'cancel' as const),
    instrument: fc.constantFrom(0, 1),
    side: fc.constantFrom(BUY, SELL),
    price: fc.integer({ min: 9_000, max: 11_000 }),
    lots: fc.integer({ min: 1, max: 3_000 }),
    which: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 60 }), steps => {
      const stage = new Stage()
      stage.cash['USD'] = 500_00000000n
      for (const { what, instrument, side, price, lots, which } of steps) {
        const at = which % Math.max(1, stage.open.length)
        const open = stage.open[at]
        if (what === 'place') {
          if (stage.why(instrument, side, lots, price) === '') stage.rests(instrument, side, price, lots)
        } else if (what === 'cancel') stage.open.splice(at, 1)
        else if (open !== undefined) {
          const { request, quantity, cumulative } = open
          const taken = 1 + (lots % (quantity - cumulative))
          const { code } = TABLE.at(request.instrument).quote
          const goods = BigInt(request.side * taken) * 100_000n
          stage.cash['BTC']! += goods
          stage.cash[code]! -= BigInt(request.side * taken) * BigInt(open.price!) * 1_000n
          const whole = cumulative + taken === quantity
          stage.open.splice(at, 1, ...(whole ? [] : [{ ...open, cumulative: cumulative + taken } as OrderView]))
        }
        for (const [code, cash] of Object.entries(stage.cash)) ok(cash - boundOf(stage.open, code) >= 0n, code)
      }
    }),
    { numRuns: 300 },
  )
})

/** What open orders bind of an asset, counted anew. */
function boundOf(open: readonly OrderView[], code: string): bigint {
  let bound = 0n
  for (const { request, price, quantity, cumulative } of open) {
    const { base, quote } = TABLE.at(request.instrument)
    const left = BigInt(quantity - cumulative)
    if (request.side === SELL && base.code === code) bound += left * 100_000n
    if (request.side === BUY && quote.code === code) bound += left * BigInt(price!) * 1_000n
  }
  return bound
}
