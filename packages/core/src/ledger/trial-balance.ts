import { formatScaled } from '../market/grid.ts'
import { debitBalance } from './account.ts'
import { type Chart, kindOfLedger, LEDGER_NAMES, LedgerKind, meaningOf } from './chart.ts'
import type { Ledger } from './ledger.ts'
import type { LedgerTable } from './ledger-table.ts'

/** One account in the trial balance; amounts in booked units. */
export interface TrialBalanceRow {
  /** `cash`, `position`, ... */
  readonly ledger: string
  /** An asset's code, or venue and symbol. */
  readonly unit: string
  /** `own`, `market`, `external`. */
  readonly role: string
  /** Digits behind the point of one booked unit; 0 for lots. */
  readonly decimals: number
  readonly debits: bigint
  readonly credits: bigint
  /** Reserved by pending transfers. */
  readonly debitsPending: bigint
  readonly creditsPending: bigint
}

/** All accounts of a chart, and whether debits equal credits in every single ledger. */
export interface TrialBalance {
  readonly rows: readonly TrialBalanceRow[]
  /** Debits less credits by ledger, as `cash USDT`: only those that are not zero. Empty is balanced. */
  readonly differences: ReadonlyMap<string, bigint>
}

const ROLES = ['own', 'market', 'external']

/** Adds up the books of one trading account. Two units are never added to one another. */
export function trialBalanceOf(ledger: Ledger, chart: Chart): TrialBalance {
  const rows: TrialBalanceRow[] = []
  const sums = new Map<string, bigint>()
  for (const account of ledger.accounts) {
    const { owner, kind, role } = meaningOf(account.id)
    if (owner !== chart.owner) continue
    const unit = chart.unitName(account.ledger) ?? `unit ${account.ledger % 1_000_000}`
    const name = LEDGER_NAMES[kindOfLedger(account.ledger)] ?? String(kind)
    const decimals = kind === LedgerKind.position ? 0 : (chart.asset(unit)?.decimals ?? 0)
    const { debitsPosted: debits, creditsPosted: credits, debitsPending, creditsPending } = account
    rows.push({
      ledger: name,
      unit,
      role: ROLES[role] ?? String(role),
      decimals,
      debits,
      credits,
      debitsPending,
      creditsPending,
    })
    const net = debitBalance(account) + debitsPending - creditsPending
    sums.set(`${name} ${unit}`, (sums.get(`${name} ${unit}`) ?? 0n) + net)
  }
  return { rows, differences: new Map([...sums].filter(([, net]) => net !== 0n)) }
}

/** The trial balance to be printed: accounts by ledger and unit, in decimals. */
export function trialBalanceTable({ rows, differences }: TrialBalance): LedgerTable {
  const state =
    differences.size === 0
      ? 'debits equal credits in every ledger'
      : `NOT BALANCED: ${[...differences.keys()].join(', ')}`
  const sorted = rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  return {
    title: `Trial balance: ${state}`,
    columns: [
      { name: 'ledger', isNumber: false },
      { name: 'unit', isNumber: false },
      { name: 'account', isNumber: false },
      { name: 'debits', isNumber: true },
      { name: 'credits', isNumber: true },
      { name: 'balance', isNumber: true },
      { name: 'reserved', isNumber: true },
    ],
    rows: sorted.map(({ ledger, unit, role, decimals, debits, credits, debitsPending, creditsPending }) => [
      ledger,
      unit,
      role,
      formatScaled(debits, decimals),
      formatScaled(credits, decimals),
      formatScaled(debits - credits, decimals),
      formatScaled(debitsPending - creditsPending, decimals),
    ]),
  }
}

const keyOf = ({ ledger, unit, role }: TrialBalanceRow): string =>
  `${LEDGER_NAMES.indexOf(ledger)} ${unit} ${ROLES.indexOf(role)}`
