import { join } from 'node:path'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { SystemTimers, type Timers } from '@velocimex/host/net/timers'
import type { ScreenHost } from '../screen/screen-host.ts'
import { AccountViews } from './account-views.ts'
import { CommandAudit } from './command-audit.ts'
import { ControlApi } from './control-api.ts'
import { checkAddress } from './late-store.ts'
import type { NamedAccount } from './named-account.ts'
import { ServiceViews } from './service-views.ts'
import type { SingleOptions } from './single-options.ts'
import { SingleTopology, simulatedVenues } from './single-topology.ts'
import { StopOrder } from './stop-order.ts'
import { StoreWriter } from './store-writer.ts'
import type { AccountConfig } from './trader-config.ts'
import { readVenues } from './venue-addresses.ts'

const RECENT_MAX = 8

/** What a run is started with. */
export interface SingleRun {
  readonly accounts: readonly AccountConfig[]
  readonly seed: number
  /** Journals, books, and the socket of the local API. */
  readonly directory: string
  /** A file with the addresses of venues that run already. */
  readonly venues?: string
  /** Seconds without a sign of life of the operator after which the emergency stop engages; never when left out. */
  readonly deadManSeconds?: number
  /** Address of a PostgreSQL database; without it a file in the folder. */
  readonly database?: string
  /** What stands around the accounts, and who is told when they are there: nothing of it in production. */
  readonly staging?: Pick<SingleOptions, 'seams' | 'guards'> & {
    readonly timers?: Timers
    readonly onStarted: (accounts: readonly NamedAccount[]) => void
  }
}

/** Everything in one process, simulated venues beside it, with the local API, on a screen. */
export async function runSingle(
  { accounts: configured, seed, directory, venues, deadManSeconds, database, staging }: SingleRun,
  host: ScreenHost,
): Promise<void> {
  const timers = staging?.timers ?? new SystemTimers()
  const recent: string[] = []
  const tell = (line: string): void => {
    recent.unshift(line)
    if (recent.length > RECENT_MAX) recent.pop()
  }
  if (database !== undefined) checkAddress(database)
  makeFolder(directory, 0o700)
  const address = database === undefined ? {} : { address: database }
  const store = await StoreWriter.open({ directory, timers, ...address })
  const audit = await CommandAudit.open(directory, store, () => timers.now())
  const stopOrder = new StopOrder(directory)
  const { stopped } = stopOrder
  const single = await SingleTopology.start({
    ...{ accounts: configured, seed, directory, store },
    ...(venues === undefined ? {} : { venues: readVenues(venues, simulatedVenues(configured)) }),
    ...(deadManSeconds === undefined
      ? {}
      : { guards: { deadMan: { timeout: deadManSeconds * 1e6, action: 'emergency_stop' as const } } }),
    ...staging,
    timers,
    ...(stopped === undefined ? {} : { stopped }),
    ...(audit.damage.pending === undefined ? {} : { auditDamage: audit.damage.pending }),
    nanos: () => performance.now() * 1e6, // hrtime.bigint would leave garbage with each message.
    onFill: (venue, _fill, words) => tell(`${venue} ${words}`),
    onAlert: () => {},
    onFatal(words) {
      process.stderr.write(`${words}\n`)
      process.exit(1)
    },
  })
  const accounts = single.accounts.map((account, at) => ({ name: single.names[at]!, account }))
  const views = new AccountViews(accounts, single.refusals, stopOrder, () => timers.now())
  const api = new ControlApi(join(directory, 'control.sock'), views, audit, () => store.state)
  await api.listen()
  let isEnding = false
  const stopBySignal = (): void => {
    if (!isEnding) void api.emergencyStop('SIGUSR2', false)
  }
  process.on('SIGUSR2', stopBySignal)
  staging?.onStarted(accounts)
  const began = performance.now()
  const real = configured.filter(({ endpoint }) => endpoint !== 'simulated').map(({ name }) => name)
  const screen = new ServiceViews(accounts, { seed, recent, real, now: () => timers.now() })
  host.open({
    view() {
      if (process.stdout.isTTY) views.heard() // A screen that is open is a person who looks.
      return screen.view((performance.now() - began) / 1000)
    },
    toggle: () => {},
    async stop() {
      isEnding = true // The signal is still heard: without a listener it would end us in the middle of this.
      await api.stop()
      await single.stop()
      await audit.close()
      await store.close()
      process.off('SIGUSR2', stopBySignal)
    },
  })
}
