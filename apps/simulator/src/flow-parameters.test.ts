import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { worth } from '@velocimex/core/exchange/exchange-account'
import { LIQUID_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import { stepSize } from '@velocimex/core/market/grid'
import { SIDES } from '@velocimex/venues/sides'
import { flowFor } from './flow-parameters.ts'

/** Dollars of an order that takes, on the liquid flow. */
const DOLLARS = LIQUID_FLOW.takerLots * 0.618

for (const [name, side] of SIDES)
  test(`${name}: orders of the made-up market are worth dollars, not lots, whatever a contract is on`, () => {
    for (const instrument of side.instruments) {
      const { mid, takerLots } = flowFor(instrument)
      const value = Number(worth(instrument, mid, takerLots)) / 10 ** instrument.settle.decimals
      const dollars = instrument.contract.kind === 'inverse' ? value * mid * stepSize(instrument.price) : value
      const rate = instrument.quote.code === 'BTC' ? 61_800 : 1
      // One lot may be worth more than that, and lots are whole.
      const lot = (dollars * rate) / takerLots
      ok(Math.abs(dollars * rate - DOLLARS) <= Math.max(lot, 0.01 * DOLLARS), `${instrument.symbol}: ${dollars * rate}`)
    }
  })
