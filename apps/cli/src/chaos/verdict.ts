import type { TraderProcess } from './trader-process.ts'

/** An order, as the trader and as the venue tell it, in decimal text. */
interface Told {
  readonly id: string
  readonly filled: string
  readonly state: string
}
interface VenueTruth {
  readonly accounts: readonly {
    readonly account: number
    readonly balances: readonly { readonly asset: string; readonly total: string }[]
    readonly positions: readonly { readonly symbol: string; readonly quantity: string }[]
    readonly orders: readonly { readonly clientOrderId: string; readonly cumulative: string; readonly status: string }[]
    readonly fills: readonly { readonly tradeId: number }[]
  }[]
}
interface Ledger {
  readonly accounts: readonly {
    readonly account: string
    readonly isBalanced: boolean
    readonly cash: Record<string, string>
  }[]
}
interface Positions {
  readonly positions: readonly { readonly account: string; readonly quantity: string }[]
}

interface Status {
  readonly accounts: readonly { readonly name: string; readonly corrections: number; readonly fills: number }[]
}

/** The account that the trader uses at every simulated venue. */
const OURS = 1

/** What is wrong after the kills; empty when nothing is. Everything is compared with the venues' own truth. */
export interface Verdict {
  readonly orders: number
  readonly fills: number
  readonly faults: readonly string[]
}

/** Compares the trader with the venues. @param controls control surfaces of the venues by name */
export async function judge(trader: TraderProcess, controls: Readonly<Record<string, string>>): Promise<Verdict> {
  const faults: string[] = []
  const { orders } = await trader.ask<{ orders: (Told & { account: string })[] }>('/orders?all=true')
  const positions = await trader.ask<Positions>('/positions')
  const ledger = await trader.ask<Ledger>('/ledger')
  const status = await trader.ask<Status>('/status')
  let orderCount = 0
  let fillCount = 0
  for (const [name, control] of Object.entries(controls)) {
    const truth = (await (await fetch(`${control}/truth`)).json()) as VenueTruth
    const venue = truth.accounts.find(({ account }) => account === OURS)!
    const ours = new Map(orders.filter(({ account }) => account === name).map(order => [order.id, order]))
    const seen = new Set<string>()
    orderCount += venue.orders.length
    fillCount += venue.fills.length
    for (const { clientOrderId, cumulative, status } of venue.orders) {
      if (seen.has(clientOrderId)) faults.push(`${name}: ${clientOrderId} was placed twice`)
      seen.add(clientOrderId)
      const told = ours.get(clientOrderId)
      const isOpen = status === 'open'
      // Closed orders are forgotten after a while; an open one never is.
      if (told === undefined) {
        if (isOpen) faults.push(`${name}: the venue has ${clientOrderId} open and the trader does not know it`)
      } else if (Number(told.filled) !== Number(cumulative))
        faults.push(`${name}: ${clientOrderId} filled ${told.filled}, at the venue ${cumulative}`)
    }
    for (const { id, state } of ours.values())
      if (['submitted', 'partially_filled'].includes(state) && !seen.has(id))
        faults.push(`${name}: ${id} is open with us alone`)
    compareMoney(name, venue, positions, ledger, faults)
    const { corrections, fills } = status.accounts.find(account => account.name === name)!
    // A correction would hide what was lost.
    if (corrections > 0) faults.push(`${name}: the books had to follow the venue ${corrections} times`)
    if (fills !== venue.fills.length) faults.push(`${name}: ${fills} fills, at the venue ${venue.fills.length}`)
  }
  return { orders: orderCount, fills: fillCount, faults }
}

function compareMoney(
  name: string,
  venue: VenueTruth['accounts'][number],
  { positions }: Positions,
  { accounts }: Ledger,
  faults: string[],
): void {
  const held = venue.positions.reduce((sum, { quantity }) => sum + Number(quantity), 0)
  const told = positions
    .filter(({ account }) => account === name)
    .reduce((sum, { quantity }) => sum + Number(quantity), 0)
  if (Math.abs(held - told) > 1e-9) faults.push(`${name}: position ${told}, at the venue ${held}`)
  const own = accounts.find(({ account }) => account === name)!
  if (!own.isBalanced) faults.push(`${name}: the ledger is not balanced`)
  for (const [code, amount] of Object.entries(own.cash)) {
    const total = venue.balances.find(({ asset }) => asset === code)?.total ?? '0'
    if (plain(total) !== plain(amount)) faults.push(`${name}: ${amount} ${code}, at the venue ${total}`)
  }
}

const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
