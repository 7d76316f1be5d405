import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { notional } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Shock, StressScenario } from './stress-scenario.ts'

/** A position as it stands. */
export interface StressedPosition {
  readonly instrument: number
  /** Signed. */
  readonly netLots: number
  /** Ticks; positive. */
  readonly mark: number
  /** Open profit at the mark, booked units of the settling asset; what a derivatives venue owes us. */
  readonly unrealised: bigint
}

/** A limit against which the outcome is held: a loss in booked units, or exposure over equity in bps. */
export interface StressLimit {
  readonly name: string
  readonly kind: 'loss' | 'leverage'
  readonly value: bigint
}

/** What is asked. Money in booked units of one currency. */
export interface StressQuestion {
  readonly instruments: InstrumentTable
  readonly positions: readonly StressedPosition[]
  /** Money that would be lost with a venue, by venue. */
  readonly cashAt: ReadonlyMap<string, bigint>
  readonly equity: bigint
  /** Turns booked units of an asset into the currency at the present rate; undefined when there is none. */
  convert(amount: bigint, code: string): bigint | undefined
  readonly limits: readonly StressLimit[]
}

/** What a scenario costs, and where. A negative loss is a profit. */
export interface StressOutcome {
  readonly scenario: string
  readonly loss: bigint
  /** Loss by instrument of those held, greatest first. */
  readonly parts: readonly { readonly instrument: number; readonly loss: bigint }[]
  /** Instruments held whose loss is not in the sum, because there is no rate to the currency. */
  readonly unvalued: readonly number[]
  readonly equityAfter: bigint
  /** Value of all positions afterwards, long and short added. */
  readonly exposureAfter: bigint
  /** Names of the limits that would be broken. */
  readonly breaches: readonly string[]
}

/**
 * What every scenario would cost now, worst first; ties in the order given. Pure: nothing is changed.
 *
 * A position loses its value now less its value at the shocked price and what getting out costs; each is rounded against
 * us. A price does not fall below one tick. Rates between currencies stay as they are.
 */
export function stress(question: StressQuestion, scenarios: readonly StressScenario[]): StressOutcome[] {
  return scenarios.map(scenario => outcomeOf(question, scenario)).sort((one, other) => descending(one.loss, other.loss))
}

function outcomeOf(question: StressQuestion, scenario: StressScenario): StressOutcome {
  const parts: { instrument: number; loss: bigint }[] = []
  const unvalued: number[] = []
  let loss = lostCash(question, scenario)
  let exposureAfter = 0n
  for (const held of question.positions) {
    if (held.netLots === 0) continue
    const instrument = question.instruments.at(held.instrument)
    const own = shocked(instrument, held, scenario.shock(instrument))
    const lost = question.convert(own.loss, instrument.settle.code)
    const worth = question.convert(own.worth, instrument.settle.code)
    if (lost === undefined || worth === undefined) {
      unvalued.push(held.instrument)
      continue
    }
    parts.push({ instrument: held.instrument, loss: lost })
    loss += lost
    exposureAfter += worth
  }
  parts.sort((one, other) => descending(one.loss, other.loss))
  const equityAfter = question.equity - loss
  const breaches = question.limits
    .filter(({ kind, value }) =>
      kind === 'loss' ? loss > value : exposureAfter > 0n && exposureAfter * 10_000n > value * equityAfter,
    )
    .map(({ name }) => name)
  return { scenario: scenario.name, loss, parts, unvalued, equityAfter, exposureAfter, breaches }
}

/** Loss and remaining worth of a position in booked units of the settling asset. */
function shocked(instrument: Instrument, held: StressedPosition, shock: Shock): { loss: bigint; worth: bigint } {
  const { contract, kind } = instrument
  const side = Math.sign(held.netLots)
  const lots = Math.abs(held.netLots) as Lots
  const factor = 10_000 + shock.moveBps - side * (shock.adverseBps + shock.exitBps)
  const moved = (held.mark * factor) / 10_000
  // Rounded against us: what is long gets the lower tick, what is short has to pay the higher.
  const price = Math.max(1, side > 0 ? Math.floor(moved) : Math.ceil(moved)) as Ticks
  const now = Math.max(1, side > 0 ? Math.ceil(held.mark) : Math.floor(held.mark)) as Ticks
  const before = notional(now, lots, contract)
  const after = notional(price, lots, contract)
  const loss = BigInt(side) * (contract.kind === 'linear' ? before - after : after - before)
  // What is left after the move is what the venue can keep: goods, or the profit that it owes.
  const owed = kind === 'spot' ? (side > 0 ? after : 0n) : held.unrealised - loss
  const kept = owed > 0n ? (owed * BigInt(shock.lostBps) + 9999n) / 10_000n : 0n
  return { loss: loss + kept, worth: after }
}

function lostCash({ cashAt, instruments }: StressQuestion, scenario: StressScenario): bigint {
  let lost = 0n
  for (const [venue, cash] of cashAt) {
    const instrument = instruments.all.find(one => one.venue === venue)
    if (instrument !== undefined && cash > 0n) lost += (cash * BigInt(scenario.shock(instrument).lostBps)) / 10_000n
  }
  return lost
}

const descending = (one: bigint, other: bigint): number => (one === other ? 0 : one > other ? -1 : 1)
