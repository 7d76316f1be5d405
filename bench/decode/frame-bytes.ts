/** The usual first step: bytes to text to objects. */
export const parseBytes = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

/**
 * Puts frames behind one another into a receive buffer, where a socket would have put them.
 * @returns from and to of each
 * @throws Error when the buffer is too small
 */
export function placeAll(buffer: Uint8Array, frames: readonly string[]): [number, number][] {
  const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  let end = 0
  return frames.map(raw => {
    const from = end
    const length = bytes.write(raw, from)
    if (length < Buffer.byteLength(raw)) throw new Error('the receive buffer is too small for the frames')
    end += length + 1
    return [from, end - 1]
  })
}
