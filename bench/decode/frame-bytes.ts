/** Rounds of a peer in one sample. */
const PEER_ROUNDS = 5

/**
 * Frames as a socket hands them over, so that everybody begins with the same bytes: each in a buffer of its own, and as
 * often as a peer reads them in one sample, because it must be warm too.
 */
export const bytesOf = (frames: readonly string[]): Buffer[] =>
  Array.from({ length: PEER_ROUNDS }, () => frames.map(raw => Buffer.from(raw))).flat()

/** The usual first step: bytes to text to objects. */
export const parseBytes = (bytes: Buffer): unknown => JSON.parse(bytes.toString())
