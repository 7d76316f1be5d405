import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ComparedFigure, compareFigures, toleranceText } from '@velocimex/backtester/calibrate/comparison'
import { counterpartOf } from '@velocimex/backtester/calibrate/counterpart'
import { marketPlots } from '@velocimex/backtester/calibrate/market-plots'
import { modelFigures } from '@velocimex/backtester/calibrate/model-figures'
import { tapeFigures } from '@velocimex/backtester/calibrate/tape-figures'
import { stepSize } from '@velocimex/core/market/grid'
import { makeFolder } from '@velocimex/host/files/make-folder'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson, say } from './output.ts'

/** Seeds beyond it would not be whole numbers any more once the model has spread them over its instruments. */
const SEED_MAX = 1_000_000_000
const SECONDS_MIN = 60
const SECONDS_MAX = 86_400

interface CalibrateFlags {
  readonly tape: string
  readonly instrument?: string
  readonly seed: string
  readonly seconds: string
  readonly plot?: string
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
    .option('--plot <dir>', 'draw the distributions of both as SVG files into a folder')
    .option('--json', 'as JSON')
    .action(calibrate)
}

function calibrate(flags: CalibrateFlags): void {
  const seed = wholeNumber('--seed', flags.seed, 0, SEED_MAX)
  const seconds = wholeNumber('--seconds', flags.seconds, SECONDS_MIN, SECONDS_MAX)
  const read = tapeFigures(flags.tape, flags.instrument)
  if (!read.ok) {
    const isAbsent = read.reason === 'not_found' || read.reason === 'no_instrument'
    throw new CommandError(isAbsent ? EXIT.notFound : EXIT.failed, read.words ?? read.reason)
  }
  const recorded = read.value
  const { unified, venue, quantity } = recorded.instrument
  const { name, flow, lotSize } = counterpartOf(recorded.instrument)
  const model = modelFigures({ flow, seed, seconds, lotSize })
  if (flags.plot !== undefined) {
    const plots = marketPlots({ ...recorded, lotSize: stepSize(quantity) }, { ...model, lotSize })
    makeFolder(flags.plot)
    for (const [plot, text] of plots) writeFileSync(join(flags.plot, `${plot}.svg`), text)
    say(`${plots.size} plots in ${flags.plot}`)
  }
  const rows = compareFigures(recorded.figures, model.figures)
  if (flags.json) printJson({ tape: flags.tape, instrument: unified, venue, model: name, seed, seconds, figures: rows })
  else print(`${unified} on ${venue}, and the ${name} model with seed ${seed} for ${seconds} s`, ...table(rows))
}

function table(rows: readonly ComparedFigure[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const number = (value: number): string =>
    (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'n/a').padStart(10)
  return [
    `  ${''.padEnd(width)}  ${'recorded'.padStart(10)}  ${'model'.padStart(10)}  within`,
    ...rows.map(
      ({ name, unit, recorded, model, tolerance, holds }) =>
        `  ${name.padEnd(width)}  ${number(recorded)}  ${number(model)}  ${holds ? '✓' : '✗'} ${toleranceText(tolerance).padEnd(8)} ${unit}`,
    ),
    `  ${rows.filter(({ holds }) => holds).length} of ${rows.length} figures are within their tolerance.`,
  ]
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new CommandError(EXIT.usage, `${option} ${text} is not a whole number from ${least} to ${most}`)
  return value
}
