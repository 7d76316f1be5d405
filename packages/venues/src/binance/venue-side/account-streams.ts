import type { Exchange } from '@velocimex/core/exchange/exchange'
import type {
  BalanceCause,
  ExchangeFill,
  ExchangeFlow,
  ExchangeOrder,
  ExchangeOrderEvent,
} from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientSocket, SocketSession } from '../../venue-dialect.ts'
import { toHex } from '../../wire/encodings.ts'
import type { Dialect } from '../frame-fields.ts'
import type { AccountCalls } from './account-calls.ts'
import { sideWord } from './order-texts.ts'
import type { SignedCalls } from './signed-calls.ts'

const KEY_LIFE_MS = 3_600_000

/** Takes the events of an account. */
export type AccountReader = (event: unknown) => void

/** The private events of accounts: who reads them, and what they say. */
export class AccountStreams {
  readonly #dialect: Dialect
  readonly #exchange: Exchange
  readonly #calls: SignedCalls
  readonly #own: AccountCalls
  readonly #readers = new Map<number, Set<AccountReader>>()
  readonly #keys = new Map<string, { readonly account: number; expiresAt: number }>()
  readonly #sockets = new Map<string, Set<ClientSocket>>()
  /** What the last execution was in: its account's balance is told next. */
  #filled: Instrument | undefined

  constructor(dialect: Dialect, exchange: Exchange, calls: SignedCalls, own: AccountCalls) {
    this.#dialect = dialect
    this.#exchange = exchange
    this.#calls = calls
    this.#own = own
  }

  /** Begins to read an account. @returns how to end it */
  read(account: number, reader: AccountReader): () => void {
    const readers = this.#readers.get(account) ?? new Set()
    this.#readers.set(account, readers)
    readers.add(reader)
    return () => readers.delete(reader)
  }

  /** USD-M: the listen key of an account, extended; a live one is kept. @param now milliseconds */
  listenKey(account: number, now: number, random: Uint8Array): string {
    const known = [...this.#keys].find(([, key]) => key.account === account && key.expiresAt > now)
    const name = known?.[0] ?? toHex(random)
    this.#keys.set(name, { account, expiresAt: now + KEY_LIFE_MS })
    return name
  }

  /** Whether the account has a live key, which is extended. */
  extend(account: number, now: number): string | undefined {
    const known = [...this.#keys].find(([, key]) => key.account === account && key.expiresAt > now)
    if (known !== undefined) known[1].expiresAt = now + KEY_LIFE_MS
    return known?.[0]
  }

  end(account: number): void {
    for (const [name, key] of this.#keys) if (key.account === account) this.#keys.delete(name)
  }

  /**
   * A socket with a listen key: a bogus one is opened too, and stays silent.
   * @param events those that are told, divided by `/`; undefined for all
   * @param isCombined whether each is told with the name of its stream
   */
  open(
    name: string,
    socket: ClientSocket,
    now: number,
    events: string | undefined,
    isCombined: boolean,
  ): SocketSession {
    const key = this.#keys.get(name)
    if (key === undefined || key.expiresAt <= now) return { onText: () => {}, onClosed: () => {} }
    const wanted = events?.split('/')
    const stop = this.read(key.account, event => {
      if (wanted?.includes((event as { e: string }).e) === false) return
      socket.send(JSON.stringify(isCombined ? { stream: name, data: event } : event))
    })
    const sockets = this.#sockets.get(name) ?? new Set()
    this.#sockets.set(name, sockets)
    sockets.add(socket)
    const onClosed = (): void => {
      stop()
      sockets.delete(socket)
    }
    return { onText: () => {}, onClosed }
  }

  /** Ends keys that have run out. @param now milliseconds */
  tick(now: number): void {
    for (const [name, { expiresAt, account }] of this.#keys) {
      if (now < expiresAt) continue
      this.#keys.delete(name)
      const event = JSON.stringify({ e: 'listenKeyExpired', E: now, listenKey: name })
      for (const socket of this.#sockets.get(name) ?? []) socket.send(event)
      this.#sockets.delete(name)
      this.#readers.delete(account)
    }
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#report(order, event)
  }

  onFill(fill: ExchangeFill): void {
    this.#filled = fill.order.instrument
    if (this.#dialect === 'usdm') this.#tellLite(fill)
    this.#report(fill.order, fill)
  }

  onBalance(account: number, assets: readonly string[], cause: BalanceCause, at: number, flow?: ExchangeFlow): void {
    const now = Math.floor(at / 1000)
    const change = flow === undefined ? '0' : this.#own.amount(flow.code, flow.units)
    if (this.#dialect === 'spot') {
      if (flow !== undefined) this.#tell(account, { e: 'balanceUpdate', E: now, a: flow.code, d: change, T: now })
      const rows = this.#own
        .balances(account, assets)
        .map(({ asset, free, locked }) => ({ a: asset, f: free, l: locked }))
      this.#tell(account, { e: 'outboundAccountPosition', E: now, u: now, B: rows })
      return
    }
    if (cause === 'order') return
    const wallets = this.#own.wallets(account).filter(({ asset }) => assets.includes(asset))
    const moved = (flow?.units ?? 0n) < 0n ? 'WITHDRAW' : 'DEPOSIT'
    const words: Record<string, string> = { fill: 'ORDER', funding: 'FUNDING_FEE', transfer: moved }
    const balances = wallets.map(({ asset, wallet }) => ({ a: asset, wb: wallet, cw: wallet, bc: change }))
    const positions = cause === 'fill' && this.#filled !== undefined ? [this.#position(account, this.#filled)] : []
    this.#tell(account, { e: 'ACCOUNT_UPDATE', E: now, T: now, a: { m: words[cause], B: balances, P: positions } })
  }

  #position(account: number, instrument: Instrument): unknown {
    const row = this.#own.positions(account, 0).find(({ symbol }) => symbol === instrument.symbol)
    const { realised } = this.#exchange.account(account).position(instrument.index)
    const entry = row?.entryPrice ?? '0'
    return {
      ...{ s: instrument.symbol, pa: row?.positionAmt ?? '0', ep: entry, bep: entry },
      ...{ cr: this.#own.amount(instrument.settle.code, realised), up: row?.unRealizedProfit ?? '0' },
      ...{ mt: 'cross', iw: '0', ps: 'BOTH', ma: instrument.settle.code },
    }
  }

  /** On USD-M a shorter word of each fill comes first. */
  #tellLite({ order, price, lots, liquidity, tradeId, at }: ExchangeFill): void {
    const { numbers } = this.#calls.texts
    const { instrument } = order
    const now = Math.floor(at / 1000)
    this.#tell(order.account, {
      ...{ e: 'TRADE_LITE', E: now, T: now, s: instrument.symbol, q: numbers.lots(instrument, order.lots) },
      ...{ p: numbers.price(instrument, order.price), m: liquidity === 'maker', c: order.clientOrderId },
      ...{ S: sideWord(order), L: numbers.price(instrument, price), l: numbers.lots(instrument, lots) },
      ...{ t: tradeId, i: order.id },
    })
  }

  #report(order: ExchangeOrder, event: ExchangeOrderEvent | ExchangeFill): void {
    const text = this.#calls.texts.execution(order, event, event === 'canceled' ? this.#calls.cancelId : '')
    const at = Math.floor(order.updatedAt / 1000)
    this.#tell(order.account, this.#dialect === 'spot' ? text : { e: 'ORDER_TRADE_UPDATE', E: at, T: at, o: text })
  }

  #tell(account: number, event: unknown): void {
    for (const reader of this.#readers.get(account) ?? []) reader(event)
  }
}
