/** An instant in whole microseconds since 1970 as ISO text with all of them. */
export function isoOf(micros: number): string {
  const whole = Math.floor(micros / 1000)
  return new Date(whole).toISOString().replace('Z', `${String(micros - whole * 1000).padStart(3, '0')}Z`)
}
