import type { Random } from '../clock/random.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { HawkesProcess } from './hawkes-process.ts'
import type { MatchingEngine } from './matching-engine.ts'

/** What the flow of orders of one instrument looks like. Rates are events a second. */
export interface OrderFlowParameters {
  /** First mid in ticks. */
  readonly mid: number
  /** Deviation of the fundamental value after one second, in ticks: what the mid diffuses around. */
  readonly diffusion: number
  readonly limitRate: number
  readonly marketRate: number
  /** Median lots of an order, and the deviation of the logarithm. */
  readonly lots: number
  readonly lotsSpread: number
  /** Orders the book is kept near to, per side. */
  readonly depth: number
  /** Index of the flow whose fundamental value this one follows: the same thing on another venue. */
  readonly leader?: number
  /** Exponent of the distance behind the touch at which orders are placed: smaller is farther. */
  readonly tail: number
}

/** A liquid coin against a dollar coin: tight spread, bursts, heavy-tailed sizes. */
export const LIQUID_FLOW: OrderFlowParameters = {
  mid: 6_180_000,
  diffusion: 25,
  limitRate: 120,
  marketRate: 12,
  lots: 2000,
  lotsSpread: 1.4,
  depth: 400,
  tail: 0.55,
}

const DISTANCE_MAX = 2000
/** Own noise of a flow that follows another, as a share of its diffusion. */
const FOLLOWER_NOISE = 0.3
/** Share of limit orders that join the touch when they do not improve it. */
const JOIN_SHARE = 0.55
/** Orders drawn for a cancel, of which the nearest to the touch goes. */
const CANCEL_DRAWS = 12
const KINDS: readonly (readonly ['limit' | 'cancel' | 'market', Side])[] = [
  ['limit', BUY],
  ['limit', SELL],
  ['cancel', BUY],
  ['cancel', SELL],
  ['market', BUY],
  ['market', SELL],
]
/** Offspring of each kind (columns) among each kind (rows): trades beget trades and quotes, quotes beget cancels. */
const EXCITATION = [
  [0.3, 0.05, 0.15, 0.05, 0.1, 0.25],
  [0.05, 0.3, 0.05, 0.15, 0.25, 0.1],
  [0.25, 0.05, 0.15, 0.05, 0.05, 0.15],
  [0.05, 0.25, 0.05, 0.15, 0.15, 0.05],
  [0.005, 0.002, 0.002, 0.002, 0.28, 0.04],
  [0.002, 0.005, 0.002, 0.002, 0.04, 0.28],
]

/**
 * Seeded order flow of one instrument: mutually exciting arrivals of limit orders, cancels and market orders around a
 * fundamental value that diffuses. Limit orders mostly join or improve the touch, the rest lies behind it with a power-law
 * tail (Bouchaud, Mezard and Potters, "Statistical properties of stock order books", Quantitative Finance 2, 2002);
 * sizes are log-normal with round numbers mixed in.
 */
export class OrderFlowModel {
  readonly #parameters: OrderFlowParameters
  readonly #random: Random
  readonly #arrivals: HawkesProcess
  readonly #engine: MatchingEngine
  readonly #resting: Readonly<Record<Side, number[]>> = { [BUY]: [], [SELL]: [] }
  #value: number
  #valueAt = 0
  #id = 0

  readonly #leader: OrderFlowModel | undefined

  /** @param leader the flow that `parameters.leader` names */
  constructor(parameters: OrderFlowParameters, engine: MatchingEngine, random: Random, leader?: OrderFlowModel) {
    this.#leader = leader
    const { limitRate, marketRate } = parameters
    // A rate is met with the offspring counted: bases are what is left of it.
    const base = [
      0.3 * limitRate,
      0.3 * limitRate,
      0.12 * limitRate,
      0.12 * limitRate,
      0.3 * marketRate,
      0.3 * marketRate,
    ].map(rate => rate / 2)
    this.#parameters = parameters
    this.#engine = engine
    this.#random = random
    this.#arrivals = new HawkesProcess(base, EXCITATION, 8, random)
    this.#value = parameters.mid
  }

  /** Seconds since the start at which the last event happened. */
  get at(): number {
    return this.#arrivals.at
  }

  /** Fills the book before the first event. */
  open(): void {
    for (let order = 0; order < this.#parameters.depth; order++)
      for (const side of [BUY, SELL] as const)
        this.#add(side, this.#parameters.mid - side * (1 + this.#distance()), this.#lots())
  }

  /** Lets the next event happen. */
  step(): void {
    const [what, drawn] = KINDS[this.#arrivals.next()]!
    this.#diffuse()
    const { book } = this.#engine
    const middle = (book.best(BUY) + book.best(SELL)) / 2
    // Flow leans toward the fundamental value: that is how the mid follows it.
    const pull = Math.max(-0.9, Math.min(0.9, (this.#value - middle) / (0.3 * this.#parameters.diffusion + 1)))
    const leaning: Side = this.#random.uniform() < Math.abs(pull) ? (pull > 0 ? BUY : SELL) : drawn
    if (what === 'market') this.#market(leaning, this.#random.uniform() < 0.6 * Math.abs(pull))
    else if (what === 'limit') this.#limit(leaning)
    else this.#cancel(leaning === BUY ? SELL : BUY)
  }

  #diffuse(): void {
    const elapsed = this.#arrivals.at - this.#valueAt
    this.#valueAt = this.#arrivals.at
    const leader = this.#leader
    // A follower is drawn to its leader's value within a second or so, with noise of its own.
    const noise = leader === undefined ? 1 : FOLLOWER_NOISE
    if (leader !== undefined) this.#value += (leader.#value - this.#value) * Math.min(1, elapsed * 2)
    this.#value += this.#random.normal() * this.#parameters.diffusion * noise * Math.sqrt(elapsed)
  }

  #limit(side: Side): void {
    const { book } = this.#engine
    if (this.#resting[side].length > 2 * this.#parameters.depth) this.#cancel(side)
    const own = book.best(side)
    const other = book.best(side === BUY ? SELL : BUY)
    const spread = side * (other - own)
    const draw = this.#random.uniform()
    const improves = spread > 1 && draw < Math.min(0.7, 0.2 + 0.1 * spread)
    const price = improves
      ? own + side * (1 + this.#random.below(Math.min(spread - 1, 1 + Math.floor(spread / 2))))
      : draw < JOIN_SHARE
        ? own
        : own - side * this.#distance()
    this.#add(side, price, this.#lots())
  }

  /** @param sweeps takes the whole touch: somebody knows that the value has moved */
  #market(side: Side, sweeps: boolean): void {
    const { book } = this.#engine
    const resting: Side = side === BUY ? SELL : BUY
    if (this.#resting[resting].length < this.#parameters.depth / 4) return
    // Takers seldom take more than the touch shows.
    const touch = book.lotsAt(resting, book.best(resting))
    const lots = sweeps ? touch : this.#random.uniform() < 0.85 ? Math.min(this.#lots(), touch) : this.#lots()
    this.#engine.market(++this.#id, side, lots)
  }

  #cancel(side: Side): void {
    const orders = this.#resting[side]
    if (orders.length < this.#parameters.depth / 2) {
      this.#limit(side)
      return
    }
    const at = this.#nearest(side, orders)
    const id = orders[at]!
    orders[at] = orders[orders.length - 1]!
    orders.pop()
    // An order that was filled meanwhile is only forgotten.
    if (!this.#engine.cancel(id) && orders.length >= this.#parameters.depth / 2) this.#cancel(side)
  }

  /** Orders near the touch are canceled most: the nearest of a few drawn at random. */
  #nearest(side: Side, orders: readonly number[]): number {
    let best = this.#random.below(orders.length)
    for (let draw = 1; draw < CANCEL_DRAWS; draw++) {
      const other = this.#random.below(orders.length)
      if (side * (this.#engine.book.priceOf(orders[other]!) - this.#engine.book.priceOf(orders[best]!)) > 0)
        best = other
    }
    return best
  }

  #add(side: Side, price: number, lots: number): void {
    const id = ++this.#id
    if (price > 0 && this.#engine.limit(id, side, price, lots) === 'rested') this.#resting[side].push(id)
  }

  #distance(): number {
    return Math.min(DISTANCE_MAX, Math.floor((1 - this.#random.uniform()) ** (-1 / this.#parameters.tail)))
  }

  #lots(): number {
    const { lots, lotsSpread } = this.#parameters
    const drawn = Math.max(1, Math.round(lots * Math.exp(lotsSpread * this.#random.normal())))
    if (this.#random.uniform() > 0.25) return drawn
    const round = 10 ** Math.floor(Math.log10(drawn))
    return Math.max(1, Math.round(drawn / round) * round)
  }
}
