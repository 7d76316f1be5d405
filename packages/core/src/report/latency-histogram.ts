/** Five figures of a distribution. Units are those of what was recorded. */
export interface LatencyFigures {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

const SUB_BITS = 6
const SUB = 1 << SUB_BITS
const EXPONENTS = 48

/**
 * Counts durations in log-linear buckets: 64 per power of two, so a percentile is right to 1.6 % whatever its size, and
 * recording costs a few nanoseconds and no memory. The idea of HdrHistogram (Gil Tene). Range 0..2^53; whole numbers
 * below 128 are exact.
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array((EXPONENTS + 2) * SUB)
  #count = 0
  #max = 0

  /** Records a duration; negative ones count as 0. */
  record(value: number): void {
    const whole = value > 0 ? Math.round(value) : 0
    this.#counts[bucketOf(whole)]!++
    this.#count++
    if (whole > this.#max) this.#max = whole
  }

  /** Adds another histogram to this one. */
  merge(other: LatencyHistogram): void {
    for (let at = 0; at < this.#counts.length; at++) this.#counts[at]! += other.#counts[at]!
    this.#count += other.#count
    this.#max = Math.max(this.#max, other.#max)
  }

  /** The value that a share of all recorded ones does not pass: `percentile(0.99)`. 0 while nothing was recorded. */
  percentile(share: number): number {
    const wanted = Math.ceil(share * this.#count)
    let seen = 0
    for (let at = 0; at < this.#counts.length; at++) {
      seen += this.#counts[at]!
      if (seen >= wanted && seen > 0) return Math.min(highestOf(at), this.#max)
    }
    return 0
  }

  figures(): LatencyFigures {
    const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(share => this.percentile(share)) as [
      number,
      number,
      number,
      number,
    ]
    return { count: this.#count, p50, p90, p99, p999, max: this.#max }
  }
}

/** Bucket of a value: linear below 128, then 64 buckets a power of two. */
function bucketOf(value: number): number {
  if (value < 2 * SUB) return value
  const exponent = Math.floor(Math.log2(value)) - SUB_BITS
  const sub = Math.floor(value / 2 ** exponent)
  return Math.min((exponent + 1) * SUB + (sub - SUB), (EXPONENTS + 2) * SUB - 1)
}

/** The greatest value that falls into a bucket. */
function highestOf(bucket: number): number {
  if (bucket < 2 * SUB) return bucket
  const exponent = Math.floor(bucket / SUB) - 1
  const sub = (bucket % SUB) + SUB
  return (sub + 1) * 2 ** exponent - 1
}
