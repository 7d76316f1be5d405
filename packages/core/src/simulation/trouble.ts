import type { Random } from '../clock/random.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Agenda } from './agenda.ts'
import { FAULT_PLANS, type FaultLevel, type FaultPlan } from './fault-plan.ts'
import type { KillableDisk, KillPoints } from './kill-points.ts'
import type { SimExchange } from './sim-exchange.ts'
import type { SimNetwork } from './sim-network.ts'

const SECOND = 1_000_000
/** Instrument that other people trade on our account. */
const FOREIGN_INSTRUMENT = 2
/** Bytes that a full disk leaves to the journal: the reserve. */
const RESERVE = 1 << 18

/** What trouble can reach. */
export interface TroubledWorld {
  readonly agenda: Agenda
  readonly random: Random
  readonly network: SimNetwork
  readonly disk: KillableDisk
  readonly exchange: SimExchange
  readonly points: KillPoints
  kill(withPower: boolean): void
  /** The process stands still for a while: a long garbage collection, a machine that was put to sleep. */
  pause(micros: number): void
  onLinkUp(): void
}

/** Everything that goes wrong in a world, at random instants, while it is on. */
export class Trouble {
  /** The chances that hold now. */
  plan: FaultPlan = FAULT_PLANS.none
  readonly #level: FaultLevel
  readonly #world: TroubledWorld
  #isOn = false
  #manual = 0

  constructor(level: FaultLevel, world: TroubledWorld) {
    this.#level = level
    this.#world = world
  }

  /** Plans the first of everything. */
  start(): void {
    this.begin()
    const { random } = this.#world
    const { partitionEvery, outageEvery, killEvery, pauseEvery, diskFaultEvery, powerCut } = this.plan
    this.#sometimes(partitionEvery, () => this.#partition())
    this.#sometimes(outageEvery, () => this.#outage())
    this.#sometimes(killEvery, () => this.#world.kill(random.uniform() < powerCut))
    this.#sometimes(pauseEvery, () => this.#world.pause(SECOND + random.below(30 * SECOND)))
    this.#sometimes(diskFaultEvery, () => this.#faultDisk())
  }

  /** Trouble begins. */
  begin(): void {
    this.#isOn = true
    this.#setPlan(FAULT_PLANS[this.#level])
  }

  /** Nothing fails any more, and what is broken is whole again. */
  end(): void {
    const { network, disk } = this.#world
    this.#isOn = false
    this.#setPlan(FAULT_PLANS.none)
    network.areQuestionsDown = false
    disk.room = Number.POSITIVE_INFINITY
    disk.failSync = false
    this.#world.pause(0)
    this.#join()
  }

  /** Somebody uses the exchange's own screen: places on one instrument, or cancels any order of ours. */
  actByHand(): void {
    const { random, exchange } = this.#world
    const { open, crowds } = exchange
    if (random.below(2) === 0 && open.length > 0) {
      const { clientOrderId, request } = open[random.below(open.length)]!
      exchange.cancel(clientOrderId, request.instrument)
      return
    }
    exchange.place(`web_${++this.#manual}`, {
      instrument: FOREIGN_INSTRUMENT,
      side: random.below(2) === 0 ? BUY : -1,
      type: 'limit',
      quantity: (1 + random.below(9)) as Lots,
      price: (crowds[FOREIGN_INSTRUMENT]!.price + random.below(9) - 4) as Ticks,
      timeInForce: 'gtc',
      postOnly: false,
      reduceOnly: false,
      strategy: 'hand',
    })
  }

  #partition(): void {
    this.#world.network.isPartitioned = true
    this.#world.agenda.after(SECOND + this.#world.random.below(15 * SECOND), () => this.#join())
  }

  #join(): void {
    this.#world.network.isPartitioned = false
    this.#world.onLinkUp()
  }

  #outage(): void {
    this.#world.network.areQuestionsDown = true
    this.#world.agenda.after(SECOND + this.#world.random.below(40 * SECOND), () => {
      this.#world.network.areQuestionsDown = false
    })
  }

  #faultDisk(): void {
    const { disk, random, agenda } = this.#world
    const dice = random.below(5)
    if (dice === 0) this.#damage()
    else if (dice < 3) disk.failSync = true
    else {
      disk.room = RESERVE
      agenda.after(20 * SECOND, () => {
        disk.room = Number.POSITIVE_INFINITY
      })
    }
  }

  /** A bit of what was durable turns over; the next start will see it. */
  #damage(): void {
    const { disk, random } = this.#world
    const segment = disk.segments[random.below(Math.max(1, disk.segments.length))]
    if (segment === undefined || segment.synced === 0) return
    disk.flip(segment, random.below(segment.synced), random.below(8))
    this.#world.kill(false)
  }

  #setPlan(plan: FaultPlan): void {
    const { network, points, exchange } = this.#world
    this.plan = plan
    network.plan = plan
    points.chance = plan.pointKill
    exchange.lag = plan.lagMicros
  }

  /** At random instants, on average as often as told. */
  #sometimes(meanMicros: number, act: () => void): void {
    if (meanMicros === Number.POSITIVE_INFINITY) return
    const { agenda, random } = this.#world
    const again = (): void => {
      agenda.after(Math.round(random.exponential(meanMicros)), again)
      if (this.#isOn) act()
    }
    agenda.after(Math.round(random.exponential(meanMicros)), again)
  }
}
