import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '@velocimex/core/clock/random'
import { DEMO_KEYS, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { TRADED_VENUES } from '@velocimex/trader/service/single-topology'
import { SIDES } from '@velocimex/venues/sides'
import { TraderProcess } from './trader-process.ts'
import { judge, type Verdict } from './verdict.ts'

/** Milliseconds that a start may take before it counts as failed. */
const READY_MAX_MS = 20_000
/** Between being ready and being killed. */
const LIFE_MAX_MS = 1_200

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
  mkdirSync(directory, { recursive: true })
  const random = new Random(seed)
  const venues = await Promise.all(
    TRADED_VENUES.map((name, at) =>
      SimulatedVenue.start({ side: SIDES.get(name)!, seed: seed + at, port: 0, controlPort: 0 }),
    ),
  )
  const path = join(directory, 'venues.json')
  const addresses = venues.map(({ port, controlPort }, at) => ({
    ...{ venue: TRADED_VENUES[at]!, rest: `http://127.0.0.1:${port}`, sockets: `ws://127.0.0.1:${port}` },
    ...{ control: `http://127.0.0.1:${controlPort}`, key: DEMO_KEYS[0]! },
  }))
  writeFileSync(path, JSON.stringify(addresses))
  const readyMs: number[] = []
  let trader = new TraderProcess(directory, path)
  try {
    for (let kill = 1; kill <= kills; kill++) {
      // One in three dies before it is ready: recovery itself must survive.
      if (random.uniform() < 1 / 3 && kill > 1) await pause(random.uniform() * 600)
      else {
        readyMs.push(await trader.ready(READY_MAX_MS))
        await pause(random.uniform() * LIFE_MAX_MS)
      }
      await trader.kill()
      onKill?.(kill, readyMs.at(-1) ?? 0)
      trader = new TraderProcess(directory, path)
    }
    readyMs.push(await trader.ready(READY_MAX_MS))
    const verdict = await settled(trader, Object.fromEntries(addresses.map(({ venue, control }) => [venue, control])))
    return { ...verdict, kills, seed, readyMs: readyMs.sort((one, other) => one - other) }
  } finally {
    await trader.end()
    await Promise.all(venues.map(venue => venue.stop()))
  }
}

/** The verdict once everything that was under way has been told: at most ten seconds of healing. */
async function settled(trader: TraderProcess, controls: Readonly<Record<string, string>>): Promise<Verdict> {
  let verdict = await judge(trader, controls)
  for (let tries = 0; tries < 40 && verdict.faults.length > 0; tries++) {
    await pause(250)
    verdict = await judge(trader, controls)
  }
  return verdict
}

const pause = (milliseconds: number): Promise<void> => new Promise(done => setTimeout(done, milliseconds))
