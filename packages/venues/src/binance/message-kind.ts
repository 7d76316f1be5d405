import { Refusal } from '@velocimex/core/feed/market-codec'
import type { FieldReader } from '../wire/field-reader.ts'
import { skipBlanks } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { NAME_BYTES_MAX, NameTable } from '../wire/name-table.ts'
import { Channel, type Dialect, EVENT_CHANNELS, HEAD, Slot } from './frame-fields.ts'

const QUOTE = 34
const COMMA = 44
const OPEN = 123
const CLOSE_LIST = 93
const EVENT = new Literal('{"e":"')
const UPDATE_ID = new Literal('{"u":')

const HAS = {
  event: HEAD.bit('e'),
  quote: HEAD.bit('u') | HEAD.bit('b'),
  book: HEAD.bit('lastUpdateId'),
  result: HEAD.bit('result') | HEAD.bit('error'),
  refusal: HEAD.bit('code') | HEAD.bit('msg'),
} as const

/** Tells what a message is: by its event name in `e`, or by its fields where it has none, and by its stream. */
export class MessageKind {
  readonly #isSpot: boolean
  readonly #fields: FieldReader
  readonly #events: NameTable

  constructor(dialect: Dialect, fields: FieldReader) {
    this.#isSpot = dialect === 'spot'
    this.#fields = fields
    // Spot has no contracts.
    const events = new Map(EVENT_CHANNELS)
    if (this.#isSpot) events.set('contractInfo', Channel.other)
    this.#events = new NameTable(events)
  }

  /** Channel of a bare message by its first bytes; `none` when they do not tell. */
  guess(p: number): number {
    const { bytes, view } = this.#fields.numbers
    if (EVENT.isAt(view, p)) {
      const channel = this.#event(p + EVENT.length - 1)
      return channel > 0 && channel !== Channel.other ? channel : Channel.none
    }
    return this.#isSpot && bytes[p + 2] === 117 && UPDATE_ID.isAt(view, p) ? Channel.bookTicker : Channel.none
  }

  /**
   * Channel by which the message at `p` is to be read; `other` when there is nothing to read in it.
   * @param stream channel that the stream's name tells; `none` for bare messages and streams of all symbols
   */
  of(p: number, depth: number, stream: number): number {
    const fields = this.#fields
    const end = fields.message(p, HEAD, depth, -1)
    if (end < 0) return end
    const { seen, repeated, unknown } = fields
    if ((seen & HAS.event) !== 0) {
      if ((repeated & HAS.event) !== 0) return Refusal.missingField
      return agreed(this.#event(fields.slots[Slot.eventAt]!), stream, this.#isSpot)
    }
    const isAnswer = (seen & HAS.result) !== 0 || (seen & HAS.refusal) === HAS.refusal
    const isOnlyThat = unknown === 0 && repeated === 0 && (seen & (HAS.quote | HAS.book)) === 0
    if (isAnswer && isOnlyThat && depth === 0) return Channel.other
    if (!this.#isSpot) return Refusal.unknownKind
    if (stream === Channel.partialDepth) return stream
    if ((seen & HAS.quote) === HAS.quote) return agreed(Channel.bookTicker, stream, true)
    // A book names no instrument: only the name of its stream can.
    if ((seen & HAS.book) === 0) return Refusal.unknownKind
    return stream === Channel.none ? Refusal.unknownSymbol : Refusal.malformed
  }

  /**
   * A list of events, as streams of all symbols send it: `other` when each of them is known. Mark prices of all symbols at
   * once are not read either: subscribe to them singly. Leaves nothing.
   * @returns `other` or a refusal; `end` is where the list ends
   */
  ofList(p: number, depth: number): number {
    const { bytes } = this.#fields.numbers
    if (bytes[p] !== 91) return Refusal.malformed
    do {
      const start = skipBlanks(bytes, p + 1)
      if (bytes[start] !== OPEN) return Refusal.unknownKind
      p = this.#fields.message(start, HEAD, depth + 1, -1)
      if (p < 0) return p
      if ((this.#fields.seen & ~this.#fields.repeated & HAS.event) === 0) return Refusal.unknownKind
      const channel = this.#event(this.#fields.slots[Slot.eventAt]!)
      const isKnown = channel === Channel.other || channel === Channel.markPrice || channel === Channel.contract
      if (!isKnown) return Math.min(channel, Refusal.unknownKind)
      p = skipBlanks(bytes, p)
    } while (bytes[p] === COMMA)
    this.end = p + 1
    return bytes[p] === CLOSE_LIST ? Channel.other : Refusal.malformed
  }
  /** Position behind the list just read. */
  end = 0

  /** Channel of the event whose name stands in quotes at `p`. */
  #event(p: number): number {
    const { bytes, view } = this.#fields.numbers
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const start = p + 1
    do p++
    while (bytes[p] !== QUOTE && bytes[p]! >= 32 && p - start < NAME_BYTES_MAX)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const channel = this.#events.find(view, start, p)
    return channel < 0 ? Refusal.unknownKind : channel
  }
}

/** The channel of a message whose stream says `stream`; malformed when the two contradict. */
function agreed(channel: number, stream: number, isSpot: boolean): number {
  if (channel < 0 || stream === Channel.none || stream === channel) return channel
  // The best levels of USD-M look like changes, and only the stream tells them apart.
  if (channel === Channel.depth && stream === Channel.partialDepth && !isSpot) return stream
  return Refusal.malformed
}
