import { deepEqual, equal } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import { AccountBooks } from '@velocimex/core/ledger/account-books'
import { LedgerKind, Role } from '@velocimex/core/ledger/chart'
import { statementOf } from '@velocimex/core/ledger/statement'
import { TRANSFER_CODE_NAMES } from '@velocimex/core/ledger/transfer-code'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { CashFlow } from '@velocimex/venues/cash-flow'
import { AccountFlows } from './account-flows.ts'
import { AccountJournal, CONFIRM_AFTER } from './account-journal.ts'
import { CashFlows, type KeptFlow } from './cash-flows.ts'

const usd = { code: 'USD', decimals: 2 }
const perpetual: Instrument = {
  ...{ index: 0, venue: 'v', symbol: 'X', unified: 'X/USD', kind: 'perpetual', grids: 'published' },
  ...{ base: { code: 'X', decimals: 2 }, quote: usd, settle: usd, bounds: {}, fees: { maker: 0, taker: 0 } },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
}
const table = new InstrumentTable([perpetual])

/** A folder with an account that had 1,000.00 at instant 10, as its lives come and go. */
class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'flows-'))
  /** What equity was measured anew by. */
  readonly external: string[] = []
  readonly alerts: string[] = []
  journal = new AccountJournal(this.directory, table)

  static run(story: (stage: Stage) => void): void {
    const stage = new Stage()
    try {
      stage.journal.open({ at: 10, balances: { USD: '100000' } })
      story(stage)
    } finally {
      rmSync(stage.directory, { recursive: true })
    }
  }

  /** The process is gone without a word, and another begins. */
  die(): void {
    this.journal = new AccountJournal(this.directory, table)
  }

  tell(kind: CashFlow['kind'], cents: number, id: string, at: number, more: Partial<CashFlow> = {}): void {
    const flows = new AccountFlows({
      ...{ instruments: table, journal: this.journal, onAlert: words => this.alerts.push(words) },
      guards: {
        safeguards: { monitor: { onFlow: (code, units) => this.external.push(`${units} ${code}`) } },
        keep: () => {},
      },
    })
    flows.take({ kind, asset: 'USD', amount: { units: BigInt(cents), decimals: 2 }, id, at: micros(at), ...more })
  }

  /** Cash, funding, and what came from outside, in cents. */
  get held(): number[] {
    const { books, flows } = this.journal
    return [books.cash('USD'), books.chart.held(LedgerKind.funding, 'USD'), flows.external('USD')].map(Number)
  }

  get statement(): string[] {
    const { chart, ledger } = this.journal.books
    const { lines } = statementOf(ledger, chart.ofAsset(LedgerKind.cash, Role.own, 'USD'), 0, Number.MAX_SAFE_INTEGER)!
    return lines.map(({ transfer: { code, cause }, amount }) => `${TRANSFER_CODE_NAMES[code]} ${amount}: ${cause}`)
  }
}

test('S2-ACC funding and money from outside are booked once, however often they are told, and every life knows them', () =>
  Stage.run(stage => {
    const all = (): void => {
      stage.tell('deposit', 2_500, 'd1', 20)
      stage.tell('funding', -75, 'f1', 30, { instrument: 0 })
      stage.tell('withdrawal', -500, 'w1', 40)
      stage.tell('transfer', 100, 't1', 50)
    }
    all()
    const held = [102_025, -75, 2_100]
    deepEqual(stage.held, held)
    all()
    deepEqual(stage.held, held, 'told again')
    stage.die()
    deepEqual(stage.held, held, 'killed')
    all()
    deepEqual(stage.held, held, 'told again in another life')
    deepEqual(stage.external, ['2500 USD', '-500 USD', '100 USD'], 'funding is profit or loss')
    deepEqual(stage.alerts, ['deposit of 25.00 USD', 'withdrawal of -5.00 USD', 'transfer of 1.00 USD'])
    equal(stage.journal.corrections, 0)
    deepEqual(stage.statement, [
      'deposit 100000: deposit',
      'deposit 2500: deposit d1',
      'funding -75: funding X f1',
      'withdrawal -500: withdrawal w1',
      'deposit 100: transfer t1',
    ])
  }))

test('what the opening holds already, what is not traded here, and nothing at all are not booked', () =>
  Stage.run(stage => {
    stage.tell('deposit', 2_500, 'd1', 10)
    stage.tell('deposit', 2_500, 'd2', 20, { asset: 'DOGE' })
    stage.tell('deposit', 0, 'd3', 20)
    deepEqual(stage.held, [100_000, 0, 0])
  }))

test('a payment that was missed, corrected, and told late: cash stays, and the correction is taken back, in every life', () =>
  Stage.run(stage => {
    const at = 100_000_000
    stage.journal.correct('USD', 102_425n, 'ours 100000, the venue’s 102425', micros(at))
    const before = at - CONFIRM_AFTER
    stage.tell('deposit', 2_500, 'd1', before)
    stage.tell('funding', -75, 'f1', before)
    stage.tell('deposit', 2_500, 'd1', before)
    for (const life of ['first', 'second']) {
      deepEqual(stage.held, [102_425, -75, 2_500], life)
      stage.die()
    }
    deepEqual(stage.external, [], 'the correction was profit to those who watch equity')
    stage.tell('deposit', 100, 'd2', at)
    deepEqual(stage.held, [102_525, -75, 2_600], 'what came after it')
  }))

test('a disk that refuses: nothing is booked, and a person is told', () =>
  Stage.run(stage => {
    mkdirSync(join(stage.directory, 'cash-flows.json.partial'))
    stage.tell('funding', -75, 'f1', 30)
    deepEqual(stage.held, [100_000, 0, 0])
    equal(stage.alerts.length, 1)
  }))

test('the older half of too many becomes sums: the books stay, and what is old is not booked again', () =>
  Stage.run(({ directory }) => {
    const books = (): AccountBooks => new AccountBooks(table, { owner: 1, allowShort: true })
    const kinds = ['funding', 'deposit', 'withdrawal', 'transfer'] as const
    const flowAt = (at: number): KeptFlow => ({
      kind: kinds[at % 4]!,
      code: 'USD',
      units: String(at - 20),
      id: `i${at}`,
      at,
    })
    const all = Array.from({ length: 100 }, (_, at) => flowAt(at + 1))
    const twin = books()
    const kept = new CashFlows(directory, twin, 10)
    for (const flow of all) kept.book(flow)
    equal(
      all.every(flow => kept.has(flow)),
      true,
    )
    equal(kept.all.length <= 10, true)
    const again = books()
    const reborn = new CashFlows(directory, again, 10)
    equal(
      all.every(flow => reborn.has(flow)),
      true,
    )
    equal(twin.cash('USD'), BigInt(all.reduce((sum, { units }) => sum + Number(units), 0)))
    equal(again.cash('USD'), twin.cash('USD'))
    equal(again.chart.held(LedgerKind.funding, 'USD'), twin.chart.held(LedgerKind.funding, 'USD'))
    equal(reborn.external('USD'), kept.external('USD'))
  }))
