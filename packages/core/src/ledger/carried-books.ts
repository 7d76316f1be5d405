import type { Position } from '../order/position.ts'
import { type Chart, LedgerKind } from './chart.ts'
import type { Portfolio } from './portfolio.ts'

/** What fills have made of an account: enough to go on from without them. Amounts in booked units by asset code. */
export interface CarriedBooks {
  readonly cash: Readonly<Record<string, bigint>>
  readonly fees: Readonly<Record<string, bigint>>
  readonly realised: Readonly<Record<string, bigint>>
  /** One for each instrument, by index. */
  readonly positions: readonly Position[]
}

/** Books that are read; `AccountBooks` fits. */
export interface ReadBooks {
  readonly chart: Chart
  readonly portfolio: Portfolio
}

/** Reads what fills have made of books that had nothing else. @param instruments how many there are */
export function carriedBooks({ chart, portfolio }: ReadBooks, instruments: number): CarriedBooks {
  const held = (kind: LedgerKind): Record<string, bigint> =>
    Object.fromEntries(chart.assets.map(({ code }) => [code, chart.held(kind, code)]))
  return {
    cash: held(LedgerKind.cash),
    fees: held(LedgerKind.fees),
    realised: held(LedgerKind.realised),
    positions: Array.from({ length: instruments }, (_, index) => portfolio.position(index)),
  }
}
