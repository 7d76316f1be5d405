// The SDK `binance` trades on Binance spot and USD-M: REST, market streams, the WebSocket API and the private streams.
import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance'
import { times } from './patience.mjs'
import { heardBy, redirect } from './sdk-sockets.mjs'

const SYMBOL = 'BTCUSDT'

/** Spot: orders over REST and over the WebSocket API, the account's events over the latter. */
export const binanceSpot = {
  of: 'binance',
  async trade({ rest, sockets, key, log }, step) {
    const keys = { api_key: key.apiKey, api_secret: key.secret }
    const client = new MainClient({ ...keys, baseUrl: rest })
    const api = new WebsocketAPIClient({ ...keys, attachEventListeners: false }, log)
    const streams = redirect(new WebsocketClient({}, log), sockets)
    const own = heardBy(redirect(api.getWSClient(), sockets))
    const reported = (orderId, status) =>
      own.first(({ e, i, X }) => e === 'executionReport' && i === orderId && X === status)
    const placed = (price, more) => client.submitNewOrder({ ...limit(price, '0.01000'), ...more })

    const best = await market(step, client, streams, 'main')
    const before = await step('balance', () => client.getAccountInformation())
    await step('private stream', () => api.subscribeUserDataStream('mainWSAPI'))
    const order = await step('place', () => placed(best.low))
    await step('see the order', () => reported(order.orderId, 'NEW'))
    await step('query', () => among(client.getOpenOrders({ symbol: SYMBOL }), order))
    await step('amend by socket', async () => {
      const reduced = { symbol: SYMBOL, orderId: order.orderId, newQty: '0.00900', timestamp: Date.now() }
      const { result } = await api.amendSpotOrderKeepPriority(reduced)
      if (Number(result.amendedOrder.qty) !== 0.009) throw new Error(`told ${result.amendedOrder.qty}`)
    })
    await step('cancel', () => client.cancelOrder({ symbol: SYMBOL, orderId: order.orderId }))
    await step('see it canceled', () => reported(order.orderId, 'CANCELED'))
    const second = await step('place by socket', () =>
      api.submitNewSpotOrder({ ...limit(best.low, '0.01000'), timestamp: Date.now() }),
    )
    await step('cancel by socket', () =>
      api.cancelSpotOrder({ symbol: SYMBOL, orderId: second.result.orderId, timestamp: Date.now() }),
    )
    const taker = await step('take', () => placed(best.high))
    await step('see the fill', () => reported(taker.orderId, 'FILLED'))
    await step('see the balance', async () => {
      const held = ({ balances }) => Number(balances.find(({ asset }) => asset === 'BTC')?.free ?? 0)
      const moved = held(await client.getAccountInformation()) - held(before)
      if (!(moved > 0.0099)) throw new Error(`bought 0.01 BTC, and the balance has moved by ${moved}`)
    })
    streams.closeAll(true)
    api.getWSClient().closeAll(true)
  },
}

/** USD-M: orders over REST and over the WebSocket API, the account's events by listen key. */
export const binanceUsdm = {
  of: 'binance',
  async trade({ rest, sockets, key, log }, step) {
    const keys = { api_key: key.apiKey, api_secret: key.secret }
    const client = new USDMClient({ ...keys, baseUrl: rest })
    const api = new WebsocketAPIClient({ ...keys, attachEventListeners: false }, log)
    redirect(api.getWSClient(), sockets)
    const streams = redirect(new WebsocketClient({ ...keys, restOptions: { baseUrl: rest } }, log), sockets)
    const own = heardBy(streams)
    const reported = (orderId, status) =>
      own.first(({ e, o }) => e === 'ORDER_TRADE_UPDATE' && o.i === orderId && o.X === status)
    const placed = price => client.submitNewOrder(limit(price, '0.010'))

    const best = await market(step, client, streams, 'usdm')
    const before = await step('balance', () => client.getBalanceV3())
    await step('private stream', () => streams.subscribeUsdFuturesUserDataStream())
    const order = await step('place', () => placed(best.low))
    await step('see the order', () => reported(order.orderId, 'NEW'))
    await step('query', () => among(client.getAllOpenOrders({ symbol: SYMBOL }), order))
    await step('amend', async () => {
      const price = lower(best.low)
      const amended = await client.modifyOrder({ ...limit(price, '0.010'), orderId: order.orderId })
      if (Number(amended.price) !== Number(price)) throw new Error(`told ${amended.price}`)
    })
    await step('cancel', () => client.cancelOrder({ symbol: SYMBOL, orderId: order.orderId }))
    await step('see it canceled', () => reported(order.orderId, 'CANCELED'))
    const second = await step('place by socket', () =>
      api.submitNewFuturesOrder('usdm', { ...limit(best.low, '0.010'), timestamp: Date.now() }),
    )
    await step('cancel by socket', () =>
      api.cancelFuturesOrder('usdm', { symbol: SYMBOL, orderId: second.result.orderId, timestamp: Date.now() }),
    )
    const taker = await step('take', () => placed(best.high))
    await step('see the fill', () => reported(taker.orderId, 'FILLED'))
    await step('see the position', async () => {
      const positions = await client.getPositionsV3({ symbol: SYMBOL })
      if (Number(positions[0]?.positionAmt) !== 0.01) throw new Error(`told ${JSON.stringify(positions)}`)
    })
    await step('see the balance', async () => {
      const held = rows => Number(rows.find(({ asset }) => asset === 'USDT').balance)
      if (!(held(await client.getBalanceV3()) < held(before))) throw new Error('the fee was not paid')
    })
    streams.closeAll(true)
    api.getWSClient().closeAll(true)
  },
}

/** What both begin with. @returns prices below and above the market */
async function market(step, client, streams, group) {
  await step('instruments', async () => {
    const { symbols } = await client.getExchangeInfo()
    if (!symbols.some(({ symbol }) => symbol === SYMBOL)) throw new Error(`no ${SYMBOL} among ${symbols.length}`)
  })
  const book = await step('book', () => client.getOrderBook({ symbol: SYMBOL, limit: 10 }))
  const heard = heardBy(streams)
  const topics = [`${SYMBOL.toLowerCase()}@depth@100ms`, `${SYMBOL.toLowerCase()}@aggTrade`]
  await step('subscribe', () => streams.subscribe(topics, group))
  await step('watch book', () =>
    times(3, () => heard.next(({ e, b, a }) => e === 'depthUpdate' && b.length + a.length > 0)),
  )
  await step('watch trades', () => heard.first(({ e, p, q }) => e === 'aggTrade' && p > 0 && q > 0))
  const [[bid], [ask]] = [book.bids[0], book.asks[0]]
  return { low: (bid * 0.98).toFixed(1), high: (ask * 1.01).toFixed(1) }
}

const lower = price => (price * 0.999).toFixed(1)

const limit = (price, quantity) => ({
  ...{ symbol: SYMBOL, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price, quantity },
  newOrderRespType: 'RESULT',
})

async function among(answer, { orderId }) {
  const open = await answer
  if (!open.some(order => order.orderId === orderId)) throw new Error('the order is not among the open ones')
}
