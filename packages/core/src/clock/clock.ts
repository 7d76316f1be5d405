import type { Micros } from './micros.ts'

/** The only source of time. Live reads the operating system; backtest and tests set it. */
export interface Clock {
  /** The present instant. Never goes back. */
  now(): Micros
}
