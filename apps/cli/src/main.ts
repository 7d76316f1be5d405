import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { addBacktestCommands } from './backtest-commands.ts'
import { addCalibrateCommand } from './calibrate-command.ts'
import { addChaosCommand } from './chaos-command.ts'
import { EXAMPLES, examplesOf } from './examples.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { addHistoryCommands } from './history-commands.ts'
import { addNormalizeCommand } from './normalize-command.ts'
import { say } from './output.ts'
import { addRecordCommand } from './record-command.ts'
import { addSimulateCommand } from './simulate/simulate-command.ts'
import { addSimulateVenueCommand } from './simulate-venue-command.ts'
import { addTapeCommands } from './tape-commands.ts'
import { addTraderCommands } from './trader-commands.ts'

const CODES = `
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not found, 4 invalid configuration, 130 interrupted.
`

/** The whole command line. */
function makeProgram(): Command {
  const program = new Command('velocimex')
    .description('Velocimex: recorded and simulated markets, strategies, risk, execution and ledger')
    .version('0.1.0')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: text => process.stderr.write(text) })
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', CODES)
  program
    .command('start')
    .description('run three simulated venues, the trader and its live screen (the same as npm start)')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'see velocimex start --help')
    .action(async () => {
      process.argv.splice(1, 2, fileURLToPath(import.meta.resolve('@velocimex/trader/main')))
      await import('@velocimex/trader/main')
    })
  addTapeCommands(program)
  addNormalizeCommand(program)
  addBacktestCommands(program)
  addSimulateVenueCommand(program)
  addRecordCommand(program)
  addTraderCommands(program)
  addHistoryCommands(program)
  addChaosCommand(program)
  addSimulateCommand(program)
  addCalibrateCommand(program)
  for (const command of allOf(program)) {
    command.exitOverride()
    const examples = command.parent === null ? [] : examplesOf(pathOf(command))
    if (examples.length > 0)
      command.addHelpText('after', `\nExamples:\n${examples.map(each => `  ${each}`).join('\n')}`)
  }
  return program
}

/** `tape import` of that command; empty for the program itself. */
const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

const allOf = (command: Command): Command[] => [command, ...command.commands.flatMap(allOf)]

/** Turns whatever ended a command into its exit code, with one line for the person. */
function codeOf(cause: unknown): number {
  if (cause instanceof CommandError) {
    say(`velocimex: ${cause.message}`)
    return cause.code
  }
  // Commander has printed help or its complaint already.
  if (cause instanceof CommanderError) return cause.exitCode === 0 ? EXIT.ok : EXIT.usage
  if ((cause as NodeJS.ErrnoException)?.code === 'EPIPE') return EXIT.ok
  if (process.env['VELOCIMEX_DEBUG']) say(String((cause as Error)?.stack ?? cause))
  else say(`velocimex: ${(cause as Error)?.message ?? cause} (set VELOCIMEX_DEBUG=1 for the stack)`)
  return EXIT.failed
}

// A reader that has seen enough, as in `| head`, is not a failure.
process.stdout.on('error', cause => process.exit(codeOf(cause)))
try {
  await makeProgram().parseAsync()
} catch (cause) {
  process.exitCode = codeOf(cause)
}
