import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { skipValue } from '../wire/json-walk.ts'
import { KeyOrder } from '../wire/key-order.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { skipPlain } from '../wire/plain-skip.ts'
import { Slot as Slots } from './frame-places.ts'
import type { PlainChannel } from './plain-channel.ts'
import { MARK_DECIMALS as MARKS, RATE_DECIMALS as RATES, type TickerRecords } from './ticker-records.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Refusal = Refusals
const Slot = Slots
const MARK_DECIMALS = MARKS
const RATE_DECIMALS = RATES

const COMMA = 44
const OPEN = 123
const CLOSE = 125
const NULL = 0x6c6c756e
/** Depth at which the values of the data stand. */
const VALUE_DEPTH = 3
// Numbers of the keys; why they are no object says `PlainBook`.
const TIME = 0
const INSTRUMENT = 1
const BID = 2
const BID_LOTS = 3
const ASK = 4
const ASK_LOTS = 5
const MARK = 6
const INDEX = 7
const SETTLE = 8
const FUNDING = 9
const KEYS = [
  ...['timestamp', 'instrument_name', 'best_bid_price', 'best_bid_amount', 'best_ask_price', 'best_ask_amount'],
  ...['mark_price', 'index_price', 'estimated_delivery_price', 'current_funding'],
]
/** What else tickers tell: it is tested and passed over. */
const PASSED = [
  ...['stats', 'greeks', 'state', 'settlement_price', 'open_interest', 'min_price', 'max_price', 'last_price'],
  ...['interest_value', 'funding_8h', 'underlying_price', 'underlying_index', 'mark_iv', 'interest_rate', 'bid_iv'],
  ...['ask_iv', 'delivery_price', 'value_of_one_unit'],
]
const PASSED_FROM = KEYS.length
const STATS = PASSED_FROM
const ORDER = new KeyOrder([...KEYS, ...PASSED])
const STATS_ORDER = new KeyOrder(['volume', 'price_change', 'low', 'high', 'volume_usd', 'volume_notional'])
const GREEKS_ORDER = new KeyOrder(['delta', 'gamma', 'rho', 'theta', 'vega'])
const NEEDED = (1 << TIME) | (1 << INSTRUMENT)
const QUOTED = (1 << BID) | (1 << BID_LOTS) | (1 << ASK) | (1 << ASK_LOTS)

/** Reads the data of `ticker.{i}.{interval}` and of `quote.{i}` in one pass; see `PlainNotification`. */
export class PlainTicker {
  readonly #values: PlaceValues
  readonly #channel: PlainChannel
  readonly #records: TickerRecords

  constructor(values: PlaceValues, channel: PlainChannel, records: TickerRecords) {
    this.#values = values
    this.#channel = channel
    this.#records = records
  }

  /**
   * The object from `p` to `end`. Returns what it is, or a refusal.
   * @param isTicker whether it tells a mark beside its quote
   */
  read(p: number, end: number, isTicker: boolean): number {
    const { numbers, decimals, slots } = this.#values
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    let key = ORDER.start
    let seen = 0
    let absent = 0
    slots[Slot.index] = slots[Slot.settle] = 0
    do {
      key = ORDER.find(view, p + 1, key)
      const { number } = key
      if (number < 0 || (seen & (1 << number)) !== 0) return Refusal.malformed
      seen |= 1 << number
      p += 1 + key.length
      if (number >= PASSED_FROM) {
        p = this.#pass(p, number)
        if (p < 0) return p
        continue
      }
      if (view.getInt32(p, true) === NULL) {
        absent |= 1 << number
        p += 4
        continue
      }
      switch (number) {
        case TIME:
          p = numbers.int(p, Slot.time)
          slots[Slot.time]! *= 1000
          break
        case INSTRUMENT:
          p = this.#channel.named(p)
          break
        case BID:
          p = decimals.number(p, priceDecimals, priceStep, Slot.bid)
          break
        case BID_LOTS:
          p = decimals.number(p, lotDecimals, lotStep, Slot.bidLots)
          break
        case ASK:
          p = decimals.number(p, priceDecimals, priceStep, Slot.ask)
          break
        case ASK_LOTS:
          p = decimals.number(p, lotDecimals, lotStep, Slot.askLots)
          break
        case MARK:
          p = decimals.rounded(p, MARK_DECIMALS, Slot.mark)
          break
        case INDEX:
          p = decimals.rounded(p, MARK_DECIMALS, Slot.index)
          break
        case SETTLE:
          p = decimals.rounded(p, MARK_DECIMALS, Slot.settle)
          break
        default:
          p = decimals.rounded(p, RATE_DECIMALS, Slot.rate)
      }
      if (p < 0) return p
    } while (bytes[p] === COMMA)
    if (bytes[p] !== CLOSE || p + 1 !== end) return Refusal.malformed
    const told = seen & ~absent
    if ((told & NEEDED) !== NEEDED || slots[Slot.time]! > Number.MAX_SAFE_INTEGER) return Refusal.malformed
    const isWhole =
      slots[Slot.bid] !== 0 && slots[Slot.bidLots] !== 0 && slots[Slot.ask] !== 0 && slots[Slot.askLots] !== 0
    const hasQuote = isWhole && (told & QUOTED) === QUOTED
    const hasMark = isTicker && (told & (1 << MARK)) !== 0
    const hasFunding = (told & (1 << FUNDING)) !== 0
    return this.#records.write(this.#channel.instrument, hasQuote, hasMark, hasFunding)
  }

  /** A value that is not read. */
  #pass(p: number, key: number): number {
    const { bytes, view } = this.#values.numbers
    if (bytes[p] !== OPEN) return skipPlain(bytes, view, p)
    return key === STATS ? this.#inner(p, STATS_ORDER) : this.#inner(p, GREEKS_ORDER)
  }

  /** An object of numbers, none of which is read. */
  #inner(p: number, order: KeyOrder): number {
    const { bytes, view } = this.#values.numbers
    const start = p
    let key = order.start
    do {
      key = order.find(view, p + 1, key)
      if (key.number < 0) return skipValue(bytes, start, VALUE_DEPTH)
      p = skipPlain(bytes, view, p + 1 + key.length)
      if (p < 0) return p
    } while (bytes[p] === COMMA)
    return bytes[p] === CLOSE ? p + 1 : Refusal.malformed
  }
}
