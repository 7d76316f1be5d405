import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument } from '../market/instrument.ts'
import type { Fill, Liquidity } from '../order/fill.ts'
import { MakerShare } from './maker-share.ts'

const INSTRUMENT = {
  settle: { code: 'USDT', decimals: 2 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
} as Instrument
const fill = (price: number, quantity: number, liquidity: Liquidity): Fill => ({ price, quantity, liquidity }) as Fill

test('S2-MET-17 the maker ratio is a share of the value, not of the number of fills', () => {
  const share = new MakerShare()
  equal(share.ratio, undefined)
  share.take(fill(100, 30, 'maker'), INSTRUMENT)
  equal(share.ratio, 1)
  share.take(fill(100, 5, 'taker'), INSTRUMENT)
  share.take(fill(50, 10, 'taker'), INSTRUMENT)
  deepEqual([share.ratio, share.turnover, share.fills, share.madeFills], [0.75, 40, 3, 1])
})
