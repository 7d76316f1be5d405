import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_VENUES } from '@velocimex/trader/service/demo-config'
import type { Command } from 'commander'
import { MARKED_CASES } from './chaos/marked-points.ts'
import { runChaos } from './chaos/run-chaos.ts'
import { runPoints } from './chaos/run-points.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson, progressLine } from './output.ts'

interface Flags {
  readonly kills: string
  readonly seed: string
  readonly points?: boolean
  readonly json?: boolean
}

/** `velocimex chaos`. */
export function addChaosCommand(program: Command): void {
  program
    .command('chaos')
    .description('kill the trader again and again while it trades on simulated venues, and look for what is missing')
    .option('--kills <n>', 'how often', '30')
    .option('--seed <n>', 'seed of the instants and the markets', '1')
    .option('--points', 'instead: at every marked point of its code, with every kind of command, at every account')
    .option('--json', 'the verdict as one JSON object')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const kills = Number(flags.kills)
  const seed = Number(flags.seed)
  if (!Number.isInteger(kills) || kills < 1)
    throw new CommandError(EXIT.usage, `--kills wants a whole number, not ${flags.kills}`)
  if (!Number.isInteger(seed)) throw new CommandError(EXIT.usage, `--seed wants a whole number, not ${flags.seed}`)
  if (flags.points === true) return runAllPoints(seed, flags.json === true)
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-chaos-'))
  const tell = progressLine('kills', false) // On stderr: it is no part of the answer.
  const report = await runChaos({ kills, seed, directory, onKill: kill => tell('killing', kill / kills, kill) })
  const { orders, fills, faults, readyMs } = report
  const at = (share: number): number => Math.round(readyMs[Math.floor((readyMs.length - 1) * share)]!)
  if (flags.json)
    printJson({ kills, seed, orders, fills, faults, readyMs: { p50: at(0.5), p95: at(0.95), max: at(1) } })
  else
    print(
      `${kills} kills, ${orders} orders, ${fills} fills at the venues`,
      `start to ready: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`,
      ...(faults.length === 0 ? ['nothing lost, nothing doubled, every cent accounted for'] : faults),
    )
  if (faults.length > 0)
    throw new CommandError(EXIT.failed, `${faults.length} faults; what the trader left is in ${directory}`)
  rmSync(directory, { recursive: true, force: true })
}

async function runAllPoints(seed: number, json: boolean): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-points-'))
  const deaths = DEMO_VENUES.flatMap(account => MARKED_CASES.map(each => ({ ...each, account })))
  const tell = progressLine('points', false)
  let count = 0
  const onOutcome = (): void => tell('dying', ++count / deaths.length, count)
  const outcomes = await runPoints({ deaths, seed, directory, onOutcome })
  const bad = outcomes.filter(({ ended, faults }) => ended !== 'SIGKILL' || faults.length > 0)
  const words = bad.map(
    ({ death: { account, point, about = '', nth }, ended, faults }) =>
      `${account} ${point} ${about} ${nth}: ${ended === 'SIGKILL' ? '' : `ended with ${ended} `}${faults.join('; ')}`,
  )
  const readyMs = outcomes.map(outcome => outcome.readyMs).sort((one, other) => one - other)
  const at = (share: number): number => Math.round(readyMs[Math.floor((readyMs.length - 1) * share)]!)
  const ready = { p50: at(0.5), p95: at(0.95), max: at(1) }
  if (json) printJson({ points: outcomes.length, seed, faults: words, readyMs: ready })
  else
    print(
      `died at ${outcomes.length} marked points`,
      `start to ready: p50 ${ready.p50} ms, p95 ${ready.p95} ms, longest ${ready.max} ms`,
      ...(words.length === 0 ? ['nothing lost, nothing doubled, every cent accounted for'] : words),
    )
  if (words.length > 0)
    throw new CommandError(EXIT.failed, `${words.length} faults; what the trader left is in ${directory}`)
  rmSync(directory, { recursive: true, force: true })
}
