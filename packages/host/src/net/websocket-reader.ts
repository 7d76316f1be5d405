import { assert } from '@velocimex/core/assert'

/** Who we are on a connection: frames to a server are masked, frames to a client are not (RFC 6455, section 5.1). */
export type Role = 'client' | 'server'

/** Why the bytes of a peer are no WebSocket frames that we take. After one the reader takes nothing more. */
export type FrameFault =
  | 'reserved_bits'
  | 'reserved_opcode'
  | 'masked'
  | 'unmasked'
  | 'fragmented_control'
  | 'long_control'
  | 'nothing_to_continue'
  | 'message_in_message'
  | 'bad_close'
  | 'too_large'

/** The close code that answers a fault: 1009 for too large, 1002 for everything else. */
export const closeCodeOf = (fault: FrameFault): number => (fault === 'too_large' ? 1009 : 1002)

/** Whether a close code may stand in a frame: RFC 6455 section 7.4, and those registered since. */
export const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)

/** Is told of every message and control frame, in order. [from, to) of the reader's bytes is valid during the call only. */
export interface FrameListener {
  message(from: number, to: number, isBinary: boolean): void
  ping(from: number, to: number): void
  pong(from: number, to: number): void
  /** The peer closes: nothing more comes. `code` is 1005 when it gave none; the reason is UTF-8 that nobody has checked. */
  close(code: number, from: number, to: number): void
}

/** Room that a region needs beyond the longest message: heads, and a control frame between two fragments. */
export const REGION_RESERVE = 256

const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10
const HEAD_MAX = 14
/** Below this much room the bytes at hand move to the beginning before the next read. */
const READ_BYTES = 16_384

/**
 * Splits the bytes of one connection into WebSocket messages (RFC 6455), in place: a message that came whole is delivered
 * where the system call put it. Only the fragments of one message are moved together, and the beginning of an unfinished
 * frame when the region has no room for its end. Nothing is allocated for a message.
 *
 *     from                start          end                 to        the region of `bytes` that is ours
 *      |  delivered, free   |  unfinished  |  next read        |
 *
 * Extensions are not spoken, so a reserved bit is a fault. UTF-8 is for the decoder of the message to judge. A length in
 * more bytes than it needs is taken, as other readers do.
 */
export class WebSocketReader {
  readonly bytes: Uint8Array
  readonly #from: number
  readonly #to: number
  readonly #whole: Uint8Array
  readonly #messageMax: number
  readonly #isMasked: boolean
  readonly #listener: FrameListener
  #start: number
  #end: number
  /** Bytes that the unfinished frame needs from `#start` on; 0 when not known. */
  #needed = 0
  /** The message whose fragments are being gathered lies at [#messageFrom, #messageTo); opcode 0 when there is none. */
  #messageOpcode = CONTINUATION
  #messageFrom = 0
  #messageTo = 0
  #fault: FrameFault | undefined
  #isOver = false

  /**
   * @param bytes the memory to read into @param from, to the region of it that belongs to this reader
   * @param messageMax longest message in bytes; the region has `REGION_RESERVE` more
   */
  constructor(bytes: Uint8Array, from: number, to: number, role: Role, messageMax: number, listener: FrameListener) {
    assert(from >= 0 && to <= bytes.length, 'a region lies in its memory', to)
    assert(to - from >= messageMax + REGION_RESERVE, 'a region holds the longest message and a reserve', to - from)
    this.bytes = bytes
    this.#from = from
    this.#to = to
    this.#whole = bytes.subarray(from, to)
    this.#messageMax = messageMax
    this.#isMasked = role === 'server'
    this.#listener = listener
    this.#start = from
    this.#end = from
  }

  /** What was wrong with the peer's frames; undefined while nothing was. */
  get fault(): FrameFault | undefined {
    return this.#fault
  }

  /** First byte that nobody has taken yet: where a handshake finds its answer. */
  get start(): number {
    return this.#start
  }

  /** Behind the last byte received. */
  get end(): number {
    return this.#end
  }

  /** Where the next read goes: all of it may be filled, and then `received` is called. Never empty. */
  room(): Uint8Array {
    if (this.#end === this.#from) return this.#whole
    assert(this.#end < this.#to, 'a region has room for the next read', this.#end)
    return this.bytes.subarray(this.#end, this.#to)
  }

  /** `count` bytes were written to the beginning of `room()`. They are kept until `split`. */
  received(count: number): void {
    this.#end += count
    assert(this.#end <= this.#to, 'a read stays within its room', this.#end)
  }

  /** Leaves out the first `count` bytes at hand: the answer of a handshake. */
  skip(count: number): void {
    this.#start += count
    assert(this.#start <= this.#end, 'only what came is skipped', this.#start)
  }

  /** Takes nothing more: the connection is being given up, perhaps from within a call of the listener. */
  stop(): void {
    this.#isOver = true
  }

  /** Delivers every message and control frame that is complete, and makes room for the rest. */
  split(): void {
    this.#needed = 0
    while (!this.#isOver && this.#frame());
    if (this.#isOver) this.#start = this.#end = this.#from
    else this.#makeRoom()
  }

  /** One frame. Returns false when its end has not come, or when nothing more is taken. */
  #frame(): boolean {
    const { bytes } = this
    const at = this.#start
    const have = this.#end - at
    if (have < 2) return false
    const first = bytes[at]!
    const second = bytes[at + 1]!
    const isUsual = (first === 0x81 || first === 0x82) && this.#messageOpcode === CONTINUATION && !this.#isMasked
    if ((!isUsual || second > 127) && !this.#isLegal(first, second)) return false
    let length = second & 127
    let head = 2
    if (length === 126) {
      head = 4
      if (have < head) return false
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!
    } else if (length === 127) {
      head = 10
      if (have < head) return false
      length = this.#longLength(at + 2)
    }
    const isControl = (first & 8) !== 0
    const gathered = this.#messageOpcode === CONTINUATION ? 0 : this.#messageTo - this.#messageFrom
    if (!isControl && length > this.#messageMax - gathered) return this.#fail('too_large')
    if (this.#isMasked) head += 4
    if (have < head + length) {
      this.#needed = head + length
      return false
    }
    const from = at + head
    const to = from + length
    if (this.#isMasked) this.#unmask(from, to)
    this.#start = to
    if (isUsual) this.#listener.message(from, to, first === 0x82)
    else if (isControl) this.#control(first & 15, from, to)
    else this.#fragment(first, from, to)
    return true
  }

  /** Checks the two bytes that every frame begins with. */
  #isLegal(first: number, second: number): boolean {
    const opcode = first & 15
    const isFinal = first >= 128
    const isGathering = this.#messageOpcode !== CONTINUATION
    if ((first & 0x70) !== 0) return this.#fail('reserved_bits')
    if ((opcode > BINARY && opcode < CLOSE) || opcode > PONG) return this.#fail('reserved_opcode')
    if (second > 127 !== this.#isMasked) return this.#fail(this.#isMasked ? 'unmasked' : 'masked')
    if (opcode >= CLOSE && !isFinal) return this.#fail('fragmented_control')
    if (opcode >= CLOSE && (second & 127) > 125) return this.#fail('long_control')
    if (opcode === CONTINUATION && !isGathering) return this.#fail('nothing_to_continue')
    if ((opcode === TEXT || opcode === BINARY) && isGathering) return this.#fail('message_in_message')
    return true
  }

  #longLength(at: number): number {
    const { bytes } = this
    let length = 0
    for (let byte = 0; byte < 8; byte++) length = length * 256 + bytes[at + byte]!
    return length
  }

  #unmask(from: number, to: number): void {
    const { bytes } = this
    const mask = from - 4
    for (let at = from; at < to; at++) bytes[at]! ^= bytes[mask + ((at - from) & 3)]!
  }

  #control(opcode: number, from: number, to: number): void {
    if (opcode === PING) this.#listener.ping(from, to)
    else if (opcode === PONG) this.#listener.pong(from, to)
    else this.#close(from, to)
  }

  #close(from: number, to: number): void {
    const code = to - from >= 2 ? (this.bytes[from]! << 8) | this.bytes[from + 1]! : 1005
    if (to - from === 1 || (to > from && !isCloseCode(code))) {
      this.#fail('bad_close')
      return
    }
    this.#isOver = true
    this.#listener.close(code, Math.min(to, from + 2), to)
  }

  /** A frame of a message that comes in several, or masked: moved behind what is there of its message. */
  #fragment(first: number, from: number, to: number): void {
    const opcode = first & 15
    if (opcode === CONTINUATION) {
      this.bytes.copyWithin(this.#messageTo, from, to)
      this.#messageTo += to - from
    } else {
      this.#messageOpcode = opcode
      this.#messageFrom = from
      this.#messageTo = to
    }
    if (first < 128) return
    const isBinary = this.#messageOpcode === BINARY
    this.#messageOpcode = CONTINUATION
    this.#listener.message(this.#messageFrom, this.#messageTo, isBinary)
  }

  #fail(fault: FrameFault): false {
    this.#fault = fault
    this.#isOver = true
    return false
  }

  /** Frees what was delivered; moves what is left to the beginning when its end would not find room behind it. */
  #makeRoom(): void {
    const { bytes } = this
    const isGathering = this.#messageOpcode !== CONTINUATION
    if (isGathering && this.#start > this.#messageTo) {
      bytes.copyWithin(this.#messageTo, this.#start, this.#end)
      this.#end -= this.#start - this.#messageTo
      this.#start = this.#messageTo
    }
    const kept = isGathering ? this.#messageFrom : this.#start
    const wanted = Math.max(this.#start + Math.max(this.#needed, HEAD_MAX), this.#end + READ_BYTES)
    if (kept !== this.#end && wanted <= this.#to) return
    bytes.copyWithin(this.#from, kept, this.#end)
    const shift = kept - this.#from
    this.#start -= shift
    this.#end -= shift
    this.#messageFrom -= shift
    this.#messageTo -= shift
  }
}
