import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import { skipBlanks, skipValue } from '../wire/json-walk.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { plainEnd } from './plain-text.ts'
import type { V1Cells } from './v1-cells.ts'
import { Lanes as AllLanes, Slot as Slots, type WireParts } from './wire-parts.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Lanes = AllLanes
const Slot = Slots

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93

/** Reads the payloads of v1 that are no books, of the instrument of the frame. Each returns a `FrameKind` or a `Refusal`. */
export class V1Messages {
  readonly #parts: WireParts
  readonly #cells: V1Cells
  readonly #ticker: ObjectWalk

  constructor(parts: WireParts, cells: V1Cells) {
    this.#parts = parts
    this.#cells = cells
    this.#ticker = new ObjectWalk(parts.numbers, 1, [
      ['a', 'optional'],
      ['b', 'optional'],
      ...['c', 'v', 'p', 't', 'l', 'h', 'o'].map(key => [key, 'free'] as const),
    ])
  }

  /** `[["5541.20000","0.15850568","1534614057.321597","s","l",""], ...]`: price, lots, instant, side of the taker. */
  trades(p: number): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { bytes, slots } = numbers
    const cells = this.#cells
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    // No number of the trade is sent.
    slots[Slot.id] = slots[Slot.firstId] = -1
    do {
      p = cells.time(
        cells.comma(cells.lots(cells.comma(cells.price(cells.open(skipBlanks(bytes, p + 1)), Slot.price)), Slot.lots)),
        Slot.time,
      )
      p = cells.comma(p)
      if (p < 0) return p
      const side = bytes[p + 1]
      if (bytes[p] !== 34 || (side !== 98 && side !== 115) || bytes[p + 2] !== 34) return Refusal.malformed
      p = this.#text(cells.comma(this.#text(cells.comma(p + 3))))
      p = cells.close(p)
      if (p < 0) return p
      if (slots[Slot.lots] === 0) return Refusal.badNumber
      if (batch.count >= batch.capacity) return Refusal.tooLarge
      writer.append(Kind.trade, side === 98 ? Flag.aggressorBuy : 0, instrument, Slot.time, 1, Lanes.trade)
      p = skipBlanks(bytes, p)
    } while (bytes[p] === COMMA)
    if (bytes[p] !== CLOSE_LIST) return Refusal.malformed
    writer.markLast()
    return FrameKind.trade
  }

  #text(p: number): number {
    if (p < 0) return p
    const end = plainEnd(this.#parts.numbers.bytes, p)
    return end < 0 ? end : end + 1
  }

  /** The ticker's `"a":["9.608415",188,"188.00000000"]` and `b`: price, whole lots, lots. */
  ticker(p: number): number {
    const { numbers } = this.#parts
    const { bytes, slots } = numbers
    const walk = this.#ticker
    const cells = this.#cells
    slots[Slot.time] = slots[Slot.bid] = slots[Slot.bidLots] = slots[Slot.ask] = slots[Slot.askLots] = 0
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field > 1) {
        p = skipValue(bytes, p, 2)
        continue
      }
      const slot = walk.field === 0 ? Slot.ask : Slot.bid
      p = cells.comma(cells.anyPrice(cells.open(p), slot))
      p = cells.comma(p < 0 ? p : skipValue(bytes, p, 3))
      p = cells.close(cells.lots(p, slot + 1))
    }
    return p < 0 ? p : this.#told()
  }

  /** `["5698.40000","5700.00000","1542057299.545897","1.01234567","0.98765432"]`: bid, ask, instant, lots of both. */
  spread(p: number): number {
    const cells = this.#cells
    p = cells.comma(cells.anyPrice(cells.open(p), Slot.bid))
    p = cells.comma(cells.anyPrice(p, Slot.ask))
    p = cells.comma(cells.time(p, Slot.time))
    p = cells.comma(cells.lots(p, Slot.bidLots))
    p = cells.close(cells.lots(p, Slot.askLots))
    return p < 0 ? p : this.#told()
  }

  /** A best quote, unless one of its numbers is zero or was not sent. */
  #told(): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { slots } = numbers
    if (!(slots[Slot.bid]! > 0 && slots[Slot.bidLots]! > 0 && slots[Slot.ask]! > 0 && slots[Slot.askLots]! > 0))
      return FrameKind.control
    if (batch.count >= batch.capacity) return Refusal.tooLarge
    writer.append(Kind.quote, Flag.last, instrument, Slot.time, 0, Lanes.quote)
    return FrameKind.quote
  }

  /** Time, end, open, high, low, close, average price, volume as texts, and how many trades. */
  bar(p: number, minutes: number): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { bytes, slots } = numbers
    const cells = this.#cells
    p = cells.comma(cells.time(cells.open(p), Slot.sent))
    p = cells.comma(cells.time(p, Slot.opened))
    for (let price: number = Slot.open; price <= Slot.close; price++) p = cells.comma(cells.price(p, price))
    if (p < 0) return p
    p = bytes[p] === 34 ? numbers.float(p + 1, Slot.vwap) : Refusal.malformed
    p = cells.comma(cells.lots(cells.comma(p), Slot.volume))
    if (p < 0) return p
    const end = numbers.int(p, Slot.trades)
    if (end < 0 || bytes[skipBlanks(bytes, end)] !== CLOSE_LIST) return end < 0 ? end : numbers.noInt(p)
    slots[Slot.opened]! -= minutes * 60_000_000
    if (slots[Slot.opened]! < 0) return Refusal.badNumber
    if (batch.capacity < 2) return Refusal.tooLarge
    slots[Slot.quoteVolume] = (slots[Slot.vwap]! * (slots[Slot.volume]! * numbers.lotStep)) / 10 ** numbers.lotDecimals
    writer.append(Kind.bar, 0, instrument, Slot.opened, minutes * 60, Lanes.bar)
    writer.append(Kind.barVolume, Flag.last, instrument, Slot.sent, minutes * 60, Lanes.barVolume)
    return FrameKind.bar
  }
}
