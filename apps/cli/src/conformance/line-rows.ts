import { deepEqual, equal, ok } from 'node:assert/strict'
import { FaultProxy } from '@velocimex/host/net/fault-proxy'
import { SystemTimers } from '@velocimex/host/net/timers'
import type { ConformanceRow } from './market-rows.ts'
import { MarketTrial, type MarketTrialOptions } from './market-trial.ts'
import type { VenueRow } from './venue-rows.ts'

const SPEED = 40
const OPTIONS: MarketTrialOptions = { channels: ['book', 'trades'], speed: SPEED }

/** What needs a connection of its own: each row makes one. */
export const LINE_ROWS: readonly ConformanceRow<VenueRow>[] = [
  {
    id: 'R-WS-01c',
    words: 'a half-open line (no end, no bytes) is given up in time',
    async run(row) {
      let proxy: FaultProxy | undefined
      const through = async (port: number): Promise<number> => {
        proxy = await FaultProxy.start({ host: '127.0.0.1', port }, new SystemTimers())
        return proxy.port
      }
      await MarketTrial.with(row, { ...OPTIONS, proxy: through }, async trial => {
        try {
          await trial.untilLive()
          const before = trial.alerts.length
          const from = Date.now()
          proxy!.swallow()
          await trial.until('the end of the line', () => trial.alerts.slice(before).some(({ kind }) => kind === 'lost'))
          const seconds = ((Date.now() - from) / 1000) * SPEED
          ok(seconds < (row.wire.silenceMs / 1000) * 2, `given up after ${seconds} s`)
          equal(trial.connector.isLive(0), false)
          proxy!.heal()
          await trial.untilLive()
          await trial.still()
          deepEqual(trial.differences(), [])
        } finally {
          await proxy!.stop()
        }
      })
    },
  },
  {
    id: 'R-WS-06a',
    words: 'an acknowledgement that never comes: asked again, told, not ready; ready once it comes',
    isOffered: ({ wire }) => wire.ackMs > 0,
    async run(row) {
      const prepare: MarketTrialOptions['prepare'] = stage =>
        stage.fault({ on: 'frame', kind: 'drop', match: row.ackMark, times: 100_000 })
      await MarketTrial.with(row, { ...OPTIONS, prepare }, async trial => {
        await trial.until('the alert', () => trial.alerts.some(({ kind }) => kind === 'missing'))
        equal(trial.connector.isReady, false)
        trial.stage.server.plan.clear()
        await trial.until('ready', () => trial.connector.isReady)
        await trial.untilLive()
        await trial.still()
        deepEqual(trial.differences(), [])
      })
    },
  },
  {
    id: 'R-WS-06b',
    words: 'a symbol that the venue does not know disturbs no other, and is told',
    async run(row) {
      await MarketTrial.with(row, { ...OPTIONS, hasStranger: true }, async trial => {
        await trial.untilLive()
        await trial.until('the alert', () => trial.alerts.length > 0)
        await trial.still()
        deepEqual(trial.differences(), [])
        equal(trial.connector.isLive(trial.listed.length), false)
      })
    },
  },
]
