import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { LIQUID_FLOW } from '../exchange/order-flow-parameters.ts'
import { SyntheticMarket } from '../exchange/synthetic-market.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'
import { DEPTH_BPS, isRound, type MarketSamples, marketFigures, returnsOf, UPDATE_BPS } from './market-figures.ts'
import { MarketTally } from './market-tally.ts'

const MID = 10_000
const record = new EventRecord(new Records(1))
const { bid, last, snapshot, aggressorBuy, aggregate } = Flag

/** A tally that is told levels and trades in few words; instants in milliseconds. */
class Told {
  readonly tally = new MarketTally(0)

  level(at: number, side: number, price: number, lots: number, flags: number = last): this {
    this.tally.take(record.write(Kind.level, side | flags, 0, 0, 0, at * 1000).lanes(price, lots, 1, 0), at * 1000)
    return this
  }

  trade(at: number, side: number, lots: number, venueTime: number, flags = 0, instrument = 0): this {
    const written = record.write(Kind.trade, side | flags, 0, instrument, venueTime * 1000, at * 1000)
    this.tally.take(written.lanes(MID, lots, 1, 1), at * 1000)
    return this
  }

  quote(at: number, lanes: readonly [number, number, number, number]): this {
    this.tally.take(record.write(Kind.quote, last, 0, 0, 0, at * 1000).lanes(...lanes), at * 1000)
    return this
  }
}

/** Both sides of a book, 9999 at 10000, and the clock begun at 1 ms: samples at 101, 201, ... */
const opened = (): Told =>
  new Told()
    .level(0, bid, MID - 1, 5, snapshot)
    .level(0, 0, MID, 7, snapshot | last)
    .level(1, bid, MID - 40, 3)

test('the touch, the mid and the spread are sampled as they stand every 100 ms, however seldom records come', () => {
  const told = opened()
    .level(150, 0, MID, 0)
    .level(160, 0, MID + 3, 2)
    .level(420, bid, MID - 1, 9)
  const { mids, spreads, touch, span } = told.tally.samples()
  deepEqual(spreads, [1, 4, 4, 4])
  deepEqual(mids, [MID - 0.5, MID + 1, MID + 1, MID + 1])
  deepEqual(touch, [5, 7, 5, 2, 5, 2, 5, 2])
  equal(span, 400_000)
})

test('quotes are the touch when there are any; a crossed or missing one is not sampled', () => {
  const told = opened()
    .quote(50, [MID - 2, 1, MID + 2, 1])
    .quote(150, [MID, 1, MID - 1, 1])
    .quote(250, [MID, 1, MID + 1, 4])
  told.level(360, bid, MID - 90, 1)
  deepEqual(told.tally.samples().spreads, [4, 1])
})

test('executions of one instant and side are one order; sums of other executions and other instruments do not count', () => {
  const told = opened()
    .trade(10, aggressorBuy, 2, 1000)
    .trade(11, aggressorBuy, 3, 1000)
    .trade(12, 0, 4, 1000)
    .trade(13, 0, 5, 1001)
    .trade(14, aggressorBuy, 9, 1000, aggregate)
    .trade(15, aggressorBuy, 9, 1002, 0, 1)
  const { trades, takes } = told.tally.samples()
  deepEqual(trades, [2, 3, 4, 5])
  deepEqual(
    takes.map(({ lots, sign }) => [lots, sign]),
    [
      [5, 1],
      [4, -1],
      [5, -1],
    ],
  )
})

test('a level counts once in 100 ms and by its distance from the touch, the one that fell away as the touch', () => {
  const told = opened().level(201, bid, MID - 1, 1)
  told
    .level(202, bid, MID - 1, 2)
    .level(203, bid, MID - 1, 0)
    .level(204, bid, MID - 4, 1)
    .level(205, 0, MID + 2, 1)
    .level(299, 0, MID + 50, 1)
  told.level(420, bid, MID - 4, 1)
  // The opening change of 9960 came before the first sample. Now the touch is 9996 and 10000.
  const { updates } = told.tally.samples()
  equal(updates.at(-1), 5)
  equal(updates[0], 2, '9999, which fell away, and 9996')
  equal(updates[UPDATE_BPS.indexOf(3)], 3, '10002 is two bps behind')
})

test('after a restart nothing is left but the book', () => {
  const told = opened()
    .trade(10, 0, 4, 1000)
    .level(250, bid, MID - 9, 1)
  told.tally.restart()
  deepEqual(told.tally.samples().trades, [])
  told.level(350, bid, MID - 9, 2)
  deepEqual(told.tally.samples().spreads, [1])
})

/** The slow, obvious twin: every record kept, every sample made from the beginning with a map of levels. */
function slowly(
  records: readonly (readonly number[])[],
  samples: number,
  begin: number,
): Pick<MarketSamples, 'spreads' | 'mids' | 'depth'> {
  const found = { spreads: [] as number[], mids: [] as number[], depth: [] as number[][] }
  const levels = new Map<number, number>()
  let at = 0
  for (let sample = 1; sample <= samples; sample++) {
    for (; at < records.length && records[at]![0]! < begin + sample * 100_000; at++) {
      const [, side, price, lots] = records[at] as [number, number, number, number]
      if (lots === 0) levels.delete(side * price)
      else levels.set(side * price, lots)
    }
    const keys = [...levels.keys()]
    const best = Math.max(...keys.filter(key => key > 0))
    const ask = -Math.max(...keys.filter(key => key < 0))
    const mid = (best + ask) / 2
    found.spreads.push(ask - best)
    found.mids.push(mid)
    if (sample % 10 !== 0) continue
    const within = (bps: number): number =>
      keys
        .filter(key => Math.abs(Math.abs(key) - mid) <= (mid * bps) / 1e4)
        .reduce((sum, key) => sum + levels.get(key)!, 0)
    found.depth.push(DEPTH_BPS.map(bps => within(bps) / 2))
  }
  return found
}

test('samples of a made-up market equal those of the slow twin', () => {
  const tally = new MarketTally(0)
  const levels: number[][] = []
  const reader = new EventRecord(new Records(1))
  const sink: RecordSink = {
    append(records, from, to) {
      reader.wrap(records)
      for (let slot = from; slot < to; slot++) {
        tally.take(reader.at(slot), reader.receiveTime)
        if (reader.kind === Kind.level)
          levels.push([reader.receiveTime, reader.isBid ? 1 : -1, reader.price, reader.quantity])
      }
    },
  }
  new SyntheticMarket(11, 1_000_000, [LIQUID_FLOW], sink).runUntil(21_000_000)
  const { spreads, mids, depth } = tally.samples()
  ok(spreads.length > 190)
  deepEqual({ spreads, mids, depth }, slowly(levels, spreads.length, 1_000_000))
})

test('figures of samples that can be counted by hand', () => {
  const second = Array.from({ length: 10 }, () => 1)
  const figures = marketFigures(
    {
      ...{ span: 4e6, spreads: [1, 1, 2, 4], touch: [2, 4], depth: [DEPTH_BPS.map(() => 8)], trades: [1, 3] },
      mids: [...second.map(() => 100), ...second.map(() => 101), ...second.map(() => 101), ...second.map(() => 101)],
      takes: [0, 0.1, 2.5].map((at, index) => ({ at: at * 1e6, lots: 2, sign: index === 2 ? -1 : 1 })),
      updates: [1, 2, 3, 4, 8],
    },
    0.5,
  )
  equal(figures.seconds, 4)
  deepEqual([figures.spread.mean, figures.spread.oneTick], [2, 0.5])
  deepEqual(
    figures.depth,
    DEPTH_BPS.map(() => 4),
  )
  deepEqual([figures.trades.perSecond, figures.trades.mean, figures.takes.perSecond], [0.5, 1, 0.75])
  // Counts 2, 0, 1, 0: mean 3/4, variance 11/16.
  equal(figures.takes.dispersion, 11 / 16 / (3 / 4))
  equal(figures.takes.buyers, 2 / 3)
  equal(figures.still, 20 / 30)
  deepEqual(figures.updates, { perSecond: 2, within: [1 / 8, 2 / 8, 3 / 8, 4 / 8] })
  deepEqual(
    returnsOf([100, 101, 99.99], 1).map(each => Math.round(each)),
    [100, -100],
  )
})

test('a size is round by its digits, whatever the grid', () => {
  const cases: [number, boolean][] = [
    [1000, true],
    [1200, true],
    [1230, false],
    [999, false],
    [50_000, true],
    [50_100, false],
    [100, false],
  ]
  for (const [lots, expected] of cases) equal(isRound(lots), expected, String(lots))
  const of = (trades: number[]): number =>
    marketFigures({
      ...{ span: 1e6, spreads: [], mids: [], touch: [], depth: [], takes: [], updates: [0, 0, 0, 0, 1] },
      trades,
    }).round
  equal(of([1000, 1234, 7, 1]), 0.5)
  equal(of([10_000, 12_340, 70, 10]), 0.5)
})
