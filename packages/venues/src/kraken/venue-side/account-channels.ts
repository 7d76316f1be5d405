import type { ExchangeFill, ExchangeOrder, ExchangeOrderEvent } from '@velocimex/core/exchange/exchange-order'
import { BUY } from '@velocimex/core/market/side'
import { isoText } from '../iso-text.ts'
import type { OrderDesk } from './order-desk.ts'
import { fillText, reasonOf } from './private-calls.ts'
import { Digits, type Writable } from './venue-json.ts'
import { forceWord, lotsText, orderText, priceText, unitsText } from './venue-texts.ts'

/** Somebody who has subscribed to an account. */
export interface AccountReader {
  onExecution(row: Writable): void
  onBalance(row: Writable): void
}

const SNAPSHOT_TRADES = 50

/** The private channels: what happens to orders and balances of accounts, row by row, and who reads it. */
export class AccountChannels {
  readonly #desk: OrderDesk
  readonly #now: () => number
  readonly #readers = new Map<number, Set<AccountReader>>()
  /** Totals as they were told last, by account and asset. */
  readonly #told = new Map<string, bigint>()
  #held: (() => void)[] | undefined
  #postings = 0

  /** @param now microseconds */
  constructor(desk: OrderDesk, now: () => number) {
    this.#desk = desk
    this.#now = now
  }

  /** Begins to read an account. @returns how to end it */
  read(account: number, reader: AccountReader): () => void {
    const readers = this.#readers.get(account) ?? new Set()
    this.#readers.set(account, readers)
    readers.add(reader)
    return () => readers.delete(reader)
  }

  /** Keeps back what is to be told, until `release`: the answer to a command may overtake its events. */
  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const tell of held) tell()
  }

  /** Open orders and the last trades of an account. */
  executions(account: number, hasOrders: boolean, hasTrades: boolean): readonly Writable[] {
    const { exchange } = this.#desk
    const open = hasOrders ? exchange.openOrders(account) : []
    const fills = hasTrades ? exchange.fills.filter(({ order }) => order.account === account) : []
    return [
      ...fills.slice(-SNAPSHOT_TRADES).map(fill => this.#trade(fill)),
      ...open.map(order => ({ ...this.#order(order), ...this.#sum(order), exec_type: 'new', ...stateOf(order) })),
    ]
  }

  /** All balances of an account. */
  balances(account: number): readonly Writable[] {
    return [...this.#desk.exchange.account(account).balances].map(([asset, { total }]) => {
      this.#told.set(`${account} ${asset}`, total)
      const balance = this.#units(asset, total)
      return { asset, asset_class: 'currency', balance, wallets: [{ type: 'spot', id: 'main', balance }] }
    })
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    const id = { order_id: orderText(order.id), order_userref: this.#desk.reference(order) }
    const timestamp = isoText(order.updatedAt)
    if (event === 'accepted') {
      this.#tell(order.account, {
        ...this.#order(order),
        exec_type: 'pending_new',
        order_status: 'pending_new',
        timestamp,
      })
      this.#tell(order.account, { ...id, exec_type: 'new', order_status: 'new', timestamp })
      return
    }
    if (event === 'replaced') {
      const limits = {
        order_qty: new Digits(lotsText(order.instrument, order.lots)),
        limit_price: new Digits(priceText(order.instrument, order.price)),
      }
      this.#tell(order.account, {
        ...id,
        ...limits,
        ...this.#sum(order),
        exec_type: 'amended',
        ...stateOf(order),
        timestamp,
      })
      return
    }
    const end = { exec_type: 'canceled', order_status: 'canceled', reason: reasonOf(order), timestamp }
    this.#tell(order.account, { ...id, ...this.#sum(order), ...end })
  }

  onFill(fill: ExchangeFill): void {
    const { order } = fill
    this.#tell(order.account, this.#trade(fill))
    if (order.status !== 'filled') return
    const end = { exec_type: 'filled', order_status: 'filled', timestamp: isoText(fill.at) }
    this.#tell(order.account, { order_id: orderText(order.id), ...this.#sum(order), ...end })
  }

  onBalance(account: number, assets: readonly string[], cause: string): void {
    // What open orders hold is not streamed.
    if (cause === 'order') return
    for (const asset of assets) {
      const { total } = this.#desk.exchange.account(account).balance(asset)
      const key = `${account} ${asset}`
      const amount = total - (this.#told.get(key) ?? 0n)
      this.#told.set(key, total)
      if (amount === 0n) continue
      const posting = `L${String(++this.#postings).padStart(16, '0')}`
      const type = cause !== 'transfer' ? 'trade' : amount < 0n ? 'withdrawal' : 'deposit'
      const row = {
        ...{
          ledger_id: posting,
          ref_id: posting,
          timestamp: isoText(this.#now()),
          type,
          asset,
          asset_class: 'currency',
        },
        ...{ category: type, wallet_type: 'spot', wallet_id: 'main', amount: this.#units(asset, amount), fee: 0 },
        balance: this.#units(asset, total),
      }
      this.#to(account, reader => reader.onBalance(row))
    }
  }

  #tell(account: number, row: Writable): void {
    this.#to(account, reader => reader.onExecution(row))
  }

  #to(account: number, tell: (reader: AccountReader) => void): void {
    const run = (): void => {
      for (const reader of this.#readers.get(account) ?? []) tell(reader)
    }
    if (this.#held === undefined) run()
    else this.#held.push(run)
  }

  /** All that an order was asked for. */
  #order(order: ExchangeOrder): { readonly [key: string]: Writable | undefined } {
    const { instrument } = order
    const isLimit = order.type === 'limit'
    return {
      ...{ order_id: orderText(order.id), order_userref: this.#desk.reference(order), symbol: instrument.symbol },
      ...{
        cl_ord_id: this.#desk.clientOrderId(order),
        side: order.side === BUY ? 'buy' : 'sell',
        order_type: order.type,
      },
      ...{ order_qty: new Digits(lotsText(instrument, order.lots)), time_in_force: forceWord(order) },
      ...(order.expiresAt === undefined ? {} : { expire_time: isoText(order.expiresAt) }),
      limit_price: isLimit ? new Digits(priceText(instrument, order.price)) : undefined,
      ...{ limit_price_type: isLimit ? 'static' : undefined, post_only: order.postOnly, fee_ccy_pref: 'fciq' },
      timestamp: isoText(order.updatedAt),
    }
  }

  /** What is executed of an order. */
  #sum(order: ExchangeOrder): { readonly [key: string]: Writable } {
    const { instrument, cumulative, value } = order
    const cost = unitsText(value, instrument.settle.decimals)
    return { cum_qty: new Digits(lotsText(instrument, cumulative)), cum_cost: new Digits(cost) }
  }

  #trade(fill: ExchangeFill): Writable {
    const { order, price, lots, fee, feeAsset, liquidity, at, tradeId } = fill
    const { instrument } = order
    return {
      ...{ order_id: orderText(order.id), order_userref: this.#desk.reference(order), exec_id: fillText(fill) },
      ...{
        exec_type: 'trade',
        trade_id: tradeId,
        symbol: instrument.symbol,
        side: order.side === BUY ? 'buy' : 'sell',
      },
      ...{ cl_ord_id: this.#desk.clientOrderId(order), order_qty: new Digits(lotsText(instrument, order.lots)) },
      ...{ last_qty: new Digits(lotsText(instrument, lots)), last_price: new Digits(priceText(instrument, price)) },
      ...{ liquidity_ind: liquidity === 'maker' ? 'm' : 't', order_type: order.type, ...this.#sum(order) },
      ...{ order_status: 'partially_filled', fees: [{ asset: feeAsset, qty: this.#units(feeAsset, fee) }] },
      timestamp: isoText(at),
    }
  }

  #units(code: string, units: bigint): Digits {
    const assets = this.#desk.exchange.instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
    return new Digits(unitsText(units, assets.find(asset => asset.code === code)?.decimals ?? 8))
  }
}

const stateOf = ({ cumulative }: ExchangeOrder): { readonly order_status: string } => ({
  order_status: cumulative > 0 ? 'partially_filled' : 'new',
})
