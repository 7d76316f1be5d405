import { OrderBook } from '@velocimex/core/book/order-book'
import { Random } from '@velocimex/core/clock/random'
import { ClearReason, Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { RestClient } from '@velocimex/host/net/rest-client'
import type { ConnectorAlert } from '@velocimex/trader/market/connector-options'
import { MarketConnector } from '@velocimex/trader/market/market-connector'
import { STATUS_CONNECTION } from '@velocimex/trader/market/status-questions'
import type { MarketChannel } from '@velocimex/venues/market-wire'
import { ScaledTimers } from './scaled-timers.ts'
import type { VenueRow } from './venue-rows.ts'
import { VenueStage } from './venue-stage.ts'

/** Seconds of a venue that pass in one of the wall's, where nothing else is said. */
const SPEED = 20
/** Milliseconds of the wall after which what was awaited does not come any more. */
const PATIENCE_MS = 10_000
const KEPT_MAX = 200_000

/** A record that was kept, in plain numbers. */
export interface KeptRecord {
  readonly kind: number
  readonly flags: number
  readonly instrument: number
  readonly venueTime: number
  readonly extra: number
  readonly lanes: readonly [number, number, number, number]
}

/** What a trial is started with beside its venue. */
export interface MarketTrialOptions {
  readonly channels: readonly MarketChannel[]
  /** A symbol that the venue does not know is followed too. */
  readonly hasStranger?: boolean
  /** Seconds of the venue that pass in one of the wall's. */
  readonly speed?: number
  /** What is to go wrong from the beginning. */
  readonly prepare?: (stage: VenueStage) => void
  /** Another way to the venue than its own port: a proxy's. */
  readonly proxy?: (port: number) => Promise<number>
  /** The way of a second line beside the first, which is merged with it. */
  readonly second?: (port: number) => Promise<number>
}

/** The connector of a venue against the simulated venue, over real sockets, with books of what it publishes. */
export class MarketTrial {
  readonly row: VenueRow
  readonly stage: VenueStage
  readonly instruments: InstrumentTable
  readonly connector: MarketConnector
  readonly rest: RestClient
  readonly books: readonly OrderBook[]
  readonly alerts: ConnectorAlert[] = []
  /** Records that are not of a book, oldest first. */
  readonly kept: KeptRecord[] = []
  /** How often each instrument was told to be out of step. */
  readonly desyncs: number[]
  /** How often each book was cleared, new whole books apart. */
  readonly losses: number[]
  /** Sockets that were opened. */
  opened = 0
  /** Whole books that were answered to requests. */
  answers = 0
  frames = 0
  readonly #timers: ScaledTimers
  readonly #waiting = new Set<() => void>()
  #barrier = 0
  /** The last barrier of each line, and how many came in all. */
  readonly #passed = new Map<string, number>()
  #barriers = 0
  /** Crossed books that were published whole. */
  crossed = 0

  private constructor(
    row: VenueRow,
    stage: VenueStage,
    [port, second]: readonly [number, number | undefined],
    options: MarketTrialOptions,
  ) {
    this.#timers = new ScaledTimers(options.speed ?? SPEED)
    this.row = row
    this.stage = stage
    const { all } = stage.market.exchange.instruments
    this.instruments = new InstrumentTable(
      options.hasStranger === true ? [...all, strangerLike(all[0]!, all.length)] : all,
    )
    this.books = this.instruments.all.map(() => new OrderBook())
    this.desyncs = this.instruments.all.map(() => 0)
    this.losses = this.instruments.all.map(() => 0)
    const twin = second === undefined ? {} : { redundancy: 2 as const, secondSockets: `ws://127.0.0.1:${second}` }
    // Cutting one of two lines is no fault of the requests.
    const restOrigin = `http://127.0.0.1:${second === undefined ? port : stage.port}`
    this.rest = new RestClient({ origin: restOrigin, connections: 2 }, this.#timers)
    this.connector = new MarketConnector({
      ...{ venue: row.venue, wire: row.wire, instruments: this.instruments, followed: this.instruments.all },
      ...{ channels: options.channels, sockets: `ws://127.0.0.1:${port}`, rest: this.rest, restOrigin },
      ...{ timers: this.#timers, random: new Random(1), sink: { append: this.#append }, ...twin },
      onAlert: alert => {
        this.alerts.push(alert)
        this.#wake()
      },
      raw: {
        onFrame: (conn, bytes, from, to) => this.#frame(conn, bytes, from, to),
        onOpen: () => this.opened++,
        onAnswer: conn => {
          if (conn !== STATUS_CONNECTION) this.answers++
          this.#wake()
        },
      },
    })
  }

  /** Opens a venue and connects to it; both are closed again after `run`. */
  static async with(
    row: VenueRow,
    options: MarketTrialOptions,
    run: (trial: MarketTrial) => Promise<void>,
  ): Promise<void> {
    const stage = await VenueStage.open(row.side, 11, options.speed ?? SPEED)
    options.prepare?.(stage)
    const port = (await options.proxy?.(stage.port)) ?? stage.port
    const trial = new MarketTrial(row, stage, [port, await options.second?.(stage.port)], options)
    try {
      stage.run()
      trial.connector.start()
      await run(trial)
    } finally {
      trial.connector.stop()
      await trial.rest.stop()
      await stage.close()
    }
  }

  /** The instruments that the venue lists. */
  get listed(): readonly Instrument[] {
    return this.stage.market.exchange.instruments.all
  }

  /** Resolves when something is true, looked at whenever anything was heard. */
  async until(words: string, isTrue: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    while (!isTrue()) {
      if (Date.now() > deadline) throw new Error(`${this.row.name}: ${words} did not come about: ${this.#state()}`)
      await new Promise<void>(done => {
        const wake = (): void => {
          clearTimeout(timer)
          this.#waiting.delete(wake)
          done()
        }
        // What nobody tells of, as an acknowledgement on its own, is seen at the next look.
        const timer = setTimeout(wake, 10)
        this.#waiting.add(wake)
      })
    }
  }

  /** Resolves when every book is followed. */
  async untilLive(): Promise<void> {
    await this.until('every book live', () => this.listed.every(({ index }) => this.connector.isLive(index)))
  }

  /** Resolves when every book is followed on every line. */
  async untilAllLive(): Promise<void> {
    await this.until('every book live on every line', () =>
      this.connector.feeds.every(feed => this.listed.every(({ index }) => feed.isLive(index))),
    )
  }

  /** Stops the market, and resolves when everything that the venue had to say has been read. */
  async still(): Promise<void> {
    this.stage.pause()
    this.stage.settle()
    await this.flush()
  }

  /** Resolves when everything that the venue has sent has been read. */
  async flush(): Promise<void> {
    const number = ++this.#barrier
    this.stage.server.inject(`{"barrier":${number}}`)
    const { length } = this.connector.feeds
    const isOver = (): boolean => [...this.#passed.values()].filter(passed => passed >= number).length === length
    await this.until('the end of what was sent', isOver)
  }

  /** The market goes on. */
  go(): void {
    this.stage.run()
  }

  /** Books that are told to be live and are not those of the venue; the market must stand still. */
  differences(among = this.listed): string[] {
    return among.flatMap(instrument => {
      if (!this.connector.isLive(instrument.index)) return [`${instrument.symbol} is not live`]
      return [BUY, SELL].flatMap(side => this.#difference(instrument, side as Side))
    })
  }

  /** Records of a kind about an instrument that the venue lists. */
  records(kind: number, instrument = 0): readonly KeptRecord[] {
    return this.kept.filter(each => each.kind === kind && each.instrument === instrument)
  }

  /** Drops what was kept of the past. */
  forget(): void {
    this.kept.length = 0
    this.alerts.length = 0
    this.stage.watched.trades.length = 0
  }

  /** What all feeds have counted together. */
  count(read: (counts: MarketConnector['feeds'][number]['counts']) => number): number {
    return this.connector.feeds.reduce((sum, { counts }) => sum + read(counts), 0)
  }

  /** Frames that were refused, barriers apart. */
  get refused(): number {
    return this.count(({ refusals }) => refusals.reduce((sum, each) => sum + each, 0)) - this.#barriers
  }

  #difference({ index, symbol }: Instrument, side: Side): string[] {
    const ladder = this.books[index]!.side(side)
    const { book } = this.stage.market.exchange.engine(index)
    let [ours, theirs] = [ladder.best, book.best(side)]
    for (let rank = 0; rank < this.row.depth && Number.isFinite(theirs); rank++) {
      if (ours !== theirs || ladder.lotsAt(ours) !== book.lotsAt(side, theirs)) {
        const told = `${ours} ${ladder.lotsAt(ours)}, venue ${theirs} ${book.lotsAt(side, theirs)}`
        return [`${symbol} ${side === BUY ? 'bid' : 'ask'} ${rank}: ours ${told}`]
      }
      ;[ours, theirs] = [ladder.worse(ours), book.worse(side, theirs)]
    }
    const isOver = this.row.depth === Number.POSITIVE_INFINITY && Number.isFinite(ours)
    return isOver ? [`${symbol} has a level at ${ours} that the venue has not`] : []
  }

  readonly #append = (records: Records, from: number, to: number): void => {
    const record = new EventRecord(records)
    for (let slot = from; slot < to; slot++) this.#take(record.at(slot))
    this.#wake()
  }

  #take(record: EventRecord): void {
    const { kind, instrument, flags, venueTime, extra, lane0, lane1, lane2, lane3 } = record
    const book = this.books[instrument]!
    if (kind === Kind.level || kind === Kind.clear) {
      book.apply(record)
      if (kind === Kind.clear && lane1 !== ClearReason.snapshot) this.losses[instrument]!++
      if (record.isLast && !book.isEmpty && book.isCrossed) this.crossed++
      return
    }
    if (kind === Kind.status && lane0 === MarketStatus.desynced) this.desyncs[instrument]!++
    if (this.kept.length >= KEPT_MAX) return
    this.kept.push({ kind, flags, instrument, venueTime, extra, lanes: [lane0, lane1, lane2, lane3] })
  }

  #frame(conn: string, bytes: Uint8Array, from: number, to: number): void {
    this.frames++
    if (to - from < 40 && bytes[from + 2] === 98) {
      const barrier = /^\{"barrier":(\d+)\}$/.exec(Buffer.from(bytes.subarray(from, to)).toString())
      if (barrier !== null) {
        this.#barriers++
        this.#passed.set(conn, Number(barrier[1]))
      }
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  #state(): string {
    const live = this.listed.filter(({ index }) => this.connector.isLive(index)).map(({ symbol }) => symbol)
    const alerts = this.alerts.slice(-5).map(({ kind, words }) => `${kind}: ${words}`)
    return JSON.stringify({ live, ready: this.connector.isReady, opened: this.opened, alerts })
  }
}

/** An instrument that no venue lists, named in the manner of another. */
function strangerLike(instrument: Instrument, index: number): Instrument {
  const { symbol, base, unified } = instrument
  return { ...instrument, index, symbol: symbol.replace(base.code, 'QXZ'), unified: unified.replace(base.code, 'QXZ') }
}
