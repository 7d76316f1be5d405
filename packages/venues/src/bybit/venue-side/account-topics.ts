import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeFill, ExchangeFlow, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Category } from '../frame-fields.ts'
import type { AccountCalls } from './account-calls.ts'
import type { OrderCalls } from './order-calls.ts'
import { amountText, type OrderTexts } from './order-texts.ts'

/** A private socket that is logged in. */
export interface AccountReader {
  readonly account: number
  /** Tells a message of a topic, if it was subscribed to for all markets or for this one: `order`, `order.linear`. */
  onRows(topic: string, category: Category, rows: readonly unknown[]): void
}

/** What the topics are told from. */
export interface AccountTopicParts {
  readonly category: Category
  readonly exchange: Exchange
  readonly texts: OrderTexts
  readonly orders: OrderCalls
  readonly calls: AccountCalls
}

/** The private events of accounts: orders, executions, positions, wallets; told apart, each on its own topic. */
export class AccountTopics {
  readonly #parts: AccountTopicParts
  readonly #readers = new Set<AccountReader>()

  constructor(parts: AccountTopicParts) {
    this.#parts = parts
  }

  /** Begins to tell a socket. @returns how to end it */
  read(reader: AccountReader): () => void {
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  /** An order rests, was amended or ended. Linear tells the position with every change of an order. */
  onOrder(order: ExchangeOrder): void {
    const { texts, orders } = this.#parts
    this.#tell(order.account, 'order', [texts.order(order, orders.endOf(order))])
    this.#position(order.account, order.instrument)
  }

  onFill(fill: ExchangeFill): void {
    const { order } = fill
    this.#tell(order.account, 'execution', [this.#parts.texts.execution(fill, order.lots - order.cumulative)])
    this.onOrder(order)
  }

  onBalance(account: number, assets: readonly string[]): void {
    this.#tell(account, 'wallet', [this.#parts.calls.walletRow(account, assets)])
  }

  /** Tells what funding was paid. @param at microseconds */
  onFunding(account: number, { id, units, funding }: ExchangeFlow, at: number): void {
    const { texts, category } = this.#parts
    const { instrument, rate, price, lots } = funding!
    const row = {
      ...{ category, symbol: instrument.symbol, execId: `funding-${id}`, execType: 'Funding' },
      ...{ execFee: amountText(-units, instrument.settle.decimals), feeCurrency: instrument.settle.code },
      ...{ execPrice: texts.price(instrument, price), execQty: texts.lots(instrument, Math.abs(lots)) },
      ...{ side: lots > 0 ? 'Sell' : 'Buy', orderId: '', orderLinkId: '', isMaker: false, orderType: 'UNKNOWN' },
      ...{ feeRate: amountText(BigInt(rate), 12), leavesQty: '0', orderQty: '0', orderPrice: '0', closedSize: '0' },
      execTime: String(Math.floor(at / 1000)),
    }
    this.#tell(account, 'execution', [row])
  }

  #position(account: number, instrument: Instrument): void {
    if (this.#parts.category === 'spot') return
    this.#tell(account, 'position', [{ ...this.#parts.calls.positionRow(account, instrument), avgPrice: undefined }])
  }

  #tell(account: number, topic: string, rows: readonly unknown[]): void {
    for (const reader of this.#readers) if (reader.account === account) reader.onRows(topic, this.#parts.category, rows)
  }
}
