/**
 * Assets in which Binance quotes, longest first so that `...FDUSD` is not read as `...USD`. Used only where the venue's
 * instrument list is not at hand. Source: the quote assets of exchangeInfo, 2021 to 2026.
 */
const QUOTES = [
  'FDUSD',
  'BUSD',
  'USDT',
  'USDC',
  'TUSD',
  'USDP',
  'USDS',
  'BIDR',
  'BKRW',
  'IDRT',
  'DOGE',
  'BVND',
  'DAI',
  'PAX',
  'BTC',
  'ETH',
  'BNB',
  'XRP',
  'TRX',
  'DOT',
  'VAI',
  'UST',
  'AEUR',
  'EURI',
  'EUR',
  'GBP',
  'AUD',
  'TRY',
  'RUB',
  'UAH',
  'NGN',
  'ZAR',
  'BRL',
  'PLN',
  'RON',
  'ARS',
  'JPY',
  'MXN',
  'CZK',
  'COP',
  'USD',
].sort((one, other) => other.length - one.length)

/** Base and quote of a symbol as the venue writes it; the dated part of a delivery contract apart. */
export interface SymbolParts {
  readonly base: string
  readonly quote: string
  /** `210924` of `BTCUSDT_210924`; empty for anything that does not expire. */
  readonly expiry: string
}

/** Splits a symbol by its quote asset. A symbol without a known one is all base, with an unnamed quote (`?`). */
export function splitSymbol(symbol: string): SymbolParts {
  const [pair, expiry = ''] = symbol.split('_') as [string, string?]
  const quote = QUOTES.find(candidate => pair.endsWith(candidate) && pair.length > candidate.length)
  return quote === undefined
    ? { base: pair, quote: '?', expiry }
    : { base: pair.slice(0, -quote.length), quote, expiry }
}
