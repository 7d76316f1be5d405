import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InstrumentTable } from '../market/instrument-table.ts'
import { type StressedPosition, type StressQuestion, stress } from './stress.ts'
import { correlationOne, gap, priceShock, type StressScenario, spreadShock, venueLoss } from './stress-scenario.ts'
import { trialInstrument } from './trial-account.conformance.ts'

const coin = (code: string) => ({ code, decimals: 2 })
/** A perpetual, a spot pair, the perpetual's hedge on another venue, an inverse contract, one in a currency without rate. */
const TABLE = new InstrumentTable([
  trialInstrument(0, { base: coin('BTC') }),
  trialInstrument(1, { base: coin('ETH'), kind: 'spot' }),
  trialInstrument(2, { base: coin('BTC'), venue: 'beta' }),
  trialInstrument(3, { settle: coin('BTC'), contract: { kind: 'inverse', minorTicksPerLot: 1_000_000n } }),
  trialInstrument(4, { settle: coin('XYZ') }),
])
const held = (instrument: number, netLots: number, mark = 1000, unrealised = 0n): StressedPosition => ({
  instrument,
  netLots,
  mark,
  unrealised,
})
const ask = (positions: StressedPosition[], more: Partial<StressQuestion> = {}): StressQuestion => ({
  instruments: TABLE,
  positions,
  cashAt: new Map([
    ['alpha', 50_000n],
    ['beta', 7000n],
  ]),
  equity: 100_000n,
  convert: (amount, code) => (code === 'USDT' ? amount : code === 'BTC' ? amount * 10n : undefined),
  limits: [],
  ...more,
})

const rows: [string, StressedPosition[], StressScenario, bigint][] = [
  ['a long position when prices fall', [held(0, 10)], priceShock(-1000), 1000n],
  ['a short position when prices fall', [held(0, -10)], priceShock(-1000), -1000n],
  ['a hedge hedges', [held(0, 10), held(2, -10)], priceShock(-1000), 0n],
  ['a hedge does not hedge when everything goes against us', [held(0, 10), held(2, -10)], correlationOne(1000), 2000n],
  ['getting out over a wide spread', [held(0, 10), held(2, -10)], spreadShock(200), 200n],
  ['a gap in one asset, and no exit on the way', [held(0, 10), held(1, 10)], gap('BTC', -1000), 1500n],
  ['a lost venue keeps the cash', [], venueLoss('alpha'), 50_000n],
  ['a lost venue keeps goods', [held(1, 10)], venueLoss('alpha'), 60_000n],
  [
    'a lost venue keeps profit, and not the value of a contract',
    [held(0, 10, 1000, 300n)],
    venueLoss('alpha'),
    50_300n,
  ],
  ['a lost venue forgives no loss', [held(0, 10, 1000, -300n)], venueLoss('alpha'), 50_000n],
  ['the other venue is not touched', [held(1, 10)], venueLoss('beta'), 7000n],
  ['an inverse contract falls faster than its price', [held(3, 10)], priceShock(-5000), 100_000n],
  ['rounding is against us', [held(0, 1, 999)], priceShock(-1), 1n],
  ['half a tick too', [held(0, -2, 999.5)], priceShock(0), 2n],
]
for (const [name, positions, scenario, loss] of rows)
  test(`S4-RISK-4 ${scenario.name}: ${name}: ${loss}`, () => {
    equal(stress(ask(positions), [scenario])[0]!.loss, loss)
  })

test('S4-RISK-4 worst first, with the limits that would break and what could not be valued', () => {
  const limits = [
    { name: 'daily loss', kind: 'loss', value: 1500n },
    { name: 'leverage', kind: 'leverage', value: 1900n },
  ] as const
  const question = ask([held(0, 10), held(1, 10), held(4, 1)], { limits })
  const outcomes = stress(question, [priceShock(1000), priceShock(-1000), correlationOne(500)])
  deepEqual(
    outcomes.map(({ scenario, loss, breaches, unvalued }) => [scenario, loss, breaches, unvalued]),
    [
      ['prices down 10 %', 2000n, ['daily loss'], [4]],
      ['everything 5 % against us', 1000n, ['leverage'], [4]],
      ['prices up 10 %', -2000n, ['leverage'], [4]],
    ],
  )
  deepEqual([outcomes[0]!.equityAfter, outcomes[0]!.exposureAfter], [98_000n, 18_000n])
  deepEqual(outcomes[0]!.parts, [
    { instrument: 0, loss: 1000n },
    { instrument: 1, loss: 1000n },
  ])
})

test('adding positions adds losses; a wider shock against us is never cheaper; nothing is changed', () => {
  const position = fc.record({
    instrument: fc.constantFrom(0, 1, 2, 3),
    netLots: fc.integer({ min: -1000, max: 1000 }),
    mark: fc.integer({ min: 10, max: 100_000 }),
    unrealised: fc.bigInt({ min: -1000n, max: 1000n }),
  })
  const positions = fc.array(position, { maxLength: 8 })
  const property = fc.property(positions, positions, fc.nat(5000), fc.nat(4000), (one, other, less, more) => {
    const cashless = { cashAt: new Map<string, bigint>() }
    const loss = (of: StressedPosition[], scenario: StressScenario): bigint =>
      stress(
        ask(
          of.map(each => Object.freeze({ ...each })),
          cashless,
        ),
        [scenario],
      )[0]!.loss
    const scenario = priceShock(-less)
    equal(loss([...one, ...other], scenario), loss(one, scenario) + loss(other, scenario))
    ok(loss(one, correlationOne(less + more)) >= loss(one, correlationOne(less)))
    ok(loss(one, correlationOne(less)) >= loss(one, priceShock(0)))
    ok(loss(one, venueLoss('alpha')) >= loss(one, priceShock(0)))
  })
  fc.assert(property, { numRuns: 500 })
})
