/** `2026-08-02T03:35:51.660084Z` of microseconds since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function isoText(at: number): string {
  const day = Math.floor(at / 86_400_000_000)
  const micros = at - day * 86_400_000_000
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const dayOfYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const two = (value: number): string => String(value).padStart(2, '0')
  const seconds = Math.floor(micros / 1e6)
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  const fraction = String(micros - seconds * 1e6).padStart(6, '0')
  return `${year}-${two(month)}-${two(date)}T${time}.${fraction}Z`
}
