import { LEDGER_NAMES, LedgerKind } from '@velocimex/core/ledger/chart'
import { formatScaled } from '@velocimex/core/market/grid'
import type { LiveAccount } from './live-account.ts'
import type { NamedAccount } from './named-account.ts'

/** Trial balance, cash and what came from outside of an account, and how it differs from the venue. Decimal text. */
export function ledgerRow({ name, account }: NamedAccount): object {
  const { books } = account.journal
  const sums = books.trialBalance()
  const codes = [...new Set(account.instruments.all.flatMap(({ settle, quote }) => [settle.code, quote.code]))]
  const amounts = (unitsOf: (code: string) => bigint, of = codes): Record<string, string> =>
    Object.fromEntries(of.map(code => [code, formatScaled(unitsOf(code), decimalsOf(account, code))]))
  const all = books.chart.assets.map(({ code }) => code)
  return {
    account: name,
    trialBalance: Object.fromEntries(
      LEDGER_NAMES.filter(ledger => ledger !== '').map(ledger => [ledger, String(sums[ledger] ?? 0n)]),
    ),
    isBalanced: Object.values(sums).every(sum => sum === 0n),
    transfers: books.ledger.transferCount,
    cash: amounts(code => books.cash(code)),
    funding: amounts(code => books.chart.held(LedgerKind.funding, code)),
    external: amounts(code => account.journal.flows.external(code), all),
    corrections: account.journal.corrections,
    differences: account.care.differences,
  }
}

function decimalsOf({ instruments }: LiveAccount, code: string): number {
  return instruments.all.flatMap(({ settle, quote, base }) => [settle, quote, base]).find(asset => asset.code === code)!
    .decimals
}
