import { Random } from '../clock/random.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import { Agenda } from './agenda.ts'
import { FAULT_PLANS, type FaultLevel, type FaultPlan } from './fault-plan.ts'
import { KillableDisk, type KillPoint, KillPoints, ProcessKilled } from './kill-points.ts'
import { Oracle, Violation } from './oracle.ts'
import { RandomStrategy } from './random-strategy.ts'
import type { Seams } from './seams.ts'
import { SimExchange } from './sim-exchange.ts'
import { SimGateway } from './sim-gateway.ts'
import { makeSimInstruments } from './sim-instruments.ts'
import { SimNetwork } from './sim-network.ts'
import { StartRefused, skewedClock, TradingProcess } from './trading-process.ts'

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number
  /** Virtual minutes. */
  readonly minutes: number
  readonly faults: FaultLevel
  /** Bugs of a test. */
  readonly seams?: Seams
  /** Points at which the process dies as often as told, beside chance. */
  readonly kills?: ReadonlyMap<KillPoint, number>
  /** Virtual second at which somebody engages the emergency stop. */
  readonly stopAtSecond?: number
}

/** What a simulation found. */
export interface SimulationResult {
  readonly seed: number
  readonly minutes: number
  readonly faults: FaultLevel
  /** The first rule that was broken, when, and how; absent when none was. */
  readonly violation?: { readonly rule: string; readonly words: string; readonly second: number }
  readonly placed: number
  readonly fills: number
  readonly kills: number
  readonly powerCuts: number
  readonly starts: number
  /** Full comparisons with the exchange, all of them without a difference but the last one of a violation. */
  readonly checks: number
  /** How often the process died at each marked point. */
  readonly points: Readonly<Record<string, number>>
  readonly alerts: Readonly<Record<string, number>>
  /** Entries written to the journal, by kind, conclusions by what they conclude. */
  readonly entries: Readonly<Record<string, number>>
}

const SECOND = 1_000_000
/** The world begins on 2026-01-01. */
const START = 1_767_225_600 * SECOND
/** Trouble for this long, then healing, then the full comparison. */
const TROUBLE = 100 * SECOND
/** The healing a world is given before something that has not settled is a violation. */
const HEALING_MAX = 120 * SECOND
/** A machine that lost its power is back after this long: nothing that it sent is still on its way. */
const REBOOT = 15 * SECOND

/**
 * A whole trading day in one function of a seed: an exchange, a network, a disk, a clock and a process that dies. Trouble
 * and healing take turns; the oracle watches every step and compares everything when the world has healed.
 */
export class Simulation {
  readonly #options: SimulationOptions
  readonly #agenda = new Agenda(START)
  readonly #random: Random
  readonly #points: KillPoints
  readonly #disk: KillableDisk
  readonly #network: SimNetwork
  readonly #exchange: SimExchange
  readonly #oracle: Oracle
  readonly #strategy: RandomStrategy
  readonly #instruments = makeSimInstruments()
  readonly #alerts: Record<string, number> = {}
  #process: TradingProcess | undefined
  #life = 0
  #plan: FaultPlan
  #isTrading = true
  #isMarketOpen = true
  #isSyncPlanned = false
  #hasDiskFailed = false
  #kills = 0
  #powerCuts = 0
  #checks = 0
  #manual = 0
  #healing = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.#plan = FAULT_PLANS[options.faults]
    this.#points = new KillPoints(this.#random)
    for (const [point, times] of options.kills ?? []) this.#points.due.set(point, times)
    this.#disk = new KillableDisk(this.#points)
    this.#network = new SimNetwork(this.#agenda, this.#random, this.#plan)
    this.#exchange = new SimExchange(this.#instruments, this.#random, this.#agenda, report => {
      const life = this.#life
      this.#network.stream(
        report,
        () => life === this.#life && this.#process !== undefined,
        word => this.#process!.inbound.onReport(word),
      )
    })
    this.#oracle = new Oracle(this.#exchange, this.#disk)
    this.#strategy = new RandomStrategy(this.#random)
  }

  /** Runs to the end or to the first violation. The same options give the same result, everywhere. */
  run(): SimulationResult {
    const end = START + this.#options.minutes * 60 * SECOND
    this.#begin()
    let violation: SimulationResult['violation']
    try {
      while (this.#agenda.nextAt <= end) this.#step(this.#agenda.take())
      this.#heal()
      while (this.#healing > 0) this.#step(this.#agenda.take())
    } catch (cause) {
      const rule = cause instanceof Violation ? cause.rule : 'invariant'
      const second = (this.#agenda.now - START) / SECOND
      violation = { rule, words: cause instanceof Error ? cause.message : String(cause), second }
    }
    const { seed, minutes, faults } = this.#options
    return {
      seed,
      minutes,
      faults,
      ...(violation === undefined ? {} : { violation }),
      placed: this.#strategy.placed,
      fills: this.#exchange.trades.length,
      kills: this.#kills,
      powerCuts: this.#powerCuts,
      starts: this.#life,
      checks: this.#checks,
      points: Object.fromEntries(this.#points.died),
      alerts: this.#alerts,
      entries: Object.fromEntries(this.#oracle.tally),
    }
  }

  #begin(): void {
    this.#setPlan(this.#plan)
    this.#agenda.after(0, () => this.#start())
    this.#every(150_000, () => {
      if (this.#isMarketOpen) for (const crowd of this.#exchange.crowds) crowd.step()
    })
    this.#every(300_000, () => this.#act())
    this.#ticking()
    this.#every(45 * SECOND, () => {
      if (this.#process?.saveSnapshot() === false) this.#hasDiskFailed = true
    })
    const { stopAtSecond } = this.#options
    if (stopAtSecond !== undefined)
      this.#agenda.after(stopAtSecond * SECOND, () => this.#process?.desk.engageStop('somebody pressed it'))
    this.#agenda.after(TROUBLE, () => this.#heal())
    const plan = this.#plan
    this.#sometimes(plan.partitionEvery, () => this.#partition())
    this.#sometimes(plan.outageEvery, () => this.#outage())
    this.#sometimes(plan.killEvery, () => this.#kill(this.#random.uniform() < plan.powerCut))
    this.#sometimes(plan.diskFaultEvery, () => this.#faultDisk())
  }

  /** One item of the agenda; the process may die of it. */
  #step(act: () => void): void {
    try {
      act()
    } catch (cause) {
      if (cause instanceof StartRefused) this.#kill(true)
      else if (cause instanceof ProcessKilled)
        this.#kill(this.#healing === 0 && this.#random.uniform() < this.#plan.powerCut)
      else throw cause
    }
    // A disk that has failed is never tried again: the process ends, and what was not durable may be gone.
    if (this.#hasDiskFailed) this.#kill(true)
    this.#oracle.afterStep()
    this.#planSync()
  }

  /** What is written becomes durable within two milliseconds. */
  #planSync(): void {
    const { journal } = this.#process ?? {}
    if (journal === undefined || this.#isSyncPlanned || journal.syncedThrough === journal.writtenThrough) return
    this.#isSyncPlanned = true
    this.#agenda.after(2000, () => {
      this.#isSyncPlanned = false
      if (this.#process?.journal.sync().ok === false) this.#hasDiskFailed = true
    })
  }

  #start(): void {
    if (this.#process !== undefined) return
    this.#life++
    const life = this.#life
    const skew = this.#random.below(2 * this.#plan.skewMicros + 1) - this.#plan.skewMicros
    this.#oracle.onStart()
    const isAlive = (): boolean => life === this.#life && this.#process !== undefined
    this.#process = new TradingProcess({
      instruments: this.#instruments,
      disk: this.#disk,
      clock: skewedClock(this.#agenda, skew),
      points: this.#points,
      seams: this.#options.seams ?? {},
      reference: instrument => this.#exchange.crowds[instrument]!.price,
      connect: inbound =>
        new SimGateway(this.#exchange, this.#network, this.#agenda as { readonly now: number }, {
          onOutcome: (ref, outcome) => {
            if (isAlive()) inbound().onOutcome(ref, outcome)
          },
          onAnswer: answer => {
            if (isAlive()) inbound().onAnswer(answer)
          },
        }),
      watchJournal: journal => this.#oracle.watchJournal(journal),
      watchGateway: gateway => this.#oracle.watchGateway(gateway),
      onBooked: fill => this.#oracle.onBooked(fill),
      onAlert: alert => {
        this.#alerts[alert] = (this.#alerts[alert] ?? 0) + 1
        if (alert === 'journal_failed') this.#hasDiskFailed = true
      },
    })
  }

  #kill(withPower: boolean): void {
    this.#process = undefined
    this.#hasDiskFailed = false
    this.#kills++
    if (withPower) {
      this.#powerCuts++
      this.#disk.cutPower(this.#random)
    }
    const life = this.#life
    const delay = withPower ? REBOOT : 50_000 + this.#random.below(2 * SECOND)
    this.#agenda.after(delay, () => {
      if (life === this.#life) this.#start()
    })
  }

  #ticking(): void {
    this.#every(250_000, () => this.#process?.desk.tick())
  }

  #act(): void {
    const process = this.#process
    if (!this.#isTrading || process === undefined) return
    if (this.#random.uniform() < this.#plan.manual) this.#actByHand()
    if (this.#random.uniform() < this.#plan.manual / 20) process.desk.engageStop('somebody pressed it')
    this.#strategy.act(process, instrument => this.#exchange.crowds[instrument]!.price)
  }

  /** Somebody uses the exchange's own screen: places on the last instrument, or cancels any order of ours. */
  #actByHand(): void {
    const { open, crowds } = this.#exchange
    const instrument = 2
    if (this.#random.below(2) === 0 && open.length > 0) {
      const { clientOrderId, request } = open[this.#random.below(open.length)]!
      this.#exchange.cancel(clientOrderId, request.instrument)
      return
    }
    this.#exchange.place(`web_${++this.#manual}`, {
      instrument,
      side: this.#random.below(2) === 0 ? BUY : -1,
      type: 'limit',
      quantity: (1 + this.#random.below(9)) as Lots,
      price: (crowds[instrument]!.price + this.#random.below(9) - 4) as Ticks,
      timeInForce: 'gtc',
      postOnly: false,
      reduceOnly: false,
      strategy: 'hand',
    })
  }

  #partition(): void {
    if (this.#healing > 0) return
    this.#network.isPartitioned = true
    this.#agenda.after(SECOND + this.#random.below(15 * SECOND), () => this.#join())
  }

  #join(): void {
    this.#network.isPartitioned = false
    this.#process?.desk.onLinkUp()
  }

  #outage(): void {
    if (this.#healing > 0) return
    this.#network.areQuestionsDown = true
    this.#agenda.after(SECOND + this.#random.below(40 * SECOND), () => {
      this.#network.areQuestionsDown = false
    })
  }

  #faultDisk(): void {
    if (this.#healing > 0) return
    const dice = this.#random.below(5)
    if (dice === 0) this.#damage()
    else if (dice < 3) this.#disk.failSync = true
    else {
      this.#disk.room = 1 << 18
      this.#agenda.after(20 * SECOND, () => {
        this.#disk.room = Number.POSITIVE_INFINITY
      })
    }
  }

  /** A bit of what was durable turns over, and nobody notices until the next start. */
  #damage(): void {
    const { segments } = this.#disk
    const segment = segments[this.#random.below(segments.length)]
    if (segment === undefined || segment.synced === 0) return
    this.#disk.flip(segment, this.#random.below(segment.synced), this.#random.below(8))
    this.#kill(false)
  }

  #setPlan(plan: FaultPlan): void {
    this.#plan = plan
    this.#network.plan = plan
    this.#points.chance = plan.pointKill
    this.#exchange.lag = plan.lagMicros
  }

  /** The trouble ends: nothing fails any more, nobody trades, and after a while everything must agree. */
  #heal(): void {
    if (this.#healing > 0) return
    this.#healing = this.#agenda.now
    this.#setPlan(FAULT_PLANS.none)
    this.#isTrading = false
    this.#network.areQuestionsDown = false
    this.#disk.room = Number.POSITIVE_INFINITY
    this.#disk.failSync = false
    this.#join()
    this.#agenda.after(8 * SECOND, () => this.#process?.desk.onLinkUp())
    this.#agenda.after(15 * SECOND, () => {
      this.#isMarketOpen = false
      this.#agenda.after(SECOND, () => this.#compare())
    })
  }

  #compare(): void {
    const process = this.#process
    if (process === undefined || !this.#oracle.isSettled(process)) {
      if (this.#agenda.now - this.#healing > HEALING_MAX)
        throw new Violation('O1', process === undefined ? 'no process comes up' : unsettled(process))
      this.#agenda.after(SECOND, () => this.#compare())
      return
    }
    this.#checks++
    this.#oracle.checkAll(process)
    this.#release(process)
    this.#healing = 0
    this.#isMarketOpen = true
    this.#isTrading = true
    this.#setPlan(FAULT_PLANS[this.#options.faults])
    this.#agenda.after(TROUBLE, () => this.#heal())
  }

  /** A person has looked into what was stopped. The process may die of being told; then it is told again. */
  #release({ desk }: TradingProcess): void {
    try {
      if (desk.orders.stop !== undefined) desk.releaseStop('looked into')
      for (const instrument of [...desk.orders.halted]) desk.releaseInstrument(instrument)
    } catch (cause) {
      this.#agenda.after(SECOND, () => this.#compare())
      throw cause
    }
  }

  #every(micros: number, act: () => void): void {
    const again = (): void => {
      this.#agenda.after(micros, again)
      act()
    }
    this.#agenda.after(micros, again)
  }

  /** At random instants, on average as often as told. */
  #sometimes(meanMicros: number, act: () => void): void {
    if (meanMicros === Number.POSITIVE_INFINITY) return
    const again = (): void => {
      this.#agenda.after(Math.round(this.#random.exponential(meanMicros)), again)
      if (this.#healing === 0) act()
    }
    this.#agenda.after(Math.round(this.#random.exponential(meanMicros)), again)
  }
}

/** What keeps a process from coming to rest. */
function unsettled(process: TradingProcess): string {
  const { orders, isReady } = process.desk
  const first = [...orders.facts].find(([, facts]) => facts.place ?? facts.cancel ?? facts.replace ?? facts.closing)
  const order = first === undefined ? undefined : orders.manager.find(first[0])
  return `not at rest after healing: ready ${isReady}, ${order?.clientOrderId} ${order?.state}, ${JSON.stringify(first?.[1])}`
}
