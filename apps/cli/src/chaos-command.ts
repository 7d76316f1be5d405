import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { runChaos } from './chaos/run-chaos.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson, progressLine } from './output.ts'

interface Flags {
  readonly kills: string
  readonly seed: string
  readonly json?: boolean
}

/** `velocimex chaos`. */
export function addChaosCommand(program: Command): void {
  program
    .command('chaos')
    .description('kill the trader again and again while it trades on simulated venues, and look for what is missing')
    .option('--kills <n>', 'how often', '30')
    .option('--seed <n>', 'seed of the instants and the markets', '1')
    .option('--json', 'the verdict as one JSON object')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const kills = Number(flags.kills)
  const seed = Number(flags.seed)
  if (!Number.isInteger(kills) || kills < 1)
    throw new CommandError(EXIT.usage, `--kills wants a whole number, not ${flags.kills}`)
  if (!Number.isInteger(seed)) throw new CommandError(EXIT.usage, `--seed wants a whole number, not ${flags.seed}`)
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-chaos-'))
  const tell = progressLine('kills', flags.json === true)
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
