import { EventEmitter } from 'node:events'
import { getHeapStatistics } from 'node:v8'
import { RiskAverseQueue } from '@velocimex/core/book/queue-model'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import type { MarketSource } from '@velocimex/core/engine/market-source'
import { RingSource } from '@velocimex/core/engine/ring-source'
import { TradingSession } from '@velocimex/core/engine/trading-session'
import { ConstantLatency } from '@velocimex/core/exchange/latency-model'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Records } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import type { Desk, Strategy } from '@velocimex/core/strategy/strategy'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { RecordedSource, recordedFrames, recordedRecords } from './recorded-source.ts'

/** Name of this benchmark. */
export const name = 'engine'

const CALLS = 50_000
const DISPATCH_RUNS = 61
/** Turns of a sample, so that what the measuring itself allocates is spread thin; and samples. */
const TURNS = 8
const SAMPLES = 9
const NOTHING = new RecordedSource(new Records(1), 0)

/** Does nothing that a strategy must be able to do. */
abstract class Idle implements Strategy {
  readonly name = 'idle'
  sum = 0
  initialize(_: Desk): void {}
  abstract onMarketData(event: EventRecord): void
  onOrderFill(): void {}
  onPositionUpdate(): void {}
  getState() {
    return {}
  }
}
/** Looks at the best bid after each message. */
class Watcher extends Idle {
  #desk!: Desk
  override initialize(desk: Desk): void {
    this.#desk = desk
  }
  onMarketData(event: EventRecord): void {
    this.sum += this.#desk.book(event.instrument).bestBid
  }
}
/** Three classes, so that the call is one of several shapes, as it is where several strategies run. */
class First extends Idle {
  onMarketData(event: EventRecord): void {
    this.sum += event.lane0
  }
}
class Second extends Idle {
  onMarketData(event: EventRecord): void {
    this.sum += event.lane1
  }
}
class Third extends Idle {
  onMarketData(event: EventRecord): void {
    this.sum += event.lane2
  }
}

/** Measures the loop of the engine, the way to a strategy, and what both leave to the garbage collector. */
export async function run(): Promise<BenchRow[]> {
  return [garbage(), loop(), await dispatch()]
}

function sessionOf(instruments: InstrumentTable, ourSide: MarketSource): TradingSession {
  return new TradingSession({
    instruments,
    strategies: [{ strategy: new Watcher(), instruments: instruments.all }],
    venueSide: NOTHING,
    ourSide,
    latency: new ConstantLatency(0, 0, 0),
    queue: new RiskAverseQueue(),
    limits: { byInstrument: instruments.all.map(() => NO_LIMITS), ordersPerWindowMax: 100, rateWindow: 1_000_000 },
    capital: [],
    currency: 'USDT',
    equityInterval: 1e12,
  })
}

/** Time, book, strategy: the engine over records in memory, with nothing to trade. */
function loop(): BenchRow {
  const { table, records, count } = recordedRecords()
  const samples = Array.from({ length: 15 }, () => {
    const session = sessionOf(table, new RecordedSource(records, count))
    const start = performance.now()
    const steps = session.run(Number.POSITIVE_INFINITY)
    if (steps !== count) throw new Error(`${steps} steps for ${count} records`)
    return count / 1e3 / (performance.now() - start)
  }).slice(5)
  return {
    question: 'engine loop: clock, book and a watching strategy, from memory',
    ours: median(samples),
    unit: 'M records/s',
    samples,
    target: '>= 5 M/s',
    met: median(samples) >= 5,
  }
}

/** An event to whoever watches its instrument, as the engine does it: one strategy of three classes. */
async function dispatch(): Promise<BenchRow> {
  const event = new EventRecord(new Records(1))
  event.write(Kind.trade, 0, 0, 0, 1, 1).lanes(1, 2, 3, 4)
  const watchers = [new First(), new Second(), new Third()]
  const desks = watchers.map(strategy => [[{ strategy }]])
  const emitters = watchers.map(strategy => new EventEmitter().on('market', each => strategy.onMarketData(each)))
  let turn = 0
  const contenders = {
    ours: {
      count: CALLS,
      work: () => {
        const watching = desks[turn++ % 3]!
        for (let call = 0; call < CALLS; call++)
          for (const desk of watching[event.instrument]!) desk.strategy.onMarketData(event)
      },
    },
    emitter: {
      count: CALLS,
      work: () => {
        const emitter = emitters[turn++ % 3]!
        for (let call = 0; call < CALLS; call++) emitter.emit('market', event)
      },
    },
  }
  const samples = await interleave(contenders, DISPATCH_RUNS)
  const [ours, peer] = [median(samples.ours), median(samples.emitter)]
  return {
    question: 'dispatch of an event to a strategy',
    ours,
    unit: 'ns/event',
    samples: samples.ours,
    peer: 'EventEmitter',
    peerValue: peer,
    ratio: peer / ours,
    target: '<= 20 ns',
    met: ours <= 20,
  }
}

/** Bytes to record, ring, engine, book and strategy; beside JSON.parse of the same frames. */
function garbage(): BenchRow {
  const { frames, table, codec, places } = recordedFrames()
  const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(1 << 14)), 1 << 14)
  const producer = new RingProducer(ring)
  const session = sessionOf(table, new RingSource(new RingConsumer(ring, 'lossless')))
  const ends = Int32Array.from(places.flat())
  let at = 1_786_310_818_219_000 // As large as instants are: a small integer is never boxed, one of these may be.
  const ours = (): void => {
    at++
    for (let end = 0; end < ends.length; end += 2) {
      if (codec.decode(ends[end]!, ends[end + 1]!, at, 0) < 0) throw new Error('a frame was refused')
      producer.append(codec.batch, 0, codec.batch.count)
      session.run(at)
    }
  }
  let sum = 0
  const theirs = (): void => {
    for (const raw of frames) sum += JSON.parse(raw) === null ? 1 : 0
  }
  const [mine, its] = [ours, theirs].map(act => allocatedBy(act) / frames.length) as [number, number]
  if (sum > 0) throw new Error('a frame was null')
  return {
    question: 'allocated by a frame on its way to record, ring, book and strategy',
    ours: mine,
    unit: 'MB/million frames',
    peer: 'JSON.parse alone',
    peerValue: its,
    target: '<= 2 MB',
    met: mine <= 2,
  }
}

/** Bytes that one turn allocates on the heap, once the optimiser is through. */
function allocatedBy(act: () => void): number {
  for (let warm = 0; warm < 3 * TURNS; warm++) act()
  const bytes = (): number =>
    (getHeapStatistics() as unknown as { total_allocated_bytes: number }).total_allocated_bytes
  const samples = Array.from({ length: SAMPLES }, () => {
    const before = bytes()
    for (let turn = 0; turn < TURNS; turn++) act()
    return (bytes() - before) / TURNS
  })
  return median(samples)
}
