import { ChaosStage, pause } from './chaos-stage.ts'
import type { Death } from './death-plan.ts'
import { drillingTrader } from './drilling-trader.ts'
import type { TraderProcess } from './trader-process.ts'

const READY_MAX_MS = 60_000
/** Until a trader that trades has passed its point: a snapshot is due every half second, an audit every two. */
const DEATH_MAX_MS = 15_000
/** Until everything is canceled after a restart. */
const STOPPED_MAX_MS = 5_000

/** What came of a death at a marked point. */
export interface PointOutcome {
  readonly death: Death
  /** How it ended: `SIGKILL` when it died where it should. */
  readonly ended: number | string | undefined
  /** The last of what it said before. */
  readonly words: string
  /** What was wrong once the next life had recovered. */
  readonly faults: readonly string[]
  /** Milliseconds until the next life was ready. */
  readonly readyMs: number
}

/** What to do to the trader. */
export interface PointsOptions {
  readonly deaths: readonly Death[]
  readonly seed: number
  readonly directory: string
  readonly onOutcome?: (outcome: PointOutcome) => void
}

/**
 * Lets the trader die at one marked point after the other, R-KILL-02. Each life recovers what the one before it left, is
 * judged by the venues' own truth while it is quiet, and then trades until it dies in its turn. A life that dies while it
 * recovers is judged with the next.
 */
export async function runPoints({ deaths, seed, directory, onOutcome }: PointsOptions): Promise<PointOutcome[]> {
  const stage = await ChaosStage.start(directory, seed)
  const outcomes: PointOutcome[] = []
  let waiting: Pick<PointOutcome, 'death' | 'ended' | 'words'>[] = []
  let trader: TraderProcess | undefined
  try {
    for (const death of [...deaths, undefined]) {
      trader = live(stage, directory, death)
      const judged = await judgeLife(stage, trader, waiting)
      if (judged !== undefined) {
        for (const each of waiting) outcomes.push({ ...each, ...judged })
        for (const outcome of outcomes.slice(-waiting.length)) onOutcome?.(outcome)
        waiting = []
      }
      if (death === undefined) break
      const ended = await dieAt(trader, death)
      waiting.push({ death, ended, words: trader.words })
    }
    return outcomes
  } finally {
    await trader?.end()
    await stage.stop()
  }
}

function live(stage: ChaosStage, directory: string, death: Death | undefined): TraderProcess {
  stage.forgetUsage()
  return drillingTrader(directory, stage.path, { ...(death === undefined ? {} : { death }), snapshotMs: 400 })
}

/** What a life has found of those before it; undefined when it died over that. */
async function judgeLife(
  stage: ChaosStage,
  trader: TraderProcess,
  before: readonly { readonly death: Death }[],
): Promise<Pick<PointOutcome, 'faults' | 'readyMs'> | undefined> {
  try {
    const readyMs = await trader.ready(READY_MAX_MS)
    if (before.length === 0) return undefined
    const { faults } = await stage.settled(trader)
    const isStopped = before.some(({ death }) => death.point === 'mid_stop')
    return { readyMs, faults: [...faults, ...(isStopped ? await stopFaults(trader) : [])] }
  } catch (cause) {
    if ((await trader.ending(0)) === 'SIGKILL') return undefined
    throw cause
  }
}

/** Lets it trade until it dies; those who die while they recover never trade. */
async function dieAt(trader: TraderProcess, { point }: Death): Promise<number | string | undefined> {
  trader.say({ trade: true })
  if (point === 'mid_stop') await trader.tell('/stop', { reason: 'a drill' }).catch(() => undefined)
  const ended = await trader.ending(DEATH_MAX_MS)
  if (ended === undefined) await trader.kill()
  return ended
}

/** After a death while it stopped, the stop is still engaged and soon nothing rests; then trading may go on. */
async function stopFaults(trader: TraderProcess): Promise<string[]> {
  const until = performance.now() + STOPPED_MAX_MS
  let resting: readonly string[]
  do {
    const { stopped, accounts } = await trader.ask<Status>('/status')
    if (stopped !== 'a drill') return [`the stop is not engaged after the restart: ${stopped}`]
    resting = accounts.filter(({ openOrders }) => openOrders > 0).map(({ name }) => name)
    if (resting.length > 0) await pause(20)
  } while (resting.length > 0 && performance.now() < until)
  // A stop is released when its steps are done.
  while (performance.now() < until) {
    const refused = await trader.tell('/resume', { reason: 'the drill is over' }).catch(cause => cause as Error)
    if (!(refused instanceof Error)) break
    await pause(20)
  }
  return resting.map(name => `${name}: orders rest while stopped`)
}

interface Status {
  readonly stopped: string | null
  readonly accounts: readonly { readonly name: string; readonly openOrders: number }[]
}
