import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { DEMO_KEYS, nodeCryptography } from '@velocimex/simulator/simulated-venue'
import type { OrderCodec } from '@velocimex/venues/order-venue'
import type { VenueRow } from './venue-rows.ts'

/** The order codec of a venue for its first key, to ask it what the venue offers. */
export const codecOf = ({ orders, side }: Pick<VenueRow, 'orders' | 'side'>): OrderCodec =>
  orders.makeOrderCodec({
    instruments: new InstrumentTable(side.instruments),
    credentials: (side.keys ?? DEMO_KEYS)[0]!,
    cryptography: nodeCryptography,
  })
