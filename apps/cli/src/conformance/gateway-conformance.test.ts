import { test } from 'node:test'
import { GatewayTrial } from './gateway-trial.ts'
import { runRows } from './run-rows.ts'
import { hasSocket, SOCKET_ROWS } from './socket-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

for (const row of VENUE_ROWS)
  test(`${row.name}: commands of a live account`, async t => {
    if (hasSocket(row)) await GatewayTrial.with(row, { overSocket: true }, trial => runRows(t, SOCKET_ROWS, row, trial))
  })
