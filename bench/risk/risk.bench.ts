import { Random } from '@velocimex/core/clock/random'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import { lots, ticks } from '@velocimex/core/market/units'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { AccountExposure } from '@velocimex/core/risk/account-exposure'
import { BreakerPanel } from '@velocimex/core/risk/breaker-panel'
import { DEFAULT_BREAKER } from '@velocimex/core/risk/circuit-breaker'
import { DegradedTrading } from '@velocimex/core/risk/degraded-trading'
import { ExposureBook } from '@velocimex/core/risk/exposure-book'
import { HaltBoard } from '@velocimex/core/risk/halt-board'
import { LimitBook } from '@velocimex/core/risk/limit-book'
import { LimitCheck } from '@velocimex/core/risk/limit-check'
import { MarkValuation } from '@velocimex/core/risk/mark-valuation'
import { RiskGate } from '@velocimex/core/risk/risk-gate'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import type { LimitKind, ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { Standings } from '@velocimex/core/risk/standings'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'risk'

const INSTRUMENTS = 20
const ORDERS = 20_000
/** Nanoseconds: a tenth of what S2-PERF-3 allows validation. */
const BUDGET = 20_000
const usdt = { code: 'USDT', decimals: 8 }

const instrument = (index: number): Instrument => ({
  index,
  venue: index % 2 === 0 ? 'alpha' : 'beta',
  symbol: `S${index}`,
  unified: `S${index}/USDT`,
  kind: 'perpetual',
  base: { code: `C${index >> 1}`, decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
})

/** Twelve kinds for the whole, and position, size and rate for each instrument: 15 limits cover every order. */
function limitsOf(table: InstrumentTable): ScopedLimit[] {
  const wide = 10n ** 15n
  const kinds: LimitKind[] = [
    'order_size',
    'price_band',
    'position',
    'notional',
    'exposure',
    'leverage',
    'concentration',
    'margin_use',
    'open_orders',
    'daily_loss',
    'drawdown',
  ]
  const whole: ScopedLimit[] = kinds.map(kind => ({ name: kind, kind, scope: {}, value: wide }))
  const rate = { kind: 'order_rate', value: 100_000n, window: 1 } as const
  const each = table.all.flatMap(({ index }): ScopedLimit[] => [
    { name: `size ${index}`, kind: 'order_size', scope: { instrument: index }, value: wide },
    { name: `position ${index}`, kind: 'position', scope: { instrument: index }, value: wide },
    { name: `rate ${index}`, scope: { instrument: index }, ...rate },
  ])
  return [...whole, { name: 'rate', scope: {}, ...rate }, ...each]
}

/** A gate as a live account has it, with positions in every instrument. @param isGuarded with everything or bare */
function makeGate(isGuarded: boolean): { gate: RiskGate; book: ExposureBook } {
  const table = new InstrumentTable(Array.from({ length: INSTRUMENTS }, (_, index) => instrument(index)))
  const marks = { mark: () => 6_500_000 }
  let now = 0
  const clock = { now: () => now++ as never }
  const book = new ExposureBook(table)
  for (const { index } of table.all) book.correct('main', 'mm', index, 1000 - 100 * index)
  const limits = new LimitBook(table, book, { record: () => true })
  limits.load(limitsOf(table))
  const standing = new Standings(['main'])
  standing.takeAccount('main', 10n ** 15n, 0)
  const account = 'main'
  const valuation = new MarkValuation(table, usdt, marks)
  const check = new LimitCheck({
    account,
    instruments: table,
    limits,
    exposure: book,
    valuation,
    marks,
    standing,
    marginBps: () => 2000,
    clock,
  })
  const specs = table.all.map(({ index }) => ({
    name: `jump ${index}`,
    scope: { instrument: index },
    rule: DEFAULT_BREAKER,
    trigger: { cause: 'volatility', moveBps: 500, within: 60_000_000 } as const,
  }))
  const panel = BreakerPanel.of(
    { account, instruments: table, clock, standing, listener: { onBreaker: () => {}, onOpenLong: () => {} } },
    specs,
  )
  if (typeof panel === 'string') throw new Error(panel)
  const degraded = new DegradedTrading({ orderLots: () => 1e6, ordersPerSecond: 100_000 }, clock, { onMode: () => {} })
  const guards = isGuarded ? [new HaltBoard(account, index => table.at(index).venue), panel, degraded, check] : []
  const bare = { byInstrument: table.all.map(() => NO_LIMITS), ordersPerWindowMax: 100_000, rateWindow: 1 }
  return { gate: new RiskGate(table, bare, new AccountExposure(book, account, marks), clock, guards), book }
}

/** Measures the review of an order: bare, and with fifteen limits, breakers, halts and modes over 20 instruments. */
export function run(): BenchRow[] {
  const random = new Random(7)
  const orders = Array.from(
    { length: ORDERS },
    (): OrderRequest => ({
      instrument: random.below(INSTRUMENTS),
      side: random.below(2) === 0 ? BUY : SELL,
      type: 'limit',
      quantity: lots(2000 + random.below(1000)),
      price: ticks(6_500_000),
      timeInForce: 'gtc',
      postOnly: true,
      reduceOnly: false,
      strategy: 'mm',
    }),
  )
  const bare = makeGate(false)
  const guarded = makeGate(true)
  let refused = 0
  const samples = interleave({
    bare: {
      count: ORDERS,
      work: () => {
        for (const order of orders) if (!bare.gate.review(order).ok) refused++
      },
    },
    guarded: {
      count: ORDERS,
      work: () => {
        let number = 0
        for (const order of orders) {
          const reviewed = guarded.gate.review(order)
          if (!reviewed.ok) {
            refused++
            continue
          }
          // The life of an order as the book of exposures sees it: sent, resting, canceled.
          const clientOrderId = `o${number++}`
          guarded.book.onOrder('main', { clientOrderId, request: reviewed.value, exposure: order.quantity })
          guarded.gate.settle(reviewed.value, clientOrderId)
          guarded.book.onOrder('main', { clientOrderId, request: reviewed.value, exposure: 0 })
        }
      },
    },
  })
  if (refused > 0) throw new Error(`${refused} orders were refused: ${guarded.gate.lastRefusal.name}`)
  const row = (question: string, taken: number[], most: number): BenchRow => ({
    question,
    ours: median(taken),
    unit: 'ns/order',
    samples: taken,
    target: `<= ${most.toLocaleString('en')} ns`,
    met: median(taken) <= most,
  })
  return [
    row('order reviewed by the instrument’s own limits', samples.bare, 1000),
    row(
      'order reviewed by 15 limits, breakers and modes over 20 positions, sent and canceled',
      samples.guarded,
      BUDGET,
    ),
  ]
}
