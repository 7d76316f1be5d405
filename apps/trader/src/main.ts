// `npm start`: three simulated venues on real sockets, accounts that trade there, and a screen that shows it all at work.
import { parseArgs } from 'node:util'
import { runDemo } from './demo/run-demo.ts'
import { ScreenHost } from './screen/screen-host.ts'
import { runSingle } from './service/run-single.ts'

const HELP = `npm start [-- options]        Velocimex on simulated venues, live in this terminal. No keys, no network.

Three venues run beside it and speak the real ones' protocols over sockets of this machine; accounts trade there through
the same connectors, risk, journal and ledger as anywhere. Ask it from another terminal: velocimex status, order list,
order explain ID, position list, ledger balance, risk show, stop, resume.

  --seed N       seed of the markets (default 7)
  --seconds N    stop after so many seconds (default: until q or Ctrl-C)
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

const seed = number('seed', 7)
const host = new ScreenHost(number('seconds', Number.POSITIVE_INFINITY))
if (values.demo || values.record !== undefined)
  runDemo({ seed, ...(values.record === undefined ? {} : { record: values.record }) }, host)
else {
  if (values.venues === undefined) process.stdout.write('Starting three simulated venues ...\n')
  try {
    const { venues, database } = values
    const seconds = number('dead-man', Number.POSITIVE_INFINITY)
    if (seconds < 1) throw new Error(`--dead-man must be at least 1 second, was ${seconds}`)
    const more = {
      ...(venues === undefined ? {} : { venues }),
      ...(database === undefined ? {} : { database }),
      ...(seconds === Number.POSITIVE_INFINITY ? {} : { deadManSeconds: seconds }),
    }
    await runSingle({ seed, directory: values.dir ?? '.velocimex', ...more }, host)
  } catch (cause) {
    process.stderr.write(`${(cause as Error).message}\n`)
    process.exit(1)
  }
}
