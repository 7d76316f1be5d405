import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InstrumentTable } from '../market/instrument-table.ts'
import { MarkValuation } from './mark-valuation.ts'
import { trialInstrument } from './trial-account.conformance.ts'

const asset = (code: string, decimals: number) => ({ code, decimals })
const [usdt, btc, eur, sol] = [asset('USDT', 2), asset('BTC', 8), asset('EUR', 2), asset('SOL', 4)]
/** BTC/USDT and SOL/BTC on the spot, EUR quoted as USDT/EUR, an inverse BTC contract, one settled in EUR. */
const TABLE = new InstrumentTable([
  trialInstrument(0, { kind: 'spot', base: btc, quote: usdt, settle: usdt, price: { decimals: 1, step: 5 } }),
  trialInstrument(1, { kind: 'spot', base: sol, quote: btc, settle: btc, price: { decimals: 6, step: 1 } }),
  trialInstrument(2, { kind: 'spot', base: usdt, quote: eur, settle: eur, price: { decimals: 3, step: 1 } }),
  trialInstrument(3, {
    base: btc,
    quote: usdt,
    settle: btc,
    contract: { kind: 'inverse', minorTicksPerLot: 10n ** 12n },
  }),
  trialInstrument(4, { base: sol, quote: eur, settle: eur, contract: { kind: 'linear', minorPerTickLot: 3n } }),
  trialInstrument(5, { kind: 'option', base: asset('ZZZ', 2), quote: usdt }),
])
const valued = (marks: number[]) => new MarkValuation(TABLE, usdt, { mark: index => marks[index] ?? Number.NaN })

const rows: [string, bigint, string, bigint | undefined, number[]][] = [
  ['a base by its mark', 100_000_000n, 'BTC', 5_000_000n, [100_000]],
  ['a quote against it', 90n, 'EUR', 100n, [0, 0, 900]],
  ['over two markets', 10_000n, 'SOL', 10_000n, [100_000, 2000]],
  ['the currency itself', -7n, 'USDT', -7n, []],
  ['without a mark', 1n, 'BTC', undefined, []],
  ['nothing is nothing, mark or no mark', 0n, 'BTC', 0n, []],
  ['an option says nothing about its base', 1n, 'ZZZ', undefined, [1, 1, 1, 1, 1, 1]],
  ['nobody trades it', 1n, 'AIR', undefined, []],
  ['a part of a unit is a unit', 1n, 'BTC', 1n, [100_000]],
  ['a debt is as large as what is owned', -1n, 'BTC', -1n, [100_000]],
]
for (const [name, amount, code, value, marks] of rows)
  test(`${name}: ${amount} ${code} is ${value}`, () => equal(valued(marks).convert(amount, code), value))

const lotsRows: [string, number, number, bigint, number[]][] = [
  ['a linear contract at a half tick', 0, 10, 1010n, [100.5]],
  ['an inverse contract', 3, 10, 5_000_000n, [100_000, 0, 0, 100_000]],
  ['an inverse contract at a half tick counts as the lower', 3, 10, 5_000_000n, [100_000, 0, 0, 100_000.5]],
  ['settled in another currency, at a tick begun', 4, 100, 1334n, [0, 0, 900, 0, 3.1]],
]
for (const [name, index, count, value, marks] of lotsRows)
  test(`${name}: ${count} lots are worth ${value}`, () => equal(valued(marks).value(index, count), value))

test('what we have is rounded down, what we owe up', () => {
  const valuation = valued([100_000.5])
  equal(valuation.worth(99n, 'BTC'), 4n)
  equal(valuation.worth(-99n, 'BTC'), -5n)
  equal(valuation.convert(100_000_000n, 'BTC'), 5_000_050n)
  equal(valuation.worth(100_000_000n, 'BTC'), 5_000_000n)
})

test('values of lots, linear, inverse and in another currency, are never understated, whatever was valued before', () => {
  const mark = fc.integer({ min: 2, max: 2_000_000 }).map(half => half / 2)
  const asked = fc.record({
    index: fc.constantFrom(0, 3, 4),
    lots: fc.oneof(fc.constantFrom(7, 1000), fc.nat(1_000_000)),
  })
  const step = fc.record({ moved: fc.constantFrom(0, 2, 3, 4), to: mark, asked })
  const property = fc.property(fc.array(mark, { minLength: 5, maxLength: 5 }), fc.array(step), (marks, steps) => {
    const live = [...marks]
    // One valuation over all steps, so that what it remembers is tried with marks that move.
    const valuation = valued(live)
    for (const { moved, to, asked: one } of steps) {
      live[moved] = to
      const value = valuation.value(one.index, one.lots)!
      const btcUsdt = (live[0]! * 5) / 10
      const exact =
        one.index === 0
          ? one.lots * live[0]!
          : one.index === 3
            ? ((one.lots * 1e12) / live[3]! / 1e8) * btcUsdt * 100
            : (one.lots * live[4]! * 3) / (live[2]! / 1000)
      ok(Number(value) >= exact * (1 - 1e-9), `${value} for ${exact}`)
      equal(value, valued([...live]).value(one.index, one.lots), 'what it remembers is of these marks')
    }
  })
  fc.assert(property, { numRuns: 300 })
})
