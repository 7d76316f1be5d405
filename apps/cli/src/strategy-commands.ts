import type { Command } from 'commander'
import { percent, print, printJson, table } from './output.ts'
import { askTrader } from './trader-client.ts'

interface StrategyFlags {
  readonly dir: string
  readonly json?: boolean
}

const COLUMNS = [
  'account',
  'strategy',
  'mode',
  'instrument',
  'quantity',
  'realised',
  'fees',
  'unrealised',
  'openOrders',
  'maker',
]

/** `velocimex strategy list | mode`. @param shared adds the options by which a running trader is found */
export function addStrategyCommands(program: Command, shared: (command: Command) => Command): void {
  const strategy = program.command('strategy').description('strategies of the running trader')
  shared(strategy.command('list').description('what each strategy does, and holds by its own fills')).action(
    async (flags: StrategyFlags) => show(flags, await askTrader(flags.dir, 'GET', '/strategies')),
  )
  shared(
    strategy
      .command('mode')
      .description('what becomes of its orders; it outlives a restart')
      .argument('<account>')
      .argument('<strategy>')
      .argument('<mode>', 'live: to the venue; simulation: on paper; observation: nowhere'),
  ).action(async (account: string, name: string, mode: string, flags: StrategyFlags) =>
    show(flags, await askTrader(flags.dir, 'POST', '/mode', { account, strategy: name, mode })),
  )
}

function show(
  flags: StrategyFlags,
  value: { readonly strategies: readonly Readonly<Record<string, unknown>>[] },
): void {
  if (flags.json) printJson(value)
  else
    print(
      ...table(
        value.strategies.map(row => ({ ...row, maker: percent(row['makerRatio']) })),
        COLUMNS,
      ),
    )
}
