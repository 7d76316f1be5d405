import { formatScaled } from '@velocimex/core/market/grid'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Dialect } from '../frame-fields.ts'
import type { AccountCalls } from './account-calls.ts'
import type { AccountStreams } from './account-streams.ts'
import type { Listing } from './listing.ts'
import { OrderBatches } from './order-batches.ts'
import type { RequestParameters } from './parameters.ts'
import type { PublicCalls } from './public-calls.ts'
import type { SignedCalls } from './signed-calls.ts'
import { type Failure, failure, missing } from './venue-failures.ts'

/** One call of the REST interface. */
export interface Route {
  readonly access: 'public' | 'keyed' | 'signed'
  /** What a request costs, by what it asks for. */
  weight(parameters: RequestParameters): number
  readonly orders?: number
  /** The value to be told as JSON, or the error. */
  run(parameters: RequestParameters, key: ClientKey): unknown | Failure
}

/** What the routes lead to. */
export interface RouteEnds {
  readonly public: PublicCalls
  readonly listing: Listing
  readonly calls: SignedCalls
  readonly own: AccountCalls
  readonly accounts: AccountStreams
  now(): number
  randomKey(): Uint8Array
  /** Windows in which orders are counted, with their counts. */
  orderLimits(): readonly object[]
}

type Weight = number | Route['weight']
type Row = readonly [call: string, access: Route['access'], weight: Weight, run: Route['run'], orders?: number]

/** The calls of a dialect by `METHOD /path`. */
export function routesOf(dialect: Dialect, ends: RouteEnds): ReadonlyMap<string, Route> {
  const rows = [...NEIGHBOURS, ...(dialect === 'spot' ? spotRows(ends) : usdmRows(ends))]
  return new Map(
    rows.map(([call, access, weight, run, orders = 0]) => [
      call,
      { access, weight: typeof weight === 'number' ? () => weight : weight, orders, run },
    ]),
  )
}

/**
 * Calls of the venue's other businesses, empty here: clients ask all of them for their markets, and one that is pointed
 * at a simulated venue as a whole must find that there are none. A dialect's own rows come later and win.
 */
const NEIGHBOURS: Row[] = [
  ...['/api/v3', '/fapi/v1', '/dapi/v1', '/eapi/v1'].map(
    (api): Row => [`GET ${api}/exchangeInfo`, 'public', 1, () => ({ symbols: [] })],
  ),
  ['GET /sapi/v1/system/status', 'public', 1, () => ({ status: 0, msg: 'normal' })],
  ...['margin/allPairs', 'margin/isolated/allPairs', 'margin/allAssets', 'capital/config/getall'].map(
    (call): Row => [`GET /sapi/v1/${call}`, 'keyed', 1, () => []],
  ),
]

/** Steps of a limit, each with what a request up to it costs; more costs the last. */
const byLimit =
  (usual: number, steps: readonly (readonly [upTo: number, weight: number])[]): Route['weight'] =>
  parameters => {
    const limit = parameters.int('limit', usual)
    return (steps.find(([upTo]) => limit <= upTo) ?? steps.at(-1)!)[1]
  }
/** One symbol, or all of them. */
const bySymbol =
  (one: number, all: number): Route['weight'] =>
  parameters =>
    parameters.get('symbol') === undefined ? all : one
const SPOT_DEPTH = byLimit(100, [
  [100, 5],
  [500, 25],
  [1000, 50],
  [5000, 250],
])
const USDM_DEPTH = byLimit(500, [
  [50, 2],
  [100, 5],
  [500, 10],
  [1000, 20],
])
const USDM_BARS = byLimit(500, [
  [99, 1],
  [499, 2],
  [1000, 5],
  [1500, 10],
])

function spotRows(ends: RouteEnds): Row[] {
  const { calls, own } = ends
  const open = ends.public
  return [
    ['GET /api/v3/ping', 'public', 1, () => ({})],
    ['GET /api/v3/time', 'public', 1, () => open.time()],
    ['GET /api/v3/exchangeInfo', 'public', 20, p => ends.listing.exchangeInfo(p)],
    ['GET /api/v3/depth', 'public', SPOT_DEPTH, parameters => open.depth(parameters)],
    ['GET /api/v3/trades', 'public', 25, parameters => open.trades(parameters)],
    ['GET /api/v3/aggTrades', 'public', 4, parameters => open.aggTrades(parameters)],
    ['GET /api/v3/klines', 'public', 2, parameters => open.klines(parameters)],
    ['GET /api/v3/ticker/bookTicker', 'public', bySymbol(2, 4), parameters => open.bookTicker(parameters)],
    ['GET /api/v3/ticker/price', 'public', bySymbol(2, 4), parameters => open.price(parameters)],
    ['GET /api/v3/ticker/24hr', 'public', bySymbol(2, 80), parameters => open.day(parameters)],
    ['POST /api/v3/order', 'signed', 1, (parameters, key) => calls.place(key, parameters), 1],
    ['POST /api/v3/order/test', 'signed', 1, (parameters, key) => calls.test(key, parameters)],
    ['DELETE /api/v3/order', 'signed', 1, (parameters, key) => calls.cancel(key, parameters)],
    ['POST /api/v3/order/cancelReplace', 'signed', 1, (parameters, key) => calls.cancelReplace(key, parameters), 1],
    ['PUT /api/v3/order/amend/keepPriority', 'signed', 4, (parameters, key) => calls.reduce(key, parameters)],
    ['GET /api/v3/order', 'signed', 4, (parameters, key) => calls.order(key, parameters)],
    ['GET /api/v3/openOrders', 'signed', bySymbol(6, 80), (parameters, key) => calls.orders(key, parameters, true)],
    ['DELETE /api/v3/openOrders', 'signed', 1, (parameters, key) => calls.cancelAll(key, parameters)],
    ['GET /api/v3/allOrders', 'signed', 20, (parameters, key) => calls.orders(key, parameters, false)],
    ['GET /api/v3/myTrades', 'signed', 20, (parameters, key) => calls.trades(key, parameters)],
    ['GET /api/v3/account', 'signed', 20, (_parameters, key) => own.account(key, ends.now())],
    ['GET /api/v3/account/commission', 'signed', 20, (parameters, key) => commission(own, key, parameters, ends.now())],
    ['GET /api/v3/rateLimit/order', 'signed', 40, () => ends.orderLimits()],
    ['GET /sapi/v1/asset/tradeFee', 'signed', 1, parameters => own.tradeFees(parameters)],
    ['GET /sapi/v1/account/apiRestrictions', 'signed', 1, (_parameters, key) => restrictions(key)],
    // Listen keys of spot are gone since 2026-02-20.
    ['POST /api/v3/userDataStream', 'public', 2, () => failure(-1000, 'This endpoint is no longer supported.', 410)],
  ]
}

function usdmRows(ends: RouteEnds): Row[] {
  const { calls, own, accounts } = ends
  const open = ends.public
  const batches = new OrderBatches(calls)
  return [
    ['GET /fapi/v1/ping', 'public', 1, () => ({})],
    ['GET /fapi/v1/time', 'public', 1, () => open.time()],
    ['GET /fapi/v1/exchangeInfo', 'public', 1, p => ends.listing.exchangeInfo(p)],
    ['GET /fapi/v1/depth', 'public', USDM_DEPTH, parameters => open.depth(parameters)],
    ['GET /fapi/v1/trades', 'public', 5, parameters => open.trades(parameters)],
    ['GET /fapi/v1/aggTrades', 'public', 20, parameters => open.aggTrades(parameters)],
    ['GET /fapi/v1/klines', 'public', USDM_BARS, parameters => open.klines(parameters)],
    ['GET /fapi/v1/ticker/bookTicker', 'public', bySymbol(2, 5), parameters => open.bookTicker(parameters)],
    ['GET /fapi/v1/ticker/price', 'public', bySymbol(1, 2), parameters => open.price(parameters)],
    ['GET /fapi/v2/ticker/price', 'public', 1, parameters => open.price(parameters)],
    ['GET /fapi/v1/ticker/24hr', 'public', bySymbol(1, 40), parameters => open.day(parameters)],
    ['GET /fapi/v1/premiumIndex', 'public', bySymbol(1, 10), parameters => open.premiumIndex(parameters)],
    ['GET /fapi/v1/fundingRate', 'public', 1, parameters => open.lastFunding(parameters)],
    ['GET /fapi/v1/fundingInfo', 'public', 1, () => []],
    ['POST /fapi/v1/order', 'signed', 0, (parameters, key) => calls.place(key, parameters), 1],
    ['POST /fapi/v1/order/test', 'signed', 0, (parameters, key) => calls.test(key, parameters)],
    ['PUT /fapi/v1/order', 'signed', 0, (parameters, key) => calls.amend(key, parameters), 1],
    ['DELETE /fapi/v1/order', 'signed', 1, (parameters, key) => calls.cancel(key, parameters)],
    ['POST /fapi/v1/batchOrders', 'signed', 5, (parameters, key) => batches.place(key, parameters), 5],
    ['PUT /fapi/v1/batchOrders', 'signed', 5, (parameters, key) => batches.amend(key, parameters), 5],
    ['DELETE /fapi/v1/batchOrders', 'signed', 1, (parameters, key) => batches.cancel(key, parameters)],
    ['GET /fapi/v1/order', 'signed', 1, (parameters, key) => calls.order(key, parameters)],
    ['GET /fapi/v1/openOrders', 'signed', bySymbol(1, 40), (parameters, key) => calls.orders(key, parameters, true)],
    ['DELETE /fapi/v1/allOpenOrders', 'signed', 1, (parameters, key) => calls.cancelAll(key, parameters)],
    ['GET /fapi/v1/allOrders', 'signed', 5, (parameters, key) => calls.orders(key, parameters, false)],
    ['GET /fapi/v1/userTrades', 'signed', 5, (parameters, key) => calls.trades(key, parameters)],
    ['GET /fapi/v2/balance', 'signed', 5, (_parameters, { account }) => balances(own, account, ends.now())],
    ['GET /fapi/v3/balance', 'signed', 5, (_parameters, { account }) => balances(own, account, ends.now())],
    ['GET /fapi/v2/account', 'signed', 5, (_parameters, key) => futuresAccount(own, key, ends.now())],
    ['GET /fapi/v3/account', 'signed', 5, (_parameters, key) => futuresAccount(own, key, ends.now())],
    ['GET /fapi/v2/positionRisk', 'signed', 5, (_parameters, { account }) => own.positions(account, ends.now())],
    ['GET /fapi/v3/positionRisk', 'signed', 5, (_parameters, { account }) => own.positions(account, ends.now())],
    ['POST /fapi/v1/leverage', 'signed', 1, (parameters, key) => own.leverage(key, parameters)],
    ['POST /fapi/v1/marginType', 'signed', 1, parameters => marginMode(parameters)],
    ['POST /fapi/v1/positionSide/dual', 'signed', 1, parameters => positionMode(parameters)],
    ['GET /fapi/v1/positionSide/dual', 'signed', 30, () => ({ dualSidePosition: false })],
    ['GET /fapi/v1/symbolConfig', 'signed', 5, (parameters, key) => own.symbols(key, parameters)],
    ['GET /fapi/v1/accountConfig', 'signed', 5, (_parameters, key) => accountConfig(key)],
    ['GET /fapi/v1/leverageBracket', 'signed', 1, () => []],
    [
      'GET /fapi/v1/commissionRate',
      'signed',
      20,
      (parameters, key) => commissionRate(own, key, parameters, ends.now()),
    ],
    [
      'POST /fapi/v1/countdownCancelAll',
      'signed',
      10,
      (parameters, key) => calls.countdown(key, parameters, ends.now()),
    ],
    ['POST /fapi/v1/listenKey', 'keyed', 1, (_parameters, { account }) => listenKey(ends, account)],
    ['PUT /fapi/v1/listenKey', 'keyed', 1, (_parameters, { account }) => extended(accounts, account, ends.now())],
    ['DELETE /fapi/v1/listenKey', 'keyed', 1, (_parameters, { account }) => ended(accounts, account)],
    ['GET /sapi/v1/account/apiRestrictions', 'signed', 1, (_parameters, key) => restrictions(key)],
  ]
}

const restrictions = ({ canTrade, canWithdraw }: ClientKey): unknown => ({
  ...{ ipRestrict: true, createTime: 0, enableReading: true, enableWithdrawals: canWithdraw },
  ...{ enableInternalTransfer: false, enableMargin: false, enableFutures: canTrade, permitsUniversalTransfer: false },
  ...{
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: false,
    enablePortfolioMarginTrading: false,
  },
  enableSpotAndMarginTrading: canTrade,
})

function commission(own: AccountCalls, key: ClientKey, parameters: RequestParameters, now: number): unknown {
  const account = own.account(key, now) as { commissionRates: Record<string, string> }
  const none = { maker: '0.00000000', taker: '0.00000000', buyer: '0.00000000', seller: '0.00000000' }
  const rest = { specialCommission: none, taxCommission: none }
  return { symbol: parameters.get('symbol') ?? '', standardCommission: account.commissionRates, ...rest }
}

function commissionRate(own: AccountCalls, key: ClientKey, parameters: RequestParameters, now: number): unknown {
  const { commissionRates } = own.account(key, now) as { commissionRates: Record<string, string> }
  const symbol = parameters.get('symbol') ?? ''
  return { symbol, makerCommissionRate: commissionRates['maker'], takerCommissionRate: commissionRates['taker'] }
}

const balances = (own: AccountCalls, account: number, updateTime: number): unknown =>
  own.wallets(account).map(({ asset, wallet, unrealised, available }) => ({
    ...{ accountAlias: 'sim', asset, balance: wallet, crossWalletBalance: wallet, crossUnPnl: unrealised },
    ...{ availableBalance: available, maxWithdrawAmount: available, marginAvailable: true, updateTime },
  }))

function futuresAccount(own: AccountCalls, { account, canTrade, canWithdraw }: ClientKey, updateTime: number): unknown {
  const wallets = own.wallets(account)
  const assets = wallets.map(({ asset, wallet, unrealised, available, equity, margin, ...parts }) => ({
    ...{ asset, walletBalance: wallet, unrealizedProfit: unrealised, marginBalance: equity },
    ...{ maintMargin: parts.maintenance, initialMargin: margin, positionInitialMargin: parts.positionMargin },
    ...{ openOrderInitialMargin: parts.orderMargin, crossWalletBalance: wallet, crossUnPnl: unrealised },
    ...{ availableBalance: available, maxWithdrawAmount: available, marginAvailable: true, updateTime },
  }))
  // Totals are those of USDT, as in the mode of single assets.
  const dollars = assets.find(({ asset }) => asset === 'USDT')
  const zero = formatScaled(0n, 8)
  return {
    ...{ feeTier: 0, canTrade, canDeposit: true, canWithdraw, updateTime, multiAssetsMargin: false },
    ...{ totalInitialMargin: dollars?.initialMargin ?? zero, totalMaintMargin: dollars?.maintMargin ?? zero },
    ...{ totalWalletBalance: dollars?.walletBalance ?? zero, totalUnrealizedProfit: dollars?.unrealizedProfit ?? zero },
    totalMarginBalance: dollars?.marginBalance ?? zero,
    totalPositionInitialMargin: dollars?.positionInitialMargin ?? zero,
    totalOpenOrderInitialMargin: dollars?.openOrderInitialMargin ?? zero,
    ...{ totalCrossWalletBalance: dollars?.walletBalance ?? zero, totalCrossUnPnl: dollars?.unrealizedProfit ?? zero },
    ...{ availableBalance: dollars?.availableBalance ?? zero, maxWithdrawAmount: dollars?.maxWithdrawAmount ?? zero },
    assets,
    positions: own.positions(account, updateTime),
  }
}

const accountConfig = ({ canTrade, canWithdraw }: ClientKey): unknown => ({
  ...{ feeTier: 0, canTrade, canDeposit: true, canWithdraw, dualSidePosition: false, updateTime: 0 },
  ...{ multiAssetsMargin: false, tradeGroupId: -1 },
})

/** Who asks for isolated margin must not be told that he has it already. */
function marginMode(parameters: RequestParameters): Failure {
  const mode = parameters.get('marginType')
  if (mode === 'CROSSED') return failure(-4046, 'No need to change margin type.')
  return mode === 'ISOLATED' ? failure(-4168, 'Isolated margin is not offered here.') : missing('marginType')
}

const positionMode = (parameters: RequestParameters): unknown | Failure =>
  parameters.get('dualSidePosition') === 'false'
    ? failure(-4059, 'No need to change position side.')
    : failure(-4061, 'Hedge mode is not offered here.')

const listenKey = (ends: RouteEnds, account: number): unknown => ({
  listenKey: ends.accounts.listenKey(account, ends.now(), ends.randomKey()),
})

function extended(accounts: AccountStreams, account: number, now: number): unknown | Failure {
  const key = accounts.extend(account, now)
  return key === undefined ? failure(-1125, 'This listenKey does not exist.') : { listenKey: key }
}

function ended(accounts: AccountStreams, account: number): unknown {
  accounts.end(account)
  return {}
}
