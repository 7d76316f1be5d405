import { type ComparedFigure, compareFigures } from '@velocimex/backtester/calibrate/comparison'
import { modelFigures } from '@velocimex/backtester/calibrate/model-figures'
import { tapeFigures } from '@velocimex/backtester/calibrate/tape-figures'
import { LIQUID_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson } from './output.ts'

/** Size of a lot of the model's market: 0.00001 of a coin. */
const MODEL_LOT = 1e-5

interface CalibrateFlags {
  readonly tape: string
  readonly instrument?: string
  readonly seed: string
  readonly seconds: string
  readonly json?: boolean
}

/** `velocimex calibrate`. */
export function addCalibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description('statistics of a recorded market beside those of the made-up one')
    .requiredOption('--tape <dir>', 'tape of a recorded market')
    .option('--instrument <symbol>', 'instrument of the tape; its first one if not told')
    .option('--seed <number>', 'seed of the made-up market', '7')
    .option('--seconds <number>', 'how much of the made-up market is looked at', '650')
    .option('--json', 'as JSON')
    .action(calibrate)
}

function calibrate(flags: CalibrateFlags): void {
  const seed = wholeNumber('--seed', flags.seed, 0, Number.MAX_SAFE_INTEGER / 2_000_000)
  const seconds = wholeNumber('--seconds', flags.seconds, 60, 86_400)
  const recorded = tapeFigures(flags.tape, flags.instrument)
  if (!recorded.ok)
    throw new CommandError(
      recorded.reason === 'not_found' || recorded.reason === 'no_instrument' ? EXIT.notFound : EXIT.failed,
      recorded.words ?? recorded.reason,
    )
  const model = modelFigures({ flow: LIQUID_FLOW, seed, seconds, lotSize: MODEL_LOT })
  const rows = compareFigures(recorded.value.figures, model.figures)
  const { unified, venue } = recorded.value.instrument
  if (flags.json) printJson({ tape: flags.tape, instrument: unified, venue, seed, seconds, figures: rows })
  else print(`${unified} on ${venue}, and the model with seed ${seed} for ${seconds} s`, ...table(rows))
}

function table(rows: readonly ComparedFigure[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const number = (value: number): string =>
    (Number.isNaN(value) ? 'n/a' : String(Number(value.toPrecision(4)))).padStart(10)
  return [
    `  ${''.padEnd(width)}  ${'recorded'.padStart(10)}  ${'model'.padStart(10)}`,
    ...rows.map(
      ({ name, unit, recorded, model }) => `  ${name.padEnd(width)}  ${number(recorded)}  ${number(model)}  ${unit}`,
    ),
  ]
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new CommandError(EXIT.usage, `${option} ${text} is not a whole number from ${least} to ${Math.floor(most)}`)
  return value
}
