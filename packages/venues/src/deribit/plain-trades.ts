import { FrameKind as Kinds, Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { Kind as RecordKinds } from '@velocimex/core/market/event-kind'
import { Flag as Flags } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { KeyOrder } from '../wire/key-order.ts'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { skipPlain, skipPlainText } from '../wire/plain-skip.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { Slot as Slots } from './frame-places.ts'
import type { PlainChannel } from './plain-channel.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const FrameKind = Kinds
const Refusal = Refusals
const Kind = RecordKinds
const Flag = Flags
const Slot = Slots

const COMMA = 44
const QUOTE = 34
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125
// Numbers of the keys; why they are no object says `PlainBook`.
const TIME = 0
const PRICE = 1
const AMOUNT = 2
const DIRECTION = 3
const INSTRUMENT = 4
const SEQUENCE = 5
const ID = 6
const KEYS = ['timestamp', 'price', 'amount', 'direction', 'instrument_name', 'trade_seq', 'trade_id']
/** What else trades tell: it is tested and passed over. A block trade is not: it is another thing. */
const PASSED = [
  ...['index_price', 'mark_price', 'tick_direction', 'contracts', 'iv', 'liquidation', 'combo_id', 'combo_trade_id'],
]
const ORDER = new KeyOrder([...KEYS, ...PASSED])
const NEEDED = (1 << KEYS.length) - 1
const L = { buy: new Literal('"buy"'), sell: new Literal('"sell"') }

/** Reads the data of `trades.{i}.{interval}` in one pass; see `PlainNotification`. */
export class PlainTrades {
  readonly #values: PlaceValues
  readonly #channel: PlainChannel
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter

  constructor(values: PlaceValues, channel: PlainChannel, batch: RecordBatch, writer: RecordWriter) {
    this.#values = values
    this.#channel = channel
    this.#batch = batch
    this.#writer = writer
  }

  /** The list of trades, one at least, from `p` to `end`. Returns what it is, or a refusal. */
  read(p: number, end: number): number {
    const { bytes } = this.#values.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    do {
      p = this.#trade(p + 1)
      if (p < 0) return p
    } while (bytes[p] === COMMA)
    return bytes[p] === CLOSE_LIST && p + 1 === end ? FrameKind.trade : Refusal.malformed
  }

  /** The trade whose brace opens at `p`. Returns the position behind it, or a refusal. */
  #trade(p: number): number {
    const { numbers, decimals, slots } = this.#values
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    let key = ORDER.start
    let seen = 0
    let isBuy = false
    do {
      key = ORDER.find(view, p + 1, key)
      const { number } = key
      if (number < 0 || (seen & (1 << number)) !== 0) return Refusal.malformed
      seen |= 1 << number
      p += 1 + key.length
      switch (number) {
        case TIME:
          p = numbers.int(p, Slot.time)
          slots[Slot.time]! *= 1000
          break
        case PRICE:
          p = decimals.number(p, priceDecimals, priceStep, Slot.price)
          break
        case AMOUNT:
          p = decimals.number(p, lotDecimals, lotStep, Slot.lots)
          break
        case DIRECTION:
          isBuy = L.buy.isAt(view, p)
          if (!isBuy && !L.sell.isAt(view, p)) return Refusal.malformed
          p += isBuy ? L.buy.length : L.sell.length
          break
        case INSTRUMENT:
          p = this.#channel.named(p)
          break
        case SEQUENCE:
          p = numbers.int(p, Slot.sequence)
          break
        case ID:
          p = this.#id(p)
          break
        default:
          p = skipPlain(bytes, view, p)
      }
      if (p < 0) return p
    } while (bytes[p] === COMMA)
    if (bytes[p] !== CLOSE || (seen & NEEDED) !== NEEDED) return Refusal.malformed
    if (slots[Slot.price] === 0 || slots[Slot.lots] === 0 || slots[Slot.time]! > Number.MAX_SAFE_INTEGER)
      return Refusal.malformed
    if (this.#batch.count >= this.#batch.capacity) return Refusal.malformed
    const flags = (isBuy ? Flag.aggressorBuy : 0) | (slots[Slot.firstId] === 1 ? Flag.truncatedId : 0)
    slots[Slot.firstId] = slots[Slot.id]!
    this.#writer.append(Kind.trade, flags, this.#channel.instrument, Slot.time, 1, Slot.price)
    return p + 1
  }

  /** The id in a text: digits mostly. */
  #id(p: number): number {
    const { numbers, slots } = this.#values
    const { bytes } = numbers
    const end = bytes[p] === QUOTE ? numbers.int(p + 1, Slot.id) : Refusal.malformed
    if (end < 0 || bytes[end] !== QUOTE)
      return skipPlainText(bytes, p) < 0 ? Refusal.malformed : this.#values.id(p, Slot.id)
    slots[Slot.firstId] = 0
    return end + 1
  }
}
