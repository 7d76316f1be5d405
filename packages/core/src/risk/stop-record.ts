/** What may engage the emergency stop. S2-ESTOP-1 to 5. */
export type StopTrigger = 'drawdown' | 'margin' | 'rejections' | 'manual' | 'health'

/** armed: not engaged; stopping: engaged, something is still to be done; observing: engaged, everything is done. */
export type StopPhase = 'armed' | 'stopping' | 'observing'

/** One more time that an engaged stop was asked for. */
export interface StopRepeat {
  readonly trigger: StopTrigger
  /** Who or what asked. */
  readonly by: string
  readonly reason: string
  /** Instant, microseconds. */
  readonly at: number
  /** Positions were to be closed as well. */
  readonly flattens: boolean
}

/** Repeats that are kept: the newest ones. */
export const STOP_REPEATS_MAX = 8

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
  /** Who asked for it again while it was engaged, oldest first; at most `STOP_REPEATS_MAX`. */
  readonly repeats: readonly StopRepeat[]
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
  repeats: [],
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
  // A record of an earlier version has none.
  const repeats = read.repeats ?? []
  if (!Array.isArray(repeats) || repeats.length > STOP_REPEATS_MAX || !repeats.every(isRepeat)) return undefined
  // Only the known fields, in a fixed order: equal records are equal texts.
  const record: Record<string, unknown> = {}
  for (const field of Object.keys(NEVER_STOPPED) as (keyof StopRecord)[]) record[field] = read[field]
  record['repeats'] = repeats.map(({ trigger: why, by, reason, at: when, flattens }: StopRepeat) => ({
    ...{ trigger: why, by, reason, at: when, flattens },
  }))
  return record as unknown as StopRecord
}

function isRepeat(value: unknown): value is StopRepeat {
  if (typeof value !== 'object' || value === null) return false
  const { trigger, by, reason, at, flattens } = value as Readonly<Record<string, unknown>>
  const areWords = typeof by === 'string' && typeof reason === 'string'
  return TRIGGERS.includes(trigger) && areWords && Number.isFinite(at) && typeof flattens === 'boolean'
}
