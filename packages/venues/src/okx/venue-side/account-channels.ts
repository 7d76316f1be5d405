import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { INST_TYPES } from '../order-requests.ts'
import { balanceText, positionRows } from './account-texts.ts'
import type { ChannelReader } from './market-channels.ts'
import type { AmendTold, OrderTexts } from './order-texts.ts'
import { amountText, averageText, decimalsOf, lotsText } from './texts.ts'

/** Events of an account are joined for this long. */
const JOINED_MS = 50
/** Accounts and positions are told anew after this, unless the client asked for changes alone. */
const REGULAR_MS = 5000

/** The argument of a subscription, as the client wrote it. */
export interface AccountArg {
  readonly channel: string
  readonly instType?: string
  readonly instId?: string
  readonly extraParams?: string
}

interface Subscription {
  readonly account: number
  readonly arg: AccountArg
  readonly reader: ChannelReader
  regularAt: number
}

/** What changed of an account since it was told last. */
interface Pending {
  readonly assets: Set<string>
  readonly instruments: Set<number>
  since: number
}

/** Channels of an account by name. */
export const ACCOUNT_CHANNELS: readonly string[] = ['orders', 'account', 'positions', 'balance_and_position']

/** Publishes what happens to accounts to those who logged in. */
export class AccountChannels {
  readonly #exchange: Exchange
  readonly #texts: OrderTexts
  readonly #now: () => number
  readonly #subscriptions = new Set<Subscription>()
  readonly #pending = new Map<number, Pending>()

  /** @param now milliseconds */
  constructor(exchange: Exchange, texts: OrderTexts, now: () => number) {
    this.#exchange = exchange
    this.#texts = texts
    this.#now = now
  }

  /** Begins to read a channel of an account; all but orders are told whole at once. @returns how to end it */
  subscribe(account: number, arg: AccountArg, reader: ChannelReader): () => void {
    const isRegular = !(arg.extraParams ?? '').includes('"updateInterval":"0"')
    const at = isRegular ? this.#now() + REGULAR_MS : Number.POSITIVE_INFINITY
    const subscription: Subscription = { account, arg, reader, regularAt: at }
    this.#subscriptions.add(subscription)
    this.#whole(subscription, 'snapshot')
    return () => this.#subscriptions.delete(subscription)
  }

  /** How many read a channel of an account. */
  countOf(account: number, channel: string): number {
    return [...this.#subscriptions].filter(each => each.account === account && each.arg.channel === channel).length
  }

  onOrder(order: ExchangeOrder, amend?: AmendTold): void {
    this.#order(order, undefined, amend)
  }

  onFill(fill: ExchangeFill): void {
    const { order } = fill
    this.#order(order, fill)
    // The last message of a market order of spot tells of no execution.
    const isSpotMarket = order.instrument.kind === 'spot' && order.type === 'market'
    if (isSpotMarket && order.status === 'filled') this.#order(order, undefined)
    if (order.instrument.kind !== 'spot') this.#pendingOf(order.account).instruments.add(order.instrument.index)
  }

  onBalance(account: number, assets: readonly string[], cause: string): void {
    const pending = this.#pendingOf(account)
    for (const asset of assets) pending.assets.add(asset)
    const types: Readonly<Record<string, string>> = { fill: 'filled', funding: 'funding_fee', transfer: 'transferred' }
    const eventType = types[cause]
    if (eventType === undefined) return
    for (const each of this.#subscriptions)
      if (each.account === account && each.arg.channel === 'balance_and_position')
        this.#push(each, [this.#movement(account, eventType, assets, [...pending.instruments])])
  }

  /** Tells what was joined, and what is told regularly. @param now milliseconds */
  tick(now: number): void {
    for (const [account, { assets, instruments, since }] of this.#pending) {
      if (now - since < JOINED_MS) continue
      this.#pending.delete(account)
      for (const each of this.#subscriptions) {
        if (each.account !== account) continue
        if (each.arg.channel === 'account' && assets.size > 0)
          this.#push(each, [balanceText(this.#exchange, account, now, [...assets])], { eventType: 'event_update' })
        if (each.arg.channel === 'positions' && instruments.size > 0)
          this.#positions(each, positionRows(this.#exchange, account, now, [...instruments]), 'event_update')
      }
    }
    for (const each of this.#subscriptions) {
      if (now < each.regularAt) continue
      each.regularAt = now + REGULAR_MS
      if (each.arg.channel === 'account' || each.arg.channel === 'positions') this.#whole(each, 'event_update')
    }
  }

  #whole(each: Subscription, eventType: string): void {
    const now = this.#now()
    const paging = eventType === 'snapshot' ? { eventType, curPage: 1, lastPage: true } : { eventType }
    switch (each.arg.channel) {
      case 'account':
        this.#push(each, [balanceText(this.#exchange, each.account, now)], paging)
        return
      case 'positions':
        this.#positions(each, positionRows(this.#exchange, each.account, now), eventType)
        return
      case 'balance_and_position': {
        const { balances, positions } = this.#exchange.account(each.account)
        const open = [...positions].filter(([, { lots }]) => lots !== 0).map(([index]) => index)
        this.#push(each, [this.#movement(each.account, 'snapshot', [...balances.keys()], open)])
      }
    }
  }

  #positions(each: Subscription, rows: ReturnType<typeof positionRows>, eventType: string): void {
    const { instType, instId } = each.arg
    const isAsked = (row: (typeof rows)[number]): boolean =>
      (instType === undefined || instType === 'ANY' || row.instType === instType) &&
      (instId === undefined || row.instId === instId)
    const chosen = rows.filter(isAsked)
    const paging = eventType === 'snapshot' ? { eventType, curPage: 1, lastPage: true } : { eventType }
    if (chosen.length > 0 || eventType === 'snapshot') this.#push(each, chosen, paging)
  }

  #order(order: ExchangeOrder, fill: ExchangeFill | undefined, amend?: AmendTold): void {
    const { instrument } = order
    const told = { ...this.#texts.push(order, fill, amend) }
    for (const each of this.#subscriptions) {
      const { channel, instType, instId } = each.arg
      if (each.account !== order.account || channel !== 'orders') continue
      if (instType !== undefined && instType !== 'ANY' && instType !== INST_TYPES[instrument.kind]) continue
      if (instId !== undefined && instId !== instrument.symbol) continue
      this.#push(each, [told])
    }
  }

  #movement(account: number, eventType: string, assets: readonly string[], instruments: readonly number[]) {
    const owner = this.#exchange.account(account)
    const now = String(this.#now())
    return {
      ...{ pTime: now, eventType, trades: [] },
      balData: assets.map(ccy => ({
        ccy,
        cashBal: amountText(owner.balance(ccy).total, decimalsOf(this.#exchange, ccy)),
        uTime: now,
      })),
      posData: instruments.map(index => {
        const instrument = this.#exchange.instruments.at(index)
        const { lots, cost } = owner.position(index)
        return {
          ...{
            posId: `3071730360510177${index}`,
            tradeId: '',
            instId: instrument.symbol,
            mgnMode: 'cross',
            posSide: 'net',
          },
          ...{ instType: INST_TYPES[instrument.kind], pos: lotsText(instrument, lots), ccy: instrument.settle.code },
          ...{ posCcy: '', avgPx: averageText(instrument, Math.abs(lots), cost), uTime: now },
        }
      }),
    }
  }

  #push({ reader, account, arg }: Subscription, data: readonly unknown[], beside: object = {}): void {
    reader.push(JSON.stringify({ arg: { ...arg, uid: String(account) }, ...beside, data }))
  }

  #pendingOf(account: number): Pending {
    const known = this.#pending.get(account)
    if (known !== undefined) return known
    const pending: Pending = { assets: new Set(), instruments: new Set(), since: this.#now() }
    this.#pending.set(account, pending)
    return pending
  }
}
