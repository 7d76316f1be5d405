import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import { readIsoInstant } from '../wire/iso-instant.ts'
import { skipBlanks } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { ElementReader } from './element-reader.ts'
import { plainEnd } from './plain-text.ts'
import { Lanes as AllLanes, Slot as Slots, type WireParts } from './wire-parts.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Lanes = AllLanes
const Slot = Slots

const COMMA = 44
const OPEN = 91
const CLOSE = 93
const ADD = new Literal('"add"')
const MODIFY = new Literal('"modify"')
const DELETE = new Literal('"delete"')
const FULL = 2 ** 32

/**
 * Reads the books of the channel `level3`, order by order. An order's id is a text: the record carries 53 bits of its
 * FNV-1a hash, marked as truncated. A `modify` is written as a replacement by itself, which the audit, who knows the
 * order, turns into a reduction where the order keeps its place.
 *
 * Source: docs.kraken.com, Spot Websockets v2, "Orders" (level 3).
 */
export class Level3Reader {
  readonly #parts: WireParts
  readonly #elements: ElementReader
  readonly #book: ObjectWalk
  readonly #order: ObjectWalk

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#elements = new ElementReader(parts)
    this.#book = new ObjectWalk(parts.numbers, 2, [
      ['symbol', 'needed'],
      ['timestamp', 'optional'],
      ['checksum', 'needed'],
      ['bids', 'needed'],
      ['asks', 'needed'],
    ])
    this.#order = new ObjectWalk(parts.numbers, 4, [
      ['event', 'free'],
      ['order_id', 'needed'],
      ['limit_price', 'needed'],
      ['order_qty', 'needed'],
      ['timestamp', 'needed'],
    ])
  }

  /** One book, whole or changed. Returns the position behind it, or a refusal. */
  book(p: number, flags: number): number {
    const { numbers, batch, writer } = this.#parts
    const walk = this.#book
    const start = p
    this.#parts.instrument = -1
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field === 0) p = this.#elements.symbol(p)
      else if (walk.field === 1) p = readIsoInstant(numbers, p, Slot.sent)
      else if (walk.field === 2) p = this.#elements.int(p, Slot.checksum)
      else {
        const found = this.#elements.find(start)
        p = found < 0 ? found : this.#orders(p, walk.field === 3 ? flags | Flag.bid : flags)
      }
    }
    if (p >= 0 && numbers.slots[Slot.checksum]! > 0xffffffff) return Refusal.badNumber
    if (p >= 0 && batch.count > 0) writer.markLast()
    return p
  }

  #orders(p: number, flags: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE) return p + 1
    for (;;) {
      p = this.#one(p, flags)
      if (p < 0) return p
      p = skipBlanks(bytes, p)
      if (bytes[p] === CLOSE) return p + 1
      if (bytes[p] !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  #one(p: number, flags: number): number {
    const { numbers, decimals, batch, writer, places } = this.#parts
    const { slots, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    const walk = this.#order
    const row = batch.count
    let kind: Kind = Kind.orderAdd
    if (row >= batch.capacity) return Refusal.tooLarge
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field === 0) {
        kind = this.#kindAt(p)
        p = (flags & Flag.snapshot) !== 0 ? Refusal.malformed : plainEnd(numbers.bytes, p) + 1
        if (p === 0 || kind === Kind.clear) return Refusal.malformed
      } else if (walk.field === 1) p = this.#id(p)
      else if (walk.field === 2) {
        p = decimals.number(p, priceDecimals, priceStep, Slot.orderPrice)
        places[row * 2] = decimals.places
      } else if (walk.field === 3) {
        p = decimals.number(p, lotDecimals, lotStep, Slot.orderLots)
        places[row * 2 + 1] = decimals.places
      } else p = readIsoInstant(numbers, p, Slot.time)
    }
    if (p < 0) return p
    if ((flags & Flag.snapshot) === 0 && !walk.has(0)) return Refusal.missingField
    if (slots[Slot.orderPrice] === 0 || (kind !== Kind.orderDelete && slots[Slot.orderLots] === 0))
      return Refusal.badNumber
    slots[Slot.newOrderId] = kind === Kind.orderReplace ? slots[Slot.orderId]! : 0
    if (kind === Kind.orderDelete) slots[Slot.orderPrice] = slots[Slot.orderLots] = 0
    writer.append(kind, flags | Flag.truncatedId, this.#parts.instrument, Slot.time, 0, Lanes.order)
    return p
  }

  /** The event whose name stands at `p`; `clear` when it is none. */
  #kindAt(p: number): Kind {
    const { view } = this.#parts.numbers
    if (ADD.isAt(view, p)) return Kind.orderAdd
    if (MODIFY.isAt(view, p)) return Kind.orderReplace
    return DELETE.isAt(view, p) ? Kind.orderDelete : Kind.clear
  }

  /** An id as 53 bits of its FNV-1a hash of 64 (Fowler, Noll, Vo), in two halves. */
  #id(p: number): number {
    const { bytes, slots } = this.#parts.numbers
    const end = plainEnd(bytes, p)
    if (end < 0) return end
    let high = 0xcbf29ce4
    let low = 0x84222325
    for (let at = p + 1; at < end; at++) {
      low = (low ^ bytes[at]!) >>> 0
      // Times 2^40 + 0x1b3.
      const product = low * 0x1b3
      high = (high * 0x1b3 + Math.floor(product / FULL) + ((low << 8) >>> 0)) % FULL
      low = product % FULL
    }
    slots[Slot.orderId] = (high & 0x1fffff) * FULL + low
    return end === p + 1 ? Refusal.badNumber : end + 1
  }
}
