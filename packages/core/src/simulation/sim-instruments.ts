import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { linearContract } from '../market/money.ts'

const SYMBOLS = ['AAA', 'BBB', 'CCC']

/** Three spot instruments of a venue that does not exist; the last is the one that other people trade on the account. */
export function makeSimInstruments(): InstrumentTable {
  const price = { decimals: 2, step: 1 }
  const quantity = { decimals: 3, step: 1 }
  return new InstrumentTable(
    SYMBOLS.map(
      (code, index): Instrument => ({
        index,
        venue: 'sim',
        symbol: `${code}USD`,
        unified: `${code}/USD`,
        kind: 'spot',
        base: { code, decimals: 8 },
        quote: { code: 'USD', decimals: 8 },
        settle: { code: 'USD', decimals: 8 },
        price,
        quantity,
        contract: linearContract(price, quantity, 8),
        bounds: { quantityMin: 1, priceMin: 1 },
        fees: { maker: -10_000, taker: 75_000 },
        grids: 'published',
      }),
    ),
  )
}
