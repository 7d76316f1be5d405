import { availableParallelism } from 'node:os'
import { FAULT_PLANS, type FaultLevel } from '@velocimex/core/simulation/fault-plan'
import { PLANTED_BUGS } from '@velocimex/core/simulation/planted-bugs'
import type { SimulationResult } from '@velocimex/core/simulation/simulation-options'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit-codes.ts'
import { pairs, print, printJson, progressLine } from '../output.ts'
import { DoneSeeds } from './done-seeds.ts'
import { runSeeds, type SeedOrder } from './seed-runs.ts'

interface Flags {
  readonly seed?: string
  readonly seeds?: string
  readonly minutes: string
  readonly faults: string
  readonly workers?: string
  readonly resume?: string
  readonly plant?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Days of one run: more would only keep results that nobody reads. */
const SEEDS_MAX = 1_000_000
const MINUTES_MAX = 24 * 60

/** `velocimex simulate`. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('whole trading days from seeds, with everything that can go wrong, checked against the truth')
    .option('--seed <n>', 'one day')
    .option('--seeds <a..b>', 'many days, in parallel')
    .option('--minutes <n>', 'virtual minutes of a day', '10')
    .option('--faults <level>', `how bad: ${Object.keys(FAULT_PLANS).join(', ')}`, 'high')
    .option('--workers <n>', 'processes; one for each core unless told')
    .option('--resume <file>', 'keep results in a file, and pass over the days that are in it')
    .option('--plant <bug>', `plant a bug, to see it found: ${Object.keys(PLANTED_BUGS).join(', ')}`)
    .option('--json', 'print the results as JSON')
    .option('--quiet', 'no progress')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const orders = ordersOf(flags)
  const workers = flags.workers === undefined ? availableParallelism() : numberOf(flags.workers, '--workers', 256)
  const done = new DoneSeeds(flags.resume)
  const results = orders.flatMap(order => done.find(order) ?? [])
  const missing = orders.filter(order => done.find(order) === undefined)
  const show = progressLine('days', flags.quiet === true || orders.length === 1)
  const start = performance.now()
  await runSeeds(missing, Math.max(1, workers), result => {
    done.add(result)
    results.push(result)
    show('simulating', results.length / orders.length, results.length)
  })
  const seconds = (performance.now() - start) / 1000
  results.sort((one, other) => one.seed - other.seed)
  if (flags.json) printJson({ results })
  else print(...linesOf(results, missing.length, seconds, flags.plant))
  const broken = results.filter(({ violation }) => violation !== undefined)
  if (broken.length > 0) throw new CommandError(EXIT.failed, `${broken.length} of ${results.length} days broke a rule`)
}

function ordersOf(flags: Flags): SeedOrder[] {
  if ((flags.seed === undefined) === (flags.seeds === undefined))
    throw new CommandError(EXIT.usage, 'give either --seed 7 or --seeds 1..100')
  const minutes = numberOf(flags.minutes, '--minutes', MINUTES_MAX)
  if (!Object.hasOwn(FAULT_PLANS, flags.faults))
    throw new CommandError(EXIT.usage, `--faults is one of ${Object.keys(FAULT_PLANS).join(', ')}, not ${flags.faults}`)
  if (flags.plant !== undefined && !Object.hasOwn(PLANTED_BUGS, flags.plant))
    throw new CommandError(EXIT.usage, `--plant is one of ${Object.keys(PLANTED_BUGS).join(', ')}, not ${flags.plant}`)
  const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(flags.seeds ?? `${flags.seed}..${flags.seed}`)
  const [first, last] = [Number(range?.[1]), Number(range?.[2])]
  if (range === null || last < first || last - first >= SEEDS_MAX)
    throw new CommandError(
      EXIT.usage,
      `a seed is a whole number, seeds are a range such as 1..100 of at most ${SEEDS_MAX}`,
    )
  const faults = flags.faults as FaultLevel
  const plant = flags.plant === undefined ? {} : { plant: flags.plant }
  return Array.from({ length: last - first + 1 }, (_, at) => ({ seed: first + at, minutes, faults, ...plant }))
}

function numberOf(text: string, option: string, most: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new CommandError(EXIT.usage, `${option} is a whole number from 1 to ${most}, not ${text}`)
  return value
}

function linesOf(results: readonly SimulationResult[], ran: number, seconds: number, plant?: string): string[] {
  const planted = plant === undefined ? '' : ` --plant ${plant}`
  const sum = (of: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0)
  const first = results[0]!
  const broken = results.filter(({ violation }) => violation !== undefined)
  const times = (ran * first.minutes * 60) / seconds
  return [
    `${results.length} days of ${first.minutes} virtual minutes, faults ${first.faults}${ran === 0 ? '' : ` (${Math.round(times).toLocaleString('en')} times real time)`}`,
    ...pairs([
      ['orders', sum(({ placed }) => placed)],
      ['fills', sum(({ fills }) => fills)],
      ['kills', sum(({ kills }) => kills)],
      ['of them with the power', sum(({ powerCuts }) => powerCuts)],
      ['full comparisons', sum(({ checks }) => checks)],
      ['days that broke a rule', broken.length],
    ]),
    ...broken.flatMap(({ seed, minutes, faults, violation }) => [
      `seed ${seed}, second ${violation!.second}: ${violation!.words}`,
      `  again: velocimex simulate --seed ${seed} --minutes ${minutes} --faults ${faults}${planted}`,
    ]),
  ]
}
