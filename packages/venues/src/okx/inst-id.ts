import type { InstrumentKind } from '@velocimex/core/market/instrument'

/** What the name of an instrument says; see `splitInstId`. */
export interface InstIdParts {
  readonly kind: InstrumentKind
  readonly base: string
  readonly quote: string
  /** `220527` of a future, `220325-40000-C` of an option; empty for what does not expire. */
  readonly expiry: string
}

/**
 * Splits the name of an instrument, whose form tells its type:
 *
 *     BTC-USDT    BTC-USDT-SWAP    BTC-USD-220527    BTC-USD-220325-40000-C
 *
 * @returns undefined for any other form
 */
export function splitInstId(instId: string): InstIdParts | undefined {
  const [base, quote, third, strike, side, ...more] = instId.split('-')
  if (base === undefined || base === '' || quote === undefined || quote === '' || more.length > 0) return undefined
  if (third === undefined) return { kind: 'spot', base, quote, expiry: '' }
  if (third === 'SWAP') return strike === undefined ? { kind: 'perpetual', base, quote, expiry: '' } : undefined
  if (!/^\d{6}$/.test(third)) return undefined
  if (strike === undefined) return { kind: 'future', base, quote, expiry: third }
  if (!/^\d+(\.\d+)?$/.test(strike) || !/^[CP]$/.test(side ?? '')) return undefined
  return { kind: 'option', base, quote, expiry: `${third}-${strike}-${side}` }
}

const QUOTE = 34
const DASH = 45
/** `SWAP` as a big-endian word. */
const SWAP = 0x53574150

/** The type of the instrument whose plainly written name opens with the quote at `p`, by its form alone. */
export function kindOfName(bytes: Uint8Array, p: number): InstrumentKind {
  let dashes = 0
  let word = 0
  for (p++; bytes[p] !== QUOTE && bytes[p] !== 0; p++) {
    if (bytes[p] === DASH) dashes++
    word = (word << 8) | bytes[p]!
  }
  if (dashes <= 1) return 'spot'
  if (dashes === 2) return word === SWAP ? 'perpetual' : 'future'
  return 'option'
}
