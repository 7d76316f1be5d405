import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
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

/** Instruments of the account that is measured. */
export const INSTRUMENTS = 20
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
export function makeGate(isGuarded: boolean): { gate: RiskGate; book: ExposureBook; table: InstrumentTable } {
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
  return { table, gate: new RiskGate(table, bare, new AccountExposure(book, account, marks), clock, guards), book }
}
