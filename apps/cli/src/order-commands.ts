import type { Command } from 'commander'
import { pairs, print, printJson, table } from './output.ts'
import { askTrader } from './trader-client.ts'

interface OrderFlags {
  readonly dir: string
  readonly json?: boolean
}
type Row = Readonly<Record<string, unknown>>

const COLUMNS = [
  ...['id', 'account', 'mode', 'symbol', 'side', 'state', 'price', 'quantity', 'filled', 'ahead', 'strategy'],
]

/** `velocimex order list | explain`. @param shared adds the options by which a running trader is found */
export function addOrderCommands(program: Command, shared: (command: Command) => Command): void {
  const order = program.command('order').description('orders of the running trader')
  shared(
    order.command('list').description('open orders; --all closed ones too').option('--all', 'closed ones too'),
  ).action(list)
  shared(order.command('explain').description('everything that happened to an order').argument('<id>')).action(explain)
}

async function list(flags: OrderFlags & { readonly all?: boolean }): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', `/orders?all=${flags.all === true}`)) as {
    readonly orders: readonly Row[]
  }
  if (flags.json) printJson(value)
  else print(...(value.orders.length === 0 ? ['no orders'] : table(value.orders, COLUMNS)))
}

async function explain(id: string, flags: OrderFlags): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', `/orders/${encodeURIComponent(id)}`)) as Row & {
    readonly story: readonly { readonly at: string; readonly words: string }[]
  }
  if (flags.json) return printJson(value)
  const { story, ...rest } = value
  print(
    ...pairs(Object.entries(rest).map(([key, each]) => [key, String(each)])),
    ...story.map(({ at, words }) => `  ${at}  ${words}`),
  )
}
