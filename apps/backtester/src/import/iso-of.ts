/** The last second that was asked for, and its text up to the point: rows of a run come in the order of time. */
let last = Number.NaN
let text = ''

/** An instant in whole microseconds since 1970 as ISO text with all of them. */
export function isoOf(micros: number): string {
  const second = Math.floor(micros / 1e6)
  if (second !== last) {
    text = new Date(second * 1000).toISOString().slice(0, -'000Z'.length)
    last = second
  }
  return `${text}${String(micros - second * 1e6).padStart(6, '0')}Z`
}
