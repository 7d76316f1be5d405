import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { InstrumentTable } from '../market/instrument-table.ts'
import { type LimitText, readLimit } from './read-limit.ts'
import { trialInstrument } from './trial-account.conformance.ts'

const USDT = { code: 'USDT', decimals: 2 }
const TABLE = new InstrumentTable([
  trialInstrument(0, { symbol: 'BTCUSDT', quantity: { decimals: 3, step: 1 } }),
  trialInstrument(1, { symbol: 'ETHUSDT' }),
  trialInstrument(2, { symbol: 'ETHUSDT', venue: 'beta' }),
])
const read = (more: Partial<LimitText>) => readLimit({ name: 'l', kind: 'position', value: '1', ...more }, TABLE, USDT)

const good: [Partial<LimitText>, object][] = [
  [
    { symbol: 'BTCUSDT', value: '0.5' },
    { scope: { instrument: 0 }, value: 500n },
  ],
  [
    { symbol: 'ETHUSDT', venue: 'beta', value: '7' },
    { scope: { instrument: 2 }, value: 7n },
  ],
  [
    { kind: 'notional', value: '25000.5', strategy: 'mm' },
    { scope: { strategy: 'mm' }, value: 2_500_050n },
  ],
  [
    { kind: 'daily_loss', value: '100', account: 'main' },
    { scope: { account: 'main' }, value: 10_000n },
  ],
  [
    { kind: 'drawdown', value: '5%' },
    { scope: {}, value: 500n },
  ],
  [
    { kind: 'drawdown', value: '0.25%' },
    { scope: {}, value: 25n },
  ],
  [
    { kind: 'leverage', value: '1.5x', venue: 'alpha' },
    { scope: { venue: 'alpha' }, value: 15_000n },
  ],
  [
    { kind: 'price_band', value: '50' },
    { scope: {}, value: 50n },
  ],
  [
    { kind: 'open_orders', value: '20' },
    { scope: {}, value: 20n },
  ],
  [
    { kind: 'order_rate', value: '300/1m' },
    { scope: {}, value: 300n, window: 60_000_000 },
  ],
]
for (const [text, expected] of good)
  test(`S2-COLD-2 ${JSON.stringify(text)} is read`, () => {
    deepEqual(read(text), { name: 'l', kind: text.kind ?? 'position', ...expected })
  })

const bad: [Partial<LimitText>, string][] = [
  [
    { kind: 'size' },
    'kind: size is not one of order_size, price_band, position, notional, exposure, leverage, concentration, margin_use, open_orders, order_rate, daily_loss, drawdown',
  ],
  [
    { kind: 'toString' },
    'kind: toString is not one of order_size, price_band, position, notional, exposure, leverage, concentration, margin_use, open_orders, order_rate, daily_loss, drawdown',
  ],
  [{}, 'value: a quantity means something else for each instrument; give symbol'],
  [{ symbol: 'XRPUSDT' }, 'symbol: no instrument is called XRPUSDT'],
  [{ symbol: 'ETHUSDT' }, 'symbol: ETHUSDT is traded on alpha and beta; give venue'],
  [{ venue: 'gamma' }, 'venue: gamma is not one of alpha, beta'],
  [{ symbol: 'BTCUSDT', value: '0.0005' }, 'value: 0.0005 is not a quantity of BTCUSDT (off grid)'],
  [{ symbol: 'BTCUSDT', value: '-1' }, 'value: -1 is not a quantity of BTCUSDT (negative)'],
  [{ kind: 'notional', value: '1.005' }, 'value: 1.005 has more than 2 decimals'],
  [{ kind: 'notional', value: '1e5' }, 'value: 1e5 is not an amount of USDT'],
  [{ kind: 'drawdown', value: '0.001%' }, 'value: 0.001% is not a share such as 5%, 3x or 500 (bps)'],
  [{ kind: 'open_orders', value: 'many' }, 'value: many is not a number of orders'],
  [{ kind: 'order_rate', value: '10' }, 'value: 10 is not a rate such as 10/1s, 300/1m or 5/100ms'],
  [{ kind: 'order_rate', value: '10/0s' }, 'window: an order rate needs one of at least 1 microsecond'],
  [{ kind: 'order_rate', value: '200000/1s' }, 'value: a rate counts at most 100000 orders'],
]
for (const [text, words] of bad) test(`${JSON.stringify(text)}: ${words}`, () => equal(read(text), `limit l: ${words}`))
