import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import type { AccountCalls } from './account-calls.ts'
import type { Asked } from './asked.ts'
import type { RateKind } from './order-rates.ts'
import type { PublicCalls, Rows } from './public-calls.ts'
import { type Failure, isFailure, wrong } from './venue-failures.ts'

/** A call of REST: who may ask, and the answer. */
export type Route =
  | { readonly access: 'public'; run(asked: Asked): Rows }
  | { readonly access: 'signed'; run(asked: Asked, key: ClientKey): Rows }
  | { readonly access: 'command'; readonly kind: RateKind; readonly isBatch: boolean }

/** What routes lead to. */
export interface RouteEnds {
  readonly public: PublicCalls
  readonly account: AccountCalls
  /** The instrument that `instId` names; the error when there is none. */
  instrument(asked: Asked): Instrument | Failure
}

type Row = readonly [call: string, route: Route]

const open = (call: string, run: (asked: Asked) => Rows): Row => [`GET /api/v5/${call}`, { access: 'public', run }]
const signed = (call: string, run: (asked: Asked, key: ClientKey) => Rows): Row => {
  const [method, path] = call.split(' ') as [string, string]
  return [`${method} /api/v5/${path}`, { access: 'signed', run }]
}
const command = (call: string, kind: RateKind, isBatch: boolean): Row => [
  `POST /api/v5/trade/${call}`,
  { access: 'command', kind, isBatch },
]

/** All calls that the venue answers, by method and path. */
export function routesOf({ public: market, account, instrument }: RouteEnds): ReadonlyMap<string, Route> {
  const about =
    (run: (key: ClientKey, asked: Asked, of: Instrument) => Rows) =>
    (asked: Asked, key: ClientKey): Rows => {
      const named = instrument(asked)
      return isFailure(named) ? named : run(key, asked, named)
    }
  return new Map([
    open('public/time', () => market.time()),
    open('public/instruments', asked => market.instruments(asked)),
    open('public/mark-price', asked => market.marks(asked)),
    open('public/price-limit', asked => market.priceLimit(asked)),
    open('public/funding-rate', asked => market.funding(asked)),
    open('public/funding-rate-history', asked => market.pastFunding(asked)),
    open('market/books', asked => market.books(asked)),
    open('market/books-full', asked => market.fullBooks(asked)),
    open('market/ticker', asked => market.ticker(asked)),
    open('market/tickers', asked => market.tickers(asked)),
    open('market/trades', asked => market.trades(asked)),
    open('market/history-trades', asked => market.trades(asked)),
    open('market/candles', asked => market.candles(asked)),
    open('market/history-candles', asked => market.candles(asked)),
    open('system/status', () => []),
    command('order', 'place', false),
    command('batch-orders', 'place', true),
    command('cancel-order', 'cancel', false),
    command('cancel-batch-orders', 'cancel', true),
    command('amend-order', 'amend', false),
    command('amend-batch-orders', 'amend', true),
    signed(
      'GET trade/order',
      about((key, asked, of) => account.order(key, asked, of)),
    ),
    signed('GET trade/orders-pending', (asked, key) => account.pending(key, asked)),
    signed('GET trade/orders-history', (asked, key) => account.history(key, asked)),
    signed('GET trade/orders-history-archive', (asked, key) => account.history(key, asked)),
    signed('GET trade/fills', (asked, key) => account.fills(key, asked)),
    signed('GET trade/fills-history', (asked, key) => account.fills(key, asked)),
    signed('POST trade/cancel-all-after', (asked, key) => account.cancelAllAfter(key, asked)),
    signed(
      'POST trade/close-position',
      about((key, asked, of) => account.closePosition(key, asked, of)),
    ),
    signed('GET account/balance', (asked, key) => account.balance(key, asked)),
    signed('GET account/positions', (asked, key) => account.positions(key, asked)),
    signed('GET account/config', (_asked, key) => account.config(key)),
    signed('GET account/trade-fee', asked => account.fees(asked)),
    signed(
      'GET account/leverage-info',
      about((key, _asked, of) => account.leverage(key, of)),
    ),
    signed(
      'POST account/set-leverage',
      about((key, asked, of) => account.setLeverage(key, asked, of)),
    ),
    signed('POST account/set-position-mode', asked => account.setPositionMode(asked)),
    signed('GET asset/currencies', () => []),
  ])
}

/** The answer to a call for an instrument that is not named. */
export const UNNAMED = wrong('instId')
