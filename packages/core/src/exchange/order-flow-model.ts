import { assert } from '../assert.ts'
import type { Random } from '../clock/random.ts'
import { BUY, opposite, SELL, type Side } from '../market/side.ts'
import { basesFor, type Fading, HawkesProcess } from './hawkes-process.ts'
import type { MatchingEngine } from './matching-engine.ts'
import type { OrderFlowParameters } from './order-flow-parameters.ts'
import { OrderSigns } from './order-signs.ts'
import { RestingOrders } from './resting-orders.ts'

/** Own noise of a flow that follows another, as a share of its diffusion; and how much of the distance it makes up in a second. */
const FOLLOWER_NOISE = 0.3
const FOLLOWER_PULL = 2
/** Share of orders that take because the value has moved; of those, the share that moves it the way orders go anyway. */
const INFORMED = 0.08
const WITH_THE_FLOW = 0.3
/** Deviation of the logarithm of how far the value moves. */
const MOVE_SPREAD = 0.8
/** Share of moves after which makers close the spread at once, rather than with the orders that come. */
const CLOSED_AT_ONCE = 0.95
/** Share of orders that close a spread of more than a tick; and of the others, those that join the touch. */
const CLOSES = 0.95
const JOINS = 0.085
/** Share of resting orders that are market makers'. */
const HOUSES = 0.25
/** Most small orders that quote at once when the price has moved, and how often a market maker is behind them. */
const SMALL_FIRST = 16
const HOUSE_AT_ONCE = 0.75
/** Orders drawn for a cancel, of which the nearest to the touch goes. */
const CANCEL_DRAWS = 3
/** Share of takers who take no more than the touch shows. */
const PATIENT = 0.85
const ROUND_SHARE = 0.22
/** The book has at least and at most this share of the orders it is kept near to. */
const DEPTH_LEAST = 0.8
const DEPTH_MOST = 1.2

type What = 'limit' | 'cancel' | 'market'
const KINDS: readonly What[] = ['limit', 'cancel', 'market']
/** Offspring of each kind (columns) among each kind (rows): trades beget trades and quotes, quotes beget quotes. */
const EXCITATION = [
  [0.3, 0.2, 0.06],
  [0.25, 0.2, 0.06],
  [0.002, 0.002, 0.83],
]
/** Some of what is begotten comes within milliseconds, the rest within a second or two. */
const MEMORY: readonly Fading[] = [
  { decay: 150, share: 0.45 },
  { decay: 5, share: 0.35 },
  { decay: 0.7, share: 0.2 },
]

/**
 * Seeded order flow of one instrument. Orders arrive in clusters (`HawkesProcess`); those that take remember which side they
 * were on (`OrderSigns`). Now and then one knows that the value has moved: makers withdraw what lies between, what they left
 * is taken, and they quote again one tick apart around the new value. So the price stands still with much at the touch, then
 * jumps. Behind the touch orders lie with a power-law tail (Bouchaud, Mezard and Potters, "Statistical properties of stock
 * order books", Quantitative Finance 2, 2002); sizes are log-normal with round numbers mixed in.
 *
 * Orders of others may rest in the same matching: they are taken and never canceled. Their ids are greater than any of ours.
 */
export class OrderFlowModel {
  readonly #parameters: OrderFlowParameters
  readonly #random: Random
  readonly #arrivals: HawkesProcess
  readonly #signs: OrderSigns
  readonly #engine: MatchingEngine
  readonly #resting: Readonly<Record<Side, RestingOrders>>
  readonly #leader: OrderFlowModel | undefined
  /** Median distance of a move of the value, ticks. */
  readonly #moves: number
  #value: number
  #valueAt = 0
  #id = 0

  /** @param leader the flow that `parameters.leader` names */
  constructor(parameters: OrderFlowParameters, engine: MatchingEngine, random: Random, leader?: OrderFlowModel) {
    const { limitRate, marketRate, diffusion, mid } = parameters
    assert(limitRate > 0 && marketRate > 0, 'orders rest and take at some rate', [limitRate, marketRate])
    const rates = [limitRate / 2, limitRate / 2, marketRate]
    this.#parameters = parameters
    this.#engine = engine
    this.#random = random
    this.#leader = leader
    this.#arrivals = new HawkesProcess(basesFor(rates, EXCITATION), EXCITATION, MEMORY, random)
    this.#signs = new OrderSigns(parameters.copied, random)
    this.#resting = {
      [BUY]: new RestingOrders(BUY, engine.book, random),
      [SELL]: new RestingOrders(SELL, engine.book, random),
    }
    const noise = leader === undefined ? 1 : FOLLOWER_NOISE
    // The mean square of a log-normal of median 1 is exp(2 spread^2).
    this.#moves = (noise * diffusion) / Math.sqrt(INFORMED * marketRate) / Math.exp(MOVE_SPREAD ** 2)
    this.#value = mid + 0.5
  }

  /** Seconds since the start at which the last event happened. */
  get at(): number {
    return this.#arrivals.at
  }

  /** Fills the book before the first event. */
  open(): void {
    for (const side of [BUY, SELL] as const) {
      this.#add(side, this.#quote(side), this.#makerLots())
      for (let order = 1; order < this.#parameters.depth; order++)
        this.#add(side, this.#quote(side) - side * this.#distance(), this.#makerLots(this.#parameters.behind))
    }
  }

  /** Lets the next event happen. */
  step(): void {
    const what = KINDS[this.#arrivals.next()]!
    this.#follow()
    this.#quoteBare()
    if (what === 'market') this.#take()
    else this.#rest(what, this.#random.uniform() < 0.5 ? BUY : SELL)
    const { book } = this.#engine
    if (this.#value > book.best(SELL)) this.#move(BUY)
    else if (this.#value < book.best(BUY)) this.#move(SELL)
    this.#quoteBare()
  }

  /** A side that was taken whole is quoted at once. */
  #quoteBare(): void {
    for (const side of [BUY, SELL] as const) if (!Number.isFinite(this.#engine.book.best(side))) this.#open(side)
  }

  /** Makers quote a tick from the value: small ones first, then mostly a large one. */
  #open(side: Side): void {
    const price = this.#quote(side)
    for (let small = this.#random.below(SMALL_FIRST); small >= 0; small--) this.#add(side, price, this.#makerLots())
    if (this.#random.uniform() < HOUSE_AT_ONCE) this.#add(side, price, this.#houseLots(1))
  }

  /** A follower is drawn to its leader's value. */
  #follow(): void {
    const elapsed = this.#arrivals.at - this.#valueAt
    this.#valueAt = this.#arrivals.at
    if (this.#leader !== undefined)
      this.#value += (this.#leader.#value - this.#value) * Math.min(1, elapsed * FOLLOWER_PULL)
  }

  /** Where makers quote: the two ticks around the value. */
  #quote(side: Side): number {
    return Math.floor(this.#value) + (side === BUY ? 0 : 1)
  }

  #take(): void {
    const side = this.#signs.next()
    if (this.#random.uniform() < INFORMED) {
      const way = this.#random.uniform() < WITH_THE_FLOW ? side : this.#random.uniform() < 0.5 ? BUY : SELL
      const moved = this.#moves * Math.exp(MOVE_SPREAD * this.#random.normal())
      this.#value = Math.max(1.5, this.#value + way * moved)
      return
    }
    const resting = opposite(side)
    const { book } = this.#engine
    if (this.#resting[resting].count < this.#parameters.depth / 4) return
    const touch = book.lotsAt(resting, book.best(resting))
    const lots = this.#takerLots()
    this.#engine.market(++this.#id, side, this.#random.uniform() < PATIENT ? Math.min(lots, touch) : lots)
  }

  /** The value has left the touch: who is fast takes, makers withdraw, others are taken, and makers quote again. */
  #move(side: Side): void {
    const resting = opposite(side)
    const { book } = this.#engine
    const limit = this.#quote(side)
    this.#engine.limit(++this.#id, side, limit, this.#takerLots(), 'ioc')
    while (Number.isFinite(book.best(resting)) && side * (limit - book.best(resting)) >= 0) {
      const first = book.first(resting)
      if (first <= this.#id) this.#engine.cancel(first)
      else this.#engine.limit(++this.#id, side, limit, book.lotsOf(first), 'ioc')
    }
    if (this.#random.uniform() > CLOSED_AT_ONCE) return
    this.#open(side)
    this.#open(resting)
  }

  /** An order comes to rest or goes; the book is kept near to its depth. */
  #rest(what: What, side: Side): void {
    const resting = this.#resting[side]
    const { depth } = this.#parameters
    if (resting.count > DEPTH_MOST * depth) resting.prune()
    if (resting.count > DEPTH_MOST * depth) this.#cancel(side)
    else if (what === 'cancel' && resting.count > DEPTH_LEAST * depth) this.#cancel(side)
    else this.#limit(side)
  }

  #limit(side: Side): void {
    const { book } = this.#engine
    const own = book.best(side)
    const quote = this.#quote(side)
    const closes = side * (quote - own) > 0 && side * (book.best(opposite(side)) - quote) > 0
    const price =
      !Number.isFinite(own) || (closes && this.#random.uniform() < CLOSES)
        ? quote
        : this.#random.uniform() < JOINS
          ? own
          : own - side * this.#distance()
    this.#add(side, price, this.#makerLots(price === own ? 1 : this.#parameters.behind))
  }

  #cancel(side: Side): void {
    const id = this.#resting[side].takeNearest(CANCEL_DRAWS)
    if (id > 0) this.#engine.cancel(id)
  }

  #add(side: Side, price: number, lots: number): void {
    const id = ++this.#id
    if (price > 0 && this.#engine.limit(id, side, price, lots) === 'rested') this.#resting[side].add(id)
  }

  /** Ticks behind the touch, 1 or more: a Lomax law, cut where hardly anything is. */
  #distance(): number {
    const { reach, tail } = this.#parameters
    return 1 + Math.floor(reach * Math.min(5, (1 - this.#random.uniform()) ** (-1 / tail) - 1))
  }

  #takerLots(): number {
    return this.#lots(this.#parameters.takerLots, this.#parameters.takerSpread)
  }

  /** @param share size of a market maker's order as a share of what it shows at the touch */
  #makerLots(share = 0): number {
    if (share > 0 && this.#random.uniform() < HOUSES) return this.#houseLots(share)
    return this.#lots(this.#parameters.makerLots, this.#parameters.makerSpread)
  }

  #houseLots(share: number): number {
    return Math.max(1, Math.round(share * this.#parameters.houseLots * (0.5 + this.#random.uniform())))
  }

  #lots(median: number, spread: number): number {
    // Nobody draws what is beyond three deviations: one order of a log-normal tail would be half the market.
    const deviations = Math.max(-3, Math.min(3, this.#random.normal()))
    const drawn = Math.max(this.#parameters.lotsMin, Math.round(median * Math.exp(spread * deviations)))
    if (this.#random.uniform() > ROUND_SHARE) return drawn
    const round = 10 ** Math.floor(Math.log10(drawn))
    return Math.max(1, Math.round(drawn / round) * round)
  }
}
