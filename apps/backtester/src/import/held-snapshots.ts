import type { CaptureLine } from '@velocimex/host/capture/capture-reader'

/** Most text that is kept; a book of 5000 levels a side has 300 kB. */
const TEXT_MAX = 64 << 20

/**
 * REST answers with a book, for connections that follow it later: a recorder may ask before the first change comes, and a
 * connection that carries the trades alone must not be taken for one that follows the book. The newest of each instrument
 * is kept; when there is too much text, the oldest go.
 */
export class HeldSnapshots {
  /** Answers that no connection has taken. */
  unused = 0
  readonly #held = new Map<number, { readonly line: CaptureLine; isUsed: boolean }>()
  readonly #textMax: number
  #text = 0

  /** @param textMax characters that are kept, but for the newest answer */
  constructor(textMax = TEXT_MAX) {
    this.#textMax = textMax
  }

  /** @param isUsed whether some connection has taken it already */
  keep(instrument: number, line: CaptureLine, isUsed: boolean): void {
    this.#drop(instrument)
    this.#held.set(instrument, { line, isUsed })
    this.#text += line.raw.length
    if (!isUsed) this.unused++
    for (const oldest of this.#held.keys()) {
      if (this.#text <= this.#textMax || oldest === instrument) return
      this.#drop(oldest)
    }
  }

  /** The newest answer of an instrument, for a connection that begins to follow it. */
  take(instrument: number): CaptureLine | undefined {
    const held = this.#held.get(instrument)
    if (held?.isUsed === false) this.unused--
    if (held !== undefined) held.isUsed = true
    return held?.line
  }

  #drop(instrument: number): void {
    this.#text -= this.#held.get(instrument)?.line.raw.length ?? 0
    this.#held.delete(instrument)
  }
}
