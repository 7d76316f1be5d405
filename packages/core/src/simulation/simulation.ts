import { Random } from '../clock/random.ts'
import { Agenda } from './agenda.ts'
import { FAULT_PLANS } from './fault-plan.ts'
import { KillableDisk, KillPoints, ProcessKilled } from './kill-points.ts'
import { Oracle, Violation } from './oracle.ts'
import { RandomStrategy } from './random-strategy.ts'
import { SimExchange } from './sim-exchange.ts'
import { SimGateway } from './sim-gateway.ts'
import { makeSimInstruments } from './sim-instruments.ts'
import { SimNetwork } from './sim-network.ts'
import type { SimulationOptions, SimulationResult } from './simulation-options.ts'
import { StartRefused, skewedClock, TradingProcess } from './trading-process.ts'
import { Trouble } from './trouble.ts'

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
  readonly #trouble: Trouble
  readonly #instruments = makeSimInstruments()
  readonly #alerts: Record<string, number> = {}
  #process: TradingProcess | undefined
  #life = 0
  #isTrading = true
  #isMarketOpen = true
  #isSyncPlanned = false
  #hasDiskFailed = false
  #kills = 0
  #powerCuts = 0
  #checks = 0
  #healing = 0
  #pausedUntil = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.#points = new KillPoints(this.#random)
    for (const [point, times] of options.kills ?? []) this.#points.due.set(point, times)
    this.#disk = new KillableDisk(this.#points)
    this.#network = new SimNetwork(this.#agenda, this.#random, FAULT_PLANS.none)
    this.#exchange = new SimExchange(this.#instruments, this.#random, this.#agenda, report => {
      const life = this.#life
      this.#network.stream(
        report,
        () => life === this.#life && this.#process !== undefined,
        word => this.#hear(life, () => this.#process!.inbound.onReport(word)),
      )
    })
    this.#oracle = new Oracle(this.#exchange, this.#disk)
    this.#strategy = new RandomStrategy(this.#random)
    this.#trouble = new Trouble(options.faults, {
      agenda: this.#agenda,
      random: this.#random,
      network: this.#network,
      disk: this.#disk,
      exchange: this.#exchange,
      points: this.#points,
      kill: withPower => this.#kill(withPower),
      pause: micros => {
        this.#pausedUntil = this.#agenda.now + micros
      },
      onLinkUp: () => this.#process?.desk.onLinkUp(),
    })
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
    if (stopAtSecond !== undefined) this.#agenda.after(stopAtSecond * SECOND, () => this.#stop())
    this.#agenda.after(TROUBLE, () => this.#heal())
    this.#trouble.start()
  }

  /** One item of the agenda; the process may die of it. */
  #step(act: () => void): void {
    try {
      act()
    } catch (cause) {
      if (cause instanceof StartRefused) this.#kill(true)
      else if (cause instanceof ProcessKilled)
        this.#kill(this.#healing === 0 && this.#random.uniform() < this.#trouble.plan.powerCut)
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
    const { skewMicros } = this.#trouble.plan
    const skew = this.#random.below(2 * skewMicros + 1) - skewMicros
    this.#oracle.onStart()
    this.#process = new TradingProcess({
      instruments: this.#instruments,
      disk: this.#disk,
      clock: skewedClock(this.#agenda, skew),
      points: this.#points,
      seams: this.#options.seams ?? {},
      durability: this.#options.durability ?? 'group',
      reference: instrument => this.#exchange.crowds[instrument]!.price,
      connect: inbound =>
        new SimGateway(this.#exchange, this.#network, this.#agenda as { readonly now: number }, {
          onOutcome: (ref, outcome) => this.#hear(life, () => inbound().onOutcome(ref, outcome)),
          onAnswer: answer => this.#hear(life, () => inbound().onAnswer(answer)),
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

  /** Somebody presses the emergency stop, again and again if nobody is there. */
  #stop(): void {
    if (this.#process === undefined || this.#isPaused) this.#agenda.after(SECOND, () => this.#stop())
    else this.#process.desk.engageStop('somebody pressed it')
  }

  /** The process of a life hears something; while it is paused, what comes waits for it. */
  #hear(life: number, act: () => void): void {
    if (life !== this.#life || this.#process === undefined) return
    if (this.#isPaused) this.#agenda.plan(this.#pausedUntil + 1, () => this.#hear(life, act))
    else act()
  }

  get #isPaused(): boolean {
    return this.#agenda.now <= this.#pausedUntil
  }

  #ticking(): void {
    this.#every(250_000, () => {
      if (!this.#isPaused) this.#process?.desk.tick()
    })
  }

  #act(): void {
    const trader = this.#process
    if (!this.#isTrading || this.#isPaused || trader === undefined) return
    const { manual } = this.#trouble.plan
    if (this.#random.uniform() < manual) this.#trouble.actByHand()
    if (this.#random.uniform() < manual / 20) trader.desk.engageStop('somebody pressed it')
    this.#strategy.act(trader, instrument => this.#exchange.crowds[instrument]!.price)
  }

  /** The trouble ends: nothing fails any more, nobody trades, and after a while everything must agree. */
  #heal(): void {
    if (this.#healing > 0) return
    this.#healing = this.#agenda.now
    this.#trouble.end()
    this.#isTrading = false
    this.#agenda.after(8 * SECOND, () => this.#process?.desk.onLinkUp())
    this.#agenda.after(15 * SECOND, () => {
      this.#isMarketOpen = false
      this.#agenda.after(SECOND, () => this.#compare())
    })
  }

  #compare(): void {
    const trader = this.#process
    if (trader === undefined || !this.#oracle.isSettled(trader)) {
      if (this.#agenda.now - this.#healing > HEALING_MAX)
        throw new Violation('O1', trader === undefined ? 'no process comes up' : unsettled(trader))
      this.#agenda.after(SECOND, () => this.#compare())
      return
    }
    this.#checks++
    this.#oracle.checkAll(trader)
    this.#release(trader)
    this.#healing = 0
    this.#isMarketOpen = true
    this.#isTrading = true
    this.#trouble.begin()
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
}

/** What keeps a process from coming to rest. */
function unsettled(trader: TradingProcess): string {
  const { orders, isReady } = trader.desk
  const first = [...orders.facts].find(([, facts]) => facts.place ?? facts.cancel ?? facts.replace ?? facts.closing)
  const order = first === undefined ? undefined : orders.manager.find(first[0])
  return `not at rest after healing: ready ${isReady}, ${order?.clientOrderId} ${order?.state}, ${JSON.stringify(first?.[1])}`
}
