import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { micros } from '@velocimex/core/clock/micros'
import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toMinor } from '@velocimex/core/market/money'
import { BUY, SELL } from '@velocimex/core/market/side'
import { lots, ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { TableRow } from '@velocimex/store/sql/tables'
import type { TradingStore } from '@velocimex/store/sql/trading-store'
import { readInstruments } from './account-instruments.ts'
import { AccountJournal } from './account-journal.ts'
import { feeDecimals, readStoreSymbol, storeSymbol } from './store-records.ts'

/** What the venue's clock may be behind ours: fills after the opening are not to be missed. Microseconds. */
const CLOCK_SLACK = 1_000_000
const PAGE = 10_000

/** Accounts whose folders lie in the folder of a trader. */
export function storedAccounts(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(name => existsSync(join(directory, name, 'opening.json')))
    .sort()
}

/**
 * The books of an account, posted anew from what it had at first and from its fills in the database, oldest first.
 * @throws Error when its folder is not there, or a row fits none of its instruments
 */
export async function storedBooks(directory: string, account: string, store: TradingStore): Promise<AccountJournal> {
  const folder = join(directory, account)
  const instruments = new InstrumentTable(readInstruments(folder))
  const journal = new AccountJournal(folder, instruments)
  if (journal.opening === undefined) return journal
  const from = journal.opening.at - CLOCK_SLACK
  const rows: TableRow<'fills'>[] = []
  for (const { symbol } of instruments.all)
    for await (const row of fillsOf(store, storeSymbol(account, symbol), from)) rows.push(row)
  const bySymbol = new Map(instruments.all.map(instrument => [instrument.symbol, instrument]))
  for (const row of rows.sort((one, other) => one.timestamp - other.timestamp))
    journal.book(fillOf(row, bySymbol.get(readStoreSymbol(row.symbol).symbol)!), '')
  return journal
}

/** A row as the fill that it was. @throws Error naming the trade when a number is off the instrument's grid */
export function fillOf(row: TableRow<'fills'>, of: Instrument): Fill {
  const price = parseOnGrid(row.price, of.price)
  const quantity = parseOnGrid(row.quantity, of.quantity)
  if (!price.ok || !quantity.ok) throw new Error(`trade ${row.trade_id} of ${row.symbol} is off the instrument's grid`)
  return {
    ...{ tradeId: row.trade_id, clientOrderId: row.client_order_id, venueOrderId: row.order_id },
    ...{ instrument: of.index, side: row.side === 'buy' ? BUY : SELL },
    ...{ price: ticks(price.value), quantity: lots(quantity.value), feeAsset: row.commission_asset },
    fee: toMinor(unitsOf(row.commission, feeDecimals(of, row.commission_asset))),
    liquidity: row.is_maker ? 'maker' : 'taker',
    at: micros(row.timestamp),
  }
}

/** Decimal text in whole units of `1e-decimals`, however many zeros it ends with. */
function unitsOf(text: string, decimals: number): bigint {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return BigInt(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`)
}

/** All fills of a symbol from an instant on, page by page; rows of the instant at which a page ends come again and are skipped. */
async function* fillsOf(store: TradingStore, symbol: string, from: number): AsyncGenerator<TableRow<'fills'>> {
  let seen = new Set<string>()
  for (let start = from; ; ) {
    const query = { from: start, to: Number.MAX_SAFE_INTEGER, where: { symbol }, limit: PAGE }
    const page = await store.read('fills', query)
    for (const row of page) if (!seen.has(`${row.timestamp} ${row.trade_id}`)) yield row
    if (page.length < PAGE) return
    start = page.at(-1)!.timestamp
    seen = new Set(page.filter(row => row.timestamp === start).map(row => `${row.timestamp} ${row.trade_id}`))
  }
}
