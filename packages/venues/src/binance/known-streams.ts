/** Longest name that is kept, with its quotes, in words. */
const WORDS = 16
/** How many names there is room for: a new one takes the place of another with the same hash. */
const PLACES_LOG = 8
const PLACES = 1 << PLACES_LOG
/** An odd number of many bits, to spread words over the places: 2^32 over the golden ratio. */
const SPREAD = 0x9e3779b1 | 0

/**
 * Names of streams that have been read, as bytes, with what they told: a connection carries the same few over and over.
 * A name is known when all its bytes are the same, both quotes included, compared four at a time. Bounded, and nothing is
 * allocated.
 */
export class KnownStreams {
  /** What the name found last told. */
  instrument = -1
  channel = 0
  seconds = 0
  /** Words of the names; the last of each, which overlaps the one before, comes first. */
  readonly #words = new Int32Array(PLACES * WORDS)
  /** By place: length in bytes (0 where there is none), instrument, channel, seconds. */
  readonly #facts = new Int32Array(PLACES * 4)

  /** Length of the name that opens at `p`, with its quotes, when it is known; 0 when it is not. */
  find(view: DataView, p: number): number {
    const place = placeOf(view, p)
    const fact = place * 4
    const length = this.#facts[fact]!
    const words = this.#words
    let word = place * WORDS
    if (length === 0 || view.getInt32(p + length - 4, true) !== words[word]) return 0
    const end = p + length - 4
    for (let at = p; at < end; at += 4) if (view.getInt32(at, true) !== words[++word]) return 0
    this.instrument = this.#facts[fact + 1]!
    this.channel = this.#facts[fact + 2]!
    this.seconds = this.#facts[fact + 3]!
    return length
  }

  /** Keeps the name [start, end), with its quotes; one that is too long is not kept. */
  keep(view: DataView, start: number, end: number, instrument: number, channel: number, seconds: number): void {
    const length = end - start
    if (length > WORDS * 4) return
    const place = placeOf(view, start)
    const words = this.#words
    let word = place * WORDS
    words[word] = view.getInt32(end - 4, true)
    for (let at = start; at < end - 4; at += 4) words[++word] = view.getInt32(at, true)
    const fact = place * 4
    this.#facts[fact] = length
    this.#facts[fact + 1] = instrument
    this.#facts[fact + 2] = channel
    this.#facts[fact + 3] = seconds
  }
}

/** Where a name is kept: by its first letters, and by those where short symbols end and channels begin. */
function placeOf(view: DataView, p: number): number {
  const words = Math.imul(view.getInt32(p, true), 31) ^ view.getInt32(p + 8, true)
  return Math.imul(words, SPREAD) >>> (32 - PLACES_LOG)
}
