import type { Grid } from '../market/grid.ts'
import type { Instrument, OrderBounds } from '../market/instrument.ts'
import type { Asset, ContractValue } from '../market/money.ts'
import { ok, type Result, refuse } from '../result.ts'

/** The instruments of a table as JSON text: bigints as decimal digits, keys in a fixed order, so equal tables give equal bytes. */
export function writeInstruments(instruments: readonly Instrument[]): string {
  return JSON.stringify(
    instruments.map(instrument => ({
      index: instrument.index,
      venue: instrument.venue,
      symbol: instrument.symbol,
      unified: instrument.unified,
      kind: instrument.kind,
      base: asset(instrument.base),
      quote: asset(instrument.quote),
      settle: asset(instrument.settle),
      price: grid(instrument.price),
      quantity: grid(instrument.quantity),
      contract: { kind: instrument.contract.kind, value: String(contractUnits(instrument.contract)) },
      bounds: boundsOut(instrument.bounds),
      fees: { maker: instrument.fees.maker, taker: instrument.fees.taker },
      grids: instrument.grids,
    })),
  )
}

/**
 * Reads what `writeInstruments` wrote. Files come from outside, so every field is checked.
 * @returns `malformed` with the place in `where`, such as `[3].price.decimals`
 */
export function readInstruments(
  text: string,
): Result<readonly Instrument[], 'malformed'> & { readonly where?: string } {
  try {
    const list = JSON.parse(text) as unknown
    if (!Array.isArray(list)) throw new Fault('')
    return ok(list.map((entry, at) => instrumentOf(new Fields(entry, `[${at}]`), at)))
  } catch (cause) {
    return { ...refuse('malformed'), where: cause instanceof Fault ? cause.where : 'not JSON' }
  }
}

const asset = ({ code, decimals }: Asset) => ({ code, decimals })
const grid = ({ decimals, step }: Grid) => ({ decimals, step })
const contractUnits = (contract: ContractValue): bigint =>
  contract.kind === 'linear' ? contract.minorPerTickLot : contract.minorTicksPerLot

const BOUNDS = ['priceMin', 'priceMax', 'quantityMin', 'quantityMax', 'marketQuantityMax'] as const

function boundsOut(bounds: OrderBounds): Record<string, number | string> {
  const out: Record<string, number | string> = {}
  for (const key of BOUNDS) if (bounds[key] !== undefined) out[key] = bounds[key]
  if (bounds.notionalMin !== undefined) out['notionalMin'] = String(bounds.notionalMin)
  return out
}

/** Where a table is not what it must be. Stays inside this file. */
class Fault {
  readonly where: string
  constructor(where: string) {
    this.where = where
  }
}

/** Checked access to the fields of one JSON object. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #where: string

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Fault(where)
    this.#fields = value as Readonly<Record<string, unknown>>
    this.#where = where
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key)
  }

  text(key: string): string {
    const value = this.#get(key)
    return typeof value === 'string' && value.length <= 200 ? value : this.#fail(key)
  }

  oneOf<T extends string>(key: string, words: readonly T[]): T {
    const value = this.#get(key)
    return words.find(word => word === value) ?? this.#fail(key)
  }

  whole(key: string, min: number, max: number): number {
    const value = this.#get(key)
    return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : this.#fail(key)
  }

  big(key: string): bigint {
    const text = this.text(key)
    return /^\d{1,60}$/.test(text) ? BigInt(text) : this.#fail(key)
  }

  inner(key: string): Fields {
    return new Fields(this.#get(key), `${this.#where}.${key}`)
  }

  #get(key: string): unknown {
    return this.has(key) ? this.#fields[key] : this.#fail(key)
  }

  #fail(key: string): never {
    throw new Fault(`${this.#where}.${key}`)
  }
}

const MAX = Number.MAX_SAFE_INTEGER
const assetOf = (fields: Fields): Asset => ({ code: fields.text('code'), decimals: fields.whole('decimals', 0, 40) })
const gridOf = (fields: Fields): Grid => ({
  decimals: fields.whole('decimals', 0, 20),
  step: fields.whole('step', 1, MAX),
})

function contractOf(fields: Fields): ContractValue {
  const kind = fields.oneOf('kind', ['linear', 'inverse'])
  return kind === 'linear'
    ? { kind, minorPerTickLot: fields.big('value') }
    : { kind, minorTicksPerLot: fields.big('value') }
}

function boundsOf(fields: Fields): OrderBounds {
  const bounds: { -readonly [Key in keyof OrderBounds]: OrderBounds[Key] } = {}
  for (const key of BOUNDS) if (fields.has(key)) bounds[key] = fields.whole(key, 0, MAX)
  if (fields.has('notionalMin')) bounds.notionalMin = fields.big('notionalMin')
  return bounds
}

function instrumentOf(fields: Fields, at: number): Instrument {
  const fees = fields.inner('fees')
  return {
    index: fields.whole('index', at, at),
    venue: fields.text('venue'),
    symbol: fields.text('symbol'),
    unified: fields.text('unified'),
    kind: fields.oneOf('kind', ['spot', 'perpetual', 'future', 'option']),
    base: assetOf(fields.inner('base')),
    quote: assetOf(fields.inner('quote')),
    settle: assetOf(fields.inner('settle')),
    price: gridOf(fields.inner('price')),
    quantity: gridOf(fields.inner('quantity')),
    contract: contractOf(fields.inner('contract')),
    bounds: boundsOf(fields.inner('bounds')),
    fees: { maker: fees.whole('maker', -1e8, 1e8), taker: fees.whole('taker', -1e8, 1e8) },
    grids: fields.oneOf('grids', ['published', 'inferred']),
  }
}
