import { type TraderConfig, traderConfigSchema } from './trader-config.ts'

const MAKER = {
  ...{ kind: 'market-maker', mode: 'live' },
  parameters: {
    quantity: '0.005',
    maxPosition: '0.03',
    halfSpreadBps: 0,
    skewBps: 0.05,
    requoteBps: 0.02,
    patienceMs: 500,
  },
}
const MOMENTUM = {
  ...{ kind: 'momentum', mode: 'live' },
  parameters: { quantity: '1', thresholdBps: 0.06, flow: 0.3, holdMs: 5000, takeAbove: 0.9, exitMs: 4000 },
}
/** A demonstration risks little: one size for order and position, ten orders, one percent from the middle. */
const risk = (most: string) => ({
  ...{ maxOrderQuantity: most, maxPosition: most, maxOpenOrders: 10, priceBandBps: 100, maxOrdersPerSecond: 10 },
})

/**
 * What is traded when no configuration is given: three simulated venues, one coin; two markets are made, and one is
 * followed. `examples/trader.yaml` says the same.
 */
export const DEMO_CONFIG: TraderConfig = traderConfigSchema.parse({
  accounts: [
    { name: 'binance-usdm', venue: 'binance-usdm', symbols: ['BTCUSDT'], strategies: [MAKER], risk: risk('0.05') },
    { name: 'bybit-linear', venue: 'bybit-linear', symbols: ['BTCUSDT'], strategies: [MAKER], risk: risk('0.05') },
    { name: 'okx-swap', venue: 'okx-swap', symbols: ['BTC-USDT-SWAP'], strategies: [MOMENTUM], risk: risk('5') },
  ],
})

/** Names of the simulated venues that are traded on then. */
export const DEMO_VENUES: readonly string[] = DEMO_CONFIG.accounts.map(({ venue }) => venue)
