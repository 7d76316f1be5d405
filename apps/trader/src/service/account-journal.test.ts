import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fillOf } from '@velocimex/core/execution/desk-stage.conformance'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import { AccountJournal } from './account-journal.ts'

const usd = { code: 'USD', decimals: 2 }
const perpetual: Instrument = {
  ...{ index: 0, venue: 'v', symbol: 'X', unified: 'X/USD', kind: 'perpetual', grids: 'published' },
  ...{ base: { code: 'X', decimals: 2 }, quote: usd, settle: usd, bounds: {}, fees: { maker: 0, taker: 0 } },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
}
const fillAt = (at: number, side: number, price: number, quantity: number): Fill =>
  ({ ...fillOf(`o${at}`, `t${at}`, quantity, at as never), side, price }) as Fill

test('R-ORD-01 a fill that was missed and is told of late: the books are those of the venue’s order, and again after a restart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'books-'))
  try {
    const made = [fillAt(1, BUY, 100, 10), fillAt(2, BUY, 140, 10), fillAt(3, SELL, 150, 5)]
    const journal = (): AccountJournal => new AccountJournal(directory, new InstrumentTable([perpetual]))
    const right = journal()
    for (const fill of made) right.book(fill, 'maker')
    const late = journal()
    late.book(made[0]!, 'maker')
    const hasty = late.book(made[2]!, 'maker')
    const cash = late.books.cash('USD')
    equal(hasty, 250n)
    equal(late.book(made[1]!, 'maker'), -100n)
    notEqual(late.books.cash('USD'), cash)
    equal(late.books.cash('USD'), right.books.cash('USD'))
    deepEqual(late.books.portfolio.position(0), right.books.portfolio.position(0))

    const again = journal()
    again.restore({ snapshot: { through: 3, state: late.stateOf('') }, records: [], epoch: 1, cutBytes: 0 })
    equal(again.books.cash('USD'), right.books.cash('USD'))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
