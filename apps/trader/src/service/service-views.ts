import type { Ladder } from '@velocimex/core/book/ladder'
import type { Micros } from '@velocimex/core/clock/micros'
import { LEDGER_NAMES } from '@velocimex/core/ledger/chart'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentView, LatencyView, LevelView, ScreenView } from '../screen/screen-view.ts'
import { standingLines } from './guard-views.ts'
import type { LiveAccount } from './live-account.ts'
import type { NamedAccount } from './named-account.ts'

const LEVELS = 5
const HISTORY = 120
const DECIMALS_SHOWN = 4
/** How long an alert stands on the screen; microseconds. */
const ALERT_SHOWN = 60_000_000

/** Makes screen views of the running accounts, and keeps what a view needs to remember. */
export class ServiceViews {
  readonly #accounts: readonly NamedAccount[]
  readonly #seed: number
  readonly #recent: readonly string[]
  readonly #history: number[] = []
  readonly #now: () => Micros
  readonly #real: readonly string[]
  #opening: Amounts | undefined
  #eventsBefore = 0
  #secondsBefore = 0
  #rate = 0

  /**
   * @param recent newest fills first, ready to print; the caller goes on filling it
   * @param real names of accounts at venues that are not simulated beside us
   */
  constructor(
    accounts: readonly NamedAccount[],
    { seed, recent, real, now }: Pick<ScreenView, 'seed' | 'recent' | 'real'> & { now(): Micros },
  ) {
    this.#now = now
    this.#real = real
    this.#accounts = accounts
    this.#seed = seed
    this.#recent = recent
  }

  /** The present state. @param seconds since the start */
  view(seconds: number): ScreenView {
    const all = this.#accounts.map(({ account }) => account)
    const isReady = all.every(account => account.isReady)
    const equity = amountsOf(all, (account, code) => account.equity(code))
    // Money from outside is worth something, and no profit.
    const made = amountsOf(all, (account, code) => account.equity(code) - account.journal.flows.external(code))
    if (this.#opening === undefined && isReady) this.#opening = made
    const opening = this.#opening ?? made
    const profit = new Map([...made].map(([code, amount]) => [code, amount - (opening.get(code) ?? 0)]))
    const events = all.reduce((sum, { strategies }) => sum + strategies.events, 0)
    if (seconds - this.#secondsBefore >= 1) {
      this.#rate = Math.round((events - this.#eventsBefore) / (seconds - this.#secondsBefore))
      this.#eventsBefore = events
      this.#secondsBefore = seconds
      this.#history.push(Math.round([...profit.values()].reduce((sum, each) => sum + each, 0) * 1e6))
      if (this.#history.length > HISTORY) this.#history.shift()
    }
    const fills = all.reduce((sum, { journal }) => sum + journal.fills.count, 0)
    const makers = all.reduce((sum, { journal }) => sum + journal.fills.makers, 0)
    const sums = all.map(({ journal }) => journal.books.trialBalance())
    const wrong = LEDGER_NAMES.filter(name => sums.some(each => (each[name] ?? 0n) !== 0n))
    return {
      seed: this.#seed,
      elapsedSeconds: seconds,
      events,
      eventsPerSecond: this.#rate,
      instruments: this.#accounts.flatMap(each => each.account.instruments.all.map(of => instrumentView(each, of))),
      across: this.#across(isReady),
      real: this.#real,
      equity: amountsText(equity),
      profit: amountsText(profit, '+'),
      equityHistory: this.#history,
      orders: all.reduce((sum, { placed }) => sum + placed, 0),
      fills,
      makerShare: fills === 0 ? 0 : makers / fills,
      recent: this.#recent,
      trialBalance: wrong.length === 0 ? '0' : wrong.join(', '),
      transfers: all.reduce((sum, { journal }) => sum + journal.books.ledger.transferCount, 0),
      latencies: this.#accounts.map(({ name, account }) => latency(`${name} message`, account)),
      alerts: this.#accounts.flatMap(({ name, account }) =>
        account.alerts.since((this.#now() - ALERT_SHOWN) as Micros, 2).map(({ words }) => `${name} ${words}`),
      ),
      standing: standingLines(this.#accounts),
      paused: undefined, // A market of others cannot be paused.
    }
  }

  #across(isReady: boolean): string {
    if (!isReady) return 'connecting: journals are read, venues are asked about everything'
    const differing = this.#accounts.filter(({ account }) => Object.keys(account.care.differences).length > 0)
    return differing.length === 0
      ? 'every balance equals the venue'
      : differing
          .map(({ name, account }) => `${name} differs by ${JSON.stringify(account.care.differences)}`)
          .join(', ')
  }
}

/** Amounts by currency, for the eye; the ledger has them exactly. */
type Amounts = ReadonlyMap<string, number>

/** What accounts have, each in the currency in which its first instrument settles, in booked units. */
function amountsOf(accounts: readonly LiveAccount[], unitsOf: (account: LiveAccount, code: string) => bigint): Amounts {
  const amounts = new Map<string, number>()
  for (const account of accounts) {
    const { code, decimals } = account.instruments.at(0).settle
    amounts.set(code, (amounts.get(code) ?? 0) + Number(unitsOf(account, code)) / 10 ** decimals)
  }
  return amounts
}

const amountsText = (amounts: Amounts, plus = ''): string =>
  [...amounts].map(([code, amount]) => `${amount < 0 ? '' : plus}${amount.toFixed(DECIMALS_SHOWN)} ${code}`).join(', ')

function instrumentView({ name, account }: NamedAccount, of: Instrument): InstrumentView {
  const book = account.strategies.books[of.index]!
  const { portfolio } = account.journal.books
  const position = portfolio.position(of.index)
  const money = (units: bigint): string => signed(formatScaled(units, of.settle.decimals).slice(0, -4))
  const rows = [...levelsOf(book.bids), ...levelsOf(book.asks)]
  const most = Math.max(1, ...rows.map(([, lots]) => lots))
  const open = account.desk.orders.manager.openOrders(of.index)
  const ours = new Set(open.map(order => `${order.request.side} ${order.price}`))
  const side = (ladder: Ladder): LevelView[] =>
    levelsOf(ladder).map(([price, lots]) => ({
      price: formatOnGrid(price, of.price),
      quantity: formatOnGrid(lots, of.quantity),
      weight: lots / most,
      ours: ours.has(`${ladder.side} ${price}`),
    }))
  return {
    unified: `${of.unified} ${name}`,
    strategies: account.strategies.desks
      .filter(({ instruments }) => instruments.some(own => own.index === of.index))
      .map(({ strategy: { name: strategy } }) => strategyText(strategy, account.strategies.modeOf(strategy)))
      .join(', '),
    bids: side(book.bids),
    asks: side(book.asks),
    spreadTicks: book.isEmpty ? 0 : book.bestAsk - book.bestBid,
    position: formatOnGrid(position.netLots, of.quantity),
    unrealised: money(portfolio.unrealised(of.index, account.mark(of.index))),
    realised: money(position.realised),
    fees: money(position.fees),
    openOrders: open.length,
  }
}

const strategyText = (name: string, mode: string | undefined): string => (mode === 'live' ? name : `${name} (${mode})`)

function levelsOf(ladder: Ladder): [number, number][] {
  const levels: [number, number][] = []
  for (let price = ladder.best; Number.isFinite(price) && levels.length < LEVELS; price = ladder.worse(price))
    levels.push([price, ladder.lotsAt(price)])
  return levels
}

const signed = (text: string): string => (text.startsWith('-') ? text : `+${text}`)

function latency(name: string, { strategies }: LiveAccount): LatencyView {
  const { count, p50, p99, max } = strategies.perMessage.figures()
  return { name, count, p50, p99, max }
}
