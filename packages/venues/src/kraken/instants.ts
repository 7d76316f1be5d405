import type { Micros } from '@velocimex/core/clock/micros'
import type { Fields } from '../wire/fields.ts'
import { parseInstant } from '../wire/instant-text.ts'

/** An RFC 3339 instant in UTC, `2023-09-22T10:33:05.709950Z`, in whole microseconds; a fault when it is none. */
export function isoField(fields: Fields, key: string): Micros {
  const instant = parseInstant(fields.text(key))
  if (instant === undefined) fields.blame(key, 'is not an instant')
  return instant?.micros ?? (0 as Micros)
}

/** Seconds since 1970 with decimals, `1688583840.8648`, in whole microseconds; what is finer is dropped. */
export function secondsField(fields: Fields, key: string): Micros {
  const { units, decimals } = fields.amount(key)
  const micros = decimals <= 6 ? units * 10n ** BigInt(6 - decimals) : units / 10n ** BigInt(decimals - 6)
  return Number(micros) as Micros
}
