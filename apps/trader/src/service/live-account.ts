import { basename } from 'node:path'
import type { JournalHistory } from '@velocimex/core/bus/journal'
import { Random } from '@velocimex/core/clock/random'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import { EXTERNAL } from '@velocimex/core/ledger/corrected-books'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { RiskGate } from '@velocimex/core/risk/risk-gate'
import { SpotFunds } from '@velocimex/core/risk/spot-funds'
import type { FileJournal } from '@velocimex/host/journal/file-journal'
import { Repeats } from '@velocimex/host/net/repeats'
import { amendingOf } from '@velocimex/venues/amending'
import type { MarketConnector } from '../market/market-connector.ts'
import type { MarketFeeds } from '../market/market-feeds.ts'
import { AccountCare } from './account-care.ts'
import { AccountFlows } from './account-flows.ts'
import { AccountGuards } from './account-guards.ts'
import { AccountJournal } from './account-journal.ts'
import type { AccountLinks } from './account-links.ts'
import { AccountMarket } from './account-market.ts'
import { isSettled, type ReconcilingParts, reconciling } from './account-reconciling.ts'
import { ACCOUNT_PACE, type AccountPace } from './account-seams.ts'
import { AccountVenue } from './account-venue.ts'
import { AlertLog } from './alert-log.ts'
import { deskRoute } from './desk-route.ts'
import { exposureOf } from './guarded-desk.ts'
import { looksHalted } from './harmless-rejection.ts'
import { LatencyWatch } from './latency-watch.ts'
import type { LiveAccountOptions } from './live-account-options.ts'
import { LiveStrategies } from './live-strategies.ts'
import { ModeFile } from './mode-file.ts'
import { openAccountJournal } from './open-account-journal.ts'
import { OrderStories } from './order-stories.ts'
import { recoverDesk } from './recover-desk.ts'
import { settleDesk } from './settle-desk.ts'
import { VenueRoom } from './venue-room.ts'

/** Records behind the snapshot beyond which a start takes another. */
const REPLAYED_MAX = 1_000

/**
 * One account at one venue, traded live: market data, private stream and orders over sockets, with REST behind them, every
 * intent in the journal before it leaves, books from fills. It starts by recovery and may die anywhere.
 */
export class LiveAccount {
  readonly instruments: InstrumentTable
  readonly market: MarketConnector
  readonly feeds: MarketFeeds
  readonly strategies: LiveStrategies
  readonly journal: AccountJournal
  readonly desk: LiveOrderDesk
  readonly gate: RiskGate
  readonly stories = new OrderStories()
  readonly care: AccountCare
  readonly guards: AccountGuards
  readonly alerts = new AlertLog()
  placed = 0
  readonly #options: LiveAccountOptions
  readonly #pace: AccountPace
  readonly #latency: LatencyWatch
  readonly #file: FileJournal
  readonly #venue: AccountVenue
  readonly #repeats: Repeats
  readonly #flows: AccountFlows
  #hasBegun = false
  readonly #random: Random

  private constructor(
    options: LiveAccountOptions,
    file: FileJournal,
    journal: AccountJournal,
    history: JournalHistory,
  ) {
    this.#options = options
    this.#pace = { ...ACCOUNT_PACE, ...options.seams?.pace }
    this.#file = file
    this.journal = journal
    this.#repeats = new Repeats(options.timers)
    const { timers } = options
    this.#latency = new LatencyWatch(timers, options.guards?.latencyMax)
    this.instruments = new InstrumentTable(options.instruments)
    const { instruments } = this
    this.#random = new Random(options.instance)
    this.#venue = new AccountVenue({
      ...{ options, instruments, random: this.#random, desk: () => this.desk },
      onSent: waited => this.#latency.took(waited),
      onFlow: flow => this.#flows.take(flow),
      onAlert: words => this.#alert(words),
    })
    const { codec, gateway } = this.#venue
    this.desk = this.#recover(history)
    this.guards = this.#guard()
    const exposure = exposureOf(this.desk, journal.books, index => this.strategies.mid(index))
    const funds = new SpotFunds(instruments, {
      cash: code => journal.books.cash(code),
      openOrders: index => this.desk.orders.manager.openOrders(index),
      mid: index => this.strategies.mid(index),
    })
    const guards = [...this.guards.guards, funds, new VenueRoom(() => gateway.takesOrders)]
    this.gate = new RiskGate(instruments, options.limits, exposure, timers, guards)
    this.strategies = this.#makeStrategies()
    this.guards.resume()
    this.#flows = new AccountFlows({ instruments, journal, guards: this.guards, onAlert: words => this.#alert(words) })
    const { connector, feeds } = new AccountMarket({
      ...{ options, instruments, rest: this.#venue.rest, random: this.#random, sink: this.strategies },
      onAlert: words => this.#alert(words),
    })
    this.market = connector
    this.feeds = feeds
    this.care = new AccountCare({
      ...{ codec, gateway, instruments, journal, deadManMs: this.#pace.deadManMs },
      now: () => gateway.now(),
      onAlert: words => this.#alert(words),
      onDifference: () => this.desk.onLinkUp(),
      reconcile: (ask, isCold) => reconciling(this.#reconciled(), ask, isCold),
      onDangerousKey: words => {
        this.gate.halted = true
        this.gate.haltCause = words
        this.#alert(words)
      },
    })
  }

  /** Opens the journal, recovers, and connects. The words of a refusal say what to do. */
  static start(options: LiveAccountOptions): Result<LiveAccount, 'journal'> & { readonly words?: string } {
    const opening = openAccountJournal(options)
    if (!opening.ok) return { ...refuse('journal'), words: opening.words }
    const { journal: file, history, warnings } = opening.value
    const table = new InstrumentTable(options.instruments)
    const journal = new AccountJournal(options.directory, table, options.seams?.fillsMax)
    const account = new LiveAccount(options, file, journal, journal.restore(history))
    for (const words of warnings) account.#alert(words)
    account.#begin(history.records.length)
    return ok(account)
  }

  /** Cancels everything, keeps a snapshot and lets go. */
  async stop(): Promise<void> {
    this.#repeats.stop()
    this.market.stop()
    this.#venue.leave()
    await settleDesk(this.desk, this.#options.timers, this.#pace.tickMs)
    this.guards.keep()
    this.#persist()
    this.#file.close()
    await this.#venue.rest.stop()
  }

  /** Worth of the account in a currency, booked units. */
  equity(code: string): bigint {
    return this.journal.books.equity(code, index => this.mark(index))
  }

  /** Last middle of the market in whole ticks, also while its book is away; 0 before the first. */
  mark(instrument: number): Ticks {
    const mark = this.guards.mark(instrument)
    return (Number.isNaN(mark) ? 0 : Math.round(mark)) as Ticks
  }

  /** The sockets over which the venue tells what happens to the account, and takes its commands. */
  get stream(): AccountLinks {
    return this.#venue.links
  }

  get isReady(): boolean {
    return this.desk.isReady && this.market.isReady && this.#venue.isUp && this.#hasBegun
  }

  #begin(replayed: number): void {
    this.market.start()
    this.#repeats.every(this.#pace.tickMs, () => this.#tick(replayed))
    this.#repeats.every(this.#pace.snapshotMs, () => this.#persist())
    this.#repeats.every(this.#pace.reconcileMs, () => this.#ask())
    this.#repeats.every(this.#pace.signOfLifeMs, () => this.#sayAlive())
    this.#repeats.every(this.#pace.clockMs, () => void this.#venue.gateway.syncClock())
    void this.#connect()
  }

  async #connect(): Promise<void> {
    if (!(await this.#venue.connect())) return
    this.#ask()
    this.#sayAlive()
  }

  /** What must be known before anything is traded. */
  #ask(): void {
    void this.care.checkKey()
    void this.care.open()
  }

  #sayAlive(): void {
    if (!this.guards.isForsaken) this.care.sayAlive()
  }

  #tick(replayed: number): void {
    this.desk.tick()
    this.strategies.clockOffset = this.#venue.gateway.clockOffset
    this.strategies.tick(this.#options.timers.now())
    this.feeds.tick(this.#options.timers.now())
    if (!this.#hasBegun && this.care.isKeyChecked && this.desk.isReady && this.journal.opening !== undefined) {
      this.#hasBegun = true
      this.guards.begin()
      this.strategies.begin(this.journal.fills)
      // A life that dies soon again would repeat all of it, and tell the database all of it.
      if (replayed > REPLAYED_MAX) this.#persist()
    }
    this.guards.tick({
      isMarketLive: this.instruments.all.every(({ index }) => this.market.isLive(index)),
      isStreamUp: this.#venue.isUp,
      isJournalShort: this.#file.isShort,
      clockSkew: this.#venue.gateway.clockSkew,
      isSlow: this.#latency.isSlow,
    })
    this.care.tick(this.#venue.isUp && isSettled(this.desk, this.instruments))
  }

  #recover(history: JournalHistory): LiveOrderDesk {
    return recoverDesk(history, {
      ...{ account: this.#options, gateway: this.#venue.gateway, file: this.#file, journal: this.journal },
      ...{ openingAt: this.#venue.gateway.now(), instruments: this.instruments.all.length },
      onFill: (fill, order) => this.#onFill(fill, order),
      onOrderUpdate: order => this.#onOrderUpdate(order),
      onAlert: words => this.#alert(words),
    })
  }

  #makeStrategies(): LiveStrategies {
    const { instruments, stories } = this
    const { timers, strategies, limits, nanos, onRefusal, directory } = this.#options
    return new LiveStrategies({
      ...{ instruments, clock: timers, gate: this.gate, strategies, limits, nanos, onRefusal },
      ...{ modes: new ModeFile(directory), amending: amendingOf(instruments.all) },
      onTaken: duration => this.#latency.took(duration),
      ...{ route: deskRoute(this.desk, () => this.placed++) },
      capital: () => this.journal.capital,
      onMark: (instrument, mid) => this.guards.onMark(instrument, mid),
      onDecision: (order, why) => stories.onDecision(order, why, instruments, timers.now()),
      onPaperFill: (fill, order) => void stories.onFill(fill, instruments.at(order.request.instrument)),
      onPaperUpdate: order => stories.onOrderUpdate(order, order.updatedAt),
      onAlert: words => this.#alert(words),
    })
  }

  #guard(): AccountGuards {
    const { timers, directory, limits, guards = {} } = this.#options
    return new AccountGuards({
      ...{ account: basename(directory), instruments: this.instruments, clock: timers, books: this.journal.books },
      ...{ desk: this.desk, limits, options: guards, directory },
      ...{ gate: () => this.gate, market: () => this.strategies },
      strategies: () => this.strategies.live.map(desk => ({ name: desk.strategy.name, positions: desk.portfolio })),
      persist: () => this.#persist(),
      onAlert: words => this.#alert(words),
    })
  }

  /** Makes orders and books durable. */
  #persist(): boolean {
    return this.#file.saveSnapshot(this.journal.stateOf(this.desk.orders.snapshot())).ok
  }

  #reconciled(): ReconcilingParts {
    const { guards, journal, instruments } = this
    return {
      ...{ guards, journal, instruments, everyMs: this.#pace.reconcileMs },
      book: fill => {
        this.#book(fill, EXTERNAL)
        this.#persist() // No record of the journal tells it.
      },
      onAlert: words => this.#alert(words),
    }
  }

  #onFill(fill: Fill, order: OrderView): void {
    this.#book(fill, order.request.strategy)
    this.guards?.onFill(fill, order)
    if (this.#hasBegun) this.strategies.onFill(fill, order)
  }

  #book(fill: Fill, strategy: string): void {
    const realised = this.journal.book(fill, strategy)
    this.#options.onFill(fill, realised, this.stories.onFill(fill, this.instruments.at(fill.instrument)))
  }

  #onOrderUpdate(order: OrderView): void {
    this.stories.onOrderUpdate(order, order.updatedAt)
    this.guards?.onOrderUpdate(order)
    // Perhaps it is halted, and the venue tells that to nobody who does not ask.
    if (this.#hasBegun && looksHalted(order)) this.market.askStatuses()
    this.#options.onOrderUpdate?.(order)
    if (this.#hasBegun) this.strategies.onOrderUpdate(order)
  }

  #alert(words: string): void {
    this.alerts.tell(words, this.#options.timers.now())
    this.#options.onAlert(words)
  }
}
