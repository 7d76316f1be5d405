import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Kind, MarketStatus } from './event-kind.ts'
import { EventRecord, Flag, Records } from './event-record.ts'
import { TradingStates } from './trading-states.ts'

const record = new EventRecord(new Records(1))
const status = (instrument: number, word: number): EventRecord =>
  record.at(0).write(Kind.status, Flag.last, 0, instrument, 0, 1).lanes(word, 0, 0, 0)

test('D60 only trading allows new orders, and so does an instrument of which nothing was told', () => {
  const states = new TradingStates(2)
  equal(states.of(1), 0)
  equal(states.mayTrade(1), true)
  const seen = Object.values(MarketStatus).map(word => {
    const isNews = states.take(status(0, word))
    return [isNews, states.of(0), states.mayTrade(0)]
  })
  deepEqual(seen, [
    [true, MarketStatus.trading, true],
    [true, MarketStatus.halted, false],
    [true, MarketStatus.auction, false],
    [true, MarketStatus.closed, false],
    // Our book was lost and found: that says nothing about trading.
    [false, MarketStatus.closed, false],
    [false, MarketStatus.closed, false],
  ])
  equal(states.mayTrade(1), true)
})

test('D60 a word that is told again is no news, and one that is not known is none at all', () => {
  const states = new TradingStates(1)
  deepEqual(
    [MarketStatus.halted, MarketStatus.halted, 0, 7, Number.NaN, MarketStatus.trading].map(word =>
      states.take(status(0, word)),
    ),
    [true, false, false, false, false, true],
  )
})

test('D60 who comes late is told what is not traded, and of nothing else', () => {
  const states = new TradingStates(3)
  states.take(status(0, MarketStatus.trading))
  states.take(status(1, MarketStatus.closed))
  const told: number[][] = []
  for (const index of [0, 1, 2])
    states.tell(index, 9, ({ kind, instrument, lane0, receiveTime, isLast }) =>
      told.push([kind, instrument, lane0, receiveTime, Number(isLast)]),
    )
  deepEqual(told, [[Kind.status, 1, MarketStatus.closed, 9, 1]])
})
