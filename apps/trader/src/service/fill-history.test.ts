import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import { fillOf } from '@velocimex/core/execution/desk-stage.conformance'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import { AccountJournal } from './account-journal.ts'

const usd = { code: 'USD', decimals: 2 }
const instrument = (index: number, kind: 'perpetual' | 'spot'): Instrument => ({
  ...{ index, venue: 'v', symbol: `S${index}`, unified: `S${index}`, kind, grids: 'published' as const },
  ...{ base: { code: `C${index}`, decimals: 2 }, quote: usd, settle: usd, bounds: {}, fees: { maker: 0, taker: 0 } },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
})
const TABLE = new InstrumentTable([instrument(0, 'perpetual'), instrument(1, 'spot'), instrument(2, 'perpetual')])
const STRATEGIES = ['maker', 'taker', '']

/** Fills of three instruments, every tenth told up to five places late. */
function makeFills(count: number, random: Random): (Fill & { strategy: string })[] {
  const fills = Array.from({ length: count }, (_, at) => ({
    ...fillOf(`o${at}`, `t${at}`, 1 + random.below(9), (at * 10) as never, random.below(3)),
    side: random.below(2) === 0 ? BUY : SELL,
    price: 90 + random.below(21),
    fee: BigInt(random.below(13) - 3),
    feeAsset: 'USD',
    liquidity: random.below(2) === 0 ? 'maker' : 'taker',
    strategy: STRATEGIES[random.below(3)]!,
  })) as (Fill & { strategy: string })[]
  for (let at = 0; at + 5 < count; at += 10) fills.splice(at + random.below(6), 0, fills.splice(at, 1)[0]!)
  return fills
}

/** All that an account knows of itself by its fills. */
function truthOf({ books, fills }: AccountJournal): object {
  const strategies = STRATEGIES.map(name => {
    const portfolio = fills.portfolioBefore(name)
    for (const fill of fills.recent) if (fill.strategy === name) portfolio.apply(fill)
    return TABLE.all.map(({ index }) => portfolio.position(index).netLots)
  })
  return {
    cash: ['USD', 'C0', 'C1', 'C2'].map(code => books.cash(code)),
    positions: TABLE.all.map(({ index }) => books.portfolio.position(index)),
    strategies,
    balance: books.trialBalance(),
    counts: [fills.count, fills.makers],
  }
}

async function inFolder(work: (directory: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'fills-'))
  try {
    work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const restarted = (directory: string, journal: AccountJournal, max: number): AccountJournal => {
  const next = new AccountJournal(directory, TABLE, max)
  next.restore({ snapshot: { through: 1, state: journal.stateOf('orders') }, records: [], epoch: 1, cutBytes: 0 })
  return next
}

test('an account that keeps 20 fills knows what one knows that keeps all of them, over restarts and late fills', () =>
  inFolder(directory => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed)
      const whole = new AccountJournal(directory, TABLE)
      let bounded = new AccountJournal(directory, TABLE, 20)
      for (const [at, { strategy, ...fill }] of makeFills(200, random).entries()) {
        equal(bounded.book(fill, strategy), whole.book(fill, strategy), `seed ${seed}, fill ${at}`)
        ok(bounded.fills.recent.length <= 20)
        if (random.below(31) === 0) bounded = restarted(directory, bounded, 20)
      }
      deepEqual(truthOf(bounded), truthOf(whole), `seed ${seed}`)
      deepEqual(truthOf(restarted(directory, bounded, 20)), truthOf(whole), `seed ${seed}, restarted`)
    }
  }))

test('the profit of each kept fill is told again as it was, on what was held before it', () =>
  inFolder(directory => {
    const journal = new AccountJournal(directory, TABLE, 20)
    const told = new Map<string, bigint>()
    for (const { strategy, ...fill } of makeFills(95, new Random(5)).toSorted((one, other) => one.at - other.at))
      told.set(fill.tradeId, journal.book(fill, strategy))
    const portfolio = journal.fills.portfolioBefore()
    for (const fill of journal.fills.recent) equal(portfolio.apply(fill), told.get(fill.tradeId))
  }))

test('a snapshot does not grow with the fills behind it, and one without folded fills is still read', () =>
  inFolder(directory => {
    const journal = new AccountJournal(directory, TABLE, 20)
    const sizes = makeFills(2_000, new Random(9)).map(({ strategy, ...fill }) => {
      journal.book(fill, strategy)
      return journal.stateOf('').length
    })
    ok(Math.max(...sizes) < 12_000, `${Math.max(...sizes)} bytes`)

    const { fee, ...plain } = makeFills(1, new Random(1))[0]!
    const state = JSON.stringify({ orders: 'o', fills: [{ ...plain, fee: String(fee) }] })
    const old = new AccountJournal(directory, TABLE)
    old.restore({ snapshot: { through: 1, state }, records: [], epoch: 1, cutBytes: 0 })
    equal(old.fills.count, 1)
  }))
