/** One implementation under measurement: does `count` units of work per call, or until its promise is kept. */
export interface Contender {
  readonly work: () => void | Promise<void>
  readonly count: number
}

/** Median of numbers. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/**
 * Measures contenders in turn, so that the drift of the machine meets all of them alike.
 * @returns nanoseconds a unit of each, one figure a run
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  runs = 9,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[]
  const samples = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>
  for (const name of names) for (let warm = 0; warm < 2; warm++) await contenders[name].work()
  for (let run = 0; run < runs; run++)
    for (const name of names) {
      const { work, count } = contenders[name]
      const start = process.hrtime.bigint()
      await work()
      samples[name].push(Number(process.hrtime.bigint() - start) / count)
    }
  return samples
}
