import type { Micros } from '../clock/micros.ts'
import { formatScaled } from '../market/grid.ts'
import { type Chart, kindOfLedger, LEDGER_NAMES, LedgerKind } from './chart.ts'
import type { Ledger } from './ledger.ts'
import type { LedgerTable } from './ledger-table.ts'
import { type Transfer, TransferFlag } from './transfer.ts'
import { TRANSFER_CODE_NAMES } from './transfer-code.ts'

/** One movement of an account; amounts in booked units, positive for what came in (debits). */
export interface StatementLine {
  readonly transfer: Transfer
  readonly amount: bigint
  /** What the account held afterwards. */
  readonly balance: bigint
}

/** What happened on an account between two instants. */
export interface Statement {
  readonly account: bigint
  readonly opening: bigint
  readonly lines: readonly StatementLine[]
  readonly closing: bigint
}

/**
 * The movements of an account whose causes lie between two instants (microseconds; `from` included, `to` not), in
 * their order. Undefined when there is no such account.
 */
export function statementOf(ledger: Ledger, account: bigint, from: number, to: number): Statement | undefined {
  const page = ledger.page(account)
  if (page === undefined) return undefined
  // What is reserved moves nothing until it is posted. Causes may be booked late; a statement goes by when they were.
  const moves = page.transfers
    .filter(({ flags }) => (flags & (TransferFlag.pending | TransferFlag.voidPending)) === 0)
    .toSorted((one, other) => one.at - other.at)
  let balance = 0n
  let opening = 0n
  const lines: StatementLine[] = []
  for (const transfer of moves) {
    if (transfer.at >= to) break
    const amount = transfer.debit === account ? transfer.amount : -transfer.amount
    balance += amount
    if (transfer.at < from) opening = balance
    else lines.push({ transfer, amount, balance })
  }
  return { account, opening, lines, closing: balance }
}

/**
 * A statement to be printed: every movement with its cause, in decimals.
 * @param timeOf writes an instant; calendars are not the ledger's
 */
export function statementTable(
  statement: Statement,
  ledger: Ledger,
  chart: Chart,
  timeOf: (at: Micros) => string,
): LedgerTable {
  const number = ledger.account(statement.account)!.ledger
  const kind = kindOfLedger(number)
  const unit = chart.unitName(number) ?? `unit ${number % 1_000_000}`
  const decimals = kind === LedgerKind.position ? 0 : (chart.asset(unit)?.decimals ?? 0)
  const show = (amount: bigint): string => formatScaled(amount, decimals)
  return {
    title: `Statement of ${LEDGER_NAMES[kind]} ${unit}`,
    columns: [
      { name: 'time', isNumber: false },
      { name: 'event', isNumber: false },
      { name: 'cause', isNumber: false },
      { name: 'amount', isNumber: true },
      { name: 'balance', isNumber: true },
    ],
    rows: [
      ['', 'opening', '', '', show(statement.opening)],
      ...statement.lines.map(({ transfer, amount, balance }) => [
        timeOf(transfer.at),
        TRANSFER_CODE_NAMES[transfer.code] ?? String(transfer.code),
        transfer.cause,
        show(amount),
        show(balance),
      ]),
      ['', 'closing', '', '', show(statement.closing)],
    ],
  }
}
