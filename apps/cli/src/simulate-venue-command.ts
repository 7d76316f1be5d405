import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { openTape } from '@velocimex/host/tape/tape'
import { playScenario, readScenario, type ScenarioStep } from '@velocimex/simulator/scenario'
import { DEMO_KEYS, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { venueTape } from '@velocimex/simulator/venue-tape'
import { SIDES } from '@velocimex/venues/sides'
import type { ClientKey, VenueSide } from '@velocimex/venues/venue-dialect'
import type { Command } from 'commander'
import { onEndRequest } from './end-request.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { pairs, print, printJson, say } from './output.ts'
import { unknownName } from './unknown-name.ts'

interface Flags {
  readonly port: string
  readonly controlPort: string
  readonly linePort?: string
  readonly seed: string
  readonly model: string
  readonly tape?: string
  readonly faults?: string
  readonly json?: boolean
}

/** `velocimex simulate-venue`. */
export function addSimulateVenueCommand(program: Command): void {
  program
    .command('simulate-venue')
    .description("a venue on this machine that speaks the real one's wire: REST, market and private sockets")
    .argument('<venue>', `which: ${[...SIDES.keys()].join(', ')}`)
    .option('--port <n>', 'port of REST and sockets; 0 for a free one', '0')
    .option('--control-port <n>', 'port of the control surface; 0 for a free one', '0')
    .option(
      '--line-port <n>',
      'a TCP line in front that can be delayed, cut, half-open, narrow or wrong; 0 for a free port',
    )
    .option('--seed <n>', 'seed of the made-up market', '1')
    .option('--model <name>', 'what makes the market: hawkes', 'hawkes')
    .option('--tape <dir>', 'a recorded market instead of the model; our orders are matched into it')
    .option('--faults <file>', 'a scenario of faults, played once (docs/simulator.md)')
    .option('--json', 'addresses and keys as one JSON object')
    .action(run)
}

async function run(name: string, flags: Flags): Promise<void> {
  const side = SIDES.get(name)
  if (side === undefined) throw unknownName('venue', name, [...SIDES.keys()])
  if (flags.model !== 'hawkes') throw new CommandError(EXIT.usage, `model ${flags.model} is not known; there is hawkes`)
  const steps = flags.faults === undefined ? [] : await scenarioIn(flags.faults)
  const tape = flags.tape === undefined ? {} : { tape: tapeIn(flags.tape, side) }
  const line = flags.linePort === undefined ? {} : { linePort: portOf(flags.linePort, '--line-port') }
  const ports = {
    port: portOf(flags.port, '--port'),
    controlPort: portOf(flags.controlPort, '--control-port'),
    ...line,
  }
  const seed = numberOf(flags.seed, '--seed')
  const venue = await SimulatedVenue.start({ side, seed, ...ports, ...tape }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') throw cause
    const why = cause.code === 'EACCES' ? 'is not ours to open' : 'is taken by another process'
    const { port } = cause as { readonly port?: number }
    throw new CommandError(EXIT.failed, `port ${port} ${why}: give another one, or 0 for one that is free`)
  })
  const stopped = new Promise<void>(done => onEndRequest(done))
  tell(venue, name, side.keys ?? DEMO_KEYS, flags.json === true)
  const stage = {
    // A scenario that still waits keeps no venue from its end.
    wait: async (milliseconds: number): Promise<void> => void (await wait(milliseconds, undefined, { ref: false })),
    inject: (frame: string): void => venue.server.inject(frame),
    expect: (text: string): Promise<void> => venue.server.heard(text),
    fault(fault: Parameters<typeof venue.server.addFault>[0]): void {
      if (!venue.server.addFault(fault)) throw new Error('more faults wait than a venue keeps')
    },
    close: (code: number): void => venue.server.closeAll(code, 'by scenario'),
    control: (call: string, body: unknown): void => {
      const [status, value] = venue.control(call, body)
      if (status !== 200) say(`${flags.faults}: ${call} ${JSON.stringify(body)}: ${JSON.stringify(value)}`)
    },
  }
  // A scenario that is over does not end the venue; one that cannot go on does.
  const broken = new Promise<never>((_, fail) => void playScenario(steps, stage).catch(fail))
  try {
    await Promise.race([stopped, broken])
  } catch (cause) {
    throw new CommandError(EXIT.failed, `${flags.faults}: the scenario cannot go on: ${(cause as Error).message}`)
  } finally {
    await venue.stop()
  }
}

function tell(venue: SimulatedVenue, name: string, keys: readonly ClientKey[], isJson: boolean): void {
  const address = `127.0.0.1:${venue.linePort === 0 ? venue.port : venue.linePort}`
  const rest = `http://${address}`
  const sockets = `ws://${address}`
  const control = `http://127.0.0.1:${venue.controlPort}`
  const symbols = venue.market.exchange.instruments.all.map(({ symbol }) => symbol)
  if (isJson) {
    printJson({ venue: name, rest, sockets, control, symbols, keys })
    return
  }
  const [first] = keys
  const rows: [string, string][] = [
    ['REST', rest],
    ['sockets', sockets],
    ['control', `${control}/truth`],
    ['symbols', symbols.join(', ')],
    ['key', `${first!.apiKey} secret ${first!.secret} passphrase ${first!.passphrase}`],
  ]
  print(`${name} is simulated here; nothing leaves this machine. Ctrl-C ends it.`, ...pairs(rows))
}

async function scenarioIn(path: string): Promise<readonly ScenarioStep[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new CommandError(EXIT.notFound, `${path} does not exist`)
    throw new CommandError(EXIT.failed, `${path}: ${code === 'EISDIR' ? 'is a folder, not a scenario' : message}`)
  }
  const read = readScenario(text)
  if (!read.ok) throw new CommandError(EXIT.invalidConfiguration, `${path}: ${read.words}`)
  return read.value
}

function tapeIn(path: string, side: VenueSide): ReturnType<typeof venueTape> {
  const tape = openTape(path)
  if (!tape.ok)
    throw new CommandError(tape.reason === 'damaged' ? EXIT.failed : EXIT.notFound, tape.words ?? tape.reason)
  return venueTape(tape.value, side.id)
}

function numberOf(text: string, flag: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0)
    throw new CommandError(EXIT.usage, `${flag} wants a whole number, not ${text}`)
  return value
}

function portOf(text: string, flag: string): number {
  const port = numberOf(text, flag)
  if (port > 65_535) throw new CommandError(EXIT.usage, `${flag} wants a port of 0 to 65535, not ${text}`)
  return port
}
