import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import { bookedFee } from '../booked-fee.ts'
import type { Fields } from '../wire/fields.ts'
import { ownOrderId } from './client-id.ts'
import { isoField } from './instants.ts'
import { KRAKEN } from './make-instrument.ts'
import { sideField } from './order-answers.ts'

/** Orders whose first message is remembered; of more the oldest are forgotten. */
const ORDERS_MAX = 20_000
const POST_ONLY = /post.?only/i

/** What later messages about an order leave out. */
interface KnownOrder {
  readonly instrument: Instrument
  readonly clientOrderId: string
  readonly side: Side
  readonly quantity: Lots
  readonly price: Ticks | undefined
  readonly cumulative: Lots
  readonly isImmediate: boolean
}

/**
 * Reads the rows of the channel `executions`. Only the first row of an order says all: `new`, `canceled` and others may
 * hold its id, state and instant alone, so what was said is kept by the venue's id.
 *
 * Source: docs.kraken.com, Websockets v2 "Executions".
 */
export class Executions {
  readonly #instruments: InstrumentTable
  readonly #orders = new Map<string, KnownOrder>()

  constructor(instruments: InstrumentTable) {
    this.#instruments = instruments
  }

  /** The connection is new: its snapshot says everything again. */
  forget(): void {
    this.#orders.clear()
  }

  /** What a row says of an order; undefined for what changes nothing, and for orders of which nothing is known. */
  read(row: Fields): ExecutionReport | undefined {
    const id = row.text('order_id')
    const order = this.#update(id, row)
    if (order === undefined) return undefined
    const { instrument, clientOrderId, quantity, cumulative, price } = order
    const at = isoField(row, 'timestamp')
    const leaves = Math.max(0, quantity - cumulative) as Lots
    const report = { clientOrderId, venueOrderId: id, instrument: instrument.index, at, cumulative }
    const reason = row.optional('reason') ?? row.optional('cancel_reason')
    const closed = { ...report, leaves: 0 as Lots, ...(reason === undefined ? {} : { reason }) }
    switch (row.text('exec_type')) {
      case 'new':
        return { kind: 'accepted', ...report, leaves }
      case 'trade':
        return { kind: 'filled', ...report, leaves, fill: fillOf(row, id, order) }
      case 'canceled':
        if (cumulative === 0 && POST_ONLY.test(reason ?? '')) return { kind: 'rejected', ...closed }
        return { kind: order.isImmediate ? 'expired' : 'canceled', ...closed }
      case 'expired':
        return { kind: 'expired', ...closed }
      case 'amended':
        return price === undefined ? undefined : { kind: 'replaced', ...report, leaves, price, quantity }
      default:
        return undefined
    }
  }

  /** Joins a row to what is known of its order. */
  #update(id: string, row: Fields): KnownOrder | undefined {
    const known = this.#orders.get(id)
    const symbol = row.optional('symbol')
    const instrument = symbol === undefined ? known?.instrument : this.#instruments.find(KRAKEN, symbol)
    if (instrument === undefined) {
      // Without its symbol a row says something of an order that we do not know: an audit must tell.
      if (symbol === undefined) row.blame('order_id', 'is that of an order that is not known')
      return undefined
    }
    const lots = (key: string, otherwise: Lots): Lots =>
      row.has(key) ? (row.steps(key, instrument.quantity) as Lots) : otherwise
    const before = known?.cumulative ?? (0 as Lots)
    const executed = row.text('exec_type') === 'trade' ? lots('last_qty', 0 as Lots) : 0
    const force = row.optional('time_in_force')?.toLowerCase()
    const own = row.optional('cl_ord_id')
    const order: KnownOrder = {
      instrument,
      clientOrderId: own === undefined ? (known?.clientOrderId ?? '') : ownOrderId(own),
      side: row.has('side') ? sideField(row, 'side') : (known?.side ?? sideField(row, 'side')),
      quantity: lots('order_qty', known?.quantity ?? (0 as Lots)),
      price: row.has('limit_price') ? (row.steps('limit_price', instrument.price) as Ticks) : known?.price,
      cumulative: lots('cum_qty', (before + executed) as Lots),
      isImmediate: force === undefined ? (known?.isImmediate ?? false) : force === 'ioc' || force === 'fok',
    }
    this.#orders.delete(id)
    this.#orders.set(id, order)
    if (this.#orders.size > ORDERS_MAX) this.#orders.delete(this.#orders.keys().next().value!)
    return order
  }
}

function fillOf(row: Fields, venueOrderId: string, { instrument, clientOrderId, side }: KnownOrder): Fill {
  const fees = row.has('fees') ? row.list('fees') : []
  if (fees.length > 1) row.blame('fees', 'are in more than one asset')
  const feeAsset = fees[0]?.text('asset') ?? instrument.quote.code
  const fee = fees[0]?.amount('qty') ?? { units: 0n, decimals: 0 }
  const liquidity = row.text('liquidity_ind')
  if (liquidity !== 'm' && liquidity !== 't') row.blame('liquidity_ind', 'is neither m nor t')
  return {
    tradeId: row.text('exec_id'),
    clientOrderId,
    venueOrderId,
    instrument: instrument.index,
    side,
    price: row.steps('last_price', instrument.price) as Ticks,
    quantity: row.steps('last_qty', instrument.quantity) as Lots,
    fee: bookedFee(instrument, feeAsset, fee),
    feeAsset,
    liquidity: liquidity === 'm' ? 'maker' : 'taker',
    at: isoField(row, 'timestamp'),
  }
}
