/** What the flow of orders of one instrument looks like. Prices in ticks, sizes in lots, rates in events a second. */
export interface OrderFlowParameters {
  /** First mid. */
  readonly mid: number
  /** Deviation of the value after one second: the mid follows it. */
  readonly diffusion: number
  /** Orders that come to rest or are asked to go, both sides together; as many of either. */
  readonly limitRate: number
  /** Orders that take, and the share of them that copy the side of an earlier one. */
  readonly marketRate: number
  readonly copied: number
  /** Median size of an order that takes, and the deviation of its logarithm. */
  readonly takerLots: number
  readonly takerSpread: number
  /** The same of an order that rests. */
  readonly makerLots: number
  readonly makerSpread: number
  /** Mean size of what market makers show at the touch, and the share of it that they show behind. */
  readonly houseLots: number
  readonly behind: number
  /** Least size of an order: the venue's least value. */
  readonly lotsMin: number
  /** Orders the book is kept near to, per side. */
  readonly depth: number
  /** How far behind the touch orders are placed: scale and exponent of a Lomax law. A greater scale is farther. */
  readonly reach: number
  readonly tail: number
  /** Index of the flow whose value this one follows: the same thing on another venue. */
  readonly leader?: number
}

/**
 * A liquid coin against a dollar coin: a tick of 0.01, a lot of 0.00001. Its figures are those of a recording of BTCUSDT
 * spot (docs/market-model.md tells how near they come, and which figure each parameter was set by).
 */
export const LIQUID_FLOW: OrderFlowParameters = {
  mid: 6_180_000,
  diffusion: 720,
  limitRate: 480,
  marketRate: 11,
  copied: 0.85,
  takerLots: 360,
  takerSpread: 2.6,
  makerLots: 40,
  makerSpread: 2.4,
  houseLots: 115_000,
  behind: 0.33,
  lotsMin: 9,
  depth: 600,
  reach: 7000,
  tail: 2,
}

/** A perpetual on the same coin: a tick of 0.1, a lot of 0.001. Its figures are those of a recording of BTCUSDT USD-M. */
export const PERPETUAL_FLOW: OrderFlowParameters = {
  mid: 618_000,
  diffusion: 78,
  limitRate: 1100,
  marketRate: 15.5,
  copied: 0.6,
  takerLots: 32,
  takerSpread: 2.3,
  makerLots: 7,
  makerSpread: 2,
  houseLots: 1100,
  behind: 0.5,
  lotsMin: 2,
  depth: 1200,
  reach: 1500,
  tail: 2,
}
