import type { Micros } from '@velocimex/core/clock/micros'

interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** An instant in microseconds and the nanoseconds beyond. */
export interface WrittenInstant {
  readonly micros: Micros
  readonly nanos: number
}

/**
 * Reads an instant as RFC 3339 writes it in UTC, 1970 to 2199, with none to nine digits behind the second; undefined for
 * anything else.
 */
export function parseInstant(text: string): WrittenInstant | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, ...number[]]
  const date = { year, month: month!, day: day! }
  const isDay = day! >= 1 && month! >= 1 && month! <= 12 && daysSince1970(nextMonth(date)) > daysSince1970(date)
  if (!isDay || year < 1970 || year > 2199 || hour! > 23 || minute! > 59 || second! > 59) return undefined
  const seconds = ((daysSince1970(date) * 24 + hour!) * 60 + minute!) * 60 + second!
  const nanos = Number((match[7] ?? '').padEnd(9, '0'))
  return { micros: (seconds * 1e6 + Math.floor(nanos / 1000)) as Micros, nanos: nanos % 1000 }
}

/** Writes an instant of 1970 or later as RFC 3339 with six digits behind the second. */
export function formatInstant(micros: Micros): string {
  const seconds = Math.floor(micros / 1e6)
  const { year, month, day } = dateOf(Math.floor(seconds / 86_400))
  const [hour, minute, second] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  const fraction = String(micros - seconds * 1e6).padStart(6, '0')
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${fraction}Z`
}

/** As `formatInstant`, cut to milliseconds: what `Date.toISOString` writes. */
export const formatMillis = (micros: Micros): string => `${formatInstant(micros).slice(0, -4)}Z`

const nextMonth = ({ year, month }: CivilDate): CivilDate =>
  month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }

/** Years begin in March here, so that the leap day is the last (Howard Hinnant, "chrono-compatible date algorithms"). */
function daysSince1970({ year, month, day }: CivilDate): number {
  const march = month > 2 ? month - 3 : month + 9
  const era = month > 2 ? year : year - 1
  const leaps = Math.floor(era / 4) - Math.floor(era / 100) + Math.floor(era / 400)
  return era * 365 + leaps + Math.floor((153 * march + 2) / 5) + day - 1 - 719_468
}

function dateOf(days: number): CivilDate {
  let year = 1970 + Math.floor(days / 366)
  while (daysSince1970({ year: year + 1, month: 1, day: 1 }) <= days) year++
  let month = 1
  while (month < 12 && daysSince1970({ year, month: month + 1, day: 1 }) <= days) month++
  return { year, month, day: 1 + days - daysSince1970({ year, month, day: 1 }) }
}
