// The trader with a drill instead of strategies. It ends itself at a marked point of its code, and trades when it is told:
// `doomed-trader.ts --dir FOLDER --venues FILE --plan JSON`.
import { subscribe } from 'node:diagnostics_channel'
import { parseArgs } from 'node:util'
import type { Micros } from '@velocimex/core/clock/micros'
import { DESK_TIMING, type DeskTiming } from '@velocimex/core/execution/desk-timing'
import type { RecoveryParts } from '@velocimex/core/execution/recovery'
import { killableGateway, killableJournal, killableListener } from '@velocimex/core/simulation/kill-points'
import { DISK } from '@velocimex/host/journal/journal-files'
import { SystemTimers, type Timers } from '@velocimex/host/net/timers'
import { ScreenHost } from '@velocimex/trader/screen/screen-host'
import type { AccountSeams } from '@velocimex/trader/service/account-seams'
import { DEMO_CONFIG } from '@velocimex/trader/service/demo-config'
import { runSingle } from '@velocimex/trader/service/run-single'
import { type Death, killableFiles, Sentence } from './death-plan.ts'
import { OrderDrill } from './order-drill.ts'

/** Within the venues' limits: ten orders a second is the least that one of them allows. */
const DRILL_MS = 120

/** How a doomed trader lives and dies; what is left out is as always. */
export interface DoomedPlan {
  readonly death?: Death
  readonly segmentBytes?: number
  readonly reserveBytes?: number
  readonly snapshotMs?: number
  readonly reconcileMs?: number
  /** What the venues wait for a sign of life; it gives four in that time. */
  readonly deadManMs?: number
  /** Microseconds from an event to an order that are still quick; any number when left out, however busy the machine is. */
  readonly latencyMax?: number
  /** Its clock is ahead by so many milliseconds. */
  readonly aheadMs?: number
  /** The trader's own strategies trade, and there is no drill. */
  readonly hasStrategies?: boolean
}

/** So few that they are folded within the first minute. */
const FILLS_KEPT = 60

/** Venues of this machine answer at once: what takes seconds elsewhere takes tenths here. */
const HASTY: DeskTiming = {
  ...DESK_TIMING,
  commandTimeout: 500_000,
  answerTimeout: 1_000_000,
  askEvery: 100_000,
  auditEvery: 2_000_000,
  propagation: 500_000,
  pauseMax: 2_000_000,
}

/** Commands on the wire, by the path of the venue's request. */
const COMMANDS: Readonly<Record<string, RegExp>> = {
  'binance-usdm': /^\/fapi\/v1\/order\?/,
  'bybit-linear': /^\/v5\/order\/(create|amend|cancel)$/,
  'okx-swap': /^\/api\/v5\/trade\/(order|amend-order|cancel-order)$/,
}

/** The same over a socket, by the frame. */
const FRAMES: Readonly<Record<string, RegExp>> = {
  'binance-usdm': /"method":"order\.(place|modify|cancel)"/,
  'bybit-linear': /"op":"order\.(create|amend|cancel)"/,
  'okx-swap': /"op":"(order|amend-order|cancel-order)"/,
}

const {
  dir,
  venues,
  plan: planText,
} = parseArgs({
  options: { dir: { type: 'string' }, venues: { type: 'string' }, plan: { type: 'string' } },
}).values
const plan = JSON.parse(planText ?? '{}') as DoomedPlan
const { death, aheadMs = 0, hasStrategies = false } = plan
const sentences: Sentence[] = []

const seams = (name: string): AccountSeams => {
  const sentence = death === undefined || (death.account ?? name) !== name ? undefined : new Sentence(death)
  if (sentence !== undefined) {
    sentences.push(sentence)
    dieAfterSend(name, sentence)
  }
  const {
    segmentBytes = 16_384,
    reserveBytes = 1 << 20,
    snapshotMs = 600_000,
    reconcileMs = 5_000,
    deadManMs = 120_000,
  } = plan
  const desk = (parts: RecoveryParts): RecoveryParts => {
    const timed = { ...parts, timing: HASTY }
    if (sentence === undefined) return timed
    const journal = killableJournal(parts.journal, sentence)
    return {
      ...timed,
      journal,
      gateway: killableGateway(parts.gateway, sentence),
      listener: killableListener(parts.listener, sentence),
    }
  }
  const files = sentence === undefined ? DISK : killableFiles(DISK, sentence)
  return {
    desk,
    disk: { files, segmentBytes, reserveBytes },
    pace: { snapshotMs, reconcileMs, deadManMs, signOfLifeMs: deadManMs / 4, tickMs: 20 },
    fillsMax: FILLS_KEPT,
    onWritten: frame => strikeFrame(name, frame, sentence),
  }
}

/** The last byte of a request is in the hands of the system: only now has a command certainly left. */
function dieAfterSend(name: string, sentence: Sentence): void {
  subscribe('undici:request:bodySent', message => {
    const { method, path, body } = (message as { request: { method: string; path: string; body: unknown } }).request
    if (method === 'GET' || !COMMANDS[name]!.test(path)) return
    const verb = method === 'PUT' ? 'amend' : method === 'DELETE' ? 'cancel' : path
    sentence.strike('after_send', aboutOf(verb, `${path} ${String(body ?? '')}`))
  })
}

/** The same for commands that go over a socket. */
function strikeFrame(name: string, frame: string, sentence: Sentence | undefined): void {
  const [, verb] = FRAMES[name]!.exec(frame) ?? []
  if (verb !== undefined) sentence?.strike('after_send', aboutOf(verb, frame))
}

function aboutOf(verb: string, text: string): 'replace' | 'cancel' | 'market' | 'limit' {
  if (/amend|modify/.test(verb)) return 'replace'
  if (/cancel/.test(verb)) return 'cancel'
  return /market/i.test(text) ? 'market' : 'limit'
}

/** A clock that is ahead of the system's. */
function wrongTimers(by: number): Timers {
  const right = new SystemTimers()
  return { now: () => (right.now() + by * 1000) as Micros, after: (delayMs, wake) => right.after(delayMs, wake) }
}

await runSingle(
  {
    ...{ seed: 1, directory: dir!, venues: venues! },
    accounts: DEMO_CONFIG.accounts.map(account => ({
      ...account,
      strategies: account.strategies.map(strategy => ({
        ...strategy,
        mode: hasStrategies ? strategy.mode : ('observation' as const),
      })),
    })),
    staging: {
      guards: { latencyMax: plan.latencyMax ?? Number.POSITIVE_INFINITY },
      timers: wrongTimers(aheadMs),
      seams,
      onStarted(accounts) {
        if (hasStrategies) return
        const drills = accounts.map(({ account }) => new OrderDrill(account))
        process.once('message', () => {
          for (const sentence of sentences) sentence.isTrading = true
          setInterval(() => {
            for (const drill of drills) drill.step()
          }, DRILL_MS)
        })
      },
    },
  },
  new ScreenHost(Number.POSITIVE_INFINITY),
)
