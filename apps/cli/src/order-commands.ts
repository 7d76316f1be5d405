import { STANDING_WORDS, type Standing } from '@velocimex/core/execution/standing'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { pairs, print, printJson, table } from './output.ts'
import { askTrader } from './trader-client.ts'

interface OrderFlags {
  readonly dir: string
  readonly json?: boolean
}

/** Where an order stands at its price, in decimal text. */
interface QueueTold {
  readonly ahead: string
  readonly entered: string
  readonly level: string
  readonly share: number
}

type OrderTold = Readonly<Record<string, unknown>> & {
  readonly queue: QueueTold | null
  readonly standing: Standing | null
}

const COLUMNS = [
  ...['id', 'account', 'mode', 'symbol', 'side', 'state', 'price', 'quantity', 'filled', 'ahead', 'standing'],
  'strategy',
]

/** `velocimex order list | explain`. @param shared adds the options by which a running trader is found */
export function addOrderCommands(program: Command, shared: (command: Command) => Command): void {
  const order = program.command('order').description('orders of the running trader')
  shared(
    order
      .command('list')
      .description('open orders, what is ahead of each at its price, and why it stands there; --all closed ones too')
      .option('--all', 'closed ones too'),
  ).action(list)
  shared(
    order
      .command('explain')
      .description('everything that happened to an order, and why it was placed, moved, taken or left alone')
      .argument('<id>'),
  ).action(explain)
}

async function list(flags: OrderFlags & { readonly all?: boolean }): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', `/orders?all=${flags.all === true}`)) as {
    readonly orders: readonly OrderTold[]
  }
  if (flags.json) return printJson(value)
  const rows = value.orders.map(order => ({
    ...order,
    ahead: order.queue === null ? '' : `${order.queue.ahead} of ${order.queue.level}`,
    standing: order.standing?.replaceAll('_', ' '),
  }))
  print(...(rows.length === 0 ? ['no orders'] : table(rows, COLUMNS)))
}

async function explain(id: string, flags: OrderFlags): Promise<void> {
  if (id.trim() === '') throw new CommandError(EXIT.usage, 'give the id of an order; velocimex order list tells them')
  const value = (await askTrader(flags.dir, 'GET', `/orders/${encodeURIComponent(id)}`)) as OrderTold & {
    readonly story: readonly { readonly at: string; readonly words: string }[]
  }
  if (flags.json) return printJson(value)
  const { story, queue, standing, ...rest } = value
  print(
    ...pairs([
      ...Object.entries(rest).map(([key, each]) => [key, String(each)] as const),
      ['queue', queue === null ? 'it does not rest' : queueWords(queue)],
      ...(standing === null ? [] : [['why it stands there', STANDING_WORDS[standing]] as const]),
    ]),
    ...story.map(({ at, words }) => `  ${at}  ${words}`),
  )
}

const queueWords = ({ ahead, entered, level, share }: QueueTold): string =>
  `about ${ahead} ahead of it, of ${level} at its price (${Math.round(100 * share)} %); ${entered} when it came there`
