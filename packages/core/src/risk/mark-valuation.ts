import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { type Asset, type ContractValue, notional } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'

/** Where prices for judging risk come from. */
export interface Marks {
  /** Ticks, fractions allowed; NaN while there is none. */
  mark(instrument: number): number
}

/** One step from an asset to another over the price of an instrument; `forward` goes from its base to its quote. */
interface Leg {
  readonly instrument: Instrument
  readonly forward: boolean
}

/**
 * Values positions and amounts of any asset in one currency, by marks. Every division is rounded against us; an amount
 * without a chain of marks to the currency has no value, and is never taken for zero.
 */
export class MarkValuation {
  readonly currency: Asset
  readonly #instruments: InstrumentTable
  readonly #marks: Marks
  readonly #routes = new Map<string, readonly (readonly Leg[])[]>()
  // What was valued last of each instrument, twice: with and without a wish. Most positions do not change between orders.
  readonly #memo: { mark: number; lots: number; settled: bigint }[]
  #turn = 0

  /** @param currency booked as in the instrument table, when it is there */
  constructor(instruments: InstrumentTable, currency: Asset, marks: Marks) {
    this.#instruments = instruments
    this.#marks = marks
    this.currency = currency
    this.#memo = Array.from({ length: 2 * instruments.all.length }, () => ({ mark: 0, lots: 0, settled: 0n }))
    const codes = new Set(instruments.all.flatMap(({ base, quote, settle }) => [base.code, quote.code, settle.code]))
    for (const code of codes) this.#routes.set(code, routes(instruments, code, currency.code))
  }

  /**
   * Value of lots of an instrument in the currency's booked units.
   * @param lots not negative
   * @returns undefined while a mark is missing
   */
  value(index: number, lots: number): bigint | undefined {
    if (lots === 0) return 0n
    const mark = this.#marks.mark(index)
    if (Number.isNaN(mark)) return undefined
    return this.convert(this.#settled(index, lots, mark), this.#instruments.at(index).settle.code)
  }

  #settled(index: number, lots: number, mark: number): bigint {
    const first = this.#memo[2 * index]!
    if (first.lots === lots && first.mark === mark) return first.settled
    const second = this.#memo[2 * index + 1]!
    if (second.lots === lots && second.mark === mark) return second.settled
    const { contract } = this.#instruments.at(index)
    const settled = worthMost(contract, lots, mark)
    const memo = this.#turn++ % 2 === 0 ? first : second
    memo.lots = lots
    memo.mark = mark
    memo.settled = settled
    return memo.settled
  }

  /**
   * An amount of an asset in the currency, for judging risk: never understated.
   * @param amount booked units; a negative one is rounded away from zero like a positive one
   * @returns undefined while a mark is missing, or when no instruments join the two
   */
  convert(amount: bigint, code: string): bigint | undefined {
    if (amount >= 0n) return this.#along(amount, code, true)
    const value = this.#along(-amount, code, true)
    return value === undefined ? undefined : -value
  }

  /** The same for what is owned and owed: what we have is rounded down, what we owe up. */
  worth(amount: bigint, code: string): bigint | undefined {
    return amount >= 0n ? this.#along(amount, code, false) : this.convert(amount, code)
  }

  #along(amount: bigint, code: string, isUp: boolean): bigint | undefined {
    if (code === this.currency.code || amount === 0n) return amount
    for (const route of this.#routes.get(code) ?? []) {
      let value: bigint | undefined = amount
      for (const leg of route) {
        value = this.#step(value, leg, isUp)
        if (value === undefined) break
      }
      if (value !== undefined) return value
    }
    return undefined
  }

  #step(amount: bigint, { instrument, forward }: Leg, isUp: boolean): bigint | undefined {
    const mark = this.#marks.mark(instrument.index)
    if (!(mark > 0)) return undefined
    const { base, quote, price } = instrument
    const ticks = BigInt(forward === isUp ? Math.ceil(mark) : Math.max(1, Math.floor(mark)))
    const quotePart = ticks * BigInt(price.step) * 10n ** BigInt(quote.decimals)
    const basePart = 10n ** BigInt(price.decimals + base.decimals)
    const dividend = amount * (forward ? quotePart : basePart)
    const divisor = forward ? basePart : quotePart
    return isUp ? (dividend + divisor - 1n) / divisor : dividend / divisor
  }
}

/** Value of lots at the price beside the mark that makes them worth more, rounded up: inverse ones at the lower. */
function worthMost(contract: ContractValue, lots: number, mark: number): bigint {
  if (contract.kind === 'linear') {
    const value = notional(Math.ceil(mark) as Ticks, lots as Lots, contract)
    return value < 0n ? -value : value
  }
  const price = BigInt(Math.max(1, Math.floor(mark)))
  return (BigInt(lots) * contract.minorTicksPerLot + price - 1n) / price
}

/** Chains of at most two instruments from one asset to another, shorter ones first. */
function routes(instruments: InstrumentTable, from: string, to: string): Leg[][] {
  const direct = legs(instruments, from).filter(leg => end(leg) === to)
  const joined = legs(instruments, from).flatMap(first =>
    end(first) === to
      ? []
      : legs(instruments, end(first))
          .filter(second => end(second) === to)
          .map(second => [first, second]),
  )
  return [...direct.map(leg => [leg]), ...joined]
}

const end = ({ instrument, forward }: Leg): string => (forward ? instrument.quote : instrument.base).code

/** Steps away from an asset, spot markets first. Prices of options say nothing about their base. */
const legs = (instruments: InstrumentTable, from: string): Leg[] =>
  instruments.all
    .filter(({ kind, base, quote }) => kind !== 'option' && (base.code === from || quote.code === from))
    .toSorted((one, other) => Number(other.kind === 'spot') - Number(one.kind === 'spot'))
    .map(instrument => ({ instrument, forward: instrument.base.code === from }))
