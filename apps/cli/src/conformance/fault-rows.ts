import { deepEqual, equal, ok } from 'node:assert/strict'
import { SELL } from '@velocimex/core/market/side'
import type { ConformanceRow } from './market-rows.ts'
import type { MarketTrial } from './market-trial.ts'

const CLOSE_CODES = [1000, 1001, 1006, 1008, 1011, 1012] as const
const HUGE_BYTES = 10 << 20
/** More than a message of any venue may have. */
const TOO_HUGE_BYTES = 17 << 20

/** Texts that no venue sends and a broken or hostile one might. */
const HOSTILE: readonly string[] = [
  '',
  'null',
  '{"__proto__":{"polluted":true},"stream":"x","data":{"__proto__":{"polluted":true}}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"e":"depthUpdate","E":1e400,"s":"BTCUSDT","U":1e400,"u":-1,"b":[["-1","NaN"]],"a":[]}',
  '{"topic":"orderbook.200.BTCUSDT","topic":"orderbook.200.BTCUSDT","data":{"u":-1}}',
  `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  '{"channel":"book","channel":"book","type":"update","data":[{"symbol":"QXZ/QXZ","bids":[]}]}',
]

/** Everything is followed again, and every book is the venue's. */
async function heals(trial: MarketTrial): Promise<void> {
  trial.go()
  await trial.untilLive()
  await trial.still()
  deepEqual(trial.differences(), [])
  equal(trial.crossed, 0, 'a crossed book was published')
}

/**
 * A change of the first book is sent and spoilt, while nobody else trades.
 * @returns how often that book had been doubted before
 */
async function spoilOne(trial: MarketTrial, fault: Parameters<typeof trial.stage.fault>[0]): Promise<number> {
  await heals(trial)
  const before = trial.desyncs[0]!
  trial.stage.fault({ match: trial.row.bookMark, ...fault })
  trial.stage.touch(0)
  await trial.still()
  equal(trial.stage.server.plan.list().length, 0, 'the frame was sent and spoilt')
  return before
}

/** One more change of the first book, of another level than the one before, read to its end. */
async function change(trial: MarketTrial): Promise<void> {
  trial.stage.touch(0, SELL)
  await trial.still()
}

/** The loss shows, by a change at the latest; a venue that counts its frames shows it by a heartbeat. */
async function losesAndHeals(trial: MarketTrial, before: number): Promise<void> {
  await change(trial)
  equal(trial.desyncs[0], before + 1, 'the next message shows what was lost')
  await heals(trial)
}

async function closes(trial: MarketTrial, code: number): Promise<void> {
  await heals(trial)
  const { opened } = trial
  const before = [...trial.desyncs]
  const seen = trial.alerts.length
  trial.stage.server.closeAll(code, 'by the suite')
  await trial.until(`the end of the line with ${code}`, () => trial.alerts.length > seen)
  deepEqual([trial.alerts[seen]!.kind, trial.alerts[seen]!.words.includes(`code ${code}`)], ['lost', true], `${code}`)
  for (const { index, symbol } of trial.listed) {
    equal(trial.desyncs[index], before[index]! + 1, `${symbol} is told to be out of step`)
    equal(trial.connector.isLive(index), false, `${symbol} is not believed`)
  }
  trial.go()
  await trial.until('another socket', () => trial.opened > opened)
  await heals(trial)
}

/** What goes wrong on a line that is open, in the order in which it is tried on one connection. */
export const FAULT_ROWS: readonly ConformanceRow<MarketTrial>[] = [
  {
    id: 'R-WS-02',
    words: 'a change that is lost shows in the next message; the book is fetched anew',
    async run(trial) {
      await losesAndHeals(trial, await spoilOne(trial, { on: 'frame', kind: 'drop' }))
    },
  },
  {
    id: 'R-WS-03a',
    words: 'a change that comes twice changes nothing',
    async run(trial) {
      const before = [...trial.desyncs]
      await spoilOne(trial, { on: 'frame', kind: 'duplicate' })
      await change(trial)
      deepEqual(trial.desyncs, before)
      await heals(trial)
    },
  },
  {
    id: 'R-WS-03b',
    words: 'a change that comes behind the next: the book is never wrong unsaid',
    async run(trial) {
      await spoilOne(trial, { on: 'frame', kind: 'hold' })
      await change(trial)
      await heals(trial)
    },
  },
  {
    id: 'R-WS-04a',
    words: 'a frame cut short is refused; the next message shows what was lost',
    async run(trial) {
      const { refused } = trial
      const before = await spoilOne(trial, { on: 'frame', kind: 'truncate' })
      ok(trial.refused > refused, 'it was refused')
      await losesAndHeals(trial, before)
    },
  },
  {
    id: 'R-WS-04b',
    words: 'garbage is refused; the next message shows what was lost',
    async run(trial) {
      const { refused } = trial
      const before = await spoilOne(trial, { on: 'frame', kind: 'garbage' })
      ok(trial.refused > refused, 'it was refused')
      await losesAndHeals(trial, before)
    },
  },
  {
    id: 'R-WS-04c',
    words: 'a digit that is wrong: the line goes on, a whole book mends it',
    async run(trial) {
      await spoilOne(trial, { on: 'frame', kind: 'corrupt' })
      await change(trial)
      trial.connector.resync()
      await heals(trial)
    },
  },
  {
    id: 'R-WS-04d',
    words: 'a frame of 10 MB is read like any other',
    async run(trial) {
      const before = [...trial.desyncs]
      await spoilOne(trial, { on: 'frame', kind: 'huge', amount: HUGE_BYTES })
      deepEqual(trial.desyncs, before)
      deepEqual(trial.differences(), [])
    },
  },
  {
    id: 'R-WS-04e',
    words: 'a frame beyond every bound ends the socket; another one takes its place',
    async run(trial) {
      await heals(trial)
      const { opened } = trial
      trial.stage.fault({ on: 'frame', kind: 'huge', amount: TOO_HUGE_BYTES, match: trial.row.bookMark })
      trial.stage.touch(0)
      trial.stage.settle()
      trial.go()
      await trial.until('another socket', () => trial.opened > opened)
      await heals(trial)
    },
  },
  {
    id: 'R-WS-04f',
    words: 'hostile texts (prototypes, 1e400, depth, double keys) disturb nothing',
    async run(trial) {
      await heals(trial)
      const before = [...trial.desyncs]
      for (const text of HOSTILE) trial.stage.server.inject(text)
      await change(trial)
      deepEqual([trial.desyncs, trial.differences()], [before, []])
      equal(({} as { polluted?: boolean }).polluted, undefined)
    },
  },
  {
    id: 'R-WS-01a',
    words: `closes with ${CLOSE_CODES.join(', ')}: books doubted at once, all subscribed again`,
    async run(trial) {
      for (const code of CLOSE_CODES) await closes(trial, code)
    },
  },
  {
    id: 'R-WS-01b',
    words: 'a venue that falls silent on an open line is doubted',
    async run(trial) {
      await heals(trial)
      const before = trial.desyncs[0]!
      trial.stage.server.plan.isSilent = true
      trial.go()
      await trial.until('the doubt', () => trial.desyncs[0]! > before)
      trial.stage.server.plan.isSilent = false
      await heals(trial)
    },
  },
]
