import type { AccountBooks } from '@velocimex/core/ledger/account-books'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { sideName } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { ORDER_STATES } from '@velocimex/core/order/order-state'
import type { StoreRecord } from '@velocimex/store/sql/tables'

const FEE_DECIMALS = 8

/** Name of an instrument in the tables: two venues have a `BTCUSDT`, and their trade ids may be equal. */
export const storeSymbol = (account: string, symbol: string): string => `${account}:${symbol}`

/** Account and the venue's symbol of a name that `storeSymbol` made. */
export function readStoreSymbol(text: string): { readonly account: string; readonly symbol: string } {
  const colon = text.indexOf(':')
  return { account: text.slice(0, colon), symbol: text.slice(colon + 1) }
}

/** Digits behind the point of the asset that a fee is booked in. */
export function feeDecimals({ base, quote, settle }: Instrument, code: string): number {
  return [settle, quote, base].find(asset => asset.code === code)?.decimals ?? FEE_DECIMALS
}

/**
 * A fill as its row. The same fill always gives the same key (the venue's instant, instrument and trade id), so a fill
 * that is told again after a restart is kept once.
 * @param realised booked units of the settling asset; 0 when nothing was closed
 */
export function fillRecord(account: string, of: Instrument, fill: Fill, realised: bigint): StoreRecord {
  return {
    table: 'fills',
    row: {
      timestamp: fill.at,
      symbol: storeSymbol(account, of.symbol),
      trade_id: fill.tradeId,
      order_id: fill.venueOrderId,
      client_order_id: fill.clientOrderId,
      side: sideName(fill.side),
      price: formatOnGrid(fill.price, of.price),
      quantity: formatOnGrid(fill.quantity, of.quantity),
      commission: formatScaled(fill.fee, feeDecimals(of, fill.feeAsset)),
      commission_asset: fill.feeAsset,
      is_maker: fill.liquidity === 'maker',
      pnl: realised === 0n ? null : formatScaled(realised, of.settle.decimals),
    },
  }
}

/**
 * A step of an order as its row. `event_no` is the place of the state in the order of all states, not a counter: a
 * recovery that tells the same step again gives the same key.
 */
export function orderRecord(account: string, of: Instrument, order: OrderView): StoreRecord {
  const { request, state, reason } = order
  return {
    table: 'order_events',
    row: {
      timestamp: order.updatedAt,
      client_order_id: order.clientOrderId,
      event_no: ORDER_STATES.indexOf(state),
      order_id: order.venueOrderId === '' ? null : order.venueOrderId,
      symbol: storeSymbol(account, of.symbol),
      side: sideName(request.side),
      type: request.type,
      price: order.price === undefined ? null : formatOnGrid(order.price, of.price),
      quantity: formatOnGrid(order.quantity, of.quantity),
      status: state,
      event_type: reason === '' ? 'update' : `update: ${reason}`,
    },
  }
}

/** A wish that risk or the desk refused. @param no makes refusals of one instant different */
export function refusalRecord(
  account: string,
  of: Instrument,
  request: OrderRequest,
  reason: string,
  at: number,
  no: number,
): StoreRecord {
  return {
    table: 'order_events',
    row: {
      timestamp: at,
      client_order_id: `refused:${request.strategy}`,
      event_no: no,
      order_id: null,
      symbol: storeSymbol(account, of.symbol),
      side: sideName(request.side),
      type: request.type,
      price: request.price === undefined ? null : formatOnGrid(request.price, of.price),
      quantity: formatOnGrid(request.quantity, of.quantity),
      status: 'refused',
      event_type: `refusal: ${reason}`,
    },
  }
}

/** An alert in its own words. @param no makes alerts of one instant different */
export function alertRecord(account: string, words: string, at: number, no: number): StoreRecord {
  return { table: 'system_metrics', row: { timestamp: at, name: 'alert', labels: `${account}: ${words}`, value: no } }
}

/** What an account holds of each of its assets by its own books: all, free, and held back as margin. */
export function accountRecords(
  account: string,
  books: AccountBooks,
  instruments: InstrumentTable,
  at: number,
): StoreRecord[] {
  const assets = instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
  const byCode = new Map(assets.map(asset => [asset.code, asset.decimals]))
  return [...byCode].map(([asset, decimals]) => {
    const total = books.cash(asset)
    const locked = books.lockedMargin(asset)
    const text = (units: bigint): string => formatScaled(units, decimals)
    return {
      table: 'account_snapshots',
      row: {
        ...{ timestamp: at, account, asset },
        ...{ total: text(total), available: text(total - locked), locked: text(locked) },
      },
    }
  })
}
