import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Micros, micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { toMinor } from '../market/money.ts'
import type { Side } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import { ExposureBook } from '../risk/exposure-book.ts'
import { MarkValuation } from '../risk/mark-valuation.ts'
import { AccountBooks } from './account-books.ts'
import { AccountReconciliation, RECONCILIATION_RULE } from './account-reconciliation.ts'
import type { AccountCorrection, AccountTruth } from './account-truth.ts'
import { CorrectedBooks } from './corrected-books.ts'

const usdt = { code: 'USDT', decimals: 2 }
const perpetual = (index: number): Instrument => ({
  index,
  venue: 'v',
  symbol: `S${index}`,
  unified: `S${index}`,
  kind: 'perpetual',
  base: { code: `S${index}`, decimals: 2 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
})
const TABLE = new InstrumentTable([perpetual(0), perpetual(1)])
const SECOND = 1_000_000

/** A venue that holds an account, and our side that asks it. The test carries the answers. */
class Trial {
  readonly clock = new SimClock(micros(0))
  readonly marks = [100, 100]
  readonly books = new AccountBooks(TABLE, { owner: 1, allowShort: true })
  readonly exposure = new ExposureBook(TABLE)
  readonly log: string[] = []
  readonly corrections: AccountCorrection[] = []
  readonly questions: number[] = []
  truth: AccountTruth = { balances: [], positions: [] }
  readonly recon: AccountReconciliation
  #trades = 0

  constructor(isCold: boolean, criticalFrom = 0n) {
    const marks = { mark: (index: number) => this.marks[index]! }
    const { books, exposure } = this
    const valuation = new MarkValuation(TABLE, usdt, marks)
    const account = 'main'
    this.recon = new AccountReconciliation({
      account,
      books: new CorrectedBooks({
        account,
        venue: 'v',
        instruments: TABLE,
        books,
        exposure,
        valuation,
        marks,
      }),
      ask: question => this.questions.push(question),
      clock: this.clock,
      listener: {
        onCorrection: correction => this.corrections.push(correction),
        onHalt: reason => this.log.push(`halt ${reason}`),
        onMismatch: (is, again) => this.log.push(again ? 'again' : is ? 'mismatch' : 'clean'),
        onSilent: (failures, reason) => this.log.push(`silent ${failures} ${reason}`),
        onUnknown: what => this.log.push(`unknown ${what}`),
      },
      rule: { ...RECONCILIATION_RULE, criticalFrom },
      isCold,
    })
  }

  fill(instrument: number, lotsSigned: number, price = 100): void {
    const side = Math.sign(lotsSigned) as Side
    this.books.fill({
      tradeId: `t${this.#trades++}`,
      clientOrderId: 'o',
      venueOrderId: 'v',
      instrument,
      side,
      price: ticks(price),
      quantity: lots(Math.abs(lotsSigned)),
      fee: toMinor(0n),
      feeAsset: 'USDT',
      liquidity: 'maker',
      at: 0 as Micros,
    })
    this.exposure.correct('main', 'mm', instrument, lotsSigned)
  }

  holds(cash: number, first: number, second = 0): void {
    this.truth = {
      balances: [{ code: 'USDT', amount: BigInt(cash) }],
      positions: [
        { instrument: 0, netLots: first },
        { instrument: 1, netLots: second },
      ],
    }
  }

  wait(seconds: number): void {
    this.clock.advanceTo(micros(this.clock.now() + seconds * SECOND))
    this.recon.tick()
  }

  answer(truth = this.truth): void {
    this.recon.onTruth(this.questions.at(-1)!, truth)
  }

  /** Asks and answers until a comparison is clean, at most ten times. */
  settle(): void {
    for (let turn = 0; turn < 10; turn++) {
      this.wait(5)
      this.answer()
    }
  }

  get state(): string {
    const { portfolio } = this.books
    return `${this.books.cash('USDT')} ${portfolio.netLots(0)} ${portfolio.netLots(1)}`
  }
}

test('S2-ACC-23 asks every five seconds, and agrees in silence', () => {
  const trial = new Trial(false)
  trial.holds(0, 0)
  for (let second = 0; second < 20; second++) {
    trial.wait(second === 0 ? 0 : 1)
    if (trial.questions.length > trial.log.length) trial.answer()
  }
  deepEqual([trial.questions, trial.log, trial.corrections], [[1, 2, 3, 4], Array(4).fill('clean'), []])
})

test('S2-ACC-25 S2-ACC-26 a difference that stays is corrected to the venue and, being large, halts', () => {
  const trial = new Trial(false)
  trial.books.deposit('USDT', 1000n, 0 as Micros)
  trial.fill(0, 100)
  trial.holds(1000, 90)
  trial.wait(0)
  trial.answer()
  deepEqual([trial.state, trial.log], ['1000 100 0', ['mismatch']])
  trial.wait(0.5)
  trial.answer()
  equal(trial.state, '1000 90 0')
  deepEqual(trial.log.slice(1), ["halt position 0: ours 100, the venue's 90", 'mismatch'])
  deepEqual(trial.corrections, [
    {
      tag: 'RECON',
      account: 'main',
      at: 500_000,
      difference: { kind: 'position', instrument: 0, ours: 100n, venues: 90n },
      cause: 'mismatch',
      isCritical: true,
    },
  ])
  equal(trial.exposure.totals({ account: 'main' }).slot('main', 0).net, 90, 'risk sees it as well')
  trial.wait(5)
  trial.answer()
  equal(trial.log.at(-1), 'clean')
})

test('a small one is corrected without a halt, the third within ten minutes halts', () => {
  const trial = new Trial(false)
  trial.books.deposit('USDT', 10_000n, 0 as Micros)
  for (const cash of [9999, 9998, 9997]) {
    trial.holds(cash, 0)
    trial.wait(5)
    trial.answer()
    trial.wait(5)
    trial.answer()
  }
  equal(trial.log.filter(each => each.startsWith('halt')).length, 1)
  ok(trial.log.includes("halt 3 corrections in 600 s, last balance USDT: ours 9998, the venue's 9997"))
  equal(trial.log.at(-1), 'again')
})

test('a large share of very little is not critical', () => {
  const trial = new Trial(false, 100n)
  trial.holds(7, 0)
  trial.settle()
  deepEqual([trial.state, trial.log.filter(each => each.startsWith('halt'))], ['7 0 0', []])
})

test('an answer that a fill has overtaken is not compared', () => {
  const trial = new Trial(false)
  trial.holds(0, 0)
  trial.wait(0)
  trial.fill(0, 10)
  trial.answer()
  deepEqual(trial.log, ['clean'])
})

test('a fill that we have not heard of yet is a difference only until we hear of it', () => {
  const trial = new Trial(false)
  trial.holds(0, 10)
  trial.wait(0)
  trial.answer()
  trial.fill(0, 10)
  trial.wait(0.5)
  trial.answer()
  deepEqual([trial.log, trial.corrections, trial.state], [['mismatch', 'clean'], [], '0 10 0'])
})

test('P-08 a question that fails, or an answer to an older one, changes nothing', () => {
  const trial = new Trial(false)
  trial.fill(0, 100)
  trial.holds(0, 0)
  for (let turn = 0; turn < 5; turn++) {
    trial.wait(5)
    trial.recon.onFailed(trial.questions.at(-1)!, '503')
  }
  trial.wait(0.5)
  trial.wait(5)
  for (let turn = 0; turn < 3; turn++) {
    trial.wait(0.5)
    trial.recon.onTruth(trial.questions.at(-2)!, trial.truth)
  }
  deepEqual([trial.state, trial.corrections], ['0 100 0', []])
  deepEqual(trial.log, [1, 2, 3, 4, 5].map(count => `silent ${count} 503`).concat('silent 6 no answer'))
})

test('a position without a mark waits for one; what no instrument knows is told once', () => {
  const trial = new Trial(true)
  trial.marks[0] = Number.NaN
  trial.truth = { balances: [{ code: 'AIR', amount: 5n }], positions: [{ instrument: 0, netLots: 5 }] }
  trial.settle()
  deepEqual([trial.state, trial.log[0]], ['0 0 0', 'unknown balance AIR'])
  equal(trial.log.filter(each => each.startsWith('unknown')).length, 1)
  trial.marks[0] = 100
  trial.settle()
  deepEqual([trial.state, trial.corrections[0]?.cause, trial.log.at(-1)], ['0 5 0', 'start', 'clean'])
})

test('P-08 a cold start ends as a warm one does, with the venue; warm books that agree get no fill; twice is once', () => {
  const change = fc.record({
    instrument: fc.constantFrom(0, 1),
    lotsSigned: fc.integer({ min: -50, max: 50 }).filter(lotsSigned => lotsSigned !== 0),
    price: fc.integer({ min: 80, max: 120 }),
    isKnown: fc.boolean(),
  })
  const property = fc.property(fc.array(change, { maxLength: 20, size: 'max' }), fc.boolean(), (changes, allKnown) => {
    const venue = new Trial(false)
    const warm = new Trial(false)
    for (const each of [venue, warm]) each.books.deposit('USDT', 100_000n, 0 as Micros)
    for (const { instrument, lotsSigned, price, isKnown } of changes) {
      venue.fill(instrument, lotsSigned, price)
      if (isKnown || allKnown) warm.fill(instrument, lotsSigned, price)
    }
    const cold = new Trial(true)
    const { portfolio } = venue.books
    for (const trial of [cold, warm]) {
      trial.holds(Number(venue.books.cash('USDT')), portfolio.netLots(0), portfolio.netLots(1))
      trial.settle()
      equal(trial.state, venue.state)
      const { length } = trial.corrections
      trial.settle()
      equal(trial.corrections.length, length, 'reconciling what agrees does nothing')
      ok(Object.values(trial.books.trialBalance()).every(net => net === 0n))
    }
    if (allKnown) deepEqual(warm.corrections, [])
    equal(cold.log.filter(each => each.startsWith('halt')).length, 0)
  })
  fc.assert(property, { numRuns: 200 })
})
