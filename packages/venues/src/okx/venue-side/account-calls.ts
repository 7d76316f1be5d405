import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { opposite } from '@velocimex/core/market/side'
import type { ClientKey } from '../../venue-dialect.ts'
import { INST_TYPES } from '../order-requests.ts'
import { balanceText, feeRow, leverOf, positionRows } from './account-texts.ts'
import { type Asked, wholeOf } from './asked.ts'
import type { OrderTexts } from './order-texts.ts'
import type { Rows } from './public-calls.ts'
import type { TradeCalls } from './trade-calls.ts'
import { failure, isFailure, refusalOf, wrong } from './venue-failures.ts'

const PAGE = 100
const LEVERAGE_MAX = 125
/** Canceled orders without an execution are told for two hours. */
const CANCELED_KEPT = 7_200_000_000
const TIMERS_MAX = 1000

/** What the calls of an account are answered from. */
export interface AccountParts {
  readonly exchange: Exchange
  readonly calls: TradeCalls
  readonly texts: OrderTexts
  /** Milliseconds. */
  now(): number
}

/** Answers of the calls that ask for orders, executions, balances and positions, or set how the account trades. */
export class AccountCalls {
  readonly #parts: AccountParts
  /** Dead-man switches by account: when each fires, in milliseconds. */
  readonly #timers = new Map<number, number>()

  constructor(parts: AccountParts) {
    this.#parts = parts
  }

  order(key: ClientKey, asked: Asked, instrument: Instrument): Rows {
    const found = this.#parts.calls.find(key.account, asked, instrument)
    if (isFailure(found)) return found
    return this.#isTold(found) ? [this.#parts.texts.order(found)] : failure('51603', 'Order does not exist')
  }

  /** Newest first. */
  pending({ account }: ClientKey, asked: Asked): Rows {
    return this.#page(asked, this.#parts.exchange.openOrders(account).reverse())
  }

  /** Closed orders, newest first. */
  history({ account }: ClientKey, asked: Asked): Rows {
    const closed = this.#parts.calls.history(account).filter(order => order.status !== 'open' && this.#isTold(order))
    return this.#page(asked, closed)
  }

  /** Newest first. */
  fills({ account }: ClientKey, asked: Asked): Rows {
    const from = wholeOf(asked, 'begin', 0, Number.MAX_SAFE_INTEGER) * 1000
    const until = wholeOf(asked, 'end', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) * 1000
    const isAsked = ({ order, at }: ExchangeFill): boolean =>
      order.account === account && at >= from && at <= until && isAbout(asked, order.instrument)
    const { texts, exchange } = this.#parts
    const rows = exchange.fills
      .filter(isAsked)
      .reverse()
      .map(fill => texts.fill(fill))
    const ofOrder = asked.get('ordId')
    const chosen = ofOrder === undefined ? rows : rows.filter(row => row['ordId'] === ofOrder)
    return chosen.slice(0, wholeOf(asked, 'limit', PAGE, PAGE))
  }

  balance({ account }: ClientKey, asked: Asked): Rows {
    return [balanceText(this.#parts.exchange, account, this.#parts.now(), asked.get('ccy')?.split(','))]
  }

  positions({ account }: ClientKey, asked: Asked): Rows {
    const rows = positionRows(this.#parts.exchange, account, this.#parts.now())
    const wanted = asked.get('instId')?.split(',')
    const type = asked.get('instType')
    return rows.filter(row => (wanted?.includes(row.instId) ?? true) && (type === undefined || row.instType === type))
  }

  /** How the account trades, and what its key may do. */
  config({ account, canTrade, canWithdraw }: ClientKey): Rows {
    const hasContracts = this.#parts.exchange.instruments.all.some(({ kind }) => kind !== 'spot')
    const perm = ['read_only', ...(canWithdraw ? ['withdraw'] : []), ...(canTrade ? ['trade'] : [])].join(',')
    return [
      {
        ...{
          uid: String(account),
          mainUid: String(account),
          acctLv: hasContracts ? '2' : '1',
          posMode: 'net_mode',
          perm,
        },
        ...{
          acctStpMode: 'cancel_maker',
          autoLoan: false,
          ctIsoMode: 'automatic',
          mgnIsoMode: 'automatic',
          level: 'Lv1',
        },
        ...{
          levelTmp: '',
          label: 'simulated',
          ip: '127.0.0.1',
          kycLv: '3',
          greeksType: 'PA',
          feeType: '0',
          roleType: '0',
        },
        ...{ enableSpotBorrow: false, opAuth: '0', spotOffsetType: '', stgyType: '0', type: '0', traderInsts: [] },
      },
    ]
  }

  /** All instruments of a type pay the same here: the row of the first that is meant. */
  fees(asked: Asked): Rows {
    if (asked.get('instType') === undefined) return wrong('instType')
    const { all } = this.#parts.exchange.instruments
    const family = asked.get('instFamily')
    const meant = all.find(
      each => isAbout(asked, each) && (family === undefined || each.symbol.startsWith(`${family}-`)),
    )
    return meant === undefined ? failure('51001', "Instrument ID doesn't exist.") : [feeRow(meant, this.#parts.now())]
  }

  leverage({ account }: ClientKey, instrument: Instrument): Rows {
    return [
      {
        instId: instrument.symbol,
        mgnMode: 'cross',
        posSide: 'net',
        lever: leverOf(this.#parts.exchange, account, instrument),
      },
    ]
  }

  setLeverage({ account }: ClientKey, asked: Asked, instrument: Instrument): Rows {
    const leverage = wholeOf(asked, 'lever', 0, Number.MAX_SAFE_INTEGER)
    if (leverage < 1 || leverage > LEVERAGE_MAX) return wrong('lever')
    if (asked.get('mgnMode') !== 'cross') return wrong('mgnMode')
    this.#parts.exchange.account(account).leverage.set(instrument.index, leverage)
    return [{ lever: String(leverage), mgnMode: 'cross', instId: instrument.symbol, posSide: '' }]
  }

  /** One position of an instrument: long and short apart are not offered here. */
  setPositionMode(asked: Asked): Rows {
    const mode = asked.get('posMode')
    return mode === 'net_mode' ? [{ posMode: mode }] : wrong('posMode')
  }

  /** The dead-man switch: cancels all orders of the account unless it is set again in time; 0 ends it. */
  cancelAllAfter({ account }: ClientKey, asked: Asked): Rows {
    const seconds = wholeOf(asked, 'timeOut', -1, Number.MAX_SAFE_INTEGER)
    if (seconds !== 0 && (seconds < 10 || seconds > 120)) return wrong('timeOut')
    const now = this.#parts.now()
    this.#timers.delete(account)
    if (seconds > 0 && this.#timers.size >= TIMERS_MAX) return failure('51071', 'You have too many countdowns.')
    if (seconds > 0) this.#timers.set(account, now + seconds * 1000)
    return [
      { triggerTime: seconds === 0 ? '0' : String(now + seconds * 1000), tag: asked.get('tag') ?? '', ts: String(now) },
    ]
  }

  /** Closes a position at market. */
  closePosition({ account }: ClientKey, asked: Asked, instrument: Instrument): Rows {
    const { exchange, calls } = this.#parts
    const { lots } = exchange.account(account).position(instrument.index)
    if (lots === 0) return failure('51023', 'Position does not exist')
    if (asked.get('autoCxl') === 'true')
      for (const order of exchange.openOrders(account, instrument.index)) calls.close(order, '17')
    const side = opposite(lots > 0 ? 1 : -1)
    const terms = { type: 'market', timeInForce: 'gtc', postOnly: false, reduceOnly: true, price: 0 } as const
    const clientOrderId = `#close${this.#parts.now()}${instrument.index}`
    const closed = exchange.place(account, { clientOrderId, instrument, side, lots: Math.abs(lots), ...terms })
    if (!closed.ok) return refusalOf(closed.reason)
    return [{ instId: instrument.symbol, posSide: 'net', clOrdId: asked.get('clOrdId') ?? '', tag: '' }]
  }

  /** Fires the switches that have run out. @param now milliseconds */
  tick(now: number): void {
    for (const [account, at] of this.#timers) {
      if (now < at) continue
      this.#timers.delete(account)
      for (const order of this.#parts.exchange.openOrders(account)) this.#parts.calls.close(order, '20')
    }
  }

  #isTold({ status, cumulative, updatedAt }: ExchangeOrder): boolean {
    return status === 'open' || cumulative > 0 || updatedAt >= this.#parts.now() * 1000 - CANCELED_KEPT
  }

  #page(asked: Asked, orders: readonly ExchangeOrder[]): Rows {
    const ids = asked.get('after')
    const chosen = orders
      .filter(({ instrument }) => isAbout(asked, instrument))
      .map(order => this.#parts.texts.order(order))
    const older =
      ids === undefined
        ? chosen
        : chosen.filter(row => BigInt(String(row['ordId'])) < BigInt(/^\d{1,25}$/.test(ids) ? ids : '0'))
    return older.slice(0, wholeOf(asked, 'limit', PAGE, PAGE))
  }
}

/** Whether an instrument is of the type and name that are asked for; all are, where none is. */
function isAbout(asked: Asked, { kind, symbol }: Instrument): boolean {
  const type = asked.get('instType')
  const name = asked.get('instId')
  return (type === undefined || type === 'ANY' || INST_TYPES[kind] === type) && (name === undefined || symbol === name)
}
