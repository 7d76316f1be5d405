import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { AccountCalls } from './account-calls.ts'
import type { OrderTexts } from './order-texts.ts'

/** What happened to an account in one instrument, until it is told. */
interface Changes {
  readonly orders: Set<ExchangeOrder>
  readonly fills: ExchangeFill[]
}

/** The private channels of one socket: what happened at one instant is told together. */
export class AccountEvents {
  readonly #account: number
  readonly #texts: OrderTexts
  readonly #calls: AccountCalls
  readonly #send: (channel: string, data: unknown) => void
  readonly #channels = new Set<string>()
  readonly #changes = new Map<Instrument, Changes>()
  readonly #assets = new Set<string>()

  constructor(account: number, texts: OrderTexts, calls: AccountCalls, send: (channel: string, data: unknown) => void) {
    this.#account = account
    this.#texts = texts
    this.#calls = calls
    this.#send = send
  }

  /** Whether there is a private channel of a name, which is then subscribed. */
  add(name: string): boolean {
    const isOurs = /^user\.(changes|orders|trades)\.[^.]+(\.[^.]+)?\.(raw|100ms|agg2)$|^user\.portfolio\.\w+$/.test(
      name,
    )
    if (isOurs) this.#channels.add(name)
    return isOurs
  }

  drop(name: string): void {
    this.#channels.delete(name)
  }

  onOrder(order: ExchangeOrder): void {
    if (order.account === this.#account) this.#of(order.instrument).orders.add(order)
  }

  onFill(fill: ExchangeFill): void {
    if (fill.order.account !== this.#account) return
    const changes = this.#of(fill.order.instrument)
    changes.orders.add(fill.order)
    changes.fills.push(fill)
  }

  onBalance(account: number, assets: readonly string[]): void {
    if (account === this.#account) for (const asset of assets) this.#assets.add(asset)
  }

  /** Tells what has happened. */
  flush(): void {
    for (const [instrument, { orders, fills }] of this.#changes) {
      const told = [...orders].map(order => this.#texts.order(order))
      const trades = fills.map(fill => this.#texts.fill(fill))
      for (const channel of this.#channels) {
        const [, what, first, second] = channel.split('.') as [string, string, string, string]
        if (what === 'portfolio' || !follows(instrument, first, second)) continue
        if (what === 'orders') for (const order of told) this.#send(channel, channel.endsWith('.raw') ? order : [order])
        else if (what === 'trades' && trades.length > 0) this.#send(channel, trades)
        else if (what === 'changes') {
          const positions = fills.length > 0 ? [this.#texts.position(this.#account, instrument)] : []
          this.#send(channel, { instrument_name: instrument.symbol, trades, positions, orders: told })
        }
      }
    }
    this.#changes.clear()
    for (const asset of this.#assets)
      for (const channel of this.#channels) {
        const currency = /^user\.portfolio\.(\w+)$/.exec(channel)?.[1]?.toUpperCase()
        if (currency === 'ANY' || currency === asset) this.#send(channel, this.#calls.summary(this.#account, asset))
      }
    this.#assets.clear()
  }

  #of(instrument: Instrument): Changes {
    const changes = this.#changes.get(instrument) ?? { orders: new Set(), fills: [] }
    this.#changes.set(instrument, changes)
    return changes
  }
}

/** Whether a channel of an instrument, or of a kind and a currency, is about an instrument. */
function follows({ symbol, kind, settle }: Instrument, first: string, second: string): boolean {
  if (first === symbol) return true
  const isKind = first === 'any' || first === (kind === 'spot' ? 'spot' : 'future')
  return isKind && (second === 'any' || second.toUpperCase() === settle.code)
}
