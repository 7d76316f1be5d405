import { randomFillSync } from 'node:crypto'

/** Kinds of frames that we send, by their opcode. */
export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const LENGTH_16 = 126
const LENGTH_64 = 127
const pool = new Uint8Array(4096)
let poolAt = pool.length

/**
 * One whole frame from a client, masked with fresh random bytes (RFC 6455, section 5.3), ready to be written.
 * @param payload text goes out as UTF-8; a control frame takes at most 125 bytes, which the caller sees to
 */
export function maskedFrame(opcode: number, payload: string | Uint8Array): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const lengthBytes = length < LENGTH_16 ? 0 : length <= 0xffff ? 2 : 8
  const mask = 2 + lengthBytes
  const from = mask + 4
  const frame = Buffer.allocUnsafe(from + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? LENGTH_16 : LENGTH_64)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  else if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  if (poolAt === pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  frame.set(pool.subarray(poolAt, poolAt + 4), mask)
  poolAt += 4
  if (typeof payload === 'string') frame.write(payload, from)
  else frame.set(payload, from)
  for (let at = from; at < frame.length; at++) frame[at]! ^= frame[mask + ((at - from) & 3)]!
  return frame
}

/** The payload of a close frame. @param reason is cut after 123 bytes, at a character */
export function closePayload(code: number, reason: string): Uint8Array {
  const bytes = Buffer.from(reason)
  let length = Math.min(bytes.length, 123)
  while (length < bytes.length && length > 0 && (bytes[length]! & 0xc0) === 0x80) length--
  const payload = Buffer.allocUnsafe(2 + length)
  payload.writeUInt16BE(code, 0)
  bytes.copy(payload, 2, 0, length)
  return payload
}
