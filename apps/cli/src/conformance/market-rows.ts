import { deepEqual, equal, ok } from 'node:assert/strict'
import { alignAssets } from '@velocimex/core/market/align-assets'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { MarketChannel } from '@velocimex/venues/market-wire'
import { MARKET_CHANNELS, topicsByPath } from '@velocimex/venues/market-wire'
import { listedInstruments } from './listed-instruments.ts'
import type { MarketTrial } from './market-trial.ts'
import { sameTrades } from './same-trades.ts'
import type { VenueRow } from './venue-rows.ts'

/** One line of the suite: what is tried, and how it is known to be well. */
export interface ConformanceRow<Trial> {
  /** `D14` or `R-WS-02`, unique in the suite. */
  readonly id: string
  readonly words: string
  /** Whether the code offers it for a venue: a row may be left out only where this is false. Absent: it cannot be told. */
  readonly isOffered?: (row: VenueRow) => boolean
  /** Throws where the venue does not conform. */
  run(trial: Trial): Promise<void>
}

/** Whether a channel has topics on a venue, for any instrument that is listed. */
const hasChannel =
  (channel: MarketChannel) =>
  ({ wire, side }: VenueRow): boolean =>
    side.instruments.some(({ symbol }) => wire.topics(symbol, [channel]).length > 0)

/** Channels of the connection on which the rows of market data are tried. */
export const ROW_CHANNELS: readonly MarketChannel[] = MARKET_CHANNELS

/** Leaves the first instrument; `FOLLOW` comes back to it. */
const UNFOLLOW: ConformanceRow<MarketTrial> = {
  id: 'D70',
  words: 'unsubscribe: nothing of the instrument comes any more, the others go on',
  async run(trial) {
    trial.go()
    await trial.untilLive()
    const [left, ...others] = trial.listed
    const { wire } = trial.row
    const sockets = [...topicsByPath(wire, left!.symbol, ROW_CHANNELS).values()]
    // What also tells of others is kept.
    const kept = new Set(others.flatMap(({ symbol }) => wire.topics(symbol, ROW_CHANNELS)))
    const frames = sockets.flatMap(topics => wire.unsubscribe(topics.filter(topic => !kept.has(topic)))).length
    const { counts } = trial.stage.server
    const wanted = counts.frames + frames
    equal(trial.connector.unfollow(left!), true)
    equal(trial.connector.unfollow(left!), false)
    equal(trial.connector.isLive(left!.index), false)
    await trial.until('the venue to hear of it', () => counts.frames >= wanted)
    await trial.flush()
    const about = (): number => trial.records(Kind.trade, left!.index).length + trial.books[left!.index]!.bids.count
    const before = about()
    trial.stage.advance(5_000)
    await trial.still()
    equal(about(), before)
    deepEqual(trial.differences(others), [])
  },
}

const FOLLOW: ConformanceRow<MarketTrial> = {
  id: 'D71',
  words: 'subscribe while running: the book comes and is the venue’s, the others are not disturbed',
  async run(trial) {
    trial.go()
    const [left, ...others] = trial.listed
    const before = [...trial.desyncs]
    const prints = trial.records(Kind.trade, left!.index).length
    equal(trial.connector.follow(left!), true)
    equal(trial.connector.follow(left!), false)
    await trial.untilLive()
    if (hasChannel('trades')(trial.row))
      await trial.until('a trade', () => trial.records(Kind.trade, left!.index).length > prints)
    await trial.still()
    deepEqual(trial.differences(), [])
    for (const { index, symbol } of others) equal(trial.desyncs[index], before[index]!, `${symbol} was disturbed`)
  },
}

/** Market data of a venue that behaves, in the order in which they are tried on one connection. */
export const MARKET_ROWS: readonly ConformanceRow<MarketTrial>[] = [
  {
    id: 'D01',
    words: 'instruments: the list is read, grids and contracts are the venue’s',
    async run(trial) {
      const read = alignAssets((await listedInstruments(trial)).map((each, index) => ({ ...each, index })))
      const facts = (all: typeof read): unknown =>
        all
          .map(({ symbol, kind, price, quantity, contract }) => ({ symbol, kind, price, quantity, contract }))
          .sort((one, other) => one.symbol.localeCompare(other.symbol))
      deepEqual(facts(read), facts([...trial.listed]))
    },
  },
  {
    id: 'D40',
    words: 'bars: the last word about a minute (Coinbase: five) is made of the trades of it',
    isOffered: hasChannel('bars'),
    async run(trial) {
      await trial.until('the first bar', () => trial.records(Kind.bar).length > 0)
      trial.stage.pause()
      const span = trial.records(Kind.bar).at(-1)!.extra * 1e6
      const opensAt = Math.floor(trial.stage.now() / span) * span
      // Frames go out between the steps, as on a venue that nobody hurries.
      const goTo = async (instant: number): Promise<void> => {
        while (trial.stage.now() < instant) {
          trial.stage.advance(Math.min(1_000, (instant - trial.stage.now()) / 1000))
          await trial.flush()
        }
      }
      // The market trades shortly before the end, and at once in the next bar.
      await goTo(opensAt + span - 100_000)
      trial.stage.sweep(0)
      await goTo(opensAt + span + 50_000)
      trial.stage.sweep(0)
      await goTo(opensAt + span + 2e6)
      await trial.still()
      const told = trial.records(Kind.bar).filter(({ venueTime }) => venueTime === opensAt)
      const prices = trial.stage.watched.trades
        .filter(({ instrument, at }) => instrument.index === 0 && at >= opensAt && at < opensAt + span)
        .map(({ price }) => price)
      deepEqual(told.at(-1)?.lanes, [prices[0], Math.max(...prices), Math.min(...prices), prices.at(-1)])
      trial.go()
    },
  },
  {
    id: 'D10',
    words: 'changes of the book, connected without a hole',
    async run(trial) {
      trial.go()
      await trial.untilLive()
      const before = trial.count(({ frames }) => frames[1]!)
      await trial.until('forty frames of changes', () => trial.count(({ frames }) => frames[1]!) > before + 40)
      await trial.still()
      const { gaps, lost } = { gaps: trial.count(each => each.gaps), lost: trial.count(each => each.lostFrames) }
      deepEqual([gaps, lost, trial.refused, trial.crossed], [0, 0, 0, 0])
    },
  },
  {
    id: 'D12',
    words: 'depth: the followed book reaches as deep as it was asked for',
    async run(trial) {
      await trial.still()
      for (const { index, symbol } of trial.listed)
        for (const side of [BUY, SELL] as const) {
          const { book } = trial.stage.market.exchange.engine(index)
          let theirs = 0
          for (let at = book.best(side); Number.isFinite(at); at = book.worse(side, at)) theirs++
          const { count } = trial.books[index]!.side(side)
          ok(count >= Math.min(theirs, trial.row.depth), `${symbol}: ${count} levels of ${theirs}`)
        }
    },
  },
  {
    id: 'D13',
    words: 'a whole book on request',
    async run(trial) {
      const before = trial.count(each => each.snapshots)
      trial.go()
      trial.connector.resync()
      await trial.until('every book anew', () => trial.count(each => each.snapshots) >= before + trial.listed.length)
      await trial.untilLive()
      await trial.still()
      deepEqual(trial.differences(), [])
    },
  },
  {
    id: 'D14',
    words: 'managed book: at rest it equals the book inside the exchange, level by level',
    async run(trial) {
      for (let round = 0; round < 3; round++) {
        trial.stage.advance(700)
        await trial.still()
        deepEqual(trial.differences(), [])
      }
      equal(
        trial.count(each => each.checksumsFailed),
        0,
      )
    },
  },
  {
    id: 'D30',
    words: 'trades: price, lots, side and order as the exchange executed them',
    isOffered: hasChannel('trades'),
    async run(trial) {
      const from = trial.records(Kind.trade).length
      const truth = trial.stage.watched.trades.length
      trial.stage.advance(3_000)
      await trial.still()
      sameTrades(trial.records(Kind.trade).slice(from), trial.stage.watched.trades.slice(truth))
    },
  },
  {
    id: 'D50',
    words: 'mark prices',
    isOffered: hasChannel('mark'),
    async run(trial) {
      const { index, price } = trial.listed.find(({ kind }) => kind !== 'spot')!
      trial.stage.advance(11_000)
      await trial.still()
      const { book } = trial.stage.market.exchange.engine(index)
      const told = trial.records(Kind.mark, index).at(-1)?.lanes[0] ?? Number.NaN
      const ticks = told / 1e8 / (price.step / 10 ** price.decimals)
      const span = 0.01 * book.best(BUY)
      ok(ticks > book.best(BUY) - span && ticks < book.best(SELL) + span, `mark ${ticks} around ${book.best(BUY)}`)
    },
  },
  {
    id: 'D52',
    words: 'funding: rate, and the next instant where there is one',
    isOffered: hasChannel('mark'),
    async run(trial) {
      const { index } = trial.listed.find(({ kind }) => kind !== 'spot')!
      const told = trial.records(Kind.funding, index).at(-1)
      ok(
        told !== undefined && told.lanes[0] !== 0 && (told.lanes[1] === 0 || told.lanes[1] >= trial.stage.now()),
        JSON.stringify(told),
      )
    },
  },
  {
    id: 'D60',
    words: 'status: that an instrument is halted is told, and that it is traded again, and nothing of the others',
    async run(trial) {
      trial.go()
      await trial.untilLive()
      const word = (index: number): number =>
        trial.records(Kind.status, index).findLast(({ lanes }) => lanes[0] <= MarketStatus.closed)?.lanes[0] ??
        MarketStatus.trading
      const [own, ...others] = trial.listed
      const isTold = (isOpen: boolean): boolean => (word(own!.index) === MarketStatus.trading) === isOpen
      for (const isOpen of [false, true, false, true]) {
        trial.stage.setOpen(own!.index, isOpen)
        await trial.until(isOpen ? 'word of trading' : 'word of the halt', () => isTold(isOpen))
        for (const { index, symbol } of others) equal(word(index), MarketStatus.trading, symbol)
      }
    },
  },
  UNFOLLOW,
  FOLLOW,
]

/** What is tried on a connection that follows quotes and trades alone. */
export const QUOTE_ROWS: readonly ConformanceRow<MarketTrial>[] = [
  {
    id: 'D20',
    words: 'quotes: after a trade that moves the best price, the last one is the best of the exchange',
    isOffered: hasChannel('quotes'),
    async run(trial) {
      await trial.until('a quote or a book', () =>
        trial.listed.every(({ index }) => trial.records(Kind.quote, index).length > 0 || !trial.books[index]!.isEmpty),
      )
      const best = (index: number): unknown => {
        const { book } = trial.stage.market.exchange.engine(index)
        const [bid, ask] = [book.best(BUY), book.best(SELL)]
        return [bid, book.lotsAt(BUY, bid), ask, book.lotsAt(SELL, ask)]
      }
      await trial.still()
      for (const { index } of trial.listed) {
        trial.stage.sweep(index)
        await trial.still()
        const quote = trial.records(Kind.quote, index).at(-1)?.lanes
        const { bestBid, bidLots, bestAsk, askLots } = trial.books[index]!
        // A venue may publish its quotes as a book of one level.
        deepEqual([...(quote ?? [bestBid, bidLots, bestAsk, askLots])], best(index))
      }
    },
  },
]
