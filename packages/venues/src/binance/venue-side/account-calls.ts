import type { Exchange } from '@velocimex/core/exchange/exchange'
import { marginEquity, requiredMargin } from '@velocimex/core/exchange/exchange-checks'
import type { ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import { amountText, type OrderTexts } from './order-texts.ts'
import { isFailure, type RequestParameters } from './parameters.ts'
import { type Failure, failure } from './venue-failures.ts'

/** The part of the initial margin below which a position would be taken over. */
const MAINTENANCE_SHARE = 2n

/** What an account owns and holds, as the venue tells it. */
export class AccountCalls {
  readonly #venue: string
  readonly #exchange: Exchange
  readonly #texts: OrderTexts

  constructor(venue: string, exchange: Exchange, texts: OrderTexts) {
    this.#venue = venue
    this.#exchange = exchange
    this.#texts = texts
  }

  /** Spot: `account`. */
  account(key: ClientKey, now: number): unknown {
    const { fees } = this.#exchange.instruments.all[0]!
    const rate = (value: number): string => formatScaled(BigInt(value), 8)
    return {
      ...{
        makerCommission: fees.maker / 10_000,
        takerCommission: fees.taker / 10_000,
        buyerCommission: 0,
        sellerCommission: 0,
      },
      commissionRates: { maker: rate(fees.maker), taker: rate(fees.taker), buyer: '0.00000000', seller: '0.00000000' },
      ...{ canTrade: key.canTrade, canWithdraw: key.canWithdraw, canDeposit: true, brokered: false, updateTime: now },
      ...{ accountType: 'SPOT', permissions: ['SPOT'], uid: key.account },
      balances: this.balances(key.account),
    }
  }

  /** Rows of `balances` and of balance events, all assets or some. */
  balances(account: number, assets?: readonly string[]): readonly { asset: string; free: string; locked: string }[] {
    const all = [...this.#exchange.account(account).balances].filter(([code]) => assets?.includes(code) ?? true)
    return all.map(([asset, { total, locked }]) => {
      const decimals = this.#decimals(asset)
      return { asset, free: amountText(total - locked, decimals), locked: amountText(locked, decimals) }
    })
  }

  /** Booked units of an asset in decimal text. */
  amount(asset: string, units: bigint): string {
    return amountText(units, this.#decimals(asset))
  }

  /** USD-M: wallets. */
  wallets(account: number) {
    return [...this.#exchange.account(account).balances].map(([asset, { total }]) => {
      const decimals = this.#decimals(asset)
      const equity = marginEquity(this.#exchange, account, asset)
      const margin = this.#margin(account, asset, true)
      const held = this.#margin(account, asset, false)
      const text = (units: bigint): string => amountText(units, decimals)
      const available = equity > margin ? equity - margin : 0n
      return {
        ...{ asset, wallet: text(total), unrealised: text(equity - total), available: text(available) },
        ...{ equity: text(equity), margin: text(margin), positionMargin: text(held), orderMargin: text(margin - held) },
        maintenance: text(held / MAINTENANCE_SHARE),
      }
    })
  }

  /** USD-M: rows of positionRisk. */
  positions(account: number, now: number) {
    const owner = this.#exchange.account(account)
    return [...owner.positions].flatMap(([index, { lots, cost }]) => {
      const instrument = this.#exchange.instruments.at(index)
      if (lots === 0 && this.#exchange.openOrders(account, index).length === 0) return []
      const mark = this.#exchange.mark(index)
      const { numbers } = this.#texts
      const entry =
        lots === 0 ? '0' : numbers.average({ instrument, cumulative: Math.abs(lots), value: cost } as ExchangeOrder)
      const unrealised = owner.unrealised(instrument, mark)
      const leverage = owner.leverage.get(index) ?? this.#exchange.terms.defaultLeverage
      const margin = requiredMargin(this.#exchange, account, [], index)
      const text = (units: bigint): string => amountText(units, instrument.settle.decimals)
      return [
        {
          ...{
            symbol: instrument.symbol,
            positionSide: 'BOTH',
            positionAmt: numbers.lots(instrument, lots),
            entryPrice: entry,
          },
          ...{ breakEvenPrice: entry, markPrice: numbers.price(instrument, mark), unRealizedProfit: text(unrealised) },
          ...{ liquidationPrice: '0', isolatedMargin: '0', marginAsset: instrument.settle.code, isolatedWallet: '0' },
          ...{ notional: text(BigInt(Math.sign(lots)) * (cost + (lots < 0 ? -unrealised : unrealised))) },
          ...{
            initialMargin: text(margin),
            maintMargin: text(margin / MAINTENANCE_SHARE),
            positionInitialMargin: text(margin),
          },
          ...{ openOrderInitialMargin: '0', adl: 1, bidNotional: '0', askNotional: '0', leverage: String(leverage) },
          ...{ marginType: 'cross', isAutoAddMargin: 'false', updateTime: now },
        },
      ]
    })
  }

  leverage(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const instrument = parameters.instrument(this.#exchange.instruments, this.#venue)
    if (isFailure(instrument)) return instrument
    const leverage = parameters.int('leverage', 0)
    if (leverage < 1 || leverage > 125) return failure(-4028, 'Leverage is not valid.')
    this.#exchange.account(key.account).leverage.set(instrument.index, leverage)
    return { leverage, maxNotionalValue: '1000000', symbol: instrument.symbol }
  }

  /** Spot: the fee rates of one symbol, or of each. */
  tradeFees(parameters: RequestParameters): unknown | Failure {
    const chosen = this.#chosen(parameters)
    if (isFailure(chosen)) return chosen
    const rate = (value: number): string => formatScaled(BigInt(value), 8)
    return chosen.map(({ symbol, fees }) => ({
      ...{ symbol, makerCommission: rate(fees.maker), takerCommission: rate(fees.taker) },
    }))
  }

  /** USD-M: how the symbols of an account are set. */
  symbols({ account }: ClientKey, parameters: RequestParameters): unknown | Failure {
    const chosen = this.#chosen(parameters)
    if (isFailure(chosen)) return chosen
    const { leverage } = this.#exchange.account(account)
    return chosen.map(({ index, symbol }) => ({
      ...{ symbol, marginType: 'CROSSED', isAutoAddMargin: false, maxNotionalValue: '1000000' },
      leverage: leverage.get(index) ?? this.#exchange.terms.defaultLeverage,
    }))
  }

  /** The instrument that `symbol` names, or all. */
  #chosen(parameters: RequestParameters): readonly Instrument[] | Failure {
    const { instruments } = this.#exchange
    if (parameters.get('symbol') === undefined) return instruments.all
    const one = parameters.instrument(instruments, this.#venue)
    return isFailure(one) ? one : [one]
  }

  /** Initial margin of all that settles in an asset: of positions, and if wanted of what open orders could add to them. */
  #margin(account: number, asset: string, isWithOrders: boolean): bigint {
    const own = this.#exchange.instruments.all.filter(({ settle, kind }) => settle.code === asset && kind !== 'spot')
    return own.reduce(
      (sum, { index }) =>
        sum +
        requiredMargin(this.#exchange, account, isWithOrders ? this.#exchange.openOrders(account, index) : [], index),
      0n,
    )
  }

  #decimals(asset: string): number {
    const all = this.#exchange.instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
    return all.find(({ code }) => code === asset)?.decimals ?? 8
  }
}
