import { join } from 'node:path'
import { SystemTimers } from '@velocimex/host/net/timers'
import type { ScreenHost } from '../screen/screen-host.ts'
import { AccountViews } from './account-views.ts'
import { ControlApi } from './control-api.ts'
import { ServiceViews } from './service-views.ts'
import { readVenues, SingleTopology } from './single-topology.ts'

const RECENT_MAX = 8

/** What a run is started with. */
export interface SingleRun {
  readonly seed: number
  /** Journals, books, and the socket of the local API. */
  readonly directory: string
  /** A file with the addresses of venues that run already. */
  readonly venues?: string
  /** Seconds without a sign of life of the operator after which the emergency stop engages; never when left out. */
  readonly deadManSeconds?: number
}

/** Everything in one process beside three simulated venues, with the local API, on a screen. */
export async function runSingle(
  { seed, directory, venues, deadManSeconds }: SingleRun,
  host: ScreenHost,
): Promise<void> {
  const timers = new SystemTimers()
  const recent: string[] = []
  const tell = (line: string): void => {
    recent.unshift(line)
    if (recent.length > RECENT_MAX) recent.pop()
  }
  const single = await SingleTopology.start({
    ...{ seed, directory, timers },
    ...(venues === undefined ? {} : { venues: readVenues(venues) }),
    ...(deadManSeconds === undefined
      ? {}
      : { guards: { deadMan: { timeout: deadManSeconds * 1e6, action: 'emergency_stop' as const } } }),
    nanos: () => Number(process.hrtime.bigint()),
    onFill: (venue, _fill, words) => tell(`${venue} ${words}`),
    onAlert: () => {},
    onFatal(words) {
      process.stderr.write(`${words}\n`)
      process.exit(1)
    },
  })
  const accounts = single.accounts.map((account, at) => ({ name: single.names[at]!, account }))
  const views = new AccountViews(accounts, single.refusals, () => timers.now())
  const api = new ControlApi(join(directory, 'control.sock'), views)
  await api.listen()
  const stopBySignal = (): void => void views.stop('SIGUSR2', false)
  process.on('SIGUSR2', stopBySignal)
  const began = performance.now()
  const screen = new ServiceViews(accounts, seed, recent)
  host.open({
    view() {
      if (process.stdout.isTTY) views.heard() // A screen that is open is a person who looks.
      return screen.view((performance.now() - began) / 1000, false)
    },
    toggle: () => {}, // A market of others cannot be paused.
    async stop() {
      process.off('SIGUSR2', stopBySignal)
      await api.stop()
      await single.stop()
    },
  })
}
