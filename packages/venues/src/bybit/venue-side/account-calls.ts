import type { Exchange } from '@velocimex/core/exchange/exchange'
import { marginEquity, requiredMargin } from '@velocimex/core/exchange/exchange-checks'
import type { ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import type { OrderCalls } from './order-calls.ts'
import { amountText, type OrderTexts } from './order-texts.ts'
import type { OwnInstruments } from './own-instruments.ts'
import type { RequestValues } from './request-values.ts'
import { badParameter, type Failure, failure, isFailure } from './venue-failures.ts'

/** What the calls of an account stand on. */
export interface AccountParts {
  readonly category: Category
  readonly own: OwnInstruments
  readonly exchange: Exchange
  readonly texts: OrderTexts
  readonly orders: OrderCalls
}

/** What an account asks about itself: the value to be told as `result`, or the error. */
export class AccountCalls {
  readonly #parts: AccountParts

  constructor(parts: AccountParts) {
    this.#parts = parts
  }

  /** Open orders; by id also one that was closed. */
  orders(key: ClientKey, values: RequestValues, onlyClosed: boolean): unknown | Failure {
    const { exchange, texts, orders, category, own } = this.#parts
    const isNamed = values.get('orderId') !== undefined || values.get('orderLinkId') !== undefined
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    const chosen = isNamed || onlyClosed ? undefined : orders.scope(values)
    if (isFailure(chosen)) return chosen
    const symbol = values.get('symbol')
    const named = isNamed ? orders.named(key.account, values) : undefined
    const closed = (): ExchangeOrder[] => {
      const all = [...exchange.ordersOf(key.account), ...orders.refusedOf(key.account)]
      return all
        .filter(({ status, instrument }) => status !== 'open' && own.has(instrument))
        .sort((one, other) => one.updatedAt - other.updatedAt)
    }
    const all = isNamed
      ? (named ?? [])
      : onlyClosed
        ? closed()
        : values.get('openOnly') === '1'
          ? closed().slice(-500)
          : orders.openOrders(key.account)
    const rows = [all].flat().filter(({ instrument }) => symbol === undefined || instrument.symbol === symbol)
    const meant = chosen === undefined ? rows : rows.filter(({ instrument }) => chosen(instrument))
    return this.#page(
      values,
      meant.toReversed().map(order => texts.order(order, orders.endOf(order))),
      { usual: 20, most: 50 },
    )
  }

  /** Executions, newest first. */
  executions(key: ClientKey, values: RequestValues): unknown | Failure {
    const { exchange, texts, category, own } = this.#parts
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    const from = values.int('startTime', 0) * 1000
    const until = values.int('endTime', Number.MAX_SAFE_INTEGER / 1000) * 1000
    const [symbol, order, link] = [values.get('symbol'), values.get('orderId'), values.get('orderLinkId')]
    const chosen = exchange.fills.filter(
      fill =>
        fill.order.account === key.account &&
        own.has(fill.order.instrument) &&
        fill.at >= from &&
        fill.at <= until &&
        (symbol === undefined || fill.order.instrument.symbol === symbol) &&
        (order === undefined || texts.orderId(fill.order.id) === order) &&
        (link === undefined || fill.order.clientOrderId === link),
    )
    const left = new Map<ExchangeOrder, number>()
    const rows = chosen.map(fill => {
      const leaves = (left.get(fill.order) ?? fill.order.lots) - fill.lots
      left.set(fill.order, leaves)
      return texts.execution(fill, leaves)
    })
    return this.#page(values, rows.toReversed(), { usual: 50, most: 100 })
  }

  /** The unified account; with `coin` only some of it. */
  wallet(key: ClientKey, values: RequestValues): unknown | Failure {
    if (values.get('accountType') !== 'UNIFIED') return badParameter('accountType')
    return { list: [this.walletRow(key.account, values.get('coin')?.split(','))] }
  }

  /** The row of an account, also as the wallet topic tells it. */
  walletRow(account: number, coins?: readonly string[]): Record<string, unknown> {
    const { exchange } = this.#parts
    const all = [...exchange.account(account).balances].filter(([code]) => coins?.includes(code) ?? true)
    const coin = all.map(([code, { total, locked }]) => {
      const decimals = this.#decimals(code)
      const text = (units: bigint): string => amountText(units, decimals)
      const equity = marginEquity(exchange, account, code)
      const margin = this.#margin(account, code)
      return {
        ...{ coin: code, equity: text(equity), usdValue: '', walletBalance: text(total), locked: text(locked) },
        ...{ borrowAmount: '0', spotBorrow: '0', accruedInterest: '0', totalOrderIM: text(margin.orders) },
        ...{ totalPositionIM: text(margin.positions), totalPositionMM: text(margin.positions / 2n) },
        ...{ unrealisedPnl: text(equity - total), cumRealisedPnl: '0', bonus: '0', collateralSwitch: true },
        ...{ marginCollateral: true, availableToWithdraw: '', availableToBorrow: '' },
      }
    })
    const totals = { totalEquity: '', totalWalletBalance: '', totalMarginBalance: '', totalAvailableBalance: '' }
    const margins = { totalPerpUPL: '', totalInitialMargin: '', totalMaintenanceMargin: '', accountLTV: '0' }
    return { accountType: 'UNIFIED', accountIMRate: '', accountMMRate: '', ...totals, ...margins, coin }
  }

  /** Positions: of a symbol even when flat, of a settling coin only those that are open. */
  positions(key: ClientKey, values: RequestValues): unknown | Failure {
    const chosen = this.#parts.orders.scope(values)
    if (isFailure(chosen)) return chosen
    const all = this.#parts.own.all.filter(chosen)
    const rows = all
      .filter(({ index }) => values.get('symbol') !== undefined || this.#lots(key.account, index) !== 0)
      .map(instrument => ({ ...this.positionRow(key.account, instrument), entryPrice: undefined }))
    return this.#page(values, rows, { usual: 20, most: 200 })
  }

  /** A position: REST calls its average entry `avgPrice`, the topic `entryPrice`. */
  positionRow(account: number, instrument: Instrument): Record<string, unknown> {
    const { exchange, texts } = this.#parts
    const owner = exchange.account(account)
    const { lots, cost, realised } = owner.position(instrument.index)
    const mark = exchange.mark(instrument.index)
    const { decimals } = instrument.settle
    const average = texts.average(instrument, cost, Math.abs(lots))
    const margin = amountText(requiredMargin(exchange, account, [], instrument.index), decimals)
    return {
      ...{ category: this.#parts.category, positionIdx: 0, tradeMode: 0, riskId: 1, riskLimitValue: '2000000' },
      ...{ symbol: instrument.symbol, side: lots > 0 ? 'Buy' : lots < 0 ? 'Sell' : '' },
      ...{
        size: texts.lots(instrument, Math.abs(lots)),
        avgPrice: average,
        entryPrice: average === '' ? '0' : average,
      },
      ...{ positionValue: amountText(cost, decimals), positionBalance: '0', positionStatus: 'Normal' },
      ...{ leverage: String(owner.leverage.get(instrument.index) ?? exchange.terms.defaultLeverage) },
      ...{ markPrice: texts.price(instrument, mark), liqPrice: '', bustPrice: '', breakEvenPrice: average },
      ...{ positionIM: margin, positionMM: '0', positionIMByMp: margin, positionMMByMp: '0', sessionAvgPrice: '' },
      ...{ takeProfit: '', stopLoss: '', trailingStop: '0', tpslMode: 'Full', autoAddMargin: 0, adlRankIndicator: 2 },
      ...{ unrealisedPnl: amountText(owner.unrealised(instrument, mark), decimals), isReduceOnly: false },
      ...{ curRealisedPnl: amountText(realised, decimals), cumRealisedPnl: amountText(realised, decimals) },
      ...{ createdTime: '0', updatedTime: '0', seq: 1, mmrSysUpdatedTime: '', leverageSysUpdatedTime: '' },
    }
  }

  leverage(key: ClientKey, values: RequestValues): unknown | Failure {
    const { category, exchange, own } = this.#parts
    const instrument = values.instrument(category, own)
    if (isFailure(instrument)) return instrument
    const [buy, sell] = [values.get('buyLeverage'), values.get('sellLeverage')]
    if (buy === undefined || buy !== sell || !/^\d{1,3}$/.test(buy)) return badParameter('leverage')
    const wanted = Number(buy)
    if (wanted < 1 || wanted > 100) return failure(110013, 'Cannot set leverage due to risk limit level')
    const account = exchange.account(key.account)
    if ((account.leverage.get(instrument.index) ?? exchange.terms.defaultLeverage) === wanted)
      return failure(110043, 'Set leverage has not been modified.')
    account.leverage.set(instrument.index, wanted)
    return {}
  }

  /** Only one position for an instrument is offered. */
  positionMode(values: RequestValues): unknown | Failure {
    return values.get('mode') === '0'
      ? failure(110025, 'Position mode has not been modified')
      : failure(110024, 'Hedge mode is not offered here.')
  }

  feeRates(values: RequestValues): unknown | Failure {
    const { own, category } = this.#parts
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    const symbol = values.get('symbol')
    const rate = (value: number): string => amountText(BigInt(value), 8)
    const list = own.all
      .filter(instrument => symbol === undefined || instrument.symbol === symbol)
      .map(({ symbol, fees }) => ({ symbol, takerFeeRate: rate(fees.taker), makerFeeRate: rate(fees.maker) }))
    return { list }
  }

  /** What a key may do. */
  permissions({ apiKey, canTrade, canWithdraw }: ClientKey): unknown {
    const permissions = {
      ContractTrade: canTrade ? ['Order', 'Position'] : [],
      Spot: canTrade ? ['SpotTrade'] : [],
      Wallet: canWithdraw ? ['AccountTransfer', 'Withdraw'] : [],
      ...{ Options: [], Derivatives: [], Exchange: [] },
    }
    return { id: '1', note: 'simulated', apiKey, readOnly: 0, secret: '', permissions, ips: ['*'], type: 1, uta: 1 }
  }

  /** The state of the account. */
  info(): unknown {
    const modes = { marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 5, dcpStatus: 'OFF', timeWindow: 0 }
    return { ...modes, smpGroup: 0, isMasterTrader: false, spotHedgingStatus: 'OFF', updatedTime: '0' }
  }

  #lots(account: number, instrument: number): number {
    return this.#parts.exchange.account(account).position(instrument).lots
  }

  #margin(account: number, asset: string): { readonly orders: bigint; readonly positions: bigint } {
    const { exchange } = this.#parts
    const own = exchange.instruments.all.filter(({ settle, kind }) => settle.code === asset && kind !== 'spot')
    const sum = (withOrders: boolean): bigint =>
      own.reduce((total, { index }) => {
        const orders = withOrders ? exchange.openOrders(account, index) : []
        return total + requiredMargin(exchange, account, orders, index)
      }, 0n)
    const positions = sum(false)
    return { orders: sum(true) - positions, positions }
  }

  #decimals(asset: string): number {
    const all = this.#parts.exchange.instruments.all.flatMap(({ base, quote, settle }) => [settle, quote, base])
    return all.find(({ code }) => code === asset)?.decimals ?? 8
  }

  /** A page of a list; the cursor is where the next one begins. */
  #page(values: RequestValues, rows: readonly unknown[], limits: { usual: number; most: number }): unknown {
    const from = values.int('cursor', 0)
    const until = from + Math.max(1, values.int('limit', limits.usual, limits.most))
    const nextPageCursor = until < rows.length ? String(until) : ''
    return { list: rows.slice(from, until), nextPageCursor, category: this.#parts.category }
  }
}
