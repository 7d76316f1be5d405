import { deepEqual, equal } from 'node:assert/strict'
import { Kind } from '@velocimex/core/market/event-kind'
import { FaultProxy } from '@velocimex/host/net/fault-proxy'
import { SystemTimers } from '@velocimex/host/net/timers'
import type { ConformanceRow } from './market-rows.ts'
import { MarketTrial } from './market-trial.ts'
import { sameTrades } from './same-trades.ts'
import type { VenueRow } from './venue-rows.ts'

const SPEED = 10
/** The second line is behind the first by as much. */
const LATE_MS = 3

/** Two lines to one venue, each through a proxy of its own. */
interface Twins {
  readonly trial: MarketTrial
  readonly first: FaultProxy
  readonly second: FaultProxy
}

async function withTwins(row: VenueRow, run: (twins: Twins) => Promise<void>): Promise<void> {
  const proxies: FaultProxy[] = []
  const through = async (port: number): Promise<number> => {
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port }, new SystemTimers())
    return proxies[proxies.push(proxy) - 1]!.port
  }
  const options = { channels: ['book', 'trades'], speed: SPEED, proxy: through, second: through } as const
  await MarketTrial.with(row, options, async trial => {
    try {
      await trial.untilAllLive()
      await run({ trial, first: proxies[0]!, second: proxies[1]! })
    } finally {
      for (const proxy of proxies) await proxy.stop()
    }
  })
}

/** Ends a line while the market goes on; resolves when the connector knows. */
async function cut(trial: MarketTrial, proxy: FaultProxy): Promise<void> {
  const before = trial.alerts.length
  proxy.refuse()
  proxy.cut()
  await trial.until('the end of a line', () => trial.alerts.slice(before).some(({ kind }) => kind === 'lost'))
}

/** How long an answer is held back, milliseconds of the wall's clock. */
const LATE_ANSWER_MS = 300

/** Whether whole books come by requests. */
const hasRequests = ({ wire }: VenueRow): boolean => wire.snapshotPath('BTC') !== undefined

const isNumbered = ({ venue }: VenueRow): boolean => venue.sequencing.connects !== 'arrival'

/** What is tried on two merged lines. */
export const TWIN_ROWS: readonly ConformanceRow<VenueRow>[] = [
  {
    id: 'S0-MDS-4a',
    words: 'two lines, one and then the other cut in the middle of traffic: no gap, no trade missing or twice',
    isOffered: isNumbered,
    async run(row) {
      await withTwins(row, async ({ trial, first, second }) => {
        second.delay(LATE_MS)
        await trial.still()
        const [told, done] = [trial.records(Kind.trade).length, trial.stage.watched.trades.length]
        const losses = [...trial.losses]
        const goesOn = async (): Promise<void> => {
          const before = trial.records(Kind.trade).length
          await trial.until('trades', () => trial.records(Kind.trade).length > before + 3)
        }
        trial.go()
        for (const proxy of [first, second]) {
          await goesOn()
          await cut(trial, proxy)
          deepEqual(
            trial.listed.filter(({ index }) => !trial.connector.isLive(index)),
            [],
            'every book is live on the other line',
          )
          await goesOn()
          proxy.heal()
          await trial.untilAllLive()
        }
        await trial.still()
        deepEqual([trial.losses, trial.crossed, trial.differences()], [losses, 0, []])
        // The line that came back may be ahead of the other: what that one alone has heard is told behind.
        const byId = trial
          .records(Kind.trade)
          .slice(told)
          .sort((one, other) => one.lanes[2]! - other.lanes[2]!)
        sameTrades(byId, trial.stage.watched.trades.slice(done))
      })
    },
  },
  {
    id: 'S0-MDS-4b',
    words: 'two lines, both cut: each book is said to be lost once, and whole again with the first line that is back',
    async run(row) {
      await withTwins(row, async ({ trial, first, second }) => {
        const losses = trial.losses.map(count => count + 1)
        const desyncs = trial.desyncs.map(count => count + 1)
        // The one that nobody follows first: where changes have no numbers, the loss of the other says it.
        await cut(trial, second)
        await cut(trial, first)
        for (const { index } of trial.listed) equal(trial.connector.isLive(index), false)
        deepEqual([trial.losses, trial.desyncs], [losses, desyncs])
        second.heal()
        await trial.untilLive()
        first.heal()
        await trial.untilAllLive()
        await trial.still()
        deepEqual([trial.losses, trial.desyncs, trial.differences()], [losses, desyncs, []])
      })
    },
  },
  {
    id: 'S0-MDS-4c',
    words: 'two lines, changes without numbers: the leading line cut, its books are lost once and come from the other',
    isOffered: row => !isNumbered(row),
    async run(row) {
      await withTwins(row, async ({ trial, first, second }) => {
        const losses = trial.losses.map(count => count + 1)
        await cut(trial, first)
        await trial.untilLive()
        deepEqual(trial.losses, losses)
        first.heal()
        await trial.untilAllLive()
        await trial.still()
        deepEqual([trial.losses, trial.differences()], [losses, []])
        // The line that came back does not lead: its loss is nobody's.
        trial.go()
        await cut(trial, first)
        await trial.until('a change', () => trial.books.some(book => !book.isEmpty))
        deepEqual(trial.losses, losses)
        equal(second.lines > 0, true)
      })
    },
  },
  {
    id: 'S0-MDS-4d',
    words: 'two lines, both to be replaced at the same instant: one after the other, and no book is lost',
    isOffered: isNumbered,
    async run(row) {
      await withTwins(row, async ({ trial }) => {
        await trial.still()
        const [told, done] = [trial.records(Kind.trade).length, trial.stage.watched.trades.length]
        const [losses, opened, alerts] = [[...trial.losses], trial.opened, trial.alerts.length]
        trial.go()
        trial.connector.act('rollover')
        await trial.until('another socket for each', () => trial.opened === opened + trial.connector.feeds.length)
        await trial.untilAllLive()
        await trial.until('trades', () => trial.records(Kind.trade).length > told + 3)
        await trial.still()
        deepEqual([trial.losses, trial.crossed, trial.differences()], [losses, 0, []])
        deepEqual(trial.alerts.slice(alerts), [], 'no line was lost')
        const byId = trial
          .records(Kind.trade)
          .slice(told)
          .sort((one, other) => one.lanes[2]! - other.lanes[2]!)
        sameTrades(byId, trial.stage.watched.trades.slice(done))
      })
    },
  },
  {
    id: 'S0-MDS-4e',
    words: 'a whole book that is answered when its socket is gone is not believed',
    isOffered: hasRequests,
    async run(row) {
      await withTwins(row, async ({ trial, first, second }) => {
        const [path] = row.wire.snapshotPath(trial.listed[0]!.symbol)!.split('?')
        const { plan } = trial.stage.server
        trial.stage.fault({ on: 'request', kind: 'slow', match: path!, amount: LATE_ANSWER_MS, times: 1_000 })
        const { answers } = trial
        trial.connector.resync()
        await trial.until('a request', () => plan.list()[0]!.left < 1_000)
        await cut(trial, second)
        await cut(trial, first)
        equal(trial.answers, answers, 'the answer is still to come')
        await trial.until('the answer', () => trial.answers > answers)
        for (const { index, symbol } of trial.listed) equal(trial.connector.isLive(index), false, symbol)
        plan.clear()
        first.heal()
        second.heal()
        await trial.untilAllLive()
        await trial.still()
        deepEqual(trial.differences(), [])
      })
    },
  },
]
