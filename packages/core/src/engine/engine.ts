import type { OrderBook } from '../book/order-book.ts'
import type { Micros } from '../clock/micros.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { SimClock } from '../clock/sim-clock.ts'
import type { SimVenue } from '../exchange/sim-venue.ts'
import type { OrderManager } from '../execution/order-manager.ts'
import type { QueueWatch } from '../execution/queue-watch.ts'
import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { MarketSource } from './market-source.ts'
import type { StrategyDesk } from './strategy-desk.ts'

/** Everything that the loop moves. Live, paper and backtest differ in what is put here. */
export interface Parts {
  readonly clock: SimClock
  /** The market as the venue has it, and the same market as it reaches us. */
  readonly venueSide: MarketSource
  readonly ourSide: MarketSource
  /** Our books, by instrument. */
  readonly books: readonly OrderBook[]
  /** Desks that watch an instrument. */
  readonly watchers: readonly (readonly StrategyDesk[])[]
  readonly desks: readonly StrategyDesk[]
  readonly venue: SimVenue
  readonly orders: OrderManager
  /** Where our orders are thought to stand. */
  readonly queues: QueueWatch
  readonly timers: Scheduler
  /** Called after our book took a whole message, before the strategies. */
  readonly onMessage: (instrument: number) => void
}

/**
 * The whole flow, read from top to bottom: whatever comes next in time happens next, up to and including an instant.
 *
 * Ties go to the venue's market, then commands at the venue, then reports to us, then our market, then timers: what the
 * venue did is settled before we hear of it.
 *
 * @param until microseconds; Infinity plays until nothing is left but timers
 * @returns steps taken
 */
export function runUntil(parts: Parts, until: number): number {
  const { venueSide, ourSide, venue, timers, clock } = parts
  const feed = venue.latency.feed
  let steps = 0
  for (;;) {
    if (venueSide.at === Number.POSITIVE_INFINITY) venueSide.refresh?.()
    if (ourSide.at === Number.POSITIVE_INFINITY) ourSide.refresh?.()
    const venueMarketAt = venueSide.at - feed
    const commandAt = venue.nextCommandAt
    const reportAt = venue.nextReportAt
    const marketAt = ourSide.at
    const timerAt = timers.nextAt
    const at = Math.min(venueMarketAt, commandAt, reportAt, marketAt, timerAt)
    // Behind the end of a tape only timers are left, and they could go on for ever.
    if (
      at > until ||
      (until === Number.POSITIVE_INFINITY && at === timerAt && isOver(parts)) ||
      at === Number.POSITIVE_INFINITY
    )
      return steps
    steps++
    if (at === venueMarketAt) {
      venue.onMarket(venueSide.record, venueSide.sequence, at)
      venueSide.advance()
    } else if (at === commandAt) venue.processNextCommand()
    else {
      if (at > clock.now()) clock.advanceTo(at as Micros)
      if (at === reportAt) parts.orders.onReport(venue.takeReport())
      else if (at === marketAt) {
        onMarket(parts, ourSide.record)
        ourSide.advance()
      } else {
        timers.take()
        parts.desks[timers.owner]!.strategy.onTimer?.(timers.tag)
      }
    }
  }
}

/** A record reaches us: the book takes it; at the end of its message whoever watches the instrument may act. */
export function onMarket(parts: Parts, event: EventRecord): void {
  const { instrument, kind } = event
  parts.queues.onRecord(event)
  parts.books[instrument]!.apply(event)
  if ((kind === Kind.level || kind === Kind.clear) && !event.isLast) return
  parts.onMessage(instrument)
  for (const desk of parts.watchers[instrument]!) desk.strategy.onMarketData(event)
}

const isOver = ({ venueSide, ourSide, venue }: Parts): boolean =>
  venueSide.at === Number.POSITIVE_INFINITY &&
  ourSide.at === Number.POSITIVE_INFINITY &&
  venue.nextCommandAt === Number.POSITIVE_INFINITY &&
  venue.nextReportAt === Number.POSITIVE_INFINITY
