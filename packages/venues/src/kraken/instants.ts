import type { Micros } from '@velocimex/core/clock/micros'
import type { Fields } from '../wire/fields.ts'

/** An RFC 3339 instant in UTC, `2023-09-22T10:33:05.709950Z`, in whole microseconds; a fault when it is none. */
export function isoField(fields: Fields, key: string): Micros {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(fields.text(key))
  if (parts === null) {
    fields.blame(key, 'is not an instant')
    return 0 as Micros
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number)
  const millis = Date.UTC(year!, month! - 1, day, hour, minute, second)
  return (millis * 1000 + Number((parts[7] ?? '').padEnd(6, '0').slice(0, 6))) as Micros
}

/** Seconds since 1970 with decimals, `1688583840.8648`, in whole microseconds; what is finer is dropped. */
export function secondsField(fields: Fields, key: string): Micros {
  const { units, decimals } = fields.amount(key)
  const micros = decimals <= 6 ? units * 10n ** BigInt(6 - decimals) : units / 10n ** BigInt(decimals - 6)
  return Number(micros) as Micros
}
