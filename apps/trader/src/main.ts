// `npm start`: three simulated venues on real sockets, accounts that trade there, and a screen that shows it all at work.
import { parseArgs } from 'node:util'
import { likely } from '@velocimex/host/config/nearest'
import { JsonFileFault } from '@velocimex/host/config/read-json-file'
import { runDemo } from './demo/run-demo.ts'
import { ScreenHost } from './screen/screen-host.ts'
import { DEMO_CONFIG } from './service/demo-config.ts'
import { checkAddress } from './service/late-store.ts'
import { runSingle } from './service/run-single.ts'
import { simulatedVenues } from './service/single-topology.ts'
import { loadTraderConfig, type TraderConfig } from './service/trader-config.ts'

const HELP = `npm start [-- options]        Velocimex on simulated venues, live in this terminal. No keys, no network.

Three venues run beside it and speak the real ones' protocols over sockets of this machine; accounts trade there through
the same connectors, risk, journal and ledger as anywhere. Ask it from another terminal: velocimex status, order list,
order explain ID, position list, ledger balance, risk show, stop, resume.

  --seed N       seed of the markets (default 7)
  --seconds N    stop after so many seconds (default: until q or Ctrl-C)
  --config FILE  accounts, strategies and limits (examples/trader.yaml); without it three accounts on simulated venues
  --allow-live   take a configuration with accounts at venues that are not simulated here: their orders are real
  --dir DIR      journals, books and the local API (default .velocimex)
  --venues FILE  venues that run already, as velocimex simulate-venue --json tells them, in a list: journals are carried on
  --dead-man N   emergency stop after N seconds without a command or an open screen (default: never)
  --database URL postgres://user:password@host:5432/database; without it a file in DIR
  --demo         everything in one process without sockets: the same seed plays the same market
  --record DIR   with --demo: also write the market to a tape, for velocimex backtest run
  --help
`

const OPTIONS = {
  config: { type: 'string' },
  'allow-live': { type: 'boolean' },
  seed: { type: 'string' },
  seconds: { type: 'string' },
  dir: { type: 'string' },
  venues: { type: 'string' },
  'dead-man': { type: 'string' },
  database: { type: 'string' },
  demo: { type: 'boolean' },
  record: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** Ends it: a message for people, and an exit code as the command has them. */
function leave(code: 1 | 2 | 3 | 4, words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(code)
}

const { values } = (() => {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: false })
  } catch (cause) {
    const given = /^Unknown option '--([^']*)'/.exec((cause as Error).message)?.[1]
    const guess = given === undefined ? undefined : likely(given, Object.keys(OPTIONS), 1)[0]
    const meant = guess === undefined ? '' : ` (did you mean --${guess}?)`
    return leave(2, `${(cause as Error).message}${meant}\n--help tells the options`)
  }
})()
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

function number(name: 'seed' | 'seconds' | 'dead-man', least: number, fallback: number): number {
  const text = values[name]
  if (text === undefined) return fallback
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    leave(2, `--${name} must be a whole number of at least ${least}, was ${text}`)
  return value
}

/** The configuration that was named, or the demonstration's; ends with its issues when it cannot be taken. */
function chosen(): TraderConfig {
  if (values.config === undefined) return DEMO_CONFIG
  const loaded = loadTraderConfig(values.config)
  if (!loaded.ok) leave(loaded.reason === 'not_found' ? 3 : 4, loaded.issues.map(({ text }) => text).join('\n'))
  const real = loaded.value.accounts.filter(({ endpoint }) => endpoint !== 'simulated').map(({ name }) => name)
  if (real.length > 0 && !values['allow-live'])
    leave(
      2,
      `${values.config}: ${real.join(', ')} trade at venues that are not simulated here, with real orders: ` +
        'say --allow-live if that is meant',
    )
  return loaded.value
}

const seed = number('seed', 0, 7)
const seconds = number('seconds', 0, Number.POSITIVE_INFINITY)
if (values.demo || values.record !== undefined) {
  try {
    runDemo({ seed, ...(values.record === undefined ? {} : { record: values.record }) }, new ScreenHost(seconds))
  } catch (cause) {
    leave(1, (cause as Error).message)
  }
} else {
  const config = chosen()
  const deadMan = number('dead-man', 1, config.deadManSeconds ?? Number.POSITIVE_INFINITY)
  const { venues, database = config.database } = values
  try {
    if (database !== undefined) checkAddress(database)
  } catch (cause) {
    leave(values.database === undefined ? 4 : 2, (cause as Error).message)
  }
  const count = simulatedVenues(config.accounts).length
  if (venues === undefined && count > 0)
    process.stdout.write(`Starting ${count} simulated ${count === 1 ? 'venue' : 'venues'} ...\n`)
  const more = {
    ...(venues === undefined ? {} : { venues }),
    ...(database === undefined ? {} : { database }),
    ...(deadMan === Number.POSITIVE_INFINITY ? {} : { deadManSeconds: deadMan }),
  }
  try {
    const { accounts } = config
    const directory = values.dir ?? '.velocimex'
    await runSingle({ accounts, seed, directory, ...more }, new ScreenHost(seconds))
  } catch (cause) {
    const code = cause instanceof JsonFileFault ? (cause.reason === 'not_found' ? 3 : 4) : 1
    leave(code, (cause as Error).message)
  }
}
