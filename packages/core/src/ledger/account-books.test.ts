import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { notional, toMinor } from '../market/money.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import { AccountBooks } from './account-books.ts'
import { Ledger } from './ledger.ts'
import { Portfolio } from './portfolio.ts'
import type { Transfer } from './transfer.ts'
import { TRANSFER_CODE_NAMES } from './transfer-code.ts'

const bnb = { code: 'BNB', decimals: 8 }
const btc = { code: 'BTC', decimals: 8 }
const usdt = { code: 'USDT', decimals: 8 }
const usd = { code: 'USD', decimals: 8 }
const common = { venue: 'v', fees: { maker: 0, taker: 0 }, bounds: {}, grids: 'published' } as const
const SPOT: Instrument = {
  ...common,
  index: 0,
  symbol: 'BTCUSDT',
  unified: 'BTC/USDT',
  kind: 'spot',
  base: btc,
  quote: usdt,
  settle: usdt,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
}
const LINEAR: Instrument = { ...SPOT, index: 1, symbol: 'BTCPERP', unified: 'BTC/USDT:USDT', kind: 'perpetual' }
// A contract of 100 USD settled in BTC: 100 USD / price; ticks of 0.50 USD.
const INVERSE: Instrument = {
  ...common,
  index: 2,
  symbol: 'BTCUSD',
  unified: 'BTC/USD:BTC',
  kind: 'perpetual',
  base: btc,
  quote: usd,
  settle: btc,
  price: { decimals: 1, step: 5 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'inverse', minorTicksPerLot: 100n * 2n * 100_000_000n },
}
const TABLE = new InstrumentTable([SPOT, LINEAR, INVERSE])

let trades = 0
const fill = (
  instrument: number,
  side: Side,
  price: number,
  quantity: number,
  fee = 0n,
  feeAsset = TABLE.at(instrument).settle.code,
): Fill => ({
  tradeId: `t${++trades}`,
  clientOrderId: 'o',
  venueOrderId: 'v',
  instrument,
  side,
  price: ticks(price),
  quantity: lots(quantity),
  fee: toMinor(fee),
  feeAsset,
  liquidity: 'maker',
  at: micros(0),
})

test('spot: goods against money, the fee in its own ledger, profit on closing', () => {
  const transfers: Transfer[] = []
  const books = new AccountBooks(TABLE, {
    owner: 1,
    allowShort: false,
    sink: { onPosting: posted => transfers.push(...posted) },
  })
  books.deposit('USDT', 1_000_00000000n, micros(0))
  // Buy 0.01 BTC at 50,000.00 for 500 USDT with a fee of 0.5, sell half at 51,000.00 for 255 USDT with a rebate of 0.1.
  equal(books.fill(fill(0, BUY, 5_000_000, 1000, 50_000_000n)), 0n)
  equal(books.fill(fill(0, SELL, 5_100_000, 500, -10_000_000n)), 500_000_000n)
  deepEqual([books.cash('USDT'), books.cash('BTC')], [754_60000000n, 500_000n])
  deepEqual(
    [books.chart.held(3, 'USDT'), books.chart.held(4, 'USDT'), books.chart.heldLots(SPOT)],
    [40_000_000n, 500_000_000n, 500n],
  )
  deepEqual(
    Object.values(books.trialBalance()).every(net => net === 0n),
    true,
  )
  equal(
    books.equity('USDT', () => ticks(5_100_000)),
    754_60000000n + 255_00000000n,
  )
  equal(
    books.equity('USDT', () => ticks(0)),
    754_60000000n + 250_00000000n,
    'without a price, worth what it cost',
  )
  ok(
    transfers.every(({ cause }) => /^(deposit|fill t\d+ of o)$/.test(cause)),
    'every transfer names its cause',
  )
  throws(
    () => books.fill(fill(0, SELL, 5_000_000, 501)),
    /the ledger takes what happened, was exceeds_debits/,
    'what is not there cannot be sold',
  )
})

test('linear perpetual: only profit is money; funding is paid by longs', () => {
  const books = new AccountBooks(TABLE, { owner: 1, allowShort: true })
  books.deposit('USDT', 1_000_00000000n, micros(0))
  books.fill(fill(1, BUY, 5_000_000, 1000))
  equal(books.cash('USDT'), 1_000_00000000n)
  equal(books.funding(1, ticks(5_000_000), 100_000_000, micros(0)), -5_000_000n, '0.01 % of 500 USDT')
  equal(books.fill(fill(1, SELL, 4_900_000, 1500)), -1_000_000_000n)
  deepEqual([books.cash('USDT'), books.portfolio.netLots(1)], [1_000_00000000n - 10_05000000n, -500])
  equal(
    books.equity('USDT', () => ticks(4_800_000)),
    1_000_00000000n - 10_05000000n + 5_00000000n,
    'short 0.005 from 49,000 at 48,000',
  )
  equal(
    books.equity('USDT', () => ticks(0)),
    1_000_00000000n - 10_05000000n,
    'without a price, no profit',
  )
})

test('inverse perpetual: profit in the coin', () => {
  const portfolio = new Portfolio(TABLE)
  // 10 contracts of 100 USD bought at 50,000 and sold at 62,500: 1000/50000 - 1000/62500 = 0.02 - 0.016 BTC.
  portfolio.apply(fill(2, BUY, 100_000, 10))
  equal(portfolio.unrealised(2, ticks(125_000)), 400_000n)
  equal(portfolio.apply(fill(2, SELL, 125_000, 10)), 400_000n)
})

const aFill = fc.record({
  side: fc.constantFrom(BUY, SELL),
  price: fc.integer({ min: 50_000, max: 150_000 }),
  quantity: fc.integer({ min: 1, max: 40 }),
})
for (const instrument of TABLE.all)
  for (const method of ['average', 'fifo'] as const)
    test(`P-10 ${instrument.unified}, ${method}: realised + unrealised is the value at the mark less the money that moved, to the unit`, () => {
      fc.assert(
        fc.property(
          fc.array(aFill, { maxLength: 40, size: 'max' }),
          fc.integer({ min: 50_000, max: 150_000 }),
          (fills, mark) => {
            const portfolio = new Portfolio(TABLE, method)
            const sign = instrument.contract.kind === 'linear' ? 1n : -1n
            let net = 0
            let paid = 0n
            let realised = 0n
            for (const { side, price, quantity } of fills) {
              // A fill that turns the position over is valued in two parts: what it closes, what it opens.
              const closing = net * side < 0 ? Math.min(quantity, Math.abs(net)) : 0
              const whole = notional(ticks(price), lots(quantity), instrument.contract)
              paid += sign * BigInt(side) * whole
              net += side * quantity
              realised += portfolio.apply(fill(instrument.index, side, price, quantity))
              ok(closing <= quantity)
            }
            const worth =
              sign * BigInt(Math.sign(net)) * notional(ticks(mark), lots(Math.abs(net)), instrument.contract)
            const position = portfolio.position(instrument.index)
            equal(position.netLots, net)
            equal(position.realised, realised)
            equal(realised + portfolio.unrealised(instrument.index, ticks(mark)), worth - paid)
            if (net === 0) equal(position.cost, 0n)
          },
        ),
        { numRuns: 300 },
      )
    })

for (const instrument of TABLE.all)
  test(`R-ORD-01 P-10 ${instrument.unified}: fills told in any order, then put in the venue's, leave the same books`, () => {
    fc.assert(
      fc.property(
        fc
          .array(aFill, { maxLength: 20, size: 'max' })
          .chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([venues, told]) => {
          const made = new Map(
            venues.map(each => [each, fill(instrument.index, each.side, each.price, each.quantity, 3n)]),
          )
          const books = (order: readonly object[]): AccountBooks => {
            const kept = new AccountBooks(TABLE, { owner: 1, allowShort: true })
            for (const each of order) kept.fill(made.get(each as (typeof venues)[number])!)
            return kept
          }
          const right = books(venues)
          const wrong = books(told)
          const before = wrong.portfolio.position(instrument.index).realised
          const more = wrong.reorder(
            instrument.index,
            venues.map(each => made.get(each)!),
            micros(1),
          )
          deepEqual(wrong.portfolio.position(instrument.index), right.portfolio.position(instrument.index))
          equal(before + more, right.portfolio.position(instrument.index).realised)
          for (const { code } of right.chart.assets) equal(wrong.cash(code), right.cash(code))
          ok(Object.values(wrong.trialBalance()).every(sum => sum === 0n))
        },
      ),
      { numRuns: 200 },
    )
  })

test('P-09 trading moves money, it makes none: the market’s accounts mirror ours', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ instrument: fc.nat(2), fill: aFill, fee: fc.integer({ min: -50, max: 50 }) }), {
        maxLength: 40,
        size: 'max',
      }),
      events => {
        const books = new AccountBooks(TABLE, { owner: 1, allowShort: true })
        books.deposit('USDT', 10n ** 15n, micros(0))
        let fees = 0n
        for (const { instrument, fill: each, fee } of events) {
          books.fill(fill(instrument, each.side, each.price, each.quantity, BigInt(fee), 'USDT'))
          fees += BigInt(fee)
        }
        equal(books.chart.held(3, 'USDT'), fees)
        for (const net of Object.values(books.trialBalance())) equal(net, 0n)
        const external = books.ledger.accounts.filter(({ id }) => ((id >> 80n) & 0xffn) === 2n)
        equal(
          external.reduce((sum, account) => sum + account.creditsPosted - account.debitsPosted, 0n),
          10n ** 15n,
          'only a deposit comes from outside',
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('S3-LED-2 to S3-LED-7 six ledgers: margin, funding, fees in a coin of their own, reconciliation, withdrawal', () => {
  const books = new AccountBooks(TABLE, { owner: 1, allowShort: true, assets: [bnb] })
  const at = micros(5)
  books.deposit('USDT', 1_000_00000000n, at)
  books.deposit('BNB', 1_00000000n, at)
  books.fill(fill(1, BUY, 5_000_000, 1000, 2_000n, 'BNB'))
  books.lockMargin('USDT', 50_00000000n, 'BTC/USDT:USDT', at)
  books.lockMargin('USDT', 45_00000000n, 'BTC/USDT:USDT', at)
  books.funding(1, ticks(5_000_000), -100_000_000, at)
  books.fill(fill(1, SELL, 5_100_000, 1000, -500n, 'BNB'))
  books.deposit('USDT', -100_00000000n, at)
  books.reconcileCash('BNB', 99_998_000n, 'venue says so', at)
  books.reconcileCash('BNB', 99_998_000n, 'nothing differs, nothing is booked', at)
  const held = (kind: 1 | 3 | 4 | 5 | 6, code: string): bigint => books.chart.held(kind, code)
  deepEqual(
    [held(1, 'USDT'), held(1, 'BNB'), held(3, 'BNB'), held(4, 'USDT'), held(6, 'USDT'), books.lockedMargin('USDT')],
    [910_05000000n, 99_998_000n, 1_500n, 10_00000000n, 5_000_000n, 45_00000000n],
  )
  equal(books.chart.heldLots(LINEAR), 0n)
  const causes = [...books.ledger.transfers].map(({ cause, code }) => `${TRANSFER_CODE_NAMES[code]}: ${cause}`)
  ok(causes.includes('reconciliation: RECON venue says so') && causes.includes('withdrawal: withdrawal'))
  ok(!causes.some(cause => cause.includes('nothing')))
})

test('a restart goes on where the books stood, though the instruments are listed otherwise', () => {
  const before = new AccountBooks(TABLE, { owner: 1, allowShort: false })
  const fills = [fill(0, BUY, 5_000_000, 1000), fill(0, SELL, 5_100_000, 400)]
  before.deposit('USDT', 1_000_00000000n, micros(0))
  for (const each of fills) before.fill(each)
  const copy = new Ledger()
  before.ledger.accounts.forEach(copy.restore.account)
  ;[...before.ledger.transfers].forEach(copy.restore.transfer)
  const turned = new InstrumentTable([
    { ...INVERSE, index: 0 },
    { ...LINEAR, index: 1 },
    { ...SPOT, index: 2 },
  ])
  const after = new AccountBooks(turned, { owner: 1, allowShort: false, ledger: copy })
  for (const each of fills) after.restoreFill({ ...each, instrument: 2 })
  deepEqual([after.cash('BTC'), after.cash('USDT'), after.portfolio.netLots(2)], [600_000n, 704_00000000n, 600])
  after.fill({ ...fill(0, SELL, 5_000_000, 600), instrument: 2 })
  deepEqual([after.cash('BTC'), after.cash('USDT'), after.portfolio.netLots(2)], [0n, 1_004_00000000n, 0])
  throws(() => after.fill({ ...fill(0, SELL, 5_000_000, 1), instrument: 2 }), /exceeds_debits/)
})
