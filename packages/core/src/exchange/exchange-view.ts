import type { InstrumentTable } from '../market/instrument-table.ts'
import type { ExchangeAccount } from './exchange-account.ts'
import type { ExchangeOrder } from './exchange-order.ts'
import type { MatchingEngine } from './matching-engine.ts'
import type { PriceBands } from './price-band.ts'

/** How an exchange charges and lends. */
export interface ExchangeTerms {
  /** Spot: fees are taken from what is received (true), or always from the quote asset. */
  readonly feeFromReceived: boolean
  readonly defaultLeverage: number
  /** Open orders that one account may have in one instrument. */
  readonly openOrdersMax: number
  /** How far from the mark a limit price may be; absent where the venue has no such rule. */
  readonly bands?: PriceBands
}

/** What the checks of an exchange and its dialects read of it. */
export interface ExchangeView {
  readonly instruments: InstrumentTable
  readonly terms: ExchangeTerms
  readonly isOpen: readonly boolean[]
  engine(instrument: number): MatchingEngine
  account(number: number): ExchangeAccount
  /** Ticks; 0 for none. */
  mark(instrument: number): number
  openOrders(account: number, instrument?: number): ExchangeOrder[]
  findByClientId(account: number, clientOrderId: string): ExchangeOrder | undefined
}
