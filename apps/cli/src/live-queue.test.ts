import { ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEFAULT_MAKER_POLICY } from '@velocimex/core/execution/maker-policy'
import { WorkingOrder } from '@velocimex/core/execution/working-order'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { OrderView } from '@velocimex/core/order/order'
import { RateWindow } from '@velocimex/core/risk/rate-window'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import type { Desk, Strategy } from '@velocimex/core/strategy/strategy'
import { SystemTimers } from '@velocimex/host/net/timers'
import { DEMO_KEYS, nodeCryptography, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { LiveAccount } from '@velocimex/trader/service/live-account'
import { ORDER_VENUES } from '@velocimex/venues/order-venues'
import { SIDES } from '@velocimex/venues/sides'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'

/** A run that has not seen what it waits for by then does not see it. */
const SAMPLES_MAX = 3000

/** Our orders as the venue has them: one process holds both, and only the test looks over the wall. */
class Truth {
  readonly #venue: SimulatedVenue
  constructor(venue: SimulatedVenue) {
    this.#venue = venue
  }

  /** Lots ahead; undefined when the venue has the order otherwise than we, or not at all. */
  ahead({ clientOrderId, price, quantity }: OrderView): number | undefined {
    const { exchange } = this.#venue.market
    const order = exchange.findByClientId(DEMO_KEYS[0]!.account, clientOrderId)
    if (order === undefined || order.status !== 'open' || order.price !== price || order.lots !== quantity)
      return undefined
    const { book } = exchange.engine(0)
    return book.has(order.id) ? book.ahead(order.id) : undefined
  }
}

/** An order that shrank: what was ahead of it before and after, as the venue knows, and as we thought. */
interface Shrunk {
  readonly before: number
  readonly after: number
  readonly thoughtBefore: number
  readonly thoughtAfter: number
}

/** Rests at the touch of both sides, compares each place with the truth, and now and then wants half as much. */
class Joiner implements Strategy {
  readonly name = 'joiner'
  samples = 0
  nearer = 0
  off = 0
  entered = 0
  readonly shrunk: Shrunk[] = []
  readonly #orders: readonly WorkingOrder[]
  readonly #lots: number
  readonly #truth: Truth
  #desk!: Desk
  #turn = 0
  readonly #asked = new Map<string, { price: number | undefined; quantity: number; before: number; thought: number }>()

  constructor(lots: number, truth: Truth) {
    this.#lots = lots
    this.#truth = truth
    const rules = { ...DEFAULT_MAKER_POLICY.rules, moveTicks: 30, frontTicks: 60, adverseTicks: 30, restUs: 300_000 }
    const budget = new RateWindow(8, 1_000_000)
    const policy = { ...DEFAULT_MAKER_POLICY, rules }
    this.#orders = [BUY, SELL].map(side => new WorkingOrder(0, side, this.name, policy, budget))
  }

  initialize(desk: Desk): void {
    this.#desk = desk
  }

  onMarketData(): void {
    const desk = this.#desk
    for (const order of desk.openOrders(0)) this.#compare(order)
    const quantity = Math.floor(this.#turn++ / 50) % 2 === 0 ? this.#lots : Math.floor(this.#lots / 2)
    for (const order of this.#orders)
      order.follow(desk, { limit: order.side * Number.POSITIVE_INFINITY, quantity, urgency: 0, reduceOnly: false })
  }

  onOrderUpdate(order: OrderView): void {
    for (const each of this.#orders) each.update(order)
    const { clientOrderId: id, price, quantity } = order
    const ahead = this.#truth.ahead(order)
    const thought = this.#desk.queuePlace(id)?.ahead ?? Number.NaN
    const asked = this.#asked.get(id)
    if (order.state === 'pending_replace' && ahead !== undefined)
      this.#asked.set(id, { price, quantity, before: ahead, thought })
    else if (asked !== undefined && order.state === 'submitted') {
      this.#asked.delete(id)
      if (ahead !== undefined && price === asked.price && quantity < asked.quantity)
        this.shrunk.push({ before: asked.before, after: ahead, thoughtBefore: asked.thought, thoughtAfter: thought })
    }
  }

  onOrderFill(): void {}
  onPositionUpdate(): void {}
  getState(): Record<string, number> {
    return {}
  }

  #compare(order: OrderView): void {
    if (order.state !== 'submitted') return
    const place = this.#desk.queuePlace(order.clientOrderId)
    const truth = this.#truth.ahead(order)
    if (place === undefined || truth === undefined) return
    this.samples++
    this.entered += (place as { readonly entered?: number }).entered ?? 0
    this.off += Math.abs(place.ahead - truth)
    if (place.ahead < truth) this.nearer++
  }
}

/** Trades on a simulated venue over its sockets until enough is seen. */
async function trade(id: string, seed: number, isEnough: (joiner: Joiner) => boolean): Promise<Joiner> {
  const directory = mkdtempSync(join(tmpdir(), 'queue-'))
  const venue = await SimulatedVenue.start({ side: SIDES.get(id)!, seed, port: 0, controlPort: 0 })
  const instruments = [venue.market.exchange.instruments.all[0]!]
  const joiner = new Joiner(20, new Truth(venue))
  const address = `ws://127.0.0.1:${venue.port}`
  try {
    await new Promise<void>((done, fail) => {
      const started = LiveAccount.start({
        ...{ venue: findVenue(id)!.members[0], wire: WIRES.get(id)!, orders: ORDER_VENUES.get(id)!, instruments },
        ...{ credentials: DEMO_KEYS[0]!, cryptography: nodeCryptography, timers: new SystemTimers(), instance: 1 },
        ...{ sockets: address, privateSockets: address, rest: `http://127.0.0.1:${venue.port}`, directory },
        strategies: [{ strategy: joiner, instruments, mode: 'live' }],
        limits: { byInstrument: [NO_LIMITS], ordersPerWindowMax: 1000, rateWindow: 1_000_000 },
        reserveBytes: 1 << 20,
        nanos: () => Number(process.hrtime.bigint()),
        onFill: () => {},
        onOrderUpdate: () => {},
        onRefusal: () => {},
        onAlert: () => {},
        onFatal: words => fail(new Error(words)),
      })
      if (!started.ok) return fail(new Error(started.words ?? started.reason))
      const account = started.value
      const look = setInterval(() => {
        const isOver = joiner.samples > SAMPLES_MAX
        if (!isEnough(joiner) && !isOver) return
        clearInterval(look)
        const words = `after ${joiner.samples} samples it had not been so: ${JSON.stringify(joiner.shrunk)}`
        account.stop().then(() => (isOver ? fail(new Error(words)) : done()), fail)
      }, 20)
    })
  } finally {
    await venue.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return joiner
}

// Venues, and whether an order that shrinks keeps its place there. All run at once, in real time.
const venues = [
  ['bybit-linear', true],
  ['binance-usdm', false],
] as const
const runs = venues.map(([id, keeps]) => ({
  ...{ id, keeps },
  run: trade(
    id,
    3,
    ({ samples, shrunk }) => samples > 250 && shrunk.some(({ before, after }) => (keeps ? before > 0 : after > before)),
  ),
}))
for (const { id, keeps, run } of runs)
  test(`S2-OMS-33 ${id} over sockets: our estimate beside the venue's own; an order that shrinks ${keeps ? 'keeps' : 'loses'} its place`, async context => {
    const { samples, nearer, off, entered, shrunk } = await run
    const share = off / entered
    context.diagnostic(
      `${samples} samples: off by ${Math.round(100 * share)} % of the queue at entry, ${nearer} nearer`,
    )
    ok(nearer <= samples / 100, `${nearer} of ${samples} say nearer than it is`)
    ok(share < 0.6, `off by ${share} of the queue at entry`)
    // Where it loses its place the run has waited for one that had somebody behind it.
    const stays = ({ before, after, thoughtBefore, thoughtAfter }: Shrunk): boolean =>
      after <= before && thoughtAfter <= thoughtBefore
    if (keeps) ok(shrunk.every(stays), JSON.stringify(shrunk))
  })
