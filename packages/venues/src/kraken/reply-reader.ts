import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { skipBlanks, skipValue } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { Slot, type WireParts } from './wire-parts.ts'

const OPEN = 123
const BOOK = new Literal('"book"')
const LEVEL3 = new Literal('"level3"')
/** Deepest book that is believed; Kraken offers 1000. */
const DEPTH_MAX = 10_000

/** Reads what a reply to `subscribe` says of a book: its depth. All other replies say nothing that is needed. */
export class ReplyReader {
  /** Instrument whose book is subscribed; -1 when the frame just read is no such reply. */
  instrument = -1
  depth = 0
  readonly #parts: WireParts
  readonly #walk: ObjectWalk

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#walk = new ObjectWalk(parts.numbers, 1, [
      ['channel', 'free'],
      ['depth', 'free'],
      ['symbol', 'free'],
    ])
  }

  /** The value of `result` at `p`. Returns `control` or a refusal. */
  read(p: number): number {
    const { numbers, names, symbols } = this.#parts
    const { bytes, view, slots } = numbers
    if (bytes[p] !== OPEN) return FrameKind.control
    let channelAt = -1
    let depthAt = -1
    let symbolAt = -1
    const walk = this.#walk
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field === 0) channelAt = p
      else if (walk.field === 1) depthAt = p
      else symbolAt = p
      p = skipValue(bytes, p, 2)
    }
    if (p < 0) return p
    if (channelAt < 0 || depthAt < 0 || symbolAt < 0 || !isBook(view, channelAt)) return FrameKind.control
    const end = numbers.int(depthAt, Slot.depth)
    const next = end < 0 ? 0 : bytes[skipBlanks(bytes, end)]
    const depth = slots[Slot.depth]!
    if ((next !== 44 && next !== 125) || depth < 1 || depth > DEPTH_MAX) return Refusal.badNumber
    if (names.read(numbers, symbolAt, symbols) < 0) return Refusal.malformed
    this.instrument = names.found
    this.depth = depth
    return FrameKind.control
  }
}

const isBook = (view: DataView, p: number): boolean => BOOK.isAt(view, p) || LEVEL3.isAt(view, p)
