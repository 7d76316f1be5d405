import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EquityWatch } from './equity-watch.ts'
import { Standings } from './standings.ts'

const HOUR = 3_600_000_000

test('S2-ACC-19 the day begins with the last worth of the day before, and its peak with it', () => {
  const watch = new EquityWatch(22 * HOUR)
  watch.take(1000n, 10 * HOUR)
  watch.take(1200n, 20 * HOUR)
  watch.take(900n, 21 * HOUR)
  deepEqual([watch.dayProfit, watch.dayDrawdownBps, watch.drawdownBps], [-100n, 2500, 2500])
  watch.take(891n, 23 * HOUR)
  deepEqual([watch.dayProfit, watch.dayDrawdownBps, watch.drawdownBps], [-9n, 100, 2575])
})

test('deposits are no profit and withdrawals no loss', () => {
  const watch = new EquityWatch()
  watch.take(1000n, 0)
  watch.flow(500n)
  watch.take(1500n, 1)
  deepEqual([watch.dayProfit, watch.drawdownBps], [0n, 0])
  watch.flow(-1200n)
  watch.take(300n, 2)
  deepEqual([watch.dayProfit, watch.drawdownBps], [0n, 0])
})

test('a watch restored from its record goes on as if nothing had happened', () => {
  const step = fc.record({
    equity: fc.bigInt({ min: -1000n, max: 5000n }),
    hours: fc.nat(30),
    flow: fc.constantFrom(0n, 70n, -70n),
  })
  const property = fc.property(fc.array(step, { maxLength: 30, size: 'max' }), fc.nat(30), (steps, killed) => {
    const whole = new EquityWatch()
    let other = new EquityWatch()
    // The twin: the worths of each day less what came from outside since, the last of the day before first.
    let days: { number: number; worths: bigint[] }[] = []
    const highest = (worths: readonly bigint[]): bigint => worths.toSorted((a, b) => (a < b ? 1 : -1))[0]!
    let now = 0
    for (const [at, { equity, hours, flow }] of steps.entries()) {
      now += hours * HOUR
      for (const watch of [whole, other]) {
        watch.flow(flow)
        watch.take(equity, now)
      }
      days = days.map(({ number, worths }) => ({ number, worths: worths.map(worth => worth + flow) }))
      const number = Math.floor(now / (24 * HOUR))
      const before = days.at(-1)
      if (before?.number !== number) days.push({ number, worths: before === undefined ? [] : before.worths.slice(-1) })
      const today = days.at(-1)!.worths
      today.push(equity)
      equal(whole.record?.dayStart, today[0])
      equal(whole.record?.dayPeak, highest(today))
      equal(whole.record?.peak, highest(days.flatMap(({ worths }) => worths)))
      deepEqual(other.record, whole.record)
      if (at !== killed) continue
      other = new EquityWatch()
      other.restore(whole.record!)
    }
  })
  fc.assert(property, { numRuns: 300 })
})

test('the whole is known when every account is; strategies stand for themselves', () => {
  const standings = new Standings(['one', 'two'])
  standings.takeAccount('one', 700n, 0)
  deepEqual([standings.equity({}), standings.equity({ account: 'one', instrument: 3 })], [undefined, 700n])
  standings.takeAccount('two', 300n, 1)
  deepEqual([standings.equity({}), standings.dayStart({ venue: 'alpha' }), standings.peak({})], [1000n, 1000n, 1000n])
  standings.takeAccount('one', undefined, 2)
  deepEqual(
    [standings.equity({}), standings.equity({ account: 'one' }), standings.equity({ account: 'two' })],
    [undefined, undefined, 300n],
  )
  standings.takeStrategy('arb', 50n, 3)
  standings.takeStrategy('arb', undefined, 4)
  equal(standings.equity({ strategy: 'arb' }), undefined)
  standings.takeStrategy('mm', 50n, 3)
  deepEqual(
    [standings.equity({ strategy: 'mm', account: 'one' }), standings.equity({ strategy: 'xx' })],
    [50n, undefined],
  )
})
