import type { Micros } from '@velocimex/core/clock/micros'
import { formatOnGrid } from '@velocimex/core/market/grid'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { ControlServer, decimalsOf } from '@velocimex/simulator/control-server'
import { type Fault, FaultPlan, faultSchema } from '@velocimex/simulator/fault-plan'
import { DEMO_KEYS, nodeCryptography } from '@velocimex/simulator/simulated-venue'
import { VenueMarket } from '@velocimex/simulator/venue-market'
import { VenueServer } from '@velocimex/simulator/venue-server'
import type { ClientKey, VenueSide } from '@velocimex/venues/venue-dialect'
import { WatchedDialect } from './watched-dialect.ts'

/** How often the venue's clock moves while it runs, milliseconds of the wall. */
const STEP_MS = 4
/** One move of a clock that is moved far. */
const SLICE_US = 10_000
/** Ids of orders that nobody owns, far from those of the flow. */
const FIRST_STAGE_ORDER = 900_000_000_000
/** Half a minute before a bar of any length ends. */
const START = 1_700_000_070_000_000
const DEPOSITS = { USDT: 100_000n, USDC: 100_000n, USD: 100_000n, BTC: 2n, ETH: 20n }

/**
 * A simulated venue on real sockets whose time moves only when it is told to: the market stands still for a comparison,
 * and runs `speed` times as fast as the wall otherwise.
 */
export class VenueStage {
  readonly market: VenueMarket
  readonly server: VenueServer
  readonly watched: WatchedDialect
  readonly keys: readonly ClientKey[]
  port = 0
  controlPort = 0
  readonly #control: ControlServer
  readonly #speed: number
  /** Up to where the flow has run; the clock may be ahead of it while the market stands still. */
  #flowAt = START
  #lastOrder = FIRST_STAGE_ORDER
  #timer: NodeJS.Timeout | undefined

  private constructor(side: VenueSide, seed: number, speed: number) {
    let watched: WatchedDialect | undefined
    const makeDialect: VenueSide['makeDialect'] = options => (watched = new WatchedDialect(side.makeDialect(options)))
    this.keys = side.keys ?? DEMO_KEYS
    this.#speed = speed
    const parts = { seed, start: START, keys: this.keys, cryptography: nodeCryptography }
    this.market = new VenueMarket({ side: { ...side, makeDialect }, ...parts })
    this.watched = watched!
    const { market } = this
    this.server = new VenueServer(market, new FaultPlan(), () => this.#flowAt)
    this.#control = new ControlServer({ market, server: this.server, setSkew: () => {} })
    for (const { account } of this.keys)
      for (const [asset, amount] of Object.entries(DEPOSITS))
        market.exchange.transfer(account, asset, amount * 10n ** BigInt(decimalsOf(market, asset)))
  }

  /** Opens a venue on free ports of this machine. @param speed of its time while it runs */
  static async open(side: VenueSide, seed: number, speed: number): Promise<VenueStage> {
    const stage = new VenueStage(side, seed, speed)
    stage.port = await stage.server.listen(0)
    stage.controlPort = await stage.#control.listen(0)
    stage.advance(2_000)
    return stage
  }

  /** The venue's instant. */
  now(): Micros {
    return this.market.clock.now()
  }

  /** Lets the market happen for so many milliseconds of its own. */
  advance(milliseconds: number): void {
    const until = this.now() + milliseconds * 1000
    while (this.#flowAt < until) {
      this.#flowAt = Math.min(until, Math.max(this.#flowAt, this.now()) + SLICE_US)
      this.market.advanceTo(this.#flowAt)
    }
  }

  /** Lets the venue say what is due, for so many milliseconds in which nobody trades. @param sliceMs of one move of its clock */
  settle(milliseconds = 400, sliceMs = SLICE_US / 1000): void {
    const until = this.now() + milliseconds * 1000
    while (this.now() < until) {
      this.market.clock.advanceTo((this.now() + sliceMs * 1000) as Micros)
      this.market.dialect.tick(this.now())
    }
  }

  /** Time passes by itself from now on. @param isStill nobody trades meanwhile */
  run(isStill = false): void {
    clearInterval(this.#timer)
    const milliseconds = STEP_MS * this.#speed
    this.#timer = setInterval(() => (isStill ? this.settle(milliseconds) : this.advance(milliseconds)), STEP_MS)
  }

  /** Time stands. */
  pause(): void {
    clearInterval(this.#timer)
  }

  /** Changes the best bid, or the best ask, of an instrument: somebody joins it with one lot. */
  touch(instrument: number, side: Side = BUY): void {
    const engine = this.market.exchange.engine(instrument)
    engine.limit(++this.#lastOrder, side, engine.book.best(side), 1)
  }

  /** Takes all that rests at the best ask of an instrument: a trade, and another best price. */
  sweep(instrument: number): void {
    const engine = this.market.exchange.engine(instrument)
    engine.market(++this.#lastOrder, BUY, engine.book.lotsAt(SELL, engine.book.best(SELL)))
  }

  /** Halts the trading of an instrument, or lets it go on. */
  setOpen(instrument: number, isOpen: boolean): void {
    this.market.exchange.isOpen[instrument] = isOpen
  }

  /** Something is to go wrong. What is not named stands as in the control surface. */
  fault(fault: Partial<Fault> & Pick<Fault, 'on' | 'kind'>): void {
    this.server.plan.add(faultSchema.parse(fault))
  }

  /** What the control surface says that an account has and did. */
  async truth(account: number): Promise<AccountTruth> {
    const answer = await fetch(`http://127.0.0.1:${this.controlPort}/truth`)
    const { accounts } = (await answer.json()) as { accounts: readonly AccountTruth[] }
    return accounts.find(each => each.account === account)!
  }

  /** A price of an instrument in the venue's digits. */
  priceText(instrument: number, ticks: number): string {
    return formatOnGrid(ticks, this.market.exchange.instruments.at(instrument).price)
  }

  async close(): Promise<void> {
    this.pause()
    await Promise.all([this.server.stop(), this.#control.stop()])
  }
}

/** An account as the control surface tells it, in decimal texts. */
export interface AccountTruth {
  readonly account: number
  readonly balances: readonly { readonly asset: string; readonly total: string; readonly locked: string }[]
  readonly positions: readonly { readonly symbol: string; readonly quantity: string }[]
  readonly orders: readonly { readonly clientOrderId: string; readonly status: string; readonly cumulative: string }[]
  readonly fills: readonly {
    readonly tradeId: number
    readonly clientOrderId: string
    readonly price: string
    readonly quantity: string
    readonly fee: string
    readonly feeAsset: string
    readonly liquidity: string
  }[]
}
