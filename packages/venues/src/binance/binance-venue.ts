import { BINANCE_SPOT, BINANCE_USDM } from '@velocimex/core/feed/sequencing'
import type { MarketVenue } from '../market-venue.ts'
import { BinanceCodec } from './binance-codec.ts'
import { exchangeInfoStatuses } from './contract-status.ts'
import { parseExchangeInfo } from './exchange-info.ts'
import type { Dialect } from './frame-fields.ts'
import { BinanceGridInference } from './grid-inference.ts'

/** Binance spot, or its USD-margined futures. */
function binance(dialect: Dialect): MarketVenue {
  const id = `binance-${dialect}`
  return {
    id,
    sequencing: dialect === 'spot' ? BINANCE_SPOT : BINANCE_USDM,
    makeCodec: (instruments, bufferBytes, maxLevels, source) =>
      new BinanceCodec(dialect, id, instruments, bufferBytes, maxLevels, source),
    parseInstruments: text => parseExchangeInfo(dialect, id, text),
    parseStatuses: (text, symbols) => exchangeInfoStatuses(dialect, text, symbols),
    inferGrids: () => new BinanceGridInference(dialect, id),
    snapshotSymbol: url => /\/depth\?(?:[^#]*&)?symbol=([^&#]+)/.exec(url)?.[1],
  }
}

/** Binance spot. */
export const binanceSpot = binance('spot')
/** Binance USD-margined futures. */
export const binanceUsdm = binance('usdm')
