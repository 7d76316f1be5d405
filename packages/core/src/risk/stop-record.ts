/** What may engage the emergency stop. S2-ESTOP-1 to 5. */
export type StopTrigger = 'drawdown' | 'margin' | 'rejections' | 'manual' | 'health'

/** armed: not engaged; stopping: engaged, something is still to be done; observing: engaged, everything is done. */
export type StopPhase = 'armed' | 'stopping' | 'observing'

/**
 * Everything that the emergency stop must not forget: small, and written down at every change. Restored after a restart
 * it goes on where it was.
 */
export interface StopRecord {
  /** Which engagement this is or was: 1, 2, ...; 0 before the first. A release names it, so it releases no later one. */
  readonly number: number
  readonly phase: StopPhase
  readonly trigger: StopTrigger | undefined
  /** Who or what engaged it. */
  readonly by: string
  readonly reason: string
  /** Instant of the engagement, microseconds. */
  readonly at: number
  /** Positions are to be closed as well. */
  readonly flattens: boolean
  /** Nothing was open any more at some instant after the cancel. */
  readonly canceled: boolean
  readonly flattened: boolean
  readonly persisted: boolean
  readonly alerted: boolean
  /** Who released the last engagement, and why; empty while engaged. */
  readonly releasedBy: string
  readonly releaseReason: string
}

/** Never engaged. */
export const NEVER_STOPPED: StopRecord = {
  number: 0,
  phase: 'armed',
  trigger: undefined,
  by: '',
  reason: '',
  at: 0,
  flattens: false,
  canceled: false,
  flattened: false,
  persisted: false,
  alerted: false,
  releasedBy: '',
  releaseReason: '',
}

/** The record as text for a journal. */
export const writeStopRecord = (record: StopRecord): string => JSON.stringify(record)

const TRIGGERS: readonly unknown[] = ['drawdown', 'margin', 'rejections', 'manual', 'health']
const FLAGS = ['flattens', 'canceled', 'flattened', 'persisted', 'alerted'] as const
const WORDS = ['by', 'reason', 'releasedBy', 'releaseReason'] as const

/**
 * Reads a record back. Undefined when the text is not one: the caller then starts with the stop engaged, because a stop
 * that cannot be read must not be taken for none.
 */
export function readStopRecord(text: string): StopRecord | undefined {
  let read: Partial<Record<keyof StopRecord, unknown>>
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { number, phase, trigger, at } = read
  const isWhole = Number.isSafeInteger(number) && (number as number) >= 0 && Number.isFinite(at)
  const isPhase = phase === 'armed' || phase === 'stopping' || phase === 'observing'
  const isTrigger = trigger === undefined ? phase === 'armed' : TRIGGERS.includes(trigger)
  if (!isWhole || !isPhase || !isTrigger) return undefined
  if (!FLAGS.every(flag => typeof read[flag] === 'boolean')) return undefined
  if (!WORDS.every(word => typeof read[word] === 'string')) return undefined
  // Only the known fields, in a fixed order: equal records are equal texts.
  const record: Record<string, unknown> = {}
  for (const field of Object.keys(NEVER_STOPPED) as (keyof StopRecord)[]) record[field] = read[field]
  return record as unknown as StopRecord
}
