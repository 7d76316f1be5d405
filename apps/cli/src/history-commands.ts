import { existsSync } from 'node:fs'
import { type AuditVerdict, verifyAudit } from '@velocimex/store/audit/audit-chain'
import { readAudit } from '@velocimex/store/audit/audit-log'
import { TradingStore } from '@velocimex/store/sql/trading-store'
import { auditFolder, readAuditKey } from '@velocimex/trader/service/command-audit'
import { checkAddress, databasePath, openDatabase } from '@velocimex/trader/service/late-store'
import { readStoreSymbol } from '@velocimex/trader/service/store-records'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson, table } from './output.ts'
import { askTrader } from './trader-client.ts'

/** Options of every command that reads the database of a trader. */
export interface StoreFlags {
  readonly dir: string
  readonly database?: string
  readonly json?: boolean
}

const LIMIT_MAX = 100_000
const FILL_COLUMNS = ['time', 'account', 'symbol', 'side', 'price', 'quantity', 'fee', 'pnl', 'order', 'trade']
const ORDER_COLUMNS = ['time', 'account', 'symbol', 'order', 'side', 'type', 'price', 'quantity', 'status', 'event']

/** Adds the options by which a trader's database is found. */
export const stored = (command: Command): Command =>
  command
    .option('--dir <dir>', "folder of the trader's journals and database", '.velocimex')
    .option('--database <url>', 'postgres://... if the trader was started with it')
    .option('--json', 'one JSON object')

/** `velocimex history`, `velocimex audit`. */
export function addHistoryCommands(program: Command): void {
  const history = program.command('history').description('what the trader did, from its database; it need not run')
  const rows = (name: string, words: string): Command =>
    stored(history.command(name).description(words)).option('--limit <n>', 'rows, the newest', '50')
  rows('orders', 'steps of orders and refused wishes').action(orders)
  rows('fills', 'fills, each once').action(fills)
  const audit = program.command('audit').description('who stopped, resumed or changed limits')
  stored(
    audit.command('verify').description('walk the chain of the audit log; exit code 1 at the first bad entry'),
  ).action(verify)
  audit
    .command('acknowledge')
    .description('a person knows that the log of the running trader is damaged: entries pass again')
    .argument('<reason>', 'why, in three letters or more; the audit log keeps it')
    .option('--dir <dir>', "folder of the running trader's journals", '.velocimex')
    .option('--json', 'one JSON object')
    .action(acknowledge)
}

async function acknowledge(reason: string, flags: StoreFlags): Promise<void> {
  const value = (await askTrader(flags.dir, 'POST', '/audit', { reason })) as {
    readonly acknowledged: readonly string[]
    readonly accounts: readonly string[]
  }
  if (flags.json) return printJson(value)
  const { acknowledged, accounts } = value
  print(
    `acknowledged: ${acknowledged.join(', ')}${accounts.length === 0 ? '' : `; ${accounts.join(', ')} trade again`}`,
  )
}

/** Time as people read it. @param micros since 1970 */
export const timeOf = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString()

/** Runs work over a trader's database and closes it. @throws CommandError when there is none, or it cannot be reached */
export async function withStore<T>(flags: StoreFlags, work: (store: TradingStore) => Promise<T>): Promise<T> {
  if (flags.database === undefined && !existsSync(databasePath(flags.dir)))
    throw new CommandError(
      EXIT.notFound,
      `${databasePath(flags.dir)} is not there: name the trader's folder with --dir, or its server with --database`,
    )
  try {
    if (flags.database !== undefined) checkAddress(flags.database)
  } catch (cause) {
    throw new CommandError(EXIT.usage, (cause as Error).message)
  }
  const database = await openDatabase(flags.dir, flags.database)
  try {
    return await work(new TradingStore(database))
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError(EXIT.failed, `the database does not answer: ${(cause as Error).message}`)
  } finally {
    await database.close()
  }
}

interface Listing extends StoreFlags {
  readonly limit: string
}

async function fills(flags: Listing): Promise<void> {
  const found = await withStore(flags, store => store.read('fills', newest(flags)))
  show(
    flags,
    'fills',
    FILL_COLUMNS,
    found.map(row => ({
      ...{ time: timeOf(row.timestamp), ...readStoreSymbol(row.symbol), side: row.side },
      ...{ price: row.price, quantity: row.quantity, fee: `${row.commission} ${row.commission_asset}` },
      ...{ liquidity: row.is_maker ? 'maker' : 'taker', pnl: row.pnl ?? '', order: row.client_order_id },
      ...{ venueOrder: row.order_id, trade: row.trade_id, timestamp: row.timestamp },
    })),
  )
}

async function orders(flags: Listing): Promise<void> {
  const found = await withStore(flags, store => store.read('order_events', newest(flags)))
  show(
    flags,
    'orders',
    ORDER_COLUMNS,
    found.map(row => ({
      ...{ time: timeOf(row.timestamp), ...readStoreSymbol(row.symbol), order: row.client_order_id },
      ...{ venueOrder: row.order_id ?? '', side: row.side, type: row.type, price: row.price ?? 'market' },
      ...{ quantity: row.quantity, status: row.status, event: row.event_type, timestamp: row.timestamp },
    })),
  )
}

function newest({ limit }: Listing): { from: number; to: number; limit: number; reversed: boolean } {
  const count = Number(limit)
  if (!Number.isSafeInteger(count) || count < 1 || count > LIMIT_MAX)
    throw new CommandError(EXIT.usage, `--limit must be a whole number from 1 to ${LIMIT_MAX}, was ${limit}`)
  return { from: 0, to: Number.MAX_SAFE_INTEGER, limit: count, reversed: true }
}

/** Oldest at the top, as the eye reads. */
function show(
  flags: StoreFlags,
  name: string,
  columns: readonly string[],
  rows: readonly Record<string, unknown>[],
): void {
  const inOrder = rows.toReversed()
  if (flags.json) printJson({ [name]: inOrder })
  else print(...(rows.length === 0 ? [`no ${name}`] : table(inOrder, columns)))
}

/** The chain on disk first; then the copy in the database, which may be behind but must not differ. */
async function verify(flags: StoreFlags): Promise<void> {
  let key: Uint8Array
  try {
    key = readAuditKey(flags.dir)
  } catch (cause) {
    throw new CommandError(EXIT.notFound, (cause as Error).message)
  }
  const disk = await verifyAudit(key, readAudit(auditFolder(flags.dir)))
  const hasCopy = flags.database !== undefined || existsSync(databasePath(flags.dir))
  const copy = hasCopy ? await withStore(flags, store => verifyAudit(key, store.audit())) : undefined
  if (flags.json)
    printJson({ ok: disk.ok && copy?.ok !== false, disk, ...(copy === undefined ? {} : { database: copy }) })
  else print(wordsOf('on disk', disk), ...(copy === undefined ? [] : [wordsOf('in the database', copy)]))
  if (disk.ok && copy?.ok !== false) {
    if (copy === undefined || copy.count <= disk.count) return
    throw new CommandError(
      EXIT.failed,
      `the log on disk ends at ${disk.count} entries, its copy has ${copy.count}: the end was cut off`,
    )
  }
  const [where, bad] = disk.ok ? ['in the database', copy!] : ['on disk', disk]
  throw new CommandError(EXIT.failed, `the audit log ${where} is not whole: ${wordsOf(where, bad)}`)
}

const wordsOf = (where: string, verdict: AuditVerdict): string =>
  verdict.ok ? `${where}: ${verdict.count} entries, whole` : `${where}: entry ${verdict.seq} is bad (${verdict.fault})`
