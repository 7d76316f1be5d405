import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { TradingWatch } from './trading-watch.ts'

const usdt = { code: 'USDT', decimals: 2 }
const INSTRUMENT: Instrument = {
  ...{ index: 0, venue: 'v', symbol: 'X', unified: 'X/USDT', kind: 'perpetual', grids: 'published' },
  ...{ base: { code: 'X', decimals: 0 }, quote: usdt, settle: usdt, bounds: {}, fees: { maker: 0, taker: 0 } },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
}

test('D60 the operator hears once that trading stopped, in the word of its status, and once that it goes on', () => {
  const alerts: string[] = []
  const watch = new TradingWatch(new InstrumentTable([INSTRUMENT]), words => alerts.push(words))
  const record = new EventRecord(new Records(1))
  const hear = (kind: Kind, lane0: number): number => {
    watch.onRecord(record.at(0).write(kind, Flag.last, 0, 0, 0, 1).lanes(lane0, 0, 0, 0))
    return alerts.length
  }
  const { trading, halted, closed, desynced } = MarketStatus
  equal(hear(Kind.status, trading), 0, 'that it is open at the start is no news')
  deepEqual(
    [hear(Kind.trade, halted), hear(Kind.status, desynced)],
    [0, 0],
    'neither a price of two ticks nor a lost book is a halt',
  )
  deepEqual(
    [halted, halted, closed, trading, trading].map(word => hear(Kind.status, word)),
    [1, 1, 2, 3, 3],
  )
  deepEqual(alerts, [
    'X is halted at the venue: no new orders leave, those that rest stay',
    'X is closed at the venue: no new orders leave, those that rest stay',
    'X is trading again: new orders may leave',
  ])
  equal(watch.status(0), trading)
})
