import { Random } from '@velocimex/core/clock/random'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'
import { TraderProcess } from './trader-process.ts'
import type { Verdict } from './verdict.ts'

/** Milliseconds that a start may take before it counts as failed. */
const READY_MAX_MS = 60_000
/** Between being ready and being killed. */
const LIFE_MAX_MS = 800

/** What to do to the trader. */
export interface ChaosOptions {
  readonly kills: number
  readonly seed: number
  readonly directory: string
  readonly onKill?: (kill: number, readyMs: number) => void
}

/** What came of it. */
export interface ChaosReport extends Verdict {
  readonly kills: number
  readonly seed: number
  /** Milliseconds from start to ready, sorted. */
  readonly readyMs: readonly number[]
}

/**
 * Kills the trader again and again at instants that a seed draws, before, while and after it recovers, while simulated
 * venues on real sockets go on; then asks whether an order was lost or doubled, and whether every cent is where the
 * venues say it is.
 */
export async function runChaos({ kills, seed, directory, onKill }: ChaosOptions): Promise<ChaosReport> {
  const random = new Random(seed)
  const stage = await ChaosStage.start(directory, seed)
  const readyMs: number[] = []
  let trader = new TraderProcess(directory, stage.path)
  try {
    for (let kill = 1; kill <= kills; kill++) {
      // One in three dies before it is ready: recovery itself must survive.
      if (random.uniform() < 1 / 3 && kill > 1) await pause(random.uniform() * 600)
      else {
        readyMs.push(await trader.ready(READY_MAX_MS))
        trader.say({ trade: true }) // Strategies of the trader itself do not wait for that.
        await pause(random.uniform() * LIFE_MAX_MS)
      }
      await trader.kill()
      onKill?.(kill, readyMs.at(-1) ?? 0)
      stage.forgetUsage()
      // Strategies rest for most of a short life; every other one gives commands without a pause.
      const isDrill = kill < kills && random.uniform() < 1 / 2
      trader = isDrill ? drillingTrader(directory, stage.path, {}) : new TraderProcess(directory, stage.path)
    }
    readyMs.push(await trader.ready(READY_MAX_MS))
    const { faults, ...verdict } = await stage.settled(trader)
    const all = [...faults, ...(await stops(trader))]
    return { ...verdict, faults: all, kills, seed, readyMs: readyMs.sort((one, other) => one - other) }
  } finally {
    await trader.end()
    await stage.stop()
  }
}

/** Nobody has stopped it: an account that stopped itself was killed in its sleep. */
async function stops(trader: TraderProcess): Promise<string[]> {
  const { accounts } = await trader.ask<{ accounts: { name: string; stop: { reason: string } | null }[] }>('/status')
  return accounts.flatMap(({ name, stop }) => (stop === null ? [] : [`${name} stopped by itself: ${stop.reason}`]))
}
