import { test } from 'node:test'
import { DESK_ROWS } from './desk-rows.ts'
import { DeskTrial } from './desk-trial.ts'
import { type GatewayOptions, GatewayTrial } from './gateway-trial.ts'
import type { ConformanceRow } from './market-rows.ts'
import { DENIED_ROWS, LATE_ROWS, REST_ROWS, WRONG_BY } from './rest-rows.ts'
import { runRows } from './run-rows.ts'
import { hasSocket, SOCKET_ROWS } from './socket-rows.ts'
import { VENUE_ROWS, type VenueRow } from './venue-rows.ts'

/** Venues tried side by side: most of the time is waiting. */
const SIDE_BY_SIDE = 4

type Part = readonly [options: GatewayOptions, rows: readonly ConformanceRow<GatewayTrial>[]]

const partsOf = (row: VenueRow): readonly Part[] => [
  ...(hasSocket(row) ? [[{ overSocket: true }, SOCKET_ROWS] as const] : []),
  [{ overSocket: false }, REST_ROWS],
  [{ overSocket: false, hasWrongSecret: true }, DENIED_ROWS],
  [{ overSocket: false, skew: WRONG_BY }, LATE_ROWS],
]

test('commands of live accounts', { concurrency: SIDE_BY_SIDE }, async t => {
  await Promise.all(
    VENUE_ROWS.map(row =>
      t.test(row.name, async venue => {
        for (const [options, rows] of partsOf(row))
          await GatewayTrial.with(row, options, trial => runRows(venue, rows, row, trial))
        await DeskTrial.with(row, trial => runRows(venue, DESK_ROWS, row, trial))
      }),
    ),
  )
})
