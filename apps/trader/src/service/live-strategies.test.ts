import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Micros, micros } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import type { OrderRoute } from '@velocimex/core/engine/strategy-desk'
import { DEFAULT_MAKER_POLICY } from '@velocimex/core/execution/maker-policy'
import { WorkingOrder } from '@velocimex/core/execution/working-order'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { RateWindow } from '@velocimex/core/risk/rate-window'
import { RiskGate } from '@velocimex/core/risk/risk-gate'
import { NO_LIMITS } from '@velocimex/core/risk/risk-limits'
import type { Desk, Strategy } from '@velocimex/core/strategy/strategy'
import type { ExecutionMode } from './execution-modes.ts'
import { FillHistory } from './fill-history.ts'
import { LiveStrategies } from './live-strategies.ts'
import { ModeFile } from './mode-file.ts'

const usdt = { code: 'USDT', decimals: 2 }
const INSTRUMENT: Instrument = {
  ...{ index: 0, venue: 'v', symbol: 'X', unified: 'X/USDT', kind: 'perpetual', grids: 'published' },
  ...{ base: { code: 'X', decimals: 0 }, quote: usdt, settle: usdt, bounds: {}, fees: { maker: 0, taker: 0 } },
  ...{ price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
  contract: { kind: 'linear', minorPerTickLot: 1n },
}
const TABLE = new InstrumentTable([INSTRUMENT])
const LIMITS = { byInstrument: [NO_LIMITS], ordersPerWindowMax: 100, rateWindow: 1_000_000 }
const MILLISECOND = 1_000

/** Rests five lots at the bid. */
class Bidder implements Strategy {
  readonly name = 'bidder'
  readonly #order = new WorkingOrder(0, BUY, this.name, DEFAULT_MAKER_POLICY, new RateWindow(100, 1_000_000))
  desk!: Desk
  initialize(desk: Desk): void {
    this.desk = desk
  }
  kinds: number[] = []
  onMarketData({ kind }: EventRecord): void {
    this.kinds.push(kind)
    this.#order.follow(this.desk, { limit: Number.POSITIVE_INFINITY, quantity: 5, urgency: 0, reduceOnly: false })
  }
  onOrderUpdate(order: OrderView): void {
    this.#order.update(order)
  }
  standing(id: string): string | undefined {
    return this.#order.standing(id)
  }
  onOrderFill(): void {}
  onPositionUpdate(): void {}
  getState(): Record<string, number> {
    return {}
  }
}

/** An account's strategies with a bidder among them, and a market that is told by hand. */
class Stage {
  readonly clock = new SimClock(micros(1_000_000))
  readonly bidder = new Bidder()
  readonly strategies: LiveStrategies
  readonly decided: string[] = []
  readonly alerts: string[] = []
  /** Orders that were sent to the venue. */
  readonly sent: OrderView[] = []
  readonly #records = new Records(1)
  readonly #record = new EventRecord(this.#records)

  constructor(directory: string, mode: ExecutionMode) {
    const exposure = { netLots: () => 0, openBuyLots: () => 0, openSellLots: () => 0, openOrders: () => 0 }
    const route: OrderRoute = {
      place: request => {
        const { price, quantity } = request
        const at = { state: 'pending_submit', price, quantity, cumulative: 0, leaves: quantity, request }
        this.sent.push({ clientOrderId: 'live1', ...at } as unknown as OrderView)
        return this.sent[0]!
      },
      cancel: () => false,
      replace: () => false,
      find: () => this.sent[0],
      openOrders: () => this.sent,
    }
    this.strategies = new LiveStrategies({
      ...{ instruments: TABLE, clock: this.clock, limits: LIMITS, amending: ['keeps_place'], route },
      gate: new RiskGate(TABLE, LIMITS, { ...exposure, reference: () => 99 }, this.clock),
      strategies: [{ strategy: this.bidder, instruments: [INSTRUMENT], mode }],
      modes: new ModeFile(directory),
      capital: () => [{ code: 'USDT', amount: 100_000n }],
      nanos: () => 0,
      onTaken: () => {},
      onRefusal: () => {},
      onMark: () => {},
      onDecision: (_, { reason }) => void this.decided.push(reason),
      onPaperFill: () => {},
      onPaperUpdate: () => {},
      onAlert: words => this.alerts.push(words),
    })
    this.strategies.begin(new FillHistory(TABLE))
    this.#tell(Kind.clear, Flag.snapshot, 0, 0)
    this.level(SELL, 100, 7)
    this.level(BUY, 98, 20)
  }

  level(side: Side, price: number, lots: number): void {
    this.#tell(Kind.level, Flag.last | (side === BUY ? Flag.bid : 0), price, lots)
  }

  /** Somebody sells to the bids. */
  sell(price: number, lots: number): void {
    this.#tell(Kind.trade, Flag.last, price, lots)
  }

  /** The venue tells a status. */
  status(word: number): void {
    this.#tell(Kind.status, 0, word, 0)
  }

  pass(by: number): void {
    this.clock.advanceTo((this.clock.now() + by) as Micros)
    this.strategies.tick(this.clock.now())
  }

  /** The venue says that the order rests. */
  rests(): void {
    this.strategies.onOrderUpdate({ ...this.sent[0]!, state: 'submitted' } as OrderView)
  }

  #tell(kind: Kind, flags: number, price: number, lots: number): void {
    const now = this.clock.now()
    this.#record.at(0).write(kind, flags, 0, 0, now, now).lanes(price, lots, 0, 0)
    this.strategies.append(this.#records, 0, 1)
  }
}

function withFolder(trial: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'strategies-'))
  try {
    trial(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('S2-OMS-33 an order on paper stands where its simulated venue has it: the book of the real one does not show it', () =>
  withFolder(folder => {
    const stage = new Stage(folder, 'simulation')
    const { strategies } = stage
    stage.pass(10 * MILLISECOND)
    const [order] = strategies.paper!.route.openOrders(0)
    const id = order!.clientOrderId
    deepEqual([order!.state, order!.price, stage.decided, stage.sent], ['submitted', 98, ['joined'], []])
    deepEqual([strategies.placeOf(id)!.ahead, stage.bidder.desk.queuePlace(id)?.ahead], [20, 20])
    stage.sell(98, 6)
    stage.level(BUY, 98, 14)
    equal(strategies.placeOf(id)!.ahead, 14, 'a print counts at once')
    stage.level(BUY, 98, 5)
    equal(strategies.placeOf(id)!.ahead, 5, 'none of these five is ours')
    equal(stage.bidder.desk.touch(0, BUY), 98, 'a total that is ours by chance is of others')
    equal(strategies.standing(order!), 'at_price')
    stage.sell(98, 10)
    equal(strategies.placeOf(id)?.ahead, 0)
    stage.pass(10 * MILLISECOND)
    deepEqual([order!.state, strategies.placeOf(id)], ['filled', undefined])
    deepEqual([strategies.desks[0]!.maker.ratio, strategies.desks[0]!.position(0).netLots], [1, 5])
  }))

test('S2-OMS-33 an order at the venue is in its book, which may come later than the word that it rests', () =>
  withFolder(folder => {
    const stage = new Stage(folder, 'live')
    const { strategies } = stage
    deepEqual([stage.sent.length, stage.decided], [1, ['joined']])
    equal(strategies.placeOf('live1'), undefined, 'it is on its way')
    stage.rests()
    stage.pass(100 * MILLISECOND)
    stage.level(BUY, 98, 31)
    equal(strategies.placeOf('live1')!.ahead, 31, 'whoever the book shows now may have been there before us')
    stage.pass(1_000 * MILLISECOND)
    stage.level(BUY, 98, 40)
    equal(strategies.placeOf('live1')!.ahead, 31)
    stage.level(BUY, 98, 25)
    equal(strategies.placeOf('live1')!.ahead, 20, 'five of the 25 are ours')
    stage.level(BUY, 97, 3)
    stage.level(BUY, 98, 5)
    deepEqual([strategies.placeOf('live1')!.ahead, stage.bidder.desk.touch(0, BUY)], [0, 97], 'alone')
    equal(strategies.paper, undefined)
  }))

test('D60 a status reaches the strategies though others follow it in its message, and the guard and the operator', () =>
  withFolder(folder => {
    const stage = new Stage(folder, 'live')
    equal(stage.strategies.status(0), 0)
    stage.status(MarketStatus.halted)
    equal(stage.bidder.kinds.at(-1), Kind.status)
    equal(stage.strategies.status(0), MarketStatus.halted)
    deepEqual(stage.alerts.length, 1)
  }))

test('D60 an account on paper that is opened while trading is halted knows it: its venue refuses, and takes again', () =>
  withFolder(folder => {
    const stage = new Stage(folder, 'observation')
    const { strategies } = stage
    stage.status(MarketStatus.halted)
    equal(strategies.setMode('bidder', 'simulation'), undefined)
    const paper = strategies.paper!
    const seen: string[] = []
    const place = (): void => {
      const order = {
        instrument: 0,
        side: BUY,
        type: 'limit',
        price: 97,
        quantity: 1,
        timeInForce: 'gtc',
        postOnly: false,
      }
      const reviewed = paper.gate.review({ ...order, reduceOnly: false, strategy: 'bidder' } as OrderRequest)
      if (!reviewed.ok) throw new Error(reviewed.reason)
      const placed = paper.route.place(reviewed.value)
      if (typeof placed !== 'object') throw new Error(placed)
      stage.pass(20 * MILLISECOND)
      seen.push(`${placed.state} ${placed.reason}`)
    }
    place()
    stage.status(MarketStatus.trading)
    place()
    deepEqual(seen, ['rejected trading is halted', 'submitted '])
  }))
