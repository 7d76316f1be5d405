import { join } from 'node:path'
import { LEDGER_NAMES, LedgerKind, Role } from '@velocimex/core/ledger/chart'
import { type LedgerTable, tableCsv, tableText } from '@velocimex/core/ledger/ledger-table'
import { statementOf, statementTable } from '@velocimex/core/ledger/statement'
import { readInstruments } from '@velocimex/trader/service/account-instruments'
import { storedAccounts, storedBooks } from '@velocimex/trader/service/stored-books'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { type StoreFlags, stored, timeOf, withStore } from './history-commands.ts'
import { print, printJson } from './output.ts'

interface Flags extends StoreFlags {
  readonly account?: string
  readonly ledger: string
  readonly asset?: string
  readonly from?: string
  readonly to?: string
  readonly csv?: boolean
}

const KINDS = ['cash', 'fees', 'realised', 'margin', 'funding'] as const

/** `velocimex ledger statement`. @param ledger the command that it belongs to */
export function addStatementCommand(ledger: Command): void {
  stored(ledger.command('statement').description('every movement of an account, from its opening and its fills'))
    .option('--account <name>', 'one of the accounts; all without it')
    .option('--ledger <name>', KINDS.join(', '), 'cash')
    .option('--asset <code>', 'the asset; what the account settles in without it')
    .option('--from <time>', 'ISO 8601, included')
    .option('--to <time>', 'ISO 8601, not included')
    .option('--csv', 'comma-separated values')
    .action(statement)
}

async function statement(flags: Flags): Promise<void> {
  const tables = await withStore(flags, async store => {
    const all = storedAccounts(flags.dir)
    const names = flags.account === undefined ? all : all.filter(name => name === flags.account)
    if (names.length === 0)
      throw new CommandError(
        EXIT.notFound,
        `there is no account ${flags.account ?? ''} in ${flags.dir}; accounts are ${all.join(', ') || 'none'}`,
      )
    const found: (readonly [string, LedgerTable])[] = []
    for (const name of names) {
      const books = (await storedBooks(flags.dir, name, store)).books
      found.push([name, tableOf(books, flags, name)])
    }
    return found
  })
  if (flags.json)
    printJson({ statements: tables.map(([account, each]) => ({ account, title: each.title, rows: objectsOf(each) })) })
  else if (flags.csv) process.stdout.write(tableCsv(withAccounts(tables)))
  else
    print(
      tables
        .map(([name, each]) => tableText({ ...each, title: `${name}: ${each.title}` }))
        .join('\n')
        .trimEnd(),
    )
}

function tableOf(
  { ledger, chart }: Awaited<ReturnType<typeof storedBooks>>['books'],
  flags: Flags,
  name: string,
): LedgerTable {
  const kind = KINDS.find(each => each === flags.ledger)
  if (kind === undefined)
    throw new CommandError(EXIT.usage, `--ledger must be one of ${KINDS.join(', ')}, was ${flags.ledger}`)
  const code = flags.asset ?? readInstruments(join(flags.dir, name))[0]!.settle.code
  if (chart.asset(code) === undefined)
    throw new CommandError(
      EXIT.notFound,
      `${name} holds no ${code}; its assets are ${chart.assets.map(each => each.code).join(', ')}`,
    )
  const account = chart.ofAsset(LedgerKind[kind], Role.own, code)
  const made = statementOf(
    ledger,
    account,
    instant(flags.from, '--from', 0),
    instant(flags.to, '--to', Number.MAX_SAFE_INTEGER),
  )
  if (made === undefined)
    throw new CommandError(EXIT.notFound, `${name} has no ledger ${LEDGER_NAMES[LedgerKind[kind]]} ${code}`)
  return statementTable(made, ledger, chart, timeOf)
}

function instant(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new CommandError(EXIT.usage, `${name} must be a time like 2026-01-31T12:00:00Z, was ${text}`)
  return at * 1000
}

const objectsOf = ({ columns, rows }: LedgerTable): object[] =>
  rows.map(row => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])))

/** One table of all, with the account in front of every row. */
function withAccounts(tables: readonly (readonly [string, LedgerTable])[]): LedgerTable {
  const columns = [{ name: 'account', isNumber: false }, ...tables[0]![1].columns]
  return { title: '', columns, rows: tables.flatMap(([name, { rows }]) => rows.map(row => [name, ...row])) }
}
