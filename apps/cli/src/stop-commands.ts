import type { Command } from 'commander'
import { print, printJson } from './output.ts'
import { askTrader } from './trader-client.ts'

interface StopFlags {
  readonly dir: string
  readonly json?: boolean
}

/** Who asked for a stop, when and why, as the local API tells it. `at` is an ISO instant. */
interface StopAsk {
  readonly trigger: string
  readonly by: string
  readonly reason: string
  readonly at: string
}

/** An engaged emergency stop as the local API tells it. */
export interface StopTold extends StopAsk {
  readonly number: number
  readonly phase: string
  readonly steps: Readonly<Record<string, string>>
  /** Who asked for it again while it was engaged, oldest first. */
  readonly repeats: readonly StopAsk[]
}

/** `velocimex stop | resume`. @param shared adds the options by which a running trader is found */
export function addStopCommands(program: Command, shared: (command: Command) => Command): void {
  shared(
    program
      .command('stop')
      .description('emergency stop: cancel everything, only reduce from now on, over restarts')
      .argument('<reason>', 'why, in three letters or more; the audit log keeps it')
      .option('--flatten', 'close every position, too, at the market'),
  ).action(stop)
  shared(
    program
      .command('resume')
      .description('release the emergency stop')
      .argument('<reason>', 'why, in three letters or more'),
  ).action(async (reason: string, flags: StopFlags) => {
    const value: object = await askTrader(flags.dir, 'POST', '/resume', { reason })
    if (flags.json) printJson(value)
    else print(`resumed: ${reason}`)
  })
}

async function stop(reason: string, flags: StopFlags & { readonly flatten?: boolean }): Promise<void> {
  const value = (await askTrader(flags.dir, 'POST', '/stop', { reason, flatten: flags.flatten === true })) as {
    readonly already: readonly (StopTold & { readonly account: string })[]
    /** Why the audit log does not have it. */
    readonly unlogged?: string
  }
  if (flags.json) return printJson(value)
  const before = value.already.map(({ account, ...told }) => `  ${account} was stopped already since ${askWords(told)}`)
  print(
    `${before.length === 0 ? 'stopped' : 'asked again to stop'}: ${reason}; velocimex status tells how far its steps are`,
    ...before,
    ...(value.unlogged === undefined ? [] : [`  NOT in the audit log: ${value.unlogged}`]),
  )
}

/** An engaged stop in lines: who engaged it, how far its steps are, and who asked again; none when nothing is stopped. */
export function stopLines(account: string, told: StopTold | null): string[] {
  if (told === null) return []
  const { number, phase, steps, repeats } = told
  const each = Object.entries(steps).map(([step, state]) => `${step} ${state}`)
  return [
    `  ${account}: emergency stop ${number} (${phase}) since ${askWords(told)}`,
    `    ${each.join(', ')}`,
    ...repeats.map(repeat => `    again at ${askWords(repeat)}`),
  ]
}

const askWords = ({ at, by, trigger, reason }: StopAsk): string => `${at} by ${by} (${trigger}): ${reason}`
