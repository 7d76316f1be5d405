import { Literal } from '../wire/literal.ts'
import { NOT_USUAL } from '../wire/not-usual.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import { readTextId } from '../wire/text-id.ts'
import { usualInstant } from '../wire/usual-instant.ts'
import { Slot as Slots } from './frame-fields.ts'
import type { MessageReader } from './message-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Slot = Slots
const NO = NOT_USUAL

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const CLOSE = 125

const LINEAR = new Literal('{"T":')
const SYMBOL = new Literal(',"s":')
const SELL = new Literal(',"S":"Sell"')
const BUY = new Literal(',"S":"Buy"')
const LOTS = new Literal(',"v":"')
const PRICE = new Literal(',"p":"')
const TICK = new Literal(',"L":"')
const ZERO_TICK = new Literal('Zero')
const PLUS = new Literal('PlusTick","i":"')
const MINUS = new Literal('MinusTick","i":"')
const NO_BLOCK = new Literal(',"BT":false,"RPI":')
const FALSE = new Literal('false')
const TRUE = new Literal('true')
const SEQUENCE = new Literal(',"seq":')

const SPOT = new Literal('{"i":"')
const TRADED = new Literal(',"T":')

/**
 * The lists of trades of `UsualFrames`, as either market writes them. A block trade is not usual. One function to a trade
 * on purpose: a call for each field costs.
 */
export class UsualTrades {
  readonly #numbers: NumberReader
  readonly #quotedSymbols: readonly (Literal | undefined)[]
  readonly #message: MessageReader

  /** @param quotedSymbols symbols between quotes, by index of the instrument */
  constructor(numbers: NumberReader, quotedSymbols: readonly (Literal | undefined)[], message: MessageReader) {
    this.#numbers = numbers
    this.#quotedSymbols = quotedSymbols
    this.#message = message
  }

  /** A list, from its opening bracket to behind its closing one, or `NOT_USUAL`. The grids of the instrument are in use. */
  read(p: number, instrument: number): number {
    const { bytes, view } = this.#numbers
    const symbol = this.#quotedSymbols[instrument]
    if (symbol === undefined || bytes[p] !== OPEN_LIST) return NO
    const isLinear = LINEAR.isAt(view, p + 1)
    do {
      p = isLinear ? this.#linear(p + 1, symbol) : this.#spot(p + 1, symbol)
      if (p < 0 || this.#message.trade() < 0) return NO
    } while (bytes[p] === COMMA)
    return bytes[p] === CLOSE_LIST ? p + 1 : NO
  }

  /** `{"T":1,"s":"BTCUSDT","S":"Sell","v":"1","p":"1","L":"ZeroPlusTick","i":"...","BT":false,"RPI":false,"seq":1}` */
  #linear(p: number, symbol: Literal): number {
    const numbers = this.#numbers
    const { bytes, view, slots } = numbers
    if (!LINEAR.isAt(view, p)) return NO
    p = usualInstant(numbers, p + LINEAR.length, Slot.traded)
    if (p < 0 || !SYMBOL.isAt(view, p)) return NO
    p += SYMBOL.length
    if (!symbol.isAt(view, p)) return NO
    p += symbol.length
    const isBuy = BUY.isAt(view, p)
    if (!isBuy && !SELL.isAt(view, p)) return NO
    p += isBuy ? BUY.length : SELL.length
    if (!LOTS.isAt(view, p)) return NO
    p = numbers.onGrid(p + LOTS.length, false, Slot.lots)
    if (p < 0 || !PRICE.isAt(view, p)) return NO
    p = numbers.onGrid(p + PRICE.length, true, Slot.price)
    if (p < 0 || slots[Slot.price] === 0 || !TICK.isAt(view, p)) return NO
    p += TICK.length
    if (ZERO_TICK.isAt(view, p)) p += ZERO_TICK.length
    const isPlus = PLUS.isAt(view, p)
    if (!isPlus && !MINUS.isAt(view, p)) return NO
    p = readTextId(numbers, p + (isPlus ? PLUS.length : MINUS.length), Slot.id)
    if (p < 0 || !NO_BLOCK.isAt(view, p)) return NO
    p += NO_BLOCK.length
    const isFalse = FALSE.isAt(view, p)
    if (!isFalse && !TRUE.isAt(view, p)) return NO
    p += isFalse ? FALSE.length : TRUE.length
    if (!SEQUENCE.isAt(view, p)) return NO
    p = numbers.int(p + SEQUENCE.length, Slot.elsewhere)
    slots[Slot.isBuy] = isBuy ? 1 : 0
    slots[Slot.isBlock] = 0
    return bytes[p] === CLOSE ? p + 1 : NO
  }

  /** `{"i":"1","T":1,"p":"1","v":"1","S":"Sell","seq":1,"s":"ETHUSDT","BT":false,"RPI":false}` */
  #spot(p: number, symbol: Literal): number {
    const numbers = this.#numbers
    const { bytes, view, slots } = numbers
    if (!SPOT.isAt(view, p)) return NO
    p = readTextId(numbers, p + SPOT.length, Slot.id)
    if (p < 0 || !TRADED.isAt(view, p)) return NO
    p = usualInstant(numbers, p + TRADED.length, Slot.traded)
    if (p < 0 || !PRICE.isAt(view, p)) return NO
    p = numbers.onGrid(p + PRICE.length, true, Slot.price)
    if (p < 0 || slots[Slot.price] === 0 || !LOTS.isAt(view, p)) return NO
    p = numbers.onGrid(p + LOTS.length, false, Slot.lots)
    if (p < 0) return NO
    const isBuy = BUY.isAt(view, p)
    if (!isBuy && !SELL.isAt(view, p)) return NO
    p += isBuy ? BUY.length : SELL.length
    if (!SEQUENCE.isAt(view, p)) return NO
    p = numbers.int(p + SEQUENCE.length, Slot.elsewhere)
    if (p < 0 || !SYMBOL.isAt(view, p)) return NO
    p += SYMBOL.length
    if (!symbol.isAt(view, p)) return NO
    p += symbol.length
    if (!NO_BLOCK.isAt(view, p)) return NO
    p += NO_BLOCK.length
    const isFalse = FALSE.isAt(view, p)
    if (!isFalse && !TRUE.isAt(view, p)) return NO
    p += isFalse ? FALSE.length : TRUE.length
    slots[Slot.isBuy] = isBuy ? 1 : 0
    slots[Slot.isBlock] = 0
    return bytes[p] === CLOSE ? p + 1 : NO
  }
}
