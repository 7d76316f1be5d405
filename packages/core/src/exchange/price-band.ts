import type { Instrument, InstrumentKind } from '../market/instrument.ts'

/** Limit prices that a venue takes, as shares of the mark in 1e-4. A bound that is absent is none. */
export interface PriceBand {
  readonly buyMin?: number
  readonly buyMax?: number
  readonly sellMin?: number
  readonly sellMax?: number
}

/** The bands of a venue by what is traded. */
export type PriceBands = Readonly<Partial<Record<InstrumentKind, PriceBand>>>

const SHARE_ONE = 10_000

/** Lowest and highest price of a side that a venue takes now, ticks. */
export interface SideBounds {
  readonly min: number
  readonly max: number
}

/**
 * What the band of an instrument comes to at a mark. Bounds are widened to whole ticks, and none is below one tick.
 *
 * @param mark ticks; 0 for none, and then nothing is bounded
 */
export function boundsAt(
  bands: PriceBands | undefined,
  { kind }: Instrument,
  mark: number,
): { readonly buy: SideBounds; readonly sell: SideBounds } {
  const band = mark > 0 ? bands?.[kind] : undefined
  const low = (share: number | undefined): number =>
    share === undefined ? 1 : Math.max(1, Math.floor((mark * share) / SHARE_ONE))
  const high = (share: number | undefined): number =>
    share === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil((mark * share) / SHARE_ONE)
  return {
    buy: { min: low(band?.buyMin), max: high(band?.buyMax) },
    sell: { min: low(band?.sellMin), max: high(band?.sellMax) },
  }
}
