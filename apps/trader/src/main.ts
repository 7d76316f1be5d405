// `npm start`: three simulated venues on real sockets, accounts that trade there, and a screen that shows it all at work.
import { parseArgs } from 'node:util'
import { runDemo } from './demo/run-demo.ts'
import { ScreenHost } from './screen/screen-host.ts'
import { DEMO_CONFIG } from './service/demo-config.ts'
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

const { values } = (() => {
  try {
    return parseArgs({
      options: {
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
      },
      allowPositionals: false,
    })
  } catch (cause) {
    process.stderr.write(`${(cause as Error).message}\n\n${HELP}`)
    process.exit(2)
  }
})()
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

function number(name: 'seed' | 'seconds' | 'dead-man', fallback: number): number {
  const text = values[name]
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isSafeInteger(value) && value !== Number.POSITIVE_INFINITY) {
    process.stderr.write(`--${name} must be a whole number, was ${text}\n`)
    process.exit(2)
  }
  return value
}

/** The configuration that was named, or the demonstration's; ends with its issues when it cannot be taken. */
function chosen(): TraderConfig {
  if (values.config === undefined) return DEMO_CONFIG
  const loaded = loadTraderConfig(values.config)
  if (!loaded.ok) {
    process.stderr.write(`${loaded.issues.map(({ text }) => text).join('\n')}\n`)
    process.exit(loaded.reason === 'not_found' ? 3 : 4)
  }
  const real = loaded.value.accounts.filter(({ endpoint }) => endpoint !== 'simulated').map(({ name }) => name)
  if (real.length > 0 && !values['allow-live']) {
    process.stderr.write(
      `${values.config}: ${real.join(', ')} trade at venues that are not simulated here, with real orders: ` +
        'say --allow-live if that is meant\n',
    )
    process.exit(2)
  }
  return loaded.value
}

const seed = number('seed', 7)
const host = new ScreenHost(number('seconds', Number.POSITIVE_INFINITY))
if (values.demo || values.record !== undefined)
  runDemo({ seed, ...(values.record === undefined ? {} : { record: values.record }) }, host)
else {
  const config = chosen()
  try {
    const { venues, database = config.database } = values
    const count = simulatedVenues(config.accounts).length
    if (venues === undefined && count > 0)
      process.stdout.write(`Starting ${count} simulated ${count === 1 ? 'venue' : 'venues'} ...\n`)
    const seconds = number('dead-man', config.deadManSeconds ?? Number.POSITIVE_INFINITY)
    if (seconds < 1) throw new Error(`--dead-man must be at least 1 second, was ${seconds}`)
    const more = {
      ...(venues === undefined ? {} : { venues }),
      ...(database === undefined ? {} : { database }),
      ...(seconds === Number.POSITIVE_INFINITY ? {} : { deadManSeconds: seconds }),
    }
    await runSingle({ accounts: config.accounts, seed, directory: values.dir ?? '.velocimex', ...more }, host)
  } catch (cause) {
    process.stderr.write(`${(cause as Error).message}\n`)
    process.exit(1)
  }
}
