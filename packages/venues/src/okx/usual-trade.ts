import { Literal } from '../wire/literal.ts'
import { NOT_USUAL } from '../wire/not-usual.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import { usualInstant } from '../wire/usual-instant.ts'
import { Slot as Slots, TRADE } from './frame-fields.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Slot = Slots
const NO = NOT_USUAL

const QUOTE = 34
const CLOSE = 125
const INST_ID = new Literal('{"instId":')
const ID = new Literal(',"tradeId":"')
const PRICE = new Literal('","px":"')
const LOTS = new Literal(',"sz":"')
const BUY = new Literal(',"side":"buy","ts":"')
const SELL = new Literal(',"side":"sell","ts":"')
const COUNT = new Literal(',"count":"')
const ORDER_BOOK = new Literal(',"source":"0"')
const SEQUENCE = new Literal(',"seqId":')

const HAS_COUNT = TRADE.bit('count')
const ALWAYS = TRADE.needed

/** Reads a trade that is written as the venue writes them, in all years; see `UsualBook`. */
export class UsualTrade {
  /** Bits of `TRADE` of the fields that the trade just read has. */
  seen = 0
  readonly #numbers: NumberReader
  readonly #quotedSymbols: readonly (Literal | undefined)[]

  /** @param quotedSymbols symbols between quotes, by index of the instrument */
  constructor(numbers: NumberReader, quotedSymbols: readonly (Literal | undefined)[]) {
    this.#numbers = numbers
    this.#quotedSymbols = quotedSymbols
  }

  /**
   * `{"instId":"BTC-USDT","tradeId":"1","px":"1","sz":"1","side":"buy","ts":"1","count":"1","source":"0","seqId":1}`, the
   * last three or two of which came later. Returns what is behind, or `NOT_USUAL`. The grids of the instrument are in use.
   */
  read(p: number, instrument: number): number {
    const numbers = this.#numbers
    const { bytes, view, slots } = numbers
    const symbol = this.#quotedSymbols[instrument]
    if (symbol === undefined || !INST_ID.isAt(view, p) || !symbol.isAt(view, p + INST_ID.length)) return NO
    p += INST_ID.length + symbol.length
    if (!ID.isAt(view, p)) return NO
    p = numbers.int(p + ID.length, Slot.id)
    if (p < 0 || !PRICE.isAt(view, p)) return NO
    p = numbers.onGrid(p + PRICE.length, true, Slot.price)
    if (p < 0 || slots[Slot.price] === 0 || !LOTS.isAt(view, p)) return NO
    p = numbers.onGrid(p + LOTS.length, false, Slot.lots)
    if (p < 0) return NO
    const isBuy = BUY.isAt(view, p)
    if (!isBuy && !SELL.isAt(view, p)) return NO
    slots[Slot.side] = isBuy ? 1 : 0
    p = usualInstant(numbers, p + (isBuy ? BUY.length : SELL.length), Slot.time)
    if (bytes[p++] !== QUOTE) return NO
    this.seen = ALWAYS
    if (COUNT.isAt(view, p)) {
      this.seen = ALWAYS | HAS_COUNT
      p = numbers.int(p + COUNT.length, Slot.count)
      if (bytes[p++] !== QUOTE) return NO
    }
    if (ORDER_BOOK.isAt(view, p)) p += ORDER_BOOK.length
    if (SEQUENCE.isAt(view, p)) p = numbers.int(p + SEQUENCE.length, Slot.unused)
    return bytes[p] === CLOSE ? p + 1 : NO
  }
}
