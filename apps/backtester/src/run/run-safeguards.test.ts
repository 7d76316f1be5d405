import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { scopedLimits } from '@velocimex/host/config/risk-section'
import { type BacktestConfig, backtestConfigSchema } from './backtest-config.ts'
import { BACKTEST_ACCOUNT, runSafeguards } from './run-safeguards.ts'

const USDT = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'binance-spot',
  symbol: 'BTCUSDT',
  unified: 'BTC/USDT',
  kind: 'spot',
  base: { code: 'BTC', decimals: 8 },
  quote: USDT,
  settle: USDT,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}
const config = (risk: object): BacktestConfig =>
  backtestConfigSchema.parse({ tape: 't', strategy: { name: 'market-maker' }, risk })
const read = (...limits: object[]) => {
  const issues: string[] = []
  return {
    limits: scopedLimits(config({ limits }).risk, new InstrumentTable([INSTRUMENT]), USDT, BACKTEST_ACCOUNT, issues),
    issues,
  }
}

test('limits by scope are read from the configuration', () => {
  const position = { name: 'btc', kind: 'position', symbol: 'BTCUSDT', value: '0.1' }
  deepEqual(read(position), {
    limits: [{ name: 'btc', kind: 'position', scope: { instrument: 0 }, value: 10_000n }],
    issues: [],
  })
})

test('every wrong limit is named with its remedy', () => {
  const day = { name: 'day', kind: 'daily_loss', value: '100' }
  deepEqual(read({ ...day, value: 'much' }, day, day, { ...day, name: 'other', account: 'main' }).issues, [
    'risk.limits: limit day: value: much is not an amount of USDT',
    'risk.limits: limit day: the name occurs twice',
    'risk.limits: limit other: account: the only one here is backtest',
  ])
})

test('without limits and emergency stop a run is as before; with either it is guarded', () => {
  equal(runSafeguards(config({}), [], USDT, []), undefined)
  const alerts: string[] = []
  const stopped = runSafeguards(config({ emergencyStop: { maxDayDrawdownBps: 200 } }), [], USDT, alerts)!
  deepEqual([stopped.stop.drawdownBpsMax, stopped.stop.rejectionsMax, stopped.flattens], [200, 10, true])
  for (let each = 0; each < 30; each++) stopped.alert('lost')
  equal(alerts.length, 20)
  const limited = runSafeguards(config({}), read({ name: 'l', kind: 'open_orders', value: '5' }).limits, USDT, [])!
  deepEqual([limited.stop.drawdownBpsMax, limited.flattens], [Number.POSITIVE_INFINITY, false])
})
