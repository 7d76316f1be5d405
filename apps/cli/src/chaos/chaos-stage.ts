import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { DEMO_KEYS, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { DEMO_VENUES } from '@velocimex/trader/service/demo-config'
import { SIDES } from '@velocimex/venues/sides'
import type { TraderProcess } from './trader-process.ts'
import { judge, type Verdict } from './verdict.ts'

const HEALING_MAX_MS = 30_000

/** Simulated venues on real sockets that go on while traders come and go. */
export class ChaosStage {
  readonly venues: readonly SimulatedVenue[]
  /** File with the venues' addresses, for `--venues`. */
  readonly path: string
  /** Control surfaces by the names of the venues. */
  readonly controls: Readonly<Record<string, string>>

  private constructor(venues: readonly SimulatedVenue[], directory: string) {
    this.venues = venues
    this.path = join(directory, 'venues.json')
    const addresses = venues.map(({ port, controlPort }, at) => ({
      ...{ venue: DEMO_VENUES[at]!, rest: `http://127.0.0.1:${port}`, sockets: `ws://127.0.0.1:${port}` },
      ...{ control: `http://127.0.0.1:${controlPort}`, keys: DEMO_KEYS },
    }))
    writeFileSync(this.path, JSON.stringify(addresses))
    this.controls = Object.fromEntries(addresses.map(({ venue, control }) => [venue, control]))
  }

  /** @param seed of the first market; the others follow */
  static async start(directory: string, seed: number): Promise<ChaosStage> {
    makeFolder(directory)
    const venues = await Promise.all(
      DEMO_VENUES.map((name, at) =>
        SimulatedVenue.start({ side: SIDES.get(name)!, seed: seed + at, port: 0, controlPort: 0 }),
      ),
    )
    return new ChaosStage(venues, directory)
  }

  /**
   * The venues forget what they counted of our requests. A start costs Binance's futures over a hundred of the 2,400 weights
   * of a minute, and nobody who is not killed on purpose starts twenty times in one; that limits are kept is tried elsewhere.
   */
  forgetUsage(): void {
    for (const { market } of this.venues) market.dialect.forgetUsage?.()
  }

  async stop(): Promise<void> {
    await Promise.all(this.venues.map(venue => venue.stop()))
  }

  /** The verdict once everything that was under way has been told: at most thirty seconds of healing, two rounds of reconciliation on a busy machine. */
  async settled(trader: TraderProcess): Promise<Verdict> {
    const until = performance.now() + HEALING_MAX_MS
    let verdict = await judge(trader, this.controls)
    while (performance.now() < until && verdict.faults.length > 0) {
      await pause(50)
      verdict = await judge(trader, this.controls)
    }
    return verdict
  }
}

/** Lets real time pass: processes and sockets have no other. */
export const pause = (milliseconds: number): Promise<void> => new Promise(done => setTimeout(done, milliseconds))
