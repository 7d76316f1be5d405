import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { closePayload, maskedFrame } from './frame-writer.ts'
import { closeCodeOf, isCloseCode, REGION_RESERVE, type Role, WebSocketReader } from './websocket-reader.ts'

interface Frame {
  readonly isFinal: boolean
  readonly reserved: number
  readonly opcode: number
  readonly isMasked: boolean
  readonly payload: Uint8Array
  /** Length bytes: 0, 2 or 8; 2 and 8 may be more than needed. */
  readonly lengthBytes: number
}

const MASK = [0x37, 0xfa, 0x21, 0x3d]

function encode({ isFinal, reserved, opcode, isMasked, payload, lengthBytes }: Frame): number[] {
  const length = payload.length
  const form = length > 125 && lengthBytes === 0 ? 2 : lengthBytes
  const second = form === 0 ? length : form === 2 ? 126 : 127
  const bytes = [(isFinal ? 128 : 0) | (reserved << 4) | opcode, (isMasked ? 128 : 0) | second]
  for (let byte = form - 1; byte >= 0; byte--) bytes.push(Math.floor(length / 256 ** byte) & 255)
  if (isMasked) bytes.push(...MASK)
  return [...bytes, ...[...payload].map((value, at) => (isMasked ? value ^ MASK[at & 3]! : value))]
}

/** The obvious reader: all bytes at once, copies everywhere. Answers with one line an event. */
function twin(bytes: readonly number[], role: Role, messageMax: number): string[] {
  const events: string[] = []
  let gathered: number[] | undefined
  let kind = ''
  for (let at = 0; bytes.length - at >= 2; ) {
    const first = bytes[at]!
    const opcode = first & 15
    const isFinal = first >= 128
    const isMasked = bytes[at + 1]! >= 128
    let length = bytes[at + 1]! % 128
    const fail = (fault: string): string[] => [...events, `fault ${fault}`]
    if ((first >> 4) % 8 !== 0) return fail('reserved_bits')
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) return fail('reserved_opcode')
    if (isMasked && role === 'client') return fail('masked')
    if (!isMasked && role === 'server') return fail('unmasked')
    if (opcode >= 8 && !isFinal) return fail('fragmented_control')
    if (opcode >= 8 && length > 125) return fail('long_control')
    if (opcode === 0 && gathered === undefined) return fail('nothing_to_continue')
    if ((opcode === 1 || opcode === 2) && gathered !== undefined) return fail('message_in_message')
    at += 2
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0
    if (bytes.length - at < lengthBytes) return events
    if (lengthBytes > 0) length = bytes.slice(at, at + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
    at += lengthBytes
    if (opcode < 8 && (gathered?.length ?? 0) + length > messageMax) return fail('too_large')
    const mask = isMasked ? bytes.slice(at, at + 4) : [0, 0, 0, 0]
    at += isMasked ? 4 : 0
    if (bytes.length < at + length) return events
    const payload = bytes.slice(at, at + length).map((value, index) => value ^ mask[index & 3]!)
    at += length
    if (opcode === 9) events.push(`ping ${payload}`)
    else if (opcode === 10) events.push(`pong ${payload}`)
    else if (opcode === 8) {
      const code = length === 0 ? 1005 : payload[0]! * 256 + payload[1]!
      if (length === 1 || (length > 1 && !isCloseCode(code))) return fail('bad_close')
      return [...events, `close ${code} ${payload.slice(2)}`]
    } else {
      if (opcode !== 0) kind = opcode === 2 ? 'binary' : 'text'
      gathered = [...(gathered ?? []), ...payload]
      if (isFinal) {
        events.push(`${kind} ${gathered}`)
        gathered = undefined
      }
    }
  }
  return events
}

/** Runs the reader over chunks; `region` bytes of memory in the middle of a larger one. */
function read(chunks: readonly (readonly number[])[], role: Role, messageMax: number, spare: number): string[] {
  const events: string[] = []
  const bytes = new Uint8Array(messageMax + REGION_RESERVE + spare + 64).fill(0xee)
  const cut = (from: number, to: number): string => [...bytes.subarray(from, to)].join(',')
  const reader = new WebSocketReader(bytes, 32, bytes.length - 32, role, messageMax, {
    message: (from, to, isBinary) => events.push(`${isBinary ? 'binary' : 'text'} ${cut(from, to)}`),
    ping: (from, to) => events.push(`ping ${cut(from, to)}`),
    pong: (from, to) => events.push(`pong ${cut(from, to)}`),
    close: (code, from, to) => events.push(`close ${code} ${cut(from, to)}`),
  })
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const room = reader.room()
      const count = Math.min(room.length, chunk.length - at)
      room.set(chunk.slice(at, at + count))
      reader.received(count)
      reader.split()
      at += count
    }
  if (reader.fault !== undefined) events.push(`fault ${reader.fault}`)
  deepEqual([...bytes.subarray(0, 32), ...bytes.subarray(-32)], Array(64).fill(0xee), 'stays within its region')
  return events
}

const cutAt = (bytes: readonly number[], cuts: readonly number[]): number[][] => {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, at) => bytes.slice(from, places[at] ?? bytes.length))
}

const payload = fc.uint8Array({ maxLength: 200, size: 'max' })
const legal = (isMasked: boolean): fc.Arbitrary<Frame[]> =>
  fc
    .array(
      fc.record({
        parts: fc.array(payload, { minLength: 1, maxLength: 4 }),
        between: fc.array(fc.uint8Array({ maxLength: 125, size: 'max' }), { maxLength: 2 }),
        opcode: fc.constantFrom(1, 2),
        lengthBytes: fc.constantFrom(0, 0, 2, 8),
      }),
      { maxLength: 30, size: 'max' },
    )
    .map(messages =>
      messages.flatMap(({ parts, between, opcode, lengthBytes }) =>
        parts.flatMap((part, at) => [
          {
            isFinal: at === parts.length - 1,
            reserved: 0,
            opcode: at === 0 ? opcode : 0,
            isMasked,
            payload: part,
            lengthBytes,
          },
          ...between.map(each => ({
            isFinal: true,
            reserved: 0,
            opcode: 9 + (each.length & 1),
            isMasked,
            payload: each,
            lengthBytes: 0,
          })),
        ]),
      ),
    )
const wild: fc.Arbitrary<Frame> = fc.record({
  isFinal: fc.boolean(),
  reserved: fc.constantFrom(0, 0, 0, 0, 0, 1, 4),
  opcode: fc.constantFrom(0, 1, 2, 8, 9, 10, 3, 15),
  isMasked: fc.constantFrom(false, false, true),
  payload,
  lengthBytes: fc.constantFrom(0, 0, 0, 2, 8),
})
const cuts = fc.array(fc.nat(20_000), { maxLength: 60, size: 'max' })

for (const role of ['client', 'server'] as const)
  test(`frames of a ${role}'s peer, cut anywhere, read like those of the twin`, () => {
    const property = fc.property(
      legal(role === 'server'),
      fc.array(wild, { maxLength: 3 }),
      cuts,
      fc.constantFrom(0, 100, 5000, 40_000),
      fc.constantFrom(150, 400, 1000),
      (frames, end, places, spare, messageMax) => {
        const bytes = [...frames, ...end].flatMap(encode)
        deepEqual(read(cutAt(bytes, places), role, messageMax, spare), twin(bytes, role, messageMax))
      },
    )
    fc.assert(property, { numRuns: 400 })
  })

test('any bytes at all read like those of the twin, and never throw', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), cuts, (bytes, places) => {
    deepEqual(read(cutAt([...bytes], places), 'client', 100, 0), twin([...bytes], 'client', 100))
  })
  fc.assert(property, { numRuns: 2000 })
})

test('a message cut at every byte arrives whole', () => {
  for (const length of [0, 1, 125, 126, 300]) {
    const message = Uint8Array.from({ length }, (_, at) => at & 255)
    const frame = { isFinal: true, reserved: 0, opcode: 1, isMasked: false, payload: message, lengthBytes: 0 }
    const bytes = encode(frame)
    for (let cut = 0; cut <= bytes.length; cut++)
      deepEqual(read([bytes.slice(0, cut), bytes.slice(cut)], 'client', 300, 0), [`text ${[...message]}`])
    deepEqual(
      read(
        bytes.map(byte => [byte]),
        'client',
        300,
        0,
      ),
      [`text ${[...message]}`],
    )
  }
})

test('a length that no memory holds is refused before its bytes come', () => {
  const head = [0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
  deepEqual(read([head], 'client', 1000, 0), ['fault too_large'])
  equal(closeCodeOf('too_large'), 1009)
  equal(closeCodeOf('masked'), 1002)
})

test('what is delivered whole lies where it was received', () => {
  const bytes = new Uint8Array(2000)
  const places: number[] = []
  const reader = new WebSocketReader(bytes, 0, 2000, 'client', 500, {
    message: from => places.push(from),
    ping: () => {},
    pong: () => {},
    close: () => {},
  })
  const frame = encode({
    isFinal: true,
    reserved: 0,
    opcode: 1,
    isMasked: false,
    payload: new Uint8Array(10),
    lengthBytes: 0,
  })
  const room = reader.room()
  room.set([...frame, ...frame, ...frame])
  reader.received(36)
  reader.split()
  deepEqual(places, [2, 14, 26])
  equal(reader.room(), room, 'the next read reuses the same memory and the same view')
})

test('a listener that stops the reader hears nothing more', () => {
  const bytes = new Uint8Array(1000)
  let count = 0
  const reader: WebSocketReader = new WebSocketReader(bytes, 0, 1000, 'client', 500, {
    message: () => {
      count++
      reader.stop()
    },
    ping: () => {},
    pong: () => {},
    close: () => {},
  })
  reader.room().set([0x81, 0, 0x81, 0, 0x81, 0])
  reader.received(6)
  reader.split()
  equal(count, 1)
})

test('a region too small for its messages is our mistake', () => {
  const make = () => new WebSocketReader(new Uint8Array(500), 0, 500, 'client', 500, undefined as never)
  throws(make, /Invariant: a region holds the longest message/)
})

test('our frames are read by our reader as a server, at every length form', () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const text = 'x'.repeat(length)
    const [event] = read([[...maskedFrame(1, text)]], 'server', 70_000, 0)
    equal(event, `text ${[...Buffer.from(text)]}`)
  }
  const [close] = read([[...maskedFrame(8, closePayload(1001, 'going'))]], 'server', 100, 0)
  equal(close, `close 1001 ${[...Buffer.from('going')]}`)
  const cutReason = closePayload(1000, `${'a'.repeat(122)}é`)
  equal(cutReason.length, 2 + 122, 'a reason is cut before a character, never within')
})
