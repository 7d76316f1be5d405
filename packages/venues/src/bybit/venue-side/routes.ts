import type { ClientKey } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import type { AccountCalls } from './account-calls.ts'
import type { OrderBatches } from './order-batches.ts'
import type { OrderCalls } from './order-calls.ts'
import { listElsewhere, type PublicCalls } from './public-calls.ts'
import type { RequestValues } from './request-values.ts'
import { badParameter, type Failure, failure } from './venue-failures.ts'

/** One call of the REST interface: the value to be told as `result`, or the error. */
export type Route =
  | { readonly access: 'public'; run(values: RequestValues): unknown | Failure }
  | { readonly access: 'signed'; run(values: RequestValues, key: ClientKey): unknown | Failure }

/** What the routes lead to. */
export interface RouteEnds {
  readonly category: Category
  readonly open: PublicCalls
  readonly orders: OrderCalls
  readonly batches: OrderBatches
  readonly account: AccountCalls
  /** Sets cancel on disconnect. */
  guard(account: number, seconds: number): void
}

type Signed = readonly [call: string, run: (values: RequestValues, key: ClientKey) => unknown | Failure]
type Public = readonly [call: string, run: (values: RequestValues) => unknown | Failure]

/** The calls by `METHOD /path`. */
export function routesOf(ends: RouteEnds): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>()
  for (const [call, run] of publicRows(ends)) routes.set(call, { access: 'public', run })
  for (const [call, run] of signedRows(ends)) routes.set(call, { access: 'signed', run })
  return routes
}

const publicRows = ({ open }: RouteEnds): readonly Public[] => [
  ['GET /v5/market/time', () => open.time()],
  ['GET /v5/market/instruments-info', values => open.instruments(values)],
  ['GET /v5/market/orderbook', values => open.orderbook(values)],
  ['GET /v5/market/tickers', values => open.tickers(values)],
  ['GET /v5/market/kline', values => open.klines(values)],
  ['GET /v5/market/recent-trade', values => open.trades(values)],
  ['GET /v5/market/funding/history', values => open.fundingHistory(values)],
  ['GET /v5/market/price-limit', values => open.priceLimit(values)],
  ['GET /v5/system/status', () => ({ list: [] })],
]

const signedRows = ({ category, orders, batches, account, guard }: RouteEnds): readonly Signed[] => [
  ['POST /v5/order/create', (values, key) => orders.place(key, values)],
  ['POST /v5/order/amend', (values, key) => orders.amend(key, values)],
  ['POST /v5/order/cancel', (values, key) => orders.cancel(key, values)],
  ['POST /v5/order/create-batch', (values, key) => batches.place(key, values)],
  ['POST /v5/order/amend-batch', (values, key) => batches.amend(key, values)],
  ['POST /v5/order/cancel-batch', (values, key) => batches.cancel(key, values)],
  ['POST /v5/order/cancel-all', (values, key) => orders.cancelAll(key, values)],
  ['POST /v5/order/disconnected-cancel-all', (values, key) => setGuard(values, key, guard)],
  ['GET /v5/order/realtime', listOf(category, (values, key) => account.orders(key, values, false))],
  ['GET /v5/order/history', listOf(category, (values, key) => account.orders(key, values, true))],
  ['GET /v5/execution/list', listOf(category, (values, key) => account.executions(key, values))],
  ['GET /v5/position/list', listOf(category, (values, key) => account.positions(key, values))],
  ['POST /v5/position/set-leverage', (values, key) => account.leverage(key, values)],
  ['POST /v5/position/switch-mode', values => account.positionMode(values)],
  ['GET /v5/account/wallet-balance', (values, key) => account.wallet(key, values)],
  ['GET /v5/account/fee-rate', values => account.feeRates(values)],
  ['GET /v5/account/info', () => account.info()],
  ['POST /v5/account/set-margin-mode', values => marginMode(values)],
  ['GET /v5/user/query-api', (_values, key) => account.permissions(key)],
  ['GET /v5/asset/coin/query-info', () => ({ rows: [] })],
]

/** A list of the account. */
const listOf =
  (category: Category, run: Signed[1]): Signed[1] =>
  (values, key) =>
    listElsewhere(category, values) ?? run(values, key)

/** Margin is crossed here; who asks for another mode is told why it cannot be. */
function marginMode(values: RequestValues): unknown | Failure {
  const mode = values.get('setMarginMode') ?? ''
  if (mode === 'REGULAR_MARGIN') return failure(110026, 'Cross/isolated margin mode is not modified')
  if (mode !== 'ISOLATED_MARGIN' && mode !== 'PORTFOLIO_MARGIN') return badParameter('setMarginMode')
  return { reasons: [{ reasonCode: '3400000', reasonMsg: `${mode} is not offered here.` }] }
}

function setGuard(values: RequestValues, { account }: ClientKey, guard: RouteEnds['guard']): unknown | Failure {
  const seconds = values.int('timeWindow', 0)
  if (seconds < 3 || seconds > 300) return badParameter('timeWindow')
  guard(account, seconds)
  return {}
}
