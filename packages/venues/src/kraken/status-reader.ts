import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { skipBlanks } from '../wire/json-walk.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { PairStates } from './pair-states.ts'
import { STATUSES } from './v2-words.ts'
import { Lanes, Slot, type WireParts } from './wire-parts.ts'

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93

/**
 * Reads what the exchange says of itself, and of its pairs. A status of the whole exchange becomes one record for each
 * instrument whose book this connection carries; that of a pair, one for that pair. Pairs that are not in the table are
 * passed over: the channel tells all of the exchange. What a record says is the joint state, see `PairStates`.
 */
export class StatusReader {
  readonly states: PairStates
  readonly #parts: WireParts
  readonly #system: ObjectWalk
  readonly #lists: ObjectWalk
  readonly #pair: ObjectWalk

  constructor(parts: WireParts) {
    const { numbers } = parts
    this.#parts = parts
    this.states = new PairStates(parts.carried.length)
    this.#system = new ObjectWalk(numbers, 2, [['system', 'needed']])
    this.#lists = new ObjectWalk(numbers, 1, [['pairs', 'needed']])
    this.#pair = new ObjectWalk(numbers, 3, [
      ['symbol', 'needed'],
      ['status', 'needed'],
    ])
  }

  /** The data of the channel `status` at `p`: `[{"system":"online",...}]`; the last one counts. */
  system(p: number): number {
    const { names } = this.#parts
    const { bytes } = this.#parts.numbers
    let status = -1
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    do {
      p = skipBlanks(bytes, p + 1)
      const walk = this.#system
      for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p))
        p = names.read(this.#parts.numbers, p, STATUSES)
      if (p < 0) return p
      status = names.found
      if (status < 0) return Refusal.unknownKind
      p = skipBlanks(bytes, p)
    } while (bytes[p] === COMMA)
    return bytes[p] === CLOSE_LIST ? this.tellAll(status) : Refusal.malformed
  }

  /** A status of the whole exchange. Returns `status`, or `control` when this connection carries no book. */
  tellAll(status: number): number {
    const { carried, batch } = this.#parts
    this.states.saySystem(status)
    for (let instrument = 0; instrument < carried.length; instrument++)
      if (carried[instrument] === 1 && !this.#tell(instrument, this.states.underSystem(instrument, status)))
        return Refusal.tooLarge
    return this.#told(batch.count)
  }

  /** The data of the channel `instrument` at `p`: `{"assets":[...],"pairs":[{"symbol":"BTC/USD","status":"online",...}]}`. */
  pairs(p: number): number {
    const walk = this.#lists
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) p = this.#pairs(p)
    return p < 0 ? p : this.#told(this.#parts.batch.count)
  }

  #pairs(p: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE_LIST) return p + 1
    for (;;) {
      p = this.#onePair(p)
      if (p < 0) return p
      p = skipBlanks(bytes, p)
      if (bytes[p] === CLOSE_LIST) return p + 1
      if (bytes[p] !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  #onePair(p: number): number {
    const { names, numbers, symbols } = this.#parts
    const walk = this.#pair
    let instrument = -1
    let status = -1
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const isSymbol = walk.field === 0
      p = names.read(numbers, p, isSymbol ? symbols : STATUSES)
      if (isSymbol) instrument = names.found
      else status = names.found
    }
    if (p < 0 || instrument < 0) return p
    if (status < 0) return Refusal.unknownKind
    return this.#tell(instrument, this.states.sayPair(instrument, status)) ? p : Refusal.tooLarge
  }

  /** Appends a record. False when there is no room for it. */
  #tell(instrument: number, status: number): boolean {
    const { batch, writer, numbers } = this.#parts
    if (batch.count >= batch.capacity) return false
    numbers.slots[Slot.status] = status
    writer.append(Kind.status, 0, instrument, Slot.sent, 0, Lanes.status)
    this.#parts.instrument = instrument
    return true
  }

  #told(records: number): number {
    if (records === 0) return FrameKind.control
    this.#parts.writer.markLast()
    return FrameKind.status
  }
}
