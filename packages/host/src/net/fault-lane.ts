import type { Socket } from 'node:net'
import type { Timers } from './timers.ts'

/** What is wrong with one direction of a line. All of it may be changed at any time. */
export interface LaneFaults {
  /** Milliseconds by which every byte is late. */
  delayMs: number
  /** Bytes a second; Infinity for as fast as it goes. */
  bytesPerSecond: number
  /** Bytes vanish, and so does the end: the peer seems alive and says nothing. */
  isSwallowing: boolean
}

interface Piece {
  readonly bytes: Buffer
  readonly dueAt: number
}

const HELD_MAX = 1_048_576
/** With a limited bandwidth, a piece is what passes in a twentieth of a second. */
const PIECES_PER_SECOND = 20

/** One direction of one connection of a `FaultProxy`: bytes in order, late, fewer or wrong. */
export class FaultLane {
  readonly #from: Socket
  readonly #to: Socket
  readonly #faults: Readonly<LaneFaults>
  readonly #timers: Timers
  readonly #pieces: Piece[] = []
  #held = 0
  #came = 0
  #passed = 0
  #freeAt = 0
  #isEnding = false
  #isWaiting = false
  #takeBack: () => void = () => {}
  /** Bytes still to pass before the line ends; Infinity when it does not. */
  #leftToPass = Number.POSITIVE_INFINITY
  #flips: { at: number; mask: number }[] = []

  constructor(from: Socket, to: Socket, faults: Readonly<LaneFaults>, timers: Timers) {
    this.#from = from
    this.#to = to
    this.#faults = faults
    this.#timers = timers
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => {
      if (this.#faults.isSwallowing) return
      this.#isEnding = true
      this.#pump()
    })
  }

  /** Bytes that came into this lane, whatever became of them. */
  get came(): number {
    return this.#came
  }

  /** Changes the bits of `mask` in the byte `offset` bytes from here. */
  flip(offset: number, mask: number): void {
    this.#flips.push({ at: this.#passed + offset, mask })
  }

  /** Passes so many bytes more, and then ends the line towards the receiver. */
  truncate(count: number): void {
    this.#leftToPass = count
    if (count === 0) this.#endAfterPieces()
  }

  /** No timer of it stays. */
  stop(): void {
    this.#takeBack()
    this.#pieces.length = 0
  }

  #take(bytes: Buffer): void {
    this.#came += bytes.length
    if (this.#faults.isSwallowing || this.#isEnding) return
    const part = bytes.subarray(0, Math.min(bytes.length, this.#leftToPass))
    for (const { at, mask } of this.#flips)
      if (at >= this.#passed && at < this.#passed + part.length) part[at - this.#passed]! ^= mask
    this.#passed += part.length
    this.#flips = this.#flips.filter(({ at }) => at >= this.#passed)
    this.#leftToPass -= part.length
    this.#held += part.length
    if (this.#held > HELD_MAX) this.#from.pause()
    this.#pieces.push({ bytes: part, dueAt: this.#timers.now() + this.#faults.delayMs * 1000 })
    if (this.#leftToPass === 0) this.#endAfterPieces()
    else this.#pump()
  }

  #endAfterPieces(): void {
    this.#isEnding = true
    this.#pump()
  }

  #pump(): void {
    if (this.#isWaiting) return
    while (this.#pieces.length > 0) {
      const { bytes, dueAt } = this.#pieces[0]!
      const now = this.#timers.now()
      const at = Math.max(dueAt, this.#freeAt)
      if (now < at) {
        this.#wait(at - now)
        return
      }
      const rate = this.#faults.bytesPerSecond
      const most = Math.max(1, Math.floor(rate / PIECES_PER_SECOND))
      const part = bytes.subarray(0, most)
      if (part.length === bytes.length) this.#pieces.shift()
      else this.#pieces[0] = { bytes: bytes.subarray(part.length), dueAt }
      if (rate !== Number.POSITIVE_INFINITY) this.#freeAt = now + (part.length / rate) * 1e6
      this.#held -= part.length
      if (!this.#faults.isSwallowing && !this.#to.destroyed) this.#pass(part)
    }
    if (this.#from.isPaused() && this.#to.writableLength <= HELD_MAX) this.#from.resume()
    if (this.#isEnding && !this.#faults.isSwallowing) this.#to.end()
  }

  /** Hands bytes on; a receiver that does not read holds the sender back. */
  #pass(bytes: Buffer): void {
    this.#to.write(bytes)
    if (this.#to.writableLength <= HELD_MAX || this.#from.isPaused()) return
    this.#from.pause()
    this.#to.once('drain', () => this.#from.resume())
  }

  #wait(micros: number): void {
    this.#isWaiting = true
    this.#takeBack = this.#timers.after(Math.ceil(micros / 1000), () => {
      this.#isWaiting = false
      this.#pump()
    })
  }
}
