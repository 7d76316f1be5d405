import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { Slot } from './frame-places.ts'
import type { RecordMaker } from './record-maker.ts'

const QUOTE = 34
const COMMA = 44
const CLOSE_LIST = 93
const CLOSE = 125
/** Longest instant with its quotes, and the brace behind it. */
const INSTANT_MAX = 34

/** The bytes between the values of a change, exactly as the venue writes them. */
const L = {
  head: new Literal('{"type":"l2update","product_id":'),
  changes: new Literal(',"changes":['),
  buy: new Literal('["buy","'),
  sell: new Literal('["sell","'),
  time: new Literal('],"time":'),
}

/**
 * Reads the changes of the exchange feed's books, nearly all that it sends, in one pass:
 *
 *     {"type":"l2update","product_id":"SKL-USD","changes":[["sell","0.7937","29765.1"]],"time":"2021-04-17T16:43:37.101287Z"}
 */
export class PlainChangeReader {
  /** Instrument of the change just read. */
  instrument = -1
  readonly #values: PlaceValues
  readonly #make: RecordMaker

  constructor(values: PlaceValues, make: RecordMaker) {
    this.#values = values
    this.#make = make
  }

  /** A frame exactly as the venue sends it. Any refusal says only that it is not quite so: it is then to be read with care. */
  frame(from: number, to: number): number {
    const values = this.#values
    const { view } = values.numbers
    if (!L.head.isAt(view, from)) return Refusal.malformed
    this.instrument = values.symbol(from + L.head.length)
    if (this.instrument < 0) return this.instrument
    let p = values.textEnd(from + L.head.length) + 1
    const timeAt = this.#time(to)
    if (timeAt < 0 || !L.changes.isAt(view, p)) return Refusal.malformed
    p = this.#rows(p + L.changes.length)
    return p === timeAt ? FrameKind.depth : Refusal.malformed
  }

  /** Reads the instant that ends the frame, since the rows before it carry it. Returns where the rows must end. */
  #time(to: number): number {
    const values = this.#values
    const { bytes, view } = values.numbers
    let p = to - 3
    while (bytes[p] !== QUOTE && to - p < INSTANT_MAX) p--
    if (values.instant(p, Slot.time) !== to - 1 || bytes[to - 1] !== CLOSE) return Refusal.malformed
    p -= L.time.length
    return L.time.isAt(view, p) ? p : Refusal.malformed
  }

  #rows(p: number): number {
    const { numbers, slots } = this.#values
    const { bytes, view } = numbers
    slots[Slot.updateId] = 0
    for (;;) {
      const isBid = L.buy.isAt(view, p)
      if (!isBid && !L.sell.isAt(view, p)) return Refusal.malformed
      p = numbers.onGrid(p + (isBid ? L.buy.length : L.sell.length), true, Slot.levelPrice)
      if (p < 0 || slots[Slot.levelPrice] === 0 || bytes[p] !== COMMA || bytes[p + 1] !== QUOTE)
        return Refusal.malformed
      p = numbers.onGrid(p + 2, false, Slot.levelLots)
      if (p < 0 || bytes[p] !== CLOSE_LIST) return Refusal.malformed
      const refused = this.#make.level(isBid ? Flag.bid : 0, this.instrument, Slot.time)
      if (refused < 0) return refused
      if (bytes[++p] !== COMMA) return p
      p++
    }
  }
}
