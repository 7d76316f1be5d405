/** How bad the world is. */
export type FaultLevel = 'none' | 'low' | 'high'

/** Chances and sizes of everything that goes wrong. Probabilities are per message or per marked point. */
export interface FaultPlan {
  /** A message never arrives. */
  readonly loss: number
  /** A message arrives twice. */
  readonly duplicate: number
  /** A message takes up to `spikeMicros`. */
  readonly spike: number
  readonly spikeMicros: number
  /** The venue does what it was asked and answers with something that cannot be understood. */
  readonly garbage: number
  /** A word of the private stream vanishes although the stream is up. */
  readonly streamLoss: number
  /** Mean microseconds between two partitions, outages of questions, random kills, pauses of the process, disk faults; Infinity for never. */
  readonly partitionEvery: number
  readonly outageEvery: number
  readonly killEvery: number
  readonly pauseEvery: number
  readonly diskFaultEvery: number
  /** A marked point kills the process. */
  readonly pointKill: number
  /** Of the kills, how many take the power with them. */
  readonly powerCut: number
  /** Clock skew of a process, up to this. */
  readonly skewMicros: number
  /** How late questions see what has happened, up to this. */
  readonly lagMicros: number
  /** Somebody else places or cancels on the account, per action of ours. */
  readonly manual: number
}

const NEVER = Number.POSITIVE_INFINITY

/** The plans by level. */
export const FAULT_PLANS: Readonly<Record<FaultLevel, FaultPlan>> = {
  none: {
    loss: 0,
    duplicate: 0,
    spike: 0,
    spikeMicros: 0,
    garbage: 0,
    streamLoss: 0,
    partitionEvery: NEVER,
    outageEvery: NEVER,
    killEvery: NEVER,
    pauseEvery: NEVER,
    diskFaultEvery: NEVER,
    pointKill: 0,
    powerCut: 0,
    skewMicros: 0,
    lagMicros: 0,
    manual: 0,
  },
  low: {
    loss: 0.002,
    duplicate: 0.005,
    spike: 0.005,
    spikeMicros: 2_000_000,
    garbage: 0.002,
    streamLoss: 0.002,
    partitionEvery: 120_000_000,
    outageEvery: 300_000_000,
    killEvery: 120_000_000,
    pauseEvery: 300_000_000,
    diskFaultEvery: 400_000_000,
    pointKill: 0.0005,
    powerCut: 0.2,
    skewMicros: 50_000,
    lagMicros: 1_000_000,
    manual: 0.01,
  },
  high: {
    loss: 0.03,
    duplicate: 0.05,
    spike: 0.05,
    spikeMicros: 6_000_000,
    garbage: 0.02,
    streamLoss: 0.02,
    partitionEvery: 40_000_000,
    outageEvery: 90_000_000,
    killEvery: 30_000_000,
    pauseEvery: 80_000_000,
    diskFaultEvery: 120_000_000,
    pointKill: 0.004,
    powerCut: 0.3,
    skewMicros: 400_000,
    lagMicros: 3_000_000,
    manual: 0.03,
  },
}
