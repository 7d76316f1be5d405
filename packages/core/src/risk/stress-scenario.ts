import type { Instrument } from '../market/instrument.ts'

/** What happens to one instrument in a scenario. All in bps of its mark; adverse means against the position held. */
export interface Shock {
  /** The price moves: 1000 is up 10 %, -1000 down. */
  readonly moveBps: number
  /** Whatever we hold moves against us by so much: correlations go to one. Not negative. */
  readonly adverseBps: number
  /** Half the spread at which we get out, on top. Not negative. */
  readonly exitBps: number
  /** Share of what the venue owes us that it does not give back: goods, cash, profit. 10,000 is all. */
  readonly lostBps: number
}

/** A scenario: its name and the shock of every instrument. */
export interface StressScenario {
  readonly name: string
  shock(instrument: Pick<Instrument, 'venue' | 'base' | 'index'>): Shock
}

const CALM: Shock = { moveBps: 0, adverseBps: 0, exitBps: 0, lostBps: 0 }
const percent = (bps: number): string => `${Math.abs(bps) / 100} %`
const direction = (bps: number): string => (bps < 0 ? 'down' : 'up')

/** Every price moves by bps. -10,000 is worth nothing. */
export const priceShock = (moveBps: number): StressScenario => ({
  name: `prices ${direction(moveBps)} ${percent(moveBps)}`,
  shock: () => ({ ...CALM, moveBps }),
})

/** Spreads widen: getting out of everything costs half of it. */
export const spreadShock = (spreadBps: number): StressScenario => ({
  name: `spreads of ${percent(spreadBps)}`,
  shock: () => ({ ...CALM, exitBps: Math.ceil(spreadBps / 2) }),
})

/** The prices of one base asset jump, and there is nobody to trade with on the way: getting out costs half of it more. */
export const gap = (base: string, moveBps: number): StressScenario => ({
  name: `${base} gaps ${direction(moveBps)} ${percent(moveBps)}`,
  shock: instrument =>
    instrument.base.code === base ? { ...CALM, moveBps, exitBps: Math.ceil(Math.abs(moveBps) / 2) } : CALM,
})

/** All correlations go to one, against us: hedges do not hedge. */
export const correlationOne = (adverseBps: number): StressScenario => ({
  name: `everything ${percent(adverseBps)} against us`,
  shock: () => ({ ...CALM, adverseBps }),
})

/** A venue is gone, with everything that it holds for us. */
export const venueLoss = (venue: string): StressScenario => ({
  name: `${venue} is lost`,
  shock: instrument => (instrument.venue === venue ? { ...CALM, lostBps: 10_000 } : CALM),
})
