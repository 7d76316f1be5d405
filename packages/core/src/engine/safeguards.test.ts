import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RiskAverseQueue } from '../book/queue-model.ts'
import { Random } from '../clock/random.ts'
import { ConstantLatency } from '../exchange/latency-model.ts'
import { type AccountReconciliation, RECONCILIATION_RULE } from '../ledger/account-reconciliation.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import { DEFAULT_BREAKER } from '../risk/circuit-breaker.ts'
import type { Actor } from '../risk/limit-book.ts'
import { NO_LIMITS } from '../risk/risk-limits.ts'
import type { ScopedLimit } from '../risk/scoped-limit.ts'
import { STOP_THRESHOLDS } from '../risk/stop-watch.ts'
import { priceShock, venueLoss } from '../risk/stress-scenario.ts'
import type { Desk, Strategy } from '../strategy/strategy.ts'
import type { MarketSource } from './market-source.ts'
import { reconcileAccount } from './reconcile-account.ts'
import { type SafeguardEntry, type SafeguardOptions, safeguardFault } from './safeguard-options.ts'
import { TradingSession } from './trading-session.ts'

const usdt = { code: 'USDT', decimals: 2 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'perpetual',
  base: { code: 'X', decimals: 2 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: { marketQuantityMax: 40 },
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}
const TABLE = new InstrumentTable([INSTRUMENT])
const ADMIN: Actor = { name: 'ada', role: 'admin', hasSteppedUp: true }
const SECOND = 1_000_000

/** A market whose best prices are given for every 100 ms: the whole book anew each time, deep enough for everything. */
class Quotes implements MarketSource {
  readonly record: EventRecord
  sequence = 0
  readonly #instants: number[] = []

  constructor(bids: readonly number[]) {
    const rows = bids.flatMap((bid, at) => {
      const instant = at * 100_000
      this.#instants.push(instant, instant, instant)
      return [
        [instant, Kind.clear, Flag.snapshot, 0, 0],
        [instant, Kind.level, Flag.snapshot | Flag.bid, bid, 10_000],
        [instant, Kind.level, Flag.snapshot | Flag.last, bid + 2, 10_000],
      ] as const
    })
    this.record = new EventRecord(new Records(rows.length))
    for (const [slot, [instant, kind, flags, price, quantity]] of rows.entries())
      this.record.at(slot).write(kind, flags, 0, 0, 0, instant).lanes(price, quantity, slot, 0)
    this.record.at(0)
  }
  get at(): number {
    return this.#instants[this.sequence] ?? Number.POSITIVE_INFINITY
  }
  advance(): void {
    this.record.at(Math.min(++this.sequence, this.#instants.length - 1))
  }
}

/** Does at each message what it is told to, and remembers what was refused. */
class Puppet implements Strategy {
  readonly name = 'puppet'
  readonly refusals: string[] = []
  readonly #act: (desk: Desk, turn: number) => void
  #desk!: Desk
  #turn = 0

  constructor(act: (desk: Desk, turn: number) => void) {
    this.#act = act
  }
  initialize(desk: Desk): void {
    this.#desk = desk
  }
  onMarketData(): void {
    this.#act(this.#desk, this.#turn++)
  }
  order(side: 1 | -1, quantity: number, price?: number): string {
    const id = this.#desk.place({
      instrument: 0,
      side,
      type: price === undefined ? 'market' : 'limit',
      quantity: lots(quantity),
      ...(price === undefined ? {} : { price: ticks(price) }),
      timeInForce: price === undefined ? 'ioc' : 'gtc',
      postOnly: false,
      reduceOnly: false,
      strategy: this.name,
    })
    if (id === '') this.refusals.push(this.#desk.refusal)
    return id
  }
  onOrderFill(): void {}
  onPositionUpdate(): void {}
  getState(): Record<string, number> {
    return {}
  }
}

function play(
  bids: readonly number[],
  act: (puppet: Puppet, desk: Desk, turn: number, session: TradingSession) => void,
  more: Partial<SafeguardOptions> = {},
  onUpdate: (session: TradingSession) => void = () => {},
) {
  const log: SafeguardEntry[] = []
  const alerts: string[] = []
  const puppet: Puppet = new Puppet((desk, turn) => act(puppet, desk, turn, session))
  const session: TradingSession = new TradingSession({
    instruments: TABLE,
    strategies: [{ strategy: puppet, instruments: [INSTRUMENT] }],
    venueSide: new Quotes(bids),
    ourSide: new Quotes(bids),
    latency: new ConstantLatency(0, 10_000, 5000),
    queue: new RiskAverseQueue(),
    limits: { byInstrument: [NO_LIMITS], ordersPerWindowMax: 1000, rateWindow: SECOND },
    capital: [{ code: 'USDT', amount: 100_000n }],
    currency: 'USDT',
    equityInterval: SECOND,
    observer: { onOrderUpdate: () => onUpdate(session), onFill: () => onUpdate(session) },
    safeguards: {
      account: 'main',
      currency: usdt,
      limits: [],
      breakers: [],
      stop: STOP_THRESHOLDS,
      flattens: true,
      marginBps: () => 1000,
      usual: { orderLots: () => 100, ordersPerSecond: 100 },
      record: entry => log.push(entry) > 0,
      alert: words => alerts.push(words) > 0,
      persist: () => true,
      ...more,
    },
  })
  session.run(Number.POSITIVE_INFINITY)
  return { session, puppet, log, alerts }
}

const flat = (count: number): number[] => Array(count).fill(99)
const position: ScopedLimit = { name: 'position', scope: { strategy: 'puppet' }, kind: 'position', value: 50n }

test('S2-ESTOP R-ES-01 engaged: entries blocked, orders canceled, the position closed in pieces the venue takes, told and written', () => {
  const { session, puppet, log, alerts } = play(flat(20), (actor, _, turn, { safeguards }) => {
    if (turn === 0) actor.order(BUY, 40)
    if (turn === 1) actor.order(BUY, 38)
    if (turn === 2) actor.order(BUY, 5, 90)
    if (turn === 4) safeguards!.stop.engage(ADMIN, 'looks wrong', true)
    if (turn >= 5) actor.order(BUY, 1)
  })
  equal(session.fills, 4, 'two in, two out')
  deepEqual([session.accounts.portfolio.netLots(0), session.orders.openOrders(0).length], [0, 0])
  deepEqual(puppet.refusals, Array(15).fill('halted'))
  equal(session.gate.lastRefusal.name, 'emergency stop: looks wrong')
  deepEqual(alerts, ['emergency stop 1 by ada (manual): looks wrong', 'observe: emergency_stop'])
  deepEqual(
    log
      .map(entry => (entry.kind === 'stop' ? entry.record.phase : entry.kind))
      .filter((kind, at, all) => kind !== all[at - 1]),
    ['stopping', 'mode', 'observing'],
  )
  const { stop } = session.safeguards!
  ok(stop.release(ADMIN, 1, 'it was nothing').ok)
  deepEqual([session.safeguards!.halts.halts, session.safeguards!.degraded.mode.posture], [[], 'normal'])
})

test('S2-ESTOP-1 a day that loses five percent stops itself', () => {
  const bids = [...flat(20), ...Array(40).fill(84)]
  const { session, alerts } = play(bids, (actor, _, turn) => {
    if (turn === 0) for (let each = 0; each < 10; each++) actor.order(BUY, 40)
  })
  equal(session.safeguards!.stop.record.trigger, 'drawdown')
  equal(session.accounts.portfolio.netLots(0), 0)
  equal(alerts[0], 'emergency stop 1 by watch (drawdown): down 6.40 % today, 5.00 % is the most')
})

test('limits by scope hold a strategy through the session, counting what is on its way', () => {
  const { session, puppet } = play(
    flat(10),
    (actor, _, turn) => {
      if (turn < 3) for (let each = 0; each < 3; each++) actor.order(BUY, 20)
    },
    { limits: [position] },
  )
  equal(session.accounts.portfolio.netLots(0), 40)
  deepEqual(puppet.refusals, Array(7).fill('position_too_large'))
})

test('S2-RSK daily_loss of a strategy is measured by its own trades, and holds only it', () => {
  const { puppet } = play(
    [...flat(15), ...Array(20).fill(84)],
    (actor, _, turn) => {
      if (turn === 0) actor.order(BUY, 40)
      if (turn > 0) actor.order(BUY, 1, 50)
      if (turn === 34) actor.order(SELL, 40)
    },
    {
      limits: [{ name: 'own', scope: { strategy: 'puppet' }, kind: 'daily_loss', value: 600n }],
      capitalOf: () => 5000n,
    },
  )
  // Marked once a second: bought at 101, marked at 100, then at 85.
  deepEqual([...new Set(puppet.refusals)], ['daily_loss_reached'])
  ok(puppet.refusals.length > 10 && puppet.refusals.length < 20)
})

test('a jump opens the breaker of the symbol; getting out passes', () => {
  const { session, puppet, alerts } = play(
    [...flat(5), ...Array(5).fill(120)],
    (actor, _, turn) => {
      if (turn === 0 || turn === 6) actor.order(BUY, 10)
      if (turn === 7) actor.order(SELL, 10)
    },
    {
      breakers: [
        {
          name: 'jump',
          scope: { instrument: 0 },
          rule: DEFAULT_BREAKER,
          trigger: { cause: 'volatility', moveBps: 500, within: 60 * SECOND },
        },
      ],
    },
  )
  deepEqual([puppet.refusals, session.accounts.portfolio.netLots(0)], [['breaker_open'], 0])
  deepEqual(alerts, ['breaker jump is open: price moved'])
})

test('R-ES-02 a silent supervisor stops everything, a silent screen cancels what rests', () => {
  const deadMan = [
    { source: 'screen', timeout: SECOND, action: 'cancel_all' },
    { source: 'supervisor', timeout: 2 * SECOND, action: 'emergency_stop' },
  ] as const
  const { session, alerts } = play(
    flat(40),
    (actor, _, turn, { safeguards, now }) => {
      if (turn === 0) actor.order(BUY, 5, 90)
      if (turn === 0) for (const { source } of deadMan) safeguards!.deadMan.beat(source, now)
    },
    { deadMan },
  )
  deepEqual(alerts, [
    'screen has not been heard for 1 s',
    'emergency stop 1 by watch (health): supervisor has not been heard for 2 s',
    'observe: emergency_stop',
  ])
  equal(session.orders.openOrders(0).length, 0)
})

test('S4-RISK-4 the account as it stands under stress, against the limits that are set', () => {
  const { session } = play(
    flat(12),
    (actor, _, turn) => {
      if (turn === 0) for (let each = 0; each < 5; each++) actor.order(BUY, 40)
    },
    { limits: [{ name: 'day', scope: {}, kind: 'daily_loss', value: 1500n }] },
  )
  const outcomes = session.safeguards!.stress([priceShock(500), priceShock(-1000), venueLoss('v')])!
  deepEqual(
    outcomes.map(({ scenario, loss, breaches }) => [scenario, loss, breaches]),
    [
      ['v is lost', 100_000n, ['day']],
      ['prices down 10 %', 2000n, ['day']],
      ['prices up 5 %', -1000n, []],
    ],
  )
})

test('S2-ACC-26 a venue that holds something else halts the account, and only an admin lets it go on', () => {
  const questions: number[] = []
  let recon: AccountReconciliation | undefined
  const { session, puppet, alerts, log } = play(flat(30), (actor, _, turn, { safeguards, accounts }) => {
    if (turn === 0) actor.order(BUY, 40)
    if (turn < 5) return
    if (turn === 5) {
      const ask = (question: number) => questions.push(question)
      recon = reconcileAccount(safeguards!, {
        venue: 'v',
        books: accounts,
        ask,
        rule: RECONCILIATION_RULE,
        isCold: false,
      })
    }
    recon?.tick()
    const balances = [{ code: 'USDT', amount: accounts.cash('USDT') }]
    recon?.onTruth(questions.at(-1)!, { balances, positions: [{ instrument: 0, netLots: 30 }] })
    if (turn === 20) actor.order(BUY, 1)
    if (turn === 21) actor.order(SELL, 1)
  })
  deepEqual(puppet.refusals, ['halted'])
  equal(session.gate.lastRefusal.name, "reconciliation: position 0: ours 40, the venue's 30")
  equal(session.accounts.portfolio.netLots(0), 29)
  deepEqual(alerts, [
    'normal: reconciliation_mismatch',
    "halted: position 0: ours 40, the venue's 30",
    'RECON main: position 0 follows the venue',
  ])
  equal(log.filter(({ kind }) => kind === 'correction').length, 1)
  ok(session.safeguards!.halts.liftBy(ADMIN, { account: 'main' }, 'reconciliation', 'a manual trade').ok)
})

test('S2-DEG-2 rejects of everything we send end in observation', () => {
  const rejects = { name: 'rejects', scope: {}, rule: DEFAULT_BREAKER, trigger: { cause: 'rejects' } } as const
  const { session, alerts } = play(
    flat(20),
    (actor, desk, turn, { safeguards }) => {
      if (turn === 0) actor.order(BUY, 5, 90)
      if (turn !== 3) return
      const order = { ...desk.openOrders(0)[0]!, state: 'rejected', reason: 'no funds' } as const
      for (let each = 0; each < 5; each++) safeguards!.breakers.onRejected(order, 'no funds')
    },
    { breakers: [rejects] },
  )
  equal(session.safeguards!.degraded.mode.posture, 'observe')
  equal(session.orders.openOrders(0).length, 0, 'what rested was canceled')
  deepEqual(alerts, ['breaker rejects is open: rejected: no funds', 'observe: execution_failing'])
})

test('what is wrong with limits and breakers is named before anything runs', () => {
  const { session } = play(flat(1), () => {})
  ok(session.safeguards !== undefined)
  const base = { breakers: [] } as unknown as SafeguardOptions
  equal(safeguardFault({ ...base, limits: [position, position] }, TABLE), 'position: the name occurs twice')
  equal(
    safeguardFault({ ...base, limits: [{ ...position, scope: { instrument: 7 } }] }, TABLE),
    'limit position: scope.instrument: there is no instrument 7',
  )
})

test('P-12 O7 at every update of a random day the book of exposures is orders and portfolio, and no limit is passed', () => {
  const property = fc.property(fc.integer({ min: 0, max: 1 << 30 }), seed => {
    const random = new Random(seed)
    let bid = 99
    const bids = Array.from({ length: 80 }, () => (bid = Math.max(20, bid + random.below(5) - 2)))
    const stopAt = 40 + random.below(60)
    const agree = ({ safeguards, orders, accounts }: TradingSession): void => {
      if (safeguards === undefined) return
      const { accountExposure: own } = safeguards
      const net = accounts.portfolio.netLots(0)
      const worst = Math.max(net + orders.openBuyLots(0), orders.openLots(0, SELL) - net)
      ok(worst <= 120, `worst ${worst}`)
      equal(own.netLots(0), accounts.portfolio.netLots(0))
      // Between approval and the return of the call that sends it, an order may be counted as a reservation as well.
      ok(own.openBuyLots(0) >= orders.openBuyLots(0) && own.openSellLots(0) >= orders.openLots(0, SELL))
    }
    const { session } = play(
      bids,
      (actor, desk, turn, { safeguards }) => {
        if (turn === stopAt) safeguards!.stop.engage(ADMIN, 'drill', true)
        for (let each = random.below(4); each > 0; each--) {
          const side = random.below(2) === 0 ? BUY : SELL
          const open = desk.openOrders(0)
          const one = open[random.below(Math.max(1, open.length))]
          const what = random.below(4)
          if (what === 0 && one !== undefined) desk.cancel(one.clientOrderId)
          else if (what === 1 && one?.price !== undefined)
            desk.replace(one.clientOrderId, one.price, lots(one.quantity + random.below(30)))
          else if (what === 2) actor.order(side, 1 + random.below(40))
          else actor.order(side, 1 + random.below(40), Math.max(1, bids[turn]! + random.below(8) - 3))
        }
      },
      { limits: [{ name: 'all', scope: {}, kind: 'position', value: 120n }] },
      agree,
    )
    const { accountExposure: own } = session.safeguards!
    equal(own.openBuyLots(0), session.orders.openBuyLots(0))
    equal(own.openSellLots(0), session.orders.openLots(0, SELL))
    equal(own.openOrders(0), session.orders.openOrders(0).length)
    if (stopAt < 70) deepEqual([session.accounts.portfolio.netLots(0), session.orders.openOrders(0).length], [0, 0])
  })
  fc.assert(property, { numRuns: 100, examples: [[941395597], [1052073394]] })
})
