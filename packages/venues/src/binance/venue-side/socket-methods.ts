import type { Dialect } from '../frame-fields.ts'
import type { Route } from './routes.ts'

const OPEN = {
  ping: 'GET /ping',
  time: 'GET /time',
  exchangeInfo: 'GET /exchangeInfo',
  depth: 'GET /depth',
  klines: 'GET /klines',
  'ticker.book': 'GET /ticker/bookTicker',
  'ticker.price': 'GET /ticker/price',
  'order.place': 'POST /order',
  'order.test': 'POST /order/test',
  'order.cancel': 'DELETE /order',
  'order.status': 'GET /order',
}

/** Methods of the WebSocket API, each by the call of REST that does the same; a path without an API is of the newest. */
const METHODS: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  spot: {
    ...OPEN,
    'trades.recent': 'GET /trades',
    'trades.aggregate': 'GET /aggTrades',
    'ticker.24hr': 'GET /ticker/24hr',
    'order.cancelReplace': 'POST /order/cancelReplace',
    'order.amend.keepPriority': 'PUT /order/amend/keepPriority',
    'openOrders.status': 'GET /openOrders',
    'openOrders.cancelAll': 'DELETE /openOrders',
    allOrders: 'GET /allOrders',
    myTrades: 'GET /myTrades',
    'account.status': 'GET /account',
    'account.commission': 'GET /account/commission',
    'account.rateLimits.orders': 'GET /rateLimit/order',
  },
  usdm: {
    ...OPEN,
    'order.modify': 'PUT /order',
    'account.balance': 'GET /fapi/v2/balance',
    'v2/account.balance': 'GET /fapi/v3/balance',
    'account.status': 'GET /fapi/v2/account',
    'v2/account.status': 'GET /fapi/v3/account',
    'account.position': 'GET /fapi/v2/positionRisk',
    'v2/account.position': 'GET /fapi/v3/positionRisk',
    'userDataStream.start': 'POST /listenKey',
    'userDataStream.ping': 'PUT /listenKey',
    'userDataStream.stop': 'DELETE /listenKey',
  },
}
const API: Readonly<Record<Dialect, string>> = { spot: '/api/v3', usdm: '/fapi/v1' }

/** The calls of the WebSocket API by method. @param routes those of REST */
export function socketMethodsOf(dialect: Dialect, routes: ReadonlyMap<string, Route>): ReadonlyMap<string, Route> {
  return new Map(
    Object.entries(METHODS[dialect]).flatMap(([method, call]) => {
      const route = routes.get(call.includes(' /fapi/') ? call : call.replace(' ', ` ${API[dialect]}`))
      return route === undefined ? [] : [[method, route] as const]
    }),
  )
}
