/**
 * Assets in which Bybit quotes, longest first so that `...RLUSD` is not read as `...USD`. Used only where the venue's
 * instrument list is not at hand. Source: the quote coins of instruments-info, 2026.
 */
const QUOTES = 'USDT USDC USDE USD1 RLUSD XUSD USDQ USDR DAI BTC ETH SOL EUR BRL GBP AED PLN TRY USD'
  .split(' ')
  .sort((one, other) => other.length - one.length)

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')

/** Base and quote of a symbol as the venue writes it; the dated part of a delivery contract apart. */
export interface SymbolParts {
  readonly base: string
  readonly quote: string
  /** `261225` of `BTCUSDT-25DEC26`; empty for anything that does not expire. */
  readonly expiry: string
}

/** Splits a symbol by its quote asset; `BTCPERP` is quoted in USDC. A symbol without a known one is quoted in `?`. */
export function splitSymbol(symbol: string): SymbolParts {
  const [pair, date = ''] = symbol.split('-') as [string, string?]
  const expiry = expiryOf(date)
  if (pair.endsWith('PERP') && pair.length > 4) return { base: pair.slice(0, -4), quote: 'USDC', expiry }
  const quote = QUOTES.find(candidate => pair.endsWith(candidate) && pair.length > candidate.length)
  if (quote !== undefined) return { base: pair.slice(0, -quote.length), quote, expiry }
  return { base: pair, quote: expiry === '' ? '?' : 'USDC', expiry }
}

/** `261225` of `25DEC26`; a day may be written with one digit. Empty for anything else. */
function expiryOf(date: string): string {
  const [, day, name, year] = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(date) ?? []
  const month = MONTHS.indexOf(name ?? '') + 1
  return day === undefined || month === 0 ? '' : `${year}${String(month).padStart(2, '0')}${day.padStart(2, '0')}`
}
