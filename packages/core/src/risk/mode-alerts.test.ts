import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { ModeAlerts } from './mode-alerts.ts'

function heard(act: (alerts: ModeAlerts) => void): string[] {
  const told: string[] = []
  act(new ModeAlerts(words => told.push(words)))
  return told
}

test('R-KILL-04 each change of what is wrong is told once, and that all is well again', () => {
  const told = heard(alerts => {
    alerts.onConditions(['high_latency'])
    alerts.onConditions(['high_latency'])
    alerts.onConditions(['high_latency', 'clock_skewed'])
    alerts.onConditions([])
    alerts.onConditions([])
  })
  deepEqual(told, ['careful: high_latency', 'reduce_only: high_latency, clock_skewed', 'normal again'])
})

test('R-KILL-04 what is expected is not told, other things are, and what outlasts its time is told then', () => {
  const told = heard(alerts => {
    alerts.expect('market_data_unavailable', true)
    alerts.onConditions(['market_data_unavailable'])
    alerts.onConditions(['market_data_unavailable', 'high_latency'])
    alerts.onConditions(['market_data_unavailable'])
    alerts.expect('market_data_unavailable', false)
    alerts.onConditions([])
  })
  deepEqual(told, ['careful: high_latency', 'normal again', 'careful: market_data_unavailable', 'normal again'])
})
