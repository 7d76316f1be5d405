/** The answer to one question of a benchmark, beside a peer's answer to the same question from the same process and input. */
export interface BenchRow {
  /** What was measured, as a person would ask it: `level update, 20 levels deep`. */
  readonly question: string
  /** Our figure in `unit`: the median of `samples` when there are any. */
  readonly ours: number
  /** `ns/update`, `events/s`, `MB`: one unit for ours, the peer's and the samples. */
  readonly unit: string
  /** Name and version of the other implementation: `tardis-dev 13.35.3`. */
  readonly peer?: string
  /** The peer's figure in `unit`. */
  readonly peerValue?: number
  /** How many times better than the peer we are; below 1 the peer is better. */
  readonly ratio?: number
  /** What we promise, in words: `< 200 ns/update`, `at least 2x the peer`. */
  readonly target?: string
  /** Whether the target is met. A false one fails the run; absent when there is no target. */
  readonly met?: boolean
  /** Single measurements in `unit`, in the order they were taken. */
  readonly samples?: readonly number[]
}

/** What a file `bench/<folder>/<name>.bench.ts` exports. */
export interface BenchFile {
  /** The same as the file's `<name>`. */
  readonly name: string
  /** Measures and answers; it may take minutes and may throw. */
  readonly run: () => Promise<readonly BenchRow[]> | readonly BenchRow[]
}
