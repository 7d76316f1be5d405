import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { linearContract } from '@velocimex/core/market/money'

const usdt = { code: 'USDT', decimals: 8 }
const price = { decimals: 2, step: 1 }
const quantity = { decimals: 5, step: 1 }

/** A perpetual of a made-up venue, with the fees of a large account: nothing for resting, 1.7 bps for taking. */
const perpetual = (index: number, venue: string, base: string): Instrument => ({
  index,
  venue,
  symbol: `${base}USDT`,
  unified: `${base}/USDT:USDT`,
  kind: 'perpetual',
  base: { code: base, decimals: 8 },
  quote: usdt,
  settle: usdt,
  price,
  quantity,
  contract: linearContract(price, quantity, usdt.decimals),
  bounds: { quantityMin: 1, notionalMin: 5_00000000n },
  fees: { maker: 0, taker: 17_000 },
  grids: 'published',
})

/** What the demo trades: one coin on two venues, another on one. */
export const DEMO_INSTRUMENTS: InstrumentTable = new InstrumentTable([
  perpetual(0, 'sim-alpha', 'BTC'),
  perpetual(1, 'sim-beta', 'BTC'),
  perpetual(2, 'sim-alpha', 'ETH'),
])
