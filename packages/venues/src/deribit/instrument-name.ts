import type { InstrumentKind } from '@velocimex/core/market/instrument'

const MONTHS = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC'

/** What the name of an instrument says. */
export interface NameParts {
  readonly base: string
  readonly quote: string
  readonly kind: InstrumentKind
  /** `yymmdd`, and for options strike and side behind it, `210409-1950-C`; empty for what does not expire. */
  readonly expiry: string
}

/**
 * Takes a name apart: `BTC-PERPETUAL`, `SOL_USDC-PERPETUAL`, `BTC-5JUN26`, `XRP_USDC-25JUL25-2d3-C` (a `d` is the decimal
 * point), `BTC_USDC`. A pair without a quote is against USD, settled in its base.
 *
 * @param kind when it is known; the name must be one of it
 * @returns undefined for names of other things, such as combinations
 */
export function nameParts(symbol: string, kind?: InstrumentKind): NameParts | undefined {
  const [pair = '', date, strike, side, ...rest] = symbol.split('-')
  const [base = '', quote = 'USD', more] = pair.split('_')
  if (base === '' || quote === '' || more !== undefined || rest.length > 0) return undefined
  const found = read(date, strike, side)
  if (found === undefined || (kind !== undefined && kind !== found.kind)) return undefined
  return found.kind === 'spot' && !pair.includes('_') ? undefined : { base, quote, ...found }
}

function read(date?: string, strike?: string, side?: string): Pick<NameParts, 'kind' | 'expiry'> | undefined {
  if (date === undefined) return { kind: 'spot', expiry: '' }
  if (date === 'PERPETUAL' && strike === undefined) return { kind: 'perpetual', expiry: '' }
  const match = /^(\d{1,2})([A-Z]{3})(\d\d)$/.exec(date)
  const month = match === null ? -1 : MONTHS.indexOf(match[2]!) / 3
  if (month < 0 || !Number.isInteger(month)) return undefined
  const day = `${match![3]}${String(month + 1).padStart(2, '0')}${match![1]!.padStart(2, '0')}`
  if (strike === undefined) return { kind: 'future', expiry: day }
  const isOption = /^\d+(d\d+)?$/.test(strike) && (side === 'C' || side === 'P')
  return isOption ? { kind: 'option', expiry: `${day}-${strike.replace('d', '.')}-${side}` } : undefined
}
