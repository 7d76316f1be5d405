import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import type { SessionObserver } from '@velocimex/core/engine/session-observer'
import { kindOfLedger, LEDGER_NAMES } from '@velocimex/core/ledger/chart'
import type { Transfer } from '@velocimex/core/ledger/transfer'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { sideName } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderDecision } from '@velocimex/core/order/order-decision'
import type { Position } from '@velocimex/core/order/position'
import { isoOf } from '../import/iso-of.ts'
import { CsvFile } from './csv-file.ts'

/** Columns of the fills of a run; `explain` reads them back. */
export const TRADE_COLUMNS = [
  'fill',
  'time',
  'symbol',
  'side',
  'price',
  'quantity',
  'liquidity',
  'fee',
  'fee_asset',
  'client_order_id',
  'venue_order_id',
  'trade_id',
  'trigger',
  'tape_record',
  'trigger_price',
  'trigger_quantity',
  'queue_at_entry',
  'queue_before',
  'realised',
  'position_after',
] as const

/** Columns of the life of orders: one row a change. */
export const ORDER_COLUMNS = [
  'time',
  'client_order_id',
  'strategy',
  'symbol',
  'side',
  'type',
  'time_in_force',
  'post_only',
  'state',
  'price',
  'quantity',
  'filled',
  'leaves',
  'reason',
] as const

/** Columns of the decisions about orders: why each was placed, amended or canceled. */
const DECISION_COLUMNS = [
  'time',
  'client_order_id',
  'reason',
  'price',
  'quantity',
  'own_touch',
  'other_touch',
  'queue_ahead',
  'urgency',
] as const

/** Whether a name is that of a file which a run writes. */
export const isRunFile = (name: string): boolean =>
  name === 'run.json' || /^(trades|orders|decisions|equity|ledger)\.csv$/.test(name)

/** The CSV files of a run, written as it goes; all of them go into one result hash. */
export class RunFiles implements SessionObserver {
  readonly hash: Hash = createHash('sha256')
  readonly #table: InstrumentTable
  readonly #decimals: number
  readonly #trades: CsvFile
  readonly #orders: CsvFile
  readonly #decisions: CsvFile
  readonly #equity: CsvFile
  readonly #ledger: CsvFile

  /** @param directory where the files go; undefined only hashes @param decimals of the currency of equity */
  constructor(directory: string | undefined, table: InstrumentTable, decimals: number) {
    this.#table = table
    this.#decimals = decimals
    const open = (name: string, header: readonly string[]): CsvFile =>
      new CsvFile(directory === undefined ? undefined : join(directory, name), header, this.hash)
    this.#trades = open('trades.csv', TRADE_COLUMNS)
    this.#orders = open('orders.csv', ORDER_COLUMNS)
    this.#decisions = open('decisions.csv', DECISION_COLUMNS)
    this.#equity = open('equity.csv', ['time', 'equity', 'realised', 'unrealised'])
    this.#ledger = open('ledger.csv', ['time', 'transfer', 'ledger', 'unit', 'debit', 'credit', 'amount', 'cause'])
  }

  onFill(fill: Fill, realised: bigint, position: Position, at: number): void {
    const of = this.#table.at(fill.instrument)
    const { cause } = fill
    const lots = (value: number | undefined): string => (value === undefined ? '' : formatOnGrid(value, of.quantity))
    this.#trades.row([
      this.#trades.rows + 1,
      isoOf(at),
      of.symbol,
      sideName(fill.side),
      formatOnGrid(fill.price, of.price),
      formatOnGrid(fill.quantity, of.quantity),
      fill.liquidity,
      formatScaled(fill.fee, of.settle.decimals),
      fill.feeAsset,
      fill.clientOrderId,
      fill.venueOrderId,
      fill.tradeId,
      cause?.trigger,
      cause?.record,
      cause === undefined ? '' : formatOnGrid(cause.price, of.price),
      lots(cause?.quantity),
      lots(cause?.queueAtEntry),
      lots(cause?.queueBefore),
      formatScaled(realised, of.settle.decimals),
      formatOnGrid(position.netLots, of.quantity),
    ])
  }

  onOrderUpdate(order: OrderView, at: number): void {
    const { request } = order
    const of = this.#table.at(request.instrument)
    this.#orders.row([
      isoOf(at),
      order.clientOrderId,
      request.strategy,
      of.symbol,
      sideName(request.side),
      request.type,
      request.timeInForce,
      String(request.postOnly),
      order.state,
      order.price === undefined ? '' : formatOnGrid(order.price, of.price),
      formatOnGrid(order.quantity, of.quantity),
      formatOnGrid(order.cumulative, of.quantity),
      formatOnGrid(order.leaves, of.quantity),
      order.reason,
    ])
  }

  onDecision(order: OrderView, decision: OrderDecision, at: number): void {
    const of = this.#table.at(order.request.instrument)
    const price = (ticks: number): string => (Number.isFinite(ticks) ? formatOnGrid(ticks, of.price) : '')
    this.#decisions.row([
      isoOf(at),
      order.clientOrderId,
      decision.reason,
      price(decision.price),
      formatOnGrid(decision.quantity, of.quantity),
      price(decision.touch),
      price(decision.opposite),
      Number.isNaN(decision.ahead) ? '' : formatOnGrid(Math.round(decision.ahead), of.quantity),
      decision.urgency,
    ])
  }

  onEquity(at: number, equity: bigint, realised: bigint, unrealised: bigint): void {
    this.#equity.row([isoOf(at), ...[equity, realised, unrealised].map(amount => formatScaled(amount, this.#decimals))])
  }

  onPosting(transfers: readonly Transfer[]): void {
    for (const { at, id, ledger, debit, credit, amount, cause } of transfers)
      this.#ledger.row([
        isoOf(at),
        id.toString(16),
        LEDGER_NAMES[kindOfLedger(ledger)],
        ledger % 1_000_000,
        debit.toString(16),
        credit.toString(16),
        amount,
        cause,
      ])
  }

  /** Closes the files and returns the result hash. */
  close(): string {
    for (const file of [this.#trades, this.#orders, this.#decisions, this.#equity, this.#ledger]) file.close()
    return this.hash.digest('hex')
  }
}
