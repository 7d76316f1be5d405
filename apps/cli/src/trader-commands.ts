import { STOP_CAUSE } from '@velocimex/core/risk/halt-board'
import type { Command } from 'commander'
import { addDoctorCommand } from './doctor-command.ts'
import { addFeedCommands } from './feed-commands.ts'
import { addOrderCommands } from './order-commands.ts'
import { pairs, percent, print, printJson, table } from './output.ts'
import { addStatementCommand } from './statement-command.ts'
import { addStopCommands, type StopTold, stopLines } from './stop-commands.ts'
import { addStrategyCommands } from './strategy-commands.ts'
import { askTrader } from './trader-client.ts'

interface Flags {
  readonly dir: string
  readonly json?: boolean
}
type Rows = readonly Readonly<Record<string, unknown>>[]

const DIRECTORY = '.velocimex'

const shared = (command: Command): Command =>
  command
    .option('--dir <dir>', "folder of the running trader's journals", DIRECTORY)
    .option('--json', 'one JSON object')

/** `velocimex status`, `order`, `position`, `ledger`, `risk`, `stop`, `resume`, `doctor`. */
export function addTraderCommands(program: Command): void {
  shared(program.command('status').description('how the running trader stands')).action(status)
  addOrderCommands(program, shared)
  const position = program.command('position').description('positions of the running trader')
  shared(position.command('list').description('positions and what they earned')).action(async (flags: Flags) =>
    show(flags, await askTrader(flags.dir, 'GET', '/positions'), 'positions', [
      'account',
      'instrument',
      'quantity',
      'realised',
      'fees',
      'unrealised',
    ]),
  )
  for (const add of [addStrategyCommands, addFeedCommands]) add(program, shared)
  const ledger = program.command('ledger').description('the ledger of the running trader')
  shared(ledger.command('balance').description('trial balance, cash, and differences from the venues')).action(balance)
  addStatementCommand(ledger)
  const risk = program.command('risk').description('limits of the running trader')
  shared(risk.command('show').description('limits by scope, modes, breakers, and whether trading is stopped')).action(
    showRisk,
  )
  shared(
    risk
      .command('set')
      .description('change a limit at once; raising one must be said')
      .argument('<account>', 'name of the account, as velocimex status tells it')
      .argument('<symbol>', 'as the venue writes it: BTCUSDT')
      .argument('<limit>', 'order, position, open-orders or price-band-bps')
      .argument('<value>', 'size in base units or contracts, a number of orders, or basis points')
      .option('--raise', 'the new limit is higher than the old one, and meant so'),
  ).action(setLimit)
  addStopCommands(program, shared)
  addDoctorCommand(program, shared)
}

function told(flags: Flags, value: object, words: string): void {
  if (flags.json) printJson(value)
  else print(words)
}

async function status(flags: Flags): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', '/status')) as {
    since: string
    stopped: string | null
    accounts: Rows
    audit: { breaks: readonly string[]; pending: string | null }
    database?: { waiting: number; dropped: number; rejected: number; fault: string }
  }
  if (flags.json) return printJson(value)
  print(`running since ${value.since}${value.stopped === null ? '' : `, STOPPED: ${value.stopped}`}`)
  const accounts = value.accounts.map(row => ({ ...row, maker: percent(row['makerRatio']) }))
  print(...table(accounts, ['name', 'ready', 'epoch', 'placed', 'fills', 'maker', 'openOrders', 'equity', 'halted']))
  const { waiting, dropped, rejected, fault } = value.database ?? { waiting: 0, dropped: 0, rejected: 0, fault: '' }
  if (fault !== '' || dropped > 0 || rejected > 0)
    print(`  database: ${waiting} records wait, ${dropped} dropped, ${rejected} rejected ${fault}`.trimEnd())
  const { breaks, pending } = value.audit
  if (breaks.length > 0) print(`  audit log: damaged: ${pending ?? `${breaks.join(', ')}, acknowledged`}`)
  for (const account of value.accounts) {
    const name = String(account['name'])
    const told = [
      ...modeLines(name, account['mode'] as ModeTold),
      ...stopLines(name, account['stop'] as StopTold | null),
    ]
    const alerts = account['alerts'] as readonly AlertTold[]
    for (const words of [...told, ...alerts.map(each => `  ${name}: ${alertLine(each)}`)]) print(words)
  }
}

interface AlertTold {
  readonly at: string
  readonly words: string
  readonly times: number
}

/** `at` is an ISO instant; its time of day is enough for a person. */
const alertLine = ({ at, words, times }: AlertTold): string =>
  `${at.slice(11, 19)} ${words}${times > 1 ? ` (${times} times)` : ''}`

interface ModeTold {
  readonly posture: string
  readonly halts: readonly { readonly cause: string; readonly reason: string; readonly since: string }[]
  readonly conditions: readonly string[]
  readonly breakers: readonly { readonly name: string; readonly state: string }[]
}

function modeLines(account: string, { posture, conditions, breakers, halts }: ModeTold): string[] {
  const open = breakers.map(({ name, state }) => `breaker ${name} ${state.replace('_', ' ')}`)
  const causes = [...conditions, ...open]
  const mode =
    posture === 'normal' && causes.length === 0 ? [] : [`  ${account}: mode ${posture}: ${causes.join(', ')}`]
  const others = halts.filter(({ cause }) => cause !== STOP_CAUSE) // The stop has lines of its own.
  return [
    ...mode,
    ...others.map(({ cause, reason, since }) => `  ${account}: halted since ${since}, ${cause}: ${reason}`),
  ]
}

async function showRisk(flags: Flags): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', '/risk')) as {
    readonly scoped: Rows
    readonly breakers: Rows
    readonly modes: readonly (ModeTold & { readonly account: string })[]
    readonly stopped: readonly { readonly account: string; readonly stop: StopTold | null }[]
  }
  if (flags.json) return printJson(value)
  print(...table(value.scoped, ['account', 'level', 'scope', 'name', 'kind', 'value']), '')
  print(...table(value.breakers, ['account', 'name', 'scope', 'cause', 'state']), '')
  print(
    ...table(
      value.modes.map(mode => ({ ...mode, why: mode.conditions.join(', ') })),
      ['account', 'posture', 'why'],
    ),
  )
  for (const { account, stop } of value.stopped) for (const words of stopLines(account, stop)) print(words)
}

/** What funding came to, what came from outside, and how often the books had to follow the venue, where there was any. */
function flowPairs({ funding, external, corrections }: Rows[number]): (readonly [string, string])[] {
  const named = (name: string, amounts: unknown): (readonly [string, string])[] =>
    Object.entries((amounts ?? {}) as Record<string, string>)
      .filter(([, amount]) => Number(amount) !== 0)
      .map(([code, amount]) => [`${name} ${code}`, amount])
  const followed = Number(corrections ?? 0) === 0 ? [] : [['corrections', String(corrections)] as const]
  return [...named('funding', funding), ...named('from outside', external), ...followed]
}

async function balance(flags: Flags): Promise<void> {
  const value = (await askTrader(flags.dir, 'GET', '/ledger')) as { accounts: Rows }
  if (flags.json) return printJson(value)
  for (const account of value.accounts) {
    const sums = account['trialBalance'] as Record<string, string>
    const cash = account['cash'] as Record<string, string>
    const differences = Object.entries(account['differences'] as Record<string, string>)
    print(
      `${String(account['account'])}: ${account['isBalanced'] === true ? 'balanced' : 'NOT BALANCED'}, ${String(account['transfers'])} transfers`,
    )
    print(
      ...pairs([
        ...Object.entries(sums).map(([name, sum]) => [`debits less credits, ${name}`, sum] as const),
        ...Object.entries(cash).map(([code, amount]) => [`cash ${code}`, amount] as const),
        ...flowPairs(account),
      ]),
    )
    print(
      differences.length === 0
        ? '  equal to the venue'
        : `  differs from the venue: ${differences.map(([code, by]) => `${by} ${code}`).join(', ')}`,
    )
  }
}

async function setLimit(
  account: string,
  symbol: string,
  limit: string,
  value: string,
  flags: Flags & { readonly raise?: boolean },
): Promise<void> {
  const change = { account, symbol, limit, value, raise: flags.raise === true }
  told(flags, await askTrader(flags.dir, 'POST', '/risk', change), `${limit} of ${symbol} on ${account} is ${value}`)
}

function show(flags: Flags, value: object, rows: string, columns: readonly string[]): void {
  if (flags.json) printJson(value)
  else {
    const all = (value as Record<string, Rows>)[rows]!
    print(...(all.length === 0 ? [`no ${rows}`] : table(all, columns)))
  }
}
