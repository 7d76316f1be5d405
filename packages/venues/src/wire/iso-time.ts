import type { Micros } from '@velocimex/core/clock/micros'

const DAY_MS = 86_400_000
/** Days from 0000-03-01 to 1970-01-01, in the proleptic Gregorian calendar. */
const EPOCH_DAYS = 719_468
const ERA_DAYS = 146_097

const two = (value: number): string => String(value).padStart(2, '0')

/**
 * An instant as `2020-12-08T09:08:57.715Z`, cut to milliseconds.
 *
 * The day is taken apart as H. Hinnant does ("chrono-compatible low-level date algorithms", civil_from_days): years begin in
 * March, so that the leap day is the last of its year.
 */
export function isoMillis(at: Micros): string {
  const milliseconds = Math.floor(at / 1000)
  const day = Math.floor(milliseconds / DAY_MS)
  const rest = milliseconds - day * DAY_MS
  const days = day + EPOCH_DAYS
  const era = Math.floor(days / ERA_DAYS)
  const ofEra = days - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1)}`
  const seconds = Math.floor(rest / 1000)
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return `${date}T${time}.${String(rest % 1000).padStart(3, '0')}Z`
}

/** Milliseconds since 1970 of a text that `isoMillis` writes; undefined for any other, and for a day that there is not. */
export function millisOfIso(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z$/.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second, milli] = match.slice(1).map(Number) as [
    ...[number, number, number, number, number, number, number],
  ]
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const ofEra = (y - era * 400) * 365 + Math.floor((y - era * 400) / 4) - Math.floor((y - era * 400) / 100) + ofYear
  const days = era * ERA_DAYS + ofEra - EPOCH_DAYS
  const at = days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli
  return isoMillis((at * 1000) as Micros) === text ? at : undefined
}
