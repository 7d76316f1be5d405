// `npm start`: a made-up market, two strategies, and a screen that shows the whole line at work.
import { parseArgs } from 'node:util'
import { DemoTrading } from './demo/demo-trading.ts'
import { DemoViews } from './demo/demo-view.ts'
import { linesOf } from './screen/plain-lines.ts'
import { TerminalScreen } from './screen/terminal-screen.ts'

const HELP = `npm start [-- options]        Velocimex on a simulated market, live in this terminal. No keys, no network.

  --seed N       seed of the market (default 7): the same seed plays the same market
  --seconds N    stop after so many seconds (default: until q or Ctrl-C)
  --record DIR   also write the market to a tape, for velocimex backtest run
  --help
`
const FRAME_MS = 100
const STEP_MS = 5

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        seconds: { type: 'string' },
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

function number(name: 'seed' | 'seconds', fallback: number): number {
  const text = values[name]
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isSafeInteger(value) && value !== Number.POSITIVE_INFINITY) {
    process.stderr.write(`--${name} must be a whole number, was ${text}\n`)
    process.exit(2)
  }
  return value
}

const seed = number('seed', 7)
const seconds = number('seconds', Number.POSITIVE_INFINITY)
const start = Date.now()
const demo = new DemoTrading({
  seed,
  start: start * 1000,
  ...(values.record === undefined ? {} : { record: values.record }),
})
const views = new DemoViews(demo, seed)
const screen = process.stdout.isTTY
  ? new TerminalScreen(process.stdin, process.stdout, !process.env['NO_COLOR'])
  : undefined

/** Market time runs with the wall clock, but for pauses. */
let paused = false
let pausedFor = 0
let pausedAt = 0
const elapsed = (): number => (paused ? pausedAt : Date.now()) - start - pausedFor

let frameAt = 0
let lineAt = 0
const loop = setInterval(() => {
  const now = elapsed()
  if (!paused) demo.advance((start + now) * 1000)
  if (now >= seconds * 1000) return stop(0)
  if (screen !== undefined && Date.now() - frameAt >= FRAME_MS) {
    frameAt = Date.now()
    screen.draw(views.view(now / 1000, paused))
  } else if (screen === undefined && now - lineAt >= 1000) {
    lineAt = now
    process.stdout.write(linesOf(views.view(now / 1000, false)))
  }
}, STEP_MS)

/** Ends everything and says how it stood. */
function stop(code: number): void {
  clearInterval(loop)
  const last = views.view(elapsed() / 1000, false)
  screen?.close()
  demo.close()
  process.stdout.write(linesOf(last))
  process.exit(code)
}

function toggle(): void {
  if (paused) pausedFor += Date.now() - pausedAt
  else pausedAt = Date.now()
  paused = !paused
}

screen?.open(key => (key === 'quit' ? stop(0) : toggle()))
process.on('SIGINT', () => stop(130))
process.on('SIGTERM', () => stop(0))
process.stdout.on('error', () => process.exit(0))
process.on('uncaughtException', cause => {
  screen?.close()
  process.stderr.write(`velocimex stopped on its own mistake: ${cause.stack}\n`)
  process.exit(1)
})
