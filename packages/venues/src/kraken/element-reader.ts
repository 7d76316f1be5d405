import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipBlanks } from '../wire/json-walk.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import type { WireParts } from './wire-parts.ts'

/** Reads what all elements of websocket v2's `data` have: a symbol, in any place, and numbers on its grids. */
export class ElementReader {
  readonly #parts: WireParts
  readonly #symbolOnly: ObjectWalk
  /** Instrument of the element before. */
  #last = 0

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#symbolOnly = new ObjectWalk(parts.numbers, 2, [['symbol', 'needed']])
  }

  /** The symbol at `p`: sets the instrument and its grids. It is taken for that of the element before, if it is. */
  symbol(p: number): number {
    const { numbers, names, symbols, quotedSymbols } = this.#parts
    const expected = quotedSymbols[this.#last]
    let end = -1
    if (expected?.isAt(numbers.view, p)) end = p + expected.length
    else {
      end = names.read(numbers, p, symbols)
      if (end < 0) return end
      if (names.found < 0) return Refusal.unknownSymbol
      this.#last = names.found
    }
    this.#parts.instrument = this.#last
    numbers.useGrids(this.#last)
    return end
  }

  /** Finds the symbol of an element in which a number comes before it. Returns a refusal, or what is not one. */
  find(start: number): number {
    if (this.#parts.instrument >= 0) return 0
    const walk = this.#symbolOnly
    let p = walk.open(start)
    for (p = walk.next(p); walk.field >= 0; p = walk.next(p)) p = this.symbol(p)
    return p
  }

  /** A price or a quantity of the element that begins at `start`, in steps of its grid. */
  onGrid(start: number, p: number, isPrice: boolean, slot: number): number {
    const { numbers, decimals } = this.#parts
    const found = this.find(start)
    if (found < 0) return found
    return isPrice
      ? decimals.number(p, numbers.priceDecimals, numbers.priceStep, slot)
      : decimals.number(p, numbers.lotDecimals, numbers.lotStep, slot)
  }

  /** A whole number 0..2^53-1 that is followed by nothing of its own. */
  int(p: number, slot: number): number {
    const { numbers } = this.#parts
    const end = numbers.int(p, slot)
    if (end < 0) return end
    const next = numbers.bytes[skipBlanks(numbers.bytes, end)]!
    return next === 44 || next === 125 ? end : numbers.noInt(p)
  }
}
