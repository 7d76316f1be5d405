import type { Exchange } from '@velocimex/core/exchange/exchange'
import { marginEquity, requiredMargin } from '@velocimex/core/exchange/exchange-checks'
import type { Fields } from '../../wire/fields.ts'
import { DERIBIT } from '../deribit-venue.ts'
import { type OrderTexts, unitsOf } from './order-texts.ts'
import { badParameter } from './rpc-error.ts'

const LIMITS = {
  ...{ limits_per_currency: false, non_matching_engine: { burst: 100, rate: 20 } },
  matching_engine: { trading: { total: { burst: 20, rate: 5 } }, cancel_all: { burst: 20, rate: 5 } },
}

/** What an account owns and holds, as the venue tells it. */
export class AccountCalls {
  readonly #exchange: Exchange
  readonly #texts: OrderTexts

  constructor(exchange: Exchange, texts: OrderTexts) {
    this.#exchange = exchange
    this.#texts = texts
  }

  /** The summary of one currency, also told by `user.portfolio`. */
  summary(account: number, currency: string): Record<string, unknown> {
    const all = this.#exchange.instruments.all
    const assets = all.flatMap(({ base, quote, settle }) => [settle, base, quote])
    const decimals = assets.find(({ code }) => code === currency)?.decimals ?? 8
    const { total } = this.#exchange.account(account).balance(currency)
    const equity = marginEquity(this.#exchange, account, currency)
    const own = all.filter(({ settle, kind }) => settle.code === currency && kind !== 'spot')
    const margin = own.reduce(
      (sum, { index }) =>
        sum + requiredMargin(this.#exchange, account, this.#exchange.openOrders(account, index), index),
      0n,
    )
    const available = equity > margin ? equity - margin : 0n
    const [balance, value, free, bound] = [total, equity, available, margin].map(units => unitsOf(units, decimals))
    return {
      ...{ currency, balance, equity: value, available_funds: free, available_withdrawal_funds: free },
      ...{ margin_balance: value, initial_margin: bound, maintenance_margin: 0, session_upl: 0, session_rpl: 0 },
      ...{
        futures_pl: 0,
        options_value: 0,
        delta_total: 0,
        total_pl: 0,
        margin_model: 'segregated_sm',
        fee_balance: 0,
      },
      ...{ cross_collateral_enabled: false, portfolio_margining_enabled: false, fees: [], limits: LIMITS },
    }
  }

  /** `private/get_account_summary` */
  one(account: number, params: Fields): unknown {
    const currency = params.text('currency')
    if (params.fault !== '') return badParameter(params.fault)
    const assets = this.#exchange.instruments.all.flatMap(({ base, quote, settle }) => [settle, base, quote])
    const isKnown =
      this.#exchange.account(account).balances.has(currency) || assets.some(({ code }) => code === currency)
    if (!isKnown) return badParameter('currency: is not known')
    return { ...this.summary(account, currency), id: account, type: 'main' }
  }

  /** `private/get_account_summaries` */
  all(account: number): unknown {
    const currencies = [...this.#exchange.account(account).balances.keys()]
    const summaries = currencies.map(currency => this.summary(account, currency))
    return { id: account, email: 'demo@example.com', system_name: 'demo', username: 'demo', type: 'main', summaries }
  }

  /** `private/get_positions` */
  positions(account: number, params: Fields): unknown {
    const currency = params.optional('currency') ?? 'any'
    return [...this.#exchange.account(account).positions.keys()]
      .map(index => this.#exchange.instruments.at(index))
      .filter(({ settle }) => currency === 'any' || settle.code === currency)
      .map(instrument => this.#texts.position(account, instrument))
  }

  /** `private/get_position` */
  position(account: number, params: Fields): unknown {
    const instrument = this.#exchange.instruments.find(DERIBIT, params.text('instrument_name'))
    return instrument === undefined
      ? badParameter('instrument_name: is not known')
      : this.#texts.position(account, instrument)
  }
}
