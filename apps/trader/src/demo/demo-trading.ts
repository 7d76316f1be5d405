import { performance } from 'node:perf_hooks'
import { RiskAverseQueue } from '@velocimex/core/book/queue-model'
import { RingConsumer, RingProducer } from '@velocimex/core/bus/ring'
import { RingMemory } from '@velocimex/core/bus/ring-memory'
import { RingSource } from '@velocimex/core/engine/ring-source'
import type { SessionObserver } from '@velocimex/core/engine/session-observer'
import { TradingSession } from '@velocimex/core/engine/trading-session'
import { ConstantLatency } from '@velocimex/core/exchange/latency-model'
import { LIQUID_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import { SyntheticMarket } from '@velocimex/core/exchange/synthetic-market'
import { formatOnGrid } from '@velocimex/core/market/grid'
import { sideName } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import { LatencyHistogram } from '@velocimex/core/report/latency-histogram'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import { TapeWriter } from '@velocimex/host/tape/tape-writer'
import { makeStrategy } from '@velocimex/strategies/catalogue'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'

const RING_RECORDS = 1 << 16
const RECENT_MAX = 8
const FEED_US = 500
/** The same values and rhythm at a price of 2620: a twenty-fourth of the ticks, twenty-four times the lots. */
const CHEAPER = 23.6
const ETHER_FLOW = {
  ...LIQUID_FLOW,
  mid: 262_000,
  diffusion: LIQUID_FLOW.diffusion / CHEAPER,
  reach: LIQUID_FLOW.reach / CHEAPER,
  takerLots: LIQUID_FLOW.takerLots * CHEAPER,
  makerLots: LIQUID_FLOW.makerLots * CHEAPER,
  houseLots: LIQUID_FLOW.houseLots * CHEAPER,
  lotsMin: Math.round(LIQUID_FLOW.lotsMin * CHEAPER),
}

/** What the demo is started with. */
export interface DemoOptions {
  readonly seed: number
  /** First instant of the made-up market, microseconds. */
  readonly start: number
  /** Folder for a tape of what the market did; absent for none. */
  readonly record?: string
}

/**
 * The whole line on a market that is made up: model -> ring -> books -> strategies -> risk -> orders -> simulated venue
 * -> fills -> ledger. `advance` moves it all to an instant; whoever calls it with the wall clock sees it in real time.
 */
export class DemoTrading {
  readonly session: TradingSession
  /** Wall-clock nanoseconds from a batch in the ring to the strategies being done with it, per record, in microseconds. */
  readonly perEvent = new LatencyHistogram()
  /** Newest fills first, ready to print. */
  readonly recent: string[] = []
  events = 0
  readonly #market: SyntheticMarket
  readonly #tape: TapeWriter | undefined

  constructor(options: DemoOptions) {
    const instruments = DEMO_INSTRUMENTS
    const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(RING_RECORDS)), RING_RECORDS)
    const producer = new RingProducer(ring)
    const venueSide = new RingSource(new RingConsumer(ring, 'lossless'))
    const ourSide = new RingSource(new RingConsumer(ring, 'lossless'))
    this.#tape =
      options.record === undefined
        ? undefined
        : new TapeWriter(options.record, { instruments, provenance: { model: 'order-flow', seed: options.seed } })
    const flows = [LIQUID_FLOW, { ...LIQUID_FLOW, leader: 0 }, ETHER_FLOW]
    const sink = {
      append: (records: Parameters<RingProducer['append']>[0], from: number, to: number): void => {
        producer.append(records, from, to)
        this.#tape?.append(records, from, to)
        this.events += to - from
      },
    }
    this.#market = new SyntheticMarket(options.seed, options.start, flows, sink)
    const observer: SessionObserver = { onFill: (fill, _realised, _position, at) => this.#onFill(fill, at) }
    const maker = this.#strategy(
      'market-maker',
      { quantity: '0.005', maxPosition: '0.03', halfSpreadBps: 0, skewBps: 0.05, requoteBps: 0.01, patienceMs: 100 },
      [0, 2],
    )
    const momentum = this.#strategy('momentum', { quantity: '0.005', thresholdBps: 0.06, flow: 0.3, holdMs: 5000 }, [1])
    this.session = new TradingSession({
      instruments,
      strategies: [maker, momentum],
      venueSide,
      ourSide,
      latency: new ConstantLatency(FEED_US, 1000, 1000),
      queue: new RiskAverseQueue(),
      limits: {
        byInstrument: instruments.all.map(() => ({
          ...NO_LIMITS,
          positionLotsMax: 5000,
          openOrdersMax: 10,
          priceBandBps: 100,
        })),
        ordersPerWindowMax: 100,
        rateWindow: 1_000_000,
      },
      capital: [{ code: 'USDT', amount: 10_000_00000000n }],
      currency: 'USDT',
      equityInterval: 1_000_000,
      observer,
    })
  }

  /** Lets the market and us move to an instant, microseconds. */
  advance(instant: number): void {
    const before = this.events
    this.#market.runUntil(instant)
    const start = performance.now()
    this.session.run(instant)
    const count = this.events - before
    if (count > 0) this.perEvent.record(((performance.now() - start) * 1e6) / count)
  }

  /** Ends the tape, when there is one. */
  close(): void {
    this.#tape?.close()
  }

  #strategy(name: string, parameters: Record<string, number | string>, indexes: readonly number[]) {
    const instruments = indexes.map(index => DEMO_INSTRUMENTS.at(index))
    const made = makeStrategy(name, parameters, instruments)
    if (!made.ok) throw new Error(made.issues.map(issue => `${issue.name}: ${issue.words}`).join('; '))
    return { strategy: made.value, instruments }
  }

  #onFill(fill: Fill, at: number): void {
    const of = DEMO_INSTRUMENTS.at(fill.instrument)
    const time = new Date(at / 1000).toISOString().slice(11, 23)
    const what = `${sideName(fill.side).padEnd(4)} ${formatOnGrid(fill.quantity, of.quantity)} ${of.base.code} at ${formatOnGrid(fill.price, of.price)}`
    this.recent.unshift(`${time}  ${of.venue}  ${what}  ${fill.liquidity} (${fill.cause?.trigger})`)
    if (this.recent.length > RECENT_MAX) this.recent.pop()
  }
}
