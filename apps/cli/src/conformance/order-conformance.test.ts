import { test } from 'node:test'
import { CARE_ROWS } from './care-rows.ts'
import { FLOW_ROWS } from './flow-rows.ts'
import { OrderClient } from './order-client.ts'
import { ACCOUNT_ROWS, ORDER_ROWS } from './order-rows.ts'
import { REFUSAL_ROWS } from './refusal-rows.ts'
import { runRows } from './run-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

for (const row of VENUE_ROWS)
  test(`${row.name}: orders over real sockets`, async t => {
    await OrderClient.with(row, client => runRows(t, [...ORDER_ROWS, ...ACCOUNT_ROWS], row, client))
    await OrderClient.with(row, client => runRows(t, REFUSAL_ROWS, row, client))
    await OrderClient.with(row, client => runRows(t, FLOW_ROWS, row, client))
    await OrderClient.with(row, client => runRows(t, CARE_ROWS, row, client))
  })
