import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { InstrumentKind, OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { bookedDecimals, type InstrumentDraft } from '../draft-instrument.ts'
import { listedBounds } from '../listed-bounds.ts'
import { listedInstruments } from '../listed-instruments.ts'
import type { ParsedInstruments } from '../market-venue.ts'
import { isJsonFields, type JsonFields, objectIn } from '../wire/json-object.ts'
import { splitInstId } from './inst-id.ts'
import { makeInstrument } from './make-instrument.ts'

const DECIMALS_MAX = 12
const KINDS: Readonly<Record<string, InstrumentKind>> = {
  SPOT: 'spot',
  SWAP: 'perpetual',
  FUTURES: 'future',
  OPTION: 'option',
}

/**
 * Instruments of an answer of `GET /api/v5/public/instruments`, of any type, or of a push of the channel of the same name.
 * One that is not whole is skipped and named with the field at fault; it is never half read.
 *
 * @param only the one kind that is wanted; the others are left out without a word
 */
export function parseInstrumentList(
  venue: string,
  text: string,
  only?: InstrumentKind,
): Result<ParsedInstruments, 'malformed'> {
  const answer = objectIn(text)
  if (answer === undefined || !Array.isArray(answer['data'])) return refuse('malformed')
  if (answer['code'] !== '0' && !isJsonFields(answer['arg'])) return refuse('malformed')
  const read = (row: JsonFields): InstrumentDraft | string | undefined => {
    const draft = readDefinition(row)
    return typeof draft === 'string' || only === undefined || draft.kind === only ? draft : undefined
  }
  return ok(listedInstruments(answer['data'], 'instId', read, (index, draft) => makeInstrument(venue, index, draft)))
}

/** @returns the draft, or the field at fault in words */
function readDefinition(entry: JsonFields): InstrumentDraft | string {
  const symbol = entry['instId']
  if (typeof symbol !== 'string' || !/^[^\s"\\@]{1,40}$/.test(symbol)) return 'instId'
  if (entry['instType'] === 'MARGIN') return 'instType MARGIN: it is the spot instrument of the same name'
  const kind = KINDS[String(entry['instType'])]
  if (kind === undefined) return 'instType'
  const parts = splitInstId(symbol)
  if (parts?.kind !== kind) return 'instId does not have the form of its instType'
  const price = gridOfStep(String(entry['tickSz']))
  if (price === undefined || price.decimals > DECIMALS_MAX) return 'tickSz'
  const quantity = gridOfStep(String(entry['lotSz']))
  if (quantity === undefined || quantity.decimals > DECIMALS_MAX) return 'lotSz'
  const grids = { price, quantity, bounds: readBounds(entry, kind, price, quantity), grids: 'published' } as const
  const { base, quote, expiry } = parts
  if (kind === 'spot') {
    if (entry['baseCcy'] !== base || entry['quoteCcy'] !== quote) return 'baseCcy or quoteCcy'
    return { symbol, base, quote, settle: quote, kind, expiry, ...grids }
  }
  const contract = readContract(entry, kind, base, quote, price, quantity)
  if (typeof contract === 'string') return contract
  return { symbol, base, quote, kind, expiry, ...grids, ...contract }
}

/**
 * What a contract is worth: `ctVal * ctMult` of the base asset, or of quote money for inverse contracts. Options are quoted
 * and settled in the coin.
 */
function readContract(
  entry: JsonFields,
  kind: InstrumentKind,
  base: string,
  quote: string,
  price: Grid,
  quantity: Grid,
): Pick<InstrumentDraft, 'settle' | 'multiplier' | 'isInverse'> | string {
  const settle = entry['settleCcy']
  if (typeof settle !== 'string' || settle === '') return 'settleCcy'
  const value = gridOfStep(String(entry['ctVal']))
  const times = gridOfStep(String(entry['ctMult']))
  if (value === undefined || times === undefined) return 'ctVal or ctMult'
  const multiplier = reduced(value.step * times.step, value.decimals + times.decimals)
  if (!Number.isSafeInteger(multiplier[0]) || multiplier[1] > DECIMALS_MAX) return 'ctVal or ctMult'
  const isInverse = entry['ctType'] === 'inverse'
  if (kind !== 'option' && !isInverse && entry['ctType'] !== 'linear') return 'ctType'
  // The quote currency of some pairs carries a suffix (`USD_UM`), the value of a contract never does.
  const valued = isInverse ? quote.split('_')[0] : base
  if (entry['ctValCcy'] !== valued) return `ctValCcy is not ${valued}`
  if (!isInverse) return { settle, multiplier }
  if (settle !== base) return 'settleCcy of an inverse contract is not its base asset'
  const spare = bookedDecimals(price, quantity, multiplier) + price.decimals - quantity.decimals - multiplier[1]
  const ticks = BigInt(multiplier[0]) * BigInt(quantity.step) * 10n ** BigInt(Math.max(0, spare))
  if (spare < 0 || ticks % BigInt(price.step) !== 0n) return 'tickSz does not divide the value of a contract'
  return { settle, multiplier, isInverse }
}

/** A fraction of ten in its lowest terms: 0.10 is 1 over 10. */
function reduced(step: number, decimals: number): readonly [number, number] {
  while (decimals > 0 && step % 10 === 0) {
    step /= 10
    decimals--
  }
  return [step, decimals]
}

/** Bounds in lots, drawn inward. The greatest market order of spot is a sum of money, and so none of these. */
function readBounds(entry: JsonFields, kind: InstrumentKind, price: Grid, quantity: Grid): OrderBounds {
  const market = kind === 'spot' ? undefined : entry['maxMktSz']
  const texts = { quantityMin: entry['minSz'], quantityMax: entry['maxLmtSz'], marketQuantityMax: market }
  return listedBounds(texts, price, quantity)
}
