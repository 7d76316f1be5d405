import { assert } from '@velocimex/core/assert'
import { ConsolidatedBook } from '@velocimex/core/book/consolidated-book'
import type { Ladder } from '@velocimex/core/book/ladder'
import { LEDGER_NAMES } from '@velocimex/core/ledger/chart'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { LatencyHistogram } from '@velocimex/core/report/latency-histogram'
import type { InstrumentView, LatencyView, LevelView, ScreenView } from '../screen/screen-view.ts'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'
import type { DemoTrading } from './demo-trading.ts'

const LEVELS = 5
const HISTORY = 120

/** Makes screen views of the demo, and keeps what a view needs to remember. */
export class DemoViews {
  readonly #demo: DemoTrading
  readonly #seed: number
  readonly #history: number[] = []
  readonly #opening: bigint
  readonly #across: ConsolidatedBook
  #eventsBefore = 0
  #secondsBefore = 0
  #rate = 0

  constructor(demo: DemoTrading, seed: number) {
    this.#demo = demo
    this.#seed = seed
    this.#opening = demo.session.equity()
    const across = ConsolidatedBook.of(
      [0, 1].map(index => ({ instrument: DEMO_INSTRUMENTS.at(index), book: demo.session.books[index]! })),
    )
    assert(across.ok, 'the demo trades one thing on two venues', across.ok ? '' : across.reason)
    this.#across = across.value
  }

  /** The present state. @param seconds since the start */
  view(seconds: number, paused: boolean): ScreenView {
    const { session } = this.#demo
    if (seconds - this.#secondsBefore >= 1) {
      this.#rate = Math.round((this.#demo.events - this.#eventsBefore) / (seconds - this.#secondsBefore))
      this.#eventsBefore = this.#demo.events
      this.#secondsBefore = seconds
      this.#history.push(Number(session.equity() - this.#opening))
      if (this.#history.length > HISTORY) this.#history.shift()
    }
    const equity = session.equity()
    const figures = session.tally.figures()
    const sums = session.accounts.trialBalance()
    const wrong = LEDGER_NAMES.filter(name => (sums[name] ?? 0n) !== 0n)
    return {
      seed: this.#seed,
      elapsedSeconds: seconds,
      events: this.#demo.events,
      eventsPerSecond: this.#rate,
      instruments: DEMO_INSTRUMENTS.all.map(instrument => this.#instrument(instrument)),
      across: this.#acrossLine(),
      real: [],
      equity: `${formatScaled(equity, 8).slice(0, -4)} USDT`,
      profit: `${signed(formatScaled(equity - this.#opening, 8).slice(0, -4))} USDT`,
      equityHistory: this.#history,
      orders: session.orders.placed,
      fills: session.fills,
      makerShare: figures.makerRatio ?? 0,
      recent: this.#demo.recent,
      trialBalance: wrong.length === 0 ? '0' : wrong.join(', '),
      transfers: session.accounts.ledger.transferCount,
      latencies: [
        latency('tick to decision', this.#demo.perEvent, 1000),
        latency('order to ack (simulated)', session.acknowledged, 1),
      ],
      alerts: session.alerts > 0 ? [`${session.alerts} order alerts`] : [],
      paused,
      standing: [],
    }
  }

  #acrossLine(): string {
    const book = this.#across
    const price = (side: Side): string => formatOnGrid(book.best(side), book.grid.price)
    if (!Number.isFinite(book.best(BUY)) || !Number.isFinite(book.best(SELL))) return ''
    const state = book.isCrossed ? 'crossed across venues' : book.isLocked ? 'locked' : 'in order'
    return `BTC across venues: best bid ${price(BUY)} on ${book.bestLeg(BUY)!.venue}, best ask ${price(SELL)} on ${book.bestLeg(SELL)!.venue} (${state})`
  }

  #instrument(of: Instrument): InstrumentView {
    const { session } = this.#demo
    const book = session.books[of.index]!
    const position = session.accounts.portfolio.position(of.index)
    const money = (amount: bigint): string => signed(formatScaled(amount, of.settle.decimals).slice(0, -4))
    const most = Math.max(
      1,
      ...levelsOf(book.bids).map(([, lots]) => lots),
      ...levelsOf(book.asks).map(([, lots]) => lots),
    )
    const ours = new Set(session.orders.openOrders(of.index).map(order => `${order.request.side} ${order.price}`))
    const side = (ladder: Ladder): LevelView[] =>
      levelsOf(ladder).map(([price, lots]) => ({
        price: formatOnGrid(price, of.price),
        quantity: formatOnGrid(lots, of.quantity),
        weight: lots / most,
        ours: ours.has(`${ladder.side} ${price}`),
      }))
    return {
      unified: `${of.unified} ${of.venue}`,
      strategies: session.desks
        .filter(desk => desk.instruments.includes(of))
        .map(desk => desk.strategy.name)
        .join(', '),
      bids: side(book.bids),
      asks: side(book.asks),
      spreadTicks: book.isEmpty ? 0 : book.bestAsk - book.bestBid,
      position: formatOnGrid(position.netLots, of.quantity),
      unrealised: money(session.accounts.portfolio.unrealised(of.index, session.mark(of.index))),
      realised: money(position.realised),
      fees: money(position.fees),
      openOrders: ours.size,
    }
  }
}

function levelsOf(ladder: Ladder): [number, number][] {
  const levels: [number, number][] = []
  for (let price = ladder.best; Number.isFinite(price) && levels.length < LEVELS; price = ladder.worse(price))
    levels.push([price, ladder.lotsAt(price)])
  return levels
}

const signed = (text: string): string => (text.startsWith('-') ? text : `+${text}`)

/** @param unit how many recorded units make a microsecond */
function latency(name: string, histogram: LatencyHistogram, unit: number): LatencyView {
  const { count, p50, p99, max } = histogram.figures()
  return { name, count, p50: p50 / unit, p99: p99 / unit, max: max / unit }
}
