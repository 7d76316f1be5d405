import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { RiskAverseQueue } from '../book/queue-model.ts'
import { ConstantLatency } from '../exchange/latency-model.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import { NO_LIMITS } from '../risk/risk-limits.ts'
import type { Desk, Strategy } from '../strategy/strategy.ts'
import type { MarketSource } from './market-source.ts'
import { TradingSession } from './trading-session.ts'

const usdt = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'perpetual',
  base: { code: 'X', decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}

/** A tape by hand: instant, kind, flags, price, lots. */
type Row = readonly [at: number, kind: Kind, flags: number, price: number, quantity: number]

class RowSource implements MarketSource {
  readonly record: EventRecord
  sequence = 0
  readonly #rows: readonly Row[]
  constructor(rows: readonly Row[]) {
    const records = new Records(rows.length)
    this.record = new EventRecord(records)
    for (const [slot, [at, kind, flags, price, quantity]] of rows.entries())
      this.record.at(slot).write(kind, flags, 0, 0, 0, at).lanes(price, quantity, slot, 0)
    this.record.at(0)
    this.#rows = rows
  }
  get at(): number {
    return this.#rows[this.sequence]?.[0] ?? Number.POSITIVE_INFINITY
  }
  advance(): void {
    this.record.at(Math.min(++this.sequence, this.#rows.length - 1))
  }
}

/** Buys one lot at 100 when the bid of 99 is seen, asks for a timer, and writes down what it hears. */
class Diary implements Strategy {
  readonly name = 'diary'
  readonly lines: string[] = []
  #desk!: Desk
  initialize(desk: Desk): void {
    this.#desk = desk
  }
  onMarketData(event: EventRecord): void {
    this.#write(`market ${event.kind} ${event.price}`)
    if (event.price !== 101 || event.kind !== Kind.level) return
    this.#desk.place({
      instrument: 0,
      side: BUY,
      type: 'limit',
      quantity: lots(1),
      price: ticks(100),
      timeInForce: 'gtc',
      postOnly: true,
      reduceOnly: false,
      strategy: 'diary',
    })
    this.#desk.wakeAt(this.#desk.clock.now() + 40, 7)
  }
  onOrderFill(): void {
    this.#write('fill')
  }
  onPositionUpdate(): void {
    this.#write(`position ${this.#desk.position(0).netLots}`)
  }
  onOrderUpdate(order: { readonly state: string }): void {
    this.#write(order.state)
  }
  onTimer(tag: number): void {
    this.#write(`timer ${tag}`)
  }
  getState(): Record<string, number> {
    return { lines: this.lines.length }
  }
  #write(words: string): void {
    this.lines.push(`${this.#desk.clock.now()} ${words}`)
  }
}

function play(feed: number, tradeAt: number) {
  const rows: Row[] = [
    [10_000, Kind.clear, Flag.snapshot, 0, 0],
    [10_000, Kind.level, Flag.snapshot | Flag.bid, 99, 5],
    [10_000, Kind.level, Flag.snapshot | Flag.last, 101, 5],
    [tradeAt, Kind.trade, Flag.last, 100, 3],
  ]
  const diary = new Diary()
  const session = new TradingSession({
    instruments: new InstrumentTable([INSTRUMENT]),
    strategies: [{ strategy: diary, instruments: [INSTRUMENT] }],
    venueSide: new RowSource(rows),
    ourSide: new RowSource(rows),
    latency: new ConstantLatency(feed, 100, 50),
    queue: new RiskAverseQueue(),
    limits: { byInstrument: [NO_LIMITS], ordersPerWindowMax: 10, rateWindow: 1_000_000 },
    capital: [{ code: 'USDT', amount: 1000n }],
    currency: 'USDT',
    equityInterval: 1_000_000,
  })
  session.run(Number.POSITIVE_INFINITY)
  return { diary, session }
}

test('a life in order: decision, timer, acknowledgement, the print, and the fill when its report is back', () => {
  const { diary, session } = play(0, 10_200)
  deepEqual(diary.lines, [
    '10000 market 2 101',
    '10000 pending_submit',
    '10040 timer 7',
    '10150 submitted',
    '10200 market 3 100',
    '10250 fill',
    '10250 position 1',
    '10250 filled',
  ])
  equal(session.accounts.portfolio.netLots(0), 1)
  deepEqual([session.acknowledged.figures().p50, session.unexplained], [150, 0])
})

test('what we see is past: a print that the venue had before our order came cannot fill it', () => {
  const { diary, session } = play(500, 10_200) // The venue printed at 9,700; our order reached it at 10,100.
  equal(
    diary.lines.some(line => line.endsWith('fill')),
    false,
  )
  equal(session.fills, 0)
  equal(play(500, 10_700).session.fills, 1, 'a print at the venue’s 10,200 does')
})

test('a message is one call, whole', () => {
  const { diary } = play(0, 10_200)
  equal(diary.lines.filter(line => line.includes('market 2')).length, 1, 'three records, one message')
})
