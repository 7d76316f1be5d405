import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '../clock/micros.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import { BUY } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import { AccountBooks } from './account-books.ts'
import { LedgerKind, Role } from './chart.ts'
import { tableCsv, tableJson, tableText } from './ledger-table.ts'
import { statementOf, statementTable } from './statement.ts'
import { TransferFlag } from './transfer.ts'
import { trialBalanceOf, trialBalanceTable } from './trial-balance.ts'

const usdt = { code: 'USDT', decimals: 2 }
const btc = { code: 'BTC', decimals: 3 }
const TABLE = new InstrumentTable([
  {
    index: 0,
    venue: 'v',
    symbol: 'BTCUSDT',
    unified: 'BTC/USDT',
    kind: 'spot',
    base: btc,
    quote: usdt,
    settle: usdt,
    price: { decimals: 0, step: 1 },
    quantity: { decimals: 2, step: 1 },
    contract: { kind: 'linear', minorPerTickLot: 1n },
    bounds: {},
    fees: { maker: 0, taker: 0 },
    grids: 'published',
  },
])

function someBooks(): AccountBooks {
  const books = new AccountBooks(TABLE, { owner: 1, allowShort: false })
  books.deposit('USDT', 100_000n, micros(1_000_000))
  books.fill({
    tradeId: '7',
    clientOrderId: 'SIM"1"',
    venueOrderId: '',
    instrument: 0,
    side: BUY,
    price: ticks(500),
    quantity: lots(50),
    fee: toMinor(25n),
    feeAsset: 'USDT',
    liquidity: 'maker',
    at: micros(2_000_000),
  })
  books.deposit('USDT', -1_000n, micros(3_000_000))
  return books
}

test('the trial balance as text: every account, debits equal credits', () => {
  const books = someBooks()
  const balance = trialBalanceOf(books.ledger, books.chart)
  equal(balance.differences.size, 0)
  equal(
    tableText(trialBalanceTable(balance)),
    `Trial balance: debits equal credits in every ledger
ledger    unit       account    debits  credits  balance  reserved
--------  ---------  --------  -------  -------  -------  --------
cash      BTC        own         0.500    0.000    0.500     0.000
cash      BTC        market      0.000    0.500   -0.500     0.000
cash      USDT       own       1000.00   260.25   739.75      0.00
cash      USDT       market     250.25     0.00   250.25      0.00
cash      USDT       external    10.00  1000.00  -990.00      0.00
position  v BTCUSDT  own            50        0       50         0
position  v BTCUSDT  market          0       50      -50         0
fees      USDT       own          0.25     0.00     0.25      0.00
fees      USDT       market       0.00     0.25    -0.25      0.00
realised  USDT       own          0.00     0.00     0.00      0.00
realised  USDT       market       0.00     0.00     0.00      0.00
`,
  )
})

test('a statement as text, CSV and JSON: opening, movements with causes, closing', () => {
  const books = someBooks()
  const account = books.chart.ofAsset(LedgerKind.cash, Role.own, 'USDT')
  const statement = statementOf(books.ledger, account, 1_500_000, 2_500_000)!
  const table = statementTable(statement, books.ledger, books.chart, at => `t${at}`)
  equal(
    tableText(table),
    `Statement of cash USDT
time      event    cause              amount  balance
--------  -------  ----------------  -------  -------
          opening                             1000.00
t2000000  fill     fill 7 of SIM"1"  -250.00   750.00
t2000000  fee      fill 7 of SIM"1"    -0.25   749.75
          closing                              749.75
`,
  )
  equal(tableCsv(table).split('\r\n')[2], 't2000000,fill,"fill 7 of SIM""1""",-250.00,750.00')
  deepEqual(JSON.parse(tableJson(table)).rows[1], {
    time: 't2000000',
    event: 'fill',
    cause: 'fill 7 of SIM"1"',
    amount: '-250.00',
    balance: '750.00',
  })
  equal(statementOf(books.ledger, 99n, 0, 1), undefined)
})

test('what is reserved moves nothing until it is posted; a cause that was booked late stands where it happened', () => {
  const { ledger, chart } = someBooks()
  const [own, external] = [Role.own, Role.external].map(role => chart.ofAsset(LedgerKind.cash, role, 'USDT')) as [
    bigint,
    bigint,
  ]
  const move = { debit: own, credit: external, ledger: chart.assetLedger(LedgerKind.cash, 'USDT'), code: 2 }
  ledger.post([{ ...move, id: 901n, amount: 7n, flags: TransferFlag.pending, at: micros(4) }])
  ledger.post([{ id: 902n, pendingId: 901n, amount: 5n, flags: TransferFlag.postPending, at: micros(5) }])
  ledger.post([{ ...move, id: 903n, amount: 9n, flags: TransferFlag.pending, at: micros(6) }])
  const { opening, lines, closing } = statementOf(ledger, own, 0, 1_500_000)!
  deepEqual(
    [opening, lines.map(({ amount, balance }) => [amount, balance]), closing],
    [
      0n,
      [
        [5n, 5n],
        [100_000n, 100_005n],
      ],
      100_005n,
    ],
  )
})

test('CSV: a cell cannot become a formula or a line', () => {
  const columns = [{ name: 'a', isNumber: false }]
  const rows = [['=1+1'], ['-1.5'], ['-x'], ['@x'], ['one\r\ntwo'], ['a,b']]
  equal(tableCsv({ title: '', columns, rows }), `a\r\n'=1+1\r\n-1.5\r\n'-x\r\n'@x\r\n"one\r\ntwo"\r\n"a,b"\r\n`)
})
