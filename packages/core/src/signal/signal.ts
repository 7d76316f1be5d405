import type { Micros } from '../clock/micros.ts'

/** A number with a name, an instant and a horizon. */
export interface Signal {
  readonly name: string
  readonly instrument: number
  readonly value: number
  readonly at: Micros
  /** How far ahead it speaks, in microseconds; 0 when it describes the present. */
  readonly horizon: number
}
