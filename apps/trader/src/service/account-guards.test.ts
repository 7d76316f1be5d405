import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import { approved, DeskStage, fillOf } from '@velocimex/core/execution/desk-stage.conformance'
import { AccountBooks } from '@velocimex/core/ledger/account-books'
import { MarketStatus } from '@velocimex/core/market/event-kind'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toMinor } from '@velocimex/core/market/money'
import { BUY } from '@velocimex/core/market/side'
import type { OrderView } from '@velocimex/core/order/order'
import { RiskGate } from '@velocimex/core/risk/risk-gate'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import { EXHAUSTED } from '@velocimex/host/net/venue-rest'
import { AccountGuards } from './account-guards.ts'
import type { Senses } from './account-senses.ts'
import type { GuardOptions } from './guard-options.ts'
import { exposureOf } from './guarded-desk.ts'

const usd = { code: 'USD', decimals: 2 }
const instrument = (index: number): Instrument => ({
  ...{ index, venue: 'v', symbol: `X${index}`, unified: `X${index}/USD`, kind: 'perpetual' as const },
  ...{ base: { code: 'X', decimals: 2 }, quote: usd, settle: usd, grids: 'published' as const },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 }, bounds: {}, fees: { maker: 0, taker: 0 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
})
const TABLE = new InstrumentTable([instrument(0), instrument(1)])
const WELL: Senses = { isMarketLive: true, isStreamUp: true, isJournalShort: false, clockSkew: 0, isSlow: false }
const LIMITS = {
  byInstrument: [{ ...NO_LIMITS, positionLotsMax: 100, orderLotsMax: 40 }, NO_LIMITS],
  ordersPerWindowMax: 1000,
  rateWindow: 1_000_000,
}

/** Guards over a desk whose venue is played by the test. */
class Guarded {
  readonly stage: DeskStage
  readonly books = new AccountBooks(TABLE, { owner: 1, allowShort: true })
  readonly guards: AccountGuards
  readonly gate: RiskGate
  readonly alerts: string[] = []
  readonly market = {
    ...{ delays: 0, told: 0, book: () => new OrderBook(), openOrders: () => [] },
    ...{ delay: () => this.market.delays, status: () => this.market.told },
  }

  /** @param before a life on whose journal this one begins */
  constructor(directory: string, options: GuardOptions = {}, before?: Guarded) {
    this.stage = new DeskStage(before?.stage.disk)
    const { desk, clock } = this.stage
    if (before === undefined) this.stage.answer()
    this.guards = new AccountGuards({
      ...{ account: 'main', instruments: TABLE, clock, books: this.books, desk, limits: LIMITS, options, directory },
      gate: () => this.gate,
      market: () => this.market,
      strategies: () => [{ name: 's', positions: this.books.portfolio }],
      persist: () => true,
      onAlert: words => this.alerts.push(words),
    })
    const exposure = exposureOf(desk, this.books, index => this.guards.mark(index))
    this.gate = new RiskGate(TABLE, LIMITS, exposure, clock, this.guards.guards)
    this.guards.resume()
    this.books.deposit('USD', toMinor(10_000n), clock.now())
    this.guards.begin()
    for (const index of [0, 1]) this.guards.onMark(index, 100)
  }

  get stop(): { trigger: string | undefined; phase: string } {
    const { trigger, phase } = this.guards.safeguards.stop.record
    return { trigger, phase }
  }

  /** Lets a second pass, with the guards as the account ticks them. */
  pass(senses: Senses = WELL, seconds = 1): void {
    for (let quarter = 0; quarter < seconds * 4; quarter++) {
      this.stage.pass(0.25)
      this.guards.tick(senses)
    }
  }

  /** Why an order is refused; ok when it is not. */
  review(quantity = 10): string {
    const reviewed = this.gate.review(approved({ quantity: quantity as never }))
    if (reviewed.ok) this.gate.settle(reviewed.value, undefined)
    return reviewed.ok ? 'ok' : reviewed.reason
  }

  /** Holds a position as if an order had been filled. */
  hold(quantity: number, index = 0): void {
    this.books.fill(fillOf('a', `t${quantity}`, quantity, this.stage.clock.now(), index))
  }
}

function withFolder(trial: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'guards-'))
  try {
    trial(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const rejected = (id: string, reason: string, postOnly = false): OrderView =>
  ({
    ...{
      clientOrderId: id,
      state: 'rejected',
      reason,
      exposure: 0,
      leaves: 0,
      cumulative: 0,
      quantity: 10,
      price: 100,
    },
    request: { ...approved(), postOnly, side: BUY },
  }) as unknown as OrderView

test('R-ES-01 each of the five triggers blocks entries in the call that notices it, and the desk stops with it', () => {
  const triggers: readonly (readonly [string, (guarded: Guarded) => void])[] = [
    ['manual', ({ guards }) => guards.stop('a person', false)],
    ['health', ({ stage: { desk } }) => desk.engageStop('the journal is damaged')],
    [
      'drawdown',
      guarded => {
        guarded.hold(30)
        guarded.pass()
        guarded.guards.onMark(0, 80)
      },
    ],
    ['margin', guarded => guarded.hold(900, 1)],
    [
      'rejections',
      ({ guards }) => {
        for (let at = 0; at < 11; at++) guards.onOrderUpdate(rejected(`r${at}`, 'insufficient margin'))
      },
    ],
  ]
  for (const [trigger, act] of triggers)
    withFolder(folder => {
      const guarded = new Guarded(folder)
      guarded.pass()
      equal(guarded.review(), 'ok', trigger)
      act(guarded)
      guarded.pass(WELL, 2)
      deepEqual(guarded.stop, { trigger, phase: 'observing' })
      equal(guarded.review(), 'halted', trigger)
      ok(guarded.stage.desk.orders.stop !== undefined, trigger)
      ok(
        guarded.alerts.some(words => words.startsWith('emergency stop 1')),
        trigger,
      )
    })
})

test('what a maker was refused because it would have taken is no sign that something is wrong', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    for (let at = 0; at < 50; at++)
      guarded.guards.onOrderUpdate(rejected(`r${at}`, 'Post Only order will be rejected', true))
    equal(guarded.stop.phase, 'armed')
    equal(guarded.review(), 'ok')
  }))

test('R-REST-01 what our own count of the venue’s limits held back was never sent, and no sign that something is wrong', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    for (let at = 0; at < 50; at++) guarded.guards.onOrderUpdate(rejected(`r${at}`, EXHAUSTED))
    equal(guarded.stop.phase, 'armed')
    equal(guarded.review(), 'ok')
  }))

test('D60 who is refused at a halted market, however often, is not stopped for it', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    guarded.market.told = MarketStatus.halted
    for (let at = 0; at < 50; at++) guarded.guards.onOrderUpdate(rejected(`r${at}`, 'Filter failure: NOTIONAL'))
    equal(guarded.stop.phase, 'armed')
    guarded.market.told = MarketStatus.trading
    for (let at = 0; at < 50; at++) guarded.guards.onOrderUpdate(rejected(`s${at}`, 'Filter failure: NOTIONAL'))
    equal(guarded.stop.phase, 'stopping')
  }))

for (const words of ['Account suspended', '50011 User is suspended', 'API key is locked'])
  test(`what is wrong with ourselves stops us, though it sounds like a halt: "${words}"`, () =>
    withFolder(folder => {
      const guarded = new Guarded(folder)
      guarded.market.told = MarketStatus.trading
      for (let at = 0; at < 50; at++) guarded.guards.onOrderUpdate(rejected(`r${at}`, words))
      equal(guarded.stop.phase, 'stopping')
    }))

for (const words of [
  'Market is closed.',
  'Invalid symbol status for opening position.',
  '110074 This contract is not live',
  '170151 This pair is not available',
  '51022 Contract suspended',
  'EService:Market in cancel_only mode',
  'ORDER_ENTRY_DISABLED',
  '10012 book_closed',
])
  test(`D60 who is refused with "${words}" before the halt was told is not stopped for it`, () =>
    withFolder(folder => {
      const guarded = new Guarded(folder)
      guarded.market.told = MarketStatus.trading
      for (let at = 0; at < 50; at++) guarded.guards.onOrderUpdate(rejected(`r${at}`, words))
      equal(guarded.stop.phase, 'armed')
    }))

test('R-KILL-06 a stop is engaged again before the first order of the next life, and cancels what rests', () =>
  withFolder(folder => {
    const before = new Guarded(folder)
    before.pass()
    ok(before.stage.desk.place(approved()).ok)
    before.guards.stop('a person', false) // It dies before the venue has answered.
    equal(before.stop.phase, 'stopping')

    const after = new Guarded(folder, {}, before)
    deepEqual(after.stop, { trigger: 'manual', phase: 'stopping' })
    equal(after.review(), 'halted')
    match(after.guards.release('too early') ?? '', /still stopping/)
    after.pass(WELL, 60) // The venue has no such order, and says so often enough.
    equal(after.stop.phase, 'observing')
    equal(after.guards.release('looked at everything'), undefined)
    equal(after.review(), 'ok')
    equal(after.stage.desk.orders.stop, undefined)

    equal(new Guarded(folder, {}, after).stop.phase, 'armed')
  }))

test('safeguards that cannot be read are not taken for none', () =>
  withFolder(folder => {
    writeFileSync(join(folder, 'safeguards.json'), '{')
    const guarded = new Guarded(folder)
    equal(guarded.stop.trigger, 'health')
    equal(guarded.review(), 'halted')
  }))

test('a changed limit holds at once and over a restart; one that cannot be written does not hold', () =>
  withFolder(folder => {
    const directory = join(folder, 'account')
    mkdirSync(directory)
    const before = new Guarded(directory)
    equal(before.review(20), 'ok')
    equal(before.guards.setLimit(0, 'order', 15), undefined)
    equal(before.review(20), 'order_too_large')
    const after = new Guarded(directory, {}, before)
    equal(after.guards.limits(0).orderLotsMax, 15)
    equal(after.review(20), 'order_too_large')
    equal(after.guards.setLimit(1, 'open-orders', 3), undefined)
    equal(after.guards.limits(1).openOrdersMax, 3)

    rmSync(directory, { recursive: true, force: true })
    equal(after.guards.setLimit(0, 'order', 10), 'not_recorded')
    equal(after.guards.limits(0).orderLotsMax, 15)
  }))

test('R-KILL-04 what the account cannot see or write decides how far it trades', () =>
  withFolder(folder => {
    const modes: readonly (readonly [Senses, string])[] = [
      [{ ...WELL, isMarketLive: false }, 'careful'],
      [{ ...WELL, isStreamUp: false }, 'reduce_only'],
      [{ ...WELL, isJournalShort: true }, 'observe'],
      [{ ...WELL, clockSkew: -2_600_000 }, 'reduce_only'],
      [{ ...WELL, isSlow: true }, 'careful'],
      [WELL, 'normal'],
    ]
    const guarded = new Guarded(folder)
    guarded.pass()
    for (const [senses, posture] of modes) {
      guarded.pass(senses, 2)
      equal(guarded.guards.safeguards.degraded.mode.posture, posture)
      equal(guarded.review(), posture === 'normal' ? 'ok' : 'degraded')
    }
    guarded.guards.set('database_unavailable', true)
    deepEqual(guarded.guards.conditions, ['database_unavailable'])
  }))

test('R-KILL-04 books that are fetched for the first time are no alert; ones that stay away are, and ones that are lost', () =>
  withFolder(folder => {
    const told = (...lives: readonly (readonly [live: boolean, seconds: number])[]): string[] => {
      const guarded = new Guarded(folder)
      for (const [isMarketLive, seconds] of lives) {
        guarded.pass({ ...WELL, isMarketLive }, seconds)
        equal(guarded.guards.safeguards.degraded.mode.posture, isMarketLive ? 'normal' : 'careful')
      }
      return guarded.alerts
    }
    const lost = 'careful: market_data_unavailable'
    deepEqual(told([false, 9], [true, 1]), [])
    deepEqual(told([false, 11], [true, 1]), [lost, 'normal again'])
    deepEqual(told([false, 1], [true, 1], [false, 1]), [lost])
    deepEqual(told([true, 1], [false, 1]), [lost])
  }))

test('R-KILL-04 market data that was under way for more than two seconds is not traded on', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    guarded.pass()
    guarded.market.delays = 30_000_000
    equal(guarded.review(), 'stale_market')
    guarded.market.delays = 2_000_000
    equal(guarded.review(), 'ok')
  }))

test('D60 while an instrument is halted at its venue nothing is added; what gets out may try', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    guarded.pass()
    guarded.market.told = MarketStatus.halted
    equal(guarded.review(), 'market_halted')
    guarded.hold(-20)
    guarded.pass()
    equal(guarded.review(20), 'ok', 'it can only reduce: the word of the venue may have come late')
    guarded.market.told = MarketStatus.trading
    equal(guarded.review(), 'ok')
  }))

test('R-CLK-01 a clock that is half a second off is told of once, one that is 2.5 s off lets nobody enter', () =>
  withFolder(folder => {
    const guarded = new Guarded(folder)
    const told = (): number => guarded.alerts.filter(words => words.startsWith('the clock is')).length
    guarded.pass({ ...WELL, clockSkew: 500_000 })
    equal(told(), 0)
    guarded.pass({ ...WELL, clockSkew: 500_001 })
    guarded.pass({ ...WELL, clockSkew: 2_500_000 })
    equal(told(), 1)
    equal(guarded.review(), 'ok')
    guarded.pass({ ...WELL, clockSkew: 2_500_001 })
    equal(guarded.review(), 'degraded')
    deepEqual(guarded.guards.conditions, ['clock_skewed'])
    guarded.pass()
    equal(guarded.review(), 'ok')
    guarded.pass({ ...WELL, clockSkew: -5_000_000 })
    equal(told(), 2)
    match(guarded.alerts.join(), /at least 500 ms behind the venue's.*at least 5000 ms ahead of the venue's/s)
  }))

test('R-ES-02 an operator who armed the switch and falls silent stops the account; without a rule silence means nothing', () => {
  for (const deadMan of [undefined, { timeout: 3_000_000, action: 'emergency_stop' as const }])
    withFolder(folder => {
      const guarded = new Guarded(folder, deadMan === undefined ? {} : { deadMan })
      guarded.guards.heard()
      guarded.pass(WELL, 2)
      equal(guarded.guards.isForsaken, false)
      guarded.pass(WELL, 2)
      equal(guarded.guards.isForsaken, deadMan !== undefined)
      equal(guarded.stop.trigger, deadMan === undefined ? undefined : 'health')
    })
})
