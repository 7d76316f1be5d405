import { OrderBook } from '../book/order-book.ts'
import { Kind } from '../market/event-kind.ts'
import { type EventRecord, Flag } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { DEPTH_BPS, type MarketSamples, UPDATE_BPS } from './market-figures.ts'

const STEP_US = 100_000
const STEPS_PER_SECOND = 10
/** Samples kept: a day of them. What comes later is not sampled. */
const SAMPLES_MAX = 864_000
const TRADES_MAX = 4_000_000

/**
 * Samples one instrument's records on a clock of 100 ms, so that a feed that tells every change and one that tells them ten
 * times a second are looked at in the same way. Begins when the book has both sides. The touch is taken from quotes when
 * there are any, because depth may come late.
 */
export class MarketTally {
  readonly #instrument: number
  readonly #book = new OrderBook()
  readonly #spreads: number[] = []
  readonly #mids: number[] = []
  readonly #touch: number[] = []
  readonly #depth: number[][] = []
  readonly #trades: number[] = []
  readonly #takes: { at: number; lots: number; sign: number }[] = []
  readonly #updates = new Array<number>(UPDATE_BPS.length + 1).fill(0)
  /** Prices that changed since the last sample, bids below zero. */
  readonly #changed = new Set<number>()
  #hasQuotes = false
  #bid = Number.NaN
  #ask = Number.NaN
  #bidLots = 0
  #askLots = 0
  #next = Number.NaN
  #takenAt = Number.NaN

  /** @param instrument index of the records that are looked at; others change nothing */
  constructor(instrument: number) {
    this.#instrument = instrument
  }

  /** Takes the next record. @param at instant of receipt in microseconds, never earlier than the one before */
  take(record: EventRecord, at: number): void {
    if (record.instrument !== this.#instrument) return
    if (Number.isNaN(this.#next)) this.#begin(record, at)
    else while (at >= this.#next) this.#sample()
    if (record.kind === Kind.quote) this.#quote(record)
    else if (record.kind === Kind.trade) this.#trade(record, at)
    else this.#level(record)
  }

  /** Forgets what was sampled; the book stays. */
  restart(): void {
    for (const series of [this.#spreads, this.#mids, this.#touch, this.#depth, this.#trades, this.#takes])
      series.length = 0
    this.#updates.fill(0)
    this.#changed.clear()
  }

  /** What was sampled so far. */
  samples(): MarketSamples {
    return {
      span: this.#mids.length * STEP_US,
      spreads: this.#spreads,
      mids: this.#mids,
      touch: this.#touch,
      depth: this.#depth,
      trades: this.#trades,
      takes: this.#takes,
      updates: this.#updates,
    }
  }

  /** The clock starts at the first change behind the opening snapshot. */
  #begin(record: EventRecord, at: number): void {
    if (!this.#book.isEmpty && !record.isSnapshot) this.#next = at + STEP_US
  }

  #quote(record: EventRecord): void {
    this.#hasQuotes = true
    this.#bid = record.lane0
    this.#bidLots = record.lane1
    this.#ask = record.lane2
    this.#askLots = record.lane3
  }

  #trade(record: EventRecord, at: number): void {
    if (Number.isNaN(this.#next) || (record.flags & Flag.aggregate) !== 0) return
    if (this.#trades.length >= TRADES_MAX) return
    this.#trades.push(record.quantity)
    // One order takes from many: the same instant of the venue and the same side. A venue without instants tells ours.
    const instant = record.venueTime > 0 ? record.venueTime : at
    const sign = record.aggressorBuy ? 1 : -1
    const last = this.#takes.at(-1)
    if (last !== undefined && last.sign === sign && this.#takenAt === instant) last.lots += record.quantity
    else this.#takes.push({ at: instant, lots: record.quantity, sign })
    this.#takenAt = instant
  }

  #level(record: EventRecord): void {
    this.#book.apply(record)
    if (record.kind === Kind.level && !record.isSnapshot && !Number.isNaN(this.#next))
      this.#changed.add(record.isBid ? -record.price : record.price)
    if (this.#hasQuotes || !record.isLast) return
    this.#bid = this.#book.bestBid
    this.#bidLots = this.#book.bidLots
    this.#ask = this.#book.bestAsk
    this.#askLots = this.#book.askLots
  }

  #sample(): void {
    this.#next += STEP_US
    if (this.#mids.length >= SAMPLES_MAX || !(this.#ask > this.#bid)) {
      this.#changed.clear()
      return
    }
    this.#spreads.push(this.#ask - this.#bid)
    this.#mids.push((this.#ask + this.#bid) / 2)
    this.#touch.push(this.#bidLots, this.#askLots)
    if (this.#mids.length % STEPS_PER_SECOND === 0) this.#sampleDepth()
    this.#countUpdates()
  }

  #sampleDepth(): void {
    const mid = this.#mids.at(-1)!
    const both = [BUY, SELL].map(side => this.#within(side as Side, mid))
    this.#depth.push(DEPTH_BPS.map((_, at) => (both[0]![at]! + both[1]![at]!) / 2))
  }

  /** Lots of a side up to each distance from the mid. */
  #within(side: Side, mid: number): number[] {
    const ladder = this.#book.side(side)
    let price = ladder.best
    let lots = 0
    return DEPTH_BPS.map(bps => {
      const limit = mid * (1 - (side * bps) / 1e4)
      for (; Number.isFinite(price) && side * (price - limit) >= 0; price = ladder.worse(price))
        lots += ladder.lotsAt(price)
      return lots
    })
  }

  #countUpdates(): void {
    const { bestBid, bestAsk } = this.#book
    for (const key of this.#changed) {
      // A level that fell away in front of the touch was the touch.
      const behind = key < 0 ? bestBid + key : key - bestAsk
      const bps = (Math.max(0, behind) / this.#mids.at(-1)!) * 1e4
      for (const [at, limit] of UPDATE_BPS.entries()) if (bps <= limit) this.#updates[at]!++
      this.#updates[UPDATE_BPS.length]!++
    }
    this.#changed.clear()
  }
}
