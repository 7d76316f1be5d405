import { CARE_ROWS } from './care-rows.ts'
import { DESK_ROWS } from './desk-rows.ts'
import { FAULT_ROWS } from './fault-rows.ts'
import { FLOW_ROWS } from './flow-rows.ts'
import { LINE_ROWS } from './line-rows.ts'
import { type ConformanceRow, MARKET_ROWS, QUOTE_ROWS } from './market-rows.ts'
import { ACCOUNT_ROWS, ORDER_ROWS } from './order-rows.ts'
import { REFUSAL_ROWS } from './refusal-rows.ts'
import { DENIED_ROWS, LATE_ROWS, REST_ROWS } from './rest-rows.ts'
import { SOCKET_ROWS } from './socket-rows.ts'
import { TWIN_ROWS } from './twin-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

type Named = Pick<ConformanceRow<never>, 'id' | 'words'>

/** All rows of the suite, by the part that they are tried in. */
export const SUITE: readonly (readonly [part: string, rows: readonly Named[]])[] = [
  ['Market data', [...MARKET_ROWS, ...QUOTE_ROWS]],
  ['Lines that break', [...FAULT_ROWS, ...LINE_ROWS, ...TWIN_ROWS]],
  ['Orders', ORDER_ROWS],
  ['The account', [...ACCOUNT_ROWS, ...FLOW_ROWS, ...CARE_ROWS]],
  ['Commands over a socket', SOCKET_ROWS],
  ['Limits, lost answers and wrong clocks', [...REST_ROWS, ...DENIED_ROWS, ...LATE_ROWS]],
  ['Orders in doubt', DESK_ROWS],
  ['Refusals, and answers of which nothing can be concluded', REFUSAL_ROWS],
]

const HEAD = `# Capabilities

What every venue does, as the conformance suite tries it: the platform's own connector and order codecs against the
simulated venues, over real sockets. This file is written by the suite's own data; a test fails when it differs.

    WRITE_CAPABILITIES=1 node --test apps/cli/src/conformance/capability-table.test.ts

yes: tried and passed at every test run. A number: not offered by the venue, or known to fail, for the reason below.
`

const TAIL = `## What no row tries

Of the adapter matrix that other platforms publish, these rows are not built, at any venue:

- Orders that wait at the venue (stop, take profit, trailing) and brackets: the platform sends limit and market orders. A
  strategy waits itself, so that backtest, paper and live wait alike. The simulated venues refuse such orders with the
  venue's own words rather than take them for something else.
- Commands in batches: they go one by one, each with an answer of its own. Batches of other clients are taken by the
  simulated venues.
`

/** The text of docs/capabilities.md. */
export function capabilityTable(): string {
  const reasons: string[] = []
  const cell = (venue: (typeof VENUE_ROWS)[number], id: string): string => {
    const failing = venue.fails?.[id]
    const reason = venue.omits[id] ?? (failing === undefined ? undefined : `Known to fail: ${failing}`)
    if (reason === undefined) return 'yes'
    if (!reasons.includes(reason)) reasons.push(reason)
    return `[${reasons.indexOf(reason) + 1}]`
  }
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const names = VENUE_ROWS.map(({ name }) => name)
  const parts = SUITE.map(([part, rows]) =>
    [
      `## ${part}\n`,
      line(['', 'what is tried', ...names]),
      line(['---', '---', ...names.map(() => '---')]),
      ...rows.map(({ id, words }) => line([id, words, ...VENUE_ROWS.map(venue => cell(venue, id))])),
    ].join('\n'),
  )
  const notes = reasons.map((reason, at) => `${at + 1}. ${reason}`).join('\n')
  return `${HEAD}\n${parts.join('\n\n')}\n\n## Reasons\n\n${notes}\n\n${TAIL}`
}
